"""Every other feed, by feedparser: RSS 0.9x and 1.0 (RDF), Atom 0.3, and the odd ones.

feedparser gets the tidy tree written out again as bytes, so it never fetches, never guesses an
encoding and never falls back to its slow reader of broken markup.
"""

from __future__ import annotations

import calendar
import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import feedparser
from lxml import etree

from core.feeds.fast import image_media, label_of, width_of
from core.feeds.raw import Kind, RawEntry, RawFeed, RawLink, RawMedia, RawText
from core.feeds.xml import Element

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def read(root: Element) -> RawFeed:
    """The feed in a tidy tree. Takes a few milliseconds an entry: call it off the event loop."""
    body = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = feedparser.parse(
            io.BytesIO(body),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    atom = str(parsed.get("version") or "").startswith("atom")
    feed = parsed.feed
    return RawFeed(
        title=_detail(feed.get("title_detail"), atom),
        entries=tuple(_entry(entry, atom) for entry in parsed.entries),
        authors=_authors(feed) if atom else (),
        language=str(feed.get("language") or ""),
    )


def _entry(entry: Mapping[str, Any], atom: bool) -> RawEntry:
    contents = _contents(entry, atom)
    summary = _detail(entry.get("summary_detail"), atom)
    links = tuple(_links(entry.get("links") or ()))
    return RawEntry(
        key=str(entry.get("id") or ""),
        links=links,
        original_link=str(entry.get("feedburner_origlink") or ""),
        fallback_link=str(entry.get("link") or ""),
        headline=_detail(entry.get("title_detail"), atom),
        summary=summary,
        contents=contents,
        authors=_authors(entry),
        labels=tuple(_labels(entry.get("tags") or ())),
        media=tuple(_media(entry)),
        published=_raw(entry, "published") or _raw(entry, "created"),
        updated=_raw(entry, "updated"),
        published_at=_stamp(entry, "published") or _stamp(entry, "created"),
        updated_at=_stamp(entry, "updated"),
        language=str(entry.get("language") or ""),
    )


def _raw(entry: Mapping[str, Any], name: str) -> str:
    return str(dict.get(_plain(entry), name) or "")


def _stamp(entry: Mapping[str, Any], name: str) -> float | None:
    parsed = dict.get(_plain(entry), f"{name}_parsed")
    try:
        return float(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Without feedparser's own look-up, which hands out `published` for a missing `updated`."""
    assert isinstance(entry, dict)
    return entry


def _detail(detail: Mapping[str, Any] | None, atom: bool, declared: bool = False) -> RawText:
    if not detail:
        return RawText()
    type_ = str(detail.get("type") or "")
    kind = Kind.HTML if type_ in _HTML_TYPES else Kind.TEXT
    if not atom and not declared:
        kind = Kind.GUESS
    base, language = str(detail.get("base") or ""), str(detail.get("language") or "")
    return RawText(str(detail.get("value") or ""), kind, base, language)


def _contents(entry: Mapping[str, Any], atom: bool) -> tuple[RawText, ...]:
    contents = entry.get("content") or ()
    readable = (c for c in contents if c.get("type") in _HTML_TYPES | {"text/plain"})
    return tuple(_detail(content, atom, declared=True) for content in readable)


def _links(links: Sequence[Mapping[str, Any]]) -> list[RawLink]:
    return [
        RawLink(
            str(link.get("href") or ""), str(link.get("rel") or ""), str(link.get("type") or "")
        )
        for link in links
    ]


def _authors(context: Mapping[str, Any]) -> tuple[str, ...]:
    names = tuple(str(author.get("name") or "") for author in context.get("authors") or ())
    return names if any(names) else (str(context.get("author") or ""),)


def _labels(tags: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        label_of(*(str(tag.get(name) or "") for name in ("term", "label", "scheme")))
        for tag in tags
    ]


def _media(entry: Mapping[str, Any]) -> list[RawMedia]:
    found = [
        RawMedia(
            str(item.get("url") or ""), str(item.get("alt") or ""), width_of(item.get("width"))
        )
        for item in entry.get("media_content") or ()
        if image_media(
            str(item.get("url") or ""), str(item.get("type") or ""), str(item.get("medium") or "")
        )
    ]
    found += [
        RawMedia(str(item.get("url") or ""), width=width_of(item.get("width")), thumbnail=True)
        for item in entry.get("media_thumbnail") or ()
    ]
    image = entry.get("image")
    if isinstance(image, Mapping) and image.get("href"):
        found.append(RawMedia(str(image["href"]), thumbnail=True))
    return found
