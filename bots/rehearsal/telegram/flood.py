"""Flood control: Telegram's limits on sends, edits and new topics.

Deletions, bans, look-ups and callback answers are not counted: sends, edits and topics share
one limit per chat, the others have none that a newsroom meets.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bots.rehearsal.telegram.errors import too_many


@dataclass
class FloodLimits:
    """The limits, in messages. Off unless `enabled`.

    per_chat_per_second: the steady pace of one chat; burst: how many may come at once there
    (the pace is kept over `burst` / `per_chat_per_second` seconds); group_per_minute: any group
    or channel; overall_per_second: one bot, all chats.
    """

    enabled: bool = False
    per_chat_per_second: float = 1.0
    burst: int = 10
    group_per_minute: int = 20
    overall_per_second: int = 30


class Flood:
    """Sliding windows over World time, by bot and by (bot, chat). Kept in memory only."""

    def __init__(self, limits: FloodLimits, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._hits: dict[tuple[int, int], deque[float]] = defaultdict(deque)

    def check(self, bot: int, chat: int, cost: int = 1) -> None:
        """Count `cost` messages of a bot in a chat, or raise the 429 and count nothing."""
        if not self.limits.enabled:
            return
        now = self._now()
        waits = [self._wait((bot, 0), self.limits.overall_per_second, 1.0, cost, now)]
        window = self.limits.burst / self.limits.per_chat_per_second
        waits.append(self._wait((bot, chat), self.limits.burst, window, cost, now))
        if chat < 0:
            waits.append(self._wait((bot, chat), self.limits.group_per_minute, 60.0, cost, now))
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        for key in ((bot, 0), (bot, chat)):
            self._hits[key].extend([now] * cost)

    def _wait(
        self, key: tuple[int, int], limit: int, window: float, cost: int, now: float
    ) -> float:
        """Seconds until `cost` more fit into `limit` per `window` seconds; 0 where they do."""
        hits = self._hits[key]
        while hits and hits[0] <= now - max(window, 60.0):
            hits.popleft()
        recent = [hit for hit in hits if hit > now - window]
        excess = len(recent) + min(cost, limit) - limit
        return 0.0 if excess <= 0 else recent[excess - 1] + window - now
