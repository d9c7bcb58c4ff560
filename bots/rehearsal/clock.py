"""The rehearsal's own clock: real time, optionally run faster or held still.

The rehearsal is the outside world, so it does not share the product's clock.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class WorldClock:
    """Unix time in seconds (UTC). `pace` > 1 makes waits of the platforms' rules pass quickly.

    With `fixed` the clock stands still and moves by `advance` only, for tests.
    """

    def __init__(self, pace: float = 1.0, fixed: float | None = None) -> None:
        self.pace = pace
        self._fixed = fixed
        self._offset = 0.0
        self._start_real = time.time()
        self._start_mono = time.monotonic()

    def now(self) -> float:
        """The World's time, seconds since the epoch, UTC."""
        if self._fixed is not None:
            return self._fixed
        return self._start_real + (time.monotonic() - self._start_mono) * self.pace + self._offset

    def datetime(self) -> datetime:
        """The World's time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the World's time forward."""
        if self._fixed is not None:
            self._fixed += seconds
        else:
            self._offset += seconds

    def set(self, moment: float) -> None:
        """Put the World's time to a moment (Unix seconds); it goes on from there."""
        self.advance(moment - self.now())

    def catch_up(self) -> None:
        """Return to the present, after `set` or `advance`. A clock that stands still stays."""
        self._offset = 0.0

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of World time (shorter in real time when the pace is above 1)."""
        await asyncio.sleep(seconds / self.pace)
