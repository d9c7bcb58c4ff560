"""Dates as feeds and documents write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz

EARLIEST = 0.0
LATEST = 4_102_444_800.0
"""Dates outside 1970 to 2099 are mistakes."""

_ISO = re.compile(r"\d{4}-?\d{2}-?\d{2}")
# What software that lost a date writes in its place.
_ZERO = re.compile(r"\s-\d{4}\s|^0000")
_FRACTION = re.compile(r"\.(\d{6})\d+")


def parse_date(text: str) -> float | None:
    """An RFC 822 or ISO 8601 date as Unix seconds; one without a zone is read as UTC.

    None where the text is no such date, or one that no article can have.
    """
    text = text.strip()
    if not text or len(text) > 100 or _ZERO.search(text):
        return None
    stamp = _iso(text) if _ISO.match(text) else _rfc822(text)
    if stamp is None or not EARLIEST <= stamp < LATEST:
        return None
    return stamp


def _iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):
        return None


def _rfc822(text: str) -> float | None:
    try:
        parts = parsedate_tz(text)
        return None if parts is None else float(mktime_tz(parts))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
