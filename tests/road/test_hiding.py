"""What must not be read any more goes although the group may get nothing for a while."""

from __future__ import annotations

from pathlib import Path

from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.test_edits import published
from tests.road.test_gathering import busy, heads

WHILE = 600
"""Seconds for which Telegram takes nothing: longer than any test waits."""


async def test_a_removal_does_not_wait_for_the_pace(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        house = hands.house
        house.world.faults.add(Fault("telegram", "sendMessage", "429", retry_after=WHILE))
        hands.ben("waits for long")
        own = hands.ana("see https://bad.example/")
        await house.until(lambda: hands.t.message(hands.p.group, own) is None, "removed")
        assert not hands.copy_there("waits for long")


async def test_what_shares_a_message_goes_with_it_where_the_edit_would_wait(
    tmp_path: Path,
) -> None:
    async with busy(tmp_path, ("one fish", "two fish")) as hands:
        house = hands.house
        shared = house.group_message("one fish") or {}
        assert heads(shared) == ["#1 Ben · Discord", "#2 Ben · Discord"]
        await _deleted_meanwhile(hands, "two fish")
        await hands.nowhere("two fish")


async def test_what_leaves_a_placeholder_goes_where_the_edit_would_wait(tmp_path: Path) -> None:
    """Somebody answered it: its words go at once, and the placeholder comes when it can."""
    async with published(tmp_path) as hands:
        house = hands.house
        hands.ben("one fish")
        copy = await house.until(lambda: house.group_message("one fish"), "relayed")
        hands.ana("two fish", reply=copy["message_id"])
        await house.until(lambda: house.thread_message("two fish"), "answered")
        await _deleted_meanwhile(hands, "one fish")
        await hands.nowhere("one fish")


async def _deleted_meanwhile(hands: Hands, words: str) -> None:
    """Telegram takes nothing any more for the group, and Ben deletes what he wrote on Discord."""
    house = hands.house
    house.world.faults.add(Fault("telegram", "sendMessage", "429", retry_after=WHILE))
    hands.ben("closes the group")
    await house.until_async(lambda: _resting(hands), "Telegram takes nothing")
    own = house.thread_message(words) or {}
    house.discord.person_deletes(hands.p.ben, own["id"])


async def _resting(hands: Hands) -> bool:
    row = await hands.house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT 1 FROM delivery WHERE want <> have AND attempts > 0")
    )
    return row is not None
