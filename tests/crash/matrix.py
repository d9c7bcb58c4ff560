"""A story that is told again for every boundary of input and output, with a crash before it and
one after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.campaign.report import Counts, record
from tests.crash.boundary import Boundaries

SLICES = 4
"""So many tests share one matrix, so that several processes can work on it."""

Told = Callable[[Path, int, bool], Awaitable[tuple[Boundaries, Counts]]]
"""Tells the story in a folder of its own, with a crash at a boundary (0 = none), after its effect
or before; where it came to, and what was counted."""


def add(into: Counts, one: Counts) -> None:
    """Sum up."""
    for name in ("runs", "lost", "visible_held", "reply_before_parent", "orphaned", "doubled",
                 "doubled_unavoidable"):  # fmt: skip
        setattr(into, name, getattr(into, name) + getattr(one, name))


async def crash_everywhere(
    told: Told, folder: Path, name: str, part: int = 0, slices: int = 1
) -> None:
    """Tell it for every boundary of a part, and record what is counted in all under the name."""
    whole, _ = await told(folder / "whole", 0, False)
    total = Counts(more={"boundaries": 0})
    for at in range(1 + part, whole.count + 1, slices):
        total.more["boundaries"] += 1
        for after in (False, True):
            try:
                add(total, (await told(folder / f"{at}-{after}", at, after))[1])
            except AssertionError as error:
                error.add_note(f"crash {'after' if after else 'before'} boundary {at}")
                raise
    record("crash", f"{name}, {part + 1} of {slices}" if slices > 1 else name, total)
