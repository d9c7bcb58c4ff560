"""Numbered upgrades of the schema, each run once, in one transaction, after a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from core.errors import StorageError

HERE = Path(__file__).parent / "upgrades"


def upgrades() -> list[tuple[int, Path]]:
    """(number, file) of every upgrade, ascending."""
    return sorted((int(path.name[:4]), path) for path in HERE.glob("[0-9]*.sql"))


def upgrade(db: sqlite3.Connection, path: Path) -> None:
    """Bring the schema to the newest number; an existing file is backed up beside it first.

    Raises StorageError when the file was written by a newer release, or where rows would refer to
    others that do not exist; then nothing is changed.
    """
    current = int(db.execute("PRAGMA user_version").fetchone()[0])
    steps = upgrades()
    if current > steps[-1][0]:
        raise StorageError(
            f"{path.name} was written by a newer release (schema {current}); update Commonthread"
        )
    pending = [step for step in steps if step[0] > current]
    if not pending:
        return
    if current:
        backup(db, path.with_name(f"{path.name}.before-{pending[-1][0]}"))
    # Whoever rebuilds a table drops the old one, which must not take along what refers to it.
    (followed,) = db.execute("PRAGMA foreign_keys").fetchone()
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("BEGIN IMMEDIATE")
    try:
        for number, file in pending:
            for statement in statements(file.read_text(encoding="utf-8")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
        if dangling := db.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageError(
                f"{path.name}: a {dangling[0]} refers to a {dangling[2]} that is not there"
            )
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        db.execute(f"PRAGMA foreign_keys = {followed}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one (executescript would commit behind our back)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip() and not all(
        line.startswith("--") or not line.strip() for line in pending.splitlines()
    ):
        raise StorageError("an upgrade ends in the middle of a statement")


def backup(db: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of the whole database, readable by its owner only."""
    target.touch(mode=0o600)
    with sqlite3.connect(target) as copy:
        db.backup(copy)
    copy.close()
