"""What a feed or a document gives before it is an article."""

from __future__ import annotations

from dataclasses import dataclass

from core.text.model import Rich


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article: an absolute http(s) URL and its alternative text."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry of a feed, a file or a page, as far as it says.

    key: the entry's own id ("" where it has none); link: canonical permalink or "".
    headline, deck, byline: one line of plain text each; deck and byline may be "".
    body: the full text as neutral rich text, links absolute; images are not inside.
    published, updated: Unix seconds (UTC), None where the source gives none.
    """

    key: str
    link: str
    headline: str
    deck: str = ""
    byline: str = ""
    body: Rich = Rich()
    images: tuple[Image, ...] = ()
    labels: tuple[str, ...] = ()
    published: float | None = None
    updated: float | None = None
    language: str = ""
