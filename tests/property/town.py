"""A newsroom that can be stopped, crashed and cut off, over one World that lives on."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bots.app import Product
from bots.rehearsal.world import Fault, Switches, World
from core.clock import SystemClock
from core.newsroom import Rules
from tests.crash.boundary import Boundaries
from tests.road.house import House

PACE = 20.0
"""So much faster does the product's time pass: its waits of seconds take parts of a second."""

RULES = Rules(forward_wait=0.6 * PACE, open_cards=3)


class PaceClock(SystemClock):
    """The machine's clock, run faster."""

    def __init__(self, pace: float = PACE) -> None:
        self._pace = pace
        self._start = super().now()
        self._mono = super().monotonic()

    def now(self) -> float:
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        return (super().monotonic() - self._mono) * self._pace

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self._pace)


class Death(Boundaries):
    """A crash at a boundary that cuts the wires as well: a dead process confirms nothing."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def arm(self, calls: int, *, after: bool) -> None:
        """Die `calls` boundaries from now."""
        self.at, self.after = self.count + calls, after

    def _end(self) -> None:
        self._world.faults.clear()
        for platform in ("telegram", "discord"):
            self._world.faults.add(Fault(platform, "*", "drop_before", times=1_000_000))
        super()._end()


class Town(House):
    """The house with a fast clock whose product may die at any boundary, and whose group is busy
    enough that comments are gathered now and then."""

    telegram_pace = 0.4

    def __init__(self, folder: Path, switches: Switches) -> None:
        super().__init__(World(folder / "world.db", switches=switches), folder, RULES)
        self.clock = PaceClock()
        self.death = Death(self.world)
        self.running = False
        self.crashes = 0

    async def start(self) -> None:
        self.product = await Product.open(self._wiring, self.clock)
        self.death = Death(self.world)
        self.death.install(self.product)
        await self.product.start()
        self.running = True

    async def stop(self) -> None:
        if self.running:
            self.running = False
            await self.product.stop()

    def healthy(self) -> bool:
        """Whether the program listens on both platforms."""
        return all(self.product.health()["connected"].values())

    async def connected(self) -> None:
        await self.until(self.healthy, "both bots connected")

    async def revive(self) -> None:
        """Bring the program back, whatever became of it; nothing is disturbed afterwards."""
        if self.death.dead.is_set():
            self.crashes += 1
            await self.stop()
        else:
            self.death.at = 0
        self.world.faults.clear()
        if not self.running:
            await self.start()

    async def pause(self, seconds: float) -> None:
        """Until something changes out there, or so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.world.change()
        except TimeoutError:
            return

    async def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """A query over the product's database, whether or not it runs."""
        with closing(sqlite3.connect(self._wiring.database)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, values)]
