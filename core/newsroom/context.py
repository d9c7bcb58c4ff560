"""What every use case may look at besides its transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import options
from core.authors import Keys
from core.clock import Clock
from core.model import Channel, House, Mode, Publication, Purpose, Role
from core.moderation.submission import Lists
from core.newsroom.comments.studies import Studies
from core.observer import Observer, Silent
from core.ports import Capabilities, Row, Tx

HOUR = 3600.0

Locator = Callable[[str], tuple[str, str] | None]
"""A platform's reading of a link to a message: (place, message), None where it is not its own."""

Linker = Callable[[str, str, str, str], str]
"""The way back: from a channel's place and link, a thread and a message of it to the address of
the message for that channel's readers, "" where it has none."""

DESK_WAKE, SPOOL_WAKE, ASKED_WAKE, ERASE_WAKE = 0, -1, -2, -3
"""What `Tx.wake` is called with, in place of a channel, when a desk has to be refreshed, when
something has to be fetched or an address to be read, and when somebody is to be
forgotten or what was deleted is to leave the database's log."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Waits and limits of the house, in seconds where not said otherwise.

    forward_wait: how long the automatic forward of a channel post may take before the desk is
    told. parked_life: how long an event without a known thread is kept. edit_gather: cards and
    headers fall due this much later, so that a burst becomes one edit. open_cards: at most so
    many undecided cards in one desk (a number). feed_interval: between two polls.
    missing_wait: between two checks of a permalink that left the feed. album_gather: how long an
    album waits for more pieces before it is sent. spool_life: how long fetched bytes are kept
    when nothing needs them any more. claim_life: how long a comment counts as being read after its
    reader's last touch. tell_gather: how long what is to be told to an author waits for more;
    tell_gap: between two private messages to one; tell_life: after which it is not worth telling
    any more. alarm_unreachable,
    alarm_held: after how long the desk is told that a platform cannot be reached, or that a
    comment waits; alarm_disk: below how many free bytes it is told; 0 = never.
    """

    forward_wait: float = 60.0
    parked_life: float = HOUR
    quarantine_life: float = 14 * 24 * HOUR
    open_cards: int = 10
    feed_interval: float = 300.0
    missing_wait: float = HOUR
    door_life: float = HOUR
    alarm_unreachable: float = 300.0
    alarm_held: float = 2 * HOUR
    alarm_disk: int = 0
    album_gather: float = 2.0
    spool_life: float = 14 * 24 * HOUR
    claim_life: float = 120.0
    tell_gather: float = 2.0
    tell_gap: float = 180.0
    tell_life: float = 24 * HOUR


@dataclass(slots=True)
class Context:
    """Shared by the newsroom's modules; the house is read again after every change to it.

    lists: what the moderators listed, by publication, and its version:
    `core.newsroom.comments.wordlists`.
    """

    clock: Clock
    keys: Keys
    capabilities: Mapping[str, Capabilities]
    rules: Rules = Rules()
    locators: Mapping[str, Locator] = field(default_factory=dict)
    observer: Observer = field(default_factory=Silent)
    linkers: Mapping[str, Linker] = field(default_factory=dict)
    dirty: set[int] = field(default_factory=set)
    lists: tuple[int, Mapping[int, Lists]] = (0, {})
    studies: Studies = field(init=False)
    _house: tuple[int, House] | None = None

    def __post_init__(self) -> None:
        self.studies = Studies(self.keys.features)

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
        (row["publication"], row["tag"]): Role(row["role"])
        for row in tx.all("SELECT publication, tag, role FROM moderator")
    }
    mapped = {
        (row["publication"], row["platform"], row["key"]): Role(row["role"])
        for row in tx.all("SELECT publication, platform, key, role FROM role_map")
    }
    by_place = {(channel.platform, channel.place): channel for channel in channels.values()}
    return House(publications, channels, by_place, moderators, mapped)


def _publication(row: Row) -> Publication:
    return Publication(
        id=row["id"],
        name=row["name"],
        tagline=row["tagline"],
        languages=tuple(row["languages"].split(",")),
        zone=row["zone"],
        mode=Mode(row["mode"]),
        policy=row["policy"],
        options=options.load(json.loads(row["options"])),
    )


def _channel(row: Row) -> Channel:
    names = ("id", "publication", "platform", "place", "kind", "title", "names", "way", "style",
             "announce", "link", "dead")  # fmt: skip
    return Channel(purpose=Purpose(row["purpose"]), **{name: row[name] for name in names})


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Compact JSON."""
    return _ENCODE(value)
