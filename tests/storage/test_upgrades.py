"""Upgrades keep what is there, and no number is ever given twice."""

from __future__ import annotations

import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StorageError
from core.storage.sqlite import SqliteDatabase
from core.storage.upgrade import statements, upgrade, upgrades

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
INSERT INTO publication (id, name, created) VALUES (1, 'The Paper', 0);
INSERT INTO channel (id, publication, platform, place, purpose, kind)
VALUES (3, 1, 'telegram', '-1', 'discuss', 'group');
INSERT INTO delivery (id, subject, subject_id, channel) VALUES (7, 'card', 1, 3);
INSERT INTO message (id, channel, platform_id) VALUES (9, 3, '12');
INSERT INTO shows (delivery, message) VALUES (7, 9);
INSERT INTO parked (id, channel, thread, sealed, expires) VALUES (2, 3, '5', x'00', 1);
INSERT INTO feed (id, publication, url) VALUES (4, 1, 'https://paper.example/feed');
"""


def _first(path: Path, more: str = "") -> sqlite3.Connection:
    """A database as the first release left it, with one row of what is rebuilt later."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    number, file = upgrades()[0]
    for statement in statements(file.read_text(encoding="utf-8") + FIRST + more):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {number}")
    return db


def test_what_the_first_release_stored_is_there_afterwards(tmp_path: Path) -> None:
    with closing(_first(tmp_path / "house.db")) as db:
        upgrade(db, tmp_path / "house.db")
        assert db.execute("SELECT delivery, message FROM shows").fetchall() == [(7, 9)]
        assert db.execute("SELECT id, platform_id FROM message").fetchall() == [(9, "12")]
        assert db.execute("SELECT id, thread FROM parked").fetchall() == [(2, "5")]
        assert db.execute("SELECT id FROM feed").fetchall() == [(4,)]
        db.execute("DELETE FROM channel")
        assert db.execute("SELECT count(*) FROM shows").fetchone() == (0,), "refers no more"


def test_the_database_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    with closing(_first(tmp_path / "house.db")) as db:
        upgrade(db, tmp_path / "house.db")
        assert db.execute("PRAGMA user_version").fetchone() == (upgrades()[-1][0],)
    copy = tmp_path / f"house.db.before-{upgrades()[-1][0]}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT id, platform_id FROM message").fetchall() == [(9, "12")]


def test_without_a_copy_nothing_is_upgraded(tmp_path: Path) -> None:
    """As where the disk is full: what stands in the copy's place cannot be written."""
    (tmp_path / f"house.db.before-{upgrades()[-1][0]}").mkdir()
    with closing(_first(tmp_path / "house.db")) as db:
        with pytest.raises(sqlite3.OperationalError):
            upgrade(db, tmp_path / "house.db")
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


def test_an_upgrade_that_would_leave_rows_dangling_changes_nothing(tmp_path: Path) -> None:
    stray = "PRAGMA foreign_keys = OFF;\nINSERT INTO message (channel) VALUES (99);"
    with closing(_first(tmp_path / "house.db", stray)) as db:
        with pytest.raises(StorageError, match="a message refers to a channel"):
            upgrade(db, tmp_path / "house.db")
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


def _deleted() -> set[str]:
    """The tables of which the program deletes rows."""
    sources = (path.read_text("utf-8") for path in (ROOT / "core").rglob("*.py"))
    return {name for text in sources for name in re.findall(r"DELETE FROM (\w+)", text)}


async def test_no_number_is_given_twice(tmp_path: Path) -> None:
    """What is under way, or in somebody's chat, may hold the number of a row that is gone."""
    database = await SqliteDatabase.open(tmp_path / "house.db")
    rows = await database.read(
        lambda tx: tx.all("SELECT name, sql FROM sqlite_master WHERE type = 'table'", {})
    )
    await database.close()
    numbered = {row["name"]: row["sql"] for row in rows if "id INTEGER PRIMARY KEY" in row["sql"]}
    again = [name for name in _deleted() & {*numbered} if "AUTOINCREMENT" not in numbered[name]]
    assert len(_deleted() & {*numbered}) >= 10
    assert not again, f"{again}: give the number AUTOINCREMENT"
