"""Payloads as no platform should send them: fields missing, extra, of another type, too large."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**70, 1.5, float("nan"), float("inf"), "", "\0", "x" * 5000,
    "\ud83d", "9" * 40, [], {}, [[]], [None], {"": None}, {"id": None}, [{"type": 5}],
    [{"type": "bold", "offset": -5, "length": 10**12}] * 50,
)  # fmt: skip
"""What may stand in the place of a value."""


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside of a JSON value."""
    found = [here] if here else []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, inner in items:
        found += paths(inner, (*here, name))
    return found


@st.composite
def mutated(draw: st.DrawFn, samples: list[Any]) -> Any:
    """One of the samples, with some of its values exchanged, removed, added, or put deep inside."""
    value = copy.deepcopy(samples[draw(st.integers(0, len(samples) - 1))])
    for _ in range(draw(st.integers(0, 3))):
        holder, last = _place(draw, value)
        what = draw(st.sampled_from(("exchange", "remove", "add")))
        if what == "exchange":
            holder[last] = _odd(draw)
        elif what == "remove":
            del holder[last]
        elif isinstance(holder, dict):
            name = draw(st.sampled_from(("novelty", "text", "type", "entities", "id")))
            holder[name] = _odd(draw)
    if draw(st.booleans()):
        holder, last = _place(draw, value)
        holder[last] = deep(draw(st.sampled_from((3, 200, 900))), holder[last])
    return value


def _place(draw: st.DrawFn, value: Any) -> tuple[Any, Any]:
    """What holds some value, and its name there."""
    places = paths(value)
    if not places:
        return {"": None}, ""
    *way, last = places[draw(st.integers(0, len(places) - 1))]
    for step in way:
        value = value[step]
    return value, last


def _odd(draw: st.DrawFn) -> Any:
    return copy.deepcopy(ODD[draw(st.integers(0, len(ODD) - 1))])


def deep(levels: int, core: Any) -> Any:
    """A value inside of so many lists and objects."""
    for level in range(levels):
        core = [core] if level % 2 else {"blocks": core, "text": core if level < 2 else ""}
    return core
