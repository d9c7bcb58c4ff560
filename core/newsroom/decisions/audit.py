"""The chain of decisions in the database: made with every row, checked, shown, and what may be
erased of it. What a link is: `core.chain`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core import chain
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Publication
from core.newsroom.comments.labels import local
from core.newsroom.context import Context
from core.ports import Row, Tx

t = texts(FALLBACK)

FORGET = "forget"
"""The action of the row that accounts for an erasure; its `before` holds how many rows it took."""
_CHUNK = 5000


def linked(tx: Tx, context: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new row of the log that bind it to the one before: id, salt, commitment,
    link. values: its other columns."""
    begin(tx, context)
    last = _last(tx)
    number = last["id"] + 1 if last is not None else 1
    salt = context.clock.key(chain.SALT)
    committed = chain.commitment(salt, values)
    previous = last["link"] if last is not None else ""
    own = chain.link(context.keys.audit, previous, {**values, "id": number}, committed)
    return {"id": number, "salt": salt, "commitment": committed, "link": own}


def _last(tx: Tx) -> Row | None:
    return tx.one("SELECT id, link FROM decision ORDER BY id DESC LIMIT 1")


def begin(tx: Tx, context: Context) -> int:
    """Link the rows of a log that has no links at all: one that an earlier release wrote. How
    many. Where any row has one, a row without was not written by the program, and stays so."""
    last = _last(tx)
    if last is None or last["link"] or tx.one("SELECT 1 FROM decision WHERE link <> '' LIMIT 1"):
        return 0
    previous, n = "", 0
    for row in _rows(tx):
        committed = chain.commitment(row["salt"], row)
        previous = chain.link(context.keys.audit, previous, row, committed)
        n += tx.run(
            "UPDATE decision SET commitment = :c, link = :link WHERE id = :id",
            {"c": committed, "link": previous, "id": row["id"]},
        )
    return n


def _rows(tx: Tx) -> Iterator[Row]:
    """Every row, in order, some at a time."""
    after = 0
    while found := tx.all(
        "SELECT * FROM decision WHERE id > :after ORDER BY id LIMIT :n",
        {"after": after, "n": _CHUNK},
    ):
        yield from found
        after = found[-1]["id"]


def head(tx: Tx) -> str:
    """The newest case and its link, to be kept in another place: "41-9f86…"; "" for none."""
    last = _last(tx)
    return f"{last['id']}-{last['link']}" if last is not None else ""


# Verifying


@dataclass(frozen=True, slots=True)
class Report:
    """How a log stands. rows, erased: how many there are, and of those with what told of a person
    erased. head: see there. broken: the first case that does not fit, 0 = none; problems: what is
    wrong, a sentence each, the first ones."""

    rows: int
    erased: int
    head: str
    broken: int
    problems: tuple[str, ...]


MOST_PROBLEMS = 20


def verify(tx: Tx, context: Context, kept: str = "") -> Report:
    """Check every row against the chain. kept: a head that was written down earlier, which must
    be in it. Raises UserError where that is none."""
    wanted, expected = _read_head(kept)
    found = _Findings()
    previous, last, erased, accounted, there = "", 0, 0, 0, ""
    for row in _rows(tx):
        found.gap(last, row["id"])
        if not row["link"]:
            found.note(row["id"], t("Case {n} has no link: the program did not write it.",
                                    n=row["id"]))  # fmt: skip
        elif not chain.fits(context.keys.audit, previous, row):
            found.note(row["id"], t("Case {n} was changed, or what stood before it was.",
                                    n=row["id"]))  # fmt: skip
        erased += chain.erased(row)
        accounted += _took(row)
        there = row["link"] if row["id"] == wanted else there
        previous, last = row["link"], row["id"]
    if erased > accounted:
        found.note(last, t("{n} cases are erased, and requests account for {m}.",
                           n=erased, m=accounted))  # fmt: skip
    if wanted > last:
        found.gap(last, wanted + 1)
    elif wanted and there != expected:
        found.note(wanted, t("Case {n} is not the one whose head was kept.", n=wanted))
    rows = tx.one("SELECT count(*) AS n FROM decision")
    return Report(rows["n"] if rows else 0, erased, head(tx), found.first, tuple(found.problems))


class _Findings:
    """What is wrong so far, and the lowest case of it."""

    def __init__(self) -> None:
        self.first = 0
        self.problems: list[str] = []

    def note(self, case: int, words: str) -> None:
        self.first = min(self.first or case, case)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(words)

    def gap(self, last: int, case: int) -> None:
        """Numbers are given without a gap."""
        if case > last + 1:
            n = case - last - 1
            told = t.n("{n} case is missing after case {a}.",
                       "{n} cases are missing after case {a}.", n, a=last)  # fmt: skip
            self.note(last + 1, told)


def _took(row: Row) -> int:
    """How many rows an erasure accounts for."""
    if row["action"] != FORGET or row["salt"] is None:
        return 0
    try:
        return int(json.loads(row["before"])["erased"])
    except (ValueError, KeyError, TypeError):
        return 0


def _read_head(kept: str) -> tuple[int, str]:
    if not kept:
        return 0, ""
    number, _, own = kept.strip().partition("-")
    if not (number.isascii() and number.isdecimal() and len(own) == 64):
        raise UserError(t("A head looks like 41-9f86…: a number and 64 letters and digits."))
    return int(number), own


# Exporting


COLUMNS = (
    "case", "time", "publication", "action", "article", "comment", "revision", "moderator",
    "author", "reason", "changed", "takes back", "taken back by", "erased", "link",
)  # fmt: skip
"""Of an export, in order. author: "A1" for the first one in this export, and so on: the same
person has the same name within one export and another one in the next."""
_TOLD = ("comment", "author", "article", "options")
"""The aspects whose values an export tells; of others it says that they changed."""
_QUIET = ("published", "rejected")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def export(
    tx: Tx, context: Context, publication: int | None, since: float, until: float
) -> list[list[str]]:
    """The decisions of a time (Unix seconds, `until` not included), oldest first, as the cells
    of `COLUMNS`; None = of all publications. Times in ISO form, in the publication's zone. Who
    decided what an appeal is open about is left out, as everywhere."""
    house, authors = context.house(tx), dict[str, str]()
    rows = tx.all(
        "SELECT d.*, c.number, u.id AS undone_by,"
        " EXISTS (SELECT 1 FROM appeal p WHERE p.comment = d.comment AND p.state = 'open')"
        " AS appealed"
        " FROM decision d LEFT JOIN comment c"
        " ON c.id = d.comment LEFT JOIN decision u ON u.undoes = d.id WHERE d.at >= :since"
        " AND d.at < :until AND (:p IS NULL OR d.publication = :p) ORDER BY d.id",
        {"p": publication, "since": since, "until": until},
    )
    return [_cells(row, house.publications[row["publication"]], authors) for row in rows]


def _cells(row: Row, publication: Publication, authors: dict[str, str]) -> list[str]:
    author = row["author"] or ""
    values = (
        row["id"],
        local(row["at"], publication).isoformat(timespec="seconds"),
        publication.name,
        row["action"],
        row["article"],
        f"{row['article']}#{row['number']}" if row["number"] else "",
        row["revision"],
        t("another moderator") if row["appealed"] else row["actor_name"],
        authors.setdefault(author, f"A{len(authors) + 1}") if author else "",
        row["reason"],
        _changed(json.loads(row["before"]), json.loads(row["after"])),
        row["undoes"],
        row["undone_by"],
        "yes" if chain.erased(row) else "",
        row["link"],
    )
    return [_cell(value) for value in values]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """ "comment state: held → published; author standing: ordinary → banned"."""
    parts: list[str] = []
    for aspect, now in after.items():
        was = before.get(aspect)
        if aspect not in _TOLD or not isinstance(now, dict) or not isinstance(was, dict):
            parts += [aspect] if was != now else []
            continue
        names = [n for n in now if was.get(n) != now[n] and n not in _QUIET]
        parts += [f"{aspect} {name}: {was.get(name)} → {now[name]}" for name in names]
    return "; ".join(parts)


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
