"""Reads that wait at the same time share one snapshot, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import StorageError, UserError
from core.ports import Tx
from core.storage.sqlite import SqliteDatabase

COUNT = "SELECT count(*) AS n FROM publication"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await SqliteDatabase.open(tmp_path / "house.db")
    yield opened
    await opened.close()


def _add(tx: Tx) -> int:
    return tx.insert("publication", {"name": "The Paper", "created": 0.0})


def _count(tx: Tx) -> int:
    row = tx.one(COUNT)
    assert row is not None
    return int(row["n"])


def _refuse(_: Tx) -> int:
    raise UserError("no")


def _wrong(tx: Tx) -> int:
    return len(tx.all("SELECT nothing FROM nowhere"))


async def test_a_read_that_fails_spoils_no_other(database: SqliteDatabase) -> None:
    results = await asyncio.gather(
        *(database.read(work) for work in (_count, _refuse, _wrong, _count)),
        return_exceptions=True,
    )
    assert results[0] == results[3] == 0
    assert isinstance(results[1], UserError)
    assert isinstance(results[2], StorageError)


async def test_a_read_sees_what_was_written_before_it(database: SqliteDatabase) -> None:
    assert await database.read(_count) == 0
    await database.write(_add)
    assert await database.read(_count) == 1


async def test_who_waits_gets_an_answer_when_the_one_who_reads_for_them_is_cancelled(
    database: SqliteDatabase,
) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> int:
        reading.set()
        go_on.wait(10)
        return _count(tx)

    leader = asyncio.create_task(database.read(slow))
    await asyncio.to_thread(reading.wait, 10)
    waiting = [asyncio.create_task(database.read(_count)) for _ in range(3)]
    given_up = asyncio.create_task(database.read(_refuse))
    await asyncio.to_thread(lambda: None)
    leader.cancel()
    given_up.cancel()
    go_on.set()
    assert await asyncio.gather(*waiting) == [0, 0, 0]
    for task in (leader, given_up):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_version_tells_of_other_processes_only(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    before = await database.data_version()
    await database.write(_add)
    assert await database.data_version() == before
    other = await SqliteDatabase.open(tmp_path / "house.db")
    await other.write(lambda tx: tx.run("UPDATE publication SET name = 'The Other'"))
    await other.close()
    assert await database.data_version() != before


async def test_every_change_to_the_house_is_a_new_version_of_it(database: SqliteDatabase) -> None:
    async def version() -> int:
        row = await database.read(lambda tx: tx.one("SELECT version FROM house"))
        assert row is not None
        return int(row["version"])

    seen = {await version()}
    for sql in (
        "INSERT INTO publication (id, name, created) VALUES (1, 'The Paper', 0)",
        "INSERT INTO channel (id, publication, platform, place, purpose, kind)"
        " VALUES (1, 1, 'telegram', '-1', 'desk', 'group')",
        "INSERT INTO moderator (publication, tag, name) VALUES (1, 'tag', 'Boss')",
        "UPDATE channel SET dead = 'gone'",
        "UPDATE moderator SET name = 'Chief'",
        "UPDATE publication SET mode = 'open'",
        "DELETE FROM moderator",
        "DELETE FROM channel",
        "DELETE FROM publication",
    ):
        await database.write(lambda tx, sql=sql: tx.run(sql))  # type: ignore[misc]
        seen.add(await version())
    assert len(seen) == 10
