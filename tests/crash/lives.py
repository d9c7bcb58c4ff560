"""A story that a newsroom lives through with one crash, and the record of it that is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.newsroom.decisions import audit
from tests.campaign.report import Counts
from tests.crash.boundary import Boundaries
from tests.crash.scenario import Step, Story
from tests.crash.test_every_boundary import live
from tests.property.town import PaceClock
from tests.road.house import House


async def lived(house: House, steps: Sequence[Step], at: int, *, after: bool) -> Boundaries:
    """Play the steps with a crash at a boundary (0 = none) and a second life after it. Raises
    AssertionError where they do not come to their end."""
    story, boundaries, clock = Story(house), Boundaries(at, after=after), PaceClock()
    reached = await live(house, story, 0, boundaries, steps, clock=clock)
    if boundaries.dead.is_set():
        reached = await live(house, story, reached, Boundaries(), steps, clock=clock)
    assert reached == len(steps), f"stuck at {steps[reached][0]}"
    return boundaries


async def count_decided(house: House, wanted: Counter[str], counts: Counts) -> None:
    """Every decision is there once, and the chain of all of them holds."""
    # The program is stopped; its database is opened once more, as the command line does.
    await house.start()
    try:
        room = house.product.newsroom
        rows = await room.look(lambda tx, _: tx.all("SELECT action FROM decision"))
        report = await room.look(audit.verify)
    finally:
        await house.stop()
    found = Counter(str(row["action"]) for row in rows)
    counts.lost += (wanted - found).total()
    counts.doubled += (found - wanted).total()
    assert not report.problems, report.problems
