"""The part of a comment that somebody marked when they answered it.

It is kept as a place in a revision and not as words, so that nobody reads more of a comment than
stands there: what was changed, taken down or forgotten is not marked any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from core.model import State
from core.newsroom.context import dumps
from core.ports import Row, Tx
from core.text.model import Rich


def place_of(tx: Tx, parent: int | None, quote: str) -> str:
    """Where the words `quote` stand in what readers see of `parent`: what `marked` reads; "" where
    nothing is marked, or something that the comment does not say."""
    words = [re.escape(word) for word in quote.split()]
    shown = _shown(tx, parent) if words else None
    if shown is None:
        return ""
    found = re.search(r"\s+".join(words), Rich.load(json.loads(shown["text"])).text)
    return dumps([parent, shown["number"], found.start(), found.end()]) if found else ""


def marked(tx: Tx, row: Mapping[str, Any] | Row) -> Rich:
    """What a comment marks of the one that it answers, as far as that still says it. row: its
    parent and marked."""
    if not row["marked"]:
        return Rich()
    comment, revision, start, end = json.loads(row["marked"])
    shown = _shown(tx, comment) if comment == row["parent"] else None
    if shown is None or shown["number"] != revision:
        return Rich()
    return Rich.load(json.loads(shown["text"])).slice(start, end)


def _shown(tx: Tx, comment: int | None) -> Row | None:
    """The revision of a comment that readers see."""
    return tx.one(
        "SELECT r.number, r.text FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = c.shown WHERE c.id = :id AND c.state IN (:published, :held)",
        {"id": comment, "published": State.PUBLISHED, "held": State.HELD},
    )
