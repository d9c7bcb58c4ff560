"""The rehearsal's stage and page: what is served, what people see and do, who is turned away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import aiohttp
import feedparser
import pytest
from aiohttp import web

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.example import load_example
from bots.rehearsal.page import PageServer
from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import World
from tests.rehearsal.page_house import House, made_stage

Json = dict[str, Any]
STATIC = Path(__file__).resolve().parents[2] / "bots" / "rehearsal" / "page" / "static"
INTENTS = 1 | 1 << 9 | 1 << 15


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock = WorldClock(fixed=1_790_000_000.0)
    world = World(clock=clock)
    telegram, discord, stage = made_stage(world)
    page = PageServer(world, stage, telegram, discord, extra_routes=[web.get("/healthz", _well)])
    url = await page.start()
    async with aiohttp.ClientSession(url) as http:
        yield House(world, clock, telegram, discord, stage, page, http)
    await page.stop()
    world.close()


async def _well(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


# the stage


def test_the_stage_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    world = World(path)
    _, _, first = made_stage(world)
    world.close()
    again = World(path)
    telegram, discord, second = made_stage(again)
    assert second == first
    assert len([bot for bot in telegram.bots() if bot["id"] == first.telegram.bot]) == 1
    assert len(list(discord.state.all("guild"))) == 1
    again.close()


def test_the_bots_have_their_rights_and_moderators_theirs() -> None:
    telegram, discord, stage = made_stage(World())
    for chat in (stage.telegram.channel, stage.telegram.group, stage.telegram.desk):
        asked = {"chat_id": chat, "user_id": stage.telegram.bot}
        member = telegram.call(stage.telegram.token, "getChatMember", asked)
        assert member["status"] == "administrator"
        assert member["can_delete_messages"]
    bruno = stage.moderators("discord")[0].id
    desk = discord.visible_to(bruno, stage.discord.desk)
    assert desk == []
    posted = discord.person_posts(bruno, stage.discord.desk, "hello")
    assert posted["content"] == "hello"
    reader = stage.person("tallyman").id
    assert discord.visible_to(reader, stage.discord.desk) == []


def test_behind_the_door_readers_cannot_write_into_the_threads() -> None:
    telegram, discord, stage = made_stage(World(), "door")
    with pytest.raises(Refused):
        telegram.person_posts(stage.telegram_id("rosal"), stage.telegram.group, "hello")
    token = stage.discord.token
    body = {"name": "An article", "message": {"content": "text"}}
    thread = discord.call(token, "POST", f"/channels/{stage.discord.forum}/threads", json=body)
    with pytest.raises(Exception, match="50013"):
        discord.person_posts(stage.person("tallyman").id, thread["id"], "hello")


# the site


async def test_the_feed_lists_what_is_public(house: House) -> None:
    async with house.http.get("/feed.xml") as answer:
        body = await answer.read()
    ElementTree.fromstring(body)
    feed = feedparser.parse(body)
    assert not feed.bozo
    assert feed.feed.title == load_example().publication.name
    assert [e.link.rsplit("/", 1)[1] for e in feed.entries] == ["scale-three", "tres-alcaldes"]
    report = feed.entries[0]
    assert report.author == "Marea Baja"
    assert [tag.term for tag in report.tags] == ["Puerto Tersal", "Cofradía", "Customs"]
    assert f"{house.page.origin}/articles/tres-alcaldes" in report.content[0].value
    async with house.http.get(report.media_content[0]["url"]) as picture:
        assert picture.content_type == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG")


async def test_articles_have_their_pages(house: House) -> None:
    async with house.http.get("/articles/scale-three") as answer:
        text = await answer.text()
        assert answer.status == 200
    assert "<h1>The Scale That Only Breaks at Night</h1>" in text
    assert 'property="og:image"' in text
    async with house.http.get("/articles/night-ferry") as answer:
        assert answer.status == 404


async def test_the_newsroom_publishes_corrects_and_withdraws(house: House) -> None:
    await house.act("rosal", "publish", slug="night-ferry")
    await house.act("rosal", "correct", slug="scale-three")
    await house.act("rosal", "withdraw", slug="tres-alcaldes")
    async with house.http.get("/feed.xml") as answer:
        feed = feedparser.parse(await answer.read())
    assert [e.link.rsplit("/", 1)[1] for e in feed.entries] == ["night-ferry", "scale-three"]
    assert "214 containers" in feed.entries[1].content[0].value
    async with house.http.get("/articles/tres-alcaldes") as answer:
        assert answer.status == 410
    refused = await house.act("rosal", "publish", slug="night-ferry", expect=409)
    assert "public already" in refused["error"]


# what people see and do


async def test_a_comment_is_written_answered_edited_and_deleted_on_telegram(house: House) -> None:
    _, root = house.publish()
    first = await house.act("rosal", "write", chat="group", text="**First**", under=root)
    second = await house.act("tuerca", "write", chat="group", text="2", reply_to=first["message"])
    seen = (await house.state("rosal"))["telegram"]["channel"]["posts"][0]
    assert seen["root"]["message_id"] == root
    one, two = seen["comments"]
    assert (one["text"], one["entities"][0]["type"], one["mine"]) == ("First", "bold", True)
    assert (two["mine"], two["deletable"]) == (False, False)
    assert two["reply_to_message"]["message_id"] == first["message"]
    await house.act("rosal", "edit", chat="group", message=first["message"], text="Changed")
    await house.act("ines", "delete", chat="group", message=second["message"])
    seen = (await house.state("rosal"))["telegram"]["channel"]["posts"][0]
    assert [comment["text"] for comment in seen["comments"]] == ["Changed"]


async def test_what_is_for_one_person_alone_stands_in_their_view_only(house: House) -> None:
    house.world.switches.ephemeral_messages = "10.3"
    stage = house.stage.telegram
    _, root = house.publish()
    reader = house.stage.telegram_id("rosal")
    house.telegram.join(stage.group, reader)
    words: Json = {"chat_id": stage.group, "text": "For you", "reply_parameters": {}}
    words["reply_parameters"]["message_id"] = root
    words["ephemeral_message_parameters"] = {"receiver_user_id": reader}
    house.telegram.call(stage.token, "sendMessage", words)
    others = [one.key for one in house.stage.people if one.platform == "telegram"]
    for person in others:
        seen = (await house.state(person))["telegram"]
        told = [one for one in seen["channel"]["posts"][0]["comments"] if one["text"] == "For you"]
        assert len(told) == (person == "rosal")
        assert not any(one["editable"] or one["deletable"] for one in told)
        assert ("For you" in [one.get("text") for one in seen["group"]["messages"]]) == bool(told)


async def test_a_file_is_attached_shown_and_kept_to_its_kind(house: House) -> None:
    house.publish()
    octets = {"Content-Type": "application/octet-stream"}
    async with house.http.post("/api/file", data=jpeg(40, 30), headers=octets) as answer:
        kept = (await answer.json())["file"]
    attached = {"chat": "group", "text": "Look", "file": kept, "name": "p.jpg"}
    await house.act("rosal", "write", **attached, mime="image/jpeg")
    await house.act("rosal", "write", **attached, mime="text/html")
    photo, document = (await house.state("rosal"))["telegram"]["group"]["messages"][-2:]
    assert (photo["caption"], photo["photo"][-1]["width"]) == ("Look", 40)
    path = f"/api/telegram/file/{document['document']['file_id']}"
    async with house.http.get(path) as answer:
        assert answer.content_type == "image/jpeg"
        assert await answer.read() == jpeg(40, 30)
    async with house.http.post("/api/file", data=b"<script>", headers=octets) as answer:
        attached["file"] = (await answer.json())["file"]
    await house.act("rosal", "write", **attached, mime="image/jpeg")
    document = (await house.state("rosal"))["telegram"]["group"]["messages"][-1]["document"]
    async with house.http.get(f"/api/telegram/file/{document['file_id']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
    attached["file"] = "../world.db"
    await house.act("rosal", "write", **attached, expect=400)
    async with house.http.get("/api/telegram/file/unknown") as answer:
        assert answer.status == 404
    async with house.http.post("/api/file", data=b"", headers=octets) as answer:
        assert answer.status == 400
    async with house.http.post("/api/file", json={}) as answer:
        assert answer.status == 415


async def test_a_comment_is_written_answered_edited_and_deleted_on_discord(house: House) -> None:
    thread = house.forum_post()["id"]
    first = await house.act("tallyman", "write", channel=thread, text="First")
    said = {"channel": thread, "text": "Second", "reply_to": first["message"]}
    second = await house.act("foxglove", "write", **said)
    await house.act("tallyman", "edit", message=first["message"], text="Changed")
    state = await house.state("tallyman")
    forum = next(c for c in state["discord"]["channels"] if c["kind"] == "forum")
    _, one, two = forum["threads"][0]["messages"]
    assert (one["content"], one["editable"], two["editable"]) == ("Changed", True, False)
    assert two["referenced_message"]["id"] == one["id"]
    refused = await house.act("tallyman", "delete", message=second["message"], expect=409)
    assert refused["error"] == "Missing Permissions"
    await house.act("bruno", "delete", message=second["message"])


async def test_only_moderators_see_the_desks(house: House) -> None:
    readers = await house.state("rosal")
    assert readers["telegram"]["desk"] is None
    assert not any(channel["desk"] for channel in readers["discord"]["channels"])
    moderators = await house.state("ines")
    assert moderators["beside"] == "bruno"
    assert moderators["telegram"]["desk"]["title"].startswith("Desk")
    assert any(channel["desk"] for channel in moderators["discord"]["channels"])


async def test_telegram_offers_commands_in_the_language_and_by_the_role_of_a_person(
    house: House,
) -> None:
    for language, policy, approve in (("", "The rules", "Publish"), ("es", "Normas", "Publicar")):
        readers = [{"command": "policy", "description": policy}]
        admins = [*readers, {"command": "approve", "description": approve}]
        for scope, commands in (("default", readers), ("all_chat_administrators", admins)):
            scoped = {"scope": {"type": scope}, "commands": commands, "language_code": language}
            house.telegram.call(house.stage.telegram.token, "setMyCommands", scoped)

    async def offered(who: str) -> list[str]:
        commands = (await house.state(who))["telegram"]["commands"]
        return sorted(command["description"] for command in commands)

    assert await offered("rosal") == ["The rules"]
    assert await offered("abuela") == ["Normas"]
    assert await offered("ines") == ["Normas", "Publicar"]
    assert house.discord.state.get("user", house.stage.person("grua").id)["locale"] == "es-ES"


async def test_a_button_on_telegram_answers_its_presser(house: House) -> None:
    stage = house.stage.telegram
    keys = {"inline_keyboard": [[{"text": "Approve", "callback_data": "ok"}]]}
    card = {"chat_id": stage.desk, "text": "Held", "reply_markup": keys}
    message = house.telegram.call(stage.token, "sendMessage", card)["message_id"]
    press = await house.act("ines", "press", chat="desk", message=message, button="ok")
    update = house.telegram.call(stage.token, "getUpdates")[-1]["callback_query"]
    answer = {"callback_query_id": update["id"], "text": "Approved"}
    house.telegram.call(stage.token, "answerCallbackQuery", answer)
    trace = (await house.state("ines"))["traces"][press["trace"]]
    assert (trace["answered"], trace["text"], trace["alert"]) == (True, "Approved", False)
    assert (await house.state("rosal"))["traces"] == {}


async def test_a_deep_link_opens_the_private_chat(house: House) -> None:
    assert not (await house.state("rosal"))["telegram"]["private"]["started"]
    await house.act("rosal", "start", payload="c-12ab")
    private = (await house.state("rosal"))["telegram"]["private"]
    assert [message["text"] for message in private["messages"]] == ["/start c-12ab"]
    await house.act("rosal", "write", chat="private", text="A tip")
    assert (await house.state("tuerca"))["telegram"]["private"]["messages"] == []


_GO = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}


async def test_modal_menu_and_command_on_discord(house: House) -> None:
    token, app = house.stage.discord.token, house.stage.discord.bot
    thread = house.forum_post()["id"]
    registered: list[Json] = [
        {"name": "Report", "type": 3},
        {
            "name": "approve",
            "description": "Approve",
            "type": 1,
            "options": [{"type": 3, "name": "target", "description": "#12", "required": True}],
        },
    ]
    house.discord.call(token, "PUT", f"/applications/{app}/commands", json=registered)
    session = house.discord.connect(token, INTENTS)
    said = await house.act("foxglove", "write", channel=thread, text="Hm")
    used = await house.act("tallyman", "menu", name="Report", message=said["message"])
    field = {"type": 4, "custom_id": "why", "style": 2, "label": "Why?"}
    rows = [{"type": 1, "components": [field]}]
    _answer(house, session, 9, {"title": "Report", "custom_id": "r", "components": rows})
    trace = (await house.state("tallyman"))["traces"][used["trace"]]
    assert trace["modal"]["title"] == "Report"
    await house.act("tallyman", "submit", trace=used["trace"], values={"why": "spam"})
    _answer(house, session, 4, {"content": "Thank you", "flags": 64})
    assert _texts(await house.state("tallyman"))[-1] == "Thank you"
    assert "Thank you" not in _texts(await house.state("foxglove"))
    await house.act("bruno", "command", channel=thread, text="/approve #12")
    data = session.buffer[-1].d["data"]
    assert data["options"] == [{"name": "target", "type": 3, "value": "#12"}]
    offered = (await house.state("bruno"))["discord"]
    assert [command["name"] for command in offered["commands"]] == ["approve"]
    assert [command["name"] for command in offered["menus"]] == ["Report"]


async def test_a_file_in_a_modal_on_discord(house: House) -> None:
    session = house.discord.connect(house.stage.discord.token, INTENTS)
    first = house.discord.messages(house.forum_post(components=[_GO])["id"])[0]["id"]
    press = await house.act("tallyman", "press", message=first, button="go")
    upload = {"type": 19, "custom_id": "files", "required": False, "max_values": 2}
    parts = [{"type": 18, "label": "Pictures", "component": upload}]
    _answer(house, session, 9, {"title": "Comment", "custom_id": "c", "components": parts})
    kept = house.world.files.keep(b"the bytes")
    chosen = {"file": kept, "name": "quay.txt"}
    await house.act("tallyman", "submit", trace=press["trace"], values={"files": [chosen]})
    data = session.buffer[-1].d["data"]
    [number] = data["components"][0]["component"]["values"]
    file = data["resolved"]["attachments"][number]
    assert (file["filename"], file["size"]) == ("quay.txt", 9)


async def test_a_silent_bot_fails_the_interaction_after_three_seconds(house: House) -> None:
    thread = house.forum_post(components=[_GO])
    first = house.discord.messages(thread["id"])[0]["id"]
    press = await house.act("tallyman", "press", message=first, button="go")
    assert not (await house.state("tallyman"))["traces"][press["trace"]]["failed"]
    house.clock.advance(4.0)
    assert (await house.state("tallyman"))["traces"][press["trace"]]["failed"]


def _answer(house: House, session: Any, kind: int, data: Json) -> None:
    made = [frame.d for frame in session.buffer if frame.t == "INTERACTION_CREATE"][-1]
    path = f"/interactions/{made['id']}/{made['token']}/callback"
    house.discord.answer(None, "POST", path, json={"type": kind, "data": data})


def _texts(state: Json) -> list[str]:
    forum = next(c for c in state["discord"]["channels"] if c["kind"] == "forum")
    return [message["content"] for message in forum["threads"][0]["messages"]]


async def test_what_the_platform_refuses_is_said(house: House) -> None:
    refused = await house.act("rosal", "write", chat="channel", text="x", expect=409)
    assert "only administrators" in refused["error"]
    await house.act("rosal", "dance", expect=400)
    await house.act("nobody", "write", chat="group", text="x", expect=400)
    await house.act("rosal", "write", text="x", expect=400)
    async with house.http.post("/api/act", json=["not", "an", "object"]) as answer:
        assert answer.status == 400


# live, and who is turned away


async def test_changes_are_told_at_once(house: House) -> None:
    async with house.http.get("/api/live") as stream:
        assert stream.content_type == "text/event-stream"
        first = await stream.content.readuntil(b"\n\n")
        assert first == f"data: {house.world.version}\n\n".encode()
        house.telegram.person_starts(house.stage.telegram_id("rosal"), house.stage.telegram.bot)
        async with asyncio.timeout(10):
            second = await stream.content.readuntil(b"\n\n")
        assert second == f"data: {house.world.version}\n\n".encode()
        async with asyncio.timeout(10):
            await house.page.stop()
            assert await stream.content.read() == b""


@pytest.mark.parametrize("path", ["/", "/api/state?as=rosal", "/feed.xml", "/healthz"])
async def test_a_foreign_name_for_this_machine_gets_nothing(house: House, path: str) -> None:
    async with house.http.get(path) as answer:
        assert answer.status == 200
    for host in ("localhost:1", "[::1]:1"):
        async with house.http.get(path, headers={"Host": host}) as answer:
            assert answer.status == 200
    for host in ("evil.example", "127.0.0.1.evil.example:8080", "localhost.evil.example"):
        async with house.http.get(path, headers={"Host": host}) as answer:
            assert answer.status == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_a_foreign_site_cannot_act(house: House, headers: Json, status: int) -> None:
    body = b'{"as": "rosal", "do": "start"}'
    sent = {"Content-Type": "application/json", **headers}
    async with house.http.post("/api/act", data=body, headers=sent) as answer:
        assert answer.status == status
    assert not house.telegram.texts(house.stage.telegram_id("rosal"))
    own = {"Content-Type": "application/json", "Origin": house.page.origin}
    async with house.http.post("/api/act", data=body, headers=own) as answer:
        assert answer.status == 200


async def test_the_page_is_whole_and_runs_nothing_from_elsewhere(house: House) -> None:
    async with house.http.get("/") as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http://" not in text
    assert "https://" not in text
    for file in STATIC.iterdir():
        if file.suffix == ".js":
            source = file.read_text(encoding="utf-8")
            assert "innerHTML" not in source
            assert "insertAdjacentHTML" not in source
        async with house.http.get(f"/static/{file.name}") as answer:
            assert answer.status == (200 if file.suffix != ".html" else 404)


# what is typed


async def test_a_file_is_brought_and_then_attached(house: House) -> None:
    thread = house.forum_post()["id"]
    kind = {"Content-Type": "application/octet-stream"}
    async with house.http.post("/api/file", data=jpeg(40, 30), headers=kind) as answer:
        kept = await answer.json()
    file = {"file": kept["file"], "name": "a.jpg", "description": "alt", "spoiler": True}
    made = await house.act("tallyman", "write", channel=thread, text="", files=[file])
    shown = house.discord.message(made["message"])
    assert shown is not None
    [attached] = shown["attachments"]
    assert (attached["filename"], attached["description"]) == ("SPOILER_a.jpg", "alt")
    assert (attached["width"], attached["height"]) == (40, 30)
    for wrong in ("../world.db", "0" * 64):
        files = [{**file, "file": wrong}]
        await house.act("tallyman", "write", channel=thread, text="", files=files, expect=400)
    async with house.http.post("/api/file", json={}) as answer:
        assert answer.status == 415
    foreign = {**kind, "Origin": "http://elsewhere.example"}
    async with house.http.post("/api/file", data=b"x", headers=foreign) as answer:
        assert answer.status == 403


async def test_people_react_on_the_page(house: House) -> None:
    thread = house.forum_post()["id"]
    for do, count in (("react", 1), ("unreact", 0)):
        await house.act("tallyman", do, message=thread, emoji="👍")
        state = await house.state("tallyman")
        [channel] = [one for one in state["discord"]["channels"] if one["threads"]]
        [message] = channel["threads"][0]["messages"]
        assert len(message.get("reactions", [])) == count
