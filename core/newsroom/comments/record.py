"""What is known of an author and a thread when a comment comes in, in a few short queries."""

from __future__ import annotations

from core.model import Publication
from core.moderation.likeness import ALIKE, BINS, Fingerprint
from core.moderation.submission import Record
from core.newsroom.comments.alike import DIFFERENCE, DIFFERING, MOST, alike
from core.newsroom.context import HOUR
from core.ports import Tx

EARLY = '%["slow","reject"%'
"""What the verdicts say of a comment that only came too early: it never was one."""
LAST = 30
"""An author's comments that are looked at."""
WEEK = 7 * 24 * HOUR
MINUTE = 60.0


_LAST = (
    f"SELECT c.article, c.state, max(0.0, :at - c.posted) AS age, {DIFFERENCE} AS x FROM comment c"  # noqa: S608
    " LEFT JOIN likeness l ON l.comment = c.id WHERE c.author = :author AND c.publication = :p"
    " AND c.id <> :own {early} ORDER BY c.id DESC LIMIT :last"
)
_COUNT = f"""SELECT sum(state = 'rejected') AS refused,
    sum(age < {WEEK} AND state IN ('rejected', 'removed')) AS rejected,
    sum(age < {WEEK} AND state IN ('rejected', 'removed', 'published')) AS decided,
    sum(age < {HOUR} AND x = 0) AS same,
    sum(age < {HOUR} AND x <> 0 AND {DIFFERING} <= {BINS - ALIKE}) AS near,
    min(CASE WHEN article = :article THEN age END) AS here,
    group_concat(CASE WHEN age < {MINUTE} THEN age END) AS ages"""
_ALL = f"{_COUNT} FROM ({_LAST.format(early='')})"
_EARLY = (
    "AND NOT (c.state = 'rejected' AND EXISTS (SELECT 1 FROM revision r WHERE r.comment = c.id"
    " AND r.number = c.revision AND r.verdicts LIKE :early))"
)
_ALL_IN_TIME = f"{_COUNT} FROM ({_LAST.format(early=_EARLY)})"
"""Without those that came too early. It takes several times as long."""


def record_of(
    tx: Tx, publication: Publication, article: int, author: str, like: Fingerprint | None,
    at: float, own: int | None = None,
) -> Record:  # fmt: skip
    """at: when the comment was written (Unix seconds). own: the comment itself, where this is
    another wording of it."""
    asked = {
        "p": publication.id, "author": author, "article": article, "at": at, "last": LAST,
        "own": own or 0, "print": like.print if like is not None else None, "early": EARLY,
    }  # fmt: skip
    row = tx.all(_ALL, asked)[0]
    if row["refused"]:
        row = tx.all(_ALL_IN_TIME, asked)[0]
    others, authors = _crowd(tx, publication, author, like, at)
    return Record(
        ages=tuple(sorted(map(float, row["ages"].split(",")))) if row["ages"] else (),
        decided=row["decided"] or 0,
        rejected=row["rejected"] or 0,
        same=row["same"] or 0,
        near=row["near"] or 0,
        alike=others,
        authors=authors,
        thread=_thread(tx, publication, article, at),
        here=row["here"],
    )


def _crowd(
    tx: Tx, publication: Publication, author: str, like: Fingerprint | None, at: float
) -> tuple[int, int]:
    """How many comments by others of the last hour say nearly the same, and of how many."""
    if like is None or not publication.options.wave:
        return 0, 0
    found = alike(tx, publication.id, like, at - HOUR, MOST)
    others = [row["author"] for row in found if row["author"] != author]
    return len(others), len(set(others))


def _thread(tx: Tx, publication: Publication, article: int, at: float) -> int:
    """Comments in the thread within a minute, up to the pace at which it is too much. As long as
    the one half of that ago is older than a minute, nothing has to be counted."""
    most = publication.options.thread_pace
    if not most:
        return 0
    half = tx.one(
        "SELECT a.comments, c.posted FROM article a CROSS JOIN comment c ON c.article = a.id"
        " AND c.number = a.comments - :half WHERE a.id = :a",
        {"a": article, "half": max(0, most // 2 - 1)},
    )
    if half is None or at - half["posted"] >= MINUTE:
        return 0
    counted = tx.one(
        "SELECT count(*) AS n FROM comment WHERE article = :a AND number > :first"
        " AND posted > :since",
        {"a": article, "first": half["comments"] - most, "since": at - MINUTE},
    )
    return int(counted["n"]) if counted is not None else 0
