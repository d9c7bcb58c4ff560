"""The outbox: claim, adapter, record. It closes the gap between want and have.

One task for each channel finds what is ready; one task for each busy lane of it works in order.
A slow or dead channel delays no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace

from core.clock import Clock
from core.errors import (
    DeliveryError,
    Gone,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    StorageError,
    Unreachable,
)
from core.model import Channel
from core.newsroom import Newsroom, ledger
from core.newsroom.ledger import Job, SettingJob
from core.ports import Adapter, Receipt
from core.steps import REMOVING, Delete, Edit, GiveUp, LookFor, Send, Sent, Step, Wait, next_step
from core.views import Part

log = logging.getLogger(__name__)

LONGEST = 300.0
"""Seconds between two tries, at most."""
MOST_UNKNOWN = 5
"""So many sends of unknown outcome in a row, where they cannot be looked up, before giving up."""
NONCE_BYTES = 15
GRACE = 3.0
"""Seconds that a send under way gets when the program stops."""


class Outbox:
    """Works until cancelled; `run` once for a process."""

    def __init__(self, newsroom: Newsroom, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._newsroom = newsroom
        self._adapters = adapters
        self._clock = clock
        self._signals: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lanes: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._busy: dict[int, set[int]] = {}
        self._calls: set[asyncio.Task[Job | None]] = set()
        self._changed = asyncio.Event()
        self.turned_at = clock.monotonic()

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
                await self._start_channels()
                await self._changed.wait()
        finally:
            await self._stop()

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
        tasks = [*self._tasks.values(), *self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._calls:
            await asyncio.wait(self._calls, timeout=GRACE)
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _unbroken(self, work: Coroutine[None, None, Job | None]) -> Job | None:
        """A send goes on to its record where the program is told to stop meanwhile: a stop shall
        not make an outcome unknown that the platform is about to tell."""
        call = asyncio.ensure_future(work)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return await asyncio.shield(call)

    async def _serve(self, number: int) -> None:
        signal = self._signals[number]
        while True:
            signal.clear()
            self.turned_at = self._clock.monotonic()
            try:
                channel = (await self._newsroom.house()).channels.get(number)
                if channel is None:
                    return
                await self._start_lanes(channel)
                due = await self._newsroom.next_due(number)
            except StorageError as error:
                log.warning("the outbox waits for the database: %s", error)
                await self._clock.sleep(1.0)
                continue
            await self._wait(signal, due)

    async def _wait(self, signal: asyncio.Event, due: float | None) -> None:
        if due is None:
            await signal.wait()
            return
        timer = asyncio.ensure_future(self._clock.sleep(max(0.0, due - self._clock.now())))
        waiter = asyncio.ensure_future(signal.wait())
        try:
            await asyncio.wait({timer, waiter}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in (timer, waiter):
                future.cancel()
                with suppress(asyncio.CancelledError):
                    await future

    async def _start_lanes(self, channel: Channel) -> None:
        busy = self._busy.setdefault(channel.id, set())
        for setting in await self._newsroom.settings(channel):
            await self._apply(setting)
        lanes: dict[str, list[Job]] = {}
        # What is busy as the look begins: whatever ends meanwhile may be read as it was before.
        for job in await self._newsroom.ready(channel, frozenset(busy)):
            if (channel.id, job.lane) not in self._lanes:
                lanes.setdefault(job.lane, []).append(job)
        for lane, jobs in lanes.items():
            busy.update(job.delivery for job in jobs)
            key = (channel.id, lane)
            self._lanes[key] = asyncio.create_task(
                self._work(key, jobs), name=f"lane {channel.id} {lane}"
            )

    async def _work(self, key: tuple[int, str], jobs: list[Job]) -> None:
        channel = key[0]
        adapter = self._adapters[jobs[0].channel.platform]
        try:
            for job in jobs:
                # Above the pace the rest is claimed anew, in the order that holds by then.
                if job is not jobs[0] and adapter.pace(job.target, "send") > 0:
                    break
                try:
                    await self._deliver(job)
                finally:
                    self._busy[channel].discard(job.delivery)
        finally:
            self._busy[channel].difference_update(job.delivery for job in jobs)
            self._lanes.pop(key, None)
            self._signals[channel].set()

    async def _deliver(self, job: Job) -> None:
        adapter = self._adapters[job.channel.platform]
        try:
            await self._bring_level(adapter, job)
        except StorageError as error:
            log.warning("delivery %s waits for the database: %s", job.delivery, error)
            await self._clock.sleep(1.0)
        except Exception:
            log.exception("delivery %s failed here; it is tried again", job.delivery)
            reason = "an error of Commonthread itself; see the log"
            await self._put_back(job, self._backoff(job), reason)

    async def _bring_level(self, adapter: Adapter, job: Job) -> None:
        parts = tuple(adapter.render(job.view, job.target)) if job.view is not None else ()
        while True:
            step = next_step(
                parts,
                job.sent,
                adapter.capabilities,
                now=self._clock.now(),
                settle_until=job.settle_until,
            )
            if step is None:
                await self._finish(adapter, job)
                return
            after = await self._take(adapter, job, step, parts)
            if after is None:
                return
            job = after

    async def _take(
        self, adapter: Adapter, job: Job, step: Step, parts: tuple[Part, ...]
    ) -> Job | None:
        """One step; the job as it stands after it, None where it is over for now."""
        try:
            match step:
                case Send():
                    await self._pace(adapter, job, "send")
                    return await self._unbroken(self._send(adapter, job, step, parts))
                case Edit(message, part):
                    return await self._edit(adapter, job, message, part)
                case Delete(message):
                    return await self._delete(adapter, job, message)
                case LookFor():
                    return await self._look(adapter, job, step, parts)
                case GiveUp(message):
                    await self._newsroom.record(lambda tx, _: ledger.give_up(tx, message.id))
                    return _without(job, message)
                case Wait(until):
                    reason = "perhaps sent; waiting for the platform to tell"
                    await self._put_back(job, until - self._clock.now(), reason)
                    return None
        except DeliveryError as outcome:
            await self._outcome(job, outcome)
            return None

    async def _pace(self, adapter: Adapter, job: Job, operation: str) -> None:
        while (wait := adapter.pace(job.target, operation)) > 0:
            await self._clock.sleep(wait)

    async def _send(
        self, adapter: Adapter, job: Job, step: Send, parts: tuple[Part, ...]
    ) -> Job | None:
        digest, again = step.part.digest, step.again
        nonce = self._nonce(adapter, again, digest)
        row = await self._newsroom.begin(
            job,
            digest,
            step.position,
            again=again.id if again else None,
            lost=step.lost.id if step.lost else None,
            nonce=nonce,
        )
        if row is None:
            return None
        target = job.target if step.position == 0 else replace(job.target, reply_to=None)
        if step.position and job.sent:
            target = replace(target, reply_to=job.sent[0].platform_id)
        try:
            receipt = await adapter.send(target, step.part, nonce)
        except (Rejected, RetryLater, Unreachable) as outcome:
            if again is None:
                await self._newsroom.record(lambda tx, _: ledger.forget(tx, row))
            if step.position and isinstance(outcome, Gone) and outcome.what == "reply":
                return await self._missing(job, job.sent[0])
            raise
        kept = job.sent[: step.position]
        rest = job.sent[step.position + 1 :] if again or step.lost else job.sent[step.position :]
        done = Sent(row, receipt.message, digest, "", None, nonce)
        after = replace(job, sent=(*kept, done, *rest))
        last = len(after.sent) == len(parts) == step.position + 1 and not job.opens_thread
        note = "it may exist twice" if step.lost or (again and not _certain(adapter)) else ""
        over = await self._newsroom.sent(job, row, digest, receipt, last=last, note=note)
        if receipt.thread is not None:
            after = replace(after, opens_thread=False)
        return None if last and over else after

    def _nonce(self, adapter: Adapter, again: Sent | None, digest: str) -> str:
        if again is not None and again.tried_hash == digest and again.tried_at is not None:
            age = self._clock.now() - again.tried_at
            if age < adapter.capabilities.nonce_window:
                return again.nonce
        return self._clock.token(NONCE_BYTES)[:25]

    async def _edit(self, adapter: Adapter, job: Job, message: Sent, part: Part) -> Job | None:
        await self._pace(adapter, job, "edit")
        try:
            await adapter.edit(job.target, message.platform_id or "", part)
        except Gone as outcome:
            if outcome.what != "message":
                raise
            return await self._missing(job, message)
        await self._newsroom.record(lambda tx, _: ledger.changed(tx, message.id, part.digest))
        return _with(job, replace(message, have_hash=part.digest, tried_hash=""))

    async def _missing(self, job: Job, message: Sent) -> Job | None:
        """A message is gone: by a deletion of ours, then it is made anew; or by hand."""
        record = self._newsroom.record
        if message.tried_hash == REMOVING:
            await record(lambda tx, _: ledger.removed(tx, job, message.id))
            return _without(job, message)
        await record(lambda tx, context: ledger.copy_gone(tx, context, job, message.id))
        return None

    async def _delete(self, adapter: Adapter, job: Job, message: Sent) -> Job | None:
        await self._pace(adapter, job, "delete")
        if job.want:
            await self._newsroom.record(lambda tx, _: ledger.removing(tx, message.id))
        try:
            await adapter.delete(job.target, message.platform_id or "")
        except Rejected:
            if not await self._blank(adapter, job, message):
                raise
            return _without(job, message)
        await self._newsroom.record(lambda tx, _: ledger.removed(tx, job, message.id))
        return _without(job, message)

    async def _blank(self, adapter: Adapter, job: Job, message: Sent) -> bool:
        """A copy of ours that the platform does not let us remove any more (Telegram: 48 hours)
        gives its words up for the placeholder. False where it is not ours to change."""
        if job.role != "copy" or job.subject != "comment":
            return False
        view = await self._newsroom.placeholder(job)
        part = adapter.render(view, job.target)[0]
        await adapter.edit(job.target, message.platform_id or "", part)
        await self._newsroom.record(lambda tx, _: ledger.changed(tx, message.id, part.digest))
        return True

    async def _look(
        self, adapter: Adapter, job: Job, step: LookFor, parts: tuple[Part, ...]
    ) -> Job | None:
        message = step.message
        part = step.part or Part("any", {"number": job.rank})
        receipt = await adapter.look_for(job.target, part, message.nonce)
        if receipt is not None:
            found = replace(message, platform_id=receipt.message, have_hash=message.tried_hash)
            await self._newsroom.sent(
                job, message.id, message.tried_hash, receipt, last=False, note=""
            )
            job = _with(job, found)
            return replace(job, opens_thread=job.opens_thread and receipt.thread is None)
        if step.part is not None:
            send = Send(step.position, step.part, again=message)
            await self._pace(adapter, job, "send")
            return await self._unbroken(self._send(adapter, job, send, parts))
        await self._newsroom.record(lambda tx, _: ledger.forget(tx, message.id))
        return _without(job, message)

    async def _finish(self, adapter: Adapter, job: Job) -> None:
        if job.opens_thread and job.sent and job.view is not None:
            try:
                receipt = await adapter.open_thread(
                    job.target, job.sent[0].platform_id or "", job.title
                )
            except DeliveryError as outcome:
                await self._outcome(job, outcome)
                return
            await self._open(job, receipt)
        await self._newsroom.record(lambda tx, _: ledger.done(tx, job))

    async def _open(self, job: Job, receipt: Receipt) -> None:
        await self._newsroom.record(
            lambda tx, context: ledger.thread_started(tx, context, job, receipt)
        )

    async def _outcome(self, job: Job, outcome: DeliveryError) -> None:
        record = self._newsroom.record
        match outcome:
            case Gone(what="reply"):
                await record(lambda tx, context: ledger.reply_gone(tx, context, job))
            case Gone(what="thread"):
                await record(lambda tx, context: ledger.thread_gone(tx, context, job))
            case Rejected():
                log.warning("delivery %s was refused: %s", job.delivery, outcome.reason)
                await record(lambda tx, context: ledger.rejected(tx, context, job, outcome.reason))
            case RetryLater(after=after):
                await self._put_back(job, after, outcome.reason)
            case OutcomeUnknown() if job.attempts >= MOST_UNKNOWN and not _certain(
                self._adapters[job.channel.platform]
            ):
                reason = f"{outcome.reason}; it may be there, it is not sent again"
                await record(lambda tx, context: ledger.rejected(tx, context, job, reason))
            case _:
                await self._put_back(job, self._backoff(job), outcome.reason)

    def _backoff(self, job: Job | SettingJob) -> float:
        return min(LONGEST, 2.0**job.attempts) * (0.75 + self._clock.random() / 2)

    async def _put_back(self, job: Job, after: float, reason: str) -> None:
        await self._newsroom.record(
            lambda tx, context: ledger.put_back(tx, context, job, after, reason)
        )

    async def _apply(self, job: SettingJob) -> None:
        """A setting that a platform cannot make is emulated by the newsroom, and says so."""
        adapter = self._adapters[job.channel.platform]
        after: float | None = None
        note = ""
        try:
            await adapter.apply(job.target, job.name, job.value)
        except Rejected as outcome:
            note = f"emulated: {outcome.reason}"
        except RetryLater as outcome:
            after, note = outcome.after, outcome.reason
        except DeliveryError as outcome:
            after, note = self._backoff(job), outcome.reason
        await self._newsroom.record(
            lambda tx, context: ledger.applied(tx, context, job, after=after, note=note)
        )


def _certain(adapter: Adapter) -> bool:
    return adapter.capabilities.reads_back


def _with(job: Job, message: Sent) -> Job:
    return replace(job, sent=tuple(message if sent.id == message.id else sent for sent in job.sent))


def _without(job: Job, message: Sent) -> Job:
    return replace(job, sent=tuple(sent for sent in job.sent if sent.id != message.id))
