"""What one comment and one decision cost does not grow with what other articles hold."""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.events import Posted
from core.newsroom.context import Context
from core.ports import Row, Tx
from core.storage.sqlite import SqliteTx
from core.text.model import Rich
from tests.desk.room import BOSS, MOD, THREADS, Desk, desk

LESS, MORE = 200, 2000
EACH = 25
"""So many steps of SQLite's machine are counted as one."""


@dataclass
class Steps:
    """What SQLite's machine did, in units of EACH steps; it does not depend on the time."""

    n: int = 0

    def turn(self) -> int:
        self.n += 1
        return 0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    found, inner = Steps(), SqliteTx.__init__

    def init(self: SqliteTx, db: sqlite3.Connection) -> None:
        inner(self, db)
        db.set_progress_handler(found.turn, EACH)

    monkeypatch.setattr(SqliteTx, "__init__", init)
    return found


_numbers = itertools.count(10**15)


def _token() -> str:
    return str(next(_numbers))


def _copied(tx: Tx, table: str, row: Row, **changed: Any) -> int:
    return tx.insert(table, {**{name: row[name] for name in row.keys()}, **changed})  # noqa: SIM118


def _more_of_it(number: int) -> Any:
    """So many comments as the first, with all that hangs on them, in an article of their own."""

    def fill(tx: Tx, _context: Context) -> None:
        first = tx.all("SELECT * FROM article WHERE id = 1")[0]
        article = _copied(
            tx, "article", first, id=None, token=_token(), link=_token(), comments=number
        )
        comment = tx.all("SELECT * FROM comment WHERE id = 1")[0]
        revision = tx.all("SELECT * FROM revision WHERE comment = 1")[0]
        mine = tx.all(
            "SELECT * FROM delivery WHERE subject IN ('comment', 'card') AND subject_id = 1"
        )
        shown = tx.all("SELECT * FROM message LIMIT 1")[0]
        for one in range(1, number + 1):
            made = _copied(
                tx, "comment", comment, id=None, article=article, number=one, token=_token(),
                author=f"other {one % 50}",
            )  # fmt: skip
            _copied(tx, "revision", revision, comment=made)
            for each in mine:
                delivery = _copied(
                    tx, "delivery", each, id=None, subject_id=made, article=article, rank=one,
                    have=each["want"],
                )  # fmt: skip
                message = _copied(tx, "message", shown, id=None, platform_id=_token())
                tx.insert("shows", {"delivery": delivery, "message": message, "position": 0})

    return fill


async def _works(house: Desk, who: str) -> None:
    """A comment's life, with an answer and an album."""
    first = await house.say(f"{who} says the first thing", who=who)
    await house.presses(BOSS, await house.token(first) + "a")
    await house.edits(first, f"{who} says it in other words")
    await house.presses(MOD, await house.token(first) + "a")
    number = (await house.row("SELECT number FROM comment WHERE id = :c", c=first))["number"]
    place, thread = THREADS["telegram"]
    for piece in ("x", "y"):
        house.posts += 1
        await house.room.handle(
            Posted("telegram", place, thread, str(house.posts), BOSS, Rich(piece),
                   house.clock.now(), reply_to=str(house.posts - 1), album=f"album of {who}")
        )  # fmt: skip
    await house.commands(BOSS, f"remove 1#{number}")
    await house.commands(BOSS, "undo")
    await house.room.refresh_desks(every=True)


async def test_a_comment_and_its_decisions_cost_the_same_beside_ten_times_as_many(
    tmp_path: Path, steps: Steps
) -> None:
    async with desk(tmp_path) as house:
        first = await house.say("a comment as many", who="Ana")
        await house.room.refresh_desks(every=True)
        await house.presses(BOSS, await house.token(first) + "a")
        found = []
        for who, number in (("Zoe", LESS), ("Yan", MORE)):
            await house.room.change(_more_of_it(number))
            before = steps.n
            await _works(house, who)
            found.append(steps.n - before)
        assert found[0] > 0
        assert found[1] < 1.5 * found[0], found
