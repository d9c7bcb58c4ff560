"""Setting and lifting the platforms' own bans and mutes: read what stands, note it, then act."""

from __future__ import annotations

import logging

from core.clock import Clock
from core.errors import DeliveryError, Rejected, RetryLater
from core.newsroom import Newsroom
from core.newsroom.authors import restrictions
from core.newsroom.authors.restrictions import BAN, TRIED, Restriction
from core.ports import Adapter

log = logging.getLogger(__name__)

LONGEST = 600.0
"""Seconds between two tries at most."""


async def bring(newsroom: Newsroom, adapter: Adapter, clock: Clock, job: Restriction) -> None:
    """Make a restriction as it should be, and record what came of it."""
    try:
        if await _apply(newsroom, adapter, job):
            await newsroom.record(lambda tx, _: restrictions.done(tx, job))
    except Rejected as refusal:
        reason = refusal.reason
        log.info("a restriction was refused: %s", reason)
        await newsroom.record(lambda tx, c: restrictions.refused(tx, c, job, reason))
    except DeliveryError as trouble:
        longer = min(LONGEST, 2.0**job.attempts) * (0.75 + clock.random() / 2)
        wait, reason = trouble.after if isinstance(trouble, RetryLater) else longer, trouble.reason
        await newsroom.record(lambda tx, c: restrictions.again(tx, c, job, wait, reason))


async def _apply(newsroom: Newsroom, adapter: Adapter, job: Restriction) -> bool:
    """False where something else is wanted by now."""
    stands = await adapter.restriction(job.target, job.identity)
    earlier = job.earlier if job.earlier is not None else stands or ""
    if not job.want:
        await _lift(adapter, job, stands, earlier)
        return True
    if earlier == BAN:
        return True  # Banned already, by somebody: there is nothing to add, and nothing to lift.
    if not await newsroom.record(lambda tx, _: restrictions.begin(tx, job, earlier)):
        return False
    if stands != job.want:
        await adapter.restrict(job.target, job.identity, job.want)
    return True


async def _lift(adapter: Adapter, job: Restriction, stands: str | None, earlier: str) -> None:
    """Put back what stood before, unless somebody has changed since what we set."""
    if earlier == BAN or stands == earlier:
        return
    ours = stands is None or job.have in (TRIED, stands)
    if ours:
        await adapter.restrict(job.target, job.identity, earlier)
    else:
        log.info("what was set on the platform was changed there; it stays")
