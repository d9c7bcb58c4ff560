"""What happens to a delivery while a call for it is about to be made, or under way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.world import Fault
from core.newsroom.outgoing.jobs import Job
from tests.road.house import Json
from tests.road.test_edits import long, written_on_discord
from tests.road.test_outcomes import TWICE, published, there


async def test_what_is_removed_just_before_its_send_is_never_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with published(tmp_path) as hands:
        newsroom = hands.house.product.newsroom
        seen: list[int] = []
        begin = newsroom.begin

        async def later(job: Job, *rest: Any, **more: Any) -> int | None:
            if job.subject == "comment" and not seen:
                seen.append(job.subject_id)
                await newsroom.command(None, "remove", "1#1")
            return await begin(job, *rest, **more)

        monkeypatch.setattr(newsroom, "begin", later)
        sent: list[Json] = []
        listening = Fault("telegram", "sendMessage", "delay", where=lambda p: bool(sent.append(p)))  # type: ignore[func-returns-value]
        hands.house.world.faults.add(listening)
        hands.ben("taken back")
        await hands.nowhere("taken back")
        await hands.settled()
        assert seen
        group = [p for p in sent if str(p["chat_id"]) == str(hands.p.group)]
        assert not [p for p in group if "taken back" in str(p)]


async def test_a_send_under_way_is_recorded_by_a_program_that_stops(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        reached = asyncio.Event()

        def here(params: Json) -> bool:
            if "under way" not in str(params) or str(params["chat_id"]) != str(hands.p.group):
                return False
            reached.set()
            return True

        slow = Fault("telegram", "sendMessage", "delay", seconds=0.3, where=here)
        hands.house.world.faults.add(slow)
        hands.ben("under way")
        await reached.wait()
        await hands.house.restart()
        await hands.settled()
        assert len(there(hands, "under way")) == 1
        assert TWICE not in await hands.at_desk("/why 1#1")


async def test_a_first_part_that_a_person_deletes_takes_the_rest_along(tmp_path: Path) -> None:
    """Somebody deletes the first message of a long comment before the next is sent."""
    async with published(tmp_path) as hands:
        done: list[str] = []

        def here(_params: Json) -> bool:
            parts = written_on_discord(hands)
            if len(parts) == 1 and not done:
                thread = hands.house.forum_thread() or ""
                first = next(m for m in hands.d.messages(thread) if m["content"] == parts[0])
                done.append(first["id"])
                hands.d.person_deletes(hands.p.mod, first["id"])
            return False

        route = "POST /channels/{channel_id}/messages"
        hands.house.world.faults.add(Fault("discord", route, "delay", where=here))
        hands.ana(long("_Removed_", 3900))
        await hands.house.until(lambda: done, "deleted")
        await hands.settled()
        assert written_on_discord(hands) == []
        assert "by hand" in await hands.at_desk("/why 1#1")


async def test_a_reply_is_sent_without_what_its_author_took_away_just_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it answers goes between the reading of the delivery and the beginning of its send."""
    async with published(tmp_path) as hands:
        own = hands.ben("what goes")
        above = await hands.house.until(lambda: hands.copy_there("what goes"), "relayed")
        await hands.settled()
        newsroom = hands.house.product.newsroom
        seen: list[int] = []
        begin = newsroom.begin

        async def gone() -> bool:
            row = await newsroom.look(
                lambda tx, _: tx.one("SELECT state FROM comment WHERE number = 1")
            )
            return row is not None and row["state"] == "withdrawn"

        async def later(job: Job, *rest: Any, **more: Any) -> int | None:
            if job.subject == "comment" and job.reply_message and not seen:
                seen.append(job.subject_id)
                hands.d.person_deletes(hands.p.ben, own)
                await hands.house.until_async(gone, "taken away")
            return await begin(job, *rest, **more)

        monkeypatch.setattr(newsroom, "begin", later)
        hands.ana("the answer", reply=above["message_id"])
        await hands.house.until(lambda: hands.copy_here("the answer"), "relayed")
        await hands.settled()
        assert seen
        copy = hands.copy_here("the answer")
        assert copy is not None
        assert "> #1: This comment was removed." in copy["content"]
