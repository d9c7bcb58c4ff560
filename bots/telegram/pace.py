"""How fast Telegram lets us write, kept by ourselves so that a refusal is the exception.

Sends, edits and new topics count together, per chat: about one a second with small bursts,
20 a minute in a group, 30 a second in all (core.telegram.org/bots/faq, "My bot is hitting
limits"; that they share one limit is said by TDLib's maintainer, tdlib/td#2592 and #3034).
Deletions, bans and look-ups do not count.

When Telegram counts a call, somewhere between its request and its answer, nobody knows. So a
call takes its place in a limit from before the request until the limit's time after the answer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from core.clock import Clock

COUNTED = frozenset({"send", "edit"})
BURST = 3
CHAT_SECONDS = 1.0
STEADY = 10
"""The calls over which a chat's one a second is kept, its small burst included."""
GROUP_MINUTE = 20
QUICK = 6
"""So many of a group's minute go out as they come; the others in equal steps, so that a busy
group is never silent for the rest of its minute."""
MINUTE = 60.0
ALL_SECOND = 30
SPARE = 2
"""What is left of the limit for all to what goes first (the desk)."""
SECOND = 1.0
SOON = 0.05


class Pace:
    """The budgets of one bot.

    scale: every time in the limits is multiplied by it; 0 switches them off. What Telegram
    itself says in a refusal holds always and is never scaled.
    """

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self._clock = clock
        self._scale = scale
        self._chats: dict[int, _Chat] = {}
        self._all = _Window(ALL_SECOND, SECOND * scale)

    def wait(self, chat: int, operation: str = "send", *, first: bool = False) -> float:
        """Seconds until `operation` may be done in a chat, 0 = now. first: before all others."""
        if operation not in COUNTED:
            return 0.0
        now = self._clock.monotonic()
        state = self._chats.get(chat)
        free = state.free_at(now) if state else 0.0
        return max(free - now, self._all.free_at(now, 0 if first else SPARE) - now, 0.0)

    def spent(self, chat: int) -> Counted:
        """One counted call goes out now. As a context it lasts until its answer."""
        call = Counted(self._clock, self._clock.monotonic())
        self._state(chat).spend(call)
        self._all.add(call)
        return call

    def refused(self, chat: int, seconds: float) -> None:
        """Telegram said to come again after `seconds`."""
        state = self._state(chat)
        state.closed_until = max(state.closed_until, self._clock.monotonic() + seconds)

    def _state(self, chat: int) -> _Chat:
        return self._chats.setdefault(chat, _Chat(self._scale, group=chat < 0))


@dataclass(slots=True, eq=False)
class Counted:
    """A call that Telegram counts: `at` is when it was made or, once that is known, answered."""

    clock: Clock
    at: float
    under_way: bool = False

    def __enter__(self) -> Counted:
        self.under_way = True
        return self

    def __exit__(self, *_: object) -> None:
        self.under_way = False
        self.at = self.clock.monotonic()


class _Window:
    """At most `most` calls within `seconds`; 0 seconds: as many as there are."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._calls: deque[Counted] = deque()

    def add(self, call: Counted) -> None:
        if self._seconds:
            self._calls.append(call)

    def held(self, now: float) -> int:
        """How many count at this moment."""
        kept = (c for c in self._calls if c.under_way or c.at + self._seconds > now)
        self._calls = deque(kept)
        return len(self._calls)

    def free_at(self, now: float, spare: int = 0) -> float:
        """When one more may go out; the past where it may now."""
        over = self.held(now) - (self._most - spare)
        if over < 0:
            return 0.0
        ends = sorted(c.at + self._seconds for c in self._calls if not c.under_way)
        return ends[over] if over < len(ends) else now + SOON


class _Chat:
    """One chat's budget: a small bucket that fills by one a second, and the last minute."""

    def __init__(self, scale: float, *, group: bool) -> None:
        self.closed_until = 0.0
        self._second = CHAT_SECONDS * scale
        self._step = MINUTE * scale / GROUP_MINUTE
        self._full_at = 0.0
        self._last: Counted | None = None
        self._steady = _Window(STEADY, STEADY * self._second)
        self._minute = _Window(GROUP_MINUTE, MINUTE * scale) if group else None

    def spend(self, call: Counted) -> None:
        self._full_at = max(self._full_at, call.at) + self._second
        self._last = call
        self._steady.add(call)
        if self._minute is not None:
            self._minute.add(call)

    def free_at(self, now: float) -> float:
        """When the next call may go out; the past where it may now."""
        free = max(self.closed_until, self._full_at - (BURST - 1) * self._second)
        free = max(free, self._steady.free_at(now))
        if self._minute is not None and self._last is not None:
            free = max(free, self._minute.free_at(now))
            if self._minute.held(now) >= QUICK:
                free = max(free, self._last.at + self._step)
        return free
