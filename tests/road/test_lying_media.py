"""Files that are not what they are said to be: nothing of them goes further than they may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord.cdn import ATTACHMENT
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from core import spooler
from tests.road.hands import Hands
from tests.road.test_media import ben, here, published, rows, spooled, there

Json = dict[str, Any]
PAGE = b"<!DOCTYPE html><html><body>Log in first</body></html>"


async def _becomes(hands: Hands, data: bytes, size: int) -> None:
    """Discord told of one file; what its address gives is another."""
    files = hands.house.world.files
    kept = files.keep(data, size)
    for doc in hands.d.state.all("file"):
        hands.d.state.put("file", doc | {"name": kept})
    hands.house.world.faults.clear()


async def _told(hands: Hands, words: str) -> None:
    await hands.house.until(
        lambda: any(words in m.get("text", "") for m in hands.house.cards()), f"told: {words}"
    )


def _not_yet(hands: Hands) -> None:
    hands.house.world.faults.add(Fault("discord", ATTACHMENT, "status", times=99, status=503))


async def test_more_than_was_told_is_not_taken(tmp_path: Path) -> None:
    """One kilobyte by its own word, forty megabytes in truth."""
    async with published(tmp_path, "held") as hands:
        _not_yet(hands)
        ben(hands, "small", ("small.jpg", jpeg(20, 20)))
        await _becomes(hands, jpeg(20, 20), 40 << 20)
        await _told(hands, "1#1 was rejected, because what is attached to it cannot be fetched (it"
                    " is larger than it was said to be)")  # fmt: skip
        await hands.settled()
        assert not spooled(tmp_path)


async def test_a_page_is_no_picture(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        ben(hands, "a picture, it says", ("quay.jpg", PAGE))
        await _told(hands, "it is a page and not what it is said to be")
        await hands.settled()
        assert not spooled(tmp_path)


async def test_where_nothing_is_held_its_line_says_that_it_is_missing(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ben(hands, "a picture, it says", ("quay.jpg", PAGE))
        copy = await hands.house.until(
            lambda: hands.copy_there("a picture, it says"), "relayed without it"
        )
        assert "Not shown here: photo" in copy["text"]
        [row] = await rows(hands)
        assert row["why"] == "it is a page and not what it is said to be"


async def test_a_page_that_says_it_is_one_goes_as_a_file(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ben(hands, "the page", ("quay.html", PAGE))
        await hands.house.until(lambda: there(hands, "document"), "as a file")
        await hands.settled()
        assert not here(hands)


async def test_what_comes_too_slowly_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooler, "LONGEST_FETCH", 0.2)
    monkeypatch.setattr(spooler, "MOST_TRIES", 2)
    async with published(tmp_path, "held") as hands:
        fault = Fault("discord", ATTACHMENT, "stall", times=99, seconds=60, after=10)
        hands.house.world.faults.add(fault)
        ben(hands, "slow", ("slow.jpg", jpeg(20, 20)))
        await _told(hands, "it comes too slowly")
        await hands.settled()
        assert not spooled(tmp_path)
