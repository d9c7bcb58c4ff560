"""Copies and forwards of messages that exist, one by one or many at once."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.markup import inline_keyboard, only_links
from bots.rehearsal.telegram.methods.sending import (
    caption_content,
    check_may_send,
    post,
)
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.telegram.posting import CONTENT
from bots.rehearsal.world import Json

MANY = 100


@method("copyMessage", counted=True)
def copy_message(call: Call) -> Json:
    """A message without a link to the original; answers its MessageId."""
    chat = call.chat("write")
    source = _source(call, chat, "message to copy")
    content = _content(source)
    if "caption" in call.params and source.get("media"):
        content |= caption_content(call.params)
    content["reply_markup"] = inline_keyboard(call.params, chat["type"])
    return {"message_id": post(call, chat, [content])[0]["id"]}


@method("forwardMessage", counted=True)
def forward_message(call: Call) -> Json:
    chat = call.chat("write")
    source = _source(call, chat, "message to forward")
    (sent,) = post(call, chat, [_forwarded(call, source)])
    return call.platform.objects.message(sent)


@method("copyMessages", counted=True)
def copy_messages(call: Call) -> list[Json]:
    """Up to 100 messages in the order of their ids; what cannot be copied is left out."""
    chat = call.chat("write")
    sources = _sources(call, chat, "copy")
    contents = [_content(source) for source in sources]
    if call.params.flag("remove_caption"):
        contents = [
            {name: value for name, value in one.items() if not name.startswith("caption")}
            for one in contents
        ]
    return [{"message_id": sent["id"]} for sent in _post_many(call, chat, sources, contents)]


@method("forwardMessages", counted=True)
def forward_messages(call: Call) -> list[Json]:
    """As `copyMessages`, with a link to the originals."""
    chat = call.chat("write")
    sources = _sources(call, chat, "forward")
    contents = [_forwarded(call, source) for source in sources]
    return [{"message_id": sent["id"]} for sent in _post_many(call, chat, sources, contents)]


def _post_many(call: Call, chat: Json, sources: list[Json], contents: list[Json]) -> list[Json]:
    """Albums stay albums, under new ids."""
    albums: dict[str, str] = {}
    for source, content in zip(sources, contents, strict=True):
        if album := source.get("media_group_id"):
            fresh = albums.get(album) or f"{call.platform.memory.new_number('album')}000"
            albums[album] = content["media_group_id"] = fresh
    return post(call, chat, contents)


def _content(source: Json) -> Json:
    return {name: source[name] for name in CONTENT if source.get(name)}


def _forwarded(call: Call, source: Json) -> Json:
    content = _content(source)
    content["forward"] = call.platform.objects.origin_of(source)
    content["reply_markup"] = only_links(source.get("reply_markup"))
    return content


def _kind_of(message: Json) -> str:
    media = message.get("media")
    return str(media["kind"]) if media else "text"


def _repeatable(source: Json) -> bool:
    return not source.get("service") and not source.get("has_protected_content")


def _source(call: Call, chat: Json, what: str) -> Json:
    """The message to repeat in the chat."""
    there = call.chat("read", "from_chat_id")
    source = call.message(there, what)
    check_may_send(call, chat, _kind_of(source))
    if not _repeatable(source):
        raise bad(f"the message can't be {'copied' if what.endswith('copy') else 'forwarded'}")
    return source


def _sources(call: Call, chat: Json, what: str) -> list[Json]:
    there = call.chat("read", "from_chat_id")
    numbers = call.params.sequence("message_ids", "message identifiers") or []
    if not 1 <= len(numbers) <= MANY:
        raise bad(f"too {'many' if numbers else 'few'} message identifiers specified")
    if list(numbers) != sorted({int(number) for number in numbers}):
        raise bad("message identifiers must be in a strictly increasing order")
    memory = call.platform.memory
    found = [memory.message(there["key"], int(number)) for number in numbers]
    kept = [one for one in found if one is not None and _repeatable(one)]
    if not kept:
        raise bad(f"there are no messages to {what}")
    for one in kept:
        check_may_send(call, chat, _kind_of(one))
    return kept
