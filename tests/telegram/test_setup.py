"""Inspections, the commands that Telegram shows, and the token that nobody must see."""

from __future__ import annotations

import logging

import pytest

from bots.rehearsal.world import Fault
from core.clock import FakeClock
from core.commands import COMMANDS
from core.errors import DeliveryError, UserError
from core.events import Invoked
from core.ports import Inquiry
from tests.telegram.house import TOKEN, House, house


async def problems(h: House, place: int | str, purpose: str, way: str = "chat") -> list[str]:
    found = await h.adapter.inspect(Inquiry(str(place), purpose, way))
    return [p.what + ("" if p.fatal else " (warning)") for p in found.problems]


async def test_a_channel_in_order() -> None:
    async with house() as h:
        found = await h.adapter.inspect(Inquiry("@harbour", "announce"))
        assert (found.place, found.kind, found.title) == (str(h.channel), "channel", "The Harbour")
        assert (found.linked, found.link) == (str(h.group), "https://t.me/harbour")
        assert (found.bot_name, found.problems) == ("@commonthread_bot", ())


async def test_a_group_in_order() -> None:
    async with house() as h:
        found = await h.adapter.inspect(Inquiry(str(h.group), "discuss"))
        assert (found.kind, found.linked, found.problems) == ("group", str(h.channel), ())


async def test_rights_that_are_missing_are_named() -> None:
    async with house() as h:
        h.side.make_admin(h.channel, h.bot, can_delete_messages=True)
        h.side.make_admin(h.group, h.bot, can_pin_messages=True)
        assert await problems(h, h.channel, "announce") == [
            "The bot may not post messages.",
            "The bot may not edit messages. (warning)",
        ]
        assert await problems(h, h.group, "discuss") == [
            "The bot may not delete messages.",
        ]


async def test_a_channel_without_a_group_and_for_comments() -> None:
    async with house() as h:
        alone = h.side.add_channel("Alone", owner=h.admin)
        h.side.make_admin(alone, h.bot)
        assert any("no discussion group" in p for p in await problems(h, alone, "announce"))
        assert "People cannot write in a channel." in await problems(h, alone, "discuss")


async def test_privacy_mode_where_the_bot_is_a_plain_member() -> None:
    async with house() as h:
        group = h.side.add_group("Plain", owner=h.admin)
        h.side.join(group, h.bot)
        assert any("privacy mode" in p for p in await problems(h, group, "discuss"))
        assert all("(warning)" in p for p in await problems(h, group, "desk"))


async def test_a_forum_needs_the_right_to_manage_topics() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot, can_delete_messages=True, can_pin_messages=True)
        assert await problems(h, forum, "discuss") == ["The bot may not manage topics."]


async def test_a_door_needs_a_group_in_which_nobody_writes() -> None:
    async with house() as h:
        assert any("show their names" in p for p in await problems(h, h.group, "discuss", "door"))
        group = h.side.known_chat(h.group)
        closed = dict.fromkeys(
            (
                "messages",
                "audios",
                "documents",
                "photos",
                "videos",
                "video_notes",
                "voice_notes",
                "polls",
                "other_messages",
            ),
            False,
        )
        group["permissions"] = {f"can_send_{name}": value for name, value in closed.items()}
        h.side.memory.put_chat(group)
        assert await problems(h, h.group, "discuss", "door") == []


async def test_a_basic_group_must_become_a_supergroup() -> None:
    async with house() as h:
        small = h.side.add_group("Small", owner=h.admin, basic=True)
        h.side.join(small, h.bot)
        assert any("basic group" in p for p in await problems(h, small, "discuss"))
        assert not any("basic group" in p for p in await problems(h, small, "desk"))


@pytest.mark.parametrize("place", ["-1009999999999", "@nobodyhere", "what"])
async def test_an_unknown_place_says_what_to_do(place: str) -> None:
    async with house() as h:
        with pytest.raises(UserError, match="number"):
            await h.adapter.inspect(Inquiry(place, "announce"))


async def test_a_lost_look_up_is_not_taken_for_an_unknown_place() -> None:
    async with house() as h:
        h.world.faults.add(Fault("telegram", "getChat", "drop_before"))
        with pytest.raises(DeliveryError):
            await h.adapter.inspect(Inquiry(str(h.group), "discuss"))


async def test_commands_are_registered_for_readers_and_admins() -> None:
    async with house() as h:
        await h.run()
        admins = {"scope": {"type": "all_chat_administrators"}}

        def known() -> set[str]:
            listed = h.side.call(TOKEN, "getMyCommands", admins)
            return {command["command"] for command in listed}

        await h.eventually(known, "the commands")
        assert known() == {command.name for command in COMMANDS}
        readers = {c["command"] for c in h.side.call(TOKEN, "getMyCommands", {})}
        assert readers == {command.name for command in COMMANDS if command.who == "reader"}


async def test_the_token_is_neither_logged_nor_raised(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with house() as h:
        await h.run()
        for kind, status in (("status", 401), ("status", 404), ("torn", 0), ("drop_after", 0)):
            h.world.faults.add(Fault("telegram", "sendMessage", kind, status=status))
            with pytest.raises(DeliveryError) as caught:
                await h.adapter.send(h.announce(), h.article(), "n1")
            assert TOKEN not in repr(caught.value)
        await h.server.stop()
        with pytest.raises(DeliveryError) as caught:
            await h.adapter.send(h.announce(), h.article(), "n1")
        assert TOKEN not in repr(caught.value)
    assert TOKEN not in caplog.text


async def test_admins_are_looked_up_once_a_minute_and_afresh_for_a_command() -> None:
    async with house() as h:
        clock = h.clock
        assert isinstance(clock, FakeClock)
        await h.run()
        looked: list[str] = []
        h.audits.append(lambda method: looked.append(method))
        for text in ("One", "Two"):
            h.side.person_posts(h.reader, h.group, text)
        await h.sink.until(lambda: len(h.sink.events) == 2)
        assert looked.count("getChatAdministrators") == 1
        clock.advance(61)
        h.side.make_admin(h.group, h.reader, can_delete_messages=True)
        h.side.person_posts(h.reader, h.group, "/queue")
        invoked = await h.sink.first(Invoked)
        assert invoked.person.admin
        assert looked.count("getChatAdministrators") == 2
