"""What the machine found, each told alone."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from bots.rehearsal.world import Fault, Switches
from core.newsroom import Rules
from tests.property.seen import buttons
from tests.road.house import House, Json, newsroom

LONG = "long " * 700
ANSWER_TAKES = 0.3


async def _commented(house: House, words: str, *, answers: int | None = None) -> Json:
    """Ana writes on Telegram; the copy on Discord."""
    p = house.places
    if answers is None:
        house.telegram.person_posts(p.ana, p.group, words, under=house.root())
    else:
        house.telegram.person_posts(p.ana, p.group, words, reply_to=answers)
    copy: Json = await house.until(lambda: house.thread_message(words[:20]), "relayed")
    return copy


def _boss(house: House, command: str) -> None:
    house.telegram.person_posts(house.places.boss, house.places.group, command, under=house.root())


async def _quiet(house: House) -> None:
    """Nothing is on its way."""

    async def done() -> bool:
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT count(*) AS n FROM delivery WHERE want <> have")
        )
        bot = next(b["id"] for b in house.telegram.bots() if b["username"] == "thread_bot")
        return row is not None and not row["n"] and not house.telegram.pending(bot)

    await house.until_async(done, "quiet")


async def test_a_card_taken_away_by_hand_is_counted_instead(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        p = house.places
        house.telegram.person_posts(p.ana, p.group, "alpha words", under=house.root())
        card = await house.until(lambda: house.discord_card("alpha words"), "card")
        house.discord.person_deletes(p.mod, card["id"])
        texts = house.discord.texts
        told = "1 more comment waits: /queue"
        await house.until(lambda: told in texts(p.discord_desk), "counted")
        assert house.card("alpha words")


async def test_decisions_taken_back_open_no_more_cards_than_may_be(tmp_path: Path) -> None:
    async with newsroom(tmp_path, rules=Rules(open_cards=1)) as house:
        await house.publish()
        p = house.places
        house.telegram.person_posts(p.ana, p.group, "alpha words", under=house.root())
        card = await house.until(lambda: house.card("alpha words"), "card")
        house.telegram.person_presses(p.boss, p.desk, card["message_id"], "Approve")
        await house.until(lambda: house.card("Published by Boss"), "decided")
        house.telegram.person_posts(p.ana, p.group, "beta words", under=house.root())
        await house.until(lambda: house.card("beta words"), "the next card")
        house.telegram.person_presses(p.boss, p.desk, card["message_id"], "Undo")
        counted = "1 more comment waits: /queue"
        await house.until(lambda: counted in house.telegram.texts(p.desk), "counted")
        await _quiet(house)
        assert len([c for c in house.cards() if "Approve" in buttons(c)]) == 1


async def test_a_reply_keeps_its_parent_although_that_was_removed_meanwhile(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        await house.stop()
        first = house.discord.person_posts(p.ben, thread, "alpha words")
        house.discord.person_posts(p.ben, thread, "beta words", reply_to=first["id"])
        await house.start()
        card = await house.until(lambda: house.card("beta words"), "card")
        assert "in reply to #1" in card["text"]


async def test_what_is_left_of_a_long_copy_goes_with_the_part_that_was_taken(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        copy = await _commented(house, f"alpha words {LONG} omega")
        await house.until(lambda: house.thread_message("omega"), "the last part")
        house.discord.person_deletes(p.mod, copy["id"])
        await house.until(lambda: not house.thread_message("omega"), "the rest gone")
        await house.until(lambda: not house.group_message("omega"), "gone on the other side")


async def test_a_part_that_an_edit_makes_needless_is_nobodys_removal(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p = house.places
        await _commented(house, f"alpha words {LONG} omega")
        await house.until(lambda: house.thread_message("omega"), "the last part")
        original = house.group_message("alpha words")
        assert original
        delete = "DELETE /channels/{channel_id}/messages/{message_id}"
        house.world.faults.add(Fault("discord", delete, "drop_after"))
        house.telegram.person_edits(p.ana, p.group, original["message_id"], "alpha again")
        await house.until(lambda: not house.thread_message("omega"), "shorter")
        await _quiet(house)
        assert house.thread_message("alpha again")
        assert house.group_message("alpha again")


async def test_undoing_while_a_removal_is_in_doubt_brings_the_copy_back(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        house.discord.person_posts(p.ben, thread, "alpha words")
        await house.until(lambda: house.group_message("alpha words"), "relayed")
        house.world.faults.add(Fault("telegram", "deleteMessage", "drop_after"))
        _boss(house, "/remove #1")
        await house.until(lambda: not house.group_message("alpha words"), "removed")
        _boss(house, "/undo")
        await house.until(lambda: house.group_message("alpha words"), "back on Telegram")
        await house.until(lambda: house.thread_message("alpha words"), "back on Discord")
        await _quiet(house)
        assert house.group_message("alpha words")


async def test_a_quoted_line_forgets_words_that_were_removed(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p = house.places
        copy = await _commented(house, "alpha words")
        original = house.group_message("alpha words")
        assert original
        house.telegram.person_deletes(p.ana, p.group, original["message_id"])
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(p.ben, thread, "beta words", reply_to=copy["id"])
        answer = await house.until(lambda: house.group_message("beta words"), "answered")
        assert "#1 Ana: alpha words" in answer["text"]
        _boss(house, "/remove #1")
        await house.until(lambda: not house.group_message("alpha words"), "quoted no more")
        beta = house.group_message("beta words")
        assert beta
        assert "#1" in beta["text"]


async def test_an_old_edit_that_is_told_again_undoes_no_newer_one(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p = house.places
        await _commented(house, "alpha words")
        await house.stop()
        original = house.group_message("alpha words")
        assert original
        house.world.faults.add(Fault("telegram", "getUpdates", "duplicate", times=2))
        for words in ("beta words", "gamma words"):
            house.telegram.person_edits(p.ana, p.group, original["message_id"], words)
        await house.start()
        await house.until(lambda: house.thread_message("gamma words"), "the last wording")
        await _quiet(house)
        revisions = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT revision FROM comment")
        )
        assert revisions is not None
        assert revisions["revision"] == 3
        assert house.thread_message("gamma words")


async def test_edits_and_deletions_are_found_although_no_mark_was_written(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        first = house.discord.person_posts(p.ben, thread, "alpha words")
        second = house.discord.person_posts(p.ben, thread, "beta words")
        await house.until(lambda: house.group_message("alpha words"), "relayed")
        await house.until(lambda: house.group_message("beta words"), "relayed")
        await house.stop()
        house.discord.person_edits(p.ben, first["id"], "gamma words")
        house.discord.person_deletes(p.ben, second["id"])
        await _forget_marks(house)
        await house.until(lambda: house.group_message("gamma words"), "the edit")
        await house.until(lambda: not house.group_message("beta words"), "the deletion")


async def _forget_marks(house: House) -> None:
    """Start as after a crash that came before the marks were written."""
    database = house.folder / "commonthread.db"
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM cursor WHERE platform = 'discord'")
    connection.close()
    await house.start()


async def test_a_torn_answer_to_the_login_does_not_stop_the_start(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.stop()
        house.world.faults.add(Fault("discord", "*", "torn"))
        await house.start()
        assert house.product.health()["ok"]


async def test_a_stop_waits_for_the_answer_to_a_send(tmp_path: Path) -> None:
    switches = Switches()
    async with newsroom(tmp_path, mode="open", switches=switches) as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        sending = asyncio.Event()
        adapter = house.product.adapters["telegram"]
        send = adapter.send

        async def told(*args: object) -> object:
            sending.set()
            receipt = await send(*args)  # type: ignore[arg-type]
            await asyncio.sleep(ANSWER_TAKES)
            return receipt

        adapter.send = told  # type: ignore[method-assign, assignment]
        house.discord.person_posts(p.ben, thread, "alpha words")
        await sending.wait()
        await house.stop()
        await house.start()
        await _quiet(house)
        assert [("alpha words" in m["text"]) for m in house.group()].count(True) == 1


async def test_undoing_a_removal_by_hand_makes_the_copy_anew(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p = house.places
        copy = await _commented(house, "alpha words")
        house.discord.person_deletes(p.mod, copy["id"])
        await house.until(lambda: not house.group_message("alpha words"), "removed everywhere")
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT max(id) AS id FROM decision")
        )
        assert row is not None
        _boss(house, f"/undo {row['id']}")
        await house.until(lambda: house.group_message("alpha words"), "back on Telegram")
        await house.until(lambda: house.thread_message("alpha words"), "back on Discord")


async def test_a_lost_copy_is_found_by_its_number_although_its_words_changed(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open", switches=Switches(nonce_window=0.0)) as house:
        await house.publish()
        p = house.places
        send = "POST /channels/{channel_id}/messages"
        house.world.faults.add(Fault("discord", send, "drop_after"))
        copy = await _commented(house, "alpha words")
        doc = house.discord.state.find_message(copy["id"])
        assert doc is not None
        doc["nonce"] = None  # nothing promises that the history tells it
        house.discord.state.put_message(doc)
        original = house.group_message("alpha words")
        assert original
        house.telegram.person_edits(p.ana, p.group, original["message_id"], "beta words")
        await house.until(lambda: house.thread_message("beta words"), "edited")
        await _quiet(house)
        assert not house.thread_message("alpha words")
