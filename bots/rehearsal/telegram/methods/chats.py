"""Chats: looking them up, pins, permissions, reactions, leaving."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.members import PERMISSIONS
from bots.rehearsal.telegram.methods.sending import sender_in
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.world import Json

_LISTED = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 "
    "😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡 "
)
EMOJI = frozenset(_LISTED.split())
"""What a reaction can be. Source: Bot API, "ReactionTypeEmoji"."""
_NO_PIN = "not enough rights to manage pinned messages in the chat"


@method("getChat")
def get_chat(call: Call) -> Json:
    return call.platform.objects.full_chat(call.chat("read"))


@method("getChatMemberCount", "getChatMembersCount")
def get_chat_member_count(call: Call) -> int:
    chat = call.chat("read")
    if chat["type"] == "private":
        return 2
    inside = call.platform.members.inside
    return sum(1 for user in chat["members"] if inside(chat, int(user)))


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = call.chat("edit")
    if chat["type"] == "private":
        raise bad("private chat can't be left")
    platform = call.platform
    before = platform.members.entry(chat, call.bot_id)
    chat["members"][str(call.bot_id)] = {"status": "left"}
    platform.memory.put_chat(chat)
    platform.delivery.standing(chat, call.bot_id, before, call.bot_id)
    return True


@method("setChatPermissions")
def set_chat_permissions(call: Call) -> bool:
    chat = call.chat("write")
    if chat["type"] not in ("group", "supergroup"):
        raise bad("can't change chat permissions")
    text = "not enough rights to change chat permissions"
    call.platform.members.require(chat, call.bot_id, "can_restrict_members", text)
    chat["permissions"] = read_permissions(call)
    call.platform.memory.put_chat(chat)
    return True


def read_permissions(call: Call) -> Json:
    """The ChatPermissions of a call. Without `use_independent_chat_permissions`, a permission
    for other messages or previews grants all media, and any media grants texts."""
    given = call.params.mapping("permissions", "permissions") or {}
    kept = {name: bool(given.get(name)) for name in PERMISSIONS}
    if call.params.flag("use_independent_chat_permissions"):
        return kept
    media = [name for name in PERMISSIONS if name.startswith("can_send_") and name.endswith("s")]
    media = [name for name in media if name not in ("can_send_messages", "can_send_other_messages")]
    if kept["can_send_other_messages"] or kept["can_add_web_page_previews"]:
        kept |= dict.fromkeys(media, True)
    if any(kept[name] for name in media):
        kept["can_send_messages"] = True
    return kept


@method("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    chat = call.chat("write")
    message = call.message(chat, "message to pin")
    _may_pin(call, chat)
    if message["id"] in chat.get("pinned", []):
        return True
    chat["pinned"] = [*chat.get("pinned", []), message["id"]]
    call.platform.memory.put_chat(chat)
    call.platform.posting.service(
        chat, sender_in(call, chat), "pinned_message", message["id"], message.get("thread")
    )
    return True


@method("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    """The message named, or the newest pin."""
    chat = call.chat("write")
    _may_pin(call, chat)
    pinned = list(chat.get("pinned", []))
    number = call.params.integer("message_id") or (pinned[-1] if pinned else 0)
    if number not in pinned:
        raise bad("message to unpin not found")
    chat["pinned"] = [pin for pin in pinned if pin != number]
    call.platform.memory.put_chat(chat)
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(call: Call) -> bool:
    chat = call.chat("write")
    _may_pin(call, chat)
    chat["pinned"] = []
    call.platform.memory.put_chat(chat)
    return True


def _may_pin(call: Call, chat: Json) -> None:
    right = "can_edit_messages" if chat["type"] == "channel" else "can_pin_messages"
    call.platform.members.require(chat, call.bot_id, right, _NO_PIN)


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    chat = call.chat("edit")
    message = call.message(chat, "message to react")
    reactions = call.params.sequence("reaction", "ReactionType") or []
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(one.get("type") == "emoji" and one.get("emoji") not in EMOJI for one in reactions):
        raise bad("REACTION_INVALID")
    call.platform.posting.react(message, call.bot_id, reactions, quiet=True)
    return True
