"""The watch: is every bot connected, does every loop turn, does the disk take what is written;
`/healthz`, `/metrics`, and alarms at the desk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bots.gaps import Gaps
from bots.metrics import Metrics
from core.clock import Clock
from core.i18n import Texts
from core.model import Publication
from core.newsroom import Newsroom, Rules
from core.newsroom.comments.labels import time_label
from core.newsroom.desks import alarms
from core.newsroom.desks.alarms import Telling
from core.newsroom.outgoing import deliveries
from core.ports import Adapter

Json = dict[str, Any]

TURN = 1.0
"""Seconds between two looks at the connections."""
SLOW_TURN = 15.0
"""Seconds between two looks at what waits and at the disk."""
GRACE = 60.0
"""Seconds without a connection after which `/healthz` is false: a reconnect is no illness."""
STALE = 120.0
"""Seconds without a turn after which a loop counts as stuck."""
ROOM = 1.1
"""The disk is no longer low when this much more is free than what the alarm is for."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched. late: names of the loops that did not turn for so many seconds; stopped:
    of those that ended; refusal: why the disk refused the last write, "" = it did not."""

    database: Path
    adapters: Mapping[str, Adapter]
    newsroom: Newsroom
    late: Callable[[float], list[str]]
    stopped: Callable[[], list[str]]
    refusal: Callable[[], str]


class Watch:
    """Looks every second until it is cancelled."""

    def __init__(self, watched: Watched, rules: Rules, clock: Clock, metrics: Metrics) -> None:
        self._watched = watched
        self._rules = rules
        self._clock = clock
        self._metrics = metrics
        self._began = clock.now()
        self._connected: dict[str, float | None] = dict.fromkeys(watched.adapters)
        self._alarms: dict[tuple[int, str], bool] = {}
        self._slow_at = 0.0
        self._free = 0
        self._gaps = Gaps(watched.adapters, watched.newsroom, clock)

    async def turn(self) -> None:
        """One look, and the wait after it."""
        await self.look()
        await self._clock.sleep(TURN)

    async def look(self) -> None:
        """Note who is connected, and begin or end alarms. Raises StorageError."""
        now = self._clock.now()
        for platform, adapter in self._watched.adapters.items():
            if adapter.healthy():
                self._connected[platform] = now
        await self._gaps.look()
        await self._mind_platforms(now)
        if now >= self._slow_at:
            self._slow_at = now + SLOW_TURN
            await self._mind_disk(now)
            await self._mind_held(now)

    # What is told

    def health(self, version: str) -> Json:
        """For `/healthz`: `ok` is true when every bot is connected, or was within the last
        minute, every loop turns, and the disk takes what is written."""
        now = self._clock.now()
        stopped, late = self._watched.stopped(), self._watched.late(STALE)
        connected = {name: a.healthy() for name, a in self._watched.adapters.items()}
        missing = [name for name, up in connected.items() if not up and self._away(name, now)]
        disk = self._disk()
        return {
            "ok": not (stopped or late or missing or disk["refuses"]),
            "version": version,
            "connected": connected,
            "stopped": stopped,
            "late": late,
            "disk": disk,
        }

    def _away(self, platform: str, now: float) -> bool:
        """Not connected yet, or not for so long that it is no reconnect any more."""
        last = self._connected[platform]
        return last is None or now - last > GRACE

    def _disk(self) -> Json:
        return {
            "refuses": self._watched.refusal(),
            "free": self._free or _free(self._watched.database),
            "database": _size(self._watched.database),
        }

    async def metrics(self) -> bytes:
        """The text of `/metrics`."""
        standing = await self._watched.newsroom.look(deliveries.standing)
        return self._metrics.page(self.health(""), standing, self._clock.now())

    # Alarms

    async def _mind_platforms(self, now: float) -> None:
        limit = self._rules.alarm_unreachable
        for platform, seen in self._connected.items():
            since = seen or self._began
            low = bool(limit) and now - since > limit
            for publication in await self._publications_on(platform):
                words = partial(_reachable, publication, platform.capitalize(), now, low)
                name = f"unreachable {platform}"
                await self._set(publication, name, low, since, words, but=platform)

    async def _publications_on(self, platform: str) -> list[Publication]:
        house = await self._watched.newsroom.house()
        numbers = {c.publication for c in house.channels.values() if c.platform == platform}
        return [house.publications[number] for number in sorted(numbers)]

    async def _mind_held(self, now: float) -> None:
        limit = self._rules.alarm_held
        house = await self._watched.newsroom.house()
        for publication in house.publications.values():
            number = publication.id
            since = await self._watched.newsroom.look(
                lambda tx, _, number=number: alarms.oldest_held(tx, number)  # type: ignore[misc]
            )
            low = bool(limit) and since is not None and now - since > limit
            words = partial(_waited, publication, limit, low)
            await self._set(publication, "held", low, since or now, words)

    async def _mind_disk(self, now: float) -> None:
        limit = self._rules.alarm_disk
        self._free = _free(self._watched.database)
        house = await self._watched.newsroom.house()
        for publication in house.publications.values():
            stands = self._alarms.get((publication.id, "disk"), False)
            low = self._free < limit * (ROOM if stands else 1)
            words = partial(_room, self._free // MEGABYTE, low)
            await self._set(publication, "disk", low, now, words)

    async def _set(
        self, publication: Publication, name: str, on: bool, since: float, words: Telling,
        but: str = "",
    ) -> None:  # fmt: skip
        """Begin or end an alarm where it is not so already. The first look of a program also
        ends what an earlier one left standing."""
        key = publication.id, name
        if self._alarms.get(key) == on:
            return
        number = publication.id

        if on:
            await self._watched.newsroom.change(
                lambda tx, c: alarms.alarm(tx, c, number, name, words, since=since, but=but)
            )
        else:
            await self._watched.newsroom.change(
                lambda tx, c: alarms.all_clear(tx, c, number, name, words)
            )
        self._alarms[key] = on


def _reachable(
    publication: Publication, platform: str, now: float, away: bool, t: Texts, since: float
) -> str:
    began = time_label(since, publication)
    if away:
        return t("{platform} cannot be reached since {since}.", platform=platform, since=began)
    return t("{platform} can be reached again; it could not from {since} to {until}.",
             platform=platform, since=began, until=time_label(now, publication))  # fmt: skip


def _waited(publication: Publication, limit: float, late: bool, t: Texts, since: float) -> str:
    minutes = round(limit / 60)
    if late:
        return t.n("A comment waits for more than {n} minute, since {since}: /queue",
                   "A comment waits for more than {n} minutes, since {since}: /queue",
                   minutes, since=time_label(since, publication))  # fmt: skip
    return t.n("No comment waits for more than {n} minute any more.",
               "No comment waits for more than {n} minutes any more.", minutes)  # fmt: skip


def _room(megabytes: int, low: bool, t: Texts, since: float) -> str:
    if low:
        return t("The disk is nearly full: {n} MB are left. When it is full, nothing more is taken"
                 " in or sent until there is room.", n=megabytes)  # fmt: skip
    return t("There is room on the disk again: {n} MB.", n=megabytes)


def _free(database: Path) -> int:
    try:
        return shutil.disk_usage(database.parent).free
    except OSError:
        return 0


def _size(database: Path) -> int:
    try:
        return database.stat().st_size
    except OSError:
        return 0
