"""What was cut between its effect and its record, and what is wanted changed before it was known.

Each is a way in which something wrong could stay up for good, told alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.world import Fault, Switches
from core.errors import OutcomeUnknown
from core.newsroom.comments.message_map import adopt
from core.newsroom.outgoing import ledger
from core.newsroom.setup import admin
from core.ports import Tx
from tests.road.house import House, Json, newsroom, read
from tests.road.test_waves import RAID

MESSAGES = "/channels/{channel_id}/messages"
SEND, EDIT = f"POST {MESSAGES}", f"PATCH {MESSAGES}/{{message_id}}"
LONG = "long " * 500
FORGETFUL = Switches(nonce_window=0.0)


def _boss(house: House, command: str) -> None:
    house.telegram.person_posts(house.places.boss, house.places.group, command, under=house.root())


def _ana(house: House, words: str, reply_to: int | None = None) -> Json:
    t, p = house.telegram, house.places
    if reply_to is None:
        return t.person_posts(p.ana, p.group, words, under=house.root())
    return t.person_posts(p.ana, p.group, words, reply_to=reply_to)


async def _relayed(house: House, words: str) -> Json:
    copy: Json = await house.until(lambda: house.thread_message(words), "relayed")
    return copy


def _lose(house: House, call: str, kind: str = "drop_after", **more: Any) -> None:
    house.world.faults.add(Fault("discord", call, kind, **more))


def _shown(house: House, words: str) -> list[Json]:
    thread = house.forum_thread()
    assert thread
    return [m for m in house.discord.messages(thread) if words in m["content"]]


async def _level(house: House) -> None:
    """Everything is recorded as it is wanted."""

    async def done() -> bool:
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT count(*) AS n FROM delivery WHERE want <> have")
        )
        return row is not None and row["n"] == 0

    await house.until_async(done, "level")


async def _comments(house: House, number: int) -> None:
    """So many comments are stored."""

    async def stored() -> bool:
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT count(*) AS n FROM comment")
        )
        return row is not None and row["n"] >= number

    await house.until_async(stored, f"{number} comments")


def _before(
    house: House, platform: str, name: str, act: Callable[[], Awaitable[object]], times: int = 1
) -> None:
    """Let something happen right before the adapter's next call of that name."""
    adapter: Any = house.product.adapters[platform]
    inner, left = getattr(adapter, name), [times]

    async def call(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            await act()
        return await inner(*arguments)

    setattr(adapter, name, call)


def _miss(house: House) -> None:
    """The next look finds nothing, as where the history lags behind."""
    adapter: Any = house.product.adapters["discord"]
    inner = adapter.look_for

    async def nothing(*_: Any) -> None:
        adapter.look_for = inner

    adapter.look_for = nothing


async def test_words_come_back_although_the_edit_that_took_them_was_lost(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        _ana(house, "alpha words")
        copy = await _relayed(house, "alpha words")
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(house.places.ben, thread, "beta words", reply_to=copy["id"])
        await house.until(lambda: house.group_message("beta words"), "an answer")
        _lose(house, EDIT)
        _boss(house, "/remove #1")
        await house.until(lambda: not house.thread_message("alpha words"), "a placeholder")
        _boss(house, "/undo")
        await house.until(lambda: house.thread_message("alpha words"), "back")


async def test_words_that_a_lost_edit_brought_back_go_again(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        _ana(house, "alpha words")
        copy = await _relayed(house, "alpha words")
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(house.places.ben, thread, "beta words", reply_to=copy["id"])
        await house.until(lambda: house.group_message("beta words"), "an answer")
        _boss(house, "/remove #1")
        await house.until(lambda: not house.thread_message("alpha words"), "a placeholder")
        await _level(house)
        _lose(house, EDIT)
        _boss(house, "/undo")
        await house.until(lambda: house.thread_message("alpha words"), "back")
        _boss(house, "/remove #1")
        await house.until(lambda: not house.thread_message("alpha words"), "a placeholder again")


async def test_words_come_back_although_the_removal_that_took_them_was_lost(
    tmp_path: Path,
) -> None:
    """On Telegram, which tells nobody that the message went."""
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        house.discord.person_posts(house.places.ben, house.forum_thread() or "", "beta words")
        await house.until(lambda: house.group_message("beta words"), "relayed")
        await _level(house)
        house.world.faults.add(Fault("telegram", "deleteMessage", "drop_after"))
        _boss(house, "/remove #1")
        await house.until(lambda: not house.group_message("beta words"), "removed")
        _boss(house, "/undo")
        await house.until(lambda: house.group_message("beta words"), "back")


async def test_a_lock_whose_answer_was_lost_is_lifted(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        thread = house.forum_thread()
        assert thread

        def locked() -> bool:
            return bool(house.discord.channel(thread)["thread_metadata"]["locked"])

        _lose(house, "PATCH /channels/{channel_id}")
        _boss(house, "/lock")
        await house.until(locked, "locked")
        _boss(house, "/unlock")
        await house.until(lambda: not locked(), "unlocked")


async def test_a_lost_copy_that_answers_nobody_goes_on_quoting(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        p = house.places
        await house.stop()
        first = _ana(house, "alpha words")
        _ana(house, "beta words", reply_to=first["message_id"])
        await house.start()
        beta = await house.until(lambda: house.card("beta words"), "a card")
        alpha = await house.until(lambda: house.card("alpha words"), "a card")
        _lose(house, SEND, where=lambda params: "beta words" in str(params))
        house.telegram.person_presses(p.boss, p.desk, beta["message_id"], "Approve")
        lost = await _relayed(house, "beta words")
        house.telegram.person_presses(p.boss, p.desk, alpha["message_id"], "Approve")
        await _relayed(house, "alpha words")
        await _level(house)
        (answer,) = _shown(house, "beta words")
        assert answer["id"] == lost["id"]
        assert "> #1 Ana" in answer["content"]


async def test_a_surplus_copy_that_is_adopted_while_the_other_goes_is_removed(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        house.world.faults.add(Fault("telegram", "sendMessage", "drop_after"))
        house.discord.person_posts(p.ben, thread, "alpha words")

        def copies() -> list[int]:
            return [m["message_id"] for m in house.group() if "alpha words" in m["text"]]

        await house.until(lambda: len(copies()) == 2, "sent twice")
        await _level(house)

        async def answered() -> None:
            _ana(house, "beta words", reply_to=copies()[0])
            await _comments(house, 2)

        _before(house, "telegram", "delete", answered)
        _boss(house, "/remove #1")
        await house.until(lambda: not copies(), "both gone")


async def test_a_copy_that_is_adopted_while_it_is_looked_for_is_removed(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        _lose(house, SEND)
        own = _ana(house, "alpha words")
        copy = await _relayed(house, "alpha words")

        async def answered() -> None:
            house.discord.person_posts(p.ben, thread, "beta words", reply_to=copy["id"])
            await _comments(house, 2)

        _before(house, "discord", "look_for", answered)
        _ana(house, "/delete", reply_to=own["message_id"])
        await house.until(lambda: not _shown(house, "alpha words"), "found and gone")


async def test_a_copy_that_is_adopted_while_it_is_sent_again_is_removed(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        p, thread = house.places, house.forum_thread()
        assert thread
        _lose(house, SEND)
        _ana(house, "alpha words")
        copy = await _relayed(house, "alpha words")

        async def answered() -> None:
            house.discord.person_posts(p.ben, thread, "beta words", reply_to=copy["id"])
            await _comments(house, 2)

        _miss(house)
        _before(house, "discord", "send", answered)
        await house.until(lambda: len(_shown(house, "alpha words")) == 2, "sent again")
        await house.until(lambda: len(_shown(house, "alpha words")) == 1, "once")
        await _level(house)
        assert len(_shown(house, "alpha words")) == 1


async def test_a_copy_that_is_adopted_while_it_is_given_up_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        t, p, thread = house.telegram, house.places, house.forum_thread() or ""
        every = await house.product.newsroom.look(admin.channels)
        channel = next(c for c in every if c.place == str(p.group))

        def there() -> list[Json]:
            return [m for m in t.messages(p.group) if "beta words" in m.get("text", "")]

        def given_up(tx: Tx, message: int) -> None:
            adopted.append(adopt(tx, channel, 1, str(there()[0]["message_id"]), 1))
            give_up(tx, message)

        def meanwhile(params: Json) -> bool:
            if "beta words" not in str(params):
                return False
            _boss(house, "/remove #1")
            return True

        adopted: list[bool] = []
        give_up = ledger.give_up
        monkeypatch.setattr(ledger, "give_up", given_up)
        house.world.faults.add(Fault("telegram", "sendMessage", "drop_after", where=meanwhile))
        house.discord.person_posts(p.ben, thread, "beta words")
        await house.until(there, "sent")
        await house.until(lambda: not there(), "and removed")
        assert adopted == [True]


async def test_the_words_of_an_earlier_try_are_not_taken_for_those_of_a_later_one(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        p = house.places
        _lose(house, SEND)
        _miss(house)
        own = _ana(house, "alpha words")
        await _relayed(house, "alpha words")

        async def refuse() -> None:
            _lose(house, SEND, "drop_before")

        _before(house, "discord", "send", refuse)
        house.telegram.person_edits(p.ana, p.group, own["message_id"], "beta words")
        await house.until(lambda: not _shown(house, "alpha words"), "changed")
        await house.until(lambda: _shown(house, "beta words"), "as it is now")


async def test_a_lost_further_part_goes_with_its_text(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        _lose(house, SEND, where=lambda params: "omega" in str(params))
        own = _ana(house, f"alpha {LONG} omega")
        await _relayed(house, "omega")
        _ana(house, "/delete", reply_to=own["message_id"])
        await house.until(lambda: not _shown(house, "omega"), "the last part gone")
        await house.until(lambda: not _shown(house, "alpha"), "and the first")


async def test_a_lost_further_part_is_found_although_its_words_changed(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        p = house.places
        _lose(house, SEND, where=lambda params: "omega" in str(params))
        own = _ana(house, f"alpha {LONG} omega")
        await _relayed(house, "omega")
        house.telegram.person_edits(p.ana, p.group, own["message_id"], f"alpha {LONG} delta")
        await house.until(lambda: _shown(house, "delta"), "changed")
        await _level(house)
        assert not _shown(house, "omega")


async def test_a_lost_card_is_found_although_it_was_decided(tmp_path: Path) -> None:
    async with newsroom(tmp_path, switches=FORGETFUL) as house:
        await house.publish()
        p = house.places
        _lose(house, SEND, where=lambda params: "alpha words" in str(params))
        _ana(house, "alpha words")
        card = await house.until(lambda: house.card("alpha words"), "a card")
        await house.until(lambda: house.discord_card("alpha words"), "a card whose answer is lost")
        house.telegram.person_presses(p.boss, p.desk, card["message_id"], "Approve")
        await _relayed(house, "alpha words")
        await _level(house)
        cards = [
            m for m in house.discord.messages(p.discord_desk) if "alpha words" in read(m)
        ]  # fmt: skip
        assert len(cards) == 1
        assert "by Boss" in read(cards[0])


async def test_a_lost_card_of_a_wave_is_found_although_more_joined(tmp_path: Path) -> None:
    async with newsroom(tmp_path, switches=FORGETFUL) as house:
        await house.publish()
        p = house.places

        def raid(number: int) -> None:
            person = house.telegram.add_person(f"Raider {number}")
            house.telegram.join(p.group, person)
            house.telegram.person_posts(person, p.group, RAID, under=house.root())

        def meanwhile(params: Json) -> bool:
            if "alike" not in str(params):
                return False
            raid(7)
            return True

        _lose(house, SEND, where=meanwhile)
        for number in range(7):
            raid(number)
        await house.until(lambda: house.discord_card("8 alike"), "the wave's card")
        await _level(house)
        waves = [m for m in house.discord.messages(p.discord_desk) if "alike" in read(m)]
        assert len(waves) == 1


async def test_a_lost_line_is_found_by_its_nonce_although_its_words_changed(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        desk = house.places.discord_desk

        def meanwhile(params: Json) -> bool:
            if "more comment" not in str(params):
                return False
            for number in range(12, 16):
                _ana(house, f"{number} comes, " + "abcdefghijklmnop"[number] * 9)
            return True

        _lose(house, SEND, where=meanwhile)
        for number in range(12):
            _ana(house, f"{number} comes, " + "abcdefghijklmnop"[number] * 9)

        def lines() -> list[str]:
            return [m["content"] for m in house.discord.messages(desk) if "more c" in m["content"]]

        await house.until(lambda: lines() == ["6 more comments wait: /queue"], "counted")
        await _level(house)
        assert lines() == ["6 more comments wait: /queue"]


@pytest.mark.parametrize("window", [60, 0])
async def test_a_nonce_is_used_again_as_long_as_discord_remembers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        adapter: Any = house.product.adapters["discord"]
        can = replace(adapter.capabilities, nonce_window=window)
        monkeypatch.setattr(type(adapter), "capabilities", can)
        nonces: list[str] = []

        def heard(params: Json) -> bool:
            if "alpha words" in str(params):
                nonces.append(params["nonce"])
            return False

        _lose(house, SEND, "delay", where=heard)
        _lose(house, SEND, "drop_before", where=lambda params: "alpha words" in str(params))
        _ana(house, "alpha words")
        await _relayed(house, "alpha words")
        assert len(nonces) == 2
        assert (nonces[0] == nonces[1]) is (window > 0)


async def test_a_copy_that_returned_meanwhile_is_not_taken_for_gone(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        p = house.places
        own = _ana(house, "alpha words")
        copy = await _relayed(house, "alpha words")

        async def taken_and_returned() -> None:
            house.discord.person_deletes(p.mod, copy["id"])
            await house.until(lambda: not house.group_message("beta words"), "removed everywhere")
            number = await house.product.newsroom.look(
                lambda tx, _: tx.one("SELECT max(id) AS id FROM decision")
            )
            assert number is not None
            _boss(house, f"/undo {number['id']}")
            await house.until(lambda: house.group_message("beta words"), "back on Telegram")

        _before(house, "discord", "edit", taken_and_returned)
        house.telegram.person_edits(p.ana, p.group, own["message_id"], "beta words")
        await house.until(lambda: house.thread_message("beta words"), "back on Discord")


async def test_an_outcome_stays_unknown_until_it_is_looked_for(tmp_path: Path) -> None:
    """Two lost answers in a row leave one message."""
    async with newsroom(tmp_path, mode="open", switches=FORGETFUL) as house:
        await house.publish()
        adapter: Any = house.product.adapters["discord"]
        inner, lost = adapter.look_for, asyncio.Event()

        async def unknown(*arguments: Any) -> Any:
            if not lost.is_set():
                lost.set()
                raise OutcomeUnknown("lost")
            return await inner(*arguments)

        adapter.look_for = unknown
        _lose(house, SEND)
        _ana(house, "alpha words")
        await lost.wait()
        await _level(house)
        assert len(_shown(house, "alpha words")) == 1
