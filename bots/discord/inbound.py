"""The inward half: what the gateway brings becomes events, in order, and none is skipped.

Each dispatch is queued in its thread's lane and handled there: it returns only when the sink has
committed it, and a sink that refuses is asked again with the same event. After a fresh session
everything new waits until the watched threads are known, so that their catch-up comes first.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from bots.discord import convert, ids, permissions
from bots.discord.api import Api
from bots.discord.catchup import CatchUp, Watched
from bots.discord.convert import PLATFORM, Me, Where
from bots.discord.cursors import Cursors
from bots.discord.directory import THREADS, Directory
from bots.discord.interactions import Handle, Interactions
from bots.discord.lanes import Lanes
from core.clock import Clock
from core.errors import Rejected, RetryLater, StorageError, Unreachable, where
from core.events import Edited, Invoked
from core.ports import Sink
from core.views import Answer

log = logging.getLogger(__name__)

Json = dict[str, Any]
Item = tuple[str, Json]

_CATCH_UP = "CATCH_UP"
_REACTIONS = "REACTIONS"
_TEXTS = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
_REMOVALS = frozenset({"MESSAGE_DELETE", "MESSAGE_DELETE_BULK"})
_FULL = 20_000
_LONGEST_PAUSE = 30.0
_READ_AT_ONCE = 4
MOST_KEY = 200
"""Characters by which something in quarantine is told from the rest."""
_REACTION_TRIES, _REACTION_PAUSE = 3, 1.0
_ANSWER_TRIES = 4


class Inbound:
    """One run of the adapter. `intake` is given every dispatch; `run` works until cancelled."""

    def __init__(
        self,
        api: Api,
        directory: Directory,
        interactions: Interactions,
        clock: Clock,
        sink: Sink,
        me: Me,
    ) -> None:
        self._api = api
        self._directory = directory
        self._interactions = interactions
        self._clock = clock
        self._sink = sink
        self._me = me
        self._cursors = Cursors(sink, clock)
        self._lanes: Lanes[Item] = Lanes(self._work)
        self._catch_up = CatchUp(api, directory, self._cursors, sink, clock, self._message)
        self._reading = asyncio.Semaphore(_READ_AT_ONCE)
        self._parked: list[tuple[str, Item]] | None = []
        self._overflown = False
        self._reacted: set[tuple[str, str]] = set()
        self._edits: OrderedDict[str, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_read = 0

    @property
    def is_behind(self) -> bool:
        """What happened while nobody listened is not all read yet."""
        return self._parked is not None or self._to_read > 0

    # Intake

    def intake(self, event: str, data: Json) -> None:
        """Take one dispatch of the gateway; quick, and never raises: what is too odd to be put
        into its lane goes into quarantine."""
        try:
            self._sort(event, data)
        except Exception as error:
            log.error("A Discord event cannot be sorted, it is put aside: %s", where(error))
            self._spawn(self._aside(where(error))(event, data))

    def _sort(self, event: str, data: Json) -> None:
        foreign = self._foreign(str(data.get("channel_id") or data.get("id")))
        self._directory.feed(event, data)
        if event == "READY":
            self.behind()
        elif event == "INTERACTION_CREATE":
            self._spawn(self._interaction(data))
        elif event in _REMOVALS or (event in _TEXTS and not foreign):
            self._queue(str(data.get("channel_id")), (event, data))
        elif event.startswith("MESSAGE_REACTION_") and not foreign:
            self._reaction(data)
        elif event == "THREAD_DELETE" and not foreign:
            self._queue(str(data.get("id")), (event, data))

    def _reaction(self, data: Json) -> None:
        """Many reactions in a row are one look at the message."""
        message = (str(data["channel_id"]), str(data["message_id"]))
        if message not in self._reacted:
            self._reacted.add(message)
            self._queue(message[0], (_REACTIONS, {"channel_id": message[0], "id": message[1]}))

    def _foreign(self, channel: str) -> bool:
        return self._directory.foreign(channel, self._me.user)

    def _queue(self, lane: str, item: Item) -> None:
        if self._parked is not None:
            # What does not fit is older than the catch-up that follows, which reads it.
            if len(self._parked) < _FULL:
                self._parked.append((lane, item))
        elif self._overflown or self._lanes.size >= _FULL:
            # Nothing newer may pass what is let go here: when the lanes are empty, all is read.
            self._overflown = True
        else:
            self._lanes.put(lane, item)

    def behind(self) -> None:
        """Something was missed: read every watched thread before anything newer."""
        if self._parked is None:
            self._parked = []
        self._spawn(self._begin_catch_up())

    async def _begin_catch_up(self) -> None:
        watched = await self._watched()
        for place, thread, _ in sorted(watched, key=lambda w: -ids.bare(w[2])):
            self._to_be_read(Watched(place, thread))
        parked, self._parked = self._parked or [], None
        for lane, live in parked:
            self._lanes.put(lane, live)

    def unread(self, place: str, thread: str) -> None:
        """People may have written in a thread before it was known to be ours: read it whole."""
        self._to_be_read(Watched(place, thread, whole=True))

    def _to_be_read(self, watched: Watched) -> None:
        if watched.thread != watched.place:
            self._directory.adopt(watched.thread)
        item = {"place": watched.place, "thread": watched.thread, "whole": watched.whole}
        self._lanes.put(watched.thread, (_CATCH_UP, item))
        self._to_read += 1

    async def _watched(self) -> list[tuple[str, str, str | None]]:
        pause = 0.5
        while True:
            try:
                return list(await self._sink.watched(PLATFORM))
            except StorageError as error:
                log.warning("Reading the threads waits for the storage: %s", error)
                await self._clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    # Working

    async def run(self) -> None:
        """Keep the cursors written down until cancelled; then stop everything."""
        try:
            await self._cursors.run()
        finally:
            await self._cancel()
            await self._lanes.stop()
            await self._cancel()  # what the lanes began until then
            await self._cursors.flush()

    async def _cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            log.error("A Discord task failed: %s", where(error))

    async def _work(self, item: Item) -> None:
        """One item of a lane, until it is stored, put aside or of no use."""
        event, data = item
        pause = 0.5
        act = self._acts(event)
        while True:
            try:
                await act(event, data)
                break
            except (StorageError, Unreachable, RetryLater) as error:
                log.warning("A Discord event waits: %s", error)
                await self._clock.sleep(max(pause, getattr(error, "after", 0.0)))
                pause = min(pause * 2, _LONGEST_PAUSE)
            except Rejected as error:
                log.info("A Discord event cannot be placed: %s", error.reason)
                break
            except Exception as error:
                log.error("A Discord event cannot be read, it is put aside: %s", where(error))
                act = self._aside(where(error))
        self._to_read -= event == _CATCH_UP
        self._refill()

    def _refill(self) -> None:
        if self._overflown and self._lanes.size <= 1:
            self._overflown = False
            self.behind()

    def _acts(self, event: str) -> Callable[[str, Json], Coroutine[Any, Any, None]]:
        special = {
            _CATCH_UP: self._read,
            _REACTIONS: self._reactions,
            "THREAD_DELETE": self._thread_gone,
        }
        return special.get(event, self._message)

    def _aside(self, error: str) -> Callable[[str, Json], Coroutine[Any, Any, None]]:
        async def act(event: str, data: Json) -> None:
            told = data if isinstance(data, dict) else {}
            key = f"{event}:{told.get('channel_id')}:{told.get('id') or told.get('thread')}"
            raw = json.dumps(data).encode("utf-8", "surrogatepass")
            await self._sink.quarantine(PLATFORM, key[:MOST_KEY], raw, error)

        return act

    async def replay(self, event: str, data: Json) -> None:
        """Handle a dispatch again that was put aside. Raises what makes it unreadable."""
        await self._acts(event)(event, data)

    async def _read(self, _: str, data: Json) -> None:
        async with self._reading:
            await self._catch_up.thread(
                Watched(data["place"], data["thread"], bool(data.get("whole")))
            )

    # Messages

    async def _message(self, event: str, data: Json) -> None:
        """Handle one message event; returning means that the sink has committed it."""
        channel = await self._directory.channel(str(data["channel_id"]), patient=True)
        if channel["type"] == 1:
            await self._direct(event, data)
            return
        where = _where(channel)
        if where.thread is not None and self._foreign(where.thread):
            return
        if event in _REMOVALS:
            await self._removed(data, where)
        elif where.thread is not None:
            await self._text(event, data, where, where.thread)

    async def _direct(self, event: str, data: Json) -> None:
        said = convert.direct(data) if event == "MESSAGE_CREATE" else None
        if said is not None:
            await self._sink.handle(said)

    async def _removed(self, data: Json, where: Where) -> None:
        await self._sink.handle(convert.deleted(data, where.place, self._clock.now()))

    async def _text(self, event: str, data: Json, where: Where, thread: str) -> None:
        admin = await self._moderates(data, where)
        known = self._directory.names(convert.content_of(data))
        if event == "MESSAGE_UPDATE":
            edited = convert.edited(data, where, admin=admin, known=known)
            if edited is not None and self._newer(edited):
                await self._sink.handle(edited)
                self._edits[edited.message] = edited.at
            return
        posted = convert.posted(data, where, self._me, admin=admin, known=known)
        if posted is not None:
            await self._sink.handle(posted)
        await self._cursors.handled(thread, str(data["id"]))

    def _newer(self, edited: Edited) -> bool:
        """Whether no later change of the message is known: a catch-up reads the last wording,
        and earlier ones that the gateway told meanwhile come after it."""
        while len(self._edits) > _FULL:
            self._edits.popitem(last=False)
        return edited.at >= self._edits.get(edited.message, 0.0)

    async def _moderates(self, data: Json, where: Where) -> bool:
        """Whether the writer administers the channel, as far as their roles are told."""
        guild = self._directory.guild(str(data.get("guild_id") or ""))
        parent = self._directory.known(where.place)
        if guild is None or parent is None or not convert.is_comment(data):
            return False
        roles = (data.get("member") or {}).get("roles") or ()
        rules = parent.get("permission_overwrites") or ()
        bits = permissions.in_channel(guild, rules, str(data["author"]["id"]), roles)
        return permissions.moderates(bits)

    async def _thread_gone(self, _: str, data: Json) -> None:
        """A thread was deleted: with it what it held, a forum post's first message included."""
        thread = str(data["id"])
        await self._catch_up.gone(Watched(str(data.get("parent_id") or thread), thread))

    async def _reactions(self, _: str, data: Json) -> None:
        """Tell the reactions that a known message has now."""
        channel, message = str(data["channel_id"]), str(data["id"])
        self._reacted.discard((channel, message))
        place = _where(await self._directory.channel(channel, patient=True)).place
        name = ids.message_id(channel, message)
        if not await self._sink.known(PLATFORM, place, [name]):
            self._spawn(self._reactions_later(channel, message, int(data.get("tries", 0))))
            return
        path = "/channels/{channel_id}/messages/{message_id}"
        found = await self._api.read(path, patient=True, channel_id=channel, message_id=message)
        await self._sink.handle(convert.reacted({**found, "channel_id": channel}, place))

    async def _reactions_later(self, channel: str, message: str, tries: int) -> None:
        """A copy of ours that was sent a moment ago may not be recorded yet."""
        if tries < _REACTION_TRIES:
            await self._clock.sleep(_REACTION_PAUSE)
            item = {"channel_id": channel, "id": message, "tries": tries + 1}
            self._queue(channel, (_REACTIONS, item))

    # Interactions

    async def _interaction(self, data: Json) -> None:
        place = self._place_of(data)
        handle = await self._interactions.receive(data, place, self._me, self._sink.wording)
        if handle is None:
            return
        answer: Answer | None = None
        try:
            answer = await self._answer_to(data, handle)
        except Exception as error:
            log.error("A Discord interaction cannot be read: %s", where(error))
        # Also without an answer: nobody is left before a message that is never written.
        await self._interactions.answer(handle, answer)

    async def _answer_to(self, data: Json, handle: Handle) -> Answer | None:
        event = convert.invoked(data, self._place_of(data), self._me, handle)
        if event is None:
            return None
        chosen = self._interactions.chosen(event.token)
        if chosen is not None:
            token, message, number = chosen
            event = replace(event, token=token, message=message, reply_number=number)
        return await self._ask(event)

    def _place_of(self, data: Json) -> Where | None:
        if not data.get("guild_id"):
            return None
        channel = data.get("channel") or self._directory.known(str(data.get("channel_id"))) or {}
        return _where({"id": str(data.get("channel_id")), "type": 0, **channel})

    async def _ask(self, event: Invoked) -> Answer | None:
        """The sink's answer. A storage that refuses for seconds leaves the person without one:
        pressing again is harmless."""
        pause = 0.5
        for attempt in range(_ANSWER_TRIES):
            try:
                return await self._sink.handle(event)
            except StorageError as error:
                log.warning("A command waits for the storage: %s", error)
                if attempt < _ANSWER_TRIES - 1:
                    await self._clock.sleep(pause)
                    pause *= 2
            except Exception as error:
                log.error("A command or button failed: %s", where(error))
                return None
        return None


def _where(channel: Json) -> Where:
    if channel["type"] in THREADS:
        return Where(str(channel["parent_id"]), str(channel["id"]))
    return Where(str(channel["id"]), None)
