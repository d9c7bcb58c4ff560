"""How fast Telegram lets us write, kept by ourselves so that a refusal is the exception.

Sends, edits and new topics count together, per chat: about one a second with small bursts,
20 a minute in a group, 30 a second in all (core.telegram.org/bots/faq, "My bot is hitting
limits"; that they share one limit is said by TDLib's maintainer, tdlib/td#2592 and #3034).
Deletions, bans and look-ups do not count.
"""

from __future__ import annotations

from collections import deque

from core.clock import Clock

COUNTED = frozenset({"send", "edit"})
BURST = 3
CHAT_SECONDS = 1.0
GROUP_MINUTE = 20
MINUTE = 60.0
ALL_SECOND = 30
SECOND = 1.0


class Pace:
    """The budgets of one bot.

    scale: every time in the limits is multiplied by it; 0 switches them off. What Telegram
    itself says in a refusal holds always and is never scaled.
    """

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self._clock = clock
        self._scale = scale
        self._chats: dict[int, _Chat] = {}
        self._all: deque[float] = deque(maxlen=ALL_SECOND)

    def wait(self, chat: int, operation: str = "send") -> float:
        """Seconds until `operation` may be done in a chat, 0 = now."""
        if operation not in COUNTED:
            return 0.0
        now = self._clock.monotonic()
        state = self._chats.get(chat)
        free = state.free_at(self._scale) if state else 0.0
        return max(free - now, self._overall() - now, 0.0)

    def spent(self, chat: int) -> None:
        """One counted call goes out now."""
        now = self._clock.monotonic()
        self._state(chat).spend(now, self._scale)
        self._all.append(now)

    def refused(self, chat: int, seconds: float) -> None:
        """Telegram said to come again after `seconds`."""
        state = self._state(chat)
        state.closed_until = max(state.closed_until, self._clock.monotonic() + seconds)

    def _overall(self) -> float:
        if len(self._all) < ALL_SECOND:
            return 0.0
        return self._all[0] + SECOND * self._scale

    def _state(self, chat: int) -> _Chat:
        return self._chats.setdefault(chat, _Chat(group=chat < 0))


class _Chat:
    """One chat's budget: a small bucket that fills by one a second, and the last minute."""

    def __init__(self, *, group: bool) -> None:
        self.closed_until = 0.0
        self._full_at = 0.0
        self._minute: deque[float] | None = deque(maxlen=GROUP_MINUTE) if group else None

    def spend(self, now: float, scale: float) -> None:
        self._full_at = max(self._full_at, now) + CHAT_SECONDS * scale
        if self._minute is not None:
            self._minute.append(now)

    def free_at(self, scale: float) -> float:
        """When the next call may go out; the past where it may now."""
        free = max(self.closed_until, self._full_at - (BURST - 1) * CHAT_SECONDS * scale)
        if self._minute is not None and len(self._minute) == GROUP_MINUTE:
            free = max(free, self._minute[0] + MINUTE * scale)
        return free
