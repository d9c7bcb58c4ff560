"""The loop that brings what people attached into the spool, before anything is done with it.

A file is written first and its row after. What a crash leaves between the two is a file that no
row knows: it is deleted at the next start, and fetched again because its row still wants it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from core.clock import Clock
from core.errors import (
    DeliveryError,
    DiskRefused,
    Rejected,
    RetryLater,
    StorageError,
    Unreachable,
)
from core.feeds.fetching import BadAddress, FetchError, PrivateAddress, TooLarge
from core.metadata import Damaged, Stripper
from core.newsroom import Newsroom
from core.newsroom.comments import spooling
from core.newsroom.comments.spooling import Want
from core.ports import Adapter, Fetcher, Take
from core.sniff import HEAD, is_page, is_picture
from core.storage.spool import Spool, SpoolFull

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Files that are fetched at the same time."""
MOST_TRIES = 8
LONGEST = 120.0
"""Seconds between two tries, at most."""
TIDY_EVERY = 60.0
NAP = 1.0
PICTURES = "image/jpeg,image/png,image/webp,image/gif;q=0.5"
WEB_LIMIT = 10 * 1024 * 1024
"""Bytes of a picture from the web: what both platforms show as one."""
MORE = 1024 * 1024
"""Bytes by which something may be larger than it was said to be."""
UNTOLD = 20 * 1024 * 1024
"""Bytes of what nobody told the size of, at most."""
LONGEST_FETCH = 900.0
"""Seconds for one file, however slowly it comes."""
SEEN = ("photo", "video", "note", "animation", "voice", "audio", "sticker")
"""What is shown or played: none of it begins as a page does."""
Source = Callable[[str, Take], Awaitable[None]]


class Spooler:
    """Fetches until cancelled; `run` once for a process."""

    def __init__(
        self, newsroom: Newsroom, adapters: Mapping[str, Adapter], spool: Spool, clock: Clock,
        fetcher: Fetcher,
    ) -> None:  # fmt: skip
        self._newsroom = newsroom
        self._adapters = adapters
        self._spool = spool
        self._fetcher = fetcher
        self._clock = clock
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._free = asyncio.Event()
        self._tidied = 0.0
        self._turned: float | None = None

    def late(self, longest: float) -> bool:
        """The loop runs and has not turned for so many seconds."""
        turned = self._turned
        return turned is not None and self._clock.monotonic() - turned > longest

    async def run(self) -> None:
        """Serve what is wanted; tidy now and then."""
        await self._sweep()
        try:
            while True:
                self._turned = self._clock.monotonic()
                self._newsroom.spool_wanted.clear()
                self._free.clear()
                try:
                    await self._tidy()
                    await self._start()
                except StorageError as error:
                    log.warning("the spool waits for the database: %s", error)
                await self._wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _wait(self) -> None:
        waits = [
            asyncio.ensure_future(self._clock.sleep(NAP)),
            asyncio.ensure_future(self._newsroom.spool_wanted.wait()),
            asyncio.ensure_future(self._free.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _start(self) -> None:
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return
        now, limit = self._clock.now(), AT_ONCE + len(self._tasks)
        found = await self._newsroom.look(
            lambda tx, context: spooling.wanted(tx, context, now, limit)
        )
        for want in [w for w in found if w.id not in self._tasks][:room]:
            task = asyncio.create_task(self._serve(want), name=f"spool {want.id}")
            self._tasks[want.id] = task
            task.add_done_callback(partial(self._ended, want.id))

    def _ended(self, number: int, _: asyncio.Task[None]) -> None:
        self._tasks.pop(number, None)
        self._free.set()

    async def _serve(self, want: Want) -> None:
        try:
            await self._fetch(want)
        except StorageError as error:
            log.warning("attachment %s waits for the database: %s", want.id, error)
            await self._clock.sleep(NAP)
        except Exception as error:
            # Not the exception itself: what a library says may hold an address.
            log.error("attachment %s failed here (%s)", want.id, type(error).__name__)
            await self._again(want, "an error of Commonthread itself", None)

    async def _fetch(self, want: Want) -> None:
        adapter = self._adapters.get(want.platform)
        if adapter is None and want.platform:
            await self._put_back(want, LONGEST, "its platform is not connected")
            return
        most = adapter.capabilities.download_limit if adapter is not None else 0
        if most and want.size > most:
            await self._lost(want, f"more than {most // (1024 * 1024)} MB")
            return
        source = adapter.fetch if adapter is not None else self._from_web
        try:
            kept = await self._spool.keep(lambda take: _watched(source, want, take))
        except Rejected as outcome:
            await self._lost(want, outcome.reason)
        except RetryLater as outcome:
            await self._again(want, outcome.reason, outcome.after)
        except DeliveryError as outcome:
            await self._again(want, outcome.reason, None)
        except SpoolFull as full:
            await self._lost(want, str(full))
        except DiskRefused as refused:
            log.warning("%s", refused)
            await self._put_back(want, LONGEST, str(refused))
        else:
            wanted = await self._newsroom.record(
                lambda tx, context: spooling.kept(
                    tx, context, want.id, kept.name, kept.size, kept.digest
                )
            )
            if not wanted:
                await self._spool.drop(kept.name)

    async def _from_web(self, url: str, take: Take) -> None:
        """A picture of an article, from its own address. Raises Rejected or Unreachable."""
        try:
            fetched = await self._fetcher.get(url, accept=PICTURES, limit=WEB_LIMIT)
        except TooLarge:
            raise Rejected(f"it is larger than {WEB_LIMIT >> 20} MB") from None
        except (BadAddress, PrivateAddress) as error:
            raise Rejected(str(error)) from None
        except FetchError as error:
            raise Unreachable(str(error)) from None
        if fetched.status in (429, 502, 503, 504):
            raise RetryLater(f"its address answered {fetched.status}", fetched.retry_after or 30.0)
        if fetched.status >= 400 or not fetched.content_type.lower().startswith("image/"):
            raise Rejected(f"its address gives no picture ({fetched.status})")
        await take(fetched.body)

    async def _again(self, want: Want, why: str, after: float | None) -> None:
        """Later; after many tries in vain it is lost."""
        if want.attempts + 1 >= MOST_TRIES:
            await self._lost(want, why)
            return
        wait = min(LONGEST, 2.0**want.attempts) * (0.75 + self._clock.random() / 2)
        await self._put_back(want, max(wait, after or 0.0), why)

    async def _put_back(self, want: Want, after: float, why: str) -> None:
        await self._newsroom.record(
            lambda tx, context: spooling.put_back(tx, context, want.id, after, why)
        )

    async def _lost(self, want: Want, why: str) -> None:
        """For good. Before its original may go, the desk gets a copy where the platform can."""
        log.info("attachment %s cannot be fetched: %s", want.id, why)
        job = await self._newsroom.look(lambda tx, context: spooling.copy_job(tx, context, want.id))
        copied = False
        if job is not None:
            try:
                await self._adapters[want.platform].copy(job.source, job.message, job.target)
                copied = True
            except Rejected as outcome:
                log.warning("attachment %s cannot be copied either: %s", want.id, outcome.reason)
            except DeliveryError as outcome:
                if want.attempts + 1 < MOST_TRIES:
                    await self._again(want, outcome.reason, getattr(outcome, "after", None))
                    return
        await self._newsroom.record(
            lambda tx, context: spooling.lost(tx, context, want.id, why, copied=copied)
        )

    # Tidying

    async def _sweep(self) -> None:
        """Delete the files that no row knows."""
        with suppress(StorageError):
            there = await self._spool.orphans()
            known = await self._newsroom.look(lambda tx, _: spooling.files(tx))
            for name in set(there) - known:
                await self._spool.drop(name)

    async def _tidy(self) -> None:
        now = self._clock.monotonic()
        early = now - self._tidied < TIDY_EVERY
        if early and not await self._newsroom.look(spooling.urgent):
            return
        self._tidied = now
        if not await self._newsroom.look(spooling.over):
            return
        for name in await self._newsroom.change(spooling.expire):
            await self._spool.drop(name)


async def _watched(source: Source, want: Want, take: Take) -> None:
    """Fetch within bounds that do not depend on what anybody declared. Raises Rejected for what
    is larger than it may be, not what it says it is or too damaged to be freed of what it tells of
    its maker; Unreachable for what takes too long."""
    guard = _Guard(want, take)
    try:
        async with asyncio.timeout(LONGEST_FETCH):
            await source(want.reference, guard.take)
            await guard.end()
    except TimeoutError:
        raise Unreachable("it comes too slowly") from None
    except Damaged as error:
        raise Rejected(str(error)) from None


class _Guard:
    """Counts what comes, looks at its beginning, and takes out what it tells of its maker. A
    picture of an article, which the publication shows to everybody, stays as it is."""

    def __init__(self, want: Want, take: Take) -> None:
        self._want = want
        self._take = take
        self._most = want.size + MORE if want.size else UNTOLD
        self._count = 0
        self._head = b""
        self._looked = False
        self._stripper = Stripper() if want.platform else None

    async def take(self, data: bytes) -> None:
        self._count += len(data)
        if self._count > self._most:
            raise Rejected("it is larger than it was said to be")
        if not self._looked:
            self._head += data[: HEAD - len(self._head)]
            if len(self._head) >= HEAD:
                self.look()
        await self._take(self._stripper.feed(data) if self._stripper else data)

    async def end(self) -> None:
        """That was all. Raises Rejected as `look`, and Damaged."""
        self.look()
        if self._stripper:
            await self._take(self._stripper.end())

    def look(self) -> None:
        """Raises Rejected where the beginning gives the lie to what it is said to be."""
        self._looked = True
        if not self._want.platform and not is_picture(self._head):
            raise Rejected("its address gives no picture")
        if self._want.kind in SEEN and is_page(self._head):
            raise Rejected("it is a page and not what it is said to be")
