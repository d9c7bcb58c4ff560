"""What happened to a publication's comments, in numbers: from what was stored to days, checks,
waits and moderators (pure).

Times are Unix seconds, waits are seconds, days and hours are those of the publication's zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86400.0
BY_DAY, BY_WEEK, BY_MONTH = 62, 400, 3650
"""Up to how many days there is a step for each day, each week, each month."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A comment. checks: those that held it when it came, none where nothing did. decided: when a
    person decided on it first, None where nobody did."""

    posted: float
    state: str
    checks: tuple[str, ...] = ()
    decided: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The comments that came in a day, or in the week or month that begins with it."""

    start: date
    received: int = 0
    published: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """How long those waited that came in an hour of the day and were decided on."""

    hour: int
    count: int
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class Figures:
    """days: how many, today included. states: comments by what became of them. held: by checks when
    they came. waiting: they still do. checks: how many comments each check held, most first; one
    may be held by several. load: decisions by who made them, most first."""

    days: int
    steps: tuple[Step, ...]
    states: Mapping[str, int]
    held: int
    waiting: int
    checks: tuple[tuple[str, int], ...]
    waits: tuple[Wait, ...]
    whole: Wait | None
    load: tuple[tuple[str, int], ...]

    @property
    def received(self) -> int:
        return sum(self.states.values())


def since(now: float, days: int, zone: str) -> float:
    """When the first of the last `days` days began, today included."""
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()
    return _midnight(today - timedelta(days=days - 1), zone)


def month(year: int, number: int, zone: str) -> tuple[float, float]:
    """When a month began, and when the next one did."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return _midnight(date(year, number, 1), zone), _midnight(following, zone)


def _midnight(day: date, zone: str) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()


def figures(
    seen: Sequence[Seen], load: Mapping[str, int], *, days: int, now: float, zone: str, waiting: int
) -> Figures:
    """The numbers of the last days. seen: what came in them. load: decisions by who made them."""
    checks = Counter(check for comment in seen for check in set(comment.checks))
    whole = _wait(0, waited(seen))
    return Figures(
        days=days,
        steps=tuple(_steps(seen, days, now, zone)),
        states=dict(sorted(Counter(comment.state for comment in seen).items())),
        held=sum(bool(comment.checks) for comment in seen),
        waiting=waiting,
        checks=tuple(_most(checks)),
        waits=tuple(_hours(seen, zone)),
        whole=whole,
        load=tuple(_most(load)),
    )


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _steps(seen: Sequence[Seen], days: int, now: float, zone: str) -> Iterable[Step]:
    """Every day, week or month of the time, also those in which nothing came."""
    place = ZoneInfo(zone)
    first = datetime.fromtimestamp(since(now, days, zone), place).date()
    last = datetime.fromtimestamp(now, place).date()
    counts: dict[date, Counter[str]] = {}
    day = first
    while day <= last:
        counts.setdefault(_start(day, days), Counter())
        day += timedelta(days=1)
    for comment in seen:
        came = _start(datetime.fromtimestamp(comment.posted, place).date(), days)
        if came in counts:
            counts[came].update(_marks(comment))
    for start, count in counts.items():
        yield Step(start, count["received"], count["published"], count["held"])


def _marks(comment: Seen) -> list[str]:
    published = ["published"] * (comment.state == "published")
    return ["received", *published, *["held"] * bool(comment.checks)]


def _start(day: date, days: int) -> date:
    if days <= BY_DAY:
        return day
    return day - timedelta(days=day.weekday()) if days <= BY_WEEK else day.replace(day=1)


def waited(seen: Iterable[Seen]) -> list[float]:
    """How long each that was held and decided on had waited, shortest first."""
    return sorted(
        max(0.0, comment.decided - comment.posted)
        for comment in seen
        if comment.checks and comment.decided is not None
    )


def _hours(seen: Sequence[Seen], zone: str) -> Iterable[Wait]:
    place = ZoneInfo(zone)
    by_hour: dict[int, list[Seen]] = {}
    for comment in seen:
        hour = datetime.fromtimestamp(comment.posted, place).hour
        by_hour.setdefault(hour, []).append(comment)
    for hour in sorted(by_hour):
        if (made := _wait(hour, waited(by_hour[hour]))) is not None:
            yield made


def _wait(hour: int, waits: Sequence[float]) -> Wait | None:
    if not waits:
        return None
    return Wait(hour, len(waits), median(waits), share(waits, 0.9))


def median(waits: Sequence[float]) -> float:
    """The middle of what is in order and not empty; of two, between them."""
    half = len(waits) // 2
    return waits[half] if len(waits) % 2 else (waits[half - 1] + waits[half]) / 2


def share(waits: Sequence[float], part: float) -> float:
    """The smallest that at least this part of what is in order does not exceed."""
    return waits[max(0, -int(-len(waits) * part // 1) - 1)]
