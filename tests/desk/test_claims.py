"""Who reads a comment, and that nothing of it is left on the card of a decided one."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from core.events import Edited, Person
from core.text.model import Rich
from tests.desk.room import BOSS, MOD, Desk, desk

OPEN = [
    "Approve",
    "Reject",
    "Approve and trust",
    "Edit and approve",
    "Mute",
    "Ban",
    "Note",
    "Context",
]


async def test_a_list_of_reasons_is_a_part_of_the_card_where_all_see_the_same(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("words that wait")
        await house.room.refresh_desks(every=True)
        before = await house.wants(one), await house.wants(one, "discord")
        answer = await house.presses(BOSS, await house.token(one) + "r")
        assert answer.menu == ()
        assert answer.alert == "Why is it rejected?"
        assert "insult" in await house.labels(one)
        assert "Back" in await house.labels(one)
        assert await house.labels(one, "discord") == OPEN
        for side in ("telegram", "discord"):
            assert "Being read by Boss." in (await house.card(one, side)).text.text
        assert (await house.wants(one), await house.wants(one, "discord")) == (
            before[0] + 1,
            before[1] + 1,
        )
        await house.presses(BOSS, await house.token(one) + "m")
        assert await house.labels(one) == OPEN
        assert "Being read" not in (await house.card(one)).text.text


async def test_where_an_answer_is_private_the_card_keeps_its_buttons(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("words that wait")
        answer = await house.presses(MOD, await house.token(one) + "r")
        assert [b.label for row in answer.menu for b in row][-1] == "Back"
        assert await house.labels(one) == await house.labels(one, "discord") == OPEN
        assert "Being read by Mod." in (await house.card(one)).text.text
        other = await house.presses(BOSS, await house.token(one) + "r")
        assert other.alert == "Mod is reading this one too. Why is it rejected?"
        assert "Being read by Boss." in (await house.card(one)).text.text


async def test_a_claim_ends_two_minutes_after_its_last_touch(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("words that wait")
        await house.room.refresh_desks(every=True)
        await house.presses(BOSS, await house.token(one) + "r")
        house.clock.advance(100)
        raised = await house.wants(one)
        await house.presses(BOSS, await house.token(one) + "r")
        assert await house.wants(one) == raised, "the card shows the same"
        house.clock.advance(119)
        await house.room.tidy()
        assert "insult" in await house.labels(one)
        house.clock.advance(2)
        await house.room.tidy()
        assert await house.labels(one) == OPEN
        assert await house.wants(one) == raised + 1
        assert await house.rows("SELECT * FROM claim") == []


async def test_a_new_wording_is_read_by_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path, "held-soft") as house:
        one = await house.say("words that wait")
        await house.presses(BOSS, await house.token(one) + "r")
        await _edits(house)
        assert await house.labels(one) == OPEN
        assert "Being read" not in (await house.card(one)).text.text


async def _edits(house: Desk) -> None:
    await house.room.handle(
        Edited("telegram", "-1002", str(house.posts), Person("Ana", "Ana", "en"),
               Rich("other words"), house.clock.now())
    )  # fmt: skip


ACTS = ("opens", "approves", "picks", "undoes", "waits")


@pytest.mark.parametrize("order", list(permutations(ACTS, 4)), ids="-".join)
async def test_no_open_list_is_left_on_a_decided_card(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """A opens the list while B approves, in every order: the first decides."""
    async with desk(tmp_path) as house:
        one = await house.say("words that wait")
        token = await house.token(one)
        for act in order:
            if act == "opens":
                await house.presses(BOSS, token + "r")
            elif act == "approves":
                await house.presses(MOD, token + "a")
            elif act == "picks":
                await house.presses(BOSS, token + "r1")
            elif act == "undoes":
                await house.commands(MOD, "undo")
            else:
                house.clock.advance(60)
            row = await house.row("SELECT state FROM comment WHERE id = :c", c=one)
            held, labels = row["state"] == "held", await house.labels(one)
            assert ("insult" in labels) <= held, (act, labels)
            assert ("Approve" in labels or "insult" in labels) == held, (act, labels)
            claims = await house.rows("SELECT * FROM claim")
            assert len(claims) <= held, (act, row["state"])
