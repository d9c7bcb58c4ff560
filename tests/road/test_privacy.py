"""What a person is told of themselves, gets as a file, and can have forgotten."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bots.app import Product
from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from core.authors import Keys, tag
from core.i18n import texts
from core.model import Role
from core.newsroom.authors import forgetting, privacy
from core.newsroom.comments import parcel
from core.newsroom.decisions import audit
from core.newsroom.decisions.log import Actor
from core.newsroom.target import Call
from core.ports import Tx
from core.views import Answer
from tests.road.hands import Hands
from tests.road.house import SECRET, newsroom
from tests.road.test_door import button, post
from tests.road.test_learning import learned

Json = dict[str, Any]


@asynccontextmanager
async def published(folder: Path, mode: str = "held") -> AsyncIterator[Hands]:
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


async def _forgotten(hands: Hands) -> None:
    """Wait until nobody is being forgotten any more and nothing of it stands in the log."""

    async def over() -> bool:
        rows = await hands.house.product.newsroom.look(
            lambda tx, _: tx.all("SELECT 1 FROM forgetting")
        )
        return not rows

    await hands.house.until_async(over, "everything is erased")
    await hands.settled()


async def _ask(hands: Hands, person: int, command: str) -> Json:
    """The bot's answer in somebody's direct chat."""
    before = len(hands.t.messages(person))
    hands.t.person_posts(person, hands.bot, command)
    await hands.house.until(lambda: len(hands.t.messages(person)) > before + 1, command)
    return hands.t.messages(person)[-1]


async def test_privacy_tells_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        told = (await _ask(hands, hands.p.ana, "/privacy"))["text"]
        assert "Nothing else." in told
        assert "Telegram sees everything that you write" in told
        assert "Telegram does not tell me when you delete" in told
        hands.ana("first words of Ana")
        hands.ana("second words of Ana")
        await hands.house.until(lambda: hands.house.card("second words"), "cards")
        await hands.at_desk("/approve 1#1")
        told = (await _ask(hands, hands.p.ana, "/privacy"))["text"]
        assert "Your comments (held 1, published 1)" in told
        assert "Your record at The Paper: 1 published, 0 rejected; standing: ordinary." in told
        assert "Where I can reach you, sealed" in told
        assert "UTC" not in told
        assert "2026-" not in told
        assert "1 decision about you or your comments" in told
        assert "note about you" not in told
        await hands.at_desk("/note 1#1 knows the harbour")
        await hands.at_desk("/warn 1#1")
        told = (await _ask(hands, hands.p.ana, "/privacy"))["text"]
        assert "Among them 1 note about you that moderators wrote and read." in told
        assert "Among them 1 warning, with its points." in told
        assert "harbour" not in told
        thread = hands.house.forum_thread() or ""
        there = await hands.slash(hands.p.ben, thread, "privacy")
        assert "Nothing else." in there
        assert "Discord sees everything" in there
        assert "is shown to you alone" in there


async def test_at_the_desk_and_in_a_group_it_is_told_to_nobody_else(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.starts(hands.p.boss)
        before = len(hands.house.cards())
        hands.t.person_posts(hands.p.boss, hands.p.desk, "/privacy")
        await hands.house.until(
            lambda: "What I keep about you" in hands.t.messages(hands.p.boss)[-1]["text"],
            "told in the direct chat",
        )
        await hands.settled()
        assert len(hands.house.cards()) <= before + 1
        assert not any("What I keep" in m.get("text", "") for m in hands.house.cards())
        hands.ana("/forget")
        await hands.house.until(
            lambda: any("I tell you this alone" in m["text"] for m in hands.house.group()),
            "referred to the direct chat",
        )
        assert not any("Shall I forget you?" in m["text"] for m in hands.house.group())


async def test_export_is_a_file_for_its_author_alone(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        assert "no comments of yours" in (await _ask(hands, hands.p.ana, "/export"))["text"]
        hands.ana("words of Ana")
        await hands.house.until(lambda: hands.house.card("words of Ana"), "card")
        hands.ben("words of Ben")
        await hands.house.until(lambda: hands.house.discord_card("words of Ben"), "card")
        await hands.at_desk("/reject 1#1 off topic")
        before = len(hands.t.messages(hands.p.ana))
        hands.t.person_posts(hands.p.ana, hands.bot, "/export")
        sent = await hands.house.until(
            lambda: next(
                (m for m in hands.t.messages(hands.p.ana)[before:] if "document" in m), None
            ),
            "the file",
        )
        assert sent["document"]["file_name"] == "comments.json"
        made = await hands.house.until(
            lambda: hands.d.person_commands(
                hands.p.ben, hands.house.forum_thread() or "", "export", {}
            ),
            "asked",
        )
        await hands.answered(made, "/export")
        (attached,) = made.messages[0]["attachments"]
        assert attached["filename"] == "comments.json"
        assert made.messages[0]["flags"] & 64
        keys = Keys.derive(SECRET)
        told = await _exported(hands, tag(keys, "telegram", str(hands.p.ana)))
        (comment,) = told["comments"]
        assert (comment["number"], comment["state"]) == (1, "rejected")
        assert comment["wordings"][0]["text"].startswith("words of Ana")
        assert comment["decisions"][0]["reason"] == "off topic"


async def _exported(hands: Hands, author: str) -> Json:
    call = Call(Actor(author, "Ana"), None, Role.READER, tag=author, platform="telegram")
    answer = await hands.house.product.newsroom.look(lambda tx, c: privacy.export(tx, c, call))
    told: Json = json.loads(answer.files[0].data)
    return told


async def _forget_on_telegram(hands: Hands) -> None:
    question = await _ask(hands, hands.p.ana, "/forget")
    assert "Shall I forget you?" in question["text"]
    assert "A ban, a mute" not in question["text"]
    press = hands.t.person_presses(hands.p.ana, hands.bot, question["message_id"], "Forget me")
    await hands.toast(press)


async def test_who_is_forgotten_is_nowhere_any_more(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("canary words of Ana")
        await hands.house.until(lambda: hands.house.card("canary words"), "card")
        await hands.at_desk("/approve 1#1")
        _, here = await hands.copies("canary words")
        hands.ben("an answer of Ben", reply=here["id"])
        await hands.house.until(lambda: hands.house.discord_card("an answer"), "card")
        await hands.at_desk("/approve 1#2")
        await hands.copies("an answer of Ben")
        hands.ana("canary words, rejected")
        await hands.house.until(lambda: hands.house.card("canary words, rejected"), "card")
        await hands.at_desk("/reject 1#3 canary reason")
        author = tag(Keys.derive(SECRET), "telegram", str(hands.p.ana))
        assert _holds(tmp_path, "canary words", "canary reason", author) == [True] * 3
        await _forget_on_telegram(hands)
        await _forgotten(hands)
        await hands.nowhere("canary words")
        thread = hands.house.forum_thread() or ""
        assert any("This comment was removed." in text for text in hands.d.texts(thread)), (
            hands.d.texts(thread)
        )
        await hands.house.until(
            lambda: (
                not any("canary words" in m.get("text", "") for m in hands.house.cards()[:0])
                and not hands.house.card("canary words")
            ),
            "the cards are empty",
        )
        await hands.house.until(
            lambda: not any(_holds(tmp_path, "canary words", "canary reason", author)),
            "nothing in the files",
        )
        report = await hands.house.product.newsroom.look(lambda tx, c: audit.verify(tx, c))
        assert report.problems == ()
        assert report.erased == 2
        assert "copy" not in (await _ask(hands, hands.p.ana, "/privacy"))["text"]
        rows = await _held_of(hands, author)
        assert rows == {}
        assert "2 decisions" not in await hands.at_desk("/history author 1#1")
        assert "is not known any more" in await hands.at_desk("/history author 1#1")


async def test_what_the_forgotten_taught_is_taken_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ben("The harbour stood empty that night")
        await hands.house.until(lambda: hands.house.discord_card("harbour"), "card")
        await hands.at_desk("/approve 1#1")
        of_ben = learned(tmp_path)
        assert of_ben[1] == [(1, 1, "good")]
        hands.ana("Cheap casino bonus for everybody")
        await hands.house.until(lambda: hands.house.card("casino"), "card")
        await hands.at_desk("/spam 1#2")
        hands.ana("The night was long")
        await hands.house.until(lambda: hands.house.card("was long"), "card")
        await hands.at_desk("/approve 1#3")
        assert learned(tmp_path)[1] == [(1, 1, "good"), (2, 1, "bad"), (3, 1, "good")]
        await _forget_on_telegram(hands)
        await _forgotten(hands)
        assert learned(tmp_path) == of_ben


def _holds(folder: Path, *words: str) -> list[bool]:
    stored = b"".join(file.read_bytes() for file in sorted(folder.glob("commonthread.db*")))
    return [word.encode() in stored for word in words]


async def _held_of(hands: Hands, author: str) -> dict[str, int]:
    """Every table with the tag in any of its columns."""

    def work(tx: Tx, _: object) -> dict[str, int]:
        found: dict[str, int] = {}
        for table in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for row in tx.all(f"SELECT * FROM {table['name']}"):
                if any(author in str(value) for value in dict(row).values()):
                    found[table["name"]] = found.get(table["name"], 0) + 1
        return found

    return await hands.house.product.newsroom.look(work)


async def test_a_ban_survives_and_that_is_said(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        thread = hands.house.forum_thread() or ""
        hands.ben("words of Ben")
        await hands.house.until(lambda: hands.copy_there("words of Ben"), "relayed")
        await hands.at_desk("/ban 1#1 threats")
        made = await hands.house.until(
            lambda: hands.d.person_commands(hands.p.ben, thread, "forget", {}), "asked"
        )
        await hands.answered(made, "/forget")
        assert "A ban, a mute or premoderation stays" in made.text
        sign = made.text.split("Keep ")[1][:5]
        hands.d.person_presses(hands.p.ben, made.messages[0]["id"], "Forget me")
        await hands.house.until(lambda: "being forgotten" in made.text, "told")
        await _forgotten(hands)
        await hands.nowhere("words of Ben")
        author = tag(Keys.derive(SECRET), "discord", hands.p.ben)
        assert await _held_of(hands, author) == {"author": 1}
        again = hands.ben("again")
        await hands.house.until(
            lambda: again not in [m["id"] for m in hands.d.messages(thread)], "still banned"
        )
        for command in ("restore", "unban", "mute", "warn"):
            said = await hands.at_desk(f"/{command} 1#1")
            assert said == "Its author had everything forgotten.", command
        listed = await hands.at_desk("/history banned")
        assert listed.startswith(f"Author {sign} · 0 published")
        assert "· banned" in listed
        assert "No author here" in await hands.at_desk("/unban author zzzzz")
        said = await hands.slash(
            hands.p.mod, hands.p.discord_desk, "unban", comment=f"author {sign}"
        )
        assert said == "This author has an ordinary standing again."
        assert "unban" in await hands.at_desk(f"/history author {sign}")
        assert (await hands.slash(hands.p.mod, hands.p.discord_desk, "undo")).startswith(
            "Taken back: "
        )
        assert "banned" in await hands.at_desk("/history banned")
        await hands.at_desk(f"/unban author {sign}")
        assert "Nobody is banned" in await hands.at_desk("/history banned")
        hands.ben("words of a free man")
        await hands.house.until(lambda: hands.copy_there("words of a free man"), "relayed")


async def test_cancel_erases_nothing(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.starts(hands.p.ana)
        hands.ana("words to stay")
        await hands.house.until(lambda: hands.copy_here("words to stay"), "relayed")
        question = await _ask(hands, hands.p.ana, "/forget")
        press = hands.t.person_presses(hands.p.ana, hands.bot, question["message_id"], "Cancel")
        assert await hands.toast(press) == "Nothing was erased."
        await hands.settled()
        assert hands.copy_here("words to stay")


async def test_what_was_attached_goes_with_its_files(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("a picture of Ana", media=Attachment("photo", jpeg(40, 30)))
        spool = tmp_path / "commonthread.spool"
        await hands.house.until(lambda: list(spool.iterdir()), "kept in the spool")
        await hands.house.until(lambda: hands.house.card("picture of Ana"), "card")
        await _forget_on_telegram(hands)
        await _forgotten(hands)
        await hands.house.until(lambda: not list(spool.iterdir()), "the file is gone")


async def test_forgetting_goes_on_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    async with published(tmp_path, "open") as hands:
        for number in range(5):
            hands.ana(f"canary number {number}")
        await hands.house.until(lambda: hands.copy_here("canary number 4"), "relayed")
        author = tag(Keys.derive(SECRET), "telegram", str(hands.p.ana))
        room = hands.house.product.newsroom
        await hands.house.stop()
        del room
        product = await Product.open(hands.house._wiring, hands.house.product.clock)
        await product.newsroom.change(lambda tx, c: forgetting.ask(tx, c, author))
        await product.newsroom.change(lambda tx, c: forgetting.go_on(tx, c))
        await product.stop()
        await hands.house.start()
        await _forgotten(hands)
        await hands.nowhere("canary number")
        assert await _held_of(hands, author) == {}


async def test_a_cancelled_comment_is_in_no_file_of_the_database(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.ana)
        hands.t.person_opens(hands.p.ana, button(post(house), "Comment")["url"])
        await house.until(
            lambda: "Write your comment" in hands.t.messages(hands.p.ana)[-1]["text"], "asked"
        )
        hands.t.person_posts(hands.p.ana, hands.bot, "canary words never sent")
        shown = await house.until(
            lambda: "Cancel" in hands.buttons(m := hands.t.messages(hands.p.ana)[-1]) and m,
            "the preview",
        )
        assert _holds(tmp_path, "canary words never sent") == [True]
        hands.t.person_presses(hands.p.ana, hands.bot, shown["message_id"], "Cancel")
        await house.until(
            lambda: _holds(tmp_path, "canary words never sent") == [False], "nothing is left"
        )


async def test_an_export_brings_what_was_attached_and_tells_what_it_leaves_out(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        picture = jpeg(40, 30)
        hands.ana("a picture of Ana", media=Attachment("photo", picture))
        hands.ana("another of Ana", media=Attachment("photo", jpeg(50, 30)))
        spool = tmp_path / "commonthread.spool"
        await hands.house.until(lambda: len(list(spool.iterdir())) == 2, "kept in the spool")
        await hands.house.until(lambda: hands.house.card("another of Ana"), "card")
        room = hands.house.product.newsroom
        await room.change(
            lambda tx, _: tx.run("UPDATE attachment SET state = 'expired' WHERE id = 2")
        )
        hands.t.person_posts(hands.p.ana, hands.bot, "/export")
        await hands.house.until(
            lambda: [m["document"]["file_name"] for m in hands.t.messages(hands.p.ana)
                     if "document" in m] == ["comments.json", "attachments.zip"], "both files",
        )  # fmt: skip
        said = next(m["text"] for m in hands.t.messages(hands.p.ana)
                    if "Here are your" in m.get("text", ""))  # fmt: skip
        assert "comes with it: 1 file." in said
        assert "1 file that you attached is left out" in said
        own = tag(Keys.derive(SECRET), "telegram", str(hands.p.ana))
        pieces = await room.look(lambda tx, _: parcel.attached(tx, own))
        read, t = hands.house.product.spool.read, texts("en")
        made = await parcel.with_files(Answer(), t, pieces, read, 0)
        (file,) = made.files
        with ZipFile(BytesIO(file.data)) as archive:
            (name,) = archive.namelist()
            assert name.startswith("1-1-1-")
            assert archive.read(name)[:2] == picture[:2]
        small = await parcel.with_files(Answer(), t, pieces, read, 500)
        assert small.files == ()
        assert "2 files that you attached are left out" in small.text.text
