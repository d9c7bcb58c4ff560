"""What the desk reads of tries whose outcome is not known, that were surely in vain, or whose
thread is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from core.outbox import calls
from tests.road import test_channels as places
from tests.road.hands import Hands
from tests.road.house import Json, newsroom

TWICE = "it may exist twice"


@asynccontextmanager
async def published(folder: Path) -> AsyncIterator[Hands]:
    """A newsroom that lets comments through, with one article."""
    async with newsroom(folder, mode="open") as house:
        await house.publish()
        yield Hands(house)


def fails(hands: Hands, kind: str, times: int = 1, **more: int) -> None:
    """What goes into the Telegram group meets a fault."""
    group = str(hands.p.group)

    def there(params: Json) -> bool:
        return str(params.get("chat_id")) == group

    hands.house.world.faults.add(
        Fault("telegram", "sendMessage", kind, times=times, where=there, **more)  # type: ignore[arg-type]
    )


def there(hands: Hands, words: str) -> list[str]:
    """Our messages in the group with these words."""
    return [m["text"] for m in hands.house.group() if words in m["text"] and m["from"]["is_bot"]]


async def test_what_was_sent_again_without_knowing_is_said_so(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        fails(hands, "drop_after")
        hands.ben("said once")
        await hands.house.until(lambda: len(there(hands, "said once")) == 2, "sent once more")
        await hands.settled()
        assert TWICE in await hands.at_desk("/why 1#1")


@pytest.mark.parametrize(
    ("kind", "more"), [("429", {"retry_after": 0}), ("status", {"status": 429})]
)
async def test_what_surely_was_not_sent_is_not_called_doubtful(
    tmp_path: Path, kind: str, more: dict[str, int]
) -> None:
    async with published(tmp_path) as hands:
        fails(hands, kind, **more)
        hands.ben("said once")
        await hands.house.until(lambda: there(hands, "said once"), "sent")
        await hands.settled()
        assert len(there(hands, "said once")) == 1
        assert TWICE not in await hands.at_desk("/why 1#1")


async def test_after_many_tries_of_unknown_outcome_it_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST", 0.05)
    monkeypatch.setattr(calls, "MOST_UNKNOWN", 2)
    async with published(tmp_path) as hands:
        fails(hands, "drop_before", times=99)
        hands.ben("never heard")
        told = await hands.house.until(lambda: hands.house.told("could not be shown"), "told")
        assert "it may be there, it is not sent again" in told["text"]
        hands.house.world.faults.clear()
        hands.ben("another one")
        await hands.house.until(lambda: there(hands, "another one"), "the next one comes")
        assert not there(hands, "never heard")
        assert "1 delivery is tried again" in await hands.at_desk("/replay 1#1")
        await hands.house.until(lambda: there(hands, "never heard"), "when asked for")


async def test_a_card_that_stands_twice_goes_by_a_press_on_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        hands, desk = Hands(house), house.places.desk
        house.world.faults.add(
            Fault("telegram", "sendMessage", "drop_after", where=lambda p: "read me" in str(p))
        )

        def cards() -> list[Json]:
            return [m for m in hands.t.messages(desk) if "read me" in m.get("text", "")]

        hands.ana("read me")
        await house.until(lambda: len(cards()) == 2, "its card twice")
        hands.ana("/edit #1 read me now")
        await house.until(lambda: "read me now" in cards()[1]["text"], "one of them has the text")
        stale, known = cards()
        assert "changed since" in await hands.toast(hands.presses(stale, "Approve"))
        await house.until(lambda: len(cards()) == 1, "it is gone")
        await hands.settled()
        assert cards()[0]["message_id"] == known["message_id"]
        assert await hands.toast(hands.presses(cards()[0], "Approve")) == "Published #1."


async def test_what_cannot_be_deleted_any_more_gives_its_words_up(tmp_path: Path) -> None:
    """Telegram lets bots delete for 48 hours in some chats; edits it lets them always."""
    async with published(tmp_path) as hands:
        thread = hands.house.forum_thread() or ""
        photo = (("a.jpg", jpeg(40, 30)),)
        hands.ben("words to go")
        await hands.house.until(lambda: there(hands, "words to go"), "relayed")
        hands.d.person_posts(hands.p.ben, thread, "photo to go", attachments=photo)
        await hands.house.until(lambda: _photo(hands), "relayed")
        await hands.settled()
        before = _photo(hands) or {}
        body = {
            "ok": False, "error_code": 400,
            "description": "Bad Request: message can't be deleted for everyone",
        }  # fmt: skip
        hands.house.world.faults.add(
            Fault("telegram", "deleteMessage", "status", times=99, status=400, body=body)
        )
        for number in (1, 2):
            await hands.at_desk(f"/remove 1#{number}")
        await hands.nowhere("words to go")
        await hands.house.until(lambda: len(there(hands, "This comment was removed.")) == 1, "")
        after = await hands.house.until(
            lambda: "removed" in (_photo(hands) or {})["caption"] and _photo(hands), "covered"
        )
        assert after["message_id"] == before["message_id"]
        assert after["photo"] != before["photo"]
        await hands.settled()
        assert not [m for m in hands.house.cards() if "could not be" in m.get("text", "")]


def _photo(hands: Hands) -> Json | None:
    found = hands.t.messages(hands.p.group)
    return next((m for m in found if "photo" in m and m["from"]["is_bot"]), None)


async def test_a_thread_whose_root_is_gone_is_told_once_and_left_alone(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.t.person_deletes(hands.p.boss, hands.p.group, hands.house.root() or 0)
        for words in ("the first", "the second"):
            hands.ben(words)
            await hands.house.until_async(partial(_stored, hands, words), "stored")
        gone = "The thread of “Harbour report” in The Paper talk is gone."
        await hands.house.until(lambda: hands.house.told(gone), "the desk is told")
        assert "there is no thread here to show it in" in await hands.at_desk("/why 1#1")
        assert len([m for m in hands.house.cards() if gone in m.get("text", "")]) == 1
        assert not there(hands, "the ")


FAULTS: tuple[Json, ...] = (
    {"kind": "429", "retry_after": 0.1},
    {"kind": "status", "status": 500},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
)


@pytest.mark.parametrize("how", FAULTS, ids=lambda how: how["kind"])
async def test_a_thread_that_could_not_be_started_is_started_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Json
) -> None:
    monkeypatch.setattr(calls, "LONGEST", 0.05)
    route = "POST /channels/{channel_id}/messages/{message_id}/threads"
    async with newsroom(tmp_path, connect=False) as house:
        place = places.discord_channel(house, "news", "text")
        await places.publication(house)
        await places.add(house, "discord", place)
        house.world.faults.add(Fault("discord", route, **how))
        article = await places.publish(house)
        await places.threads(house, article, 1)
        assert places.only_thread(house, place)
        assert len(house.discord.messages(place)) == 1


@pytest.mark.parametrize("how", FAULTS, ids=lambda how: how["kind"])
async def test_a_lock_that_failed_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Json
) -> None:
    monkeypatch.setattr(calls, "LONGEST", 0.05)
    async with published(tmp_path) as hands:
        thread = hands.house.forum_thread() or ""
        hands.house.world.faults.add(Fault("discord", "PATCH /channels/{channel_id}", **how))
        await hands.at_desk("/lock 1")

        async def level() -> bool:
            row = await hands.house.product.newsroom.look(
                lambda tx, _: tx.one("SELECT 1 FROM setting WHERE want <> have")
            )
            return row is None

        await hands.house.until_async(level, "level")
        assert hands.d.channel(thread)["thread_metadata"]["locked"]


async def _stored(hands: Hands, words: str) -> bool:
    row = await hands.house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT 1 FROM revision WHERE text LIKE :w", {"w": f"%{words}%"})
    )
    return row is not None
