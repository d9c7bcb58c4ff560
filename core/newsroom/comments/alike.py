"""Comments that say nearly the same, found by what their texts are like and never by words."""

from __future__ import annotations

from core.moderation.likeness import ALIKE, BINS, Fingerprint
from core.newsroom.context import HOUR
from core.ports import Row, Tx

KEPT = 7 * 24 * HOUR
"""For how long it is remembered what a comment is like."""
MOST = 40
"""Comments with one band in common that are looked at where nobody asks for more."""


_REMEMBER = (
    "INSERT INTO likeness (comment, publication, at, print, band1, band2, band3, band4)"
    " SELECT id, publication, posted, :print, :band1, :band2, :band3, :band4 FROM comment"
    " WHERE id = :comment ON CONFLICT (comment) DO UPDATE SET"
    " print = excluded.print, band1 = excluded.band1, band2 = excluded.band2,"
    " band3 = excluded.band3, band4 = excluded.band4"
)


def remember(tx: Tx, comment: int, like: Fingerprint | None) -> None:
    """What the newest wording of a comment is like; None: nothing that could be told."""
    if like is None:
        tx.run("DELETE FROM likeness WHERE comment = :id", {"id": comment})
    else:
        tx.run(_REMEMBER, {"comment": comment, "print": like.print, **_bands(like)})


def _bands(like: Fingerprint) -> dict[str, int]:
    return {f"band{n}": band for n, band in enumerate(like.bands, start=1)}


def forget_old(tx: Tx, now: float) -> None:
    """Drop what is older than `KEPT`."""
    tx.run("DELETE FROM likeness WHERE at < :at", {"at": now - KEPT})


def like_of(tx: Tx, comment: int) -> Fingerprint | None:
    """What a comment's newest wording is like, None where that is not known (any more)."""
    row = tx.one("SELECT * FROM likeness WHERE comment = :id", {"id": comment})
    if row is None:
        return None
    return Fingerprint(row["print"], (row["band1"], row["band2"], row["band3"], row["band4"]))


# SQLite has no exclusive or: what both prints have is taken from what one of them has. Of four bits
# that are not the same one is left, and the rest of a number by 15 is the sum of its fours, as long
# as it is below 15: that of eight of them is.
DIFFERENCE = "(print | :print) - (print & :print)"
_PARTS = "((x | (x >> 1) | (x >> 2) | (x >> 3)) & 0x1111111111111111)"
DIFFERING = f"({_PARTS} % 4294967296 % 15 + ({_PARTS} >> 32) % 15)"
"""In how many of 16 parts two prints differ, x being their difference."""
_ALIKE = f"{_PARTS} % 15 <= {BINS - ALIKE}"
"""The same, quicker: what has a band in common has two of 16 parts in common."""
_FOUND = " UNION ALL ".join(
    f"SELECT comment FROM (SELECT comment, {DIFFERENCE} AS x"  # noqa: S608  our own words
    f" FROM likeness WHERE band{n} = :band{n} AND publication = :p AND at >= :since"
    f" ORDER BY at DESC LIMIT :most) WHERE {_ALIKE}"
    for n in (1, 2, 3, 4)
)
_FIND = (
    "SELECT id, article, number, author, state FROM comment"  # noqa: S608  our own words
    f" WHERE id IN ({_FOUND}) ORDER BY id DESC"
)


def alike(
    tx: Tx, publication: int, like: Fingerprint, since: float, most: int = 1_000
) -> list[Row]:
    """The comments of a publication since a time (Unix seconds) whose newest wording is nearly
    the same, newest first: rows of id, article, number, author, state. About `most` at most."""
    asked = {"p": publication, "since": since, "most": most, "print": like.print}
    return tx.all(_FIND, {**asked, **_bands(like)})
