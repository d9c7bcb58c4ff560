"""What the example publication consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Side = Literal["telegram", "discord"]
"""The platform on which a person of the example has their account."""


@dataclass(frozen=True, slots=True)
class ExamplePublication:
    """The newsroom. zone: an IANA time zone; policy: one text per language."""

    name: str
    tagline: str
    languages: tuple[str, ...]
    zone: str
    policy: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A lead picture: the scene that `drawing.draw` knows, and its alternative text."""

    scene: str
    alt: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction changes in an article: one wording for another, and a note at the end."""

    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class ExampleArticle:
    """One story. body: an HTML fragment whose relative links name other articles by their slug.

    published_offset: seconds from the midnight of the example's first day (see `Example.base`).
    later: it is kept back until somebody publishes it on the rehearsal's page.
    """

    slug: str
    language: str
    headline: str
    deck: str
    byline: str
    labels: tuple[str, ...]
    published_offset: float
    picture: Picture
    body: str
    correction: Correction | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class ExamplePerson:
    """Somebody with an account on one platform. role: "reader" or "moderator". language: that of
    their app, in two letters."""

    key: str
    platform: Side
    name: str
    username: str
    role: Literal["reader", "moderator"]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ExampleComment:
    """One comment of the example conversation, in the words of its writer.

    article, parent: a slug and the key of the comment answered ("" for none). person: the key
    of its writer; anonymous: the writer gives no name. at_offset_seconds: after the article's
    publication. verdict: what a sensible moderator does with it, with `reason` for a refusal.
    refers: keys of the comments that its text names by their time.
    """

    article: str
    key: str
    parent: str
    platform: Side
    person: str
    text: str
    at_offset_seconds: float
    verdict: Literal["approve", "reject"] = "approve"
    reason: str = ""
    anonymous: bool = False
    refers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A publication with its articles, people and conversation; comments in order of arrival."""

    publication: ExamplePublication
    articles: tuple[ExampleArticle, ...]
    people: tuple[ExamplePerson, ...]
    comments: tuple[ExampleComment, ...]

    def article(self, slug: str) -> ExampleArticle:
        """The article of this slug; KeyError where there is none."""
        return {article.slug: article for article in self.articles}[slug]

    def person(self, key: str) -> ExamplePerson:
        """The person of this key; KeyError where there is none."""
        return {person.key: person for person in self.people}[key]

    def comments_of(self, slug: str) -> tuple[ExampleComment, ...]:
        """An article's comments in order of arrival."""
        return tuple(comment for comment in self.comments if comment.article == slug)

    def base(self, now: float) -> float:
        """The midnight (publication's zone, Unix seconds) from which all offsets count.

        It lies two days before `now`, so that the whole conversation lies in the past.
        """
        local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.publication.zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight - timedelta(days=2)).timestamp()

    def said_at(self, comment: ExampleComment, base: float) -> float:
        """When a comment was written, Unix seconds, for a `base` from `Example.base`."""
        article = self.article(comment.article)
        return base + article.published_offset + comment.at_offset_seconds
