"""The example publication's website: its feed, its articles, its pictures; and its newsroom.

The newsroom may publish the article that was kept back, correct one, withdraw one and put it
back. What was done is kept in the World, so that the site is the same after a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Literal

from bots.rehearsal.example import Example, ExampleArticle
from bots.rehearsal.world import World

Json = dict[str, Any]
Shown = Literal["waiting", "published", "corrected", "withdrawn"]

_KIND = "press"
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
)


class Impossible(Exception):
    """The newsroom cannot do this with this article now; the text says why."""


@dataclass(frozen=True, slots=True)
class Print:
    """An article as the site shows it now. published, updated: Unix seconds; language: a code."""

    article: ExampleArticle
    state: Shown
    published: float
    updated: float
    deck: str
    body: str


class Press:
    """The site's content over one World. base: as in `Stage.base`."""

    def __init__(self, world: World, example: Example, base: float) -> None:
        self._world = world
        self._example = example
        self._base = base

    # what readers of the site get

    def prints(self) -> list[Print]:
        """Every article as it is now, newest first, those not to be seen included."""
        every = [self._print(article) for article in self._example.articles]
        return sorted(every, key=lambda shown: -shown.published)

    def public(self, slug: str) -> Print | None:
        """The article at a permalink; None where nothing has appeared there yet."""
        found = (shown for shown in self.prints() if shown.article.slug == slug)
        shown = next(found, None)
        return None if shown is None or shown.state == "waiting" else shown

    def _print(self, article: ExampleArticle) -> Print:
        kept = self._kept(article.slug)
        published = float(kept.get("published", self._base + article.published_offset))
        waits = article.later or published > self._world.clock.now()
        state: Shown = kept.get("state", "waiting" if waits else "published")
        deck, body = article.deck, article.body
        if kept.get("corrected") and article.correction is not None:
            wording = article.correction.before, article.correction.after
            deck, body = deck.replace(*wording), body.replace(*wording)
            body += f"<p><em>{escape(article.correction.note)}</em></p>\n"
        updated = float(kept.get("updated", published))
        return Print(article, state, published, updated, deck, body)

    def _kept(self, slug: str) -> Json:
        return self._world.store.get(_KIND, slug) or {}

    def feed(self, origin: str) -> bytes:
        """The RSS 2.0 feed of what is public, newest first. origin: "http://127.0.0.1:8080"."""
        publication = self._example.publication
        shown = [one for one in self.prints() if one.state in ("published", "corrected")]
        items = "".join(self._item(one, origin) for one in shown)
        built = max((one.updated for one in shown), default=self._base)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_NAMESPACES}>\n'
            f"<channel>\n"
            f"<title>{escape(publication.name)}</title>\n<link>{origin}/</link>\n"
            f"<description>{escape(publication.tagline)}</description>\n"
            f"<language>{publication.languages[0]}</language>\n"
            f'<atom:link href="{origin}/feed.xml" rel="self" type="application/rss+xml"/>\n'
            f"<lastBuildDate>{_rfc822(built)}</lastBuildDate>\n{items}</channel>\n</rss>\n"
        ).encode()

    def _item(self, shown: Print, origin: str) -> str:
        article = shown.article
        link = f"{origin}/articles/{article.slug}"
        image = f"{origin}/images/{article.picture.scene}.png"
        alt = escape(article.picture.alt)
        picture = f'<p><img src="{image}" alt="{alt}" width="1200" height="630"></p>\n'
        labels = "".join(f"<category>{escape(label)}</category>\n" for label in article.labels)
        return (
            f"<item>\n<title>{escape(article.headline)}</title>\n<link>{link}</link>\n"
            f'<guid isPermaLink="false">tersal-line:{article.slug}</guid>\n'
            f"<pubDate>{_rfc822(shown.published)}</pubDate>\n"
            f"<dcterms:modified>{_iso(shown.updated)}</dcterms:modified>\n"
            f"<atom:updated>{_iso(shown.updated)}</atom:updated>\n"
            f"<dc:creator>{escape(article.byline)}</dc:creator>\n"
            f"<dc:language>{article.language}</dc:language>\n{labels}"
            f"<description>{escape(shown.deck)}</description>\n"
            f'<media:content url="{image}" medium="image" type="image/png"/>\n'
            f"<content:encoded>{escape(picture + self._body(shown, origin))}</content:encoded>\n"
            "</item>\n"
        )

    def _body(self, shown: Print, origin: str) -> str:
        """The body with its links to other articles made absolute."""
        body = shown.body
        for article in self._example.articles:
            there = f'href="{origin}/articles/{article.slug}"'
            body = body.replace(f'href="{article.slug}"', there)
        return body

    def page(self, shown: Print, origin: str) -> str:
        """The HTML page of an article, with Open Graph properties and the whole body."""
        article, publication = shown.article, self._example.publication
        link = f"{origin}/articles/{article.slug}"
        image = f"{origin}/images/{article.picture.scene}.png"
        properties = {
            "og:type": "article",
            "og:site_name": publication.name,
            "og:title": article.headline,
            "og:description": shown.deck,
            "og:url": link,
            "og:image": image,
            "og:image:alt": article.picture.alt,
            "article:published_time": _iso(shown.published),
            "article:modified_time": _iso(shown.updated),
            "article:author": article.byline,
        }
        head = "".join(
            f'<meta property="{name}" content="{escape(value)}">\n'
            for name, value in properties.items()
        )
        labels = " · ".join(escape(label) for label in article.labels)
        return _document(
            article.language,
            f"{article.headline} — {publication.name}",
            f'{head}<link rel="canonical" href="{link}">\n'
            f'<link rel="alternate" type="application/rss+xml" href="{origin}/feed.xml">\n',
            f"<article>\n<h1>{escape(article.headline)}</h1>\n"
            f'<p class="deck">{escape(shown.deck)}</p>\n'
            f'<p class="by">{escape(article.byline)} · <time datetime="{_iso(shown.published)}">'
            f"{_iso(shown.published)[:10]}</time></p>\n"
            f'<img src="{image}" alt="{escape(article.picture.alt)}" width="1200" height="630">\n'
            f"{self._body(shown, origin)}<footer>{labels}</footer>\n</article>",
        )

    # what the newsroom does

    def publish(self, slug: str) -> None:
        """Let an article that was kept back appear, or put a withdrawn one back."""
        shown = self._of(slug)
        if shown.state not in ("waiting", "withdrawn"):
            raise Impossible(f"“{shown.article.headline}” is public already")
        now = self._world.clock.now()
        published = now if shown.state == "waiting" else shown.published
        corrected = bool(self._kept(slug).get("corrected"))
        state = "corrected" if corrected else "published"
        self._keep(slug, state=state, published=published, updated=now)

    def correct(self, slug: str) -> None:
        """Correct an article as its example says; the feed shows the new text."""
        shown = self._of(slug)
        if shown.article.correction is None:
            raise Impossible(f"there is nothing to correct in “{shown.article.headline}”")
        if shown.state != "published":
            raise Impossible(f"“{shown.article.headline}” is {shown.state}")
        self._keep(slug, state="corrected", corrected=True, updated=self._world.clock.now())

    def withdraw(self, slug: str) -> None:
        """Take an article out of the feed; its permalink answers 410."""
        shown = self._of(slug)
        if shown.state not in ("published", "corrected"):
            raise Impossible(f"“{shown.article.headline}” is not public")
        self._keep(slug, state="withdrawn", updated=self._world.clock.now())

    def _of(self, slug: str) -> Print:
        shown = next((one for one in self.prints() if one.article.slug == slug), None)
        if shown is None:
            raise Impossible(f"there is no article {slug}")
        return shown

    def _keep(self, slug: str, **changes: Any) -> None:
        self._world.store.put(_KIND, slug, {**self._kept(slug), **changes})
        self._world.touch()


def gone_page(language: str, name: str) -> str:
    """The page at the permalink of a withdrawn article."""
    text = {"es": "Este artículo fue retirado."}.get(language, "This article was withdrawn.")
    return _document(language, name, "", f"<p>{text}</p>")


def _document(language: str, title: str, head: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n{head}"
        '<link rel="stylesheet" href="/static/article.css">\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _rfc822(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
