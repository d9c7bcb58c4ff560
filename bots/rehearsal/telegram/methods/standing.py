"""Members: looking them up, banning, restricting."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.methods.chats import read_permissions
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.world import Json

_NO_RIGHT = "not enough rights to restrict/unrestrict chat member"


@method("getChatMember")
def get_chat_member(call: Call) -> Json:
    chat, user = call.chat("read"), call.user()
    if call.platform.memory.user(user) is None:
        raise bad("user not found")
    if chat["type"] == "private":
        return {"status": "member", "user": call.platform.objects.user(user)}
    admin = call.platform.members.is_admin(chat, call.bot_id)
    if chat["type"] == "channel" and user != call.bot_id and not admin:
        raise bad("member list is inaccessible")
    return call.platform.objects.member(chat, user)


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    """The creator and the administrators, other bots left out."""
    chat = call.chat("read")
    if chat["type"] == "private":
        raise bad("there are no administrators in the private chat")
    platform = call.platform
    users = [int(user) for user in chat["members"] if platform.members.is_admin(chat, int(user))]
    kept = [user for user in users if user == call.bot_id or platform.memory.bot(user) is None]
    return [platform.objects.member(chat, user) for user in kept]


def _punishable(call: Call) -> tuple[Json, int]:
    """The chat and the user, where the bot may ban or restrict them."""
    chat, user = call.chat("write"), call.user()
    members = call.platform.members
    if chat["type"] == "private":
        raise bad("chat member status can't be changed in private chats")
    if user == call.bot_id:
        raise bad("can't restrict self")
    members.require(chat, call.bot_id, "can_restrict_members", _NO_RIGHT)
    if call.platform.memory.user(user) is None:
        raise bad("user not found")
    if members.status(chat, user) == "creator":
        raise bad("can't remove chat owner")
    if members.status(chat, user) == "administrator":
        raise bad("user is an administrator of the chat")
    return chat, user


def _set(call: Call, chat: Json, user: int, entry: Json) -> None:
    platform = call.platform
    before = platform.members.entry(chat, user)
    chat["members"][str(user)] = entry
    platform.memory.put_chat(chat)
    platform.delivery.standing(chat, user, before, call.bot_id)


@method("banChatMember", "kickChatMember")
def ban_chat_member(call: Call) -> bool:
    """Out of the chat. Their messages stay: `revoke_messages` hides the chat from the banned
    user only, and that is always so in supergroups and channels."""
    chat, user = _punishable(call)
    until = call.platform.members.until(call.params.integer("until_date"))
    _set(call, chat, user, {"status": "kicked", "until": until})
    return True


@method("unbanChatMember")
def unban_chat_member(call: Call) -> bool:
    """Lifts a ban; without `only_if_banned` a present member is removed."""
    chat, user = call.chat("write"), call.user()
    if chat["type"] not in ("supergroup", "channel"):
        raise bad("method is available for supergroup and channel chats only")
    call.platform.members.require(chat, call.bot_id, "can_restrict_members", _NO_RIGHT)
    status = call.platform.members.status(chat, user)
    if status == "kicked" or not call.params.flag("only_if_banned"):
        if status in ("creator", "administrator"):
            raise bad("user is an administrator of the chat")
        _set(call, chat, user, {"status": "left"})
    return True


@method("restrictChatMember")
def restrict_chat_member(call: Call) -> bool:
    """Full permissions lift the restriction."""
    chat, user = _punishable(call)
    if chat["type"] != "supergroup":
        raise bad("method is available only for supergroups")
    permissions = read_permissions(call)
    inside = call.platform.members.inside(chat, user)
    sending = [value for name, value in permissions.items() if name.startswith("can_send_")]
    if all(sending):
        _set(call, chat, user, {"status": "member" if inside else "left"})
        return True
    until = call.platform.members.until(call.params.integer("until_date"))
    entry = {
        "status": "restricted",
        "permissions": permissions,
        "until": until,
        "is_member": inside,
    }
    _set(call, chat, user, entry)
    return True


def _sender_chat(call: Call, *, ban: bool) -> bool:
    chat = call.chat("write")
    if chat["type"] not in ("supergroup", "channel"):
        raise bad("method is available for supergroup and channel chats only")
    call.platform.members.require(chat, call.bot_id, "can_restrict_members", _NO_RIGHT)
    sender = call.params.text("sender_chat_id")
    if call.platform.memory.chat(sender) is None:
        raise bad("sender_chat_id is empty" if not sender else "chat not found")
    if ban and sender in (chat["key"], str(chat.get("linked"))):
        raise bad("can't ban the linked chat")
    banned = [key for key in chat.get("banned_chats", []) if key != sender]
    chat["banned_chats"] = [*banned, sender] if ban else banned
    call.platform.memory.put_chat(chat)
    return True


@method("banChatSenderChat")
def ban_chat_sender_chat(call: Call) -> bool:
    return _sender_chat(call, ban=True)


@method("unbanChatSenderChat")
def unban_chat_sender_chat(call: Call) -> bool:
    return _sender_chat(call, ban=False)
