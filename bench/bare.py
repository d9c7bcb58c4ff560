"""Bare sqlite3 writing the rows that the product wrote, as the baseline of the ingest figures."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON",
           "cache_size = -32000")  # fmt: skip
_COUNTED = "UPDATE article SET comments = ? WHERE id = ?"
_AUTHOR = (
    "INSERT INTO author (publication, tag, published) VALUES (1, ?, 1)"
    " ON CONFLICT (publication, tag) DO UPDATE SET published = published + 1"
)

Statement = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Copy:
    """One comment (its id) and the statements that write its rows."""

    comment: int
    statements: tuple[Statement, ...]


def copies(file: Path, *, after: int | None) -> list[Copy]:
    """The comments with a higher id than `after`, or only the last one where that is None."""
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        if after is None:
            row = db.execute("SELECT max(id) FROM comment").fetchone()
            return [Copy(row[0] or 0, ())]
        comments = db.execute("SELECT * FROM comment WHERE id > ? ORDER BY id", (after,)).fetchall()
        below = _below(db, after)
    return [Copy(row["id"], _statements(row, below[row["id"]])) for row in comments]


def _below(db: sqlite3.Connection, after: int) -> dict[int, list[tuple[str, sqlite3.Row]]]:
    """Every other row that belongs to the comments above an id, in the order of writing."""
    rows: dict[int, list[tuple[str, sqlite3.Row]]] = defaultdict(list)
    delivery = " JOIN delivery d ON d.id = s.delivery WHERE d.subject = 'comment'"
    for table, sql in (
        ("revision", "SELECT r.comment AS comment_, r.* FROM revision r WHERE r.comment > ?"),
        ("likeness", "SELECT l.comment AS comment_, l.* FROM likeness l WHERE l.comment > ?"),
        ("delivery", "SELECT d.subject_id AS comment_, d.* FROM delivery d WHERE d.subject ="
         " 'comment' AND d.subject_id > ?"),
        ("message", "SELECT d.subject_id AS comment_, m.* FROM message m JOIN shows s"
         f" ON s.message = m.id{delivery} AND d.subject_id > ?"),
        ("shows", f"SELECT d.subject_id AS comment_, s.* FROM shows s{delivery}"
         " AND d.subject_id > ?"),
    ):  # fmt: skip
        for row in db.execute(sql, (after,)):
            rows[row["comment_"]].append((table, row))
    return rows


def _statements(
    comment: sqlite3.Row, below: Iterable[tuple[str, sqlite3.Row]]
) -> tuple[Statement, ...]:
    return (
        (_COUNTED, (comment["number"], comment["article"])),
        (_insert("comment", comment.keys()), tuple(comment)),
        (_AUTHOR, (comment["author"],)),
        *((_insert(table, row.keys()[1:]), tuple(row)[1:]) for table, row in below),
    )


def _insert(table: str, names: list[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def snapshot(file: Path, target: Path) -> Path:
    """The database as it stands, in another file."""
    with closing(sqlite3.connect(file)) as db, closing(sqlite3.connect(target)) as other:
        db.backup(other)
    return target


class Bare:
    """A connection that writes, and nothing else."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        for pragma in PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")

    def write(self, rows: list[Copy], group: int) -> None:
        """All rows, so many comments in each durable transaction."""
        execute = self._db.execute
        for start in range(0, len(rows), group):
            execute("BEGIN IMMEDIATE")
            for copy in rows[start : start + group]:
                for sql, values in copy.statements:
                    execute(sql, values)
            execute("COMMIT")

    def close(self) -> None:
        self._db.close()
