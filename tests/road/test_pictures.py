"""Pictures and layouts of articles: the rich forms, and further pictures on request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault, Switches
from core.feeds.model import Draft, Image
from core.model import Purpose
from core.newsroom import ChannelPlan
from core.text.model import Rich
from tests.road.hands import Hands
from tests.road.house import House, Json, newsroom

LONG = "A sentence of some length, as they are. " * 300


@asynccontextmanager
async def gallery() -> AsyncIterator[str]:
    """A site with pictures; "/none.jpg" is missing."""

    async def picture(request: web.Request) -> web.Response:
        if request.match_info["name"] == "none":
            raise web.HTTPNotFound
        return web.Response(body=jpeg(64, 48), content_type="image/jpeg")

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=b"<!DOCTYPE html><p>Log in first", content_type="image/jpeg")

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        await answer.prepare(request)
        with suppress(ConnectionError):
            while True:
                await answer.write(jpeg(64, 48) + bytes(1 << 20))
        return answer

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=jpeg(64, 48) + bytes(11 << 20), content_type="image/jpeg")

    app = web.Application()
    for lie in (page, endless, large):
        app.router.add_get(f"/{lie.__name__}.jpg", lie)
    app.router.add_get("/{name}.jpg", picture)
    server = TestServer(app)
    await server.start_server()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()


async def _publish(house: House, origin: str, names: str, body: str = "One.") -> int:
    images = tuple(Image(f"{origin}/{name}.jpg", f"Picture {name}") for name in names.split())
    draft = Draft("r", f"{origin}/report", "Harbour report", body=Rich(body), images=images)
    article = await house.product.newsroom.publish_draft_now(None, draft)
    await house.until(lambda: house.forum_thread(), "the forum post")
    return article


def _album(house: House) -> list[Json]:
    messages = house.telegram.messages(house.places.group)
    return [m for m in messages if "photo" in m and not m.get("is_automatic_forward")]


async def test_further_pictures_come_as_an_album_and_go_like_a_comment(tmp_path: Path) -> None:
    async with gallery() as origin, newsroom(tmp_path) as house:
        hands = Hands(house)
        article = await _publish(house, origin, "a b c none")
        await house.until(lambda: house.root(), "the forward")
        assert await hands.at_desk(f"/pictures {article}") == "They come as comment #1."
        album = await house.until(lambda: _album(house), "an album on Telegram")
        assert len(album) == 2
        assert len({m["media_group_id"] for m in album}) == 1
        assert album[0]["caption"].startswith("#1 The Paper\nMore pictures of this article")
        shown = await house.until(
            lambda: house.thread_message("More pictures of this article"), "on Discord"
        )
        assert [a.get("description") for a in shown["attachments"]] == ["Picture b", "Picture c"]
        assert await hands.at_desk(f"/pictures {article}") == "They are comment #1 already."
        await hands.at_desk(f"/remove {article}#1")
        await house.until(lambda: not _album(house), "removed on Telegram")
        await house.until(lambda: not house.thread_message("More pictures"), "and on Discord")
        assert await hands.at_desk(f"/pictures {article}") == "They come as comment #2."
        await house.until(lambda: _album(house), "once more")


async def test_at_most_ten_further_pictures_come(tmp_path: Path) -> None:
    async with gallery() as origin, newsroom(tmp_path) as house:
        hands = Hands(house)
        article = await _publish(house, origin, " ".join(f"p{number}" for number in range(13)))
        await hands.at_desk(f"/pictures {article}")
        shown = await house.until(lambda: house.thread_message("More pictures"), "on Discord")
        told = [a.get("description") for a in shown["attachments"]]
        assert told == [f"Picture p{number}" for number in range(1, 11)]
        await hands.settled()
        thread = house.forum_thread() or ""
        assert sum(len(m["attachments"]) for m in house.discord.messages(thread)) == 10


@pytest.mark.parametrize("lie", ["page", "endless", "large"])
async def test_a_picture_that_is_none_is_left_out(tmp_path: Path, lie: str) -> None:
    """Its address declares a picture; what comes is a page, has no end, or is too large."""
    async with gallery() as origin, newsroom(tmp_path) as house:
        hands = Hands(house)
        article = await _publish(house, origin, f"a b {lie}")
        await hands.at_desk(f"/pictures {article}")
        shown = await house.until(lambda: house.thread_message("More pictures"), "on Discord")
        assert [a.get("description") for a in shown["attachments"]] == ["Picture b"]
        assert "Attached: photo" in shown["content"] or "Not shown here" in shown["content"]
        await hands.settled()
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT why FROM attachment WHERE state = 'lost'")
        )
        assert row is not None
        assert row["why"]
        assert sum(f.stat().st_size for f in (tmp_path / "commonthread.spool").iterdir()) < 100_000


async def test_an_article_without_further_pictures_says_so(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        hands = Hands(house)
        article = await house.publish()
        said = await hands.at_desk(f"/pictures {article}")
        assert said == "This article has no further pictures."


async def _rich(house: House) -> None:
    """Both places of articles in the rich style."""
    number = next(iter((await house.product.newsroom.house()).publications))
    adapters, p = house.product.adapters, house.places
    announce = ChannelPlan(number, Purpose.ANNOUNCE, style="rich")
    discuss = ChannelPlan(number, Purpose.DISCUSS, style="rich")
    await house.product.newsroom.add_channel(announce, adapters["telegram"], str(p.channel))
    await house.product.newsroom.add_channel(discuss, adapters["discord"], p.forum)


def _post(house: House) -> Json | None:
    posts = house.telegram.messages(house.places.channel)
    found = [m for m in posts if "text" in m or "rich_message" in m]
    return found[-1] if found else None


async def test_a_long_article_is_a_rich_message_and_a_container(tmp_path: Path) -> None:
    async with gallery() as origin, newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await _rich(house)
        article = await _publish(house, origin, "a", LONG)
        post = await house.until(lambda: _post(house), "a post")
        assert "rich_message" in post
        assert LONG[-60:-1] in str(post["rich_message"])
        thread = house.forum_thread()
        assert thread
        first = house.discord.messages(thread)[0]
        assert first["flags"] & (1 << 15)
        assert "Read on" in str(first["components"])
        root = await house.until(
            lambda: next((m for m in house.telegram.messages(house.places.group)
                          if m.get("is_automatic_forward")), None), "the forward",
        )  # fmt: skip
        house.telegram.person_posts(
            house.places.ana, house.places.group, "under the rich one", under=root["message_id"]
        )
        await house.until(lambda: house.thread_message("under the rich one"), "relayed")
        await hands.at_desk(f"/retract {article} wrong")
        await house.until(
            lambda: "withdrawn" in str((_post(house) or {}).get("rich_message")), "edited"
        )
        await house.until(
            lambda: "withdrawn" in str(house.discord.messages(thread)[0]["components"]), "edited"
        )


async def test_a_server_without_rich_messages_is_asked_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await _rich(house)
        unknown = {"ok": False, "error_code": 404, "description": "Not Found"}
        fault = Fault("telegram", "sendRichMessage", "status", times=9, status=404, body=unknown)
        house.world.faults.add(fault)
        for headline in ("Harbour report", "Second report"):
            draft = Draft(headline, f"https://paper.example/{headline}", headline)
            await house.product.newsroom.publish_draft_now(None, draft)
            await house.until(partial(house.root, headline), "the forward")
        assert fault.times == 8


@pytest.mark.parametrize("known", [True, False])
async def test_what_telegram_refuses_gives_way_step_by_step(tmp_path: Path, known: bool) -> None:
    switches = Switches(rich_messages=known)
    async with gallery() as origin, newsroom(tmp_path, switches=switches) as house:
        await _rich(house)
        if known:
            house.world.faults.add(
                Fault("telegram", "sendRichMessage", "status", times=2, status=400,
                      body={"ok": False, "error_code": 400, "description": "Bad Request: no"})
            )  # fmt: skip
        await _publish(house, origin, "a", LONG)
        post = await house.until(lambda: _post(house), "a post")
        assert "Read on" in post["text"]
        await house.until(lambda: house.root(), "the forward")
        await Hands(house).settled()
        posts = house.telegram.messages(house.places.channel)
        assert len([m for m in posts if "Harbour report" in str(m)]) == 1


async def test_a_picture_that_discord_refuses_is_left_out(tmp_path: Path) -> None:
    async with gallery() as origin, newsroom(tmp_path) as house:
        route = "POST /channels/{channel_id}/threads"
        refused = {"message": "Invalid Form Body", "code": 50035}
        house.world.faults.add(Fault("discord", route, "status", times=1, status=400, body=refused))
        await _publish(house, origin, "a")
        thread = house.forum_thread()
        assert thread
        (embed,) = house.discord.messages(thread)[0]["embeds"]
        assert "image" not in embed
        assert len(house.discord.threads(house.places.forum)) == 1
