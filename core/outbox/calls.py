"""One delivery brought level: step by step, each call with its outcome recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TypeVar

from core.clock import Clock
from core.ending import end
from core.errors import (
    DeliveryError,
    Gone,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    Unreachable,
)
from core.model import Channel
from core.newsroom import Newsroom
from core.newsroom.outgoing import groups, ledger
from core.newsroom.outgoing.jobs import Job
from core.newsroom.outgoing.ready import SettingJob
from core.outbox.layout import laid_out, lost_part, placed
from core.ports import Adapter, Receipt
from core.steps import REMOVING, Delete, Edit, GiveUp, LookFor, Send, Sent, Step, Wait, next_step
from core.views import Part, media_of

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST = 300.0
"""Seconds between two tries, at most."""
MOST_UNKNOWN = 5
"""So many sends of unknown outcome in a row, where they cannot be looked up, before giving up."""
NONCE_BYTES = 15
GRACE = 3.0
"""Seconds that a send under way gets when the program stops."""
SHORT = 5.0
"""Seconds that a call waits for its turn where its delivery is being worked on; for longer ones
the delivery is put back."""
HIDING = 10.0
"""Seconds that something which is not to be read any more may wait for the edit of a message
that shows others too; beyond that the message is removed, which costs no budget, and made anew."""

Rest = Callable[[Job, float], None]


class Outdated(Exception):
    """What is wanted changed after the job was read; nothing was sent."""


class Calls:
    """Works on one delivery at a time, as often as it is asked to; `rest` is told when the
    platform refuses a whole lane for some seconds. apart: deliveries that were refused together,
    so that each is sent alone."""

    def __init__(
        self, newsroom: Newsroom, adapters: Mapping[str, Adapter], clock: Clock, rest: Rest
    ) -> None:
        self.apart: set[int] = set()
        self._newsroom = newsroom
        self._adapters = adapters
        self._clock = clock
        self._rest = rest
        self._observer = newsroom.observer
        self._running: set[asyncio.Task[Job | None]] = set()

    async def stop(self) -> None:
        """Let what is under way end, for a moment."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        await end(set(self._running))

    async def _unbroken(self, work: Coroutine[None, None, Job | None]) -> Job | None:
        """A send goes on to its record where the program is told to stop meanwhile: a stop shall
        not make an outcome unknown that the platform is about to tell."""
        call = asyncio.ensure_future(work)
        self._running.add(call)
        call.add_done_callback(self._ended)
        return await asyncio.shield(call)

    def _ended(self, call: asyncio.Task[Job | None]) -> None:
        """Where nobody waits for it any more, its outcome is recorded all the same."""
        self._running.discard(call)
        if not call.cancelled():
            call.exception()

    def pace(self, job: Job) -> float:
        """Seconds until the platform's budget allows the next call of a job, 0 = now."""
        adapter = self._adapters[job.channel.platform]
        if not job.goes_on or self._made_anew(adapter, job):
            return adapter.pace(job.target, "delete")
        there = bool(job.sent) and job.sent[0].platform_id is not None
        return adapter.pace(job.target, "edit" if there else "send")

    def _made_anew(self, adapter: Adapter, job: Job) -> bool:
        """What must not be read any more stands in a message that shows others too, and the edit
        that takes it away would wait too long."""
        return job.hides and adapter.pace(job.target, "edit") > HIDING

    async def failed(self, job: Job) -> None:
        """A mistake of ours: the delivery is tried again later."""
        await self._put_back(
            job, self._backoff(job), "an error of Commonthread itself; see the log"
        )

    async def bring_level(self, job: Job) -> None:
        """Make calls until its messages show what it should, or until it is put back. Raises
        Outdated where it is to be read anew."""
        adapter = self._adapters[job.channel.platform]
        job, parts = laid_out(adapter, job)
        while True:
            if job.alone:
                parts = tuple(replace(part, group=0) for part in parts)
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
            if isinstance(step, Edit) and self._made_anew(adapter, job):
                step = Delete(step.message)
            after = await self._take(adapter, job, step, parts)
            if after is None:
                return
            job = after

    async def _take(
        self, adapter: Adapter, job: Job, step: Step, parts: tuple[Part, ...]
    ) -> Job | None:
        """One step; the job as it stands after it, None where it is over for now."""
        try:
            after = await self._step(adapter, job, step, parts)
        except DeliveryError as outcome:
            self._observe(job, step, outcome)
            await self._outcome(job, outcome)
            return None
        self._observe(job, step)
        return after

    async def _step(
        self, adapter: Adapter, job: Job, step: Step, parts: tuple[Part, ...]
    ) -> Job | None:
        match step:
            case Send():
                await self._pace(adapter, job, "send")
                return await self._unbroken(self._send(adapter, job, step, parts))
            case Edit():
                return await self._edit(adapter, job, step)
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

    def _observe(self, job: Job, step: Step, outcome: DeliveryError | None = None) -> None:
        """Count a call that was made, and log it by numbers alone."""
        operation = _OPERATIONS.get(type(step))
        if operation is None:
            return
        name = self._count(job.channel, operation, outcome)
        usual = not isinstance(outcome, (OutcomeUnknown, Unreachable))
        level = logging.DEBUG if usual else logging.INFO
        log.log(level, "%s: %s", operation, name, extra=about(job))

    def _count(
        self, channel: Channel, operation: str, outcome: DeliveryError | None = None
    ) -> str:  # fmt: skip
        name = type(outcome).__name__.lower() if outcome is not None else "done"
        wait = outcome.after if isinstance(outcome, RetryLater) else 0.0
        self._observer.tried(channel.platform, operation, name, wait)
        return name

    async def _pace(self, adapter: Adapter, job: Job, operation: str) -> None:
        """Wait for a turn; a long wait is the outbox's, and holds nothing."""
        while (wait := adapter.pace(job.target, operation)) > 0:
            if wait > SHORT:
                raise RetryLater("waiting for the platform's pace", wait)
            await self._clock.sleep(wait)

    async def _send(
        self, adapter: Adapter, job: Job, step: Send, parts: tuple[Part, ...]
    ) -> Job | None:
        digest, again = step.part.digest, step.again
        nonce = self._nonce(adapter, again)
        if step.more:
            return await self._send_group(adapter, job, step, parts, nonce)
        row = await self._newsroom.begin(
            job,
            digest,
            step.position,
            again=again.id if again else None,
            lost=step.lost.id if step.lost else None,
            nonce=nonce,
        )
        if row is None:
            raise Outdated
        try:
            target = placed(job, step.position)
            receipt = await _richest(step.part, lambda form: adapter.send(target, form, nonce))
        except (Rejected, RetryLater, Unreachable) as outcome:
            if again is None:
                await self._newsroom.record(lambda tx, _: ledger.forget(tx, row))
            if step.position and isinstance(outcome, Gone) and outcome.what == "reply":
                return await self._missing(job, job.sent[0])
            if self._refused_together(job, outcome):
                return None
            raise
        kept = job.sent[: step.position]
        rest = job.sent[step.position + 1 :] if again or step.lost else job.sent[step.position :]
        # With the nonce of an earlier try, the message may be that one's, words included.
        shows = again.tried_hash if again is not None and nonce == again.nonce else digest
        done = Sent(row, receipt.message, shows, "", None, nonce)
        after = replace(job, sent=(*kept, done, *rest))
        whole = len(after.sent) == len(parts) == step.position + 1 and shows == digest
        last = whole and not job.opens_thread
        note = "it may exist twice" if step.lost or (again and not _certain(adapter)) else ""
        over = await self._newsroom.sent(job, [(row, shows, receipt)], last=last, note=note)
        if receipt.thread is not None:
            after = replace(after, opens_thread=False)
        return None if last and over else after

    async def _send_group(
        self, adapter: Adapter, job: Job, step: Send, parts: tuple[Part, ...], nonce: str
    ) -> Job | None:
        """Several messages in one call. Where the platform refuses them together, each is sent
        alone, so that one that it does not like spoils no other."""
        group = [(step.part, step.lost), *step.more]
        digests = [(part.digest, lost.id if lost else None) for part, lost in group]
        rows = await self._newsroom.record(
            lambda tx, context: groups.begin(tx, context, job, digests, step.position, nonce)
        )
        if rows is None:
            raise Outdated
        together = [part for part, _ in group]
        kept, rest = job.sent[: step.position], job.sent[step.position + len(group) :]
        try:
            receipts = await adapter.send_group(placed(job, step.position), together, nonce)
        except (Rejected, RetryLater, Unreachable) as outcome:
            await self._newsroom.record(lambda tx, _: ledger.forget(tx, *rows))
            if isinstance(outcome, Rejected) and not isinstance(outcome, Gone):
                return replace(job, alone=True, sent=(*kept, *rest))
            raise
        made = list(zip(rows, (part.digest for part in together), receipts, strict=True))
        fresh = (Sent(row, told.message, digest, "", None, nonce) for row, digest, told in made)
        after = replace(job, sent=(*kept, *fresh, *rest))
        last = len(after.sent) == len(parts) == step.position + len(group)
        note = "it may exist twice" if any(lost for _, lost in group) else ""
        over = await self._newsroom.sent(job, made, last=last, note=note)
        return None if last and over else after

    def _refused_together(self, job: Job, outcome: DeliveryError) -> bool:
        """Comments that a platform refuses in one message are sent each alone: then only the one
        that it means is refused."""
        together = len(job.shown) > 1 and not job.sent
        if not together or isinstance(outcome, Gone) or not isinstance(outcome, Rejected):
            return False
        self.apart |= job.shown
        return True

    def _nonce(self, adapter: Adapter, again: Sent | None) -> str:
        if again is not None and again.tried_at is not None:
            age = self._clock.now() - again.tried_at
            if age < adapter.capabilities.nonce_window:
                return again.nonce
        return self._clock.token(NONCE_BYTES)[:25]

    async def _edit(self, adapter: Adapter, job: Job, step: Edit) -> Job | None:
        message, part = step.message, step.part
        change = adapter.edit_media if step.media else adapter.edit
        await self._pace(adapter, job, "edit")
        try:
            target, name = placed(job, job.sent.index(message)), message.platform_id or ""
            await _richest(part, lambda form: change(target, name, form))
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
        if job.goes_on:
            await self._newsroom.record(lambda tx, _: ledger.removing(tx, message.id))
        try:
            await adapter.delete(job.target, message.platform_id or "")
        except Rejected:
            if not await self._blank(adapter, job, message):
                raise
            if message.leaving:
                await self._newsroom.record(lambda tx, _: ledger.removed(tx, job, message.id))
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
        change = adapter.edit_media if media_of(message.have_hash) else adapter.edit
        await change(job.target, message.platform_id or "", part)
        await self._newsroom.record(lambda tx, _: ledger.changed(tx, message.id, part.digest))
        return True

    async def _look(
        self, adapter: Adapter, job: Job, step: LookFor, parts: tuple[Part, ...]
    ) -> Job | None:
        message = step.message
        part = step.part or lost_part(adapter, job, step.position)
        target = replace(placed(job, step.position), since=message.tried_at or 0.0)
        receipt = await adapter.look_for(target, part, message.nonce)
        if receipt is not None:
            digest = message.tried_hash
            await self._newsroom.sent(job, [(message.id, digest, receipt)], last=False)
            # What it should show depends on what it answers, which was settled when it was sent:
            # the delivery is read anew.
            return None
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
                self._count(job.channel, "open_thread", outcome)
                await self._outcome(job, outcome)
                return
            self._count(job.channel, "open_thread")
            await self._open(job, receipt)
        await self._newsroom.level(job)

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
                log.warning("a delivery was refused: %s", outcome.reason, extra=about(job))
                await record(lambda tx, context: ledger.rejected(tx, context, job, outcome.reason))
            case RetryLater(after=after):
                await self._put_back(job, after, outcome.reason)
                if (wait := self.pace(job)) > 0:
                    self._rest(job, max(wait, after))
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
        channel, members = job.channel.id, [member.delivery for member in job.members]
        await self._newsroom.record(
            lambda tx, context: ledger.put_back(tx, context, channel, members, after, reason)
        )

    async def apply(self, job: SettingJob) -> None:
        """A setting that a platform cannot make is emulated by the newsroom, and says so."""
        adapter = self._adapters[job.channel.platform]
        after: float | None = None
        note = ""
        failure: DeliveryError | None = None
        try:
            await adapter.apply(job.target, job.operation, job.value)
        except Rejected as outcome:
            failure, note = outcome, f"emulated: {outcome.reason}"
        except RetryLater as outcome:
            failure, after, note = outcome, outcome.after, outcome.reason
        except DeliveryError as outcome:
            failure, after, note = outcome, self._backoff(job), outcome.reason
        self._count(job.channel, "apply", failure)
        await self._newsroom.record(
            lambda tx, context: ledger.applied(tx, context, job, after=after, note=note)
        )


_OPERATIONS: dict[type[Step], str] = {
    Send: "send", Edit: "edit", Delete: "delete", LookFor: "look_for",
}  # fmt: skip


def about(job: Job) -> dict[str, str | int]:
    """What a log line tells of a delivery besides its words: numbers, and nobody's name."""
    about: dict[str, str | int] = {
        "delivery": job.delivery, "subject": job.subject, "channel": job.channel.id,
        "platform": job.channel.platform,
    }  # fmt: skip
    if job.article is not None:
        about["article"] = job.article
    if job.subject in ("comment", "card"):
        about["comment"] = job.subject_id
    return about


async def _richest(part: Part, call: Callable[[Part], Awaitable[T]]) -> T:
    """A call with the part, or with the next plainer form where the platform refuses one."""
    *richer, plainest = part.forms
    for form in richer:
        try:
            return await call(form)
        except Gone:
            raise
        except Rejected as refusal:
            log.info("a plainer form is tried: %s", refusal.reason)
    return await call(plainest)


def _certain(adapter: Adapter) -> bool:
    return adapter.capabilities.reads_back


def _with(job: Job, message: Sent) -> Job:
    return replace(job, sent=tuple(message if sent.id == message.id else sent for sent in job.sent))


def _without(job: Job, message: Sent) -> Job:
    return replace(job, sent=tuple(sent for sent in job.sent if sent.id != message.id))
