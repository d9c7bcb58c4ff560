"""The Bot API's objects, made from the stored documents."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram.members import CHANNEL_RIGHTS, GROUP_RIGHTS, PERMISSIONS, Members
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.world import Json

_COPIED = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "media_group_id",
    "guest_query_id",
    "author_signature",
    "link_preview_options",
    "quote",
    "has_protected_content",
    "has_media_spoiler",
    "show_caption_above_media",
    "edit_date",
    "reply_markup",
)
_CHAT_FIELDS = ("title", "username", "first_name", "last_name")


class Objects:
    """Chat, User, Message and ChatMember as the Bot API shows them."""

    def __init__(self, memory: Memory, members: Members) -> None:
        self._memory = memory
        self._members = members

    def user(self, user: int) -> Json:
        doc = self._memory.user(user)
        if doc is None:
            return {"id": user, "is_bot": False, "first_name": "Deleted Account"}
        return {
            name: value
            for name, value in doc.items()
            if value is not None and name != "hides_forwards"
        }

    def chat(self, chat: Json) -> Json:
        shown: Json = {"id": chat["id"], "type": chat["type"]}
        if chat["type"] == "private":
            person = self.user(chat["person"])
            chat = {"first_name": person["first_name"], "username": person.get("username")}
        for name in _CHAT_FIELDS:
            if chat.get(name):
                shown[name] = chat[name]
        if chat.get("is_forum"):
            shown["is_forum"] = True
        return shown

    def chat_by_key(self, key: str | int) -> Json:
        chat = self._memory.chat(key)
        return {"id": int(key), "type": "channel", "title": ""} if chat is None else self.chat(chat)

    def full_chat(self, chat: Json) -> Json:
        """ChatFullInfo."""
        full = self.chat(chat)
        full["accent_color_id"] = 1
        full["max_reaction_count"] = 11
        full["accepted_gift_types"] = {
            name: False
            for name in (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            )
        }
        if chat.get("username"):
            full["active_usernames"] = [chat["username"]]
        if chat.get("description"):
            full["description"] = chat["description"]
        if chat.get("linked"):
            full["linked_chat_id"] = chat["linked"]
        if chat["type"] in ("group", "supergroup"):
            full["permissions"] = self.permissions(chat)
        if chat["type"] == "supergroup":
            full["join_to_send_messages"] = bool(chat.get("join_to_send", False))
            full["has_visible_history"] = True
        pinned = chat.get("pinned") or []
        if pinned and (message := self._memory.message(chat["key"], pinned[-1])):
            full["pinned_message"] = self.message(message, nested=True)
        return full

    def permissions(self, chat: Json) -> Json:
        kept = chat.get("permissions", {})
        return {name: bool(kept.get(name, True)) for name in PERMISSIONS}

    # members

    def member(self, chat: Json, user: int) -> Json:
        """The ChatMember of a user, with the fields of its status."""
        entry = self._members.entry(chat, user)
        return self.member_of(chat, user, entry)

    def member_of(self, chat: Json, user: int, entry: Json) -> Json:
        """The ChatMember that a member document describes (the earlier one, in updates)."""
        status = entry["status"]
        shown: Json = {"status": status, "user": self.user(user)}
        if status in ("creator", "administrator"):
            shown["is_anonymous"] = bool(entry.get("rights", {}).get("is_anonymous"))
            if entry.get("custom_title"):
                shown["custom_title"] = entry["custom_title"]
        if status == "administrator":
            shown["can_be_edited"] = False
            rights = entry.get("rights", {})
            for name in self.rights_of(chat):
                shown[name] = chat["type"] == "group" or bool(rights.get(name))
        elif status == "restricted":
            shown["is_member"] = bool(entry.get("is_member", True))
            shown["until_date"] = entry.get("until", 0)
            permissions = entry.get("permissions", {})
            shown |= {name: bool(permissions.get(name)) for name in PERMISSIONS}
        elif status == "kicked":
            shown["until_date"] = entry.get("until", 0)
        return shown

    def rights_of(self, chat: Json) -> tuple[str, ...]:
        return CHANNEL_RIGHTS if chat["type"] == "channel" else GROUP_RIGHTS

    # messages

    def message(self, message: Json, *, nested: bool = False) -> Json:
        """The Message. nested: as `reply_to_message` shows it, without its own reply."""
        chat = self._memory.chat(message["chat"])
        if chat is None:
            raise LookupError(f"a message of an unknown chat: {message['chat']}")
        shown: Json = {"message_id": message["id"]}
        if message.get("ephemeral"):
            shown["ephemeral_message_id"] = message["ephemeral"]
            shown["receiver_user"] = self.user(message["receiver"])
        if message.get("from"):
            shown["from"] = self.user(message["from"])
        if message.get("sender_chat"):
            shown["sender_chat"] = self.chat_by_key(message["sender_chat"])
        shown |= {"chat": self.chat(chat), "date": message["date"]}
        if message.get("thread"):
            shown["message_thread_id"] = message["thread"]
        if message.get("topic"):
            shown["is_topic_message"] = True
        shown |= self._helpers(message)
        shown |= self._forward(message)
        if not nested:
            shown |= self._reply(message)
        for name in _COPIED:
            if message.get(name):
                shown[name] = message[name]
        shown |= self._media(message)
        shown |= self._service(message)
        return shown

    def _helpers(self, message: Json) -> Json:
        """The bots behind a message, and for whom a guest bot wrote it."""
        shown: Json = {}
        for name in ("via_bot", "guest_bot_caller_user"):
            if message.get(name):
                shown[name] = self.user(message[name])
        if message.get("guest_bot_caller_chat"):
            shown["guest_bot_caller_chat"] = self.chat_by_key(message["guest_bot_caller_chat"])
        return shown

    def _forward(self, message: Json) -> Json:
        """The forward's origin, in today's field and in the ones before Bot API 7.0."""
        origin = message.get("forward")
        if not origin:
            return {}
        shown: Json = {"forward_origin": self._origin(origin), "forward_date": origin["date"]}
        if origin["type"] == "channel":
            shown["forward_from_chat"] = self.chat_by_key(origin["chat"])
            shown["forward_from_message_id"] = origin["message_id"]
            if origin.get("signature"):
                shown["forward_signature"] = origin["signature"]
        elif origin["type"] == "chat":
            shown["forward_from_chat"] = self.chat_by_key(origin["chat"])
        elif origin["type"] == "hidden_user":
            shown["forward_sender_name"] = origin["name"]
        elif origin["type"] == "user":
            shown["forward_from"] = self.user(origin["user"])
        if message.get("auto"):
            shown["is_automatic_forward"] = True
        return shown

    def _origin(self, origin: Json) -> Json:
        shown: Json = {"type": origin["type"], "date": origin["date"]}
        if origin["type"] == "channel":
            shown |= {
                "chat": self.chat_by_key(origin["chat"]),
                "message_id": origin["message_id"],
            }
        elif origin["type"] == "chat":
            shown["sender_chat"] = self.chat_by_key(origin["chat"])
        elif origin["type"] == "hidden_user":
            shown["sender_user_name"] = origin["name"]
        else:
            shown["sender_user"] = self.user(origin["user"])
        if origin.get("signature"):
            shown["author_signature"] = origin["signature"]
        return shown

    def _reply(self, message: Json) -> Json:
        """The message answered; nothing where it was deleted meanwhile."""
        shown: Json = {}
        answered = message.get("reply_to") or message.get("implicit_reply")
        if answered and (target := self._memory.message(message["chat"], answered)):
            shown["reply_to_message"] = self.message(target, nested=True)
        if external := message.get("external"):
            target = self._memory.message(external["chat"], external["id"])
            if target is not None:
                shown["external_reply"] = {
                    "origin": self._origin(self.origin_of(target)),
                    "chat": self.chat_by_key(external["chat"]),
                    "message_id": external["id"],
                }
        return shown

    def origin_of(self, message: Json) -> Json:
        """Where a forward of this message says that it comes from."""
        if message.get("forward"):
            origin: Json = message["forward"]
            return origin
        origin = {"date": message["date"]}
        chat = self._memory.chat(message["chat"]) or {}
        if chat.get("type") == "channel":
            origin |= {"type": "channel", "chat": chat["key"], "message_id": message["id"]}
        elif message.get("sender_chat"):
            origin |= {"type": "chat", "chat": message["sender_chat"]}
        elif (self._memory.user(message["from"]) or {}).get("hides_forwards"):
            origin |= {"type": "hidden_user", "name": self.user(message["from"])["first_name"]}
        else:
            origin |= {"type": "user", "user": message["from"]}
        if message.get("author_signature"):
            origin["signature"] = message["author_signature"]
        return origin

    def _media(self, message: Json) -> Json:
        media = message.get("media")
        if not media:
            return {}
        shown: Json = {media["kind"]: media["value"]}
        if media["kind"] == "venue":
            shown["location"] = media["value"]["location"]
        if media["kind"] == "animation":
            value = media["value"]
            names = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")
            shown["document"] = {name: value[name] for name in names if name in value}
        return shown

    def _service(self, message: Json) -> Json:
        shown: Json = {}
        for name, value in (message.get("service") or {}).items():
            shown[name] = self._service_value(message, name, value)
        return shown

    def _service_value(self, message: Json, name: str, value: Any) -> Any:
        if name == "new_chat_members":
            return [self.user(user) for user in value]
        if name == "left_chat_member":
            return self.user(value)
        if name == "pinned_message":
            return self.maybe_inaccessible(message["chat"], value)
        return value

    def maybe_inaccessible(self, chat: str, message: int) -> Json:
        """The message, or the stump with date 0 where it is gone."""
        doc = self._memory.message(chat, message)
        if doc is not None:
            return self.message(doc, nested=True)
        return {"chat": self.chat_by_key(chat), "message_id": message, "date": 0}
