"""Times as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_FORMATS = (
    "%a %b %d %H:%M:%S %z %Y", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M", "%m/%d/%y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y",
    "%d-%m-%Y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%Y%m%d%H%M%SZ",
)  # fmt: skip


def moment(value: Any, formats: Iterable[str] = _FORMATS) -> float | None:
    """A time as Unix seconds: ISO, seconds, milliseconds or less since 1970, and what else is
    common; without a zone it is UTC. None for none."""
    if value is None or isinstance(value, bool):
        return None
    word = str(value).strip()
    try:
        number = float(word)
    except ValueError:
        return _read_date(word, formats)
    if not abs(number) < 1e30:
        return None
    while number > 1e11:
        number /= 1000.0
    return number if number > 1e8 else None


def ordered(sample: Iterable[Any]) -> tuple[str, ...]:
    """The forms of dates with those first that most of a sample is written in: whether the day or
    the month comes first is told by all of them together."""
    words = [str(value).strip() for value in sample if value]
    fits = {form: sum(_fits(word, form) for word in words) for form in _FORMATS}
    return tuple(sorted(_FORMATS, key=lambda form: -fits[form]))


def _fits(word: str, form: str) -> bool:
    try:
        datetime.strptime(word, form)  # noqa: DTZ007  only whether it can be read
    except ValueError:
        return False
    return True


def _read_date(word: str, formats: Iterable[str]) -> float | None:
    if not 6 <= len(word) <= 60:
        return None
    try:
        return _seconds(datetime.fromisoformat(word.replace(" UTC", "+00:00")))
    except (ValueError, OverflowError):
        pass
    for form in formats:
        try:
            return _seconds(datetime.strptime(word, form))  # noqa: DTZ007  a zone is put in
        except (ValueError, OverflowError):
            continue
    try:
        return _seconds(parsedate_to_datetime(word))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _seconds(when: datetime) -> float:
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
