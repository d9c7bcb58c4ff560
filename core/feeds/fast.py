"""Well-formed RSS 2.0 and Atom 1.0, read straight from the tree.

It gives what `lenient` gives for the same tree, or None where it is not sure of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.sax.saxutils import escape

from lxml import etree

from core.feeds.dates import parse_date
from core.feeds.links import looks_like_image
from core.feeds.raw import Kind, RawEntry, RawFeed, RawLink, RawMedia, RawText
from core.feeds.xml import (
    ATOM,
    CONTENT,
    DC,
    DCTERMS,
    FEEDBURNER,
    ITUNES,
    MEDIA,
    XML,
    Element,
    entries_of,
    local,
    namespace,
)

_KINDS = {"text": Kind.TEXT, "text/plain": Kind.TEXT, "html": Kind.HTML, "text/html": Kind.HTML}
_XHTML_TYPES = frozenset({"xhtml", "application/xhtml+xml"})
_BLOGGER_KIND = "http://schemas.google.com/g/2005#kind"
_REFERENCE_LIKE = re.compile(r"&([A-Za-z0-9_]+);")


class _NotSure(Exception):
    """The tree holds something that only the lenient reader understands."""


@dataclass(slots=True)
class _Found:
    """What the parts of one entry said, in their order."""

    key: str = ""
    fallback_link: str = ""
    original_link: str = ""
    language: str = ""
    links: list[RawLink] = field(default_factory=list)
    headlines: list[RawText] = field(default_factory=list)
    summaries: list[RawText] = field(default_factory=list)
    contents: list[RawText] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    media: list[RawMedia] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)


_Handler = Callable[[_Found, Element], None]


def read(root: Element) -> RawFeed | None:
    """The feed in a tidy tree, or None where it is anything but plain RSS 2.0 or Atom 1.0."""
    try:
        if root.tag == "rss" and root.get("version", "").startswith("2."):
            return _rss(root)
        if root.tag == f"{{{ATOM}}}feed":
            return _atom(root)
    except _NotSure:
        return None
    return None


def image_media(url: str, type_: str, medium: str = "") -> bool:
    """Whether an attachment is a picture, by what is said of it or else by its name."""
    if type_ or medium:
        return type_.startswith("image/") or medium == "image"
    return looks_like_image(url)


def width_of(attribute: str | None) -> int:
    """A width in pixels, 0 where it is none."""
    digits = (attribute or "").strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def label_of(term: str, label: str, scheme: str) -> str:
    """A category's text: its human label, else its term; "" for Blogger's own marker."""
    return "" if scheme == _BLOGGER_KIND else (label or term).strip()


def _rss(root: Element) -> RawFeed:
    channels = [child for child in root if local(child) == "channel"]
    entries = entries_of(root)
    if len(channels) != 1 or any(entry.getparent() is not channels[0] for entry in entries):
        raise _NotSure
    titles = [_text(child) for child in channels[0] if local(child) == "title"]
    languages = [_text(child) for child in channels[0] if local(child) == "language"]
    return RawFeed(
        title=RawText(titles[-1] if titles else "", Kind.GUESS),
        entries=tuple(_collected(entry, _RSS) for entry in entries),
        language=languages[-1] if languages else _language(root),
    )


def _atom(root: Element) -> RawFeed:
    entries = entries_of(root)
    if any(entry.getparent() is not root for entry in entries):
        raise _NotSure
    found = _Found()
    for child in root:
        if local(child) == "title":
            _atom_headline(found, child)
        elif local(child) == "author":
            _atom_author(found, child)
    return RawFeed(
        title=found.headlines[-1] if found.headlines else RawText(),
        entries=tuple(_collected(entry, _ATOM) for entry in entries),
        authors=tuple(found.authors),
        language=_language(root),
    )


def _collected(entry: Element, handlers: Mapping[tuple[str, str], _Handler]) -> RawEntry:
    found = _Found()
    for child in entry:
        handler = handlers.get((namespace(child), local(child).lower()))
        if handler is None:
            raise _NotSure
        handler(found, child)
    for several in (found.headlines, found.summaries, found.published, found.updated):
        if len(several) > 1:
            raise _NotSure
    if any(parse_date(date) is None for date in found.published + found.updated):
        raise _NotSure
    return _entry(found)


def _entry(found: _Found) -> RawEntry:
    return RawEntry(
        key=found.key,
        links=tuple(found.links),
        original_link=found.original_link,
        fallback_link=found.fallback_link,
        headline=found.headlines[0] if found.headlines else RawText(),
        summary=found.summaries[0] if found.summaries else RawText(),
        contents=tuple(found.contents),
        authors=tuple(found.authors),
        labels=tuple(found.labels),
        media=tuple(found.media),
        published="".join(found.published),
        updated="".join(found.updated),
        language=found.language,
    )


def _text(element: Element) -> str:
    """The text of an element without children, mended as feedparser mends it."""
    if len(element):
        raise _NotSure
    return repaired((element.text or "").strip())


def repaired(text: str) -> str:
    """UTF-8 that somebody took for Latin-1, and Windows-1252 that somebody took for Unicode."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS)


_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _base(element: Element) -> str:
    """The xml:base in force, relative ones joined from the root down."""
    attribute = f"{{{XML}}}base"
    chain = [e.get(attribute) for e in (element, *element.iterancestors()) if e.get(attribute)]
    base = ""
    for step in reversed(chain):
        base = urljoin(base, step)
    return base


def _language(element: Element) -> str:
    for ancestor in (element, *element.iterancestors()):
        language = ancestor.get(f"{{{XML}}}lang")
        if language is not None:
            return str(language).replace("_", "-")
    return ""


def _rss_text(kind: Kind, element: Element) -> RawText:
    return RawText(_text(element), kind, _base(element), _language(element))


def _construct(element: Element) -> RawText:
    """An Atom text construct (RFC 4287, 3.1) or content element."""
    type_ = element.get("type", "text").lower()
    if element.get("src") or element.get("mode"):
        raise _NotSure
    if type_ in _XHTML_TYPES:
        return RawText(_inner(element), Kind.HTML, _base(element), _language(element))
    if type_ not in _KINDS:
        raise _NotSure
    return RawText(_text(element), _KINDS[type_], _base(element), _language(element))


def _inner(element: Element) -> str:
    pieces = [escape(element.text or "")]
    pieces += [etree.tostring(child, encoding="unicode") for child in element]
    return repaired("".join(pieces).strip())


def _rss_headline(found: _Found, element: Element) -> None:
    found.headlines.append(_rss_text(Kind.GUESS, element))


def _rss_summary(found: _Found, element: Element) -> None:
    found.summaries.append(_rss_text(Kind.GUESS, element))


def _rss_content(found: _Found, element: Element) -> None:
    found.contents.append(_rss_text(Kind.HTML, element))


def _atom_headline(found: _Found, element: Element) -> None:
    found.headlines.append(_construct(element))


def _atom_summary(found: _Found, element: Element) -> None:
    found.summaries.append(_construct(element))


def _atom_content(found: _Found, element: Element) -> None:
    found.contents.append(_construct(element))


def _guid(found: _Found, element: Element) -> None:
    permalink = element.get("isPermaLink", "true") == "true"
    key, base = _text(element), _base(element)
    found.key = urljoin(base, key) if permalink and base else key
    found.fallback_link = found.key if permalink else ""


def _link(found: _Found, element: Element) -> None:
    href = element.get("href") or element.get("url") or element.get("uri")
    if not href:
        href = _REFERENCE_LIKE.sub(r"&\1", _text(element).replace("&amp;", "&"))
    base = _base(element)
    rel, type_ = element.get("rel", "alternate").lower(), element.get("type", "text/html").lower()
    found.links.append(RawLink(urljoin(base, href) if base else href, rel, type_))


def _original_link(found: _Found, element: Element) -> None:
    found.original_link = _text(element)


def _author(found: _Found, element: Element) -> None:
    found.authors.append(_text(element))


def _atom_author(found: _Found, element: Element) -> None:
    # feedparser leaves names as they are written, so they are not mended here either.
    names = [(child.text or "").strip() for child in element if local(child) == "name"]
    found.authors.append(names[-1] if names else "")


def _category(found: _Found, element: Element) -> None:
    term = element.get("term") or _text(element)
    scheme = element.get("scheme") or element.get("domain") or ""
    found.labels.append(label_of(term, element.get("label") or "", scheme))


def _published(found: _Found, element: Element) -> None:
    if text := _text(element):
        found.published.append(text)


def _updated(found: _Found, element: Element) -> None:
    if text := _text(element):
        found.updated.append(text)


def _entry_language(found: _Found, element: Element) -> None:
    found.language = _text(element)


def _enclosure(found: _Found, element: Element) -> None:
    url = element.get("url") or element.get("href") or ""
    found.links.append(RawLink(url, "enclosure", element.get("type", "").lower()))


def _media(found: _Found, element: Element) -> None:
    for part in element.iter():
        url, name = part.get("url", ""), local(part)
        alt, width = part.get("alt", ""), width_of(part.get("width"))
        if name == "thumbnail":
            found.media.append(RawMedia(url or _text(part), alt, width, thumbnail=True))
        elif name == "content" and image_media(
            url, part.get("type", "").lower(), part.get("medium", "")
        ):
            found.media.append(RawMedia(url, alt, width))


def _itunes_image(found: _Found, element: Element) -> None:
    found.media.append(RawMedia(element.get("href", ""), thumbnail=True))


_BOTH: dict[tuple[str, str], _Handler] = {
    ("", "link"): _link,
    ("", "category"): _category,
    (DC, "subject"): _category,
    (DC, "language"): _entry_language,
    (DC, "date"): _updated,
    (DCTERMS, "issued"): _published,
    (DCTERMS, "modified"): _updated,
    (MEDIA, "content"): _media,
    (MEDIA, "thumbnail"): _media,
    (MEDIA, "group"): _media,
    (ITUNES, "image"): _itunes_image,
    (FEEDBURNER, "origlink"): _original_link,
}
_RSS: dict[tuple[str, str], _Handler] = {
    **_BOTH,
    ("", "title"): _rss_headline,
    ("", "description"): _rss_summary,
    (CONTENT, "encoded"): _rss_content,
    ("", "guid"): _guid,
    ("", "author"): _author,
    (DC, "creator"): _author,
    ("", "pubdate"): _published,
    ("", "updated"): _updated,
    ("", "enclosure"): _enclosure,
}
_ATOM: dict[tuple[str, str], _Handler] = {
    **_BOTH,
    ("", "title"): _atom_headline,
    ("", "summary"): _atom_summary,
    ("", "content"): _atom_content,
    ("", "id"): _guid,
    ("", "author"): _atom_author,
    ("", "published"): _published,
    ("", "updated"): _updated,
}
