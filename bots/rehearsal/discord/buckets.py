"""Rate limits as Discord counts them: a bucket per route and major parameter, and one for all.

Source: Discord's documentation, "Rate limits". The numbers are not documented; those here are
what operators observe, and every one is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

Window = tuple[int, float]
"""How many calls in how many seconds of World time."""


@dataclass
class RateLimits:
    """What is limited, off by default.

    sends: POST of messages for each channel. webhooks: executions of each webhook. changes:
    names of each channel or thread. crossposts: for each channel. others: every other route for
    each major parameter. overall: all calls of a bot in a second, interactions excepted.
    """

    enabled: bool = False
    sends: Window = (5, 5.0)
    webhooks: Window = (5, 2.0)
    renames: Window = (2, 600.0)
    crossposts: Window = (10, 3600.0)
    others: Window = (10, 1.0)
    overall: Window = (50, 1.0)


@dataclass(frozen=True)
class Verdict:
    """What the buckets say to one call. retry_after: World seconds, None where it may pass."""

    bucket: str
    limit: int
    remaining: int
    reset: float
    reset_after: float
    retry_after: float | None = None
    overall: bool = False


class Buckets:
    """Counts calls in fixed windows of World time."""

    def __init__(self, limits: RateLimits) -> None:
        self.limits = limits
        self._counts: dict[str, tuple[float, int]] = {}

    def take(self, name: str, parts: dict[str, str], body: Any, who: str, now: float) -> Verdict:
        """Count one call. name: the route's; parts: of its path; who: the caller's token."""
        exempt = name.startswith("POST /interactions/")
        if not exempt:
            verdict = self._count(f"all:{who}", "global", self.limits.overall, now)
            if verdict.retry_after is not None:
                return Verdict(**{**verdict.__dict__, "overall": True})
        bucket, window = self._bucket(name, body)
        majors = ("channel_id", "guild_id", "webhook_id", "webhook_token")
        major = ":".join(parts[key] for key in majors if key in parts)
        return self._count(f"{who}:{bucket}:{major}", bucket, window, now)

    def _bucket(self, name: str, body: Any) -> tuple[str, Window]:
        limits = self.limits
        if name == "POST /channels/{channel_id}/messages":
            return "messages", limits.sends
        if name == "POST /webhooks/{webhook_id}/{webhook_token}":
            return "webhooks", limits.webhooks
        if name.endswith("/crosspost"):
            return "crossposts", limits.crossposts
        if name == "PATCH /channels/{channel_id}" and isinstance(body, dict) and "name" in body:
            return "renames", limits.renames
        return name.replace(" ", "-").replace("/", ".").replace("{", "").replace("}", ""), (
            limits.others
        )

    def _count(self, key: str, bucket: str, window: Window, now: float) -> Verdict:
        limit, seconds = window
        start, used = self._counts.get(key, (now, 0))
        if now - start >= seconds:
            start, used = now, 0
        left = start + seconds - now
        if used >= limit:
            return Verdict(bucket, limit, 0, start + seconds, left, retry_after=left)
        self._counts[key] = (start, used + 1)
        return Verdict(bucket, limit, limit - used - 1, start + seconds, left)
