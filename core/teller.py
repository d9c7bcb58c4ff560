"""The teller: private messages to authors, one at a time on each platform, never in a hurry."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from core.clock import Clock
from core.errors import DeliveryError, OutcomeUnknown, Rejected, RetryLater
from core.newsroom import Newsroom
from core.newsroom.authors import private
from core.newsroom.authors.private import Note
from core.ports import Adapter

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds after which is looked again for what is due."""
PAUSE = 30.0
"""Seconds for which a platform that cannot be reached is left alone."""


class Teller:
    """Sends what is due; `turn` is one round, to be repeated without end."""

    def __init__(self, newsroom: Newsroom, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._newsroom = newsroom
        self._adapters = adapters
        self._clock = clock
        self._rests: dict[str, float] = {}

    async def turn(self) -> None:
        """At most one message on each platform, then a moment's rest."""
        now = self._clock.monotonic()
        ready = [one for one in self._adapters if self._rests.get(one, 0.0) <= now]
        await asyncio.gather(*(self._tell(platform) for platform in ready))
        await self._clock.sleep(LOOK_EVERY)

    async def _tell(self, platform: str) -> None:
        due = self._clock.now()
        if not await self._newsroom.look(lambda tx, _: private.waits(tx, platform, due)):
            return
        note = await self._newsroom.record(lambda tx, c: private.claim(tx, c, platform))
        if note is not None:
            self._rest(platform, await self._say(note))

    def _rest(self, platform: str, seconds: float) -> None:
        self._rests[platform] = self._clock.monotonic() + seconds

    async def _say(self, note: Note) -> float:
        """Send it; for how many seconds the platform has its rest after that."""
        adapter = self._adapters[note.platform]
        pace = adapter.capabilities.tell_every
        try:
            await adapter.tell(note.identity, note.view, note.near)
        except OutcomeUnknown as lost:
            log.info("whether an author was told is not known: %s", lost.reason)
        except Rejected as closed:
            log.debug("an author takes no private messages: %s", closed.reason)
            await self._newsroom.record(lambda tx, _: private.refused(tx, note))
        except DeliveryError as trouble:
            wait = trouble.after if isinstance(trouble, RetryLater) else PAUSE
            until = self._clock.now() + wait
            await self._newsroom.record(lambda tx, _: private.put_back(tx, note, until))
            return max(wait, pace)
        return pace
