"""Notices when a platform was not listened to for a while, and has what was missed reported."""

from __future__ import annotations

from collections.abc import Mapping

from core.clock import Clock
from core.newsroom import Newsroom
from core.newsroom.desks import absence
from core.newsroom.desks.absence import Absence
from core.ports import Adapter

NOTED_EVERY = 15.0
"""Seconds between two notes that a platform is listened to: an absence begins so much too early."""
LEAST = 120.0
"""Seconds of an absence in which nothing was missed that are not worth a word."""
TOGETHER = 300.0
"""Seconds that the report on one platform waits for the others that were away."""


class Gaps:
    """One for the running program; `look` is called every second or so."""

    def __init__(self, adapters: Mapping[str, Adapter], newsroom: Newsroom, clock: Clock) -> None:
        self._adapters = adapters
        self._newsroom = newsroom
        self._clock = clock
        self._alive: dict[str, float | None] = {}
        self._away: dict[str, tuple[float, float]] = {}
        self._began = clock.now()
        self._back: dict[str, Absence] = {}
        self._first_back = 0.0
        self._note_at = 0.0

    async def look(self) -> None:
        """Note who is listened to, and report who is back. Raises StorageError."""
        now = self._clock.now()
        for platform, adapter in self._adapters.items():
            await self._begin(platform)
            listening, seen = adapter.healthy(), self._alive[platform]
            known = platform in self._away or platform in self._back
            if not listening and seen is not None and not known:
                self._away[platform] = seen, now
            elif listening and platform in self._away:
                self._back[platform] = Absence(platform, *self._away.pop(platform), now)
                self._first_back = self._first_back or now
        await self._report(now)
        await self._note(now)

    async def _begin(self, platform: str) -> None:
        """At the first look: the absence began when the last program noted that it was there."""
        if platform not in self._alive:
            seen = await self._newsroom.look(lambda tx, _: absence.alive_until(tx, platform))
            self._alive[platform] = seen
            if seen is not None:
                self._away[platform] = seen, self._began

    async def _report(self, now: float) -> None:
        if not self._back:
            return
        back = [name for name in self._adapters if name in self._back]
        ready = [self._back[name] for name in back if not self._adapters[name].behind()]
        waiting = len(ready) < len(self._back) or bool(self._away)
        if not ready or (waiting and now - self._first_back < TOGETHER):
            return
        await self._newsroom.change(lambda tx, c: absence.report(tx, c, ready, LEAST))
        for done in ready:
            del self._back[done.platform]
        self._first_back = now if self._back else 0.0

    async def _note(self, now: float) -> None:
        """What is still being caught up with is not noted, so that a crash meanwhile is part of
        the same absence."""
        there = [
            name
            for name, adapter in self._adapters.items()
            if adapter.healthy() and not adapter.behind() and name not in self._back
        ]
        fresh = any(self._alive[name] is None for name in there)
        if there and (fresh or now >= self._note_at):
            self._note_at = now + NOTED_EVERY
            await self._newsroom.change(lambda tx, _: absence.note_alive(tx, there, now))
            self._alive.update(dict.fromkeys(there, now))
