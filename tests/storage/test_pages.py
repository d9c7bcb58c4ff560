"""A page of a thread holds what everybody may read of it, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.newsroom.comments.pages import page
from core.ports import Tx
from core.storage.sqlite import SqliteDatabase


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await SqliteDatabase.open(tmp_path / "house.db")
    await opened.write(_furnish)
    yield opened
    await opened.close()


def _furnish(tx: Tx) -> None:
    tx.insert("publication", {"id": 1, "name": "The Paper", "created": 0.0})
    for number in (1, 2):
        article = {"id": number, "publication": 1, "headline": "Report", "state": "published"}
        tx.insert("article", {**article, "token": str(number), "names_key": "", "created": 0.0})
    for number, state, shown in (
        (1, "published", 1), (2, "held", 0), (3, "held", 1), (4, "removed", 1),
        (5, "published", 2), (6, "rejected", 0), (7, "published", 1),
    ):  # fmt: skip
        _comment(tx, number, state, shown)


def _comment(tx: Tx, number: int, state: str, shown: int) -> None:
    row = {"id": number, "article": 1, "number": number, "author": "tag", "name": "Ana"}
    row |= {"platform": "telegram", "way": "chat", "posted": 9.0 + number, "state": state}
    row |= {"revision": 2, "shown": shown, "token": str(number)}
    tx.insert("comment", {**row, "parent": 1 if number == 5 else None})
    for revision in (1, 2):
        text = f'"words {number} in revision {revision}"'
        tx.insert("revision", {"comment": number, "number": revision, "text": text, "at": 0.0})


async def test_only_what_may_be_read_is_on_it(database: SqliteDatabase) -> None:
    rows = await database.read(lambda tx: page(tx, 1, 0, 50))
    assert [row["number"] for row in rows] == [1, 3, 5, 7]
    assert rows[1]["text"] == '"words 3 in revision 1"'
    assert rows[2]["text"] == '"words 5 in revision 2"'
    assert [row["parent"] for row in rows] == [None, None, 1, None]
    assert rows[0]["posted"] == 10.0


async def test_the_next_page_begins_after_a_number(database: SqliteDatabase) -> None:
    assert [r["number"] for r in await database.read(lambda tx: page(tx, 1, 1, 2))] == [3, 5]
    assert [r["number"] for r in await database.read(lambda tx: page(tx, 1, 5, 2))] == [7]
    assert not await database.read(lambda tx: page(tx, 1, 7, 2))


async def test_another_article_has_its_own_pages(database: SqliteDatabase) -> None:
    assert not await database.read(lambda tx: page(tx, 2, 0, 50))
