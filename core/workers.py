"""The loops: feeds, addresses to publish, desks, tidying, and the eye on the database file.

Each turns until cancelled and survives every error; they only call the newsroom.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from core.clock import Clock
from core.errors import CommonthreadError, StorageError, UserError
from core.feeds.document import from_page
from core.feeds.errors import FeedUnreadable
from core.feeds.fetching import PAGES, Fetched, FetchError
from core.feeds.parse import parse
from core.feeds.schedule import Answer
from core.newsroom import Newsroom
from core.newsroom.feeds import Due
from core.outbox import Outbox
from core.ports import Fetcher

log = logging.getLogger(__name__)

LONGEST_NAP = 1.0
"""Seconds after which the loops look again for what another process or another loop added."""
TIDY_EVERY = 1.0
LOOK_EVERY = 0.5
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

    def loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Name and endless function of each loop."""
        return {
            "feeds": lambda: self._forever("feeds", self._feeds),
            "permalinks": lambda: self._forever("permalinks", self._permalinks),
            "publish": lambda: self._forever("publish", self._publish),
            "desk": lambda: self._forever("desk", self._desk),
            "tidy": lambda: self._forever("tidy", self._tidy),
            "file": self._watch_file,
        }

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
            await self._newsroom.feed_answered(feed.id, Answer(None, str(error)))
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
            await self._newsroom.feed_answered(feed.id, Answer(fetched.status, str(error)))
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
        publication, url = await self._newsroom.next_address()
        if await self._newsroom.preview_entry(publication, url):
            return
        try:
            fetched = await self._fetcher.get(url, accept=PAGES)
            if fetched.status >= 400:
                await self._refused(publication, url, fetched.status)
                return
            draft = await asyncio.to_thread(
                from_page, fetched.body, fetched.url, fetched.content_type
            )
        except UserError as error:
            key = f"publish:{self._clock.token()}"
            reason = str(error)
            await self._newsroom.tell_desk(
                publication, key,
                lambda t: t("{url} cannot be published: {reason}", url=url, reason=reason),
            )  # fmt: skip
            return
        await self._newsroom.preview(publication, draft)

    async def _refused(self, publication: int, url: str, status: int) -> None:
        await self._newsroom.tell_desk(
            publication,
            f"publish:{self._clock.token()}",
            lambda t: t("{url} answered {status}: is the address right?", url=url, status=status),
        )

    async def _desk(self) -> None:
        await self._newsroom.desk_wanted.wait()
        self._newsroom.desk_wanted.clear()
        await self._newsroom.refresh_desks()
        await self._clock.sleep(DESK_GATHER)

    async def _tidy(self) -> None:
        await self._newsroom.tidy()
        await self._clock.sleep(TIDY_EVERY)

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
