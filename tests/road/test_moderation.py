"""Modes, the desk and decisions, as readers and moderators live them on both platforms."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.newsroom.setup import admin
from tests.road.hands import Hands
from tests.road.house import newsroom


@asynccontextmanager
async def published(folder: Path, mode: str = "held") -> AsyncIterator[Hands]:
    """A newsroom with one article whose threads are open."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


async def _approves(hands: Hands, words: str) -> dict[str, Any]:
    """Boss approves what waits; the card as it was."""
    card: dict[str, Any] = await hands.house.until(
        lambda: hands.house.card(words), f"card of {words}"
    )
    hands.presses(card, "Approve")
    await hands.copies(words)
    return card


# Modes


async def test_new_lets_an_author_through_after_two_published_comments(tmp_path: Path) -> None:
    async with published(tmp_path, "new") as hands:
        for words in ("my first", "my second"):
            hands.ana(words)
            card = await _approves(hands, words)
            assert "a new author" in card["text"]
        hands.ana("my third")
        await hands.house.until(lambda: hands.copy_here("my third"), "let through")
        assert "my third" in hands.t.texts(hands.p.group)


async def test_held_soft_leaves_the_original_and_holds_the_relay(tmp_path: Path) -> None:
    async with published(tmp_path, "held-soft") as hands:
        root = hands.t.message(hands.p.group, hands.house.root() or 0)
        assert root
        assert "Comments stay here at once" in root["text"]
        own = hands.ana("left where it is")
        card = await hands.house.until(lambda: hands.house.card("left where"), "card")
        assert hands.copy_here("left where it is") is None
        hands.presses(card, "Approve")
        await hands.house.until(lambda: hands.copy_here("left where it is"), "relayed")
        await hands.settled()
        assert hands.t.message(hands.p.group, own)
        assert hands.copy_there("left where it is") is None
        second = hands.ana("not to be kept")
        card = await hands.house.until(lambda: hands.house.card("not to be kept"), "card")
        hands.presses(card, "Reject")
        await hands.house.until(lambda: hands.house.card("not to be kept"), "reasons")
        card = await hands.house.until(
            lambda: with_button(hands, "not to be kept", "spam"), "reasons"
        )
        hands.presses(card, "spam")
        await hands.house.until(
            lambda: hands.t.message(hands.p.group, second) is None, "rejected original goes"
        )


async def test_an_article_overrides_the_mode_of_its_publication(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        said = await hands.at_desk("/mode 1 held")
        assert said == "Mode held: “Harbour report”."
        root = hands.house.root() or 0
        await hands.house.until(
            lambda: "removed as soon as" in (hands.t.message(hands.p.group, root) or {})["text"],
            "the article tells the new mode",
        )
        hands.ana("wait for me")
        await hands.house.until(lambda: hands.house.card("wait for me"), "held now")
        assert await hands.at_desk("/mode 1") == "The mode is held."
        assert "A mode is open" in await hands.at_desk("/mode 1 strict")
        await hands.at_desk("/mode 1 default")
        hands.ana("straight through")
        await hands.house.until(lambda: hands.copy_here("straight through"), "open again")


# Cards and buttons


def with_button(hands: Hands, words: str, button: str) -> dict[str, object] | None:
    """A Telegram card that shows these words and has this button."""
    card = hands.house.card(words)
    return card if card and button in hands.buttons(card) else None


async def test_a_card_tells_everything_a_decision_needs_on_both_desks(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("The first remark")
        card = await hands.house.until(lambda: hands.house.card("The first remark"), "card")
        hands.presses(card, "Approve")
        _, copy = await hands.copies("The first remark")
        hands.ben("I answer that, see https://example.org/proof", reply=copy["id"])
        card = await hands.house.until(lambda: hands.house.card("I answer that"), "card")
        other = await hands.house.until(lambda: hands.house.discord_card("I answer"), "other card")
        for text in (card["text"], other["content"].replace("*", "").replace("\\", "")):
            assert "Comment waits · 1#2 Ben · Discord" in text
            assert "Harbour report" in text
            assert "in reply to #1 Ana: The first remark" in text
            assert "Author: 0 published, 0 rejected" in text
            assert "every comment is read first" in text
            assert "it holds a link, https://example.org/proof" in text
        assert hands.buttons(card) == [
            "Approve", "Reject", "Approve and trust", "Edit and approve", "Mute", "Ban", "Note",
            "Context",
        ]  # fmt: skip


async def test_reject_offers_reasons_and_a_way_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("dubious words")
        card = await hands.house.until(lambda: hands.house.card("dubious"), "card")
        hands.presses(card, "Reject")
        card = await hands.house.until(lambda: with_button(hands, "dubious", "insult"), "reasons")
        hands.presses(card, "Back")
        card = await hands.house.until(
            lambda: with_button(hands, "dubious", "Approve"), "back again"
        )
        other = await hands.house.until(lambda: hands.house.discord_card("dubious"), "other card")
        asked = await hands.clicks(other, "Reject")
        assert asked.text == "Why is it rejected?"
        menu = asked.messages[-1]["id"]
        hands.d.person_presses(hands.p.mod, menu, "danger to people")
        await hands.house.until(
            lambda: (hands.d.message(menu) or {}).get("content") == "Rejected #1.", "told"
        )
        await hands.house.until(
            lambda: hands.house.card("Rejected by Mod: danger to people"), "card on Telegram"
        )
        await hands.house.until(
            lambda: hands.house.discord_card("danger to people"), "card on Discord"
        )
        assert [(r["action"], r["actor_name"], r["reason"]) for r in await hands.log()] == [
            ("reject", "Mod", "danger to people")
        ]
        await hands.nowhere("dubious words")


async def test_undo_on_the_other_platform_takes_a_decision_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("up and down")
        card = await hands.house.until(lambda: hands.house.card("up and down"), "card")
        hands.presses(card, "Approve")
        await hands.copies("up and down")
        other = await hands.house.until(lambda: hands.house.discord_card("Published"), "decided")
        done = await hands.clicks(other, "Undo")
        assert done.text.startswith("Taken back: ")
        await hands.nowhere("up and down")
        card = await hands.house.until(
            lambda: with_button(hands, "up and down", "Approve"), "again"
        )
        assert "Author: 0 published" in card["text"]
        rows = await hands.log()
        assert [r["action"] for r in rows] == ["approve", "undo"]
        assert rows[1]["undoes"] == rows[0]["id"]
        hands.presses(card, "Approve")
        await hands.copies("up and down")


async def test_the_second_moderator_is_told_who_was_first(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("race for me")
        card = await hands.house.until(lambda: hands.house.card("race for me"), "card")
        data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        other = await hands.house.until(lambda: hands.house.discord_card("race"), "other card")
        await hands.clicks(other, "Approve")
        card = await hands.house.until(lambda: with_button(hands, "race for me", "Undo"), "decided")
        late = await hands.toast(hands.presses(card, "Undo", forged=data))
        assert late == "Comment #1 is published: Mod was first."
        ban = data[:-1] + "b"
        assert "Mod was first" in await hands.toast(hands.presses(card, "Undo", forged=ban))
        assert len(await hands.log()) == 1


async def test_a_decision_holds_for_the_wording_on_the_card_only(tmp_path: Path) -> None:
    async with published(tmp_path, "held-soft") as hands:
        own = hands.ana("harmless words")
        card = await hands.house.until(lambda: hands.house.card("harmless"), "card")
        data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "harmful words")
        card = await hands.house.until(lambda: hands.house.card("harmful words"), "new wording")
        said = await hands.toast(hands.presses(card, "Approve", forged=data))
        assert said == "This comment changed since. Look again and decide on the new text."
        assert await hands.log() == []
        hands.presses(card, "Approve")
        await hands.house.until(lambda: hands.copy_here("harmful words"), "the wording decided on")


async def test_forged_and_strange_presses_do_nothing_and_say_so(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("leave me alone")
        card = await hands.house.until(lambda: hands.house.card("leave me"), "card")
        data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        token = data.split(":")[0]
        for forged in ("kNoSuchToken:1:a", f"{token}:1:zz", f"{token}:x:a", f"{token}:1:r99",
                       "uNoSuchDecision", "pNoSuchDraft", "zzz", "k", "x1"):  # fmt: skip
            said = await hands.toast(hands.presses(card, "Approve", forged=forged))
            assert said, forged
            assert "does nothing" in said or "nothing was sent" in said, (forged, said)
        for who in (hands.p.ana,):
            hands.t.join(hands.p.desk, who)
            said = await hands.toast(hands.presses(card, "Approve", who=who))
            assert said == "Sorry, only moderators can do that."
        assert await hands.log() == []
        assert with_button(hands, "leave me alone", "Approve")


async def test_a_long_comments_card_has_its_buttons_below(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("Long " * 810 + "the end")
        card = await hands.house.until(lambda: hands.house.card("the end"), "last part of the card")
        assert card["text"].startswith("1#1 …")
        other = await hands.house.until(lambda: hands.house.discord_card("the end"), "on Discord")
        await hands.clicks(other, "Approve")
        await hands.house.until(lambda: hands.house.card("Published by Mod"), "decided")
        await hands.copies("the end")
        await hands.settled()
        thread = hands.house.forum_thread() or ""
        assert len([m for m in hands.d.texts(thread) if "Long" in m]) == 3


# Standing


async def test_ban_from_a_card_keeps_an_author_out_without_cards(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("first offence")
        card = await hands.house.until(lambda: hands.house.card("first offence"), "card")
        hands.presses(card, "Ban")
        await hands.house.until(lambda: hands.house.card("Rejected by Boss"), "decided")
        hands.ana("second offence")
        await hands.nowhere("second offence")
        await hands.settled()
        assert all("second offence" not in m.get("text", "") for m in hands.house.cards())
        assert "banned" in (await hands.house.until(
            lambda: hands.house.card("first offence"), "card"))["text"]  # fmt: skip
        await hands.at_desk("/unban 1#1")
        hands.ana("a second chance")
        await hands.house.until(lambda: hands.house.card("a second chance"), "ordinary again")


async def test_approve_and_trust_lets_the_next_comment_through(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ben("trust me")
        card = await hands.house.until(lambda: hands.house.discord_card("trust me"), "card")
        said = await hands.clicks(card, "Approve and trust")
        assert said.text == "Published #1; its author is trusted now."
        hands.ben("told you so")
        await hands.house.until(lambda: hands.copy_there("told you so"), "not held")


async def test_an_anonymous_admin_decides_as_an_admin_of_the_group(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hidden = hands.t.add_person("Hidden Name")
        hands.t.join(hands.p.desk, hidden)
        hands.t.make_admin(hands.p.desk, hidden, is_anonymous=True)
        hands.ana("one")
        hands.ana("two")
        await hands.house.until(lambda: hands.house.card("two"), "cards")
        made = hands.t.person_posts(hidden, hands.p.desk, "/approve 1#1", anonymous_admin=True)
        assert made["from"]["username"] == "GroupAnonymousBot"
        await hands.house.until(
            lambda: hands.house.card("Published by an admin of this group"), "1"
        )
        hands.presses(hands.house.card("two") or {}, "Approve", who=hidden)
        await hands.house.until(lambda: _decided(hands, "two"), "by button")
        card = hands.house.card("two")
        assert card
        assert "Published by an admin of this group" in card["text"]
        assert {(r["actor"], r["actor_name"]) for r in await hands.log()} == {
            ("admin", "an admin of this group")
        }


def _decided(hands: Hands, words: str) -> bool:
    card = hands.house.card(words)
    return card is not None and "Undo" in hands.buttons(card)


# Hands on the messages themselves


async def test_a_moderator_who_deletes_our_copy_on_discord_removes_it_everywhere(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        hands.ana("take this down")
        card = await hands.house.until(lambda: hands.house.card("take this"), "card")
        hands.presses(card, "Approve")
        _, copy = await hands.copies("take this down")
        hands.d.person_deletes(hands.p.mod, copy["id"])
        await hands.nowhere("take this down")
        await hands.house.until(
            lambda: hands.house.card("Removed by a moderator on Discord"), "the card says so"
        )
        said = await hands.at_desk("/restore 1#1")
        assert said == "Restored #1."
        await hands.copies("take this down")
        assert [r["action"] for r in await hands.log()] == ["approve", "remove", "restore"]


async def test_a_removed_comment_with_replies_leaves_a_placeholder(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("the parent")
        card = await hands.house.until(lambda: hands.house.card("the parent"), "card")
        hands.presses(card, "Approve")
        there, copy = await hands.copies("the parent")
        hands.ben("the child", reply=copy["id"])
        card = await hands.house.until(lambda: hands.house.card("the child"), "card")
        hands.presses(card, "Approve")
        child, _ = await hands.copies("the child")
        assert child["reply_to_message"]["message_id"] == there["message_id"]
        await hands.at_desk("/remove 1#1 not for here")
        await hands.copies("This comment was removed.")
        await hands.nowhere("the parent")
        assert hands.t.message(hands.p.group, there["message_id"])
        await hands.at_desk("/remove 1#2")
        await hands.nowhere("This comment was removed.")


# Who may


async def test_somebody_on_the_roster_moderates_without_being_an_admin(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        carol = hands.t.add_person("Carol")
        hands.t.join(hands.p.desk, carol)
        code = await hands.house.product.newsroom.change(
            lambda tx, context: admin.make_code(tx, context, None, 1)
        )
        await hands.starts(carol)
        hands.t.person_posts(carol, hands.bot, f"/connect {code}")
        await hands.house.until(
            lambda: "Your role here is moderator now." in hands.t.texts(carol), "on the roster"
        )
        hands.ana("for Carol")
        card = await hands.house.until(lambda: hands.house.card("for Carol"), "card")
        hands.presses(card, "Approve", who=carol)
        await hands.house.until(lambda: hands.house.card("Published by Carol"), "decided")


# The log


async def test_the_log_of_decisions_cannot_be_rewritten(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("for the record")
        card = await hands.house.until(lambda: hands.house.card("for the record"), "card")
        hands.presses(card, "Approve")
        await hands.copies("for the record")
    with sqlite3.connect(tmp_path / "commonthread.db") as db:
        for attempt in ("UPDATE decision SET actor_name = 'x'", "DELETE FROM decision"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(attempt)
    db.close()
