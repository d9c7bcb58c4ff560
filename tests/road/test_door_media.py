"""Pictures, voices and files through Telegram's door, under a pseudonym, to both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.telegram import Attachment, specials
from bots.rehearsal.telegram.pictures import jpeg
from core.authors import unseal
from core.newsroom import Rules
from core.newsroom.context import Context
from core.ports import Tx
from tests.road.hands import Hands
from tests.road.house import newsroom
from tests.road.test_door import button, direct, post, rows

Json = dict[str, Any]
MEGABYTE = 1024 * 1024
NAME = "Ana-Perez-IMG.jpg"


@asynccontextmanager
async def at_the_door(
    folder: Path, mode: str = "open", gather: float = 0.2
) -> AsyncIterator[Hands]:
    """A newsroom with one article; Ana pressed Comment and is asked for her words."""
    async with newsroom(folder, mode=mode, way="door", rules=Rules(album_gather=gather)) as house:
        await house.publish()
        hands = Hands(house)
        await enters(hands)
        yield hands


async def enters(hands: Hands, url: str = "") -> None:
    before = len(hands.t.messages(hands.p.ana))
    hands.t.person_opens(hands.p.ana, url or button(post(hands.house), "Comment")["url"])
    await hands.house.until(
        lambda: any("Write your comment" in m.get("text", "")
                    for m in hands.t.messages(hands.p.ana)[before:]), "asked",
    )  # fmt: skip


def sends(hands: Hands, text: str, media: str | Attachment) -> Json:
    """Ana writes to the bot; her message."""
    return hands.t.person_posts(hands.p.ana, hands.p.ana, text, media=media)


def previews(hands: Hands) -> list[Json]:
    """What the bot showed back with a Send button, oldest first."""
    return [
        m for m in hands.t.messages(hands.p.ana)
        if "Send" in str(m.get("reply_markup")) and "Attached" in m["text"]
    ]  # fmt: skip


async def preview(hands: Hands, words: str) -> Json:
    return await hands.house.until(  # type: ignore[no-any-return]
        lambda: next((m for m in reversed(previews(hands)) if words in m["text"]), None),
        f"preview of {words!r}",
    )


async def confirms(hands: Hands, shown: Json) -> Json:
    hands.t.person_presses(hands.p.ana, hands.p.ana, shown["message_id"], "Send")
    return await hands.house.until(  # type: ignore[no-any-return]
        lambda: direct(hands.house, hands.p.ana, "Thank you"), "thanked"
    )


def here(hands: Hands) -> list[Json]:
    """Our messages with files in the Discord thread."""
    found = hands.d.messages(hands.house.forum_thread() or "")
    return [m for m in found if m["attachments"]]


def there(hands: Hands, kind: str) -> list[Json]:
    """Our messages with a medium of a kind in the Telegram group."""
    return [m for m in hands.t.messages(hands.p.group) if kind in m]


def content(hands: Hands, message: Json) -> bytes:
    """What is in the photo of a Telegram message."""
    file = hands.t.media.file(message["photo"][-1]["file_id"])
    assert file
    return b"".join(hands.house.world.files.chunks(file["kept"]))


async def test_a_held_photo_goes_from_the_direct_chat_to_both_sides(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "core")
    caplog.set_level("DEBUG", "bots")
    async with at_the_door(tmp_path, "held") as hands:
        data = jpeg(64, 48)
        mine = sends(hands, "the pier", Attachment("photo", data, spoiler=True))
        shown = await preview(hands, "the pier")
        assert "Attached: photo" in shown["text"]
        assert not await rows(hands.house, "SELECT 1 FROM attachment"), "nothing before Send"
        thanks = await confirms(hands, shown)
        assert "Attached: photo" in thanks["text"]
        card = await hands.house.until(lambda: hands.house.card("the pier"), "card")
        [seen] = await hands.house.until(
            lambda: [m for m in hands.house.cards() if "photo" in m], "the photo at the desk"
        )
        other = await hands.house.until(
            lambda: hands.house.discord_card("the pier"), "card on Discord"
        )
        assert len(other["attachments"]) == 1
        assert not there(hands, "photo")
        hands.presses(card, "Approve")
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        await hands.settled()
        assert copy["attachments"][0]["filename"].startswith("SPOILER_")
        assert photo["has_media_spoiler"]
        assert content(hands, photo) == data
        assert "the pier" in copy["content"]
        assert "the pier" in photo["caption"]
        assert mine["message_id"] in [m["message_id"] for m in hands.t.messages(hands.p.ana)]
        public = str([card, seen, other, copy, photo])
        names = await rows(hands.house, "SELECT name FROM comment")
        assert names[0]["name"] in public
        told = mine["photo"][-1]["file_id"], str(hands.p.ana), "Ana"
        for secret in told:
            assert secret not in public
            assert secret not in caplog.text


def files(folder: Path) -> bytes:
    """The database as it lies on disk."""
    return b"".join(file.read_bytes() for file in folder.glob("commonthread.db*"))


async def test_nothing_of_a_draft_is_in_the_clear(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        mine = sends(hands, "", Attachment("document", jpeg(20, 20), name=NAME))
        warned = await preview(hands, "Attached: file")
        assert "names and places" in warned["text"]
        await hands.house.stop()
        stored = files(tmp_path)
        file = mine["document"]
        for secret in (NAME, file["file_id"], file["file_unique_id"]):
            assert secret.encode() not in stored
        await hands.house.start()


async def test_a_voice_survives_a_restart_before_it_is_sent(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        sends(hands, "", "voice")
        shown = await preview(hands, "voice message")
        assert "know your voice" in shown["text"]
        await hands.house.restart()
        await confirms(hands, shown)
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        [voice] = await hands.house.until(lambda: there(hands, "voice"), "on Telegram")
        assert voice["caption"].startswith("#1 ")
        assert len(copy["attachments"]) == 1
        await hands.settled()


@pytest.mark.parametrize("kind", ["video", "animation", "audio", "document", "sticker"])
async def test_each_kind_goes_through(tmp_path: Path, kind: str) -> None:
    """A name that a device gave is carried only where the preview tells it."""
    async with at_the_door(tmp_path) as hands:
        sends(hands, "" if kind == "sticker" else "look", Attachment(kind, name=NAME, emoji="🦊"))
        shown = await preview(hands, "Attached")
        await confirms(hands, shown)
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        [message] = await hands.house.until(
            lambda: there(hands, "photo" if kind == "sticker" else kind), "on Telegram"
        )
        await hands.settled()
        stem = NAME.removesuffix(".jpg")
        told = stem in shown["text"]
        assert told == (kind in ("audio", "document"))
        assert (stem in str([copy, message])) == told


async def test_words_and_media_of_a_draft_are_replaced_by_themselves(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        first, second = jpeg(30, 20), jpeg(50, 40)
        sends(hands, "first words", Attachment("photo", first))
        old = await preview(hands, "first words")
        hands.t.person_posts(hands.p.ana, hands.p.ana, "second words")
        await preview(hands, "second words")
        sends(hands, "", Attachment("photo", second))
        await hands.house.until(lambda: len(previews(hands)) == 3, "the third preview")
        new = previews(hands)[-1]
        assert "second words" in new["text"]
        pressed = hands.t.person_presses(hands.p.ana, hands.p.ana, old["message_id"], "Send")
        assert "It changed since" in await hands.toast(pressed)
        await confirms(hands, new)
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        assert "second words" in photo["caption"]
        assert content(hands, photo) == second


def photos(count: int) -> list[Attachment]:
    return [Attachment("photo", jpeg(30 + n, 30)) for n in range(count)]


async def test_an_album_is_one_preview_and_one_comment(tmp_path: Path) -> None:
    async with at_the_door(tmp_path, "held") as hands:
        hands.t.person_posts_album(hands.p.ana, hands.p.ana, photos(3), ["all of it", "", "end"])
        shown = await preview(hands, "photo, photo, photo")
        assert "all of it\nend" in shown["text"]
        assert previews(hands) == [shown]
        await confirms(hands, shown)
        card = await hands.house.until(lambda: hands.house.card("all of it"), "card")
        await hands.house.until(
            lambda: len([m for m in hands.house.cards() if "photo" in m]) == 3, "at the desk"
        )
        hands.presses(card, "Approve")
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        assert len(copy["attachments"]) == 3
        await hands.house.until(lambda: len(there(hands, "photo")) == 3, "on Telegram")
        assert len({m["media_group_id"] for m in there(hands, "photo")}) == 1
        await hands.settled()
        assert len(await rows(hands.house, "SELECT 1 FROM comment")) == 1


async def test_pieces_of_an_album_join_before_and_after_it_is_sent(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        hands.t.person_posts_album(hands.p.ana, hands.p.ana, photos(3), ["in pieces"], held=2)
        old = await preview(hands, "Attached: photo")
        await hands.house.restart()
        hands.t.release_pieces(1)
        shown = await preview(hands, "photo, photo")
        pressed = hands.t.person_presses(hands.p.ana, hands.p.ana, old["message_id"], "Send")
        assert "It changed since" in await hands.toast(pressed)
        await confirms(hands, shown)
        await hands.house.until(lambda: here(hands), "on Discord")
        await hands.settled()
        hands.t.release_pieces()
        await hands.house.until(
            lambda: direct(hands.house, hands.p.ana, "added to 1#1"), "told of the late piece"
        )
        await hands.house.until(lambda: len(here(hands)[0]["attachments"]) == 3, "all three")
        await hands.settled()
        assert len(await rows(hands.house, "SELECT 1 FROM comment")) == 1


async def test_the_preview_of_an_album_outlives_the_end_of_the_program(tmp_path: Path) -> None:
    """The first piece is answered at once. What came since is shown on the next press."""
    async with at_the_door(tmp_path, gather=5.0) as hands:
        hands.t.person_posts_album(hands.p.ana, hands.p.ana, photos(3), ["whole"], held=2)
        old = await preview(hands, "Attached: photo")
        hands.t.release_pieces()
        await hands.house.until_async(lambda: drafted(hands, 3), "all of it is drafted")
        await hands.house.restart()
        assert previews(hands) == [old]
        pressed = hands.t.person_presses(hands.p.ana, hands.p.ana, old["message_id"], "Send")
        assert "It changed since" in await hands.toast(pressed)
        shown = await preview(hands, "photo, photo, photo")
        assert "whole" in shown["text"]
        await confirms(hands, shown)
        await hands.house.until(lambda: there(hands, "photo")[2:], "all three")


async def drafted(hands: Hands, count: int) -> bool:
    """Whether the draft at the door has so many pieces."""

    def work(tx: Tx, context: Context) -> bool:
        row = tx.one("SELECT sealed FROM door")
        return row is not None and len(unseal(context.keys, row["sealed"])["attachments"]) == count

    return await hands.house.product.newsroom.look(work)


async def test_a_late_piece_is_refused_where_comments_are_closed(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        hands.t.person_posts_album(hands.p.ana, hands.p.ana, photos(2), ["too late"], held=1)
        await confirms(hands, await preview(hands, "too late"))
        await hands.house.until(lambda: here(hands), "on Discord")
        await hands.house.product.newsroom.command(None, "lock", "1")
        hands.t.release_pieces()
        await hands.house.until(
            lambda: direct(hands.house, hands.p.ana, "not accepted"), "told that it is refused"
        )
        await hands.settled()
        assert len(here(hands)[0]["attachments"]) == 1


async def test_a_reply_and_a_change_carry_media(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        first, second = jpeg(30, 20), jpeg(50, 40)
        sends(hands, "first words", Attachment("photo", first))
        await confirms(hands, await preview(hands, "first words"))
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        await hands.settled()
        hands.t.person_posts(hands.p.ana, hands.p.ana, "/edit 1#1 second words")
        await hands.house.until(
            lambda: "second words" in there(hands, "photo")[0]["caption"], "the caption"
        )
        sends(hands, "/edit 1#1", Attachment("photo", second))
        await hands.house.until(
            lambda: content(hands, there(hands, "photo")[0]) == second, "the picture"
        )
        assert "second words" in there(hands, "photo")[0]["caption"]
        sends(hands, "/reply 1#1 a picture too", Attachment("photo", first))
        reply = await hands.house.until(
            lambda: next((m for m in there(hands, "photo") if "too" in m["caption"]), None), "reply"
        )
        assert reply["reply_to_message"]["message_id"] == photo["message_id"]
        await hands.settled()


async def test_what_cannot_be_carried(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        sends(hands, "much", Attachment("video", size=21 * MEGABYTE))
        await hands.house.until(lambda: direct(hands.house, hands.p.ana, "too large"), "refused")
        assert not previews(hands)
        hands.t.person_posts(hands.p.ana, hands.p.ana, special=specials.location(19.4, -99.1))
        shown = await hands.house.until(
            lambda: direct(hands.house, hands.p.ana, "Only named, never shown: location"), "told"
        )
        await confirms(hands, shown)
        card = await hands.house.until(lambda: hands.house.card("location"), "held in any mode")
        assert "19.4" not in str(card)


async def test_a_poll_becomes_words(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        poll = specials.poll("Which pier?", ["North", "South"])
        hands.t.person_posts(hands.p.ana, hands.p.ana, special=poll)
        await confirms(hands, await preview(hands, "Attached: poll"))
        copy = await hands.house.until(lambda: hands.copy_here("Which pier?"), "on Discord")
        assert "North" in copy["content"]
        await hands.house.until(lambda: hands.copy_there("Which pier?"), "on Telegram")


async def test_media_without_an_open_door_are_not_kept(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        await confirms_words(hands)
        hands.t.person_posts_album(hands.p.ana, hands.p.ana, photos(2), ["out of turn"])
        await hands.house.until(lambda: direct(hands.house, hands.p.ana, "Press Comment"), "told")
        assert not await rows(hands.house, "SELECT 1 FROM door")
        assert not await rows(hands.house, "SELECT 1 FROM attachment")


async def confirms_words(hands: Hands) -> None:
    """Ana's first comment is sent, so that nothing waits for her words any more."""
    hands.t.person_posts(hands.p.ana, hands.p.ana, "words only")
    shown = await hands.house.until(
        lambda: next((m for m in hands.t.messages(hands.p.ana)
                      if "Send" in str(m.get("reply_markup"))), None), "preview",
    )  # fmt: skip
    await confirms(hands, shown)
