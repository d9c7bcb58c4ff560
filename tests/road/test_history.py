"""/history: what was decided, by whom, about whom and where; page by page, on both platforms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.newsroom.decisions.history import PAGE
from tests.road.hands import Hands
from tests.road.house import newsroom

ACT = re.compile(r"\d:\d\d (\w+ [\d#]+)")
"""What was done to what, behind the time of a line."""


@asynccontextmanager
async def published(folder: Path) -> AsyncIterator[Hands]:
    async with newsroom(folder) as house:
        await house.publish()
        yield Hands(house)


async def _decided(hands: Hands) -> None:
    """Boss refuses one of Ana's two comments, Mod approves Ben's."""
    hands.ana("from Ana, first")
    hands.ana("from Ana, second")
    await hands.house.until(lambda: hands.house.card("Ana, second"), "cards")
    hands.ben("from Ben")
    await hands.house.until(lambda: hands.house.discord_card("from Ben"), "cards")
    await hands.at_desk("/reject 1#1 off topic")
    await hands.slash(hands.p.mod, hands.p.discord_desk, "approve", comment="1#3")
    await hands.at_desk("/approve 1#2")


async def test_a_history_is_of_a_moderator_an_author_an_article_or_a_comment(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        await _decided(hands)

        async def listed(words: str) -> list[str]:
            there = await hands.at_desk(f"/history {words}")
            here = await hands.slash(hands.p.mod, hands.p.discord_desk, "history", text=words)
            assert [line.split(" ", 1)[1] for line in there.splitlines()] == [
                line.replace("\\", "").replace("**", "").split(" ", 1)[1]
                for line in here.splitlines()
            ]
            found = (ACT.search(line) for line in there.splitlines())
            return [act[1] if act else "" for act in found]

        assert await listed("moderator Boss") == ["approve 1#2", "reject 1#1"]
        assert await listed("moderator mo") == ["approve 1#3"]
        assert (await listed("author 1#1"))[1:] == ["approve 1#2", "reject 1#1"]
        assert (await listed("author 1#3"))[1:] == ["approve 1#3"]
        assert await listed("article 1") == [
            "approve 1#2", "approve 1#3", "reject 1#1", "publish 1",
        ]  # fmt: skip
        assert await listed("1#1") == ["reject 1#1"]
        await hands.house.publish("Second story")
        assert "publish 2" in await listed("article 2")
        assert "Nothing here was decided by Carol." in await hands.at_desk(
            "/history moderator Carol"
        )
        assert "Write /history alone" in await hands.at_desk("/history everything")


async def test_an_undo_shows_on_both_lines(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await _decided(hands)
        first = (await hands.log())[0]["id"]
        await hands.at_desk(f"/undo {first}")
        lines = (await hands.at_desk("/history 1#1")).splitlines()
        undo = lines[0].split()[0]
        assert f"undo 1#1 (takes back {first}) · Boss" in lines[0]
        assert f"reject 1#1 (taken back by {undo}) · Boss: off topic" in lines[1]


async def test_a_long_history_is_paged_by_buttons_and_by_number(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for _ in range(PAGE):
            await hands.at_desk("/lock 1")
            await hands.at_desk("/unlock 1")
        numbers = [str(row["id"]) for row in reversed(await hands.log())]
        assert "write 2 behind" in await hands.at_desk("/history article 1")
        first = hands.t.messages(hands.p.desk)[-1]
        assert [line.split()[0] for line in first["text"].splitlines()[:-1]] == numbers[:PAGE]
        *undo, older = hands.buttons(first)
        assert (len(undo), older) == (PAGE, "Older")
        hands.presses(first, "Older")
        second = await hands.house.until(
            lambda: "Newer" in hands.buttons(m := hands.t.messages(hands.p.desk)[-1]) and m,
            "the second page",
        )
        assert second["text"].splitlines()[0].split()[0] == numbers[PAGE]
        assert (await hands.at_desk("/history article 1 3")).endswith("publish 1 · command line")
        assert await hands.at_desk("/history 9") == "There is nothing older."
        made = await hands.house.until(
            lambda: hands.d.person_commands(
                hands.p.mod, hands.p.discord_desk, "history", {"text": "moderator Boss"}
            ),
            "asked",
        )
        await hands.answered(made, "the first page there")
        hands.d.person_presses(hands.p.mod, made.messages[0]["id"], "Older")
        await hands.house.until(lambda: f"**{numbers[PAGE]}**" in made.text, "paged in place")


async def test_a_button_of_a_page_is_for_moderators_alone(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for _ in range(PAGE):
            await hands.at_desk("/lock 1")
            await hands.at_desk("/unlock 1")
        await hands.at_desk("/history")
        page = hands.t.messages(hands.p.desk)[-1]
        hands.t.join(hands.p.desk, hands.p.ana)
        press = hands.presses(page, "Older", who=hands.p.ana)
        assert await hands.toast(press) == "Sorry, only moderators can do that."
