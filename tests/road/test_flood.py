"""A thousand comments in a minute, of five hundred people, at a desk whose pace Telegram enforces.

The World's time runs PACE times faster than ours, and the product keeps Telegram's limits so much
faster too; what it does by its own clock (gathering a wave's changes) is slower for it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.telegram.errors import ApiError
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World
from core.newsroom import Rules
from tests.desk.test_waves import RAID, ordinary
from tests.road.house import House, Json, read

PACE = 6.0
COMMENTS, RAIDERS = 1000, 480
EVERY = 50
"""Every so many comments one is like no other."""
COUNTED = ("sendmessage", "editmessagetext", "sendphoto", "editmessagecaption")
_MORE = re.compile(r"(\d+) more comments? wait")
_ALIKE = re.compile(r"Wave\W+(\d+) alike from (\d+) authors")


class WatchedTelegram(TelegramSide):
    """Telegram that remembers what a bot wrote when and where, and whom it refused."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.written: list[tuple[float, int]] = []
        self.refused: list[str] = []

    def run(self, token: str, method: str, params: Json, fetched: Any = None) -> Any:
        try:
            result = super().run(token, method, params, fetched)
        except ApiError as error:
            if error.code == 429:
                self.refused.append(method)
            raise
        if method.lower() in COUNTED:
            self.written.append((self.world.clock.now(), int(params["chat_id"])))
        return result


class PacedHouse(House):
    telegram_pace = 1 / PACE
    patience = 200.0

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__(world, folder, Rules())
        self.watched = WatchedTelegram(world)
        self.telegram = self.watched
        self.telegram_server = TelegramServer(world, self.telegram)

    def boards(self) -> Iterator[list[tuple[str, list[str]]]]:
        """What stands at each desk: (text, buttons)."""
        yield [(m.get("text", ""), _buttons(m)) for m in self.cards()]
        there = self.discord.messages(self.places.discord_desk)
        yield [(read(m), _labels(m)) for m in there]


def _buttons(message: Json) -> list[str]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def _labels(message: Json) -> list[str]:
    return [b.get("label", "") for row in message["components"] for b in row["components"]]


def _open(board: list[tuple[str, list[str]]]) -> tuple[list[str], list[str]]:
    """The texts of open cards: of single comments, and of waves."""
    own = [text for text, labels in board if "Approve" in labels]
    return own, [text for text, labels in board if "Reject all" in labels]


def _accounted(board: list[tuple[str, list[str]]]) -> int:
    """Comments that are on a card, or in the line that counts the others."""
    own, waves = _open(board)
    alike = sum(int(found[1]) for text in waves if (found := _ALIKE.search(text)))
    more = sum(int(n) for text, _ in board for n in _MORE.findall(text))
    return len(own) + alike + more


@pytest.mark.campaign
@pytest.mark.timeout(300)
async def test_a_thousand_comments_in_a_minute_leave_a_usable_desk(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db", clock=WorldClock(PACE))
    house = PacedHouse(world, tmp_path)
    house.furnish()
    await house.open()
    try:
        await house.start()
        try:
            await house.connect()
            await house.publish()
            await _flooded(house)
        finally:
            await house.stop()
    finally:
        await house.close()


async def _flooded(house: PacedHouse) -> None:
    t, root = house.telegram, house.root()
    people = [t.add_person(f"P{number}") for number in range(RAIDERS + COMMENTS // EVERY)]
    for person in people:
        t.join(house.places.group, person)
    t.flood.limits.enabled = True
    began = house.world.clock.now()
    for number in range(COMMENTS):
        wait = began + 60.0 * number / COMMENTS - house.world.clock.now()
        await asyncio.sleep(max(0.0, wait / PACE))
        raids = number % EVERY != EVERY // 2
        who = people[number % RAIDERS if raids else RAIDERS + number // EVERY]
        words = RAID + "." * (number % 5) if raids else ordinary(number)
        t.person_posts(who, house.places.group, words, under=root)
        if number % 10 == 0:
            _within(house)
    await _calm(house)
    _told(house)
    assert house.watched.refused == []
    moments = [at for at, chat in house.watched.written if chat == house.places.desk and at > began]
    busiest = max(sum(at <= other < at + 60 for other in moments) for at in moments)
    assert busiest <= 20, "the budget of one group"


def _within(house: PacedHouse) -> None:
    """There are never more open cards than a desk may have."""
    for board in house.boards():
        own, waves = _open(board)
        assert len(own) + len(waves) <= 10, [text[:40] for text in own + waves]


async def _calm(house: PacedHouse) -> None:
    """Wait until everything is stored and every card shows how it stands."""

    async def calm() -> bool:
        _within(house)
        held = "SELECT count(*) AS n FROM comment WHERE state = 'held'"
        level = "SELECT count(*) AS n FROM delivery WHERE want <> have"
        rows = await house.product.newsroom.look(lambda tx, _: [tx.one(held), tx.one(level)])
        return [row["n"] for row in rows if row is not None] == [COMMENTS, 0]

    await house.until_async(calm, "every comment is at the desk")


def _told(house: PacedHouse) -> None:
    """Nothing is lost, and what is ordinary is not buried."""
    for board in house.boards():
        assert _accounted(board) == COMMENTS
        own, waves = _open(board)
        assert len(own) >= 5
        assert not [text for text in own if RAID[:30] in text], "the raid is in its wave"
        found = _ALIKE.search(waves[0])
        assert found is not None
        assert (int(found[1]), int(found[2])) == (COMMENTS - COMMENTS // EVERY, RAIDERS)
