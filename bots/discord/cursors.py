"""How far each thread is handled: the newest id below which there is no gap.

Kept as the sink's cursor of the thread. Written some seconds late on purpose: a reading that begins
too early is harmless, because what is known already is recognised, and a commit for each message
would not be.
"""

from __future__ import annotations

import logging

from bots.discord import ids
from core.clock import Clock
from core.errors import StorageError
from core.ports import Sink

log = logging.getLogger(__name__)

PLATFORM = "discord"
_FLUSH_SECONDS = 3.0


class Cursors:
    """The cursors of the threads that were heard of; `run` writes them down."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._newest: dict[str, int] = {}
        self._changed: set[str] = set()

    async def load(self, thread: str) -> int:
        """Everything in the thread up to this snowflake is handled; 0 where nothing is known."""
        if thread not in self._newest:
            stored = (await self._sink.cursor(PLATFORM, thread) or "").split()
            number = stored[0] if stored else ""
            self._newest.setdefault(thread, int(number) if number.isdecimal() else 0)
        return self._newest[thread]

    async def handled(self, thread: str, message: str) -> None:
        """A message was handled, and everything before it."""
        before = await self.load(thread)
        self._newest[thread] = max(before, self._newest[thread], ids.bare(message))
        self._changed.add(thread)

    async def flush(self) -> None:
        """Write down what changed; what the storage refuses is written the next time."""
        for thread in sorted(self._changed):
            self._changed.discard(thread)
            try:
                await self._sink.advance(PLATFORM, thread, str(self._newest[thread]))
            except StorageError as error:
                self._changed.add(thread)
                log.warning("A cursor waits for the storage: %s", error)
                return

    async def run(self) -> None:
        """Flush every few seconds, until cancelled."""
        while True:
            await self._clock.sleep(_FLUSH_SECONDS)
            await self.flush()
