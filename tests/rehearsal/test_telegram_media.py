"""Media on the played Telegram: files in and out, albums, limits, faults."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import InputMediaAudio, InputMediaPhoto, InputMediaVideo, ReplyParameters
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.telegram import Attachment, FloodLimits, TelegramSide, Upload, specials
from bots.rehearsal.telegram.pictures import dimensions, jpeg, webp
from bots.rehearsal.world import Fault, World
from tests.rehearsal.schemas_telegram import load
from tests.rehearsal.telegram_house import START, TOKEN, build, poll, serving
from tests.rehearsal.telegram_rules import fails, only_message

MEGA = 1 << 20


def uploaded(data: bytes, name: str = "file.bin") -> Upload:
    return Upload(name, "application/octet-stream", data)


# people


def test_people_post_every_kind_as_the_vendors_schema_has_it() -> None:
    house = build()
    kinds = ("photo", "video", "animation", "voice", "audio", "document", "video_note")
    posts: list[dict[str, Any]] = [{"media": kind} for kind in kinds]
    posts += [
        {"media": Attachment("sticker", emoji="😀", form=form)}
        for form in ("static", "animated", "video")
    ]
    posts += [
        {"special": specials.poll("Who?", ["A", "B"])},
        {"special": specials.dice()},
        {"special": specials.location(1.5, 2.5, live_seconds=60)},
        {"special": specials.venue("A bar", "A street", 1.5, 2.5)},
        {"special": specials.contact("+10000000", "Xi", user=house.ben)},
    ]
    for post in posts:
        house.side.person_posts(house.ana, house.group, "of it", **post)
    updates = house.fresh()
    schemas = load()
    if schemas is not None:
        assert schemas.answer_problems("getUpdates", {"ok": True, "result": updates}) == []
    messages = [update["message"] for update in updates]
    shown = [set(message) - {"message_id", "from", "chat", "date"} for message in messages]
    assert shown[:7] == [
        {"photo", "caption"},
        {"video", "caption"},
        {"animation", "document", "caption"},
        {"voice", "caption"},
        {"audio", "caption"},
        {"document", "caption"},
        {"video_note"},
    ]
    stickers = [message["sticker"] for message in messages[7:10]]
    assert [(one["is_animated"], one["is_video"]) for one in stickers] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert all(one["emoji"] == "😀" and one["thumbnail"] for one in stickers)
    assert shown[10:] == [{"poll"}, {"dice"}, {"location"}, {"venue", "location"}, {"contact"}]


def test_a_photo_has_its_real_size_and_a_spoiler() -> None:
    house = build()
    picture = Attachment("photo", jpeg(1000, 500), spoiler=True)
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    house.side.person_posts(house.ana, house.group, "Look", media=picture, entities=bold)
    message = only_message(house)
    assert message["has_media_spoiler"] is True
    assert message["caption_entities"] == bold
    assert [(size["width"], size["height"]) for size in message["photo"]] == [
        (90, 45),
        (320, 160),
        (800, 400),
        (1000, 500),
    ]
    assert len({size["file_id"] for size in message["photo"]}) == 4


def test_the_pieces_of_an_album_can_arrive_apart_and_across_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    world = World(path, clock=WorldClock(fixed=START))
    side = TelegramSide(world)
    bot, group = side.add_bot("Paper", "paper_bot", TOKEN), side.add_group("Comments")
    side.make_admin(group, bot)
    ana = side.add_person("Ana")
    photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(3)]
    posted = side.person_posts_album(ana, group, photos, ["Three"], held=2)
    assert len({one["media_group_id"] for one in posted}) == 1
    assert [one.get("caption") for one in posted] == ["Three", None, None]
    assert _heard(side)[-1:] == [posted[0]["message_id"]]
    world.close()

    world = World(path, clock=WorldClock(fixed=START))
    side = TelegramSide(world)
    assert side.release_pieces(1) == 1
    assert _heard(side)[-1:] == [posted[1]["message_id"]]
    assert side.release_pieces() == 1
    assert _heard(side)[-1:] == [posted[2]["message_id"]]
    assert side.release_pieces() == 0
    file = side.call(TOKEN, "getFile", {"file_id": posted[0]["photo"][-1]["file_id"]})
    known = side.media.by_path(file["file_path"])
    assert known is not None
    assert b"".join(world.files.chunks(known["kept"])) == jpeg(30, 30)
    world.close()


def _heard(side: TelegramSide) -> list[int]:
    updates = side.call(TOKEN, "getUpdates", {})
    return [update["message"]["message_id"] for update in updates if "message" in update]


def test_caption_and_medium_of_one_piece_are_edited() -> None:
    house = build()
    photos = [Attachment("photo", spoiler=True), Attachment("photo")]
    first, second = house.side.person_posts_album(house.ana, house.group, photos, ["one", "two"])
    house.fresh()
    house.side.person_edits(house.ana, house.group, second["message_id"], "other")
    (update,) = house.fresh()
    edited = update["edited_message"]
    assert (edited["caption"], edited["media_group_id"]) == ("other", first["media_group_id"])
    house.side.person_replaces(
        house.ana, house.group, first["message_id"], Attachment("video"), "moves"
    )
    (update,) = house.fresh()
    edited = update["edited_message"]
    assert edited["video"]
    assert edited["caption"] == "moves"
    assert "photo" not in edited
    assert "has_media_spoiler" not in edited


# bots, without sockets


def test_the_limits_of_photos_files_and_captions() -> None:
    house = build()

    def send(method: str, **params: Any) -> str:
        return fails(lambda: house.call(method, chat_id=house.group, **params))

    assert (
        send("sendPhoto", photo=uploaded(b"no picture")) == "400 Bad Request: IMAGE_PROCESS_FAILED"
    )
    for size in ((9000, 1001), (400, 19)):
        wrong = send("sendPhoto", photo=uploaded(jpeg(*size)))
        assert wrong == "400 Bad Request: PHOTO_INVALID_DIMENSIONS"
    large = jpeg(8, 8) + bytes(10 * MEGA)
    assert "is too big for a photo" in send("sendPhoto", photo=uploaded(large))
    assert send("sendDocument", document=uploaded(b"")) == "400 Bad Request: file must be non-empty"
    house.call("sendDocument", chat_id=house.group, document=uploaded(large))
    picture = uploaded(jpeg(8, 8))
    caption = {"caption": "<b>" + "🙂" * 512 + "</b>", "parse_mode": "HTML"}
    house.call("sendPhoto", chat_id=house.group, photo=picture, **caption)
    too_long = send("sendPhoto", photo=picture, caption="🙂" * 512 + "x")
    assert too_long == "400 Bad Request: message caption is too long"


def test_albums_hold_2_to_10_and_documents_stay_among_themselves() -> None:
    house = build(limits=FloodLimits(enabled=True, burst=10))
    files = {"a": uploaded(jpeg(8, 8)), "b": uploaded(b"text")}

    def item(kind: str, name: str = "a", **more: Any) -> dict[str, Any]:
        return {"type": kind, "media": f"attach://{name}", **more}

    def album(*items: dict[str, Any]) -> Any:
        return house.call("sendMediaGroup", chat_id=house.group, media=list(items), **files)

    assert "wrong number" in fails(lambda: album(item("photo")))
    assert "wrong number" in fails(lambda: album(*[item("photo")] * 11))
    assert "album" in fails(lambda: album(item("photo"), item("document", "b")))
    assert "album" in fails(lambda: album(item("photo"), item("animation", "b")))
    sent = album(
        item("photo", caption="<i>A</i>", parse_mode="HTML", has_spoiler=True),
        item("video", "b", show_caption_above_media=True, caption="B", width=4, height=3),
    )
    assert [one.get("has_media_spoiler") for one in sent] == [True, None]
    assert [one.get("show_caption_above_media") for one in sent] == [None, True]
    assert sent[0]["caption_entities"][0]["type"] == "italic"
    assert (sent[1]["video"]["width"], sent[1]["video"]["height"]) == (4, 3)
    album(*[item("document", "b")] * 8)
    assert fails(lambda: album(item("photo"), item("photo"))).startswith("429")


def test_copies_and_forwards_of_many() -> None:
    house = build()
    photos = [Attachment("photo"), Attachment("photo", spoiler=True)]
    posted = house.side.person_posts_album(house.ana, house.group, photos, ["one", "two"])
    numbers = [one["message_id"] for one in posted]
    there = {"chat_id": house.channel, "from_chat_id": house.group}
    copied = house.call("copyMessages", **there, message_ids=[*numbers, 999], remove_caption=True)
    copies = [house.side.message(house.channel, one["message_id"]) or {} for one in copied]
    assert [one.get("caption") for one in copies] == [None, None]
    assert copies[1]["has_media_spoiler"] is True
    assert len({one["media_group_id"] for one in copies} | {posted[0]["media_group_id"]}) == 2
    assert not any("forward_origin" in one for one in copies)
    forwarded = house.call("forwardMessages", **there, message_ids=numbers)
    shown = house.side.message(house.channel, forwarded[0]["message_id"]) or {}
    assert shown["forward_origin"]["sender_user"]["id"] == house.ana
    for wrong, text in (
        ([], "too few"),
        (list(range(1, 102)), "too many"),
        ([2, 1], "strictly increasing"),
        ([998, 999], "no messages to copy"),
    ):
        call = partial(house.call, "copyMessages", **there, message_ids=wrong)
        assert text in fails(call)


def test_media_is_edited_within_the_rules_of_its_album() -> None:
    house = build()
    files = {"a": uploaded(jpeg(8, 8)), "b": uploaded(b"text")}
    photo = {"type": "photo", "media": "attach://a"}
    album = house.call("sendMediaGroup", chat_id=house.group, media=[photo, photo], **files)
    at = {"chat_id": house.group, "message_id": album[0]["message_id"]}
    document = {"type": "document", "media": "attach://b"}
    assert "album" in fails(lambda: house.call("editMessageMedia", **at, media=document, **files))
    video = {"type": "video", "media": "attach://b", "caption": "moves"}
    edited = house.call("editMessageMedia", **at, media=video, **files)
    assert edited["caption"] == "moves"
    assert "photo" not in edited
    said = house.call("sendMessage", chat_id=house.group, text="words")
    at["message_id"] = said["message_id"]
    edited = house.call("editMessageMedia", **at, media=document, **files)
    assert "text" not in edited
    assert edited["document"]["file_name"] == "file.bin"
    edited = house.call("editMessageCaption", **at, caption="below")
    assert edited["caption"] == "below"
    sticker = house.call("sendSticker", chat_id=house.group, sticker=uploaded(webp(512, 512)))
    at["message_id"] = sticker["message_id"]
    assert "no caption" in fails(lambda: house.call("editMessageCaption", **at, caption="x"))
    assert "can't be edited" in fails(
        lambda: house.call("editMessageMedia", **at, media=photo, **files)
    )


def test_a_file_is_reused_as_its_own_kind_only_and_large_ones_are_not_given() -> None:
    house = build()
    large = Attachment("video", b"\0\0\0\x18ftyp", size=20 * MEGA + 1)
    message = house.side.person_posts(house.ana, house.group, media=large)
    file_id = message["video"]["file_id"]
    assert message["video"]["file_size"] == 20 * MEGA + 1
    assert (
        fails(lambda: house.call("getFile", file_id=file_id)) == "400 Bad Request: file is too big"
    )
    again = house.call("sendVideo", chat_id=house.group, video=file_id)
    assert again["video"]["file_unique_id"] == message["video"]["file_unique_id"]
    wrong = fails(lambda: house.call("sendPhoto", chat_id=house.group, photo=file_id))
    assert wrong == "400 Bad Request: can't use file of type video as photo"
    fits = Attachment("document", size=20 * MEGA)
    message = house.side.person_posts(house.ana, house.group, media=fits)
    house.call("getFile", file_id=message["document"]["file_id"])


def test_a_path_is_valid_for_an_hour() -> None:
    house = build()
    message = house.side.person_posts(house.ana, house.group, media="document")
    file = house.call("getFile", file_id=message["document"]["file_id"])
    assert file["file_path"].startswith("documents/file_")
    house.world.clock.advance(3599)
    assert house.side.media.by_path(file["file_path"]) is not None
    house.world.clock.advance(1)
    assert house.side.media.by_path(file["file_path"]) is None


@pytest.mark.parametrize("size", [(1, 1), (17, 9), (512, 300)])
def test_made_pictures_say_how_large_they_are(size: tuple[int, int]) -> None:
    assert dimensions(jpeg(*size)) == size
    assert dimensions(webp(*size)) == size
    gif = b"GIF89a" + size[0].to_bytes(2, "little") + size[1].to_bytes(2, "little") + b"\0"
    assert dimensions(gif) == size
    assert dimensions(b"text") is None
    assert dimensions(jpeg(*size)[:30]) is None


# over the wire


async def test_media_in_and_out() -> None:
    house = build()
    async with serving(house) as bot:
        picture = jpeg(640, 360)
        sent = await bot.send_photo(house.channel, picture, caption="A picture", has_spoiler=True)
        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == picture
        assert sent.has_media_spoiler
        again = await bot.send_photo(house.group, sent.photo[-1].file_id)
        assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
        document = await bot.send_document(house.group, b"text", filename="notes.txt")
        assert document.document is not None
        assert document.document.file_name == "notes.txt"
        with pytest.raises(BadRequest, match="Wrong file identifier"):
            await bot.send_photo(house.group, "no-such-file")
        await house.world.until(lambda: house.side.pending(house.bot), "the forward")
        for update in await poll(bot):
            assert update.message is not None
            assert update.message.caption == "A picture"


async def test_every_kind_through_the_real_client() -> None:
    house = build()
    async with serving(house) as bot:
        root = await bot.send_message(house.group, "root")
        reply = ReplyParameters(root.message_id)
        chat = house.group
        sent = [
            await bot.send_video(chat, b"v", width=4, height=3, duration=9, reply_parameters=reply),
            await bot.send_animation(chat, b"a", reply_parameters=reply, has_spoiler=True),
            await bot.send_voice(chat, b"o", reply_parameters=reply, caption="heard"),
            await bot.send_audio(chat, b"m", title="T", performer="P", reply_parameters=reply),
            await bot.send_sticker(chat, webp(512, 400), emoji="🙂", reply_parameters=reply),
            await bot.send_video_note(chat, b"n", reply_parameters=reply),
        ]
        assert {one.reply_to_message.message_id for one in sent if one.reply_to_message} == {
            root.message_id
        }
        album = await bot.send_media_group(
            chat,
            [InputMediaAudio(b"1", title="one"), InputMediaAudio(b"2")],
            reply_parameters=reply,
        )
        await bot.edit_message_media(InputMediaAudio(b"3"), chat, album[0].message_id)
        mixed: list[Any] = [InputMediaPhoto(jpeg(9, 9), has_spoiler=True), InputMediaVideo(b"v")]
        photo, _ = await bot.send_media_group(chat, mixed)
        assert photo.has_media_spoiler
        copied = await bot.copy_messages(chat, chat, [one.message_id for one in album])
        assert len(copied) == 2
        await bot.forward_messages(chat, chat, [photo.message_id])


async def test_a_large_file_comes_and_goes_in_pieces() -> None:
    house = build()
    async with serving(house) as bot:
        data = bytes(range(256)) * (15 * MEGA // 256)
        sent = await bot.send_document(house.group, io.BytesIO(data), write_timeout=60)
        assert sent.document is not None
        file = await bot.get_file(sent.document.file_id)
        taken = await file.download_as_bytearray(read_timeout=60)
        assert bytes(taken) == data
        with pytest.raises(NetworkError, match="Too Large"):
            await bot.send_document(house.group, bytes(50 * MEGA + 1), write_timeout=60)


@asynccontextmanager
async def site() -> AsyncIterator[str]:
    """A web site on loopback: /p.jpg, /page, /moved, /large.jpg."""

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=jpeg(64, 48), content_type="image/jpeg")

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<p>words", content_type="text/html")

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPFound("/p.jpg")

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=jpeg(64, 48) + bytes(5 * MEGA), content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/p.jpg", picture)
    app.router.add_get("/page", page)
    app.router.add_get("/moved", moved)
    app.router.add_get("/large.jpg", large)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_files_by_url_are_really_fetched_on_this_machine_and_nowhere_else() -> None:
    house = build()
    async with site() as url, serving(house) as bot:
        sent = await bot.send_photo(house.group, f"{url}/p.jpg")
        assert (sent.photo[-1].width, sent.photo[-1].height) == (64, 48)
        await bot.send_photo(house.group, f"{url}/moved")
        album = [InputMediaPhoto(f"{url}/p.jpg"), InputMediaPhoto(f"{url}/p.jpg")]
        assert len(await bot.send_media_group(house.group, album)) == 2
        with pytest.raises(BadRequest, match="Wrong type of the web page content"):
            await bot.send_photo(house.group, f"{url}/page")
        for wrong in (f"{url}/gone", f"{url}/large.jpg", "https://example.org/p.jpg"):
            with pytest.raises(BadRequest, match="Failed to get http url content"):
                await bot.send_photo(house.group, wrong)
        body = {"description": "Bad Request: wrong type of the web page content"}
        house.world.faults.add(Fault("telegram", "fetch", "status", status=400, body=body))
        with pytest.raises(BadRequest, match="Wrong type"):
            await bot.send_photo(house.group, f"{url}/p.jpg")
        await bot.send_photo(house.group, f"{url}/p.jpg")


async def test_faults_in_the_middle_of_uploads() -> None:
    house = build()
    faults = house.world.faults
    data = bytes(2 * MEGA)
    async with serving(house) as bot:
        faults.add(Fault("telegram", "sendDocument", "upload_drop", after=MEGA))
        with pytest.raises(NetworkError):
            await bot.send_document(house.group, data)
        faults.add(Fault("telegram", "sendDocument", "upload_stall", after=MEGA, seconds=600))
        with pytest.raises(TimedOut):
            await bot.send_document(house.group, data, read_timeout=0.05, write_timeout=0.05)
        assert house.side.messages(house.group)[-1].get("document") is None
        await bot.send_document(house.group, data)
        assert house.side.messages(house.group)[-1]["document"]["file_size"] == len(data)


async def test_faults_of_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    house = build()
    faults = house.world.faults
    message = house.side.person_posts(
        house.ana, house.group, media=Attachment("document", bytes(MEGA))
    )
    async with serving(house) as bot:
        file = await bot.get_file(message["document"]["file_id"])
        faults.add(Fault("telegram", "file", "status", status=502))
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
        faults.add(Fault("telegram", "file", "429", retry_after=3))
        with pytest.raises(RetryAfter):
            await file.download_as_bytearray()
        for kind in ("drop_before", "torn"):
            faults.add(Fault("telegram", "file", kind))
            with pytest.raises(NetworkError):
                await file.download_as_bytearray()
        faults.add(Fault("telegram", "file", "stall", after=1000, seconds=600))
        with pytest.raises(TimedOut):
            await file.download_as_bytearray(read_timeout=0.1)
        assert len(await file.download_as_bytearray()) == MEGA


async def test_files_need_the_right_token_and_a_path_that_was_given() -> None:
    house = build()
    message = house.side.person_posts(house.ana, house.group, media="document")
    async with serving(house) as bot:
        path = (await bot.get_file(message["document"]["file_id"])).file_path
        assert path is not None
        wrong = path.replace(TOKEN, "1:other")
        async with aiohttp.ClientSession() as session:
            statuses = []
            for url in (path, wrong, f"{path}x"):
                async with session.get(url) as response:
                    statuses.append(response.status)
        assert statuses == [200, 401, 404]
