"""What exists on Discord, as documents of the World's store, with the indexes over them.

Every document is a dict with string snowflakes. `State` finds, keeps and drops them, hands out
ids and times, and passes events on to whoever listens (the gateway's sessions).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.rehearsal.discord.errors import unknown
from bots.rehearsal.discord.flags import NO_INTENT, THREADS, Intent
from bots.rehearsal.world import World

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
"""Discord's epoch: the first second of 2015, in Unix milliseconds."""


@dataclass(frozen=True)
class Event:
    """One dispatch on its way to the sessions that may see it.

    intent: a session gets it when it declared one of these bits; NO_INTENT reaches everybody.
    channel_id: only bots that can view this channel get it. only: this user's sessions alone.
    """

    name: str
    data: Json
    guild_id: str | None = None
    channel_id: str | None = None
    intent: Intent = NO_INTENT
    only: str | None = None


class State:
    """Finds and keeps documents; hands out snowflakes and times; passes events on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.cdn = "https://cdn.discordapp.com"
        self.gateway_url = "wss://gateway.discord.gg"
        self.next_archive = 0.0
        self.listeners: list[Callable[[Event], None]] = []
        self._ids: dict[str, list[int]] = defaultdict(list)
        self._where: dict[str, str] = {}
        for channel in self.store.all("dc.channel"):
            for message in self.store.all(f"dc.msg.{channel['id']}"):
                self._index(message)

    # Time and ids

    def now(self) -> float:
        """The World's time, seconds since 1970, UTC."""
        return self.world.clock.now()

    def iso(self, moment: float | None = None) -> str:
        """A World time (seconds since 1970, UTC; default now) as Discord writes it."""
        seconds = self.now() if moment is None else moment
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")

    def snowflake(self) -> str:
        """A new id: the World's time in its upper bits, larger than every id before it."""
        last = self.store.get("counter", "dc.snowflake") or {"n": 0}
        base = (int(self.now() * 1000) - EPOCH_MS) << 22
        value = max(base, int(last["n"]) + 1)
        self.store.put("counter", "dc.snowflake", {"n": value})
        return str(value)

    def moment(self, snowflake: str) -> float:
        """When an id was made, in seconds since 1970, UTC."""
        return ((int(snowflake) >> 22) + EPOCH_MS) / 1000

    def secret(self, name: str) -> str:
        """A token that nothing else has, 60 characters, the same in every run of a test."""
        count = self.store.counter(f"dc.secret.{name}")
        return f"{name}-{count:06d}-{self.snowflake()}".ljust(60, "x")

    # Documents

    def find(self, kind: str, key: str | None) -> Json | None:
        """The document, None where there is none."""
        return None if key is None else self.store.get(f"dc.{kind}", key)

    def get(self, kind: str, key: str) -> Json:
        """The document, or the ApiError for an unknown one of this kind."""
        found = self.store.get(f"dc.{kind}", key)
        if found is None:
            raise unknown(kind)
        return found

    def all(self, kind: str) -> Iterator[Json]:
        """Every document of a kind, in the order of insertion."""
        return self.store.all(f"dc.{kind}")

    def put(self, kind: str, doc: Json) -> Json:
        """Keep a document under its id."""
        self.store.put(f"dc.{kind}", doc["id"], doc)
        return doc

    def drop(self, kind: str, key: str) -> None:
        """Forget a document."""
        self.store.drop(f"dc.{kind}", key)

    def member(self, guild_id: str, user_id: str) -> Json | None:
        """The membership of a user in a guild, None where there is none."""
        return self.store.get("dc.member", f"{guild_id}:{user_id}")

    def members(self, guild_id: str) -> list[Json]:
        """A guild's memberships."""
        return [m for m in self.store.all("dc.member") if m["guild_id"] == guild_id]

    def put_member(self, member: Json) -> None:
        """Keep a membership."""
        self.store.put("dc.member", f"{member['guild_id']}:{member['user_id']}", member)

    def channels(self, guild_id: str) -> list[Json]:
        """The guild's channels, threads left out."""
        return [
            c
            for c in self.store.all("dc.channel")
            if c.get("guild_id") == guild_id and c["type"] not in THREADS
        ]

    def threads(self, *, guild_id: str = "", parent_id: str = "") -> list[Json]:
        """The threads of a guild or of one channel, in the order of their creation."""
        return [
            c
            for c in self.store.all("dc.channel")
            if c["type"] in THREADS
            and (c["parent_id"] == parent_id if parent_id else c["guild_id"] == guild_id)
        ]

    def user_of_token(self, token: str) -> Json | None:
        """The application whose bot has this token ("Bot " in front is accepted)."""
        bare = token.removeprefix("Bot ").strip()
        return next((app for app in self.all("app") if app["token"] == bare), None)

    # Messages

    def _index(self, message: Json) -> None:
        if message["id"] not in self._where:
            self._where[message["id"]] = message["channel_id"]
            insort(self._ids[message["channel_id"]], int(message["id"]))

    def put_message(self, message: Json) -> Json:
        """Keep a message and index it."""
        self.store.put(f"dc.msg.{message['channel_id']}", message["id"], message)
        self._index(message)
        return message

    def drop_message(self, message: Json) -> None:
        """Forget a message."""
        channel_id = message["channel_id"]
        self.store.drop(f"dc.msg.{channel_id}", message["id"])
        self._where.pop(message["id"], None)
        ids = self._ids[channel_id]
        position = bisect_left(ids, int(message["id"]))
        if position < len(ids) and ids[position] == int(message["id"]):
            del ids[position]

    def find_message(self, message_id: str, channel_id: str | None = None) -> Json | None:
        """A message by its id, ephemeral ones included; None where it is not (or not there)."""
        where = channel_id or self._where.get(message_id)
        return None if where is None else self.store.get(f"dc.msg.{where}", message_id)

    def message(self, channel_id: str, message_id: str) -> Json:
        """A message that stands in the channel; ephemeral ones do not exist for the API."""
        found = self.find_message(message_id, channel_id)
        if found is None or found["only"]:
            raise unknown("message")
        return found

    def messages(self, channel_id: str) -> list[Json]:
        """Every message of a channel, oldest first, ephemeral ones included."""
        kind = f"dc.msg.{channel_id}"
        found = (self.store.get(kind, i) for i in self._ids[channel_id])
        return [message for message in found if message is not None]

    def window(
        self, channel_id: str, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[Json]:
        """Up to `limit` standing messages next to an id, newest first."""
        ids = self._ids[channel_id]
        kind = f"dc.msg.{channel_id}"
        found: list[Json] = []
        if after is not None:
            walk: Iterator[int] = iter(ids[bisect_right(ids, after) :])
        else:
            stop = len(ids) if before is None else bisect_left(ids, before)
            walk = reversed(ids[:stop])
        for number in walk:
            message = self.store.get(kind, number)
            if message is not None and not message["only"]:
                found.append(message)
            if len(found) >= limit:
                break
        return sorted(found, key=lambda m: -int(m["id"]))

    # Events

    def emit(self, event: Event) -> None:
        """Pass an event on to every listener."""
        for listener in self.listeners:
            listener(event)
