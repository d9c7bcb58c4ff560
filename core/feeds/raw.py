"""One entry as its feed wrote it: what every reader of a format gives to `assemble`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a text is to be read. `GUESS`: the format does not say (RSS)."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class RawText:
    """base: the xml:base in force, "" where none; language: as written, or ""."""

    value: str = ""
    kind: Kind = Kind.TEXT
    base: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RawLink:
    href: str
    rel: str = "alternate"
    type: str = "text/html"


@dataclass(frozen=True, slots=True)
class RawMedia:
    """A picture that stands beside the text. width: pixels, 0 where it is not said."""

    url: str
    alt: str = ""
    width: int = 0
    thumbnail: bool = False


@dataclass(frozen=True, slots=True)
class RawEntry:
    """Everything as written: links maybe relative, dates unparsed.

    fallback_link: the guid where it serves as permalink; original_link: the address behind a
    proxy such as FeedBurner; published_at, updated_at: Unix seconds, where the reader of the
    format understood a date that `dates.parse_date` may not.
    """

    key: str = ""
    links: tuple[RawLink, ...] = ()
    original_link: str = ""
    fallback_link: str = ""
    headline: RawText = RawText()
    summary: RawText = RawText()
    contents: tuple[RawText, ...] = ()
    authors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    media: tuple[RawMedia, ...] = ()
    published: str = ""
    updated: str = ""
    published_at: float | None = None
    updated_at: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """authors: the feed's own, for Atom entries that name none (RFC 4287, 4.2.1)."""

    title: RawText
    entries: tuple[RawEntry, ...]
    authors: tuple[str, ...] = ()
    language: str = ""
