"""The outbox: claim, adapter, record. It closes the gap between want and have.

One task for each channel finds what is ready; one task for each busy lane of it works in order.
A slow or dead channel delays no other. A lane that the platform's pace makes wait rests without
holding anything, and what is ready is looked for anew when it has rested.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from core.clock import Clock
from core.ending import end, wait_out
from core.errors import StorageError
from core.newsroom import Newsroom
from core.newsroom.outgoing.jobs import Job, Look
from core.newsroom.outgoing.ledger import put_back
from core.newsroom.outgoing.ready import Ready
from core.outbox import restricting
from core.outbox.calls import Calls, Outdated, about
from core.outbox.lanes import Lanes
from core.ports import Adapter

log = logging.getLogger(__name__)

IDLE = 30.0
"""Seconds after which a channel is looked at although nothing woke it."""
MOMENT = 1.0
"""Seconds that a lane waits with what it has; for longer ones, and where comments are gathered,
it rests, and what is ready is looked for anew."""
AGAIN, LATER = 5.0, 60.0
"""Seconds until a channel is looked at again that could not be, because of a mistake of ours; and
until one delivery is that could not be shown."""
MISTAKE = "a mistake of this program: see its log"
SETTINGS = "settings"
"""The lane of the settings of a channel's threads, and of what is held against people there."""


class Outbox:
    """Works until cancelled; `run` once for a process."""

    def __init__(self, newsroom: Newsroom, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._newsroom = newsroom
        self._adapters = adapters
        self._clock = clock
        self._signals: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lanes: defaultdict[int, Lanes] = defaultdict(Lanes)
        self._calls = Calls(newsroom, adapters, clock, self._rest)
        self._changed = asyncio.Event()
        self._turned: dict[str, float] = {}

    def wake(self, channels: set[int]) -> None:
        """These channels have something to do (a listener of `Database.on_wake`)."""
        for channel in channels:
            if channel in self._signals:
                self._signals[channel].set()
            elif channel > 0:
                self._changed.set()

    def wake_all(self) -> None:
        """Look everywhere again, new channels included."""
        self._changed.set()
        for signal in self._signals.values():
            signal.set()

    async def run(self) -> None:
        """Serve every channel of a connected platform; new channels as they come."""
        try:
            while True:
                self._changed.clear()
                try:
                    await self._start_channels()
                except StorageError as error:
                    log.warning("the outbox waits for the database: %s", error)
                    await self._clock.sleep(1.0)
                    continue
                await self._changed.wait()
        finally:
            # A send under way has its moment, although whoever stops us does so again.
            await wait_out(asyncio.create_task(self._stop()))

    async def _start_channels(self) -> None:
        house = await self._newsroom.house()
        for channel in house.channels.values():
            if channel.platform not in self._adapters:
                continue
            task = self._tasks.get(channel.id)
            if task is None or task.done():
                self._signals.setdefault(channel.id, asyncio.Event()).set()
                self._tasks[channel.id] = asyncio.create_task(
                    self._serve(channel.id), name=f"outbox {channel.id}"
                )

    async def _stop(self) -> None:
        working = [task for lanes in self._lanes.values() for task in lanes.tasks.values()]
        tasks = [*self._tasks.values(), *working]
        await end(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._calls.stop()

    async def _serve(self, number: int) -> None:
        signal = self._signals[number]
        while True:
            signal.clear()
            self._turned[f"channel {number}"] = self._clock.monotonic()
            lanes = self._lanes[number]
            look = lanes.look(self._clock.monotonic(), self._calls.apart)
            settle = SETTINGS not in lanes.tasks
            try:
                ready = await self._look(number, look, settle=settle)
            except StorageError as error:
                log.warning("the outbox waits for the database: %s", error)
                await self._clock.sleep(1.0)
                continue
            except Exception:
                log.exception("channel %s cannot be looked at; it is tried again", number)
                await self._clock.sleep(AGAIN)
                continue
            if ready is None:
                self._turned.pop(f"channel {number}", None)
                return
            self._start_lanes(lanes, ready)
            await self._wait(signal, number, ready.due)

    async def _look(self, number: int, look: Look | None, *, settle: bool) -> Ready | None:
        """What is ready in a channel. What cannot be shown is put back, so that it holds up nothing
        and is told at its own pace."""
        ready = await self._newsroom.ready(number, look, settle=settle)
        if ready is not None and ready.mistaken:
            mistaken = ready.mistaken
            await self._newsroom.record(
                lambda tx, context: put_back(tx, context, number, mistaken, LATER, MISTAKE)
            )
        return ready

    def late(self, longest: float) -> list[str]:
        """The channels that nobody looked at for so many seconds: something hangs there."""
        now = self._clock.monotonic()
        return [name for name, turned in self._turned.items() if now - turned > longest]

    async def _wait(self, signal: asyncio.Event, channel: int, due: float | None) -> None:
        waits = [IDLE]
        if due is not None:
            waits.append(due - self._clock.now())
        if (rested := self._lanes[channel].next()) is not None:
            waits.append(rested - self._clock.monotonic())
        timer = asyncio.ensure_future(self._clock.sleep(max(0.0, min(waits))))
        waiter = asyncio.ensure_future(signal.wait())
        try:
            await asyncio.wait({timer, waiter}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in (timer, waiter):
                future.cancel()
                with suppress(asyncio.CancelledError):
                    await future

    def _start_lanes(self, lanes: Lanes, ready: Ready) -> None:
        channel = ready.channel.id
        if ready.settings or ready.people:
            lanes.tasks[SETTINGS] = asyncio.create_task(
                self._settle(lanes, ready), name=f"lane {channel} settings"
            )
        found: dict[str, list[Job]] = {}
        for job in ready.jobs:
            found.setdefault(job.lane, []).append(job)
        for lane, jobs in found.items():
            lanes.begin(jobs)
            lanes.tasks[lane] = asyncio.create_task(
                self._work(lanes, lane, jobs), name=f"lane {channel} {lane}"
            )

    async def _settle(self, lanes: Lanes, ready: Ready) -> None:
        channel = ready.channel
        try:
            for setting in ready.settings:
                await self._calls.apply(setting)
            for one in ready.people:
                adapter = self._adapters[channel.platform]
                await restricting.bring(self._newsroom, adapter, self._clock, one)
        except StorageError as error:
            log.warning("a setting waits for the database: %s", error)
            await self._clock.sleep(1.0)
        finally:
            lanes.tasks.pop(SETTINGS, None)
            self._signals[channel.id].set()

    async def _work(self, lanes: Lanes, lane: str, jobs: list[Job]) -> None:
        channel = jobs[0].channel
        try:
            for job in jobs:
                if not await self._has_turn(job):
                    break
                try:
                    if not await self._deliver(job):
                        break
                finally:
                    lanes.end([job])
                lanes.serve(job, self._clock.monotonic())
        finally:
            lanes.end(jobs)
            lanes.tasks.pop(lane, None)
            self._signals[channel.id].set()

    async def _has_turn(self, job: Job) -> bool:
        """Whether the pace allows a job now, perhaps after a moment. Where it does not, the lane
        rests: above the pace what is ready is claimed anew, in the order that holds by then."""
        adapter = self._adapters[job.channel.platform]
        while (wait := self._calls.pace(job)) > 0:
            if wait > MOMENT or adapter.capabilities.gathers:
                self._rest(job, wait)
                return False
            await self._clock.sleep(wait)
        return True

    def _rest(self, job: Job, seconds: float) -> None:
        self._lanes[job.channel.id].rest(job.lane, self._clock.monotonic() + seconds)

    async def _deliver(self, job: Job) -> bool:
        """Work on a job. False where it is as ready as before and keeps its turn: what comes
        after it waits for the next look."""
        try:
            await self._calls.bring_level(job)
        except Outdated:
            return False
        except StorageError as error:
            log.warning("a delivery waits for the database: %s", error, extra=about(job))
            await self._clock.sleep(1.0)
            return False
        except Exception:
            log.exception("a delivery failed here; it is tried again", extra=about(job))
            await self._calls.failed(job)
        return True
