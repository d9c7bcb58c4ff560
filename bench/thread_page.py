"""thread_page: `Newsroom.page` of 50 comments out of a thread of 100,000 among 1,000,000, in
pages a second, with some waiting readers; the baseline is the same query by bare sqlite3, one
after the other, whose rows nobody reads."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.bare import PRAGMAS
from bench.desk import ARTICLES, furnished
from bench.figures import Figure
from core.newsroom import Newsroom
from core.newsroom.comments.pages import PAGE

LIMIT = 50
LONG = 1
"""The article with the long thread; the others share what is left."""


@dataclass(frozen=True, slots=True)
class Size:
    """Comments in all and in the long thread; pages of each round, and who reads them."""

    comments: int = 1_000_000
    thread: int = 100_000
    rounds: int = 9
    pages: int = 400
    readers: int = 20


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """One figure."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "product.db"
        async with furnished(file) as newsroom:
            _fill(file, size)
            return [await _measured(newsroom, file, size)]


def _fill(file: Path, size: Size) -> None:
    """Every comment after the tenth of its thread answers an earlier one."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        start = _thread(db, LONG, 1, size.thread)
        others = range(LONG + 1, ARTICLES + 1)
        each = (size.comments - size.thread) // len(others)
        for article in others:
            start = _thread(db, article, start, each)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _thread(db: sqlite3.Connection, article: int, start: int, count: int) -> int:
    """A thread whose comments have the ids from `start` on; the first id after it."""
    db.executemany(
        "INSERT INTO comment (id, article, number, parent, author, name, platform, way, posted,"
        " state, shown, token) VALUES (?, ?, ?, ?, ?, ?, 'telegram', 'chat', ?, 'published', 1, ?)",
        (
            (
                start + n, article, n + 1, start + n // 2 if n >= 10 else None,
                f"author {n % 1000}", f"Reader {n % 1000}", 1_790_000_000.0 + n, f"{start + n:016}",
            )
            for n in range(count)
        ),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO revision (comment, number, text, at) VALUES (?, 1, ?, 0)",
        (
            (start + n, f'"At 5:44 somebody said that the harbour was empty that night. ({n})"')
            for n in range(count)
        ),
    )
    return start + count


async def _measured(newsroom: Newsroom, file: Path, size: Size) -> Figure:
    ours: list[float] = []
    bare: list[float] = []
    step = (size.thread - LIMIT) // size.pages
    with closing(_connect(file)) as db:
        for turn in range(size.rounds):
            places = [(n * step + turn) % size.thread for n in range(size.pages)]
            ours.append(await _ours(newsroom, places, size.readers))
            bare.append(_bare(db, places))
    return Figure("thread_page", median(ours), "pages/s", median(bare), at_least=0.6)


async def _ours(newsroom: Newsroom, places: Sequence[int], readers: int) -> float:
    async def reader(share: Sequence[int]) -> None:
        for after in share:
            await newsroom.page(LONG, after, LIMIT)

    began = perf_counter()
    await asyncio.gather(*(reader(places[n::readers]) for n in range(readers)))
    return len(places) / (perf_counter() - began)


def _bare(db: sqlite3.Connection, places: Sequence[int]) -> float:
    began = perf_counter()
    for after in places:
        db.execute(PAGE, {"article": LONG, "after": after, "limit": LIMIT}).fetchall()
    return len(places) / (perf_counter() - began)


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    return db
