"""What decisions teach, and that undoing them takes exactly that back."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tests.road.hands import Hands
from tests.road.house import newsroom

SALE = "Cheap casino bonus number {}, buy it now at our place"
GOOD = "I was at the harbour on night {} and it was empty, believe me"


@asynccontextmanager
async def published(folder: Path, mode: str = "held") -> AsyncIterator[Hands]:
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


def learned(folder: Path) -> list[Any]:
    """Everything that is kept of what was taught."""
    with closing(sqlite3.connect(folder / "commonthread.db")) as db:
        counts = db.execute("SELECT feature, good, bad FROM learned ORDER BY feature").fetchall()
        return [counts, db.execute("SELECT * FROM lesson ORDER BY comment, revision").fetchall()]


async def waits(hands: Hands, words: str) -> dict[str, Any]:
    hands.ana(words)
    card: dict[str, Any] = await hands.house.until(lambda: hands.house.card(words), words)
    return card


async def test_decisions_teach_until_the_card_tells_what_a_comment_is_like(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/options learn_least 2")
        await hands.at_desk("/options repeats off")
        for number in range(2):
            await waits(hands, GOOD.format(number))
            assert await hands.at_desk(f"/approve 1#{2 * number + 1}") != ""
            await waits(hands, SALE.format(number))
            said = await hands.at_desk(f"/spam 1#{2 * number + 2}")
            assert said == f"Rejected #{2 * number + 2}."
        card = await waits(hands, SALE.format("seven"))
        assert "% like what was rejected here: “" in card["text"]
        assert "casino" in card["text"].split("rejected here")[1]
        plain = await waits(hands, "The harbour was empty that night, believe me")
        assert "like what was rejected" not in plain["text"]


async def test_undoing_unteaches_exactly_and_a_ban_teaches_nothing(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await waits(hands, GOOD.format("one"))
        await hands.at_desk("/approve 1#1")
        await hands.copies("night one")
        before = learned(tmp_path)
        assert before[1] == [(1, 1, "good")]
        said = await hands.slash(hands.p.mod, hands.p.discord_desk, "spam", comment="1#1")
        assert said == "Removed #1 everywhere."
        taught = learned(tmp_path)
        assert taught[1] == [(1, 1, "bad")]
        assert all((good, bad) == (0, 1) for _, good, bad in taught[0])
        newest = (await hands.log())[-1]["id"]
        assert (await hands.at_desk(f"/undo {newest}")).startswith("Taken back: ")
        assert learned(tmp_path) == before
        await hands.copies("night one")
        await waits(hands, SALE.format("two"))
        await hands.at_desk("/reject 1#2 insult")
        await hands.at_desk("/ban 1#2")
        assert learned(tmp_path) == before
        assert await hands.at_desk("/spam 1#2") == "Learned from #2."
        assert await hands.at_desk("/spam 1#2") == "That is so already."
        assert (2, 1, "bad") in learned(tmp_path)[1]
        await hands.at_desk("/undo")
        assert learned(tmp_path) == before


async def test_the_table_spells_out_nothing(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await waits(hands, "zanzibarish words of mine and nobody else's")
        await hands.at_desk("/spam 1#1")
        rows = learned(tmp_path)
        assert rows[0]
        assert "zanzibar" not in repr(rows)
