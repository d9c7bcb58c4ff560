"""What a draft says, as one short stable text; and the names by which it is known again."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from core.feeds.links import is_front_page
from core.feeds.model import Draft

VERSION = "1"
_NOT_WORD = re.compile(r"[\W_]+")


def digest(draft: Draft) -> str:
    """A stable hash of what readers see: "<version>:<words>:<everything>".

    The middle part covers headline and body as bare words, so it survives a move to another
    platform; the last covers every field but `key` and `updated`. Empty fields do not count, so
    that a new field leaves old digests as they are; nor does a `published` that only repeats
    `updated`, nor the query of a picture's address (sizes, signatures).
    """
    words = [bare(draft.headline), bare(draft.body.text)]
    fields: dict[str, Any] = {
        "headline": draft.headline,
        "deck": draft.deck,
        "byline": draft.byline,
        "body": draft.body.dump(),
        "images": [[_without_query(image.url), image.alt] for image in draft.images],
        "labels": sorted(draft.labels),
        "link": draft.link,
        "language": draft.language,
        "published": None if draft.published == draft.updated else draft.published,
    }
    kept = {name: value for name, value in fields.items() if value}
    return f"{VERSION}:{_hash(words)}:{_hash(kept)}"


def same_words(one: str, other: str) -> bool:
    """Whether two digests of one version stand for the same headline and words."""
    return one.split(":")[:2] == other.split(":")[:2]


def keys_of(draft: Draft) -> frozenset[str]:
    """The ids to remember an article by: the entry's own; the permalink where it has none, if
    that names a page and not the whole site; else its headline and day."""
    if draft.key:
        return frozenset({draft.key})
    if draft.link and not is_front_page(draft.link):
        return frozenset({draft.link})
    day = None if draft.published is None else int(draft.published // 86_400)
    return frozenset({f"words:{_hash([bare(draft.headline), day])}"})


def comparable_key(key: str) -> str:
    """What of an id counts when ids are compared: an address without http or https, so that a
    site may change from the one to the other."""
    scheme, mark, rest = key.partition("://")
    return rest if mark and scheme.lower() in ("http", "https") else key


def bare(text: str) -> str:
    """Words only, in one case and one Unicode form, for comparing titles and texts."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
