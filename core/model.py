"""The words of the house as types. Times are Unix seconds (UTC)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.options import Options


class State(StrEnum):
    """A comment's state. Held with an approved revision: the old wording stays up."""

    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class Mode(StrEnum):
    """Which comments wait for a moderator.

    OPEN: none by itself; NEW: until an author has enough published ones; HELD: every one, and
    the original is removed as soon as it is seen; HELD_SOFT: every one, the original stays where
    it was written and only the relay waits.
    """

    OPEN = "open"
    NEW = "new"
    HELD = "held"
    HELD_SOFT = "held-soft"


class Standing(StrEnum):
    """What an author may do here."""

    TRUSTED = "trusted"
    ORDINARY = "ordinary"
    PREMODERATED = "premoderated"
    MUTED = "muted"
    BANNED = "banned"


class Role(StrEnum):
    """Who somebody is in a publication, each with what the ones before may: a reader comments, a
    moderator decides on comments and threads, an editor on articles and the publication's own
    words and numbers, an owner on who is what."""

    READER = "reader"
    MODERATOR = "moderator"
    EDITOR = "editor"
    OWNER = "owner"

    def covers(self, needed: Role) -> bool:
        """Whether this role may what that one may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Purpose(StrEnum):
    """What a channel is for."""

    ANNOUNCE = "announce"
    DISCUSS = "discuss"
    DESK = "desk"


class ArticleState(StrEnum):
    """KNOWN: seen in the feed's first poll, shown nowhere. DRAFT: a preview waits at the desk."""

    KNOWN = "known"
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Publication:
    """A newsroom."""

    id: int
    name: str
    tagline: str
    languages: tuple[str, ...]
    zone: str
    mode: Mode
    policy: str
    options: Options

    @property
    def language(self) -> str:
        """The default language."""
        return self.languages[0]


@dataclass(frozen=True, slots=True)
class Channel:
    """A place on a platform and what it is for; the columns of its row."""

    id: int
    publication: int
    platform: str
    place: str
    purpose: Purpose
    kind: str
    title: str
    names: str
    way: str
    style: str
    announce: int | None
    link: str
    dead: str


@dataclass(frozen=True, slots=True)
class House:
    """Every publication, channel and moderator: small, read often, changed by hand only.

    moderators: the rosters, by publication and author tag. roles: what a platform's own role
    counts as, by publication, platform and the platform's key of it.
    """

    publications: Mapping[int, Publication]
    channels: Mapping[int, Channel]
    by_place: Mapping[tuple[str, str], Channel]
    moderators: Mapping[tuple[int, str], Role]
    roles: Mapping[tuple[int, str, str], Role] = field(default_factory=dict)

    def of(self, publication: int, purpose: Purpose) -> list[Channel]:
        """The channels of a publication with a purpose, in the order of their ids."""
        return [
            channel
            for channel in self.channels.values()
            if channel.publication == publication and channel.purpose == purpose
        ]

    def fed_by_forward(self, channel: Channel) -> bool:
        """Threads of this channel are born from the automatic forward of an announce channel."""
        return channel.announce is not None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says: "pass", "suspect", "hold" or "reject", with the exact reason.

    reason: a key of `core.moderation.reasons.WORDS`, or words as they are; values: what stands
    in the places of those words.
    """

    check: str
    verdict: str
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    score: float = 0.0
