"""Which bot hears of what: the updates that messages, edits and standings cause."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from bots.rehearsal.telegram.members import Members
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.telegram.objects import Objects
from bots.rehearsal.telegram.updates import RETENTION, Updates
from bots.rehearsal.world import Json

_OWN_BUT_HEARD = frozenset(
    (
        "left_chat_member",
        "new_chat_title",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    )
)
"""Service messages that a bot hears of although it caused them; no other own message comes back."""


class Delivery:
    """Fans what happened out to the bots that may know."""

    def __init__(
        self, memory: Memory, members: Members, objects: Objects, updates: Updates
    ) -> None:
        self._memory = memory
        self._members = members
        self._objects = objects
        self._updates = updates

    def bots_in(self, chat: Json) -> Iterator[Json]:
        for bot in self._memory.bots():
            if chat["type"] == "private":
                if chat["bot"] == bot["id"]:
                    yield bot
            elif self._members.inside(chat, bot["id"]):
                yield bot

    def message(self, message: Json, *, edited: bool = False) -> None:
        """Queue a new or edited message for every bot that sees it."""
        chat = self._memory.chat(message["chat"]) or {}
        date = message.get("edit_date") or message["date"]
        if date + RETENTION <= self._memory.now():
            return
        kind = "channel_post" if chat["type"] == "channel" else "message"
        if edited:
            kind = f"edited_{kind}"
        for bot in self.bots_in(chat):
            if self._sees(bot, chat, message):
                self._updates.add(bot, kind, self._objects.message(message), date + RETENTION)

    def _sees(self, bot: Json, chat: Json, message: Json) -> bool:
        service = message.get("service") or {}
        if message.get("bot") == bot["id"]:
            return any(name in _OWN_BUT_HEARD for name in service)
        if service or chat["type"] in ("private", "channel"):
            return True
        if message.get("bot"):
            unbound = not bot["privacy"] or self._members.is_admin(chat, bot["id"])
            return bool(bot.get("hears_bots") and unbound)
        if not bot["privacy"] or self._members.is_admin(chat, bot["id"]):
            return True
        return self._meant_for(bot, chat, message)

    def _meant_for(self, bot: Json, chat: Json, message: Json) -> bool:
        """Privacy mode: posts of channels where it is a member, commands to it, replies to it."""
        if message.get("auto"):
            channel = self._memory.chat(message["sender_chat"])
            return channel is not None and self._members.inside(channel, bot["id"])
        answered = message.get("reply_to")
        target = self._memory.message(chat["key"], answered) if answered else None
        if target is not None and target.get("bot") == bot["id"]:
            return True
        words = str(message.get("text", "")).split(maxsplit=1)
        if not words or not words[0].startswith("/"):
            return False
        _, at, name = words[0].partition("@")
        return not at or name.lower() == bot["username"].lower()

    def standing(self, chat: Json, user: int, before: Json, by: int) -> None:
        """Queue `my_chat_member` for the bot concerned and `chat_member` for the admins."""
        after = self._members.entry(chat, user)
        if after == before:
            return
        payload = {
            "chat": self._objects.chat(chat),
            "from": self._objects.user(by),
            "date": self._memory.now(),
            "old_chat_member": self._objects.member_of(chat, user, before),
            "new_chat_member": self._objects.member_of(chat, user, after),
        }
        expires = self._memory.now() + RETENTION
        if (own := self._memory.bot(user)) is not None:
            self._updates.add(own, "my_chat_member", payload, expires)
        for bot in self.bots_in(chat):
            if bot["id"] != user and self._members.is_admin(chat, bot["id"]):
                self._updates.add(bot, "chat_member", payload, expires)

    def private_standing(self, chat: Json, blocked: bool) -> None:
        """Queue the `my_chat_member` that tells a bot of a block or its end."""
        bot = self._memory.bot(chat["bot"])
        if bot is None:
            return
        user = self._objects.user(bot["id"])
        kicked: Json = {"status": "kicked", "user": user, "until_date": 0}
        member: Json = {"status": "member", "user": user}
        payload = {
            "chat": self._objects.chat(chat),
            "from": self._objects.user(chat["person"]),
            "date": self._memory.now(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self._updates.add(bot, "my_chat_member", payload, self._memory.now() + RETENTION)

    def reaction(self, message: Json, actor: int | str, old: list[Json], new: list[Json]) -> None:
        """Queue `message_reaction` for the admins among the bots; bots' own are not told.

        actor: a user's id, or the key of a chat in whose name somebody reacts.
        """
        who: Json = {"user": self._objects.user(actor)} if isinstance(actor, int) else {}
        if isinstance(actor, str):
            who = {"actor_chat": self._objects.chat_by_key(actor)}
        payload = {**who, "old_reaction": old, "new_reaction": new}
        self._to_admins(message, "message_reaction", payload)

    def reaction_counts(self, message: Json) -> None:
        """Queue `message_reaction_count`: the anonymous reactions of a message, counted."""
        counts = Counter(
            json.dumps(one, sort_keys=True)
            for every in (message.get("reactions") or {}).values()
            for one in every
        )
        reactions = [{"type": json.loads(one), "total_count": n} for one, n in counts.items()]
        self._to_admins(message, "message_reaction_count", {"reactions": reactions})

    def _to_admins(self, message: Json, kind: str, payload: Json) -> None:
        chat = self._memory.chat(message["chat"]) or {}
        now = self._memory.now()
        at = {"chat": self._objects.chat(chat), "message_id": message["id"], "date": now}
        for bot in self.bots_in(chat):
            if chat["type"] == "private" or self._members.is_admin(chat, bot["id"]):
                self._updates.add(bot, kind, {**at, **payload}, now + RETENTION)
