"""Nothing that belongs to a person can be forgotten to be forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.newsroom.authors.forgetting import KNOWN
from core.storage.sqlite import SqliteDatabase
from core.storage.upgrade import statements, upgrades

TAGS = {"author", "tag", "actor", "reporter", "person", "by", "who"}
"""What columns with a tag are called."""
COMMENTS = {"comment", "parent", "edits", "appeals"}


@pytest.fixture
def schema() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as db:
        for _, file in upgrades():
            for statement in statements(file.read_text(encoding="utf-8")):
                db.execute(statement)
        yield db


def _personal(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Tables with a column that refers to a comment or is called as those with a tag are."""
    found: dict[str, set[str]] = {}
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        keys = db.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,)).fetchall()
        names = {row[3] for row in keys if row[2] in ("comment", "author")}
        columns = db.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        names |= {name for (name,) in columns if name in TAGS | COMMENTS}
        if names:
            found[table] = names
    return found


def test_every_table_with_a_person_in_it_is_known_to_forgetting(
    schema: sqlite3.Connection,
) -> None:
    unknown = {table: names for table, names in _personal(schema).items() if table not in KNOWN}
    assert not unknown, (
        f"{unknown} may hold an author's tag or hang on a comment: say in"
        " core/newsroom/authors/forgetting.py what becomes of it when the author is forgotten"
    )


def test_forgetting_knows_no_table_that_is_not_there(schema: sqlite3.Connection) -> None:
    tables = {row[0] for row in schema.execute("SELECT name FROM sqlite_master")}
    assert set(KNOWN) <= tables


async def test_what_was_erased_is_in_no_file_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "commonthread.db"
    database = await SqliteDatabase.open(path)
    words = "canary words that nobody may find again"
    try:
        await database.write(
            lambda tx: tx.insert("publication", {"name": "A", "policy": words, "created": 0})
        )
        await database.write(lambda tx: tx.run("UPDATE publication SET policy = ''"))
        assert words.encode() in _bytes(tmp_path), "the log still holds it"
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM publication").fetchall()
            assert not await database.truncate_log(), "somebody reads"
        assert await database.truncate_log()
        assert words.encode() not in _bytes(tmp_path)
    finally:
        await database.close()


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("commonthread.db*")))
