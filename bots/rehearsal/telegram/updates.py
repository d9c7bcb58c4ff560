"""Each bot's queue of updates: made under a filter, kept until confirmed or too old."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.world import Json

TYPES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
    "message_reaction_count",
)
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
RETENTION = 86400
CALLBACK_RETENTION = 150
BATCH = 100


class Updates:
    """The queues. An update that a bot does not allow when it is made is lost to that bot."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._store = memory.store
        self.moved = False
        """Set when updates left a queue; whoever looks at it sets it back."""

    def allows(self, bot: Json, kind: str) -> bool:
        allowed = bot.get("allowed")
        return kind in allowed if allowed else kind not in NOT_BY_DEFAULT

    def remember_allowed(self, bot: Json, allowed: Any) -> None:
        """Keep `allowed_updates` of a call; None leaves the earlier list, [] the default one."""
        if allowed is None:
            return
        kinds = [str(kind) for kind in allowed]
        if kinds != bot.get("allowed"):
            bot["allowed"] = kinds
            self._memory.put_bot(bot)

    def add(self, bot: Json, kind: str, payload: Json, expires: float) -> None:
        """Queue an update for a bot, unless its filter leaves the kind out."""
        if not self.allows(bot, kind):
            return
        update_id = self._memory.new_update_id(bot["id"])
        update = {"update_id": update_id, kind: payload}
        fault = self._memory.world.faults.take("telegram", "getUpdates", update, "duplicate")
        doc = {"update": update, "expires": expires, "again": 0 if fault is None else 1}
        self._store.put(self._kind(bot), update_id, doc)

    def get(self, bot: Json, offset: int, limit: int) -> list[Json]:
        """The oldest waiting updates from `offset` on; what lies before it is confirmed.

        A negative offset keeps only that many of the newest. A "duplicate" fault hands an
        update out once more after it was confirmed, under the same update id.
        """
        self._expire(bot)
        if offset < 0:
            for doc in self._waiting(bot)[:offset]:
                self._drop(bot, doc)
        elif offset > 0:
            self._confirm(bot, offset)
        docs = [
            doc
            for doc in self._waiting(bot)
            if doc["update"]["update_id"] >= offset or doc.get("repeated")
        ]
        chosen = docs[: limit if 1 <= limit <= BATCH else BATCH]
        for doc in chosen:
            if doc.get("repeated") and not doc.get("given"):
                self._store.put(self._kind(bot), doc["update"]["update_id"], {**doc, "given": True})
        return [doc["update"] for doc in chosen]

    def pending(self, bot: Json) -> int:
        self._expire(bot)
        return len(self._waiting(bot))

    def clear(self, bot: Json) -> None:
        for doc in self._waiting(bot):
            self._drop(bot, doc)

    def _drop(self, bot: Json, doc: Json) -> None:
        self._store.drop(self._kind(bot), doc["update"]["update_id"])
        self.moved = True

    def _confirm(self, bot: Json, offset: int) -> None:
        for doc in self._waiting(bot):
            update_id = doc["update"]["update_id"]
            if update_id >= offset:
                continue
            if doc["again"] > 0:
                again = {**doc, "again": doc["again"] - 1, "repeated": True, "given": False}
                self._store.put(self._kind(bot), update_id, again)
            elif not doc.get("repeated") or doc.get("given"):
                self._drop(bot, doc)

    def _expire(self, bot: Json) -> None:
        now = self._memory.world.clock.now()
        for doc in self._waiting(bot):
            if doc["expires"] <= now:
                self._drop(bot, doc)

    def _waiting(self, bot: Json) -> list[Json]:
        return sorted(
            self._store.all(self._kind(bot)), key=lambda doc: int(doc["update"]["update_id"])
        )

    def _kind(self, bot: Json) -> str:
        return f"tg_updates:{bot['id']}"
