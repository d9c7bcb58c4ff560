"""What stands while a change is judged, and after it was refused."""

from __future__ import annotations

from pathlib import Path

from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.test_edits import published


async def test_a_change_that_is_refused_at_once_keeps_what_was_approved(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("as agreed")
        await hands.house.until(lambda: hands.copy_here("as agreed"), "relayed")
        await hands.at_desk("/ban 1#1")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "another thing")
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "removed")
        await hands.copies("as agreed")
        await hands.settled()
        await hands.nowhere("another thing")
        row = await hands.house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT state FROM comment")
        )
        assert row is not None
        assert row["state"] == "published"


async def test_a_placeholder_stands_while_a_change_of_the_reply_below_it_waits(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("to be removed")
        copy = await hands.house.until(lambda: hands.copy_here("to be removed"), "relayed")
        reply = hands.ben("a reply to it", reply=copy["id"])
        there = await hands.house.until(lambda: hands.copy_there("a reply to it"), "relayed")
        assert there["reply_to_message"]["message_id"] == own
        hands.d.person_edits(hands.p.ben, reply, "a reply, see https://bad.example/")
        await hands.house.until(lambda: hands.house.card("Changed comment waits"), "it waits")
        await hands.settled()
        await hands.at_desk("/remove 1#1")
        await hands.nowhere("to be removed")
        removed = "This comment was removed."
        await hands.house.until(lambda: hands.copy_here(removed), "a placeholder")
        await hands.settled()
        shown = hands.copy_here("a reply to it") or {}
        placeholder = hands.copy_here(removed) or {}
        assert shown["message_reference"]["message_id"] == placeholder["id"]


async def test_words_in_place_of_a_medium_that_telegram_refuses_are_changed(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        body = {"ok": False, "error_code": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"}
        for method in ("sendPhoto", "sendDocument"):
            fault = Fault("telegram", method, "status", times=9, status=400, body=body)
            hands.house.world.faults.add(fault)
        thread = hands.house.forum_thread() or ""
        own = hands.d.person_posts(
            hands.p.ben, thread, "the pier", attachments=(("a.jpg", b"no picture"),)
        )
        first = await hands.house.until(lambda: hands.copy_there("the pier"), "in words")
        assert "Not shown here: photo" in first["text"]
        hands.d.person_edits(hands.p.ben, own["id"], "the other pier")
        await hands.house.until(lambda: _changed(hands, first["message_id"]), "changed")
        await hands.settled()
        assert "Not shown here: photo" in (hands.copy_there("the other pier") or {})["text"]


def _changed(hands: Hands, message: int) -> bool:
    shown = hands.t.message(hands.p.group, message) or {}
    return "the other pier" in shown.get("text", "")
