"""Commands: the same names and the same way to name a target on both platforms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots.rehearsal.world import Fault
from core.commands import COMMANDS
from tests.road.hands import Hands
from tests.road.house import newsroom

NO = "Sorry, only moderators can do that."
NO_EDITOR = "Sorry, only editors can do that."


@asynccontextmanager
async def published(folder: Path, mode: str = "held") -> AsyncIterator[Hands]:
    """A newsroom with one article; Boss and Ana have spoken to the bot before."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        hands = Hands(house)
        for person in (hands.p.boss, hands.p.ana):
            await hands.starts(person)
        yield hands


async def test_a_target_is_named_in_four_ways_on_telegram(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for words in ("by number", "at the desk", "by card", "by link"):
            hands.ana(words)
        card = await hands.house.until(lambda: hands.house.card("by card"), "card")
        await hands.house.until(lambda: hands.house.card("by link"), "cards")
        assert await hands.in_group(hands.p.boss, "/approve #1") == "Published #1."
        assert await hands.at_desk("/approve 1#2") == "Published #2."
        assert await hands.at_desk("/approve", reply=card["message_id"]) == "Published #3."
        assert "which article" in await hands.at_desk("/approve #4")
        assert "There is no comment #9" in await hands.at_desk("/approve 1#9")
        assert "Which comment?" in await hands.at_desk("/approve")
        there, _ = await hands.copies("by number")
        assert (
            await hands.in_group(hands.p.boss, "/remove spam again", reply=there["message_id"])
            == "Removed #1 everywhere."
        )
        there, _ = await hands.copies("at the desk")
        number = str(hands.p.group).removeprefix("-100")
        link = f"https://t.me/c/{number}/{there['message_id']}?thread={hands.house.root()}"
        assert await hands.at_desk(f"/remove {link} unfounded") == "Removed #2 everywhere."
        assert [(r["action"], r["reason"]) for r in await hands.log()][-2:] == [
            ("remove", "spam again"), ("remove", "unfounded"),
        ]  # fmt: skip
        assert "does not lead" in await hands.at_desk("/remove https://t.me/c/1/2")


async def test_a_target_is_named_in_the_same_ways_on_discord(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        d, p = hands.d, hands.p
        thread = hands.house.forum_thread()
        assert thread
        for words in ("by number", "at the desk", "by menu", "by link"):
            hands.ben(words)
        await hands.house.until(lambda: hands.house.discord_card("by link"), "cards")
        assert await hands.slash(p.mod, thread, "approve", comment="#1") == "Published #1."
        assert await hands.slash(p.mod, p.discord_desk, "approve", comment="1#2") == "Published #2."
        card = hands.house.discord_card("by menu")
        assert card
        assert (await hands.menu(p.mod, "Approve", card["id"])).text == "Published #3."
        _, copy = await hands.copies("by number")
        assert (await hands.menu(p.mod, "Remove", copy["id"])).text == "Removed #1 everywhere."
        _, copy = await hands.copies("at the desk")
        guild = d.channel(thread)["guild_id"]
        link = f"https://discord.com/channels/{guild}/{thread}/{copy['id']}"
        said = await hands.slash(p.mod, p.discord_desk, "remove", comment=link, text="unfounded")
        assert said == "Removed #2 everywhere."
        said = await hands.slash(p.mod, p.discord_desk, "approve", comment="#4")
        assert "which article" in said


async def test_every_moderators_command_refuses_a_reader_politely(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        hands.ana("just talking")
        await hands.house.until(lambda: hands.copy_here("just talking"), "relayed")
        thread = hands.house.forum_thread()
        assert thread
        for command in COMMANDS:
            if command.who != "reader" and command.name != "connect":
                no = NO if command.who == "moderator" else NO_EDITOR
                argument = " #1" if command.target == "comment" else ""
                address = " https://paper.example/x" if command.name == "publish" else ""
                words = f"/{command.name}{argument}{address}"
                assert await hands.in_group(hands.p.ana, words) == no, words
                options = {"comment": "#1"} if argument else {}
                options |= {"text": address.strip()} if address else {}
                assert await hands.slash(hands.p.ben, thread, command.name, **options) == no, words
        assert await hands.log() == []
        assert hands.copy_here("just talking")


async def test_help_tells_readers_and_moderators_what_they_may(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        read = await hands.in_group(hands.p.ana, "/help")
        assert "/policy" in read
        assert "/delete #12" in read
        assert "Telegram does not tell me when you delete a comment there" in read
        assert "/delete in reply to it, or change it to a single dot" in read
        assert "/approve" not in read
        told = await hands.at_desk("/help")
        assert all(f"/{command.name}" in told for command in COMMANDS)
        assert "/approve" in await hands.slash(hands.p.mod, hands.p.discord_desk, "help")


async def test_unknown_words_with_a_slash_are_what_somebody_says(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        hands.ana("/shrug I do not know")
        await hands.house.until(lambda: hands.copy_here("I do not know"), "relayed as words")


async def test_undo_takes_back_ones_own_latest_decision_or_a_numbered_one(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("first words")
        hands.ana("second words")
        await hands.house.until(lambda: hands.house.card("second words"), "cards")
        assert await hands.at_desk("/undo") == "There is nothing of yours to take back."
        await hands.at_desk("/approve 1#1")
        await hands.at_desk("/reject 1#2 off topic")
        number = (await hands.log())[0]["id"]
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        await hands.house.until(
            lambda: "Approve" in hands.buttons(hands.house.card("second words") or {}), "held"
        )
        said = await hands.slash(hands.p.mod, hands.p.discord_desk, "undo", text=str(number))
        assert said.startswith("Taken back: ")
        await hands.nowhere("first words")
        assert "took this back already" in await hands.at_desk(f"/undo {number}")
        assert "Which decision?" in await hands.at_desk("/undo everything")
        listed = await hands.at_desk("/history")
        assert listed.splitlines()[0].endswith(f"undo 1#1 (takes back {number}) · Mod")
        assert re.search(r"reject 1#2 \(taken back by \d+\) · Boss: off topic", listed)
        about = await hands.at_desk("/history 1#2")
        assert "1#1" not in about
        assert "approve 1#1" in await hands.in_group(hands.p.boss, "/history")


async def test_an_undo_says_when_something_else_was_decided_since(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("contested words")
        await hands.house.until(lambda: hands.house.card("contested"), "card")
        await hands.at_desk("/approve 1#1")
        first = (await hands.log())[0]["id"]
        await hands.at_desk("/remove 1#1")
        assert "Something else was decided since" in await hands.at_desk(f"/undo {first}")
        assert "is removed: Boss was first" in await hands.at_desk("/approve 1#1")


async def test_mute_ends_and_ban_reaches_every_channel_of_a_platform(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        hands.ana("a first remark")
        await hands.house.until(lambda: hands.copy_here("a first remark"), "relayed")
        assert await hands.at_desk("/mute 1#1 0.5") == "The author of #1 is muted for 30 minutes."
        assert "For how long?" in await hands.at_desk("/mute 1#1 soon")
        assert await hands.at_desk("/undo") == "Taken back: mute 1#1."
        assert await hands.at_desk("/mute 1#1 7d") == "The author of #1 is muted for 7 days."
        assert "mute 1#1 until " in await hands.at_desk("/history 1#1")
        assert await hands.at_desk("/undo 999") == (
            "There is no decision 999 here. /history tells the numbers."
        )
        assert await hands.at_desk("/lock 99") == "There is no article 99 here."
        muted = hands.ana("while muted")
        await hands.house.until(
            lambda: hands.t.message(hands.p.group, muted) is None, "the muted comment goes"
        )
        assert await hands.at_desk("/unban 1#1") == (
            "The author of #1 has an ordinary standing again."
        )
        hands.ana("after the mute")
        await hands.house.until(lambda: hands.copy_here("after the mute"), "relayed again")
        await hands.at_desk("/ban 1#1 threats")
        await hands.house.publish("Second story")
        root = hands.house.root("Second story")
        other = hands.t.person_posts(hands.p.ana, hands.p.group, "elsewhere", under=root)
        await hands.house.until(
            lambda: hands.t.message(hands.p.group, other["message_id"]) is None, "banned there too"
        )
        await hands.settled()
        assert hands.house.cards()[-1]["text"].startswith("The author of #1 is banned")
        hands.ben("not me")
        await hands.house.until(lambda: hands.copy_there("not me"), "others go on")


async def test_a_banned_authors_edit_leaves_the_last_approved_words(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        own = hands.ana("as it was")
        await hands.house.until(lambda: hands.copy_here("as it was"), "relayed")
        await hands.at_desk("/ban 1#1")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "as it must not be")
        await hands.copies("as it was")
        await hands.nowhere("as it must not be")
        await hands.settled()
        assert not hands.house.card("must not be")


async def test_lock_and_close_stop_comments_on_both_sides(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        root, thread = hands.house.root() or 0, hands.house.forum_thread() or ""
        assert await hands.at_desk("/lock 1") == "Locked: “Harbour report”."
        await hands.house.until(
            lambda: hands.d.channel(thread)["thread_metadata"]["locked"], "locked on Discord"
        )
        await hands.house.until(
            lambda: "Comments are closed." in hands.t.message(hands.p.group, root)["text"],  # type: ignore[index]
            "the article says so",
        )
        late = hands.ana("too late")
        await hands.house.until(
            lambda: hands.t.message(hands.p.group, late) is None, "removed on Telegram"
        )
        await hands.house.until(
            lambda: (
                "Comments are closed there, so yours was removed: “too late”."
                in hands.t.texts(hands.p.ana)
            ),
            "its writer is told",
        )
        assert "That is so already." in await hands.at_desk("/lock 1")
        assert (
            await hands.in_group(hands.p.boss, "/unlock")
            == "Open for comments again: “Harbour report”."
        )
        await hands.house.until(
            lambda: not hands.d.channel(thread)["thread_metadata"]["locked"], "unlocked"
        )
        hands.ana("in time")
        await hands.house.until(lambda: hands.copy_here("in time"), "open again")
        await hands.slash(hands.p.mod, thread, "close")
        await hands.house.until(
            lambda: hands.d.channel(thread)["thread_metadata"]["locked"], "closed"
        )
        assert "closed for good" in await hands.at_desk("/unlock 1")
        await hands.slash(hands.p.mod, thread, "undo")
        await hands.house.until(
            lambda: not hands.d.channel(thread)["thread_metadata"]["locked"], "opened by undo"
        )


@pytest.mark.parametrize("kind", ["429", "drop_before", "drop_after"])
async def test_a_command_goes_although_its_removal_fails_at_first(
    tmp_path: Path, kind: str
) -> None:
    async with published(tmp_path) as hands:
        fault = Fault("telegram", "deleteMessage", kind, times=2, retry_after=0.1)
        hands.house.world.faults.add(fault)
        assert "no comment #1" in await hands.in_group(hands.p.ana, "/edit #1 his address is")
        await hands.settled()
        left = "SELECT count(*) AS n FROM delivery WHERE subject = 'command'"
        row = await hands.house.product.newsroom.look(lambda tx, _: tx.one(left))
        assert row is not None
        assert row["n"] == 0


async def test_a_command_goes_although_the_program_ends(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.house.world.faults.add(Fault("telegram", "sendMessage", "delay", seconds=60))
        made = hands.writes(hands.p.ana, "/edit #1 his address is")

        async def read() -> bool:
            rows = "SELECT 1 FROM delivery WHERE subject = 'command'"
            found = await hands.house.product.newsroom.look(lambda tx, _: tx.one(rows))
            return found is not None

        await hands.house.until_async(read, "the command is handled")
        await hands.house.stop()
        assert hands.t.message(hands.p.group, made), "the answer was never sent"
        await hands.house.start()
        await hands.house.until(
            lambda: not hands.t.message(hands.p.group, made), "the command does not stay"
        )


async def test_a_command_that_cannot_be_removed_is_told_once(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        body = {"ok": False, "error_code": 400, "description": "message can't be deleted"}
        fault = Fault("telegram", "deleteMessage", "status", times=2, status=400, body=body)
        hands.house.world.faults.add(fault)
        hands.writes(hands.p.ana, "/edit #1 his address is")
        told = "A command that somebody typed in The Paper talk could not be removed"
        await hands.house.until(
            lambda: [m for m in hands.house.cards() if told in m.get("text", "")], "told"
        )


async def test_policy_is_changed_shown_and_taken_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        assert "Be civil" in await hands.in_group(hands.p.ana, "/policy")
        assert await hands.at_desk("/policy No names of neighbours.") == "The policy is changed."
        assert "No names" in await hands.in_group(hands.p.ana, "/policy")
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        assert "Be civil" in await hands.in_group(hands.p.ana, "/policy")
        assert "No names" not in await hands.in_group(hands.p.ana, "/policy my own rules")


async def test_retract_withdraws_the_article_and_undo_brings_it_back(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        root, thread = hands.house.root() or 0, hands.house.forum_thread() or ""
        assert await hands.at_desk("/retract 1 wrong person") == "Withdrawn: “Harbour report”."

        def shown() -> str:
            return str((hands.t.message(hands.p.group, root) or {})["text"])

        await hands.house.until(lambda: "This article was withdrawn.\nwrong person" in shown(), "")
        await hands.house.until(
            lambda: hands.d.channel(thread)["thread_metadata"]["locked"], "the thread closes"
        )
        await hands.at_desk("/undo")
        await hands.house.until(lambda: "Two." in shown(), "back")


async def test_stats_counts_comments_and_decisions(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("count me")
        hands.ben("and me")
        await hands.house.until(lambda: hands.house.card("and me"), "cards")
        await hands.at_desk("/approve 1#1")
        lines = (await hands.at_desk("/stats 30")).splitlines()
        assert lines[0] == "Last 30 days"
        assert {"Received: 2", "held: 1", "published: 1", "Waiting now: 1", "Boss: 1"} <= set(lines)
        assert "For how many days?" in await hands.at_desk("/stats always")


@pytest.mark.parametrize("name", ["approve", "reject", "remove", "restore"])
async def test_what_cannot_be_done_is_told(tmp_path: Path, name: str) -> None:
    async with published(tmp_path, "open") as hands:
        hands.ana("something")
        await hands.house.until(lambda: hands.copy_here("something"), "relayed")
        if name == "remove":
            await hands.in_group(hands.p.ana, "/delete #1")
            assert await hands.at_desk("/remove 1#1") == "Comment #1 is withdrawn."
        else:
            assert await hands.at_desk(f"/{name} 1#1") == "Comment #1 is published."
        assert await hands.log() == []


async def test_stats_shows_a_picture_on_both_desks(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("count me")
        await hands.house.until(lambda: hands.house.card("count me"), "card")
        await hands.at_desk("/approve 1#1")
        said = await hands.at_desk("/stats 7d")
        assert "every comment or every new author: 1" in said
        shown = await hands.house.until(
            lambda: [m for m in hands.house.cards() if m.get("photo")], "a picture at the desk"
        )
        assert max(size["height"] for size in shown[-1]["photo"]) > 1000
        made = await hands.house.until(
            lambda: hands.d.person_commands(hands.p.mod, hands.p.discord_desk, "stats", {}),
            "the command",
        )
        await hands.house.until(
            lambda: any(m["attachments"] for m in made.messages), "a picture on Discord"
        )
        assert (await hands.slash(hands.p.ben, hands.house.forum_thread() or "", "stats")) == NO


async def test_help_on_discord_names_the_commands_as_its_picker_does(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        guild = hands.d.channel(hands.p.discord_desk)["guild_id"]
        rosa = hands.d.add_moderator("Rosa", guild=guild, locale="es-ES")
        told = await hands.slash(rosa, hands.p.discord_desk, "help")
        assert "/aprobar #12" in told
        assert "Publicar un comentario retenido" in told
        assert "/approve #12" in await hands.at_desk("/help")
        told = await hands.slash(rosa, hands.p.discord_desk, "undo", text="some")
        assert "/historial" in told
        assert "/history" not in told
        assert "/history" in await hands.at_desk("/undo some")
        marie = hands.d.add_moderator("Marie", guild=guild, locale="fr")
        assert "/approve #12" in await hands.slash(marie, hands.p.discord_desk, "help")
