"""Deleting, with the age limit and the rights it needs."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.world import Json

DELETABLE_SECONDS = 48 * 3600
DELETE_LIMIT = 100
_NEVER = ("supergroup_chat_created", "channel_chat_created", "forum_topic_created")


def _deletable(call: Call, chat: Json, message: Json) -> bool:
    if any(name in _NEVER for name in message.get("service") or {}):
        return False
    members = call.platform.members
    own = bool(message.get("bot") == call.bot_id)
    young = bool(message["date"] + DELETABLE_SECONDS > call.platform.memory.now())
    if chat["type"] == "private":
        return young
    if members.can(chat, call.bot_id, "can_delete_messages"):
        return young or not call.platform.world.switches.admin_delete_48h
    if chat["type"] == "channel":
        return own and young and members.can(chat, call.bot_id, "can_post_messages")
    return own and young


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    chat = call.chat("write")
    message = call.message(chat, "message to delete")
    if not _deletable(call, chat, message):
        raise bad("message can't be deleted")
    call.platform.posting.delete(message)
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Up to 100 messages; unknown ones are skipped, one that may not go stops it all."""
    chat = call.chat("write")
    numbers = call.params.sequence("message_ids", "message identifiers") or []
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > DELETE_LIMIT:
        raise bad("too many message identifiers specified")
    memory = call.platform.memory
    found = [memory.message(chat["key"], int(number)) for number in numbers]
    messages = [message for message in found if message is not None]
    if not all(_deletable(call, chat, message) for message in messages):
        raise bad("message can't be deleted")
    for message in messages:
        call.platform.posting.delete(message)
    return True


@method("deleteEphemeralMessage")
def delete_ephemeral_message(call: Call) -> bool:
    """Take away what one person alone sees."""
    chat = call.chat("write")
    at = call.user("receiver_user_id"), call.params.integer("ephemeral_message_id")
    for message in call.platform.memory.ephemeral(chat["key"]):
        if (message["receiver"], message["ephemeral"]) == at and message["bot"] == call.bot_id:
            call.platform.memory.drop_ephemeral(message)
            return True
    raise bad("message to delete not found")
