"""The World: what exists on both rehearsal platforms, kept in one file.

`World` owns the clock, the switches, the scripted faults, the people and the store. The two
sides (`telegram.side.TelegramSide`, `discord.side.DiscordSide`) hold the platforms' rules over
it; the servers speak HTTP and WebSocket over the sides. Nothing here imports core or an adapter.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.files import Files

Json = dict[str, Any]
T = TypeVar("T")


@dataclass
class Switches:
    """Facts of the platforms that nobody has verified; the product must live with every value.

    admin_delete_48h: a Telegram admin bot cannot delete messages older than 48 h.
    forward: the automatic forward reaches the bot "after" or "before" the answer to the send,
        or "missing" (never).
    mirror_edits: an edit of a channel post is repeated in its automatic forward.
    mirror_deletes: the deletion of a channel post deletes its automatic forward too.
    nonce_window: seconds in which Discord answers a used nonce with the earlier message.
    rich_messages: the Telegram server knows rich messages (Bot API 10.1).
    ephemeral_messages: how the Telegram server takes to whom alone a message in a group goes: as
        "10.2" or as "10.3" of the Bot API does; "missing": it knows nothing of it; "ignored": it
        has the methods, and shows to everybody what was for one.
    history_nonce: a message that is read back still has the nonce with which it was sent.
    forum_id_equal: a forum post's first message has the thread's id.
    active_threads: how many threads of a Discord guild may be awake at once.
    old_edits: how many edits of messages older than an hour Discord lets through in a channel
        in an hour; 0 for any number.
    link_life: seconds for which the signed address of a Discord attachment is good.
    linger: seconds for which the attachments of a deleted Discord message can still be fetched.
    """

    admin_delete_48h: bool = True
    forward: str = "after"
    mirror_edits: bool = True
    mirror_deletes: bool = False
    nonce_window: float = 300.0
    history_nonce: bool = False
    forum_id_equal: bool = True
    rich_messages: bool = True
    ephemeral_messages: str = "missing"
    active_threads: int = 1000
    old_edits: int = 0
    link_life: float = 86_400.0
    linger: float = 0.0


@dataclass
class Fault:
    """One scripted fault for the next `times` calls whose name matches.

    kind: "status" (answer `status` without applying; `body` and `headers` override the answer),
        "429" (answer 429 with `retry_after`), "drop_before" (close the connection, nothing
        applied), "drop_after" (apply, then close the connection without an answer),
        "torn" (apply, then send half of the answer), "delay" (`seconds`, then go on),
        "duplicate" (an update or dispatch is delivered twice), "kill_socket" (gateway only),
        "upload_drop" and "upload_stall" (close, or stop reading for `seconds`, once `after`
        bytes of an uploaded file came), "stall" (stop sending a file for `seconds` after
        `after` bytes).
    call: a Telegram method ("sendMessage") or a Discord route
        ("POST /channels/{channel_id}/messages"); "*" matches every call.
        On Telegram also "file" (a download; "torn" sends half of it) and "fetch" (a file that
        Telegram gets by URL; "status" refuses it in the words of `body`).
    where: an optional extra test over the call's parameters.
    """

    platform: str
    call: str
    kind: str
    times: int = 1
    status: int = 500
    retry_after: float = 1.0
    seconds: float = 0.0
    after: int = 0
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)
    where: Callable[[Json], bool] | None = None


class Faults:
    """The scripted faults, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, platform: str, call: str, params: Json, *kinds: str) -> Fault | None:
        """The first fault that matches, counted down; None where there is none.

        With `kinds`, only faults of these kinds are looked at.
        """
        for fault in self._faults:
            if fault.platform != platform or fault.call not in ("*", call):
                continue
            if kinds and fault.kind not in kinds:
                continue
            if fault.where is not None and not fault.where(params):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
            return fault
        return None


def copied(value: T) -> T:
    """A JSON value that shares no list and no object with the given one."""
    made: Any = value
    if isinstance(value, dict):
        made = {key: copied(one) for key, one in value.items()}
    elif isinstance(value, list):
        made = [copied(one) for one in value]
    fresh: T = made
    return fresh


class Store:
    """JSON documents by (kind, key), in memory and written through to one SQLite file.

    `put` and `drop` are durable against the death of the process once `commit` returned; the
    servers commit before they answer. With `path` None everything stays in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._db: sqlite3.Connection | None = None
        self._kinds: dict[str, dict[str, Json]] = defaultdict(dict)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=OFF")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS doc"
                " (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            )
            for kind, key, value in self._db.execute("SELECT kind, key, value FROM doc"):
                self._kinds[kind][key] = json.loads(value)

    def get(self, kind: str, key: str | int) -> Json | None:
        return self._kinds[kind].get(str(key))

    def all(self, kind: str) -> Iterator[Json]:
        """Every document of a kind, in the order of insertion."""
        return iter(list(self._kinds[kind].values()))

    def put(self, kind: str, key: str | int, value: Json) -> None:
        self._kinds[kind][str(key)] = value
        if self._db is not None:
            self._begin()
            self._db.execute(
                "INSERT INTO doc VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                (kind, str(key), json.dumps(value)),
            )

    def drop(self, kind: str, key: str | int) -> None:
        self._kinds[kind].pop(str(key), None)
        if self._db is not None:
            self._begin()
            self._db.execute("DELETE FROM doc WHERE kind = ? AND key = ?", (kind, str(key)))

    def _begin(self) -> None:
        if self._db is not None and not self._db.in_transaction:
            self._db.execute("BEGIN")

    def commit(self) -> None:
        if self._db is not None and self._db.in_transaction:
            self._db.execute("COMMIT")

    def counter(self, name: str, start: int = 0) -> int:
        """The next value of a named counter, first `start` + 1; kept in the file."""
        value = int((self.get("counter", name) or {"n": start})["n"]) + 1
        self.put("counter", name, {"n": value})
        return value

    def close(self) -> None:
        if self._db is not None:
            self.commit()
            self._db.close()
            self._db = None


class World:
    """Everything outside of the product. One object for both platforms.

    path: the database; uploaded files lie beside it in the folder `<path>.files`.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: WorldClock | None = None,
        switches: Switches | None = None,
    ) -> None:
        self.clock = clock or WorldClock()
        self.switches = switches or Switches()
        self.faults = Faults()
        self.store = Store(path)
        self.files = Files(None if path is None else path.with_name(f"{path.name}.files"))
        self.version = 0
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def touch(self) -> None:
        """Commit and wake everybody who waits: long polls, gateways, the page, tests."""
        self.store.commit()
        self.version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for listener in self._listeners:
            listener()

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    async def change(self) -> None:
        """Return after the next `touch`."""
        await self._changed.wait()

    async def until(self, condition: Callable[[], Any], what: str, deadline: float = 20.0) -> Any:
        """Wait until `condition()` is truthy and return its value.

        deadline: real seconds; a TimeoutError names `what` was awaited.
        """

        async def wait() -> Any:
            while not (value := condition()):
                await self._changed.wait()
            return value

        try:
            return await asyncio.wait_for(wait(), deadline)
        except TimeoutError:
            raise TimeoutError(f"waited {deadline} s in vain for: {what}") from None

    def close(self) -> None:
        # Whoever looks may hold a whole newsroom, and aiohttp keeps a server that is stopped.
        self._listeners.clear()
        self.store.close()


Handler = Callable[[Json], Awaitable[Json]]
