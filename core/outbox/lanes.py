"""Whose turn it is in one channel: lanes that work, lanes that rest, and threads in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from core.newsroom.outgoing.jobs import Job, Look, deliveries

MOST = 64
"""Lanes of one channel that work at the same time."""


class Lanes:
    """The lanes of one channel. Times are the clock's monotonic seconds."""

    def __init__(self) -> None:
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._busy: set[int] = set()
        self._rests: dict[str, float] = {}
        self._served: dict[int | None, float] = {}

    def look(self, now: float, apart: Iterable[int]) -> Look | None:
        """How things stand as a look for what is ready begins: whatever ends meanwhile may be
        read as it was before. None while as many lanes work as may. A lane that has rested is
        pressed: what came meanwhile waits for its pace."""
        if len(self.tasks) >= MOST:
            return None
        pressed = {lane for lane, until in self._rests.items() if until <= now}
        for lane in pressed:
            del self._rests[lane]
        closed = {*self.tasks, *self._rests}
        return Look(frozenset(self._busy), closed, pressed, frozenset(apart), dict(self._served))

    def rest(self, lane: str, until: float) -> None:
        """Nothing more of this lane until then."""
        self._rests[lane] = max(until, self._rests.get(lane, 0.0))

    def next(self) -> float | None:
        """When the next lane has rested, None where none rests."""
        return min(self._rests.values(), default=None)

    def begin(self, jobs: Iterable[Job]) -> None:
        """These are worked on from now on."""
        for job in jobs:
            self._busy |= deliveries(job)

    def end(self, jobs: Iterable[Job]) -> None:
        """These are not worked on any more."""
        for job in jobs:
            self._busy -= deliveries(job)

    def serve(self, job: Job, now: float) -> None:
        """A thread has its turn."""
        if job.goes_on:
            self._served[job.article] = now
