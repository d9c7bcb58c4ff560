"""Topics of forum groups."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram.entities import utf16_length
from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.methods.sending import sender_in
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.telegram.posting import Place
from bots.rehearsal.world import Json

NAME_LIMIT = 128
ICON_COLOR = 7322096


def _forum(call: Call) -> Json:
    chat = call.chat("write")
    if not chat.get("is_forum"):
        raise bad("the chat is not a forum")
    text = "not enough rights to manage topics"
    call.platform.members.require(chat, call.bot_id, "can_manage_topics", text)
    return chat


def _topic(call: Call) -> tuple[Json, str, Json]:
    chat = _forum(call)
    number = call.params.text("message_thread_id")
    topic = chat.get("topics", {}).get(number)
    if topic is None:
        raise bad("message thread not found")
    return chat, number, topic


def _name(call: Call) -> str:
    name = call.params.text("name").strip()
    if not name:
        raise bad("TOPIC_TITLE_EMPTY")
    return name if utf16_length(name) <= NAME_LIMIT else name[:NAME_LIMIT]


def _keep(call: Call, chat: Json, number: str, topic: Json | None) -> None:
    topics = {key: value for key, value in chat.get("topics", {}).items() if key != number}
    if topic is not None:
        topics[number] = topic
    chat["topics"] = topics
    call.platform.memory.put_chat(chat)


def _say(call: Call, chat: Json, number: str, name: str, value: Any) -> None:
    call.platform.posting.service(chat, sender_in(call, chat), name, value, int(number))


@method("createForumTopic", counted=True)
def create_forum_topic(call: Call) -> Json:
    """The topic's id is the id of its first service message."""
    chat, name = _forum(call), _name(call)
    call.count(chat)
    color = call.params.integer("icon_color", ICON_COLOR)
    shown = {"name": name, "icon_color": color}
    content = {"service": {"forum_topic_created": shown}}
    place = Place(opens_topic=True)
    first = call.platform.posting.add(chat, sender_in(call, chat), content, place)
    _keep(call, chat, str(first["id"]), {**shown, "closed": False})
    return {"message_thread_id": first["id"], **shown}


@method("editForumTopic", counted=True)
def edit_forum_topic(call: Call) -> bool:
    chat, number, topic = _topic(call)
    if "name" not in call.params:
        return True
    name = _name(call)
    if name == topic["name"]:
        raise bad("TOPIC_NOT_MODIFIED")
    call.count(chat)
    _keep(call, chat, number, {**topic, "name": name})
    _say(call, chat, number, "forum_topic_edited", {"name": name})
    return True


def _close(call: Call, *, closed: bool) -> bool:
    chat, number, topic = _topic(call)
    if topic["closed"] == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    _keep(call, chat, number, {**topic, "closed": closed})
    _say(call, chat, number, "forum_topic_closed" if closed else "forum_topic_reopened", {})
    return True


@method("closeForumTopic")
def close_forum_topic(call: Call) -> bool:
    return _close(call, closed=True)


@method("reopenForumTopic")
def reopen_forum_topic(call: Call) -> bool:
    return _close(call, closed=False)


@method("deleteForumTopic")
def delete_forum_topic(call: Call) -> bool:
    """The topic goes with everything in it; needs `can_delete_messages`."""
    chat, number, _ = _topic(call)
    text = "not enough rights to delete the topic"
    call.platform.members.require(chat, call.bot_id, "can_delete_messages", text)
    for message in call.platform.memory.messages(chat["key"]):
        if message.get("thread") == int(number):
            call.platform.posting.delete(message)
    _keep(call, chat, number, None)
    return True
