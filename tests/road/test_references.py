"""References to other comments: links on either side, and replies where they open a comment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.newsroom.comments.labels import time_label
from core.ports import Tx
from tests.road.hands import Hands
from tests.road.house import newsroom
from tests.road.test_door import approve, comments, first, rows, submits

Json = dict[str, Any]


def links(message: Json) -> list[str]:
    """Where a Telegram message's words lead."""
    return [e["url"] for e in message.get("entities", []) if e["type"] == "text_link"]


async def label(hands: Hands, number: int) -> str:
    """The time label of a comment."""

    def work(tx: Tx, context: Any) -> str:
        row = tx.one("SELECT posted FROM comment WHERE number = :n", {"n": number})
        assert row
        return time_label(row["posted"], next(iter(context.house(tx).publications.values())))

    return await hands.house.product.newsroom.look(work)


async def test_a_reference_at_the_start_is_a_reply_and_a_link_on_the_other_side(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        own = hands.ana("who is that")
        here = await house.until(lambda: hands.copy_here("who is that"), "relayed")
        hands.ben(f"{await label(hands, 1)} nobody knows")
        answer = await house.until(lambda: hands.copy_there("nobody knows"), "relayed")
        assert answer["reply_to_message"]["message_id"] == own
        group = str(hands.p.group).removeprefix("-100")
        assert links(answer) == [f"https://t.me/c/{group}/{own}?thread={house.root()}"]
        said = hands.d.messages(house.forum_thread() or "")
        theirs = next(m for m in said if m["content"].endswith("nobody knows"))
        hands.ana("#2 you do not\n>>1\nnot #1, never")
        last = await house.until(lambda: hands.copy_here("you do not"), "relayed")
        assert last["message_reference"]["message_id"] == theirs["id"]
        thread = house.forum_thread()
        at = f"https://discord.com/channels/{guild(hands)}/{thread}"
        assert f"2](<{at}/{theirs['id']}>)" in last["content"]
        assert f">>1](<{at}/{here['id']}>)" in last["content"].replace("\\", "")
        assert last["content"].count(at) == 2


def guild(hands: Hands) -> str:
    return str(hands.d.state.get("channel", hands.p.forum)["guild_id"])


async def test_the_card_tells_what_a_comment_was_taken_to_answer(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.ana)
        hands.ben("the first word")
        card = await house.until(lambda: house.card("the first word"), "card")
        hands.ana("#1 too early: nobody could read it")
        early = await house.until(lambda: house.card("too early"), "card")
        assert "in reply to" not in early["text"]
        hands.presses(card, "Approve")
        there, here = await hands.copies("the first word")
        hands.ana("#1 agreed")
        card = await house.until(lambda: house.card("#1 agreed"), "card")
        assert "by “#1” in reply to #1 Ben: the first word" in card["text"]
        await hands.in_group(hands.p.ana, "/edit #3 agreed, but #1 is late")
        changed = await house.until(lambda: house.card("is late"), "changed")
        assert "in reply to" not in changed["text"]
        await hands.in_group(hands.p.ana, "/edit #3 #1 you are late but agreed")
        changed = await house.until(lambda: house.card("you are late"), "changed again")
        hands.presses(changed, "Approve")
        answer, mirror = await hands.copies("are late but")
        assert answer["reply_to_message"]["message_id"] == there["message_id"]
        assert mirror["message_reference"]["message_id"] == here["id"]


async def test_a_reference_through_the_door_is_a_reply_on_both_sides(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        await house.publish()
        hands = Hands(house)
        await comments(house, hands.p.ana, "I saw nothing")
        await approve(house, "I saw nothing")
        there, here = await hands.copies("I saw nothing")
        await submits(house, hands.p.ben, first(house), "Comment", "#1 you did")
        await approve(house, "#1 you did")
        answer, mirror = await hands.copies("you did")
        assert answer["reply_to_message"]["message_id"] == there["message_id"]
        assert mirror["message_reference"]["message_id"] == here["id"]
        assert f"/{there['message_id']}?thread=" in links(answer)[0]
        parents = await rows(house, "SELECT number, parent IS NOT NULL AS replies FROM comment")
        assert [r["replies"] for r in parents] == [0, 1]


async def test_a_target_that_is_not_there_leaves_plain_text(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        theirs = hands.ben("soon gone on one side")
        copy = await house.until(lambda: hands.copy_there("soon gone"), "relayed")
        hands.t.person_deletes(hands.p.boss, hands.p.group, copy["message_id"])
        hands.ben("so it was", reply=theirs)
        await house.until(lambda: hands.copy_there("so it was"), "relayed, and found missing")
        hands.ben(">>1 indeed")
        last = await house.until(lambda: hands.copy_there("indeed"), "relayed")
        assert links(last) == []
        assert ">>1 indeed" in last["text"]


async def test_what_a_reply_marks_of_a_comment_is_shown_as_long_as_that_says_it(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        hands = Hands(house)
        hands.ben("the convoy of @boss left at nine ||by the pier|| and " + "so on " * 50)
        there, here = await hands.approved("the convoy")
        ask = hands.writes(hands.p.ana, "it did not", reply=there["message_id"],
                           quote="boss left at nine")  # fmt: skip
        card = await house.until(lambda: house.card("it did not"), "card")
        assert "in reply to #1 Ben: boss left at nine" in card["text"]
        assert hands.t.message(hands.p.group, ask) is None
        answer, mirror = await hands.approved("it did not")
        assert answer["text"].endswith("\nboss left at nine\nit did not")
        assert "\n> boss left at nine\nit did not" in mirror["content"]
        assert mirror["message_reference"]["message_id"] == here["id"]
        hands.writes(hands.p.ana, "nor there", reply=there["message_id"], quote="nine by the pier")
        other, _ = await hands.approved("nor there")
        assert other["text"].endswith("\nnine …\nnor there")
        await hands.menu(hands.p.mod, "Remove", here["id"])
        await hands.nowhere("boss left at nine")
        assert hands.copy_here("it did not")
        assert hands.copy_there("nor there")


async def test_a_reply_that_marks_what_nobody_said_quotes_nothing(tmp_path: Path) -> None:
    """Our own words around a comment, and a part that the author has changed since."""
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        theirs = hands.ben("one and two")
        copy = await house.until(lambda: hands.copy_there("one and two"), "relayed")
        number = copy["message_id"]
        hands.writes(hands.p.ana, "who is that", reply=number, quote="Ben · Discord")
        mirror = await house.until(lambda: hands.copy_here("who is that"), "relayed")
        assert ">" not in mirror["content"]
        hands.writes(hands.p.ana, "not two", reply=number, quote="two")
        await house.until(lambda: "> two" in _here(hands, "not two"), "quoted")
        hands.d.person_edits(hands.p.ben, theirs, "one and three")
        await house.until(lambda: ">" not in _here(hands, "not two"), "not any more")


def _here(hands: Hands, words: str) -> str:
    """What our copy on Discord reads; a sign of quoting where there is none."""
    return str((hands.copy_here(words) or {}).get("content", ">"))


async def test_a_link_leads_to_a_comment_as_long_as_it_can_be_read(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        own = hands.ben("the pier at nine")
        there = await house.until(lambda: hands.copy_there("the pier at nine"), "relayed")
        hands.ana("look at this\n#1")
        mirror = await house.until(lambda: hands.copy_here("look at this"), "relayed")
        assert own in mirror["content"]
        hands.ben("and at that\n#1")
        answer = await house.until(lambda: hands.copy_there("and at that"), "relayed")
        assert len(links(answer)) == 1
        assert f"/{there['message_id']}" in links(answer)[0]
        await hands.menu(hands.p.mod, "Remove", own)
        await house.until(lambda: "channels" not in _here(hands, "look at this"), "no link here")
        await house.until(lambda: not _links_there(hands, "and at that"), "nor there")
        assert "#1" in _here(hands, "look at this").replace("\\", "")
        await hands.slash(hands.p.mod, hands.p.discord_desk, "undo")
        there, here = await hands.copies("the pier at nine")
        await house.until(lambda: here["id"] in _here(hands, "look at this"), "a link to the new")
        await house.until(
            lambda: f"/{there['message_id']}" in str(_links_there(hands, "and at that")),
            "there too",
        )


def _links_there(hands: Hands, words: str) -> list[str]:
    return links(hands.copy_there(words) or {"entities": [{"type": "text_link", "url": "none"}]})
