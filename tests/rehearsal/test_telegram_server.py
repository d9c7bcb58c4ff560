"""The Bot API over HTTP, driven by the unmodified client library."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    MessageOriginChannel,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    Conflict,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.telegram import FloodLimits, TelegramServer, TelegramSide
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault, Switches, World
from tests.rehearsal.telegram_house import TOKEN, build, poll, serving


async def test_an_article_and_a_comment_through_the_real_client() -> None:
    house = build()
    async with serving(house) as bot:
        sent = await bot.send_message(house.channel, "<b>Headline</b> of it", parse_mode="HTML")
        await house.world.until(lambda: house.side.pending(house.bot), "the automatic forward")
        (update,) = await poll(bot)
        root = update.message
        assert root is not None
        assert root.is_automatic_forward
        assert root.from_user is not None
        assert root.from_user.id == 777000
        assert root.sender_chat is not None
        assert root.sender_chat.id == house.channel
        assert isinstance(root.forward_origin, MessageOriginChannel)
        assert root.forward_origin.message_id == sent.message_id
        assert root.api_kwargs["forward_from_message_id"] == sent.message_id
        house.side.person_posts(house.ana, house.group, "First!", under=root.message_id)
        _, update = await poll(bot)
        comment = update.message
        assert comment is not None
        assert comment.message_thread_id == root.message_id
        assert comment.reply_to_message is not None
        assert comment.reply_to_message.message_id == root.message_id
        answer = await bot.send_message(
            house.group, "Welcome", reply_parameters=ReplyParameters(comment.message_id)
        )
        assert answer.message_thread_id == root.message_id
        assert [m["text"] for m in house.side.thread(house.group, root.message_id)] == [
            "First!",
            "Welcome",
        ]


async def test_updates_are_given_again_until_they_are_confirmed() -> None:
    house = build()
    async with serving(house) as bot:
        for text in ("a", "b", "c"):
            house.side.person_posts(house.ana, house.group, text)
        first = await poll(bot)
        assert await poll(bot) == first
        assert [u.update_id for u in await poll(bot, first[1].update_id)] == [
            u.update_id for u in first[1:]
        ]
        (limited,) = await bot.get_updates(limit=1, timeout=0)
        assert limited.update_id == first[1].update_id
        house.side.person_posts(house.ana, house.group, "d")
        (newest,) = await poll(bot, -1)
        assert newest.message is not None
        assert newest.message.text == "d"
        assert house.side.pending(house.bot) == 1


async def test_a_long_poll_waits_for_the_next_update() -> None:
    house = build()
    async with serving(house) as bot:
        waiting = asyncio.create_task(poll(bot, timeout=30))
        server_polls = house.side.add_person("Cleo")
        house.side.person_posts(server_polls, house.group, "hello")
        (update,) = await waiting
        assert update.message is not None
        assert update.message.text == "hello"


async def test_the_earlier_of_two_polls_gets_the_conflict() -> None:
    house = build()
    server = TelegramServer(house.world, house.side)
    url = f"{await server.start()}/bot{TOKEN}/getUpdates"
    async with aiohttp.ClientSession() as session:
        earlier = asyncio.create_task(_json(session, url, timeout="50"))
        await house.world.until(lambda: server.polling(house.bot), "the first poll")
        later = asyncio.create_task(_json(session, url, timeout="50"))
        answer = await earlier
        assert answer["error_code"] == 409
        assert "terminated by other getUpdates request" in answer["description"]
        house.side.person_posts(house.ana, house.group, "hello")
        assert len((await later)["result"]) == 1
    await server.stop()


async def _json(session: aiohttp.ClientSession, url: str, **data: str) -> Any:
    async with session.post(url, data=data) as response:
        body: dict[str, Any] = await response.json()
        return body


async def test_a_webhook_keeps_polls_away() -> None:
    house = build()
    async with serving(house) as bot:
        await bot.set_webhook("https://example.org/hook")
        assert (await bot.get_webhook_info()).url == "https://example.org/hook"
        with pytest.raises(Conflict, match="webhook is active"):
            await poll(bot)
        await bot.delete_webhook(drop_pending_updates=True)
        assert await poll(bot) == ()


async def test_wrong_token_and_unknown_method() -> None:
    house = build()
    async with serving(house) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.get_chat(-100)
        base = str(bot.base_url).removesuffix(TOKEN)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{base}1:x/getMe") as response:
                assert response.status == 401
                assert (await response.json())["description"] == "Unauthorized"
            async with session.get(f"{base}{TOKEN}/sendNothing") as response:
                assert response.status == 404
                assert await response.json() == {
                    "ok": False,
                    "error_code": 404,
                    "description": "Not Found",
                }
    house = build()
    with pytest.raises(InvalidToken):
        async with serving(house, token="1:other"):
            pass


async def test_every_way_of_passing_parameters() -> None:
    house = build()
    server = TelegramServer(house.world, house.side)
    url = f"{await server.start()}/bot{TOKEN}"
    values: dict[str, Any] = {"chat_id": house.group, "text": "hi"}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/SENDMESSAGE", params=values) as response:
            assert (await response.json())["ok"]
        async with session.post(f"{url}/sendMessage", json=values) as response:
            assert (await response.json())["ok"]
        async with session.post(f"{url}/sendMessage", data=values) as response:
            assert (await response.json())["ok"]
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in values.items():
            form.add_field(name, str(value))
        form.add_field("link_preview_options", json.dumps({"is_disabled": True}))
        async with session.post(f"{url}/sendMessage", data=form) as response:
            assert (await response.json())["ok"]
        async with session.post(
            f"{url}/sendMessage", data="{", headers={"Content-Type": "application/json"}
        ) as response:
            assert response.status == 400
    assert house.side.texts(house.group) == ["hi"] * 4
    await server.stop()


async def test_an_album_is_forwarded_message_by_message() -> None:
    house = build()
    async with serving(house) as bot:
        media = [InputMediaPhoto(jpeg(40, 30), caption="first"), InputMediaPhoto(jpeg(50, 30))]
        sent = await bot.send_media_group(house.channel, media)
        assert len({message.media_group_id for message in sent}) == 1
        await house.world.until(lambda: house.side.pending(house.bot) == 2, "the forwards")
        copies = [update.message for update in await poll(bot)]
        assert all(copy is not None and copy.is_automatic_forward for copy in copies)
        assert len({copy.media_group_id for copy in copies if copy}) == 1
        with pytest.raises(BadRequest):
            await bot.send_media_group(house.channel, media[:1])


@pytest.mark.parametrize(
    ("how", "order"),
    [
        ("after", ["sendMessage", "getUpdates"]),
        ("before", ["getUpdates", "sendMessage"]),
        ("missing", ["sendMessage", "getUpdates"]),
    ],
)
async def test_the_forward_comes_after_the_answer_before_it_or_never(
    how: str, order: list[str]
) -> None:
    house = build(switches=Switches(forward=how))
    answered: list[str] = []
    server = TelegramServer(
        house.world, house.side, audit=lambda method, params, answer: answered.append(method)
    )
    url = f"{await server.start()}/bot{TOKEN}"
    async with aiohttp.ClientSession() as session:
        polling = asyncio.create_task(_json(session, f"{url}/getUpdates", timeout="50"))
        await house.world.until(lambda: server.polling(house.bot), "the poll")
        await _json(session, f"{url}/sendMessage", chat_id=str(house.channel), text="An article")
        if how == "missing":
            house.side.person_posts(house.ana, house.group, "only this")
        updates = (await polling)["result"]
    assert answered == order
    assert ("is_automatic_forward" in updates[0]["message"]) == (how != "missing")
    assert len(updates) == 1
    await server.stop()


async def test_buttons_previews_and_callback_answers() -> None:
    house = build()
    async with serving(house) as bot:
        keyboard = InlineKeyboardMarkup(
            [
                [InlineKeyboardButton("Approve", callback_data="a:1")],
                [InlineKeyboardButton("Read", url="https://example.org/a")],
            ]
        )
        sent = await bot.send_message(
            house.group,
            "A card",
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(url="https://example.org/p.jpg"),
        )
        assert sent.link_preview_options is not None
        press = house.side.person_presses(house.ana, house.group, sent.message_id, "Approve")
        (update,) = await poll(bot)
        query = update.callback_query
        assert query is not None
        assert (query.data, query.from_user.id) == ("a:1", house.ana)
        assert not press.answered
        await bot.answer_callback_query(query.id, "Done", show_alert=True)
        assert (press.answered, press.text, press.alert) == (True, "Done", True)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(query.id)
        link = house.side.person_presses(house.ana, house.group, sent.message_id, "Read")
        assert link.url == "https://example.org/a"


async def test_scripted_faults_on_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    house = build()
    faults = house.world.faults
    async with serving(house) as bot:
        faults.add(Fault("telegram", "sendMessage", "status", status=502))
        with pytest.raises(NetworkError):
            await bot.send_message(house.group, "never")
        faults.add(Fault("telegram", "sendMessage", "429", retry_after=7))
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(house.group, "never")
        assert caught.value.retry_after == timedelta(seconds=7)
        for kind in ("drop_before", "drop_after", "torn"):
            faults.add(Fault("telegram", "sendMessage", kind))
            with pytest.raises(NetworkError):
                await bot.send_message(house.group, kind)
        assert house.side.texts(house.group) == ["drop_after", "torn"]
        body = {"description": "Bad Request: failed to get HTTP URL content"}
        faults.add(Fault("telegram", "sendPhoto", "status", status=400, body=body))
        with pytest.raises(BadRequest, match="Failed to get http url content"):
            await bot.send_photo(house.group, "http://127.0.0.1:1/p.jpg")
        faults.add(Fault("telegram", "*", "status", where=lambda params: params.get("text") == "x"))
        await bot.send_message(house.group, "y")
        with pytest.raises(NetworkError):
            await bot.send_message(house.group, "x")


async def test_flood_control_on_the_wire() -> None:
    house = build(limits=FloodLimits(enabled=True, burst=1))
    server = TelegramServer(house.world, house.side)
    url = f"{await server.start()}/bot{TOKEN}/sendMessage"
    values = {"chat_id": house.group, "text": "hi"}
    async with aiohttp.ClientSession() as session:
        for status in (200, 429):
            async with session.post(url, data=values) as response:
                assert response.status == status
        assert response.headers["Retry-After"] == "1"
    await server.stop()


async def test_a_delay_passes_and_a_dropped_post_is_still_forwarded() -> None:
    house = build()
    house.world.clock.pace = 50.0
    async with serving(house) as bot:
        house.world.faults.add(Fault("telegram", "sendMessage", "delay", seconds=10.0))
        with pytest.raises(TimedOut):
            await bot.send_message(house.channel, "slow", read_timeout=0.01)
        await house.world.until(lambda: house.side.texts(house.group), "the slow article")
    house = build()
    async with serving(house) as bot:
        house.world.faults.add(Fault("telegram", "sendMessage", "drop_after"))
        with pytest.raises(NetworkError):
            await bot.send_message(house.channel, "An article")
        await house.world.until(lambda: house.side.pending(house.bot), "the forward")
        (update,) = await poll(bot)
        assert update.message is not None
        assert update.message.is_automatic_forward


async def test_a_duplicated_update_comes_once_more_after_its_confirmation() -> None:
    house = build()
    house.world.faults.add(
        Fault("telegram", "getUpdates", "duplicate", where=lambda update: "message" in update)
    )
    async with serving(house) as bot:
        house.side.person_posts(house.ana, house.group, "hello")
        (first,) = await poll(bot)
        (second,) = await poll(bot, first.update_id + 1)
        assert second.update_id == first.update_id
        assert await poll(bot, first.update_id + 1) == ()


async def test_the_server_and_its_queue_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "world.sqlite"
    world = World(path, clock=WorldClock(fixed=1_790_000_000.0))
    side = TelegramSide(world)
    bot = side.add_bot("Paper", "paper_bot", TOKEN)
    ana = side.add_person("Ana")
    channel, group = side.add_channel("The Paper"), side.add_group("Comments")
    side.link(channel, group)
    side.make_admin(channel, bot)
    side.make_admin(group, bot)
    side.person_posts(ana, group, "before the stop")
    side.call(TOKEN, "sendMessage", {"chat_id": channel, "text": "not yet forwarded"})
    world.close()

    world = World(path, clock=WorldClock(fixed=1_790_000_000.0))
    side = TelegramSide(world)
    server = TelegramServer(world, side)
    await server.start()
    kinds = [set(update) - {"update_id"} for update in side.call(TOKEN, "getUpdates")]
    assert kinds[-2:] == [{"message"}, {"message"}]
    assert side.texts(group) == ["before the stop", "not yet forwarded"]
    assert side.add_person("Ben") == ana + 1
    await server.stop()
    world.close()
