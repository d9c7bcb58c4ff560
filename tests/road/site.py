"""A publication's website on loopback: a feed that knows conditional requests, and its pages."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from aiohttp import web
from aiohttp.test_utils import TestServer

NOON = 1_790_000_000.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of the site; `hour` orders them."""

    slug: str
    headline: str
    hour: int
    words: str = "The cranes stood still. Nobody said why."
    deck: str = "What is known"
    labels: tuple[str, ...] = ("report",)
    image: str = ""
    key: str = ""


@dataclass
class Site:
    """What the site shows now, and what it was asked for."""

    entries: list[Entry] = field(default_factory=list)
    feed_status: int = 200
    gone: dict[str, int] = field(default_factory=dict)
    """The status with which a slug's page answers, 200 where it is not named."""
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    """Pages that answer only when their event is set."""
    origin: str = ""
    feed_answers: list[int] = field(default_factory=list)
    page_asked: list[str] = field(default_factory=list)

    @property
    def feed_url(self) -> str:
        return f"{self.origin}/feed.xml"

    def link(self, slug: str) -> str:
        return f"{self.origin}/{slug}"

    def put(self, *entries: Entry) -> None:
        """Add entries, or replace those with the same slug."""
        slugs = {entry.slug for entry in entries}
        self.entries = [e for e in self.entries if e.slug not in slugs] + list(entries)

    def change(self, slug: str, **changes: object) -> None:
        """Change an entry."""
        found = next(entry for entry in self.entries if entry.slug == slug)
        self.put(replace(found, **changes))  # type: ignore[arg-type]

    def drop(self, slug: str) -> None:
        """Take an entry out of the feed; its page stays."""
        self.entries = [entry for entry in self.entries if entry.slug != slug]

    def feed(self) -> str:
        newest = sorted(self.entries, key=lambda entry: -entry.hour)
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>The Paper</title><link>{self.origin}/</link>"
            f"<description>d</description>{''.join(map(self._item, newest))}</channel></rss>"
        )

    def _item(self, entry: Entry) -> str:
        picture = f'<p><img src="{entry.image}" alt="A pier"></p>' if entry.image else ""
        body = escape(f"{picture}{_paragraphs(entry.words)}")
        return (
            f"<item><title>{escape(entry.headline)}</title><link>{self.link(entry.slug)}</link>"
            f'<guid isPermaLink="false">{entry.key or entry.slug}</guid>'
            f"<pubDate>{_date(entry.hour)}</pubDate><dc:creator>Pen Name</dc:creator>"
            f"{''.join(f'<category>{escape(label)}</category>' for label in entry.labels)}"
            f"<description>{escape(entry.deck)}</description>"
            f"<content:encoded>{body}</content:encoded></item>"
        )

    async def answer_feed(self, request: web.Request) -> web.Response:
        if self.feed_status != 200:
            return web.Response(status=self.feed_status)
        body = self.feed().encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        status = 304 if request.headers.get("If-None-Match") == etag else 200
        self.feed_answers.append(status)
        if status == 304:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": etag})

    async def answer_page(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        self.page_asked.append(slug)
        if slug in self.held:
            await self.held[slug].wait()
        status = self.gone.get(slug, 200)
        known = next((entry for entry in self.entries if entry.slug == slug), None)
        headline = known.headline if known else "An old report"
        words = known.words if known else "It was a quiet year at the harbour, and then it was not."
        return web.Response(
            status=status,
            content_type="text/html",
            text=(
                f"<html lang='en'><head><title>{escape(headline)}</title>"
                f"<meta property='og:type' content='article'>"
                f"<meta property='og:title' content='{escape(headline)}'>"
                f"<meta property='og:description' content='From the archive'>"
                f"<link rel='canonical' href='{self.link(slug)}'></head><body><article>"
                f"<h1>{escape(headline)}</h1>{_paragraphs(words)}</article></body></html>"
            ),
        )


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in words.split("\n\n"))


def _date(hour: int) -> str:
    return format_datetime(datetime.fromtimestamp(NOON + hour * 3600 - 30 * 86400, UTC), True)


@asynccontextmanager
async def website(entries: Iterable[Entry] = ()) -> AsyncIterator[Site]:
    """The site, serving."""
    site = Site(list(entries))
    app = web.Application()
    app.router.add_get("/feed.xml", site.answer_feed)
    app.router.add_get("/{slug}", site.answer_page)
    server = TestServer(app)
    await server.start_server()
    site.origin = str(server.make_url("")).rstrip("/")
    try:
        yield site
    finally:
        await server.close()
