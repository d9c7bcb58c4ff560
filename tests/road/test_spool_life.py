"""The spool holds so much, for so long: never less than a decision or a send needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from core import spooler
from core.newsroom import Rules
from tests.road.hands import Hands
from tests.road.house import newsroom
from tests.road.test_media import MEGABYTE, ben, here, spooled, there

BRIEF = Rules(spool_life=0.2)


async def test_files_go_when_their_time_is_over_but_not_while_they_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooler, "TIDY_EVERY", 0.0)
    async with newsroom(tmp_path, rules=BRIEF) as house:
        await house.publish()
        hands = Hands(house)
        hands.ana("first", media=Attachment("photo", jpeg(64, 48)))
        first = await house.until(lambda: house.card("first"), "a card")
        hands.ana("second", media=Attachment("photo", jpeg(48, 64)))
        second = await house.until(lambda: house.card("second"), "a card")
        hands.presses(first, "Approve")
        await house.until(lambda: len(here(hands)) == 1, "on Discord")
        await house.until(lambda: len(spooled(tmp_path)) == 1, "the first one's bytes go")
        await hands.settled()
        hands.presses(second, "Approve")
        await house.until(lambda: len(here(hands)) == 2, "the second one's were still there")
        await house.until(lambda: not spooled(tmp_path), "and go as well")
        await hands.settled()
        assert len(here(hands)) == len(there(hands, "photo")) == 2, "what is up stays up"


async def test_a_full_spool_is_told(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        hands = Hands(house)
        house._wiring = replace(house._wiring, spool_quota=MEGABYTE)
        await house.restart()
        hands.ana("too much", media=Attachment("video", size=3 * MEGABYTE))
        copied = "What is attached to 1#1 cannot be fetched (the spool is full). Its original was"
        await house.until(lambda: house.told(copied), "copied to the desk, and told")
        ben(hands, "too much there", ("a.bin", bytes(2 * MEGABYTE)))
        lost = "1#2 was rejected, because what is attached to it cannot be fetched (the spool"
        await house.until(lambda: house.told(lost), "rejected, and told")
        assert [m for m in house.cards() if "video" in m]
        await hands.at_desk("/mode 1 open")
        hands.ana("too much again", media=Attachment("video", size=3 * MEGABYTE))
        copy = await house.until(lambda: hands.copy_here("too much again"), "relayed in words")
        assert "Not shown here: video, 3.0 MB" in copy["content"]
        assert not spooled(tmp_path)
