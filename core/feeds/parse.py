"""Bytes of a feed to drafts. Pure, and slow enough to be called off the event loop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from core.events import readable
from core.feeds import fast, jsonfeed, lenient
from core.feeds.assemble import drafts, plain
from core.feeds.encoding import decode
from core.feeds.errors import FeedUnreadable
from core.feeds.model import Draft
from core.feeds.raw import RawFeed
from core.feeds.xml import LONGEST, tidy_tree

__all__ = ["FeedResult", "FeedUnreadable", "feed_links", "parse"]

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}
)
_LINK_TAG = re.compile(r"<link\s[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z]{1,20})\s{0,5}=\s{0,5}(?:"([^"]{0,2000})"|'([^']{0,2000})')""", re.I
)
_CHALLENGE = re.compile(r"just a moment\.\.\.|cf-browser-verification|challenge-platform", re.I)


@dataclass(frozen=True, slots=True)
class FeedResult:
    """title: the feed's own, one line; drafts: in the feed's order; problem: what is wrong with
    it though it could be read, for the people who look after it, or ""."""

    title: str
    drafts: tuple[Draft, ...]
    problem: str = ""


def parse(body: bytes, content_type: str, url: str) -> FeedResult:
    """The drafts of a feed.

    Reads RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0 and JSON Feed 1.0 and 1.1. `content_type` is
    the response's header or ""; `url` is the address it came from after redirects. Neither
    fetches anything nor trusts anything. Raises FeedUnreadable, whose text says what was found.
    """
    if len(body) > LONGEST:
        raise FeedUnreadable("The feed is larger than 32 MB. Ask its publisher for a shorter one.")
    text = decode(body, content_type)
    start = text[:2_000].lstrip("\ufeff\x00 \t\r\n")
    if not start:
        raise FeedUnreadable("The address answered with nothing at all. Try again later.")
    if start[0] in "{[":
        raw, problem = jsonfeed.read(text), ""
    else:
        raw, problem = _xml_feed(text, url)
    made = drafts(raw, url)
    if not made and not problem:
        problem = "The feed holds no entries."
    return readable(FeedResult(plain(raw.title, url)[:300], made, problem))


def feed_links(page: str, url: str) -> tuple[str, ...]:
    """The feeds that a web page names in its head, absolute."""
    found: dict[str, None] = {}
    for tag in _LINK_TAG.findall(page[:500_000]):
        pairs = {m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(tag)}
        if "alternate" in pairs.get("rel", "").lower() and pairs.get("type") in _FEED_TYPES:
            found[urljoin(url, pairs.get("href", "").replace("&amp;", "&"))] = None
    return tuple(found)


def _xml_feed(text: str, url: str) -> tuple[RawFeed, str]:
    try:
        root, problem = tidy_tree(text)
    except FeedUnreadable as error:
        raise FeedUnreadable(_explained(str(error), text, url)) from error
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise FeedUnreadable(f"The feed cannot be read: {str(error)[:150]}.") from error
    return (None if problem else fast.read(root)) or lenient.read(root), problem


def _explained(message: str, text: str, url: str) -> str:
    """The message, with what the page itself gives away."""
    if "<html" not in text[:20_000].lower():
        return message
    if _CHALLENGE.search(text[:20_000]):
        return (
            "The site answers with a check for browsers instead of its feed. Ask whoever runs it "
            "to let feed readers through."
        )
    named = feed_links(text, url)
    if named:
        return f"This address is a web page. It names a feed: {named[0]}"
    return message
