"""When a feed is asked next: pure, from what it answered.

Chance is passed in, so the plan can be tested; the poll's owner stores the state it gets back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.feeds.fetching import explained
from core.i18n import FALLBACK, Texts, texts

t = texts(FALLBACK)

MINUTE = 60.0
HOUR = 3_600.0
DAY = 86_400.0

SHORTEST = MINUTE
LONGEST_BACKOFF = 6 * HOUR
LONGEST_RETRY_AFTER = DAY
THROTTLED = 15 * MINUTE
"""How long a 429 or 503 without Retry-After keeps us away, in seconds."""

JITTER = 0.1
REPEATS = 3
"""So many permanent redirects to one address in a row, before the address is adopted."""

ILL_AFTER = DAY
"""A feed that fails for so long, in seconds, is worth a message to its people."""


class Health(StrEnum):
    """ok: it answers; failing: for less than a day; ill: for longer; gone: 410, never again
    until somebody says so."""

    OK = "ok"
    FAILING = "failing"
    ILL = "ill"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Poll:
    """A feed's place in the timetable. Times in Unix seconds, spans in seconds.

    shortest: no interval is shorter; below a minute for a feed on this machine only.
    moved_to, moved_seen: the address that permanent redirects name and how often in a row;
    adopt: the address to store in place of the old one now, or "".
    """

    interval: float = 15 * MINUTE
    shortest: float = SHORTEST
    next_at: float = 0.0
    failures: int = 0
    failing_since: float | None = None
    moved_to: str = ""
    moved_seen: int = 0
    adopt: str = ""
    gone: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one poll ended.

    status: the HTTP status, None where no answer came; problem: why it failed, for people, ""
    where it did not (a body that is no feed is a failure with status 200); retry_after: seconds;
    moved_to: where permanent redirects alone (301, 308) led, "" for nowhere. kind: the name of
    the problem's class, by which it is told in other languages.
    """

    status: int | None
    problem: str = ""
    retry_after: float | None = None
    moved_to: str = ""
    kind: str = ""

    @property
    def good(self) -> bool:
        return not self.problem and self.status is not None and self.status < 400


def first(interval: float, now: float, chance: float) -> Poll:
    """A feed that was just added and read: the next poll falls anywhere in the interval, so
    that feeds added together do not stay together."""
    interval = max(interval, SHORTEST)
    return Poll(interval=interval, next_at=now + interval * chance)


def after(poll: Poll, answer: Answer, now: float, chance: float) -> Poll:
    """The timetable after an answer. `chance` is in [0, 1)."""
    if answer.status == 410:
        return replace(poll, gone=True, problem=said(answer), failing_since=now, adopt="")
    wait = _wait(poll, answer) * (1 - JITTER + 2 * JITTER * chance)
    wait = max(wait, _asked_to_wait(answer))
    if not answer.good:
        return replace(
            poll,
            next_at=now + wait,
            failures=poll.failures + 1,
            failing_since=now if poll.failing_since is None else poll.failing_since,
            adopt="",
            problem=said(answer),
        )
    well = replace(poll, next_at=now + wait, failures=0, failing_since=None, problem="")
    return _moving(well, answer.moved_to)


def health(poll: Poll, now: float) -> Health:
    """How the feed does, for the desk: a day of failures is one calm message, not twenty."""
    if poll.gone:
        return Health.GONE
    if poll.failing_since is None:
        return Health.OK
    return Health.ILL if now - poll.failing_since >= ILL_AFTER else Health.FAILING


def due(poll: Poll, now: float) -> bool:
    """Whether the feed is to be asked now."""
    return not poll.gone and poll.next_at <= now


def _wait(poll: Poll, answer: Answer) -> float:
    interval = max(poll.interval, poll.shortest)
    if answer.good:
        return interval
    doubled = interval * 2.0 ** min(poll.failures + 1, 10)
    return max(min(doubled, LONGEST_BACKOFF), interval)


def _asked_to_wait(answer: Answer) -> float:
    """Retry-After only ever delays; a nonsensical one does not stop the feed for good."""
    if answer.retry_after is not None:
        return min(max(answer.retry_after, 0.0), LONGEST_RETRY_AFTER)
    return THROTTLED if answer.status in (429, 503) else 0.0


def _moving(poll: Poll, moved_to: str) -> Poll:
    if not moved_to:
        return replace(poll, moved_to="", moved_seen=0, adopt="")
    seen = poll.moved_seen + 1 if moved_to == poll.moved_to else 1
    if seen < REPEATS:
        return replace(poll, moved_to=moved_to, moved_seen=seen, adopt="")
    return replace(poll, moved_to="", moved_seen=0, adopt=moved_to)


_ANSWERS = {
    401: "The feed asks for a password (401).",
    403: "The site refuses us (403). Ask whoever runs it to let feed readers through.",
    404: "There is no feed at this address any more (404). Give the new address.",
    410: "The publisher says that this feed is gone for good (410). It is not asked again.",
    429: "The site says we come too often (429).",
    503: "The site is overloaded or being repaired (503).",
}


def said(answer: Answer, t: Texts = t) -> str:
    """What is wrong, for people."""
    if answer.problem:
        return explained(answer.problem, answer.kind, t)
    if answer.status in _ANSWERS:
        return t(_ANSWERS[answer.status])
    return t("The site answered with an error ({status}).", status=answer.status)
