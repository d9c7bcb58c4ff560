"""What the platforms do not allow, and what stands in its place."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.world import Fault, Switches
from core.feeds.model import Draft
from core.newsroom.outgoing.jobs import Look
from core.newsroom.outgoing.ready import Ready
from core.ports import Target
from core.text.model import Rich
from tests.road.house import House, newsroom

DAYS = 3 * 86_400.0


async def test_a_copy_too_old_to_be_removed_gives_its_words_up(tmp_path: Path) -> None:
    switches = Switches(admin_delete_48h=True)
    async with newsroom(tmp_path, mode="open", switches=switches) as house:
        await house.publish()
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(house.places.ben, thread, "old words")
        copy = await house.until(lambda: house.group_message("old words"), "relayed")
        house.world.clock.advance(DAYS)
        own = house.thread_message("old words")
        assert own
        house.discord.person_deletes(house.places.ben, own["id"])
        await house.until(lambda: not house.group_message("old words"), "words gone")
        left = house.telegram.message(house.places.group, copy["message_id"])
        assert left
        assert "removed" in left["text"]


async def test_a_long_card_stays_one_message_on_discord(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        words = "long words " * 300
        house.telegram.person_posts(house.places.ana, house.places.group, words, under=house.root())

        def cards() -> list[str]:
            return [str(m["id"]) for m in house.discord.messages(house.places.discord_desk)]

        await house.until(cards, "a card")
        (card,) = house.discord.messages(house.places.discord_desk)
        assert "long words" in card["embeds"][0]["description"]
        house.discord.person_presses(house.places.mod, card["id"], "Approve")
        await house.until(lambda: house.thread_message("long words"), "published")


async def test_a_copy_of_unknown_outcome_goes_when_nothing_is_wanted_any_more(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        send = "POST /channels/{channel_id}/messages"
        house.world.faults.add(Fault("discord", send, "drop_after", times=1))
        read = "GET /channels/{channel_id}/messages"
        house.world.faults.add(Fault("discord", read, "status", times=2, status=503))
        ana, group = house.places.ana, house.places.group
        house.telegram.person_posts(ana, group, "lost words", under=house.root())
        await house.until(lambda: house.thread_message("lost words"), "sent, unknown to us")
        own = house.group_message("lost words")
        assert own
        house.telegram.person_posts(ana, group, "/delete", reply_to=own["message_id"])
        await house.until(lambda: not house.thread_message("lost words"), "found and removed")


async def test_what_falls_due_while_one_looks_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        room, signals = house.product.newsroom, house.product.outbox._signals
        ask, passed = room.ready, list[float]()

        async def late(channel: int, look: Look | None, *, settle: bool) -> Ready | None:
            ready = await ask(channel, look, settle=settle)
            if ready is not None and ready.due is not None and not signals[channel].is_set():
                passed.append(ready.due)
                await asyncio.sleep(max(0.0, ready.due - time.time()) + 0.1)
            return ready

        monkeypatch.setattr(room, "ready", late)
        house.world.faults.add(Fault("telegram", "sendMessage", "drop_before", times=1))
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(house.places.ben, thread, "some words")
        await house.until(lambda: house.group_message("some words"), "sent at the second try")
        assert passed


async def test_what_has_to_wait_long_is_put_back_and_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        adapter = house.product.adapters["discord"]
        ask = adapter.pace

        def pace(target: Target, operation: str) -> float:
            spent = operation == "send" and house.thread_message("first of many")
            return 60.0 if spent else ask(target, operation)

        monkeypatch.setattr(adapter, "pace", pace)
        words = "first of many " + "long words " * 300
        house.telegram.person_posts(house.places.ana, house.places.group, words, under=house.root())
        await house.until_async(lambda: _put_back(house), "its second part is put back")
        lanes = house.product.outbox._lanes.values()
        await house.until(lambda: not any(one.tasks for one in lanes), "nobody waits for it")


async def _put_back(house: House) -> bool:
    row = await house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT outcome, due FROM delivery WHERE subject = 'comment'"
                             " AND role = 'copy' AND attempts > 0")
    )  # fmt: skip
    late = house.product.clock.now() + 50
    return row is not None and "pace" in row["outcome"] and row["due"] > late


@pytest.mark.parametrize(
    "how",
    [{"kind": "429", "retry_after": 300}, {"kind": "delay", "seconds": 600.0}],
    ids=["asked to wait 300 s", "silent connection"],
)
async def test_a_chat_that_takes_nothing_delays_no_other(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        ana, ben, group = house.places.ana, house.places.ben, house.places.group
        house.world.faults.add(
            Fault("telegram", "sendMessage", where=lambda call: _is(call, group), **how)
        )
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(ben, thread, "for the closed chat")
        await _approve(house, "for the closed chat")
        await house.until(lambda: house.thread_message("for the closed chat"), "shown at home")
        house.telegram.person_posts(ana, group, "from the closed chat", under=house.root())
        await _approve(house, "from the closed chat")
        await house.until(lambda: house.thread_message("from the closed chat"), "relayed")
        draft = Draft("Second", "https://paper.example/second", "Second", body=Rich("More."))
        await house.product.newsroom.publish_draft_now(None, draft)
        await house.until(lambda: house.root("Second"), "an article on Telegram")
        await house.until(lambda: house.forum_thread("Second"), "an article on Discord")
        assert not house.group_message("for the closed chat")


def _is(call: dict[str, Any], chat: int) -> bool:
    return str(call.get("chat_id")) == str(chat)


async def _approve(house: House, words: str) -> None:
    def card() -> dict[str, Any] | None:
        cards = house.discord.messages(house.places.discord_desk)
        return next((c for c in cards if words in str(c)), None)

    found = await house.until(card, "a card")
    house.discord.person_presses(house.places.mod, found["id"], "Approve")
