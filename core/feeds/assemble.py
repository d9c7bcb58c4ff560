"""From what a feed wrote to drafts: one way for every format."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from html import unescape
from urllib.parse import urljoin, urlsplit

from core.feeds.dates import parse_date
from core.feeds.fast import image_media
from core.feeds.links import absolute, canonical
from core.feeds.model import Draft, Image
from core.feeds.person import byline
from core.feeds.raw import Kind, RawEntry, RawFeed, RawLink, RawMedia, RawText
from core.text import html, markdown
from core.text.model import Rich
from core.text.tools import first_words, strip

LONGEST_BODY = 500_000
LONGEST_HEADLINE = 300
LONGEST_DECK = 600
LONGEST_KEY = 500
MOST_IMAGES = 20
MOST_LABELS = 30
"""Limits on a draft, in characters and pieces."""

_SMALL = 200
"""Pictures known to be narrower (pixels) only count where there is no other."""

_HTML_LINE = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,15}\s{0,5}>|<br\s{0,5}/?>|&#?\w{1,32};")
_HTML_BODY = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,4000})?/?>|&#?\w{1,32};|<!--")
_TAIL = re.compile(
    r"\s*(?:\[?(?:…|\.\.\.|&hellip;)\]?|(?:Continue reading|Read more|Seguir leyendo|Leer más)\b.*"
    r"|The post .{0,400} (?:first )?appeared (?:first )?on .{0,200})\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_DULL_LABELS = frozenset({"uncategorized", "uncategorised", "sin categoría"})


def drafts(feed: RawFeed, url: str) -> tuple[Draft, ...]:
    """The feed's entries as drafts, in its order; `url` is where the feed was found.

    Entries without any text, link and headline are left out.
    """
    made = (draft(entry, feed, url) for entry in feed.entries)
    return tuple(d for d in made if d.headline or d.body)


def draft(entry: RawEntry, feed: RawFeed, url: str) -> Draft:
    """One entry as a draft."""
    link = permalink(entry, url)
    near = link or url
    body, inside, deck = _texts(entry, near)
    published, updated = _moments(entry)
    headline = plain(entry.headline, near)
    return Draft(
        key=bounded_key(entry.key),
        link=link,
        headline=first_words(Rich(headline), LONGEST_HEADLINE) or first_words(body, 100),
        deck=deck,
        byline=byline(entry.authors) or byline(feed.authors),
        body=body,
        images=_images(entry, inside, near),
        labels=tidy_labels(entry.labels),
        published=published,
        updated=updated,
        language=language_tag(_language(entry, feed)),
    )


def permalink(entry: RawEntry, url: str) -> str:
    """The canonical address of the article's page, "" where the entry names none.

    The address behind a proxy such as FeedBurner comes first, then the first alternate link
    that is a page, then any alternate link, then a guid that serves as one.
    """
    alternate = [link for link in entry.links if link.rel in ("alternate", "")]
    pages = [link for link in alternate if link.type in ("", "text/html", "application/xhtml+xml")]
    candidates = [entry.original_link, *(link.href for link in pages + alternate)]
    for href in [*candidates, entry.fallback_link]:
        is_last = href == entry.fallback_link and href not in candidates
        found = canonical(href, "" if is_last else url) if href else ""
        if found:
            return found
    return ""


def rich(text: RawText, url: str) -> tuple[Rich, tuple[Image, ...]]:
    """A text as rich text, with the pictures that stood in it."""
    value = text.value[:LONGEST_BODY]
    base = urljoin(url, text.base) if text.base else url
    if text.kind is Kind.MARKDOWN:
        return markdown.to_rich(value, base)
    if text.kind is Kind.HTML or (text.kind is Kind.GUESS and _HTML_BODY.search(value)):
        return html.to_rich(value, base)
    return strip(Rich(_paragraphs(value))), ()


def plain(text: RawText, url: str = "") -> str:
    """A text as one plain line. Titles of RSS say not whether they are HTML: what holds a
    closing tag or an entity is."""
    value = text.value
    if text.kind is Kind.HTML or (text.kind is Kind.GUESS and _HTML_LINE.search(value)):
        value = html.to_rich(value, url)[0].text if "<" in value else unescape(value)
    return " ".join(value.split())


def says_more(deck: str, body: str) -> bool:
    """Whether a summary is more than the start of the body, cut off somewhere."""
    short = " ".join(_WORD.findall(_TAIL.sub("", deck[-1_000:] if len(deck) > 1_000 else deck)))
    full = " ".join(_WORD.findall(body[: len(deck) * 2 + 500]))
    if not short:
        return False
    return not full.casefold().startswith(short.casefold())


def bounded_key(key: str) -> str:
    """An id of any length as one of bearable length, still its own."""
    key = key.strip()
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:100]}#{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def tidy_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Labels on one line each, each once, without the ones that say nothing."""
    seen: dict[str, str] = {}
    for label in labels:
        text = " ".join(unescape(label).split())[:100]
        if text and text.casefold() not in _DULL_LABELS:
            seen.setdefault(text.casefold(), text)
    return tuple(list(seen.values())[:MOST_LABELS])


def language_tag(written: str) -> str:
    """A language as BCP 47 writes it ("en", "en-GB"); "" for what is none."""
    parts = written.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]):
        return ""
    region = [p.upper() for p in parts[1:2] if re.fullmatch(r"[A-Za-z]{2}", p)]
    return "-".join([parts[0].lower(), *region])


def merged_images(found: list[Image]) -> tuple[Image, ...]:
    """Each picture once; one without a description gets that of its twin."""
    seen: dict[str, Image] = {}
    for image in found:
        known = seen.get(_picture_id(image.url))
        if known is None:
            seen[_picture_id(image.url)] = image
        elif image.alt and not known.alt:
            seen[_picture_id(image.url)] = replace(known, alt=image.alt)
    return tuple(list(seen.values())[:MOST_IMAGES])


def _texts(entry: RawEntry, near: str) -> tuple[Rich, tuple[Image, ...], str]:
    """The body, its pictures, and the deck.

    Without a content the summary is the body; a summary that only repeats the body's start is
    no deck.
    """
    read = [rich(content, near) for content in entry.contents]
    body, images = max(read, key=lambda pair: len(pair[0]), default=(Rich(), ()))
    if not body and not images:
        body, images = rich(entry.summary, near)
        return body, images, ""
    if not entry.summary.value.strip():
        return body, images, ""
    summary, pictures = rich(entry.summary, near)
    if not body:
        return summary, (*images, *pictures), ""
    line = _TAIL.sub("", " ".join(summary.text[: LONGEST_DECK * 4].split()))
    deck = first_words(Rich(line), LONGEST_DECK) if says_more(line, body.text) else ""
    return body, (*images, *pictures), deck


def _paragraphs(value: str) -> str:
    """Plain text with its lines kept, and never more than one empty line."""
    lines = "\n".join(" ".join(line.split()) for line in value.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)


def _moments(entry: RawEntry) -> tuple[float | None, float | None]:
    """Published and updated. An entry with one date only was published then."""
    published = parse_date(entry.published)
    updated = parse_date(entry.updated)
    published = entry.published_at if published is None else published
    updated = entry.updated_at if updated is None else updated
    return (updated if published is None else published), updated


def _language(entry: RawEntry, feed: RawFeed) -> str:
    texts = (*entry.contents, entry.summary, entry.headline)
    return entry.language or next((t.language for t in texts if t.language), feed.language)


def _images(entry: RawEntry, inside: tuple[Image, ...], near: str) -> tuple[Image, ...]:
    enclosed = [RawMedia(link.href) for link in entry.links if _is_picture(link)]
    beside = [*enclosed, *sorted(entry.media, key=lambda m: (m.thumbnail, -m.width))]
    beside = [media for media in beside if not _is_face(media.url)]
    large = [m for m in beside if not _is_small(m)]
    found = [_image(media, near) for media in large]
    found += [replace(image, url=_unshrunk(image.url)) for image in inside]
    found = [image for image in found if image.url]
    if not found:
        found = [image for image in (_image(m, near) for m in beside) if image.url][:1]
    return merged_images(found)


def _image(media: RawMedia, near: str) -> Image:
    return Image(_unshrunk(absolute(media.url, near)), " ".join(unescape(media.alt).split()))


def _is_picture(link: RawLink) -> bool:
    return link.rel == "enclosure" and image_media(link.href, link.type)


def _is_small(media: RawMedia) -> bool:
    return bool(0 < media.width < _SMALL or _BLOGGER_CROP.search(media.url))


_BLOGGER_SIZE = re.compile(
    r"(/)(?:s\d{2,4}|w\d{2,4}-h\d{2,4}|w\d{2,4}|h\d{2,4})(?:-[a-z0-9]{1,4}){0,6}(/[^/]*$)"
)
_BLOGGER_CROP = re.compile(r"(?<=[/=])s72(?:-[a-z0-9]+)*-c(?=$|/|-|\?)")


def _unshrunk(url: str) -> str:
    """Blogger writes a picture's size into its address; the same address gives it large."""
    if ".blogspot.com/" not in url and ".googleusercontent.com/" not in url:
        return url
    return _BLOGGER_SIZE.sub(r"\1s1600\2", url)


def _is_face(url: str) -> bool:
    """WordPress.com lists the author's avatar among the article's pictures."""
    return "gravatar.com/avatar" in url or "/blogger_logo_round" in url


def _picture_id(url: str) -> str:
    """What stays the same of a picture's address between its sizes."""
    parts = urlsplit(url)
    name = re.sub(r"-\d{2,4}x\d{2,4}(?=\.\w{3,4}$)", "", parts.path)
    return f"{parts.netloc}{name}"
