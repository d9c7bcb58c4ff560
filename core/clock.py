"""Now, waiting, ids and randomness: the only source of each for the whole product."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is and what chance brings. Passed in everywhere, so tests can hold it."""

    def now(self) -> float:
        """Unix time in seconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for measuring and for rate limits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def token(self, bytes_: int = 12) -> str:
        """An unguessable URL-safe id."""
        ...

    def random(self) -> float:
        """A number in [0, 1), for jitter."""
        ...

    def key(self, bytes_: int = 32) -> bytes:
        """Secret random bytes."""
        ...


class SystemClock:
    """The machine's clock and its secure randomness."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def token(self, bytes_: int = 12) -> str:
        return secrets.token_urlsafe(bytes_)

    def random(self) -> float:
        return random.random()  # noqa: S311  jitter, not a secret

    def key(self, bytes_: int = 32) -> bytes:
        return secrets.token_bytes(bytes_)


class FakeClock:
    """Time that stands until `advance`; ids and chance from one seed. For tests."""

    def __init__(self, start: float = 1_700_000_000.0, seed: int = 0) -> None:
        self._now = start
        self._random = random.Random(seed)  # noqa: S311  reproducible on purpose
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        self._sleepers.append((self._now + seconds, woken))
        await woken.wait()

    def advance(self, seconds: float) -> None:
        """Move time forward and wake whoever's time has come."""
        self._now += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._now]
        for _, woken in due:
            woken.set()

    def token(self, bytes_: int = 12) -> str:
        return self._random.randbytes(bytes_).hex()

    def random(self) -> float:
        return self._random.random()

    def key(self, bytes_: int = 32) -> bytes:
        return self._random.randbytes(bytes_)


def utc(seconds: float) -> datetime:
    """Unix seconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
