"""Reading what happened in a thread while nobody listened.

A fresh IDENTIFY replays nothing, so each watched thread is read by REST: new messages after the
cursor, oldest first; and the last messages are compared, which finds edits and deletions among
them. What lies further back than the window is not found.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bots.discord import convert, ids
from bots.discord.api import Api
from bots.discord.cursors import WINDOW, Cursors, Mark
from bots.discord.directory import Directory
from core.clock import Clock
from core.errors import DeliveryError, Gone
from core.events import Event
from core.ports import Sink

log = logging.getLogger(__name__)

Json = dict[str, Any]

_PAGE = 100
_OVERLAP = 2000 << 22
"""Ids may arrive slightly out of order; so much time before the cursor is read again."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A thread to read: its channel and itself; or a desk, which is both. whole: from its
    beginning, because it was not known to be ours when people could write there already."""

    place: str
    thread: str
    whole: bool = False


class CatchUp:
    """`handle` takes a message payload as the gateway would have brought it."""

    def __init__(
        self,
        api: Api,
        directory: Directory,
        cursors: Cursors,
        sink: Sink,
        clock: Clock,
        handle: Callable[[str, Json], Awaitable[None]],
    ) -> None:
        self._api = api
        self._directory = directory
        self._cursors = cursors
        self._sink = sink
        self._clock = clock
        self._handle = handle
        self._members: dict[tuple[str, str], Json | None] = {}
        self.recovered = 0

    async def thread(self, watched: Watched) -> None:
        """Bring one thread up to date. Raises Unreachable, RetryLater, Refusal, StorageError."""
        if watched.thread == watched.place:
            await self._desk(watched)
            return
        mark = await self._cursors.load(watched.thread)
        # Without a mark nothing tells what lies before our own newest copy: all is read.
        after = (0 if watched.whole else mark.newest) or ids.bare(watched.thread)
        window = await self._window(watched, mark)
        try:
            page = await self._newest(watched.thread)
        except Gone:
            await self._tell_gone(watched, mark)
            return
        oldest = int(page[-1]["id"]) if len(page) == _PAGE else 0
        start = min([after - _OVERLAP, *(n - 1 for n in window)])
        older = await self._after(watched.thread, start, oldest) if oldest > start else []
        found = [*older, *reversed(page)]
        await self._compare(watched, window, found)
        await self._posted(watched, mark, after, found)

    async def _desk(self, watched: Watched) -> None:
        """Find the cards that somebody took away, among the desk's last messages."""
        cards = await self._standing(watched)
        page = await self._newest(watched.thread)
        oldest = int(page[-1]["id"]) if len(page) == _PAGE else 0
        present = {int(m["id"]) for m in page}
        await self._gone(watched, [n for n in cards if n >= oldest and n not in present])

    async def _newest(self, thread: str) -> list[Json]:
        return await self._page(thread, {"limit": str(_PAGE)})

    async def _page(self, thread: str, query: dict[str, str]) -> list[Json]:
        path = "/channels/{channel_id}/messages"
        found: list[Json] = await self._api.read(path, query=query, patient=True, channel_id=thread)
        return sorted(found, key=lambda message: -int(message["id"]))

    async def _after(self, thread: str, after: int, until: int) -> list[Json]:
        """Messages between two ids, oldest first."""
        found: list[Json] = []
        position = after
        while position < until:
            page = await self._page(thread, {"limit": str(_PAGE), "after": str(position)})
            found += [m for m in reversed(page) if int(m["id"]) < until]
            if len(page) < _PAGE:
                break
            position = int(page[0]["id"])
        return found

    async def _posted(self, watched: Watched, mark: Mark, after: int, found: list[Json]) -> None:
        """Hand on what is new; a message that is in the map already is no news."""
        handled = set(mark.recent)
        new = [m for m in found if int(m["id"]) > after - _OVERLAP and int(m["id"]) not in handled]
        names = [ids.message_id(watched.thread, str(m["id"])) for m in new]
        known = await self._sink.known(convert.PLATFORM, watched.place, names) if names else set()
        for message in new:
            if ids.message_id(watched.thread, message["id"]) in known:
                await self._cursors.handled(watched.thread, message["id"], shown=True)
                await self._edited(watched, message)
                continue
            self.recovered += convert.is_comment(message)
            await self._handle("MESSAGE_CREATE", await self._as_live(watched, message))

    async def _window(self, watched: Watched, mark: Mark) -> dict[int, bool]:
        """The last messages that were there, oldest first: those of the mark, and what the map
        holds, as a mark is written late and not at all in a crash; each with whether it had
        reactions."""
        known = await self._standing(watched)
        return {n: known.get(n, False) for n in sorted({*mark.recent, *known})}

    async def _standing(self, watched: Watched) -> dict[int, bool]:
        """What should be there. To be asked before the thread is read, so that whatever the
        thread lacks has vanished since."""
        place, thread = watched.place, watched.thread
        known = await self._sink.standing(convert.PLATFORM, place, thread, WINDOW)
        return {ids.bare(message): reacted for message, reacted in known.items()}

    async def _compare(
        self, watched: Watched, window: dict[int, bool], found: list[Json]
    ) -> None:  # fmt: skip
        """Find what was edited or deleted among the last messages that were there."""
        present = {int(m["id"]): m for m in found}
        await self._gone(watched, [n for n in window if n not in present])
        for number in (n for n in window if n in present):
            await self._edited(watched, present[number])
            await self._reacted(watched, present[number], window[number])

    async def _gone(self, watched: Watched, messages: list[int]) -> None:
        if messages:
            payload = {"channel_id": watched.thread, "ids": [str(n) for n in messages]}
            await self._handle("MESSAGE_DELETE_BULK", payload)

    async def _edited(self, watched: Watched, message: Json) -> None:
        """Tell how a message reads now, if it was ever changed; what is known is no news."""
        if message.get("edited_timestamp") and convert.is_comment(message):
            await self._handle("MESSAGE_UPDATE", await self._as_live(watched, message))

    async def _reacted(self, watched: Watched, message: Json, counted: bool) -> None:
        """Tell the reactions that a message has, also where it has lost its last one."""
        if message.get("reactions") or counted:
            payload = {**message, "channel_id": watched.thread}
            await self._sink.handle(convert.reacted(payload, watched.place))

    async def _as_live(self, watched: Watched, message: Json) -> Json:
        """A message of the history as the gateway would have brought it."""
        payload = {**message, "channel_id": watched.thread}
        if convert.is_comment(payload):
            payload |= await self._member(watched.thread, payload["author"]["id"])
        return payload

    async def _tell_gone(self, watched: Watched, mark: Mark) -> None:
        """The whole thread was deleted: so were its messages."""
        gone = {*mark.recent, ids.bare(watched.thread)}
        names = tuple(ids.message_id(watched.thread, str(n)) for n in sorted(gone))
        known = await self._sink.known(convert.PLATFORM, watched.place, names)
        event: Event = convert.deleted_messages(
            watched.place, tuple(n for n in names if n in known), self._clock.now()
        )
        if known:
            await self._sink.handle(event)

    async def _member(self, thread: str, user: str) -> Json:
        """The member of a writer, which REST leaves out of messages: for nickname and roles."""
        guild = self._directory.guild_of(thread)
        if not guild:
            return {}
        key = (guild, user)
        if key not in self._members:
            self._members[key] = await self._ask_member(guild, user)
        member = self._members[key]
        return {"guild_id": guild, "member": member} if member else {"guild_id": guild}

    async def _ask_member(self, guild: str, user: str) -> Json | None:
        path = "/guilds/{guild_id}/members/{user_id}"
        try:
            found: Json = await self._api.read(path, patient=True, guild_id=guild, user_id=user)
        except DeliveryError:
            return None
        return found
