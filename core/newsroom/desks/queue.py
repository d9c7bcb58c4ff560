"""What waits for a moderator: which queue a comment is in, how many are in each, and their order.

A queue has no rows of its own: it is read from the comments, by indexes that keep its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.authors import sign
from core.model import Verdict
from core.moderation.judge import risk
from core.newsroom.context import Context
from core.ports import Row, Tx

QUEUES: dict[str, str] = {
    "pending": "c.state = 'held' AND c.withheld = 0",
    "withheld": "c.state = 'held' AND c.withheld = 1",
    "reported": "c.state IN ('held', 'published')"
    " AND c.id IN (SELECT comment FROM report WHERE outcome = '')",
    "appealed": "c.id IN (SELECT comment FROM appeal WHERE state = 'open')",
}
"""Each queue, as a condition on a comment c: held by the mode of its place or the standing of its
author; held because a check found something; reported by readers; refused, and its author asks
for another look."""

ORDER = "c.withheld DESC, c.risk DESC, c.id"
"""By risk, then by age."""

_EXPECTED = (("mode", "hold"), ("author", "hold"))
"""What holds a comment whatever it says."""


def withheld(found: Iterable[Verdict]) -> bool:
    """Whether something else holds a comment than where it was written and by whom."""
    return any(
        v.verdict not in ("pass", "suspect") and (v.check, v.verdict) not in _EXPECTED
        for v in found
    )


def doubts(found: Sequence[Verdict]) -> dict[str, float | int]:
    """What of the verdicts orders the queue, as columns of a comment."""
    return {"risk": risk(found), "withheld": int(withheld(found))}


def counts(tx: Tx, publication: int) -> dict[str, int]:
    """How many comments are in each queue."""
    rows = tx.all("SELECT withheld, n FROM waiting WHERE publication = :p", {"p": publication})
    held = {row["withheld"]: row["n"] for row in rows}
    found = {"pending": held.get(0, 0), "withheld": held.get(1, 0)}
    for name in ("reported", "appealed"):
        row = tx.one(
            f"SELECT count(*) AS n FROM comment c WHERE {QUEUES[name]} AND c.publication = :p",  # noqa: S608  our own words
            {"p": publication},
        )
        found[name] = int(row["n"]) if row is not None else 0
    return found


def held_count(tx: Tx, publication: int) -> int:
    """How many comments wait for a decision."""
    row = tx.one("SELECT sum(n) AS n FROM waiting WHERE publication = :p", {"p": publication})
    return int(row["n"] or 0) if row is not None else 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of what waits: a queue ("" = all), and filters. article: 0 = any. check: the
    beginning of its name. author: a sign. page: from 1 on."""

    queue: str = ""
    page: int = 1
    article: int = 0
    check: str = ""
    author: str = ""

    def at(self, page: int) -> Wanted:
        """The same, another page."""
        return replace(self, page=page)


PAGE = """
SELECT c.id, c.number, c.article, c.name, c.author, c.token, c.revision, c.state, r.text,
    r.verdicts, (SELECT p.token FROM appeal p WHERE p.comment = c.id AND p.state = 'open') AS appeal
FROM comment c JOIN revision r ON r.comment = c.id AND r.number = c.revision
WHERE c.publication = :p AND {where} ORDER BY {order} LIMIT :limit OFFSET :skip
"""


def page(tx: Tx, context: Context, publication: int, wanted: Wanted, size: int) -> list[Row]:
    """The comments of one page in their order, and one more where there is a next page."""
    where = [QUEUES.get(wanted.queue, "c.state = 'held'")]
    values: dict[str, Any] = {
        "p": publication, "limit": size + 1, "skip": (wanted.page - 1) * size,
    }  # fmt: skip
    if wanted.article:
        where.append("c.article = :article")
        values["article"] = wanted.article
    if wanted.check:
        where.append("r.verdicts LIKE :check")
        values["check"] = f'%["{wanted.check}%'
    if wanted.author:
        tags = signed(tx, context, publication, wanted.author)
        values |= {f"tag{n}": tag for n, tag in enumerate(tags)}
        where.append(f"c.author IN ({', '.join(f':tag{n}' for n in range(len(tags)))})")
    # Our own conditions; what people wrote are values.
    return tx.all(PAGE.format(where=" AND ".join(where), order=ORDER), values)


def sign_of(context: Context, publication: int, author: str) -> str:
    """The letters by which the moderators of a publication know an author (a tag) again."""
    return sign(context.keys, publication, author)


MOST_SIGNED = 20
"""Authors with the same sign that are looked for."""


def signed(tx: Tx, context: Context, publication: int, wanted: str) -> Sequence[str]:
    """The tags of the authors of a publication who have this sign; hardly ever more than one."""
    rows = tx.all("SELECT tag FROM author WHERE publication = :p", {"p": publication})
    found = [row["tag"] for row in rows if sign_of(context, publication, row["tag"]) == wanted]
    return found[:MOST_SIGNED]
