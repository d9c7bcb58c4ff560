"""The loops: feeds, addresses to publish, desks, tidying, and the eye on the database file.

Each turns until cancelled and survives every error; they only call the newsroom.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from core.clock import Clock
from core.errors import CommonthreadError, StorageError, UserError
from core.feeds.document import from_page
from core.feeds.errors import FeedUnreadable
from core.feeds.fetching import PAGES, Fetched, FetchError, explained
from core.feeds.model import Draft
from core.feeds.parse import parse
from core.feeds.schedule import Answer
from core.newsroom import Newsroom
from core.newsroom.authors import forgetting
from core.newsroom.decisions import audit
from core.newsroom.desks.desk import Words
from core.newsroom.publishing import asked
from core.newsroom.publishing.feeds import Due
from core.newsroom.setup import quarantine
from core.outbox import Outbox
from core.ports import Fetcher

log = logging.getLogger(__name__)

LONGEST_NAP = 1.0
"""Seconds after which the loops look again for what another process or another loop added."""
TIDY_EVERY = 1.0
ANCHOR_EVERY = 86400.0
LOOK_EVERY = 0.5
NOTES_EVERY = 60.0
DESK_GATHER = 0.02
"""Seconds in which a burst of held comments becomes one refresh of the desk."""


class Workers:
    """Every loop of the core, to be run as tasks by the program."""

    def __init__(self, newsroom: Newsroom, outbox: Outbox, fetcher: Fetcher, clock: Clock) -> None:
        self._newsroom = newsroom
        self._outbox = outbox
        self._fetcher = fetcher
        self._clock = clock
        self.turned: dict[str, float] = {}

    def loops(
        self, **more: Callable[[], Awaitable[None]]
    ) -> dict[str, Callable[[], Awaitable[None]]]:
        """Name and endless function of each loop. more: turns from outside of the core, made
        loops like the others."""
        others = {name: partial(self._forever, name, turn) for name, turn in more.items()}
        return {
            "feeds": lambda: self._forever("feeds", self._feeds),
            "permalinks": lambda: self._forever("permalinks", self._permalinks),
            "publish": lambda: self._forever("publish", self._publish),
            "desk": lambda: self._forever("desk", self._desk),
            "tidy": lambda: self._forever("tidy", self._tidy),
            "threads": lambda: self._forever("threads", self._threads),
            "notes": lambda: self._forever("notes", self._notes),
            "quarantine": lambda: self._forever("quarantine", self._replay),
            "erase": lambda: self._forever("erase", self._erase),
            "anchor": lambda: self._forever("anchor", self._anchor),
            "file": self._watch_file,
            **others,
        }

    def late(self, longest: float) -> list[str]:
        """The loops that did not turn for so many seconds."""
        now = self._clock.monotonic()
        return [name for name, turned in self.turned.items() if now - turned > longest]

    async def _forever(self, name: str, turn: Callable[[], Awaitable[None]]) -> None:
        while True:
            self.turned[name] = self._clock.monotonic()
            try:
                await turn()
            except StorageError as error:
                log.warning("%s waits for the database: %s", name, error)
                await self._clock.sleep(1.0)
            except CommonthreadError as error:
                log.warning("%s: %s", name, error)
                await self._clock.sleep(1.0)
            except Exception:
                log.exception("%s failed; it goes on", name)
                await self._clock.sleep(5.0)

    def _idle(self, name: str) -> None:
        """A loop that waits to be woken is not late."""
        self.turned.pop(name, None)

    async def _feeds(self) -> None:
        due = await self._newsroom.due_feeds()
        await asyncio.gather(*(self.poll(feed) for feed in due))
        if not due:
            await self._nap(await self._newsroom.next_feed())

    async def _nap(self, until: float | None) -> None:
        """Sleep until then (Unix seconds), or for as long as a loop may."""
        wait = LONGEST_NAP if until is None else until - self._clock.now()
        await self._clock.sleep(min(LONGEST_NAP, max(0.0, wait)))

    async def poll(self, feed: Due) -> list[int]:
        """Ask one feed and bring in what it holds; the articles that are published by it."""
        try:
            fetched = await self._fetcher.get(feed.url, etag=feed.etag, last_modified=feed.modified)
        except FetchError as error:
            await self._newsroom.feed_answered(feed.id, _failed(None, error))
            return []
        answer = Answer(
            fetched.status,
            retry_after=fetched.retry_after,
            moved_to=fetched.permanent_redirects[-1] if fetched.permanent_redirects else "",
        )
        if not answer.good or fetched.status == 304:
            await self._newsroom.feed_answered(feed.id, answer, fetched.etag, fetched.last_modified)
            return []
        return await self._bring_in(feed, fetched, answer)

    async def _bring_in(self, feed: Due, fetched: Fetched, answer: Answer) -> list[int]:
        try:
            result = await asyncio.to_thread(parse, fetched.body, fetched.content_type, fetched.url)
        except FeedUnreadable as error:
            await self._newsroom.feed_answered(feed.id, _failed(fetched.status, error))
            return []
        return await self._newsroom.ingest(
            feed.id, result.drafts, answer, fetched.etag, fetched.last_modified
        )

    async def _permalinks(self) -> None:
        due = await self._newsroom.permalinks_due()
        for article, url in due:
            status: int | None
            try:
                status = (await self._fetcher.get(url)).status
            except FetchError:
                status = None
            await self._newsroom.permalink_answered(article, status)
        if not due:
            await self._nap(await self._newsroom.next_check())

    async def _publish(self) -> None:
        self._newsroom.address_asked.clear()
        one = await self._newsroom.change(asked.take)
        if one is None:
            self._idle("publish")
            await self._newsroom.address_asked.wait()
            return
        if await self._newsroom.change(lambda tx, context: asked.known(tx, context, one)):
            return
        found = await self._page(one.url)
        if isinstance(found, Draft):
            await self._newsroom.change(lambda tx, c: asked.preview(tx, c, one, found))
        else:
            await self._newsroom.change(lambda tx, c: asked.refuse(tx, c, one, found))

    async def _page(self, url: str) -> Draft | Words:
        """What the page at an address holds, or why there is nothing."""
        try:
            fetched = await self._fetcher.get(url, accept=PAGES)
            if (status := fetched.status) >= 400:
                return lambda t: t("{url} answered {status}: is the address right?",
                                   url=url, status=status)  # fmt: skip
            body, kind = fetched.body, fetched.content_type
            return await asyncio.to_thread(from_page, body, fetched.url, kind)
        except UserError as error:
            reason, kind = str(error), type(error).__name__
            return lambda t: t(
                "{url} cannot be published: {reason}", url=url, reason=explained(reason, kind, t)
            )

    async def _desk(self) -> None:
        self._idle("desk")
        await self._newsroom.desk_wanted.wait()
        self.turned["desk"] = self._clock.monotonic()
        self._newsroom.desk_wanted.clear()
        await self._newsroom.refresh_desks()
        await self._clock.sleep(DESK_GATHER)

    async def _tidy(self) -> None:
        await self._newsroom.tidy()
        await self._clock.sleep(TIDY_EVERY)

    async def _threads(self) -> None:
        await self._newsroom.tend_threads()
        await self._clock.sleep(TIDY_EVERY)

    async def _replay(self) -> None:
        """Read again what the command line asked for."""
        for number, platform, key, raw in await self._newsroom.look(quarantine.waiting):
            await self._newsroom.replay(number, platform, key, raw)
        await self._clock.sleep(LONGEST_NAP)

    async def _erase(self) -> None:
        """Forget who asked for it, now and at the start; then nothing may be left in the
        database's log either."""
        wanted = self._newsroom.erase_wanted
        wanted.clear()
        while await self._newsroom.change(forgetting.go_on):
            pass
        while not await self._newsroom.truncate_log():
            await self._clock.sleep(LOOK_EVERY)
        self._newsroom.spool_wanted.set()
        self._idle("erase")
        await wanted.wait()

    async def _anchor(self) -> None:
        """Write down where the log of decisions ends, at the start and every day: whoever keeps
        the program's log can tell later whether rows at the end are missing."""
        await self._newsroom.change(audit.begin)
        if head := await self._newsroom.look(lambda tx, _: audit.head(tx)):
            log.info("the log of decisions ends with %s", head)
        self._idle("anchor")
        await self._clock.sleep(ANCHOR_EVERY)

    async def _notes(self) -> None:
        """On the first of a month, the note of the month before."""
        await self._newsroom.notes()
        self._idle("notes")
        await self._clock.sleep(NOTES_EVERY)

    async def _watch_file(self) -> None:
        """Another process (the command line) wrote: look everywhere again."""
        seen = -1
        while True:
            self.turned["file"] = self._clock.monotonic()
            with suppress(StorageError):
                version = await self._newsroom.data_version()
                if version != seen:
                    seen = version
                    await self._newsroom.refresh_desks(every=True)
                    self._outbox.wake_all()
            await self._clock.sleep(LOOK_EVERY)


def _failed(status: int | None, error: UserError) -> Answer:
    return Answer(status, str(error), kind=type(error).__name__)
