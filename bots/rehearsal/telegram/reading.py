"""What people see: chats, threads, messages. Messages are shown as Bot API Messages."""

from __future__ import annotations

from bots.rehearsal.telegram.platform import Platform
from bots.rehearsal.world import Json, copied


class Reading(Platform):
    """Eyes. A private chat is named by the person's id; `bot` picks one where there are more."""

    def messages(self, chat: int, *, bot: int | None = None) -> list[Json]:
        """The messages of a chat that exist now, oldest first."""
        return copied([self.objects.message(doc) for doc in self._docs(chat, bot)])

    def message(self, chat: int, message_id: int, *, bot: int | None = None) -> Json | None:
        """One message; None where it does not exist (any more)."""
        every = (doc for doc in self._docs(chat, bot) if doc["id"] == message_id)
        doc = next(every, None)
        return None if doc is None else copied(self.objects.message(doc))

    def ephemeral(self, chat: int, person: int) -> list[Json]:
        """What this person alone sees in a group, oldest first; nobody else sees any of it."""
        every = (doc for doc in self.memory.ephemeral(chat) if doc["receiver"] == person)
        return copied([self.objects.message(doc) for doc in every])

    def thread(self, chat: int, root: int) -> list[Json]:
        """The comments under a root, or the messages of a topic; the root itself left out."""
        every = [doc for doc in self._docs(chat, None) if doc.get("thread") == root]
        shown = [self.objects.message(doc) for doc in every if doc["id"] != root]
        return copied(shown)

    def texts(self, chat: int, *, bot: int | None = None) -> list[str]:
        """Text or caption of every message that has one, oldest first."""
        every = [doc.get("text") or doc.get("caption") for doc in self._docs(chat, bot)]
        return [str(text) for text in every if text]

    def root_of(self, channel: int, post: int) -> int | None:
        """The id of a channel post's automatic forward in the discussion group, if it is there."""
        doc = self.memory.message(channel, post)
        group = (self.memory.chat(channel) or {}).get("linked")
        copied = (doc or {}).get("copy")
        if not copied or group is None or self.memory.message(group, copied) is None:
            return None
        return int(copied)

    def pending(self, bot: int) -> int:
        """How many updates wait for a bot, handed out or not, until it confirms them."""
        doc = self.memory.bot(bot)
        return 0 if doc is None else self.updates.pending(doc)

    def reactions(self, chat: int, message_id: int) -> dict[int, list[Json]]:
        """Every user's reactions to a message."""
        doc = self.memory.message(chat, message_id) or {}
        return {int(user): list(every) for user, every in (doc.get("reactions") or {}).items()}

    def chats(self) -> list[Json]:
        """Channels and groups as ChatFullInfo, in the order in which they were made."""
        every = [doc for doc in self.memory.chats() if doc["type"] != "private"]
        return [self.objects.full_chat(doc) for doc in every if not doc.get("migrated_to")]

    def people(self) -> list[Json]:
        """Every person as a User."""
        return [
            dict(user)
            for user in self.memory.users()
            if not user["is_bot"] and user["id"] > 999_999
        ]

    def bots(self) -> list[Json]:
        """Every bot as a User."""
        return [self.objects.user(bot["id"]) for bot in self.memory.bots()]

    def commands(self, bot: int) -> dict[str, list[Json]]:
        """A bot's commands by "scope type/chat id/user id/language"."""
        doc = self.memory.bot(bot) or {}
        return copied(doc.get("commands") or {})

    def topics(self, chat: int) -> dict[int, Json]:
        """A forum's topics by id: `name`, `icon_color`, `closed`."""
        doc = self.memory.chat(chat) or {}
        return {int(number): dict(topic) for number, topic in doc.get("topics", {}).items()}

    def _docs(self, chat: int, bot: int | None) -> list[Json]:
        if chat < 0:
            return self.memory.messages(chat)
        every: list[Json] = []
        for doc in self.memory.bots():
            if bot in (None, doc["id"]):
                every += self.memory.messages(self.memory.private_key(chat, doc["id"]))
        return sorted(every, key=lambda doc: (doc["date"], doc["id"]))
