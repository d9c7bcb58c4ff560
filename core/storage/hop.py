"""The one private hook into aiosqlite: a plain function run on its connection's thread.

aiosqlite offers one hop for each statement; a use case is one function over many statements, so
it goes through `Connection._execute`, which runs any function there. `tests/storage` fails when
a new release of aiosqlite moves this.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

T = TypeVar("T")

PINNED = "0.22.1"
"""The release of aiosqlite against which the hook was read."""

STATEMENTS = 512
"""Prepared statements that a connection keeps: more than the house has."""


class Connection:
    """One sqlite3 connection on a thread of its own."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, path: Path) -> Connection:
        """Connect, with the pragmas that durability and erasure need. Raises sqlite3.Error."""
        if str(path) != ":memory:":
            # SQLite gives its log files the mode of the database: its owner's only.
            await asyncio.to_thread(path.touch, 0o600)
        connection = await aiosqlite.connect(
            path, isolation_level=None, timeout=30.0, cached_statements=STATEMENTS
        )
        opened = cls(connection)
        try:
            await opened.hop(_prepare)
        except BaseException:
            await connection.close()
            raise
        return opened

    async def hop(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work(db)` on the connection's thread and return what it returns."""
        db = self._connection._conn
        result: T = await self._connection._execute(work, db)  # type: ignore[no-untyped-call]
        return result

    async def close(self) -> None:
        await self._connection.close()


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "busy_timeout = 30000",
        "cache_size = -32000",
    ):
        db.execute(f"PRAGMA {pragma}")
