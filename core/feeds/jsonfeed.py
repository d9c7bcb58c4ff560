"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.feeds.errors import FeedUnreadable
from core.feeds.raw import Kind, RawEntry, RawFeed, RawLink, RawMedia, RawText

MOST_ENTRIES = 1_000


def read(text: str) -> RawFeed:
    """The feed in a JSON text. Raises FeedUnreadable with what is wrong."""
    try:
        document = json.loads(text.lstrip("\ufeff"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise FeedUnreadable(f"The feed's JSON cannot be read: {str(error)[:150]}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise FeedUnreadable('The JSON at this address is no JSON Feed: it has no list "items".')
    items = [item for item in document["items"][:MOST_ENTRIES] if isinstance(item, dict)]
    return RawFeed(
        title=RawText(_string(document, "title")),
        entries=tuple(_entry(item) for item in items),
        authors=_authors(document),
        language=_string(document, "language"),
    )


def _integer(digits: str) -> int | str:
    """Numbers stay exact; one of thousands of digits stays text (int would be slow)."""
    return int(digits) if len(digits) <= 100 else digits


def _entry(item: Mapping[str, Any]) -> RawEntry:
    contents = (
        RawText(_string(item, "content_html"), Kind.HTML),
        RawText(_string(item, "content_text"), Kind.TEXT),
    )
    links = [RawLink(_string(item, name)) for name in ("url", "external_url") if item.get(name)]
    return RawEntry(
        key=_id(item),
        links=(*links, *_attachments(item)),
        fallback_link=_string(item, "id"),
        headline=RawText(_string(item, "title")),
        summary=RawText(_string(item, "summary")),
        contents=tuple(content for content in contents if content.value)[:1],
        authors=_authors(item),
        labels=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        media=tuple(_pictures(item)),
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        language=_string(item, "language"),
    )


def _id(item: Mapping[str, Any]) -> str:
    """The id; numbers are read as text, as the format asks."""
    value = item.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _authors(holder: Mapping[str, Any]) -> tuple[str, ...]:
    """`authors` of 1.1, else `author` of 1.0."""
    authors = _list(holder, "authors") or [holder.get("author")]
    return tuple(_string(a, "name") for a in authors[:50] if isinstance(a, dict))


def _attachments(item: Mapping[str, Any]) -> list[RawLink]:
    found = (a for a in _list(item, "attachments")[:50] if isinstance(a, dict))
    return [RawLink(_string(a, "url"), "enclosure", _string(a, "mime_type").lower()) for a in found]


def _pictures(item: Mapping[str, Any]) -> list[RawMedia]:
    urls = (_string(item, name) for name in ("image", "banner_image"))
    return [RawMedia(url) for url in urls if url]


def _string(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _list(holder: Mapping[str, Any], name: str) -> list[Any]:
    value = holder.get(name)
    return value if isinstance(value, list) else []
