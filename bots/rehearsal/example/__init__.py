"""The example publication of the rehearsal: an invented port, an invented newsroom.

No place, person, company or event in it exists. The texts are data files beside this module;
`load_example` reads them into typed values.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from bots.rehearsal.example.model import (
    Correction,
    Example,
    ExampleArticle,
    ExampleComment,
    ExamplePerson,
    ExamplePublication,
    Picture,
    Side,
)

__all__ = [
    "Correction",
    "Example",
    "ExampleArticle",
    "ExampleComment",
    "ExamplePerson",
    "ExamplePublication",
    "Picture",
    "Side",
    "load_example",
]

_DAY = 86_400.0


@cache
def load_example() -> Example:
    """The example publication with its articles, people and comments."""
    people = tuple(ExamplePerson(**person) for person in _json("people.json"))
    articles = tuple(_article(given) for given in _json("articles.json"))
    sides = {person.key: person.platform for person in people}
    comments = [
        _comment(article, given, sides)
        for article in articles
        for given in _json("comments.json")[article.slug]
    ]
    ordered = sorted(comments, key=lambda comment: (comment.article, comment.at_offset_seconds))
    return Example(_publication(_json("publication.json")), articles, people, tuple(ordered))


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _json(name: str) -> Any:
    return json.loads(_read(name))


def _publication(given: dict[str, Any]) -> ExamplePublication:
    return ExamplePublication(**{**given, "languages": tuple(given["languages"])})


def _article(given: dict[str, Any]) -> ExampleArticle:
    correction = given.get("correction")
    return ExampleArticle(
        slug=given["slug"],
        language=given["language"],
        headline=given["headline"],
        deck=given["deck"],
        byline=given["byline"],
        labels=tuple(given["labels"]),
        published_offset=_moment(given["published"]),
        picture=Picture(**given["picture"]),
        body=_read(f"bodies/{given['slug']}.html"),
        correction=Correction(**correction) if correction else None,
        later=given.get("later", False),
    )


def _comment(
    article: ExampleArticle, given: dict[str, Any], sides: dict[str, Side]
) -> ExampleComment:
    """A comment's time of day lies on the day on which its article was published."""
    day = article.published_offset // _DAY * _DAY
    return ExampleComment(
        article=article.slug,
        key=given["key"],
        parent=given.get("parent", ""),
        platform=sides[given["person"]],
        person=given["person"],
        text=given["text"],
        at_offset_seconds=day + _clock(given["at"]) - article.published_offset,
        verdict=given.get("verdict", "approve"),
        reason=given.get("reason", ""),
        anonymous=given.get("anonymous", False),
        refers=tuple(given.get("refers", ())),
    )


def _moment(text: str) -> float:
    """Seconds of "1 02:12": day and time of day."""
    day, clock = text.split()
    return int(day) * _DAY + _clock(clock)


def _clock(text: str) -> float:
    hours, minutes = text.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0
