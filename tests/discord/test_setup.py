"""What `inspect` finds missing in a channel, and the commands that Discord is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from bots.discord.setup import commands
from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, READER, Permission
from core.commands import COMMANDS
from core.errors import UserError
from core.ports import Inquiry
from tests.discord.house import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.adapter.start()
        yield made


async def test_each_kind_of_channel_is_told(home: House) -> None:
    for place, kind in ((home.forum, "forum"), (home.text, "text"), (home.news, "announcement")):
        found = await home.adapter.inspect(Inquiry(place, "discuss"))
        assert (found.place, found.kind) == (place, kind)
        assert found.problems == ()
        assert found.bot_name == "Commonthread"
        assert found.link.endswith(place)
        assert found.title.startswith("#")


async def test_missing_permissions_are_named_with_their_remedy(home: House) -> None:
    less = BOT & ~Permission.MANAGE_THREADS & ~Permission.MANAGE_WEBHOOKS
    home.side.set_bot_permissions(home.bot, home.guild, less)
    plain = await home.adapter.inspect(Inquiry(home.forum, "discuss"))
    assert ["Manage Threads" in p.what for p in plain.problems] == [True]
    assert "Commonthread" in plain.problems[0].remedy
    webhook = await home.adapter.inspect(Inquiry(home.forum, "discuss", style="webhook"))
    assert len(webhook.problems) == 2


async def test_a_door_demands_that_people_cannot_write_in_threads(home: House) -> None:
    door = Inquiry(home.forum, "discuss", way="door")
    (problem,) = (await home.adapter.inspect(door)).problems
    assert problem.fatal
    assert "@everyone" in problem.remedy
    home.side.set_overwrites(
        home.forum,
        overwrite(home.guild, deny=Permission.SEND_MESSAGES_IN_THREADS),
        overwrite(home.bot, allow=Permission.SEND_MESSAGES_IN_THREADS),
    )
    assert (await home.adapter.inspect(door)).problems == ()


async def test_a_desk_must_not_be_public(home: House) -> None:
    desk = Inquiry(home.desk, "desk")
    (problem,) = (await home.adapter.inspect(desk)).problems
    assert "Everyone can read" in problem.what
    home.side.set_overwrites(
        home.desk,
        overwrite(home.guild, deny=Permission.VIEW_CHANNEL),
        overwrite(home.bot, allow=READER),
    )
    assert (await home.adapter.inspect(desk)).problems == ()


@pytest.mark.parametrize("place", ["general", "123456789012345678"])
async def test_an_unknown_place_is_refused_in_words(home: House, place: str) -> None:
    with pytest.raises(UserError):
        await home.adapter.inspect(Inquiry(place, "discuss"))


async def test_a_thread_is_no_channel(home: House) -> None:
    root = await home.article()
    with pytest.raises(UserError, match="thread"):
        await home.adapter.inspect(Inquiry(str(root.thread), "discuss"))


def test_the_commands_are_within_discords_limits() -> None:
    made = commands()
    slash = [c for c in made if c["type"] == 1]
    menus = [c for c in made if c["type"] == 3]
    assert len(slash) == len(COMMANDS) <= 100
    assert len(menus) <= 15
    for command in slash:
        assert re.fullmatch(r"[-_a-z0-9]{1,32}", command["name"])
        assert 1 <= len(command["description"]) <= 100
        for option in command.get("options", ()):
            assert 1 <= len(option["description"]) <= 100
    assert all(len(c["name"]) <= 32 for c in menus)


@pytest.mark.parametrize("locale", ["es-ES", "es-419"])
def test_names_and_descriptions_are_there_in_spanish(locale: str) -> None:
    """Every command, option and menu entry; within Discord's limits, and none twice."""
    same = {"spam", "text"}
    seen: dict[int, list[str]] = {}
    for command in commands():
        for one in (command, *command.get("options", ())):
            name = one.get("name_localizations", {}).get(locale, one["name"])
            assert name != one["name"] or name in same, one["name"]
            told = one.get("description_localizations", {}).get(locale, "")
            assert command["type"] == 3 or 1 <= len(told or one["description"]) <= 100
            if command["type"] == 1:
                assert re.fullmatch(r"[-_\w]{1,32}", name), name
                assert name == name.lower(), name
        shown = command.get("name_localizations", {}).get(locale, command["name"])
        seen.setdefault(command["type"], []).append(shown)
        assert command["type"] == 3 or command["description_localizations"][locale], shown
    for names in seen.values():
        assert len(set(names)) == len(names)
