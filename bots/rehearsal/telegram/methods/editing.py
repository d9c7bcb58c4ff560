"""Editing what was sent."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import NOT_MODIFIED, bad
from bots.rehearsal.telegram.markup import inline_keyboard
from bots.rehearsal.telegram.methods.sending import caption_content, text_content
from bots.rehearsal.telegram.params import Params
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.world import Json


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
    content = text_content(call.params)
    chat, message = _editable(call)
    if not message.get("text"):
        raise bad("there is no text in the message to edit")
    return _apply(call, chat, message, content)


@method("editMessageCaption", counted=True)
def edit_message_caption(call: Call) -> Json:
    content = caption_content(call.params)
    del content["has_media_spoiler"]
    chat, message = _editable(call)
    if not message.get("media"):
        raise bad("there is no caption in the message to edit")
    return _apply(call, chat, message, content)


@method("editMessageReplyMarkup", counted=True)
def edit_message_reply_markup(call: Call) -> Json:
    chat, message = _editable(call)
    return _apply(call, chat, message, {})


@method("editMessageMedia", counted=True)
def edit_message_media(call: Call) -> Json:
    item = call.params.mapping("media", "input media") or {}
    chat, message = _editable(call)
    kind = str(item.get("type"))
    if kind not in ("photo", "video", "audio", "document", "animation"):
        raise bad("can't parse input media JSON object")
    media = call.platform.media.from_params(kind, item.get("media"), call.params)
    content = {**caption_content(Params(item)), "media": media, "text": None, "entities": None}
    return _apply(call, chat, message, content)
