"""Pictures, sounds and files, from where people post them to the other side and the desk."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from core.newsroom import Rules
from core.newsroom.context import Context
from core.ports import Tx
from tests.metadata import made
from tests.rehearsal.test_discord_media import content
from tests.road.hands import Hands
from tests.road.house import newsroom

Json = dict[str, Any]
MEGABYTE = 1024 * 1024


@asynccontextmanager
async def published(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article; Ana has spoken to the bot before."""
    async with newsroom(folder, mode=mode, rules=Rules(album_gather=0.2)) as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.ana)
        yield hands


def here(hands: Hands) -> list[Json]:
    """Our messages with files in the Discord thread."""
    found = hands.d.messages(hands.house.forum_thread() or "")
    return [m for m in found if m["author"].get("bot") and m["attachments"]]


def there(hands: Hands, kind: str) -> list[Json]:
    """Our messages with a medium of a kind in the Telegram group."""
    return [m for m in hands.t.messages(hands.p.group) if kind in m and m["from"]["is_bot"]]


def ben(hands: Hands, text: str, *files: tuple[str, bytes]) -> str:
    """Ben posts files in the thread; the message's id."""
    thread = hands.house.forum_thread() or ""
    made = hands.d.person_posts(hands.p.ben, thread, text, attachments=files)
    return str(made["id"])


def _captioned(hands: Hands, kind: str) -> list[Json]:
    return [m for m in there(hands, kind) if f"the {kind}" in m["caption"]]


async def rows(hands: Hands) -> list[Any]:
    """What is known of the bytes."""
    return await hands.house.product.newsroom.look(
        lambda tx, _: tx.all("SELECT * FROM attachment ORDER BY id")
    )


def spooled(folder: Path) -> list[Path]:
    return sorted((folder / "commonthread.spool").iterdir())


# Kinds


@pytest.mark.parametrize(
    "kind",
    ["photo", "video", "animation", "audio", "document", "video_note", "sticker", "voice"],
)
async def test_each_kind_goes_to_discord(tmp_path: Path, kind: str) -> None:
    async with published(tmp_path) as hands:
        hands.ana("look at this", media=Attachment(kind, emoji="🦊"))
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        if kind not in ("video_note", "sticker"):
            words = copy if kind != "voice" else hands.copy_here("look at this")
            assert words
            assert "look at this" in words["content"]
        await hands.settled()


async def test_files_go_to_telegram_as_what_they_are(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for name, kind in (("a.jpg", "photo"), ("b.mp4", "video"), ("c.gif", "animation"),
                           ("d.mp3", "audio"), ("e.pdf", "document")):  # fmt: skip
            ben(hands, f"the {kind}", (name, jpeg(40, 30)))
            await hands.house.until(partial(_captioned, hands, kind), f"{kind} on Telegram")
        await hands.settled()


async def test_nobody_is_told_where_a_picture_was_taken(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        photo = made.jpeg(6)
        ben(hands, "from Discord", ("a.jpg", photo))
        hands.ana("from Telegram", media=Attachment("document", photo, name="b.jpg"))
        for words in ("from Discord", "from Telegram"):
            card = await hands.house.until(partial(hands.house.card, words), f"card: {words}")
            hands.presses(card, "Approve")
            await hands.settled()
        files = hands.house.world.files
        sent = [m["photo"][-1]["file_id"] for m in there(hands, "photo")]
        sent += [m["document"]["file_id"] for m in there(hands, "document")]
        sent += [m["photo"][-1]["file_id"] for m in hands.house.cards() if "photo" in m]
        copies = [
            b"".join(files.chunks(file["kept"])) for file in map(hands.t.media.file, sent) if file
        ]
        desk = hands.d.messages(hands.p.discord_desk)
        shown = [a for m in (*here(hands), *desk) for a in m["attachments"]]
        copies += [content(hands.d, a["url"]) for a in shown]
        assert len(copies) >= 4
        for copy in copies:
            assert Image.open(io.BytesIO(copy)).getexif() == {0x0112: 6}
            assert not [secret for secret in made.SECRETS if secret in copy]


async def test_spoilers_stay_spoilers(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("hidden", media=Attachment("photo", jpeg(40, 30), spoiler=True))
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        assert copy["attachments"][0]["filename"].startswith("SPOILER_")
        ben(hands, "told", ("SPOILER_x.jpg", jpeg(50, 30)))
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        assert photo["has_media_spoiler"]


# Held


async def test_a_held_photo_is_seen_at_both_desks_and_published(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        data = jpeg(64, 48)
        hands.ana("held photo", media=Attachment("photo", data))
        card = await hands.house.until(lambda: hands.house.card("held photo"), "card")
        [shown] = await hands.house.until(
            lambda: [m for m in hands.house.cards() if "photo" in m], "the photo at the desk"
        )
        assert shown["has_media_spoiler"]
        other = await hands.house.until(lambda: hands.house.discord_card("held photo"), "card")
        assert other["attachments"][0]["filename"].startswith("SPOILER_")
        assert not [m for m in hands.t.messages(hands.p.group) if "photo" in m]
        hands.presses(card, "Approve")
        await hands.house.until(lambda: here(hands), "on Discord")
        [copy] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        await hands.settled()
        file = hands.t.media.file(copy["photo"][-1]["file_id"])
        assert file
        assert b"".join(hands.house.world.files.chunks(file["kept"])) == data


async def test_nothing_goes_before_its_bytes_are_kept(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.house.world.faults.add(Fault("telegram", "getFile", "status", times=2, status=500))
        hands.ana("first", media="photo")
        hands.ana("words only")
        await hands.nowhere("words only")
        standing = [m for m in hands.t.messages(hands.p.group) if m.get("caption") == "first"]
        if any(row["state"] == "wanted" for row in await rows(hands)):
            assert standing
        await hands.house.until(lambda: hands.house.card("first"), "the card")
        await hands.house.until(
            lambda: not [m for m in hands.t.messages(hands.p.group) if "photo" in m], "removed"
        )
        assert [row["state"] for row in await rows(hands)] == ["kept"]
        assert spooled(tmp_path)[0].stat().st_mode & 0o777 == 0o600


async def test_what_cannot_be_fetched_is_copied_to_the_desk(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("large", media=Attachment("video", size=21 * MEGABYTE))
        card = await hands.house.until(lambda: hands.house.card("large"), "the card")
        await hands.house.until(
            lambda: [m for m in hands.house.cards() if "video" in m], "the copy at the desk"
        )
        await hands.house.until(
            lambda: not [m for m in hands.t.messages(hands.p.group) if "video" in m], "removed"
        )
        hands.presses(card, "Approve")
        copy = await hands.house.until(lambda: hands.copy_here("large"), "on Discord")
        assert "Not shown here: video, 21.0 MB" in copy["content"]


async def test_what_is_lost_is_rejected_and_told(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        for method in ("getFile", "copyMessage"):
            body = {"ok": False, "error_code": 400, "description": "Bad Request: wrong file_id"}
            hands.house.world.faults.add(
                Fault("telegram", method, "status", times=9, status=400, body=body)
            )
        hands.ana("gone soon", media="photo")
        await hands.house.until(
            lambda: any("was rejected" in m.get("text", "") for m in hands.house.cards()), "told"
        )
        look = hands.house.product.newsroom.look
        row = await look(lambda tx, _: tx.one("SELECT state FROM comment"))
        assert row is not None
        assert row["state"] == "rejected"
        await hands.house.until(
            lambda: not [m for m in hands.t.messages(hands.p.group) if "photo" in m], "removed"
        )


# Sizes


async def test_too_large_for_the_other_side_is_a_line_with_a_link(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("much", media=Attachment("video", size=12 * MEGABYTE, name="x.mp4"))
        copy = await hands.house.until(lambda: hands.copy_here("much"), "on Discord")
        assert "Not shown here: video, 12.0 MB" in copy["content"]
        assert "[the original](<https://t.me/" in copy["content"]
        assert not copy["attachments"]
        await hands.settled()


@pytest.mark.parametrize("size", [9, 12])
async def test_a_files_name_does_no_harm(tmp_path: Path, size: int) -> None:
    """Neither where the file goes nor in the line that says that it is too large."""
    async with published(tmp_path) as hands:
        name = "../no\u202egnp.@everyone\r\n# x.exe"
        hands.ana("take", media=Attachment("document", size=size * MEGABYTE, name=name))
        copy = await hands.house.until(lambda: hands.copy_here("take"), "on Discord")
        shown = copy["content"] + "".join(a["filename"] for a in copy["attachments"])
        assert "gnp" in shown
        assert not [odd for odd in ("../", "\u202e", "@everyone", "\n#") if odd in shown]
        assert bool(copy["attachments"]) == (size == 9)


async def test_nineteen_megabytes_stream_through(tmp_path: Path) -> None:
    """From Telegram into the spool, and from there to the desk and back into the group."""
    async with published(tmp_path, "held") as hands:
        tracemalloc.start()
        hands.ana("heavy", media=Attachment("video", size=19 * MEGABYTE))
        card = await hands.house.until(lambda: hands.house.card("heavy"), "the card")
        hands.presses(card, "Approve")
        [copy] = await hands.house.until(lambda: there(hands, "video"), "on Telegram")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert copy["video"]["file_size"] == 19 * MEGABYTE
        assert peak < 8 * MEGABYTE, f"{peak / MEGABYTE:.1f} MB"


async def test_a_long_text_follows_its_medium(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ben(hands, "long " * 390, ("a.jpg", jpeg(30, 30)))
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "the photo")
        text = await hands.house.until(lambda: hands.copy_there("long long"), "the text")
        assert photo["caption"].startswith("#1")
        assert text["reply_to_message"]["message_id"] == photo["message_id"]
        await hands.settled()


# Albums


async def test_an_album_is_one_comment_both_ways(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(3)]
        hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["an album"], under=hands.house.root()
        )
        [copy] = await hands.house.until(lambda: here(hands), "one comment of three")
        await hands.settled()
        [copy] = here(hands)
        assert len(copy["attachments"]) == 3
        assert "edited" not in copy["content"]
        ben(hands, "mine", *((f"{n}.jpg", jpeg(40 + n, 30)) for n in range(4)))
        album = await hands.house.until(
            lambda: len(there(hands, "photo")) == 4 and there(hands, "photo"), "an album"
        )
        assert len({m["media_group_id"] for m in album}) == 1
        assert ["mine" in m.get("caption", "") for m in album] == [True, False, False, False]
        await hands.settled()


async def test_late_pieces_join_across_a_restart(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(3)]
        hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["in pieces"], under=hands.house.root(), held=2
        )
        await hands.house.until(lambda: here(hands), "the first piece")
        await hands.settled()
        hands.t.release_pieces(1)
        await hands.house.until(lambda: len(here(hands)[0]["attachments"]) == 2, "the second")
        await hands.house.restart()
        hands.t.release_pieces()
        await hands.house.until(lambda: len(here(hands)[0]["attachments"]) == 3, "the third")
        await hands.settled()
        assert len(here(hands)) == 1
        assert "edited" not in here(hands)[0]["content"]


async def test_one_piece_of_an_album_is_edited(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(2)]
        first, second = hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["one", "two"], under=hands.house.root()
        )
        await hands.house.until(lambda: here(hands) and "two" in here(hands)[0]["content"], "up")
        hands.t.person_edits(hands.p.ana, hands.p.group, second["message_id"], "zwei")
        await hands.house.until(lambda: "zwei" in here(hands)[0]["content"], "the caption")
        assert "one" in here(hands)[0]["content"]
        assert "edited" in here(hands)[0]["content"]
        sizes = {a["size"] for a in here(hands)[0]["attachments"]}
        hands.t.person_replaces(
            hands.p.ana, hands.p.group, first["message_id"],
            Attachment("photo", jpeg(300, 200)), "one",
        )  # fmt: skip
        await hands.house.until(
            lambda: {a["size"] for a in here(hands)[0]["attachments"]} != sizes, "the medium"
        )
        assert len(here(hands)[0]["attachments"]) == 2
        await hands.settled()


# Edits and faults


async def test_an_original_that_goes_after_long_leaves_its_picture(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("an old photo", media=Attachment("photo", jpeg(64, 48)))
        await hands.house.until(lambda: here(hands), "on Discord")
        await hands.settled()
        await hands.house.product.newsroom.change(_expires)
        await hands.starts(hands.p.boss)
        await hands.in_group(hands.p.boss, "/mode held")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "another caption")
        await hands.house.until(lambda: hands.house.card("another caption"), "a card")
        [copy] = await hands.house.until(lambda: there(hands, "photo"), "the approved one")
        assert "an old photo" in copy["caption"]
        await hands.settled()
        assert hands.t.message(hands.p.group, own) is None


async def test_no_picture_is_lost_by_a_merge(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        harbor = "Harbor report"
        await hands.house.publish(harbor)
        root, p = hands.house.root(harbor), hands.p
        photo = Attachment("photo", jpeg(64, 48))
        hands.t.person_posts(p.ana, p.group, "a photo of it", under=root, media=photo)
        await hands.house.until(lambda: hands.house.thread_message("a photo", harbor), "relayed")
        await hands.settled()
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE attachment SET state = 'expired'"))
        assert "2#1 is not kept any more" in await hands.at_desk("/merge 1 2")
        await room.change(lambda tx, _: tx.run("UPDATE attachment SET state = 'kept'"))
        assert "1 comment moved" in await hands.at_desk("/merge 1 2")
        await hands.settled()
        await room.change(_expires)
        assert "Taken back" not in await hands.at_desk("/undo")


def _expires(tx: Tx, _: Context) -> None:
    tx.run("UPDATE attachment SET state = 'expired', file = ''")


async def test_a_changed_caption_uploads_nothing(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        made = ben(hands, "before", ("a.jpg", jpeg(30, 30)))
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "the photo")
        await hands.settled()
        hands.d.person_edits(hands.p.ben, made, "after")
        await hands.house.until(
            lambda: "after" in there(hands, "photo")[0]["caption"], "the new caption"
        )
        assert there(hands, "photo")[0]["photo"] == photo["photo"]
        post = hands.ana("before this", media="photo")
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        hands.t.person_edits(hands.p.ana, hands.p.group, post, "after this")
        await hands.house.until(lambda: "after this" in here(hands)[0]["content"], "edited")
        assert here(hands)[0]["attachments"][0]["id"] == copy["attachments"][0]["id"]


async def test_a_refused_photo_goes_as_a_file(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ben(hands, "no picture", ("a.jpg", b"no picture at all"))
        [copy] = await hands.house.until(lambda: there(hands, "document"), "as a file")
        assert "no picture" in copy["caption"]
        ben(hands, "two", ("a.jpg", b"no picture"), ("b.jpg", jpeg(30, 30)))
        await hands.house.until(lambda: there(hands, "photo"), "the good one")
        await hands.settled()
        assert len(there(hands, "document")) == 2


async def test_an_upload_whose_answer_is_lost_is_found_again(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.house.world.faults.add(
            Fault("discord", "POST /channels/{channel_id}/messages", "drop_after")
        )
        hands.ana("once", media="photo")
        await hands.house.until(lambda: here(hands), "on Discord")
        await hands.settled()
        assert len(here(hands)) == 1
        assert "edited" not in here(hands)[0]["content"]


async def test_a_broken_download_is_fetched_again(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.house.world.faults.add(Fault("telegram", "file", "torn", times=1))
        hands.ana("torn", media="photo")
        await hands.house.until(lambda: here(hands), "on Discord")
        assert len(spooled(tmp_path)) == 1


async def test_a_removed_photo_is_gone_and_its_placeholder_has_none(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ben(hands, "to go", ("a.jpg", jpeg(30, 30)))
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "the photo")
        hands.ana("an answer", reply=photo["message_id"])
        await hands.house.until(lambda: hands.copy_here("an answer"), "the answer on Discord")
        await hands.at_desk("/remove 1#1")
        await hands.house.until(lambda: not there(hands, "photo"), "no photo")
        await hands.house.until(
            lambda: hands.copy_there("This comment was removed"), "a placeholder"
        )


async def test_files_without_a_row_are_swept(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("kept", media="photo")
        await hands.house.until(lambda: here(hands), "on Discord")
        await hands.settled()
        [known] = spooled(tmp_path)
        await hands.house.stop()
        (known.parent / "orphan").write_bytes(b"left by a crash")
        await hands.house.start()
        await hands.house.until(lambda: spooled(tmp_path) == [known], "swept")
