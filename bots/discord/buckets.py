"""Our own view of Discord's rate limits, so that nothing waits while a message is claimed.

Source: Discord's documentation, "Rate Limits": buckets by route and top-level resource, told in
X-RateLimit headers, a hash naming the bucket that routes may share; 50 requests a second in all,
interaction endpoints left out; 10,000 invalid requests (401, 403 and 429, those of a shared
limit left out) in ten minutes close the address for a while.

When Discord counts a request, somewhere between its start and its answer, nobody knows. So a
request takes its place in a limit from before it goes out until the limit's time after its answer.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from discord.http import Route

from core.clock import Clock

log = logging.getLogger(__name__)

PER_SECOND = 50
SPARE = 1
"""What is left of the limit for all to what goes first (the desk)."""
INVALID = frozenset({401, 403, 429})
MOST_INVALID = 8000
"""Invalid requests in ten minutes after which we stop by ourselves; Discord closes at 10,000."""
INVALID_SECONDS = 600.0
SOON = 0.05
_KEPT = 4000


@dataclass(slots=True)
class _Bucket:
    """remaining: of `limit`, until `reset`. under_way: requests without an answer yet."""

    limit: int
    remaining: int
    reset: float
    under_way: int = 0

    def free(self, now: float) -> int:
        return self.remaining if self.reset > now else self.limit - self.under_way


class Buckets:
    """What may be sent now. All times are the clock's monotonic seconds."""

    def __init__(self, clock: Clock, per_second: int = PER_SECOND) -> None:
        self._clock = clock
        self._per_second = per_second
        self._hashes: dict[str, str] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._under_way = 0
        self._recent: deque[float] = deque()
        self._invalid: deque[float] = deque()
        self._closed_until = 0.0

    def wait(self, route: Route, *, first: bool = False) -> float:
        """Seconds until the route may be called, 0 = now. first: before all others."""
        now = self._clock.monotonic()
        wait = max(0.0, self._closed_until - now, self._wait_in_all(now, 0 if first else SPARE))
        bucket = self._buckets.get(self._key(route))
        if bucket is not None and bucket.free(now) <= 0:
            wait = max(wait, bucket.reset - now, SOON)
        return wait

    @contextmanager
    def take(self, route: Route) -> Iterator[None]:
        """Count a call that goes out now, until its answer."""
        bucket = self._taken(route, self._clock.monotonic())
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._recent.append(self._clock.monotonic())
            if bucket is not None:
                bucket.under_way -= 1

    def _taken(self, route: Route, now: float) -> _Bucket | None:
        key = self._key(route)
        bucket = self._buckets.get(key)
        if bucket is None and route.webhook_id is not None:
            # Many threads speak through one webhook: the first request tells how many may.
            bucket = self._buckets[key] = _Bucket(1, 1, now)
        if bucket is not None:
            bucket.remaining = bucket.free(now) - 1
            bucket.under_way += 1
        return bucket

    def observe(self, route: Route, headers: Mapping[str, str], status: int = 200) -> None:
        """Learn from an answer."""
        if status in INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self._count_invalid()
        name = headers.get("X-RateLimit-Bucket")
        before = self._buckets.get(self._key(route))
        if name:
            self._hashes[route.key] = name
        key = self._key(route)
        try:
            remaining = int(headers["X-RateLimit-Remaining"])
            after = float(headers["X-RateLimit-Reset-After"])
            limit = int(headers.get("X-RateLimit-Limit", remaining + 1))
        except (KeyError, ValueError):
            if before is not None and before.limit == 1 and route.webhook_id is not None:
                before.limit = self._per_second
            return
        self._learn(key, before, limit, remaining, after)

    def _learn(
        self, key: str, before: _Bucket | None, limit: int, remaining: int, after: float
    ) -> None:
        now = self._clock.monotonic()
        known = self._buckets.get(key)
        if known is None:
            known = self._buckets[key] = before or _Bucket(limit, remaining, 0.0)
        if known.reset > now:
            # Answers overtake each other; the lowest figure of one window is the newest.
            remaining = min(remaining, known.remaining)
        known.limit, known.remaining, known.reset = limit, remaining, now + after
        self._forget(now)

    def block(self, route: Route, seconds: float, *, everywhere: bool) -> None:
        """Obey a 429: for this route's bucket, or for everything."""
        until = self._clock.monotonic() + seconds
        if everywhere:
            self._closed_until = max(self._closed_until, until)
            return
        known = self._buckets.setdefault(self._key(route), _Bucket(1, 0, until))
        known.remaining, known.reset = 0, until

    def _count_invalid(self) -> None:
        now = self._clock.monotonic()
        self._invalid.append(now)
        while self._invalid[0] <= now - INVALID_SECONDS:
            self._invalid.popleft()
        if len(self._invalid) >= MOST_INVALID:
            log.error(
                "Discord refused %s requests in ten minutes; I stop for a while", MOST_INVALID
            )
            self._closed_until = max(self._closed_until, self._invalid[0] + INVALID_SECONDS)

    def _key(self, route: Route) -> str:
        return f"{self._hashes.get(route.key, route.key)}:{route.major_parameters}"

    def _wait_in_all(self, now: float, spare: int) -> float:
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        over = self._under_way + len(self._recent) - (self._per_second - spare)
        if over < 0:
            return 0.0
        return self._recent[over] + 1.0 - now if over < len(self._recent) else SOON

    def _forget(self, now: float) -> None:
        if len(self._buckets) > _KEPT:
            self._buckets = {k: b for k, b in self._buckets.items() if b.reset > now or b.under_way}
