"""Our own view of Discord's rate limits, so that nothing waits while a message is claimed.

Source: Discord's documentation, "Rate Limits": buckets by route and top-level resource, told in
X-RateLimit headers; 50 requests a second in all, interaction endpoints left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from discord.http import Route

from core.clock import Clock

PER_SECOND = 45
"""Requests a second that we allow ourselves; Discord's own limit is 50."""
_KEPT = 4000


@dataclass(slots=True)
class _Bucket:
    remaining: int
    reset: float


class Buckets:
    """What may be sent now. All times are the clock's monotonic seconds."""

    def __init__(self, clock: Clock, per_second: int = PER_SECOND) -> None:
        self._clock = clock
        self._per_second = per_second
        self._hashes: dict[str, str] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._recent: deque[float] = deque()
        self._closed_until = 0.0

    def wait(self, route: Route) -> float:
        """Seconds until the route may be called, 0 = now."""
        now = self._clock.monotonic()
        wait = max(0.0, self._closed_until - now, self._wait_in_all(now))
        bucket = self._buckets.get(self._key(route))
        if bucket is not None and bucket.remaining <= 0 and bucket.reset > now:
            wait = max(wait, bucket.reset - now)
        return wait

    def take(self, route: Route) -> None:
        """Count a call that goes out now."""
        now = self._clock.monotonic()
        self._recent.append(now)
        bucket = self._buckets.get(self._key(route))
        if bucket is not None and bucket.reset > now:
            bucket.remaining -= 1
        elif bucket is not None:
            del self._buckets[self._key(route)]

    def observe(self, route: Route, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        name = headers.get("X-RateLimit-Bucket")
        if name:
            self._hashes[route.key] = name
        try:
            remaining = int(headers["X-RateLimit-Remaining"])
            after = float(headers["X-RateLimit-Reset-After"])
        except (KeyError, ValueError):
            return
        now = self._clock.monotonic()
        known = self._buckets.get(self._key(route))
        if known is not None and known.reset > now:
            # Answers overtake each other; the lowest figure of one window is the newest.
            remaining = min(remaining, known.remaining)
        self._buckets[self._key(route)] = _Bucket(remaining, now + after)
        self._forget(now)

    def block(self, route: Route, seconds: float, *, everywhere: bool) -> None:
        """Obey a 429: for this route's bucket, or for everything."""
        until = self._clock.monotonic() + seconds
        if everywhere:
            self._closed_until = max(self._closed_until, until)
        else:
            self._buckets[self._key(route)] = _Bucket(0, until)

    def _key(self, route: Route) -> str:
        return f"{self._hashes.get(route.key, route.key)}:{route.major_parameters}"

    def _wait_in_all(self, now: float) -> float:
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        if len(self._recent) < self._per_second:
            return 0.0
        return self._recent[-self._per_second] + 1.0 - now

    def _forget(self, now: float) -> None:
        if len(self._buckets) > _KEPT:
            self._buckets = {k: b for k, b in self._buckets.items() if b.reset > now}
