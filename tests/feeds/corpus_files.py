"""The corpus: small feeds written for these tests in the shapes that real software makes."""

from __future__ import annotations

from pathlib import Path

from core.feeds.parse import FeedResult, parse

FOLDER = Path(__file__).parent / "corpus"
URL = "https://reader.example/feed"


def body_of(name: str) -> bytes:
    """The bytes of a file of the corpus."""
    return (FOLDER / name).read_bytes()


def parsed(name: str, url: str = URL, content_type: str = "application/xml") -> FeedResult:
    """A file of the corpus, parsed."""
    return parse(body_of(name), content_type, url)
