"""Editing what was sent."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import NOT_MODIFIED, bad
from bots.rehearsal.telegram.markup import inline_keyboard
from bots.rehearsal.telegram.media import KINDS, WITHOUT_CAPTION
from bots.rehearsal.telegram.methods.sending import caption_content, rich_content, text_content
from bots.rehearsal.telegram.params import Params
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.world import Json

_REPLACEABLE = ("photo", "video", "audio", "document", "animation")


def _editable(call: Call) -> tuple[Json, Json]:
    """The chat and a message that this bot may edit: its own, or a channel's with the right."""
    chat = call.chat("edit")
    message = call.message(chat, "message to edit")
    members = call.platform.members
    if message.get("service") or message.get("auto"):
        raise bad("message can't be edited")
    if chat["type"] == "channel":
        own = message.get("bot") == call.bot_id
        right = "can_post_messages" if own else "can_edit_messages"
        if not members.can(chat, call.bot_id, right):
            raise bad("message can't be edited")
    elif message.get("bot") != call.bot_id or message.get("forward"):
        raise bad("message can't be edited")
    return chat, message


def _apply(call: Call, chat: Json, message: Json, content: Json) -> Json:
    """Edit, unless nothing would change. Without `reply_markup` the keyboard goes."""
    content["reply_markup"] = inline_keyboard(call.params, chat["type"])
    if all(message.get(name) == value for name, value in content.items()):
        raise bad(NOT_MODIFIED)
    call.count(chat)
    return call.platform.objects.message(call.platform.posting.edit(message, content))


@method("editMessageText", counted=True)
def edit_message_text(call: Call) -> Json:
    """Another text or, where the server knows them, another rich message; one may become the
    other."""
    if call.platform.world.switches.rich_messages and "rich_message" in call.params:
        content = rich_content(call)
        content |= {"text": None, "entities": None, "link_preview_options": None}
    else:
        content = {**text_content(call.params), "media": None}
    chat, message = _editable(call)
    kind = (message.get("media") or {}).get("kind")
    if not message.get("text") and kind != "rich_message":
        raise bad("there is no text in the message to edit")
    return _apply(call, chat, message, content)


@method("editMessageCaption", counted=True)
def edit_message_caption(call: Call) -> Json:
    content = caption_content(call.params)
    del content["has_media_spoiler"]
    chat, message = _editable(call)
    kind = (message.get("media") or {}).get("kind")
    if kind not in KINDS or kind in WITHOUT_CAPTION:
        raise bad("there is no caption in the message to edit")
    return _apply(call, chat, message, content)


@method("editMessageReplyMarkup", counted=True)
def edit_message_reply_markup(call: Call) -> Json:
    chat, message = _editable(call)
    return _apply(call, chat, message, {})


@method("editMessageMedia", counted=True)
def edit_message_media(call: Call) -> Json:
    """Another medium, or one added to a text. In an album, kinds stay among themselves."""
    item = call.params.mapping("media", "input media") or {}
    chat, message = _editable(call)
    kind = str(item.get("type"))
    if kind not in _REPLACEABLE:
        raise bad("can't parse input media JSON object")
    _check_replaceable(message, kind)
    given = Params(item)
    media = call.platform.media.from_params(kind, item.get("media"), call.params, given)
    content = {**caption_content(given), "media": media}
    content |= {"text": None, "entities": None, "link_preview_options": None}
    return _apply(call, chat, message, content)


def _check_replaceable(message: Json, kind: str) -> None:
    there = (message.get("media") or {}).get("kind", "")
    if there and there not in _REPLACEABLE:
        raise bad("message can't be edited")
    if message.get("media_group_id"):
        together = ("photo", "video") if there in ("photo", "video") else (there,)
        if kind not in together:
            raise bad("can't use the media of the specified type in the album")
