"""Threads that close after their days, and that become slow while comments wait for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clock import SystemClock
from tests.road import house
from tests.road.hands import Hands
from tests.road.house import read
from tests.road.test_reports import published
from tests.road.test_slow import root_text

DAY = 86_400.0


class Later(SystemClock):
    """The real clock, some time ahead."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + Later.ahead


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Later, "ahead", 0.0)
    monkeypatch.setattr(house, "SystemClock", Later)


def days_pass(days: float) -> None:
    Later.ahead += days * DAY


def told(hands: Hands, words: str) -> list[str]:
    return [text for text in hands.t.texts(hands.p.desk) if words in text]


async def test_a_thread_closes_after_its_days_once_and_can_be_opened_again(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        days_pass(3)
        await hands.settled()
        assert "Comments are moderated" in root_text(hands), "off by default"
        await hands.at_desk("/options close_after_days 2")
        await hands.house.until(lambda: "closed" in root_text(hands), "closed")
        await hands.house.until(lambda: told(hands, "closed after 2 days"), "told")
        thread = hands.house.forum_thread()
        assert thread
        await hands.house.until(
            lambda: hands.d.channel(thread)["thread_metadata"]["locked"], "locked on Discord"
        )
        assert "Open for comments again" in await hands.at_desk("/unlock 1")
        await hands.house.until(lambda: "moderated" in root_text(hands), "open again")
        hands.ana("Still something to say")
        await hands.house.until(lambda: hands.copy_here("Still something"), "it stays open")
        assert len(told(hands, "closed after")) == 1
        closings = [row for row in await hands.log() if row["action"] == "close"]
        assert [(row["actor"]) for row in closings] == ["system"]


async def test_a_thread_slows_while_comments_wait_and_ends_it_by_itself(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("Waiting and waiting")
        card = await hands.house.until(lambda: hands.house.card("Waiting and"), "held")
        days_pass(0.25)
        await hands.house.until(lambda: told(hands, "slow mode is on there"), "told at the desk")
        await hands.house.until(
            lambda: "kept by this bot: one comment in 1 minute" in root_text(hands), "in the group"
        )
        thread = hands.house.forum_thread()
        assert thread
        await hands.house.until(
            lambda: "Slow mode: one comment in 1 minute." in read(hands.d.messages(thread)[0]),
            "in the thread",
        )
        assert hands.d.channel(thread)["rate_limit_per_user"] == 60
        said = "Comments here wait for long"
        there = await hands.house.until(lambda: hands.house.group_message(said), "said there")
        assert there["reply_to_message"]["message_id"] == hands.house.root()
        await hands.house.until(lambda: hands.house.thread_message(said), "and here")
        card = await hands.house.until(lambda: hands.house.card("Waiting and"), "the card")
        hands.presses(card, "Approve")
        await hands.house.until(lambda: told(hands, "is over"), "over")
        await hands.house.until(
            lambda: not hands.d.channel(thread)["rate_limit_per_user"], "not slow any more"
        )
        assert len(told(hands, "slow mode is on there")) == 1
        await hands.house.until(
            lambda: not hands.house.group_message(said) and not hands.house.thread_message(said),
            "not said any more",
        )


async def test_what_a_moderator_says_of_slow_mode_stands(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("Waiting and waiting")
        await hands.house.until(lambda: hands.house.card("Waiting and"), "held")
        days_pass(0.25)
        await hands.house.until(lambda: told(hands, "slow mode is on there"), "slowed")
        await hands.at_desk("/slow 1 off")
        thread = hands.house.forum_thread()
        assert thread
        await hands.house.until(
            lambda: not hands.d.channel(thread)["rate_limit_per_user"], "as they said"
        )
        await hands.house.product.newsroom.tend_threads()
        await hands.settled()
        assert not hands.d.channel(thread)["rate_limit_per_user"], "not slowed again"
        await hands.house.until(
            lambda: not hands.house.group_message("Comments here wait"), "not said any more"
        )
        actions = [row["action"] for row in await hands.log()]
        assert actions == ["slow", "slow"]


async def test_an_old_comment_that_is_withheld_has_not_waited_yet(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/options report_threshold 1")
        hands.ana("Said a week ago")
        copy = await hands.house.until(lambda: hands.copy_here("a week ago"), "relayed")
        days_pass(7)
        opened = await hands.menu(hands.p.ben, "Report", copy["id"])
        await hands.submits(hands.p.ben, opened, "threat")
        await hands.nowhere("a week ago")
        await hands.house.product.newsroom.tend_threads()
        await hands.settled()
        assert not told(hands, "slow mode is on there")
        days_pass(1)
        await hands.house.until(lambda: told(hands, "slow mode is on there"), "now it has")
