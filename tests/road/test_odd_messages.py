"""Comments, changes and removals as no platform should tell them, through the real servers into the
database: whatever comes, the loops go on, and the next comment is relayed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord.state import Event
from core import outbox
from core.model import Channel
from core.newsroom.context import Context
from core.newsroom.outgoing import facing
from core.newsroom.outgoing.deliveries import report
from core.newsroom.outgoing.jobs import Look
from core.newsroom.outgoing.ready import Ready
from core.ports import Row, Tx
from core.views import View
from tests.road.hands import Hands
from tests.road.house import House, newsroom
from tests.road.test_odd_presses import mutants, sendable

Json = dict[str, Any]
OTHER = "Second report"
NUMBERS = (0, -1, 2**31, 2**53, 2**63, 2**70, -(2**63), 10**300)
MANY = [{"type": "bold", "offset": n % 50, "length": 3 + n % 7} for n in range(10_000)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Two articles: a flood below one of them is no reason to hold what is said below the other."""
    async with newsroom(tmp_path, mode="open") as made:
        await made.publish()
        await made.publish(OTHER)
        yield made


def odd(sample: Json, number: str, times: tuple[str, ...]) -> Iterator[Json]:
    """The sample with whatever may stand in a place of it. number: the field with its id; times:
    those that tell when."""
    yield from mutants(sample)
    for value in NUMBERS:
        yield {**sample, number: value}
        for name in times:
            yield {**sample, name: value, number: _fresh(sample[number], value)}


def _fresh(like: int | str, value: int) -> int | str:
    new = 10**6 + abs(value) % 10**6
    return new if isinstance(like, int) else str(new)


def mistakes(log: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error, besides what was put aside."""
    aside = ("cannot be handled", "it is put aside")
    told = [(r.levelno, r.getMessage()) for r in log.records]
    return [words for level, words in told
            if level >= logging.ERROR and not any(one in words for one in aside)]  # fmt: skip


WRONG: tuple[Json, ...] = (
    {"media_group_id": [1]}, {"author_signature": {"a": 1}}, {"quote": {"text": ["x"]}},
    {"via_bot": {"username": ["x"]}}, {"forward_origin": {"chat": {"title": ["x"]}}},
    {"from": {"id": 5, "is_bot": False, "first_name": "X", "language_code": ["x"]}},
)  # fmt: skip
"""Fields of a message whose type the conversion does not mind and the database does, or may."""


async def _well(house: House, log: pytest.LogCaptureFixture) -> None:
    """Nothing is broken, and what was too odd is put aside."""
    assert mistakes(log) == []
    assert house.product.health()["ok"]
    rows = await house.product.newsroom.look(lambda tx, _: tx.all("SELECT key FROM quarantine"))
    assert len(rows) > 10


async def test_odd_messages_on_telegram(house: House, caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands(house)
    own = hands.ana("a sample of it")
    await house.until(lambda: hands.copy_here("a sample of it"), "relayed")
    sample = hands.t.message(hands.p.group, own) or {}
    bot = next(iter(house.telegram.memory.bots()))
    for kind in ("message", "edited_message"):
        told = {**sample, "edit_date": sample["date"] + 1} if kind == "edited_message" else sample
        payloads = [*odd(told, "message_id", ("date", "edit_date")), {**told, "entities": MANY}]
        payloads += [{**told, "message_id": 7000 + n, **more} for n, more in enumerate(WRONG)]
        for payload in filter(sendable, payloads):
            expires = house.world.clock.now() + 1000
            house.telegram.updates.add(bot, kind, payload, expires)
    await house.until(lambda: not house.telegram.pending(bot["id"]), "all are confirmed")
    root = house.root(OTHER)
    house.telegram.person_posts(hands.p.boss, hands.p.group, "after them all", under=root)
    await house.until(lambda: house.thread_message("after them all", OTHER), "relayed")
    await _well(house, caplog)


@pytest.mark.parametrize("when", [2**40, 2**63, 10**300, -(2**63)])
async def test_a_time_that_no_calendar_knows_spoils_nothing(house: House, when: int) -> None:
    hands = Hands(house)
    own = hands.ana("a sample of it")
    await house.until(lambda: hands.copy_here("a sample of it"), "relayed")
    sample = hands.t.message(hands.p.group, own) or {}
    bot = next(iter(house.telegram.memory.bots()))
    told = {**sample, "message_id": 7000, "date": when, "text": "from another time"}
    house.telegram.updates.add(bot, "message", told, house.world.clock.now() + 1000)
    await house.until(lambda: hands.copy_here("from another time"), "relayed")
    hands.ben("5:44 agreed")
    await house.until(lambda: hands.copy_there("5:44 agreed"), "read beside it")
    assert "from another time" in await house.product.newsroom.show("1")


async def test_what_cannot_be_shown_holds_up_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outbox, "LATER", 0.2)
    hands, show = Hands(house), facing.face_of

    def broken(tx: Tx, context: Context, channel: Channel, row: Row, **more: Any) -> View | None:
        if row["subject"] == "comment" and row["subject_id"] == 1:
            raise OverflowError("a mistake of ours")
        return show(tx, context, channel, row, **more)

    with monkeypatch.context() as patch:
        patch.setattr("core.newsroom.outgoing.jobs.face_of", broken)
        hands.ana("not for now")
        await house.until(lambda: "cannot be shown" in caplog.text, "tried")
        hands.ana("behind it")
        hands.ben("the other way")
        await house.until(lambda: hands.copy_here("behind it"), "relayed")
        await house.until(lambda: hands.copy_there("the other way"), "relayed")
        assert not hands.copy_here("not for now")
        (told, *_) = [r for r in caplog.records if "cannot be shown" in r.getMessage()]
        assert isinstance(told.__dict__["delivery"], int)
        why = await house.product.newsroom.look(lambda tx, to: report(tx, to, "en", "comment", 1))
        assert "a mistake of this program" in why.text
    await house.until(lambda: hands.copy_here("not for now"), "once it can be shown")


async def test_a_channel_that_could_not_be_looked_at_is_looked_at_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "AGAIN", 0.1)
    room, failed = house.product.newsroom, list[int]()
    ask = room.ready

    async def broken(channel: int, look: Look | None, *, settle: bool) -> Ready | None:
        if channel not in failed:
            failed.append(channel)
            raise ValueError("a mistake of ours")
        return await ask(channel, look, settle=settle)

    monkeypatch.setattr(room, "ready", broken)
    hands = Hands(house)
    hands.ana("one way")
    hands.ben("the other way")
    await house.until(lambda: hands.copy_here("one way"), "relayed")
    await house.until(lambda: hands.copy_there("the other way"), "relayed")
    assert len(failed) > 1


async def test_odd_messages_on_discord(house: House, caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands(house)
    own = hands.ben("a sample of it")
    await house.until(lambda: hands.copy_there("a sample of it"), "relayed")
    state = house.discord.state
    bot = str(next(iter(state.all("app")))["bot_id"])
    told = hands.d.message(own) or {}
    guild = hands.d.channel(hands.p.forum)["guild_id"]
    sample = {**told, "edited_timestamp": "2026-01-01T00:00:00Z", "guild_id": guild}
    for event in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD"):
        for payload in filter(sendable, odd(sample, "id", ("edited_timestamp", "timestamp"))):
            state.emit(Event(event, payload, only=bot))
    thread = house.forum_thread(OTHER)
    assert thread
    house.discord.person_posts(hands.p.mod, thread, "after them all")
    await house.until(lambda: house.group_message("after them all"), "relayed")
    await _well(house, caplog)
