"""SQLite behind the Database port.

One writer on aiosqlite's thread. Callers that wait at the same time share one transaction and
one durable commit; each `work` is one plain function, run in one hop. A group that failed runs
again, each work alone, so that one bad caller spoils nobody else's.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.errors import (
    CommonthreadError,
    DiskRefused,
    Overloaded,
    StorageError,
    Unstorable,
)
from core.ports import Row, Tx
from core.storage.hop import Connection
from core.storage.upgrade import upgrade

T = TypeVar("T")

GROUP = 1000
"""The most works in one transaction."""
QUEUE = 20_000
"""Intake beyond this many waiting callers is refused with Overloaded."""

NONE: Mapping[str, Any] = {}


class SqliteTx:
    """One transaction over a sqlite3 connection, on the database's thread only."""

    __slots__ = ("_execute", "woken")

    def __init__(self, db: sqlite3.Connection) -> None:
        self._execute = db.execute
        self.woken: set[int] = set()

    def one(self, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
        row: Row | None = self._execute(sql, values or NONE).fetchone()
        return row

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        return self._execute(sql, values or NONE).fetchall()

    def run(self, sql: str, values: Mapping[str, Any] | None = None) -> int:
        return self._execute(sql, values or NONE).rowcount

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        # By position, because SQLite would look up every name again for every row.
        sql = _insert_sql(table, tuple(values))
        return self._execute(sql, tuple(values.values())).lastrowid or 0

    def wake(self, channel: int) -> None:
        self.woken.add(channel)


_INSERTS: dict[tuple[str, tuple[str, ...]], str] = {}


def _insert_sql(table: str, names: tuple[str, ...]) -> str:
    sql = _INSERTS.get((table, names))
    if sql is None:
        places = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608
        _INSERTS[(table, names)] = sql  # names come from code, never from data
    return sql


def as_storage_error(error: sqlite3.Error) -> StorageError:
    """The driver's error as ours; the text carries SQLite's words, never data."""
    words = str(error)
    refusals = ("full", "readonly", "read-only", "disk i/o", "unable to open")
    if isinstance(error, sqlite3.OperationalError) and any(w in words.lower() for w in refusals):
        return DiskRefused(f"the database cannot be written: {words}")
    return StorageError(f"the database refused: {words}")


def _of_a_work(error: sqlite3.Error) -> CommonthreadError:
    """What a work's failure means: whoever came with an event that can never be stored must not
    take it for a storage that refuses for a while."""
    unfit = isinstance(error, sqlite3.IntegrityError | sqlite3.DataError)
    if unfit or "binding parameter" in str(error):
        return Unstorable(f"it cannot be stored: {error}")
    return as_storage_error(error)


@dataclass(slots=True)
class _Call:
    work: Callable[[Tx], Any]
    done: asyncio.Future[Any]


class SqliteDatabase:
    """A Database over one file (or ":memory:" for a test that needs no second process)."""

    def __init__(self, writer: Connection, reader: Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._urgent: deque[_Call] = deque()
        self._intake: deque[_Call] = deque()
        self._loop_task: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._listeners: list[Callable[[set[int]], None]] = []
        self._reads: deque[_Call] = deque()
        self._read_lock = asyncio.Lock()
        self._closed = False
        self.refusal = ""
        """Why the disk refused the last transaction, "" where it took it."""

    @classmethod
    async def open(cls, path: Path) -> SqliteDatabase:
        """Open or create the file, bring its schema up to date (after a backup), start.

        Raises StorageError with the reason where the file cannot be used.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = await Connection.open(path)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"the database cannot be opened: {error}") from error
        try:
            await writer.hop(lambda db: upgrade(db, path))
            reader = await Connection.open(path)
            await reader.hop(lambda db: db.execute("PRAGMA query_only = ON"))
        except (OSError, sqlite3.Error) as error:
            await writer.close()
            raise StorageError(f"the database cannot be used: {error}") from error
        except BaseException:
            await writer.close()
            raise
        return cls(writer, reader)

    def on_wake(self, listener: Callable[[set[int]], None]) -> None:
        self._listeners.append(listener)

    async def write(self, work: Callable[[Tx], T], *, urgent: bool = False) -> T:
        if self._closed:
            raise StorageError("the database is closed")
        if not urgent and len(self._intake) >= QUEUE:
            raise Overloaded("too many events wait for the database; they will come again")
        call = _Call(work, asyncio.get_running_loop().create_future())
        (self._urgent if urgent else self._intake).append(call)
        if self._loop_task is None:
            self._loop_task = asyncio.create_task(self._serve(), name="database")
        self._arrived.set()
        result: T = await call.done
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        call = _Call(work, asyncio.get_running_loop().create_future())
        self._reads.append(call)
        try:
            async with self._read_lock:
                if not call.done.done():
                    await self._share_snapshot(call)
        except asyncio.CancelledError:
            call.done.cancel()
            raise
        result: T = call.done.result()
        return result

    async def _share_snapshot(self, first: _Call) -> None:
        """Run a read and all that wait by now over one snapshot. Whoever is left over, because
        the one who ran for them was cancelled, runs again."""
        group = [first]
        group += [call for call in self._reads if call is not first and not call.done.done()]
        self._reads.clear()
        works = [call.work for call in group]
        try:
            outcomes = await self._reader.hop(lambda db: _read_group(db, works))
        except sqlite3.Error as error:
            raise as_storage_error(error) from error
        for call, (result, failure) in zip(group, outcomes, strict=True):
            if failure is not None:
                _fail(call, failure)
            elif not call.done.done():
                call.done.set_result(result)

    async def truncate_log(self) -> bool:
        """See `core.ports.Database.truncate_log`."""
        return await self._writer.hop(_truncate)

    async def data_version(self) -> int:
        """Changes when another process wrote to the file."""
        # The writer's own view: the reader's would change with every commit of this process.
        row = await self._writer.hop(lambda db: db.execute("PRAGMA data_version").fetchone())
        return int(row[0])

    async def close(self) -> None:
        """Finish what waits, then close both connections."""
        self._closed = True
        self._arrived.set()
        if self._loop_task is not None:
            await self._loop_task
        await self._reader.close()
        await self._writer.close()

    async def _serve(self) -> None:
        while True:
            group = self._take()
            if group:
                await self._commit(group)
            elif self._closed:
                return
            else:
                self._arrived.clear()
                await self._arrived.wait()

    def _take(self) -> list[_Call]:
        group: list[_Call] = []
        for queue in (self._urgent, self._intake):
            while queue and len(group) < GROUP:
                call = queue.popleft()
                if not call.done.cancelled():
                    group.append(call)
        return group

    async def _commit(self, group: list[_Call]) -> None:
        works = [call.work for call in group]
        try:
            results, woken = await self._writer.hop(lambda db: _run_group(db, works))
        except Exception as error:
            if len(group) == 1:
                self._note(error)
                _fail(group[0], error)
                return
            for call in group:
                await self._commit([call])
            return
        self.refusal = ""
        for call, result in zip(group, results, strict=True):
            if not call.done.done():
                call.done.set_result(result)
        if woken:
            for listener in self._listeners:
                listener(woken)

    def _note(self, error: Exception) -> None:
        refused = as_storage_error(error) if isinstance(error, sqlite3.Error) else None
        if isinstance(refused, DiskRefused):
            self.refusal = str(refused)


def _fail(call: _Call, error: Exception) -> None:
    if call.done.done():
        return
    if isinstance(error, sqlite3.Error):
        ours = _of_a_work(error)
        ours.__cause__ = error
        call.done.set_exception(ours)
    else:
        call.done.set_exception(error)


def _run_group(
    db: sqlite3.Connection, works: list[Callable[[Tx], Any]]
) -> tuple[list[Any], set[int]]:
    tx = SqliteTx(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        results = [work(tx) for work in works]
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return results, tx.woken


def _read_group(
    db: sqlite3.Connection, works: list[Callable[[Tx], Any]]
) -> list[tuple[Any, Exception | None]]:
    tx = SqliteTx(db)
    db.execute("BEGIN")
    try:
        return [_outcome(tx, work) for work in works]
    finally:
        db.execute("COMMIT")


def _truncate(db: sqlite3.Connection) -> bool:
    """A checkpoint that waits for nobody: the writer's thread serves everybody else."""
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 0")
    try:
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    except sqlite3.OperationalError:
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {int(patience)}")


def _outcome(tx: SqliteTx, work: Callable[[Tx], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(tx), None
    except Exception as error:
        return None, error
