"""The commands that ask the platforms, over the rehearsal's, whose addresses they find by
themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots import rehearse, run
from core.clock import SystemClock
from core.settings import load
from tests.cli.conftest import Terminal


@pytest.fixture
async def theatre(tmp_path: Path, terminal: Terminal) -> AsyncIterator[rehearse.Theatre]:
    """Both platforms on this machine, and a publication without channels."""
    settings = load({"DATA_DIR": str(tmp_path / "data")})
    async with rehearse.theatre(settings, run.wiring(settings, SystemClock())) as stage:
        await asyncio.to_thread(terminal.run, "publication", "add", "The Paper")
        yield stage


async def _add(terminal: Terminal, address: str, purpose: str) -> None:
    await asyncio.to_thread(terminal.run, "channel", "add", address, "--for", purpose)


async def test_places_are_connected_and_checked(
    terminal: Terminal, theatre: rehearse.Theatre
) -> None:
    telegram, discord = theatre.stage.telegram, theatre.stage.discord
    await _add(terminal, f"telegram:@{telegram.channel_username}", "announce")
    await _add(terminal, f"telegram:{telegram.group}", "discuss")
    await _add(terminal, f"discord:{discord.forum}", "discuss")
    await _add(terminal, f"discord:{discord.desk}", "desk")
    rows = await asyncio.to_thread(terminal.json, "channel", "list")
    assert [row["purpose"] for row in rows] == ["announce", "discuss", "discuss", "desk"]
    assert rows[0]["address"] == f"telegram:{telegram.channel}"
    found = await asyncio.to_thread(terminal.json, "check")
    assert [one["state"] for one in found] == ["ok"] * 4


async def test_what_is_missing_is_told_with_its_remedy(
    terminal: Terminal, theatre: rehearse.Theatre
) -> None:
    telegram = theatre.stage.telegram
    await _add(terminal, f"telegram:{telegram.group}", "discuss")
    theatre.telegram.make_admin(telegram.group, telegram.bot, can_delete_messages=False)
    found = await asyncio.to_thread(terminal.json, "check", expect=1)
    told = {one["what"]: one for one in found}
    assert told["The bot may not delete messages."]["state"] == "missing"
    assert "delete messages" in told["The bot may not delete messages."]["remedy"]
    assert f"telegram:{telegram.channel}" in told["Its channel is not connected."]["remedy"]
    assert told["Comments wait, and no desk shows them."]["state"] == "note"
    table = await asyncio.to_thread(terminal.run, "check", expect=1)
    assert "The bot may not delete messages." in table.stdout


async def test_places_that_cannot_be_used_are_refused(
    terminal: Terminal, theatre: rehearse.Theatre
) -> None:
    def refused(*words: str) -> str:
        return terminal.refused("channel", "add", *words)

    forum = f"discord:{theatre.stage.discord.forum}"
    assert "administrator" in await asyncio.to_thread(refused, "telegram:-1009", "--for", "desk")
    assert "discuss" in await asyncio.to_thread(refused, forum, "--for", "announce")
    anonymous = ("--for", "discuss", "--names", "anonymous")
    assert "--way door" in await asyncio.to_thread(refused, forum, *anonymous)
    assert await asyncio.to_thread(terminal.json, "channel", "list") == []


async def test_channels_are_forgotten(terminal: Terminal, theatre: rehearse.Theatre) -> None:
    desk = f"discord:{theatre.stage.discord.desk}"
    await _add(terminal, desk, "desk")
    await asyncio.to_thread(terminal.run, "channel", "remove", desk)
    assert await asyncio.to_thread(terminal.json, "channel", "list") == []
    words = await asyncio.to_thread(terminal.refused, "channel", "remove", desk)
    assert "channel list" in words
