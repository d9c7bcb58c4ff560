"""Sending: texts, media, albums, copies and forwards."""

from __future__ import annotations

from functools import partial

from bots.rehearsal.telegram.entities import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    formatted,
    utf16_length,
)
from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.markup import inline_keyboard, link_preview
from bots.rehearsal.telegram.media import KINDS, WITHOUT_CAPTION, rich_kind
from bots.rehearsal.telegram.params import Params, Upload
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.telegram.posting import Place, Sender
from bots.rehearsal.telegram.rich import read_blocks
from bots.rehearsal.world import Json

ALBUM = range(2, 11)
GENERAL_TOPIC = 1
QUOTE_LIMIT = 1024
_ALBUM_KINDS = ("photo", "video", "audio", "document")
_ALONE = ("audio", "document")
_PERMISSION = {
    "photo": "can_send_photos",
    "video": "can_send_videos",
    "audio": "can_send_audios",
    "document": "can_send_documents",
    "voice": "can_send_voice_notes",
    "video_note": "can_send_video_notes",
    "text": "can_send_messages",
    "rich_message": "can_send_messages",
}
_ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def text_content(params: Params) -> Json:
    """`text` and `entities` of a text message, checked: 1 to 4,096 units after parsing."""
    entities = params.sequence("entities", "MessageEntity")
    text, found = formatted(params.text("text"), entities, params.text("parse_mode"))
    if not text:
        raise bad("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return {
        "text": text,
        "entities": found or None,
        "link_preview_options": link_preview(params),
    }


def caption_content(params: Params) -> Json:
    """`caption` and `caption_entities`, checked: at most 1,024 units after parsing."""
    entities = params.sequence("caption_entities", "MessageEntity")
    caption, found = formatted(params.text("caption"), entities, params.text("parse_mode"))
    if utf16_length(caption) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return {
        "caption": caption or None,
        "caption_entities": found or None,
        "show_caption_above_media": params.flag("show_caption_above_media") or None,
        "has_media_spoiler": params.flag("has_spoiler") or None,
    }


def check_may_send(call: Call, chat: Json, kind: str) -> None:
    """Raise where the bot may not write here."""
    members = call.platform.members
    if chat["type"] == "channel":
        members.require(
            chat,
            call.bot_id,
            "can_post_messages",
            "need administrator rights in the channel chat",
        )
    elif chat["type"] != "private":
        permission = _PERMISSION.get(kind, "can_send_other_messages")
        if not members.allowed(chat, call.bot_id, permission):
            what = "text messages" if kind == "text" else kind.replace("_", " ") + "s"
            raise bad(f"not enough rights to send {what} to the chat")


def place_of(call: Call, chat: Json) -> Place:
    """Topic and reply. Outside of forums `message_thread_id` is ignored, as on the server."""
    place = Place(topic=_topic_of(call, chat))
    reply = call.params.mapping("reply_parameters", "reply parameters") or {}
    number = reply.get("message_id") or call.params.integer("reply_to_message_id")
    if not number:
        return place
    without = reply.get("allow_sending_without_reply") or call.params.flag(
        "allow_sending_without_reply"
    )
    there = chat
    if reply.get("chat_id") not in (None, "", chat["id"]):
        there = Call(call.platform, call.bot, Params(reply)).chat("read")
        without = False
    target = call.platform.memory.message(there["key"], int(number))
    if target is None:
        if without:
            return place
        raise bad("message to be replied not found")
    if there is not chat and there["key"] != chat["key"]:
        place.external = {"chat": there["key"], "id": target["id"]}
        return place
    place.reply_to = target["id"]
    place.extra = _quote(reply, target)
    return place


def _topic_of(call: Call, chat: Json) -> int | None:
    topic = call.params.integer("message_thread_id")
    if not topic or not chat.get("is_forum"):
        return None
    known = chat.get("topics", {}).get(str(topic))
    if topic == GENERAL_TOPIC or known is None:
        raise bad("message thread not found")
    if known["closed"] and not call.platform.members.can(chat, call.bot_id, "can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return topic


def _quote(reply: Json, target: Json) -> Json:
    """A quote must be an exact part of the message answered, else the send fails."""
    quote = str(reply.get("quote") or "")
    if not quote:
        return {}
    source = target.get("text") or target.get("caption") or ""
    if quote not in source or utf16_length(quote) > QUOTE_LIMIT:
        raise bad("QUOTE_TEXT_INVALID")
    position = utf16_length(source[: source.index(quote)])
    return {"quote": {"text": quote, "position": position, "is_manual": True}}


def sender_in(call: Call, chat: Json) -> Sender:
    """A bot writes in a channel as the channel, elsewhere as itself."""
    if chat["type"] == "channel":
        return Sender(None, call.bot_id, chat["key"])
    return Sender(call.bot_id, call.bot_id)


def post(call: Call, chat: Json, contents: list[Json]) -> list[Json]:
    """Send messages into one place, with their automatic forwards."""
    place = place_of(call, chat)
    call.count(chat, len(contents))
    if call.params.flag("protect_content"):
        place.extra = {**place.extra, "has_protected_content": True}
    posting = call.platform.posting
    sent = [posting.add(chat, sender_in(call, chat), content, place) for content in contents]
    if chat["type"] == "channel":
        posting.forward_later(sent)
    return sent


def _receiver(call: Call) -> int:
    """Who alone shall see the message, 0 = everybody. What the server does not know it ignores,
    as it does every unknown parameter."""
    known = call.platform.world.switches.ephemeral_messages
    if known == "10.2":
        return call.params.integer("receiver_user_id")
    if known != "10.3":
        return 0
    what = "ephemeral message parameters"
    given = call.params.mapping("ephemeral_message_parameters", what)
    return Params(given or {}).integer("receiver_user_id")


def _send_to_one(call: Call, chat: Json, content: Json, receiver: int) -> Json:
    """An ephemeral message: by an administrator of a supergroup, to a human member of it."""
    members = call.platform.members
    if chat["type"] != "supergroup" or not members.is_admin(chat, call.bot_id):
        raise bad("BOT_NOT_ADMIN")
    person = call.platform.memory.user(receiver)
    if person is None or person["is_bot"] or not members.inside(chat, receiver):
        raise bad("USER_ID_INVALID")
    place = place_of(call, chat)
    call.count(chat)
    posting = call.platform.posting
    made = posting.add_ephemeral(chat, sender_in(call, chat), content, place, receiver)
    return call.platform.objects.message(made)


def _send(call: Call, chat: Json, content: Json) -> Json:
    content["reply_markup"] = inline_keyboard(call.params, chat["type"])
    if receiver := _receiver(call):
        return _send_to_one(call, chat, content, receiver)
    return call.platform.objects.message(post(call, chat, [content])[0])


@method("sendMessage", counted=True)
def send_message(call: Call) -> Json:
    chat = call.chat("write")
    content = text_content(call.params)
    check_may_send(call, chat, "text")
    return _send(call, chat, content)


def rich_content(call: Call) -> Json:
    """The content of a rich message, stored as a medium of the kind "rich_message"."""
    given = call.params.mapping("rich_message", "rich message") or {}
    media = call.platform.media

    def shown(tag: str, url: str) -> Json:
        fetched = call.params.fetched.get(url)
        mime = fetched.content_type if isinstance(fetched, Upload) else ""
        return media.from_params(rich_kind(tag, url, mime), url, call.params, Params({}))

    blocks = read_blocks(given, call.platform.objects.user, shown)
    value = {"blocks": blocks, **({"is_rtl": True} if given.get("is_rtl") else {})}
    return {"media": {"kind": "rich_message", "value": value}}


@method("sendRichMessage", counted=True)
def send_rich_message(call: Call) -> Json:
    chat = call.chat("write")
    check_may_send(call, chat, "rich_message")
    return _send(call, chat, rich_content(call))


def _send_media(kind: str, call: Call) -> Json:
    chat = call.chat("write")
    content: Json = {} if kind in WITHOUT_CAPTION else caption_content(call.params)
    content["media"] = call.platform.media.from_params(
        kind, call.params.raw(kind), call.params, call.params
    )
    check_may_send(call, chat, kind)
    return _send(call, chat, content)


for _kind in KINDS:
    _name = "send" + "".join(word.title() for word in _kind.split("_"))
    method(_name, counted=True)(partial(_send_media, _kind))


@method("sendMediaGroup", counted=True)
def send_media_group(call: Call) -> list[Json]:
    """Two to ten items; audio and documents only among themselves; no keyboard."""
    chat = call.chat("write")
    items = call.params.sequence("media", "InputMedia") or []
    kinds = {str(item.get("type")) for item in items}
    if len(items) not in ALBUM or kinds - set(_ALBUM_KINDS):
        raise bad("wrong number or type of media in the album")
    if len(kinds) > 1 and kinds & set(_ALONE):
        raise bad("can't use the media of the specified type in the album")
    album = f"{call.platform.memory.new_number('album')}000"
    contents = [_album_item(call, chat, item, album) for item in items]
    return [call.platform.objects.message(message) for message in post(call, chat, contents)]


def _album_item(call: Call, chat: Json, item: Json, album: str) -> Json:
    kind = str(item["type"])
    check_may_send(call, chat, kind)
    given = Params(item)
    media = call.platform.media.from_params(kind, item.get("media"), call.params, given)
    return {**caption_content(given), "media": media, "media_group_id": album}


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    call.chat("write")
    if call.params.text("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return True
