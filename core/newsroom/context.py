"""What every use case may look at besides its transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.authors import Keys
from core.clock import Clock
from core.model import Channel, House, Mode, Publication, Purpose
from core.ports import Capabilities, Row, Tx

HOUR = 3600.0

Locator = Callable[[str], tuple[str, str] | None]
"""A platform's reading of a link to a message: (place, message), None where it is not its own."""

DESK_WAKE = 0
"""What `Tx.wake` is called with, in place of a channel, when a desk has to be refreshed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Waits and limits of the house, in seconds where not said otherwise.

    forward_wait: how long the automatic forward of a channel post may take before the desk is
    told. parked_life: how long an event without a known thread is kept. edit_gather: cards and
    headers fall due this much later, so that a burst becomes one edit. open_cards: at most so
    many undecided cards in one desk (a number). feed_interval: between two polls.
    missing_wait: between two checks of a permalink that left the feed.
    """

    forward_wait: float = 60.0
    parked_life: float = HOUR
    quarantine_life: float = 14 * 24 * HOUR
    open_cards: int = 10
    feed_interval: float = 300.0
    missing_wait: float = HOUR
    door_life: float = HOUR


@dataclass(slots=True)
class Context:
    """Shared by the newsroom's modules; the house is read again after every change to it."""

    clock: Clock
    keys: Keys
    capabilities: Mapping[str, Capabilities]
    rules: Rules = Rules()
    locators: Mapping[str, Locator] = field(default_factory=dict)
    dirty: set[int] = field(default_factory=set)
    _house: tuple[int, House] | None = None

    def house(self, tx: Tx) -> House:
        """The publications and channels as they stand for this transaction."""
        row = tx.one("SELECT version FROM house")
        version = int(row["version"]) if row else 0
        known = self._house
        if known is None or known[0] != version:
            known = self._house = version, load_house(tx)
        return known[1]

    def touch_desk(self, tx: Tx, publication: int) -> None:
        """Held comments changed: after the commit, cards and headers are brought in line."""
        self.dirty.add(publication)
        tx.wake(DESK_WAKE)

    def forget_house(self) -> None:
        """Something of it changed in this process."""
        self._house = None


def load_house(tx: Tx) -> House:
    """Read the whole house."""
    publications = {row["id"]: _publication(row) for row in tx.all("SELECT * FROM publication")}
    channels = {row["id"]: _channel(row) for row in tx.all("SELECT * FROM channel ORDER BY id")}
    moderators = {
        (row["publication"], row["tag"]) for row in tx.all("SELECT publication, tag FROM moderator")
    }
    by_place = {(channel.platform, channel.place): channel for channel in channels.values()}
    return House(publications, channels, by_place, frozenset(moderators))


def _publication(row: Row) -> Publication:
    return Publication(
        id=row["id"],
        name=row["name"],
        tagline=row["tagline"],
        languages=tuple(row["languages"].split(",")),
        zone=row["zone"],
        mode=Mode(row["mode"]),
        new_after=row["new_after"],
        policy=row["policy"],
    )


def _channel(row: Row) -> Channel:
    names = ("id", "publication", "platform", "place", "kind", "title", "names", "way", "style",
             "announce", "link", "dead")  # fmt: skip
    return Channel(purpose=Purpose(row["purpose"]), **{name: row[name] for name in names})


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Compact JSON."""
    return _ENCODE(value)
