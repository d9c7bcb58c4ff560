"""queue_page: `/queue` with 100,000 held comments, from the command to its answer, in pages a
second; the baseline is the query of the same page and the count by bare sqlite3."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.bare import PRAGMAS
from bench.desk import ARTICLES, furnished
from bench.figures import Figure
from core.events import Invoked, Person
from core.model import Purpose
from core.newsroom import ChannelPlan, Newsroom
from core.newsroom.context import Context
from core.newsroom.desks.queue import ORDER, PAGE
from core.newsroom.setup import admin
from core.ports import Inspection, Tx

DESK = "-1002000000009"
BOSS = Person("11", "Boss", "en")
SHOWN = 9


@dataclass(frozen=True, slots=True)
class Size:
    """Held comments, rounds, and pages of each round."""

    comments: int = 100_000
    rounds: int = 9
    pages: int = 50


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """One figure."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "product.db"
        async with furnished(file) as newsroom:
            await newsroom.change(_desk)
            _fill(file, size.comments)
            ours, bare = [], []
            for _ in range(size.rounds):
                ours.append(await _pages(newsroom, size.pages))
                bare.append(_bare(file, size.pages))
            return [Figure("queue_page", median(ours), "pages/s", median(bare))]


def _desk(tx: Tx, context: Context) -> None:
    found = Inspection(DESK, "desk", "group")
    admin.add_channel(tx, context, ChannelPlan(1, Purpose.DESK), "telegram", found)
    admin.add_moderator(tx, context, 1, "telegram", BOSS.identity, BOSS.name)


def _fill(file: Path, comments: int) -> None:
    """Every seventh was found by a check; risks of all sizes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        numbers = range(1, comments + 1)
        db.executemany(
            "INSERT INTO comment (id, article, number, author, name, platform, way, posted, state,"
            " risk, withheld, publication, wave, token)"
            " VALUES (?, ?, ?, ?, 'Reader', 'telegram', 'chat', ?, 'held', ?, ?, 1, 0, ?)",
            (
                (n, n % ARTICLES + 1, n, f"author{n % 5000}", 1.7e9 + n, n * 37 % 100 / 100,
                 int(n % 7 == 0), f"token{n}")
                for n in numbers
            ),
        )  # fmt: skip
        db.executemany(
            "INSERT INTO revision (comment, number, text, at) VALUES (?, 1, ?, ?)",
            ((n, f'"A remark of the usual length, number {n}"', 1.7e9 + n) for n in numbers),
        )
        db.execute("COMMIT")


async def _pages(newsroom: Newsroom, pages: int) -> float:
    began = perf_counter()
    for _ in range(pages):
        asked = Invoked("telegram", BOSS, 1.7e9, command="queue", place=DESK)
        answer = await newsroom.handle(asked)
        assert answer is not None
        assert answer.buttons
    return pages / (perf_counter() - began)


def _bare(file: Path, pages: int) -> float:
    sql = PAGE.format(where="c.state = 'held'", order=ORDER)
    values = {"p": 1, "limit": SHOWN, "skip": 0}
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        began = perf_counter()
        for _ in range(pages):
            db.execute(sql, values).fetchall()
            db.execute("SELECT sum(n) FROM waiting WHERE publication = 1").fetchone()
        return pages / (perf_counter() - began)
