"""What is told in words on the other side: polls, moving stickers, places and people's cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord import poll_of
from bots.rehearsal.telegram import Attachment, specials
from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.house import newsroom

Json = dict[str, Any]
PLACE = specials.location(19.4326, -99.1332)
CARD = specials.contact("+526641112233", "Eve Canary")


@asynccontextmanager
async def published(folder: Path) -> AsyncIterator[Hands]:
    """A newsroom that lets comments through, with one article."""
    async with newsroom(folder, mode="open") as house:
        await house.publish()
        yield Hands(house)


async def test_polls_are_words_both_ways(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("", special=specials.poll("Which pier?", ["North", "South"]))
        copy = await hands.house.until(lambda: hands.copy_here("Which pier?"), "on Discord")
        assert "_Poll: Which pier?_\n_· North_\n_· South_" in copy["content"]
        assert not copy.get("poll")
        thread = hands.house.forum_thread() or ""
        hands.d.person_posts(hands.p.ben, thread, "", poll=poll_of("Who pays?", "All", "None"))
        back = await hands.house.until(lambda: hands.copy_there("Who pays?"), "on Telegram")
        assert "Poll: Who pays?\n· All\n· None" in back["text"]


async def test_a_moving_sticker_is_its_picture_or_what_it_is_called(tmp_path: Path) -> None:
    """Telegram's by its thumbnail, else by its emoji; Discord's drawn ones by their name."""
    async with published(tmp_path) as hands:
        hands.ana("", media=Attachment("sticker", emoji="🦊", form="animated"))
        copy = await hands.house.until(lambda: _with_file(hands), "on Discord")
        assert "🦊" not in copy["content"]
        fault = {"ok": False, "error_code": 400, "description": "Bad Request: wrong file_id"}
        lost = Fault("telegram", "getFile", "status", times=9, status=400, body=fault)
        hands.house.world.faults.add(lost)
        hands.ana("", media=Attachment("sticker", emoji="🐙", form="video"))
        await hands.house.until(lambda: hands.copy_here("🐙"), "by its emoji")
        guild = hands.d.channel(hands.p.forum)["guild_id"]
        drawn = hands.d.add_sticker(guild, "wave", b"{}", form="lottie")
        thread = hands.house.forum_thread() or ""
        hands.d.person_posts(hands.p.ben, thread, "", stickers=(drawn,))
        await hands.house.until(lambda: hands.copy_there(":wave:"), "by its name")


def _with_file(hands: Hands) -> Json | None:
    found = hands.d.messages(hands.house.forum_thread() or "")
    return next((m for m in found if m["author"].get("bot") and m["attachments"]), None)


@pytest.mark.parametrize(
    ("special", "kind", "secrets"),
    [(PLACE, "location", ("19.4", "99.1")), (CARD, "contact", ("+52664", "Canary"))],
)
async def test_what_identifies_people_is_held_and_never_carried(
    tmp_path: Path, special: Json, kind: str, secrets: tuple[str, ...]
) -> None:
    """Whatever the mode, and whoever sent it."""
    async with published(tmp_path) as hands:
        hands.ana("something first")
        await hands.house.until(lambda: hands.copy_here("something first"), "let through")
        await hands.at_desk("/trust 1#1")
        own = hands.ana("", special=special)
        card = await hands.house.until(lambda: hands.house.card(kind), "a card")
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "removed")
        hands.presses(card, "Approve")
        words = f"Attached: {kind}"
        there = await hands.house.until(partial(hands.copy_there, words), "on Telegram")
        here = await hands.house.until(partial(hands.copy_here, words), "on Discord")
        said = str([there, here, hands.house.cards(), hands.d.messages(hands.p.discord_desk)])
        assert not [secret for secret in secrets if secret in said]
