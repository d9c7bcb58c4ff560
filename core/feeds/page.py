"""A web page to a draft: JSON-LD first, then Open Graph and other meta data, then the text that
a readability library (trafilatura) finds."""

from __future__ import annotations

import logging
from typing import Any

from lxml import etree

from core.events import readable
from core.feeds.assemble import language_tag, merged_images, says_more, tidy_labels
from core.feeds.dates import parse_date
from core.feeds.digest import bare
from core.feeds.encoding import decode
from core.feeds.errors import DocumentError
from core.feeds.jsonld import Article, article_in
from core.feeds.links import absolute, canonical, is_front_page
from core.feeds.model import Draft, Image
from core.feeds.person import byline
from core.text import html as html_text
from core.text.model import Rich, Style
from core.text.tools import first_words, strip

LONGEST_PAGE = 8_000_000
MOST_TAGS = 200_000
"""Characters and tags of a page that is read."""

_SHORTEST_BODY = 200
"""A shorter `articleBody` is a teaser: the page's own text is looked at too."""

log = logging.getLogger(__name__)


def from_page(page: bytes | str, url: str, content_type: str = "") -> Draft:
    """The article that a web page holds.

    page: its HTML as it came; url: its address after redirects; content_type: the header, for
    the encoding. The draft's key is "": the feed's own entry, where there is one, knows better.
    Takes up to a second: call it off the event loop. Raises DocumentError.
    """
    text = decode(page, content_type) if isinstance(page, bytes) else page
    root = _tree(text)
    meta = _Meta(root, url)
    said = article_in(_scripts(root), url)
    link = meta.link(said)
    headline = first_words(Rich(said.headline or meta.headline()), 300)
    if not headline:
        raise DocumentError(
            "This page names no headline. Publish a file instead, with title and text."
        )
    body, inside = _body(text, said, url)
    body = _without_headline(body, headline)
    deck = " ".join((said.description or meta.first("og:description", "description")).split())
    draft = Draft(
        key="",
        link=link,
        headline=headline,
        deck=first_words(Rich(deck), 600) if not body or says_more(deck, body.text) else "",
        byline=byline(said.authors) or byline(meta.authors()),
        body=body,
        images=merged_images([*meta.images(said), *inside]),
        labels=tidy_labels((*said.labels, *(() if said.labels else meta.every("article:tag")))),
        published=parse_date(said.published) or parse_date(meta.first(*_PUBLISHED)),
        updated=parse_date(said.updated) or parse_date(meta.first(*_UPDATED)),
        language=language_tag(said.language or meta.language()),
    )
    return readable(draft)


_PUBLISHED = ("article:published_time", "og:published_time", "datepublished", "date", "dc.date")
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")


def _tree(text: str) -> Any:
    if len(text) > LONGEST_PAGE or text.count("<") > MOST_TAGS:
        raise DocumentError("This page is too large to be read. Publish a file instead.")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise DocumentError("This page cannot be read as HTML. Publish a file instead.") from error
    if root is None:
        raise DocumentError("This page is empty. Check the address in a browser.")
    return root


def _scripts(root: Any) -> list[str]:
    found = root.iterfind(".//script")
    return [s.text for s in found if "ld+json" in (s.get("type") or "").lower() and s.text]


class _Meta:
    """What stands in the page's head, by name, in the order of the page."""

    def __init__(self, root: Any, url: str) -> None:
        self._root = root
        self._url = url
        self._values: dict[str, list[str]] = {}
        for tag in root.iterfind(".//meta"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
            content = (tag.get("content") or "").strip()
            if name and content:
                self._values.setdefault(name.strip().lower()[:100], []).append(content[:5_000])

    def first(self, *names: str) -> str:
        return next((self._values[name][0] for name in names if name in self._values), "")

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(self._values.get(name, ()))

    def headline(self) -> str:
        """Open Graph's title; else the page's only first heading; else its title."""
        named = self.first("og:title", "twitter:title", "headline", "dc.title")
        if named:
            return named
        headings = [" ".join("".join(h.itertext()).split()) for h in self._root.iterfind(".//h1")]
        title = self._root.findtext(".//title") or ""
        return headings[0] if len(headings) == 1 and headings[0] else " ".join(title.split())

    def link(self, said: Article) -> str:
        """The canonical address; one that only names the site says nothing about the page."""
        named = [tag.get("href") or "" for tag in self._root.iterfind(".//link[@rel='canonical']")]
        for written in [*named, self.first("og:url"), said.url]:
            link = canonical(written, self._url) if written else ""
            if link and (not is_front_page(link) or is_front_page(self._url)):
                return link
        return canonical(self._url)

    def authors(self) -> tuple[str, ...]:
        names = (*self.every("author"), *self.every("article:author"), self.first("dc.creator"))
        return tuple(name for name in names if not name.startswith(("http://", "https://")))

    def images(self, said: Article) -> list[Image]:
        alt = self.first("og:image:alt", "twitter:image:alt")
        own = self.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
        found = [Image(absolute(own, self._url), alt)] if own else []
        found += [Image(absolute(image.url, self._url), image.alt) for image in said.images]
        return [image for image in found if image.url]

    def language(self) -> str:
        written = self._root.get("lang") or self.first("og:locale", "content-language")
        return str(written)


def _body(text: str, said: Article, url: str) -> tuple[Rich, tuple[Image, ...]]:
    """The article's text: what JSON-LD gives in full, else what trafilatura finds."""
    own, images = _said_body(said, url)
    if len(own) >= _SHORTEST_BODY:
        return own, images
    found, pictures = html_text.to_rich(_readable(text, url), url)
    return (found, pictures) if len(found) > len(own) else (own, images)


def _said_body(said: Article, url: str) -> tuple[Rich, tuple[Image, ...]]:
    if "</" in said.body:
        return html_text.to_rich(said.body, url)
    lines = (" ".join(line.split()) for line in said.body.splitlines())
    return Rich("\n\n".join(line for line in lines if line)), ()


def _readable(text: str, url: str) -> str:
    """The page's main text as HTML, "" where the library finds none."""
    # Imported here: it takes longer to import than the rest of the program takes to start.
    import trafilatura

    try:
        found = trafilatura.extract(
            text,
            url=url,
            output_format="html",
            include_comments=False,
            include_tables=True,
            include_images=True,
            include_formatting=True,
            include_links=True,
        )
    except Exception as error:  # a foreign page in a foreign library: any error means "no text"
        log.warning("no text found in a page: %s", type(error).__name__)
        return ""
    return str(found or "")


def _without_headline(body: Rich, headline: str) -> Rich:
    """Readers of pages take the page's main heading along as the first line of the text."""
    first, mark, _ = body.text.partition("\n")
    main = any(
        span.style is Style.HEADING and span.start == 0 and span.value == "1" for span in body.spans
    )
    if mark and (main or bare(first) == bare(headline)):
        return strip(body.slice(len(first), len(body)))
    return body
