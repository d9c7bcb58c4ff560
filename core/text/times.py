"""Moments in a text, which each reader's client tells in their own zone and language.

The value of a `Style.TIME` span is "SECONDS:SHAPE". SECONDS count from 1970 in UTC. SHAPE says
how the moment is told: "r" (relative to now), or any of "w" (day of the week), "d" or "D" (date,
short or long), "t" or "T" (time without or with seconds) in this order, or "" where the text
says it in words of its own. Below the span lies a text for clients that tell no times.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

_VALUE = re.compile(r"(-?[0-9]{1,13}):(r|w?[dD]?[tT]?)")
_SHAPE = re.compile(r"r|w?[dD]?[tT]?")
# What ECMAScript's Date, in which the clients reckon, can hold.
_FURTHEST = 8_640_000_000_000


class Moment(NamedTuple):
    """The value of a span, taken apart."""

    seconds: int
    shape: str


def value(seconds: object, shape: object) -> str:
    """The value for a span, or "" where a platform gave no moment. An unknown shape is told
    as a date and a time."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or abs(seconds) > _FURTHEST:
        return ""
    known = isinstance(shape, str) and _SHAPE.fullmatch(shape)
    return f"{seconds}:{shape if known else 'Dt'}"


def read(value: str) -> Moment | None:
    """A span's value taken apart; None where it is none."""
    found = _VALUE.fullmatch(value)
    if not found or abs(int(found[1])) > _FURTHEST:
        return None
    return Moment(int(found[1]), found[2])


def told(moment: Moment, zone: tzinfo = UTC) -> str:
    """The moment in figures that every reader understands, as the text below a span."""
    try:
        then = datetime.fromtimestamp(moment.seconds, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return str(moment.seconds)
    shape = "dt" if moment.shape in ("r", "w", "") else moment.shape
    date = "%Y-%m-%d" if "d" in shape.lower() else ""
    clock = {"t": "%H:%M %Z", "T": "%H:%M:%S %Z"}.get(shape[-1], "")
    return then.strftime(" ".join(part for part in (date, clock) if part))
