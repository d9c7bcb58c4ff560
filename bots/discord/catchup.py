"""Reading what happened in a thread while nobody listened.

A fresh IDENTIFY replays nothing, so each watched thread is read by REST: new messages after the
cursor, oldest first; and the last messages that the map knows are compared, which finds edits,
deletions and reactions among them. What lies further back than the window is not found.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bots.discord import convert, ids
from bots.discord.api import Api
from bots.discord.capabilities import CAPABILITIES
from bots.discord.cursors import Cursors
from bots.discord.directory import Directory
from core.clock import Clock
from core.errors import DeliveryError, Gone
from core.ports import Sink

log = logging.getLogger(__name__)

Json = dict[str, Any]

_PAGE = 100
_WINDOW = CAPABILITIES.window
_OVERLAP = 2000 << 22
"""Ids may arrive slightly out of order; so much time before the cursor is read again."""
_EDIT_OVERLAP = 60.0
"""An edit that is so many seconds older than the cursor's message came before it and is handled."""


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
        cursor = await self._cursors.load(watched.thread)
        # Without a cursor nothing tells what lies before our own newest copy: all is read.
        after = (0 if watched.whole else cursor) or ids.bare(watched.thread)
        window = await self._standing(watched)
        try:
            page = await self._newest(watched.thread)
        except Gone:
            await self.gone(watched)
            return
        oldest = int(page[-1]["id"]) if len(page) == _PAGE else 0
        start = min([after - _OVERLAP, *(n - 1 for n in window)])
        older = await self._after(watched.thread, start, oldest) if oldest > start else []
        found = [*older, *reversed(page)]
        await self._compare(watched, window, found, after)
        await self._posted(watched, window, found, after)

    async def _desk(self, watched: Watched) -> None:
        """Find the open cards that somebody took away. They are few, so those that are older than
        the desk's last messages are asked for one by one."""
        cards = await self._standing(watched)
        page = await self._newest(watched.thread)
        oldest = int(page[-1]["id"]) if len(page) == _PAGE else 0
        present = {int(m["id"]) for m in page}
        gone = [n for n in cards if n >= oldest and n not in present]
        gone += [n for n in cards if n < oldest and not await self._there(watched.thread, n)]
        await self._taken(watched, gone)

    async def _there(self, channel: str, message: int) -> bool:
        path = "/channels/{channel_id}/messages/{message_id}"
        try:
            await self._api.read(path, patient=True, channel_id=channel, message_id=str(message))
        except Gone:
            return False
        return True

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

    async def _posted(
        self, watched: Watched, window: Collection[int], found: list[Json], after: int
    ) -> None:
        """Hand on what is new; a message that is in the map already is no news."""
        new = [m for m in found if int(m["id"]) > after - _OVERLAP]
        names = [ids.message_id(watched.thread, str(m["id"])) for m in new]
        known = await self._sink.known(convert.PLATFORM, watched.place, names) if names else set()
        for message in new:
            if ids.message_id(watched.thread, message["id"]) in known:
                await self._cursors.handled(watched.thread, message["id"])
                if int(message["id"]) not in window:
                    await self._edited(watched, message, after)
                continue
            self.recovered += convert.is_comment(message)
            await self._handle("MESSAGE_CREATE", await self._as_live(watched, message))

    async def _standing(self, watched: Watched) -> dict[int, Mapping[str, int]]:
        """What should be there, oldest first, with its reactions. To be asked before the thread is
        read, so that whatever the thread lacks has vanished since."""
        place, thread = watched.place, watched.thread
        known = await self._sink.standing(convert.PLATFORM, place, thread, _WINDOW)
        return dict(sorted((ids.bare(message), counts) for message, counts in known.items()))

    async def _compare(
        self,
        watched: Watched,
        window: Mapping[int, Mapping[str, int]],
        found: list[Json],
        after: int,
    ) -> None:
        """Find what was edited or deleted among the last messages that were there, and reactions
        that are not counted."""
        present = {int(m["id"]): m for m in found}
        await self._taken(watched, [n for n in window if n not in present])
        for number in (n for n in window if n in present):
            await self._edited(watched, present[number], after)
            await self._reacted(watched, present[number], window[number])

    async def _taken(self, watched: Watched, messages: list[int]) -> None:
        if messages:
            payload = {"channel_id": watched.thread, "ids": [str(n) for n in messages]}
            await self._handle("MESSAGE_DELETE_BULK", payload)

    async def _edited(self, watched: Watched, message: Json, after: int) -> None:
        """Tell how a message reads now, if it was changed since about the cursor's message; what
        is known is no news."""
        since = ids.moment(str(after)) - _EDIT_OVERLAP
        if convert.is_comment(message) and convert.changed_at(message) > since:
            await self._handle("MESSAGE_UPDATE", await self._as_live(watched, message))

    async def _reacted(self, watched: Watched, message: Json, counted: Mapping[str, int]) -> None:
        """Tell the reactions that a message has, where other ones are counted."""
        payload = {**message, "channel_id": watched.thread}
        event = convert.reacted(payload, watched.place)
        if event.counts != counted:
            await self._sink.handle(event)

    async def _as_live(self, watched: Watched, message: Json) -> Json:
        """A message of the history as the gateway would have brought it."""
        payload = {**message, "channel_id": watched.thread}
        if convert.is_comment(payload):
            payload |= await self._member(watched.thread, payload["author"]["id"])
        return payload

    async def gone(self, watched: Watched) -> None:
        """A whole thread was deleted, and with it what it held, a forum post's first message
        included. Raises StorageError."""
        gone = {*await self._standing(watched), ids.bare(watched.thread)}
        names = tuple(ids.message_id(watched.thread, str(n)) for n in sorted(gone))
        known = await self._sink.known(convert.PLATFORM, watched.place, names)
        if known:
            told = tuple(n for n in names if n in known)
            await self._sink.handle(
                convert.deleted_messages(watched.place, told, self._clock.now())
            )

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
