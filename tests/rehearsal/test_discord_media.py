"""Files on the played Discord: attachments, stickers, polls, forwards, and the CDN."""

from __future__ import annotations

import asyncio
import io
import tracemalloc
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.discord import ApiError, Attached, DiscordSide, File, poll_of
from bots.rehearsal.discord.cdn import ATTACHMENT, STICKER
from bots.rehearsal.discord.files import MIB, safe_name, served
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Switches, World
from tests.rehearsal.discord_house import START, TOKEN, House, Reader, Town, house, town

MESSAGES = "POST /channels/{channel_id}/messages"
GIF = b"GIF89a" + (80).to_bytes(2, "little") + (60).to_bytes(2, "little") + b"\0\0\0;"


def upload(data: bytes, name: str = "a.png", number: int = 0) -> File:
    return File(f"files[{number}]", name, data)


def post(h: House, body: dict[str, Any], *files: File, path: str = "") -> Any:
    """The bot posts into the text channel."""
    where = path or f"/channels/{h.text}/messages"
    return h.side.call(TOKEN, "POST", where, json=body, files=files)


def refused(code: int, h: House, body: dict[str, Any], *files: File) -> ApiError:
    with pytest.raises(ApiError) as caught:
        post(h, body, *files)
    assert caught.value.code == code, caught.value
    return caught.value


def errors_of(error: ApiError) -> dict[str, Any]:
    found: dict[str, Any] = error.extra["errors"]
    return found


def content(side: DiscordSide, url: str) -> bytes:
    """The bytes behind an address, by the CDN's rules without its server."""
    path, _, query = url.removeprefix(side.state.cdn).partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.strip("&").split("&"))
    doc = served(side.state, path, pairs)
    return b"".join(side.world.files.chunks(doc["name"]))


async def get(url: str) -> tuple[int, bytes, dict[str, str]]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


# What people attach


def test_people_attach_files_of_every_kind() -> None:
    with house() as h:
        made = h.side.person_posts(
            h.ana,
            h.text,
            "look",
            attachments=(
                Attached("a.jpg", jpeg(64, 48), description="a harbour at night"),
                Attached("b.gif", GIF, spoiler=True),
                Attached("c.mp4", b"mp4", width=640, height=360, seconds=2.5),
                Attached("d.mp3", b"mp3"),
                Attached("notes.txt", b"notes"),
                Attached("e.unheard-of", b"?"),
            ),
        )
        photo, gif, video, audio, text, other = made["attachments"]
        assert (photo["width"], photo["height"], photo["size"]) == (64, 48, len(jpeg(64, 48)))
        assert photo["description"] == "a harbour at night"
        assert (gif["filename"], gif["flags"]) == ("SPOILER_b.gif", 1 << 3 | 1 << 5)
        assert (gif["width"], gif["height"]) == (80, 60)
        assert (video["width"], video["height"], video["duration_secs"]) == (640, 360, 2.5)
        kinds = [one.get("content_type") for one in made["attachments"]]
        assert kinds == [
            "image/jpeg",
            "image/gif",
            "video/mp4",
            "audio/mpeg",
            "text/plain; charset=utf-8",
            None,
        ]
        assert content(h.side, photo["url"]) == jpeg(64, 48)
        assert (audio["filename"], text["size"], other["filename"]) == ("d.mp3", 5, "e.unheard-of")


def test_a_voice_message_is_one_recording_and_nothing_else() -> None:
    with house() as h:
        made = h.side.person_speaks(h.ana, h.text, b"OggS", seconds=4.25)
        assert made["flags"] & 1 << 13
        [voice] = made["attachments"]
        assert (voice["content_type"], voice["duration_secs"]) == ("audio/ogg", 4.25)
        assert voice["waveform"]
        with pytest.raises(ApiError, match="cannot be edited"):
            h.side.person_edits(h.ana, made["id"], "words")
        flag = {"flags": 1 << 13}
        said = {"id": "0", "duration_secs": 1.0, "waveform": "AA=="}
        file = upload(b"OggS", "v.ogg")
        refused(50159, h, {**flag, "content": "x", "attachments": [said]}, file)
        refused(50160, h, flag)
        refused(50161, h, {**flag, "attachments": [{"id": "0"}]}, file)


def test_stickers_of_the_guild_are_posted_by_id() -> None:
    with house() as h:
        fox = h.side.add_sticker(h.guild, "fox", b"{}", form="lottie")
        made = h.side.person_posts(h.ana, h.text, "", stickers=(fox,))
        assert made["sticker_items"] == [{"id": fox, "name": "fox", "format_type": 3}]
        assert h.call("GET", f"/stickers/{fox}")["name"] == "fox"
        assert [s["id"] for s in h.call("GET", f"/guilds/{h.guild}/stickers")] == [fox]
        other = h.side.add_sticker(h.side.add_guild("Elsewhere"), "owl", b"PNG")
        refused(50081, h, {"sticker_ids": [other]})
        refused(50081, h, {"sticker_ids": ["1"]})
        refused(50035, h, {"sticker_ids": [fox] * 4})


def test_a_poll_counts_and_ends() -> None:
    with house() as h:
        poll = poll_of("Who knew?", "The mayor", "Nobody", hours=2)
        made = h.side.person_posts(h.ana, h.text, "", poll=poll)
        shown = made["poll"]
        assert [a["poll_media"]["text"] for a in shown["answers"]] == ["The mayor", "Nobody"]
        assert shown["results"] == {"answer_counts": [], "is_finalized": False}
        h.world.clock.advance(7201)
        later = h.call("GET", f"/channels/{h.text}/messages/{made['id']}")
        assert later["poll"]["results"]["is_finalized"]
        wrong = refused(50035, h, {"poll": poll_of("", *("x" * 11))})
        assert set(errors_of(wrong)["poll"]) == {"question", "answers"}
        refused(50035, h, {"poll": poll_of("q", "a", hours=769)})


def test_a_forward_keeps_a_snapshot_with_files_of_its_own() -> None:
    with house() as h:
        origin = h.side.person_posts(h.ana, h.news, "news", attachments=(("a.jpg", b"J"),))
        made = h.side.person_forwards(h.ben, h.text, origin["id"])
        reference = {"type": 1, "channel_id": h.news, "message_id": origin["id"]}
        assert made["message_reference"] == {**reference, "guild_id": h.guild}
        assert (made["content"], made["attachments"]) == ("", [])
        assert made["flags"] & 1 << 14
        [snapshot] = made["message_snapshots"]
        assert snapshot["message"]["content"] == "news"
        h.side.person_deletes(h.ana, origin["id"])
        assert content(h.side, snapshot["message"]["attachments"][0]["url"]) == b"J"
        again = h.side.person_forwards(h.ana, h.text, made["id"])
        assert again["message_snapshots"][0]["message"]["content"] == "news"
        body = {"content": "and mine", "message_reference": {**reference, "channel_id": h.text}}
        refused(50035, h, body)
        hidden = h.side.add_channel(h.guild, "hidden")
        secret = h.send(hidden, "secret")["id"]
        h.side.set_overwrites(hidden, {"id": h.guild, "allow": "0", "deny": str(1 << 10)})
        with pytest.raises(ApiError) as caught:
            h.side.person_forwards(h.ana, h.text, secret)
        assert caught.value.code == 160014


# What a bot uploads


def test_names_are_kept_as_discord_keeps_them() -> None:
    assert safe_name("a photo (1).JPG") == "a_photo_1.JPG"
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\docs\\ñandú.png") == "nandu.png"
    assert safe_name("фото.png") == "file.png"
    assert safe_name("‮gpj.exe") == "gpj.exe"
    assert safe_name(".htaccess") == "file.htaccess"
    assert safe_name("") == "file"
    assert len(safe_name("x" * 999 + ".jpg")) < 260
    with house() as h:
        made = post(h, {}, upload(b"P", "El Niño #1.png"))
        [file] = made["attachments"]
        assert (file["filename"], file["title"]) == ("El_Nino_1.png", "El Niño #1")
        entry = {"id": "0", "filename": "b.png", "is_spoiler": True}
        covered = post(h, {"attachments": [entry]}, upload(b"P"))
        assert covered["attachments"][0]["filename"] == "SPOILER_b.png"


def test_entries_and_uploads_must_belong_together() -> None:
    with house() as h:
        wrong = refused(50035, h, {"content": "x", "attachments": [{"id": "0"}]})
        assert errors_of(wrong)["attachments"]["0"]["id"]["_errors"]
        listed = {"attachments": [{"id": "0"}]}
        wrong = refused(50035, h, listed, upload(b"A"), upload(b"B", number=1))
        assert errors_of(wrong)["attachments"]["_errors"]
        refused(50035, h, {}, File("picture", "a.png", b"A"))
        many = [upload(b"A", number=n) for n in range(11)]
        refused(50035, h, {}, *many)
        assert len(post(h, {}, *many[:10])["attachments"]) == 10
        long = {"attachments": [{"id": "0", "description": "x" * 1025}]}
        refused(50035, h, long, upload(b"A"))


def test_an_edit_keeps_drops_and_adds() -> None:
    with house() as h:
        made = post(h, {}, upload(b"A"), upload(b"B", "b.png", 1))
        first, second = (one["id"] for one in made["attachments"])
        path = f"/channels/{h.text}/messages/{made['id']}"
        body = {"attachments": [{"id": second, "description": "said later"}, {"id": "0"}]}
        edited = h.side.call(TOKEN, "PATCH", path, json=body, files=(upload(b"C", "c.png"),))
        names = [one["filename"] for one in edited["attachments"]]
        assert names == ["b.png", "c.png"]
        assert edited["attachments"][0]["description"] == "said later"
        assert content(h.side, edited["attachments"][1]["url"]) == b"C"
        with pytest.raises(ApiError):
            content(h.side, made["attachments"][0]["url"])
        h.fails(50035, "PATCH", path, {"attachments": [{"id": first}]})
        words = h.call("PATCH", path, {"content": "words"})
        assert [one["filename"] for one in words["attachments"]] == names
        more = h.side.call(TOKEN, "PATCH", path, json={}, files=(upload(b"D", "d.png"),))
        assert [one["filename"] for one in more["attachments"]] == [*names, "d.png"]


def test_a_boosted_guild_takes_larger_files() -> None:
    with house() as h:
        large = Attached("a.mp4", b"mp4", size=11 * MIB)
        with pytest.raises(ApiError) as caught:
            h.side.person_posts(h.ana, h.text, "", attachments=(large,))
        assert (caught.value.status, caught.value.code) == (413, 40005)
        h.side.set_boosts(h.guild, 2)
        made = h.side.person_posts(h.ana, h.text, "", attachments=(large,))
        assert made["attachments"][0]["size"] == 11 * MIB


# Addresses


def test_an_address_ends_and_a_new_look_gives_a_new_one() -> None:
    with house(link_life=600.0) as h:
        made = h.side.person_posts(h.ana, h.text, "", attachments=(("a.jpg", b"J"),))
        old = made["attachments"][0]["url"]
        assert content(h.side, old) == b"J"
        with pytest.raises(ApiError):
            content(h.side, old.replace("hm=", "hm=0"))
        with pytest.raises(ApiError):
            content(h.side, old.replace("ex=", "ex=f"))
        h.world.clock.advance(601)
        with pytest.raises(ApiError):
            content(h.side, old)
        fresh = h.call("GET", f"/channels/{h.text}/messages/{made['id']}")
        assert content(h.side, fresh["attachments"][0]["url"]) == b"J"
        answer = h.call("POST", "/attachments/refresh-urls", {"attachment_urls": [old]})
        [pair] = answer["refreshed_urls"]
        assert pair["original"] == old
        assert content(h.side, pair["refreshed"]) == b"J"
        h.fails(50035, "POST", "/attachments/refresh-urls", {"attachment_urls": []})


@pytest.mark.parametrize("linger", [0.0, 300.0])
def test_files_of_a_deleted_message_vanish(linger: float) -> None:
    with house(linger=linger) as h:
        made = h.side.person_posts(h.ana, h.text, "", attachments=(("a.jpg", b"J"),))
        url = made["attachments"][0]["url"]
        h.side.person_deletes(h.ana, made["id"])
        if linger:
            assert content(h.side, url) == b"J"
            h.world.clock.advance(linger)
        with pytest.raises(ApiError):
            content(h.side, url)


def test_files_vanish_with_their_thread() -> None:
    with house() as h:
        thread = h.article()
        made = h.side.person_posts(h.ana, thread, "", attachments=(("a.jpg", b"J"),))
        h.call("DELETE", f"/channels/{thread}")
        with pytest.raises(ApiError):
            content(h.side, made["attachments"][0]["url"])


def test_files_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    with house(path) as h:
        made = h.side.person_posts(h.ana, h.text, "", attachments=(("a.jpg", b"J" * 999),))
        url = made["attachments"][0]["url"]
    world = World(path, clock=WorldClock(fixed=START), switches=Switches())
    assert content(DiscordSide(world), url) == b"J" * 999
    world.close()


def test_pictures_of_embeds_come_from_the_files() -> None:
    with house() as h:
        embed = {"title": "t", "image": {"url": "attachment://a.png"}}
        made = post(h, {"embeds": [embed]}, upload(b"P"))
        assert content(h.side, made["embeds"][0]["image"]["url"]) == b"P"


def test_without_the_content_intent_files_and_forwards_are_withheld() -> None:
    with house() as h:
        h.side.set_intents(h.bot, 0)
        origin = h.side.person_posts(h.ana, h.text, "x", attachments=(("a.jpg", b"J"),))
        forward = h.side.person_forwards(h.ana, h.text, origin["id"])
        for one in (origin, forward):
            got = h.call("GET", f"/channels/{h.text}/messages/{one['id']}")
            assert got["attachments"] == []
            assert "message_snapshots" not in got


# Over sockets


async def _talk(t: Town) -> tuple[Reader, discord.TextChannel]:
    client = await t.client()
    channel = client.get_channel(int(t.house.text))
    assert isinstance(channel, discord.TextChannel)
    return client, channel


async def test_the_real_client_sees_and_reads_what_people_post() -> None:
    async with town() as t:
        h = t.house
        client, channel = await _talk(t)
        fox = h.side.add_sticker(h.guild, "fox", b"PNG")
        photo = Attached("a.jpg", jpeg(64, 48), description="alt", spoiler=True)
        said = h.side.person_posts(h.ana, h.text, "look", attachments=(photo,))
        h.side.person_speaks(h.ana, h.text, b"OggS")
        h.side.person_posts(h.ana, h.text, "", stickers=(fox,))
        h.side.person_posts(h.ana, h.text, "", poll=poll_of("Who?", "A", "B"))
        h.side.person_forwards(h.ana, h.text, said["id"])
        await h.world.until(lambda: len(client.told("message")) == 5, "the messages")
        look, voice, sticker, poll, forward = client.told("message")
        [file] = look.attachments
        assert file.is_spoiler()
        assert (file.description, file.width, file.height) == ("alt", 64, 48)
        assert await file.read() == jpeg(64, 48)
        assert voice.attachments[0].is_voice_message()
        assert sticker.stickers[0].name == "fox"
        assert [a.text for a in poll.poll.answers] == ["A", "B"]
        assert forward.message_snapshots[0].content == "look"
        assert await forward.message_snapshots[0].attachments[0].read() == jpeg(64, 48)
        history = [m async for m in channel.history(limit=10)]
        assert len(history) == 5
        status, body, headers = await get(f"{t.server.base_url}/stickers/{fox}.png")
        assert (status, body, headers["Content-Type"]) == (200, b"PNG", "image/png")
        assert (await get(f"{t.server.base_url}/stickers/{fox}.gif"))[0] == 404


async def test_the_real_client_uploads_keeps_and_replaces() -> None:
    async with town() as t:
        _, channel = await _talk(t)
        one = discord.File(io.BytesIO(b"A"), "a.png", description="alt", spoiler=True)
        two = discord.File(io.BytesIO(b"B" * 70_000), "b.pdf")
        sent = await channel.send("x", files=[one, two])
        assert [a.filename for a in sent.attachments] == ["SPOILER_a.png", "b.pdf"]
        assert sent.attachments[0].description == "alt"
        kept = sent.attachments[1]
        edited = await sent.edit(attachments=[kept, discord.File(io.BytesIO(b"C"), "c.png")])
        assert [a.filename for a in edited.attachments] == ["b.pdf", "c.png"]
        assert await edited.attachments[0].read() == b"B" * 70_000
        hook = await channel.create_webhook(name="relay")
        thread = await sent.create_thread(name="Talk")
        file = discord.File(io.BytesIO(b"W"), "w.png")
        masked = await hook.send("hi", username="Ana", thread=thread, wait=True, file=file)
        assert await masked.attachments[0].read() == b"W"


async def test_too_large_is_told_as_discord_tells_it() -> None:
    async with town() as t:
        _, channel = await _talk(t)
        with pytest.raises(discord.HTTPException) as large:
            await channel.send(file=discord.File(io.BytesIO(bytes(10 * MIB + 1)), "a.bin"))
        assert (large.value.status, large.value.code) == (413, 40005)
        three = [discord.File(io.BytesIO(bytes(9 * MIB)), f"{n}.bin") for n in range(3)]
        with pytest.raises(discord.HTTPException) as whole:
            await channel.send(files=three)
        assert (whole.value.status, whole.value.code) == (413, 40005)
        assert t.house.side.texts(t.house.text) == []


async def test_a_large_file_goes_through_in_little_memory() -> None:
    async with town() as t:
        h = t.house
        h.side.set_boosts(h.guild, 3)
        big = Attached("a.mp4", b"mp4", size=64 * MIB)
        tracemalloc.start()
        made = h.side.person_posts(h.ana, h.text, "", attachments=(big,))
        size = 0
        async with (
            aiohttp.ClientSession() as http,
            http.get(made["attachments"][0]["url"]) as answer,
        ):
            async for piece in answer.content.iter_chunked(65536):
                size += len(piece)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size == 64 * MIB
        assert peak < 8 * MIB


async def _photo(t: Town) -> str:
    h = t.house
    made = h.side.person_posts(h.ana, h.text, "", attachments=(("a.bin", bytes(100_000)),))
    return str(made["attachments"][0]["url"])


async def test_a_download_breaks_off_stalls_and_is_refused() -> None:
    async with town() as t:
        url = await _photo(t)
        t.fault(ATTACHMENT, "torn")
        with pytest.raises(aiohttp.ClientPayloadError):
            await get(url)
        t.fault(ATTACHMENT, "drop_before", times=2)
        with pytest.raises(aiohttp.ClientError):
            await get(url)
        t.fault(ATTACHMENT, "status", status=503)
        assert (await get(url))[0] == 503
        t.fault(ATTACHMENT, "429", retry_after=0.5)
        assert (await get(url))[0] == 429
        t.fault(STICKER, "status", status=500)
        assert (await get(f"{t.server.base_url}/stickers/1.png"))[0] == 500
        status, body, headers = await get(url)
        assert (status, len(body)) == (200, 100_000)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert (await get(url.replace("hm=", "hm=0")))[0] == 404
        t.fault(ATTACHMENT, "stall", after=10, seconds=3600.0)
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert len(await answer.content.readexactly(10)) == 10
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(answer.content.readexactly(1), 0.05)


async def test_an_upload_breaks_off_and_stalls() -> None:
    async with town(pace=1000.0) as t:
        _, channel = await _talk(t)
        t.fault(MESSAGES, "upload_drop", after=1000)
        with pytest.raises(aiohttp.ClientError):
            await channel.send(file=discord.File(io.BytesIO(bytes(200_000)), "a.bin"))
        assert t.house.side.messages(t.house.text) == []
        t.fault(MESSAGES, "upload_stall", after=1000, seconds=5.0)
        sent = await channel.send(file=discord.File(io.BytesIO(bytes(200_000)), "a.bin"))
        assert sent.attachments[0].size == 200_000
