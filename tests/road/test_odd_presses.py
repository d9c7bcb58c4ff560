"""Presses, forms and commands as no client should send them, through the real servers: whatever
comes, the loops go on, nothing is decided, and the next press is answered."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord.state import Event
from tests.property.mutations import ODD, paths
from tests.road.hands import Hands
from tests.road.house import House, newsroom

Json = dict[str, Any]
DATA: tuple[Any, ...] = (
    "", "k", "k:", "k::", "k:1:a", "u", "\0", "ñ", "\ud83d", "9" * 5000, "c" * 64, "x" * 64,
    "w", "w:", "w::", "wx:r:3", "w:u:", "wx:r:" + "9" * 50, "q", "q:", "q::", "qa", "qp:", "qp:z1",
    "qa:x:1:-1", "qo:x:1:-1", "qu:x:-1", "qp:-99999", "qp:w1.a" + "9" * 15, "qr:x:²:w1",
    "menu-edit", "menu-reply", "m-", "i", "s", "p", "d", "#1", "k" + "9" * 60 + ":1:a", 7, None, [],
    {}, True, 2**70,
)  # fmt: skip
"""What may come back in the place of a button's token."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with newsroom(tmp_path) as made:
        yield made


def mutants(sample: Json) -> Iterator[Json]:
    """The sample with each of its values exchanged, and with each taken away."""
    for number, place in enumerate(paths(sample)):
        for take in (False, True):
            payload = copy.deepcopy(sample)
            holder: Any = payload
            for step in place[:-1]:
                holder = holder[step]
            if take:
                del holder[place[-1]]
            else:
                holder[place[-1]] = copy.deepcopy(ODD[number % len(ODD)])
            yield payload


def sendable(payload: Any) -> bool:
    """It can stand in JSON on a wire: the played servers write no NaN."""
    try:
        json.dumps(payload, allow_nan=False)
    except ValueError:
        return False
    return True


async def test_odd_presses_on_telegram(house: House) -> None:
    hands = Hands(house)
    await house.publish()
    hands.ana("one that waits")
    card = await house.until(lambda: house.card("one that waits"), "a card")
    bot = next(iter(house.telegram.memory.bots()))
    forged = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"][:-1] + "zz"
    sample = {
        "id": "77", "from": {"id": house.places.boss, "is_bot": False, "first_name": "Boss"},
        "message": card, "chat_instance": "1", "data": forged,
    }  # fmt: skip
    odd = [{**sample, "id": f"d{n}", "data": data} for n, data in enumerate(DATA)]
    inaccessible = {"chat": card["chat"], "message_id": 5, "date": 0}
    inline = {k: v for k, v in sample.items() if k != "message"} | {"inline_message_id": "AAA"}
    game = {k: v for k, v in inline.items() if k != "data"} | {"game_short_name": "chess"}
    odd += [{**sample, "message": inaccessible}, inline, game, *mutants(sample)]
    for payload in filter(sendable, odd):
        expires = house.world.clock.now() + 1000
        house.telegram.updates.add(bot, "callback_query", payload, expires)
    pressed = hands.presses(card, "Approve")
    assert await hands.toast(pressed) == "Published #1."
    await house.until(lambda: not house.telegram.pending(bot["id"]), "all are confirmed")
    assert [row["action"] for row in await hands.log()] == ["approve"]
    aside = await house.product.newsroom.look(lambda tx, _: tx.all("SELECT key FROM quarantine"))
    assert aside, "nothing odd arrived"


async def test_odd_interactions_on_discord(house: House, caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands(house)
    await house.publish()
    hands.ben("one that waits")
    card = await house.until(lambda: house.discord_card("one that waits"), "a card")
    pressed = await hands.clicks(card, "Reject")
    seen = _payload(house, pressed.doc, card)
    odd: list[Json] = []
    for data in DATA:
        odd.append({**seen, "data": {"custom_id": data, "component_type": 2}})
        inputs = [{"type": 18, "component": {"type": 4, "custom_id": data, "value": data}}]
        odd.append({**seen, "type": 5, "data": {"custom_id": "c", "components": inputs}})
        options = [{"name": "comment", "type": 3, "value": data}]
        for name in ("approve", "ban", "help", data):
            odd.append({**seen, "type": 2, "data": {"name": name, "options": options}})
        odd.append({**seen, "type": 2, "data": {"name": "Remove", "type": 3, "target_id": data}})
    odd += [{**seen, "type": kind} for kind in (0, 1, 4, 6, "2", None)]
    odd += [{k: v for k, v in seen.items() if k != gone} for gone in seen]
    odd += mutants({**seen, "data": {"custom_id": "kabc:1:zz", "component_type": 2}})
    heard = len(caplog.records)
    for payload in filter(sendable, odd):
        house.discord.state.emit(Event("INTERACTION_CREATE", payload, only=seen["bot"]))
    done = await hands.clicks(card, "Approve")
    assert done.text == "Published #1."
    assert [row["action"] for row in await hands.log()] == ["approve"]
    told = [record.getMessage() for record in caplog.records[heard:]]
    assert any("interaction cannot be read" in words for words in told)
    hands.ben("and it still listens")
    await house.until(lambda: house.discord_card("and it still listens"), "the next card")


def _payload(house: House, doc: Json, card: Json) -> Json:
    """A press by somebody without rights, whose token answers nothing any more."""
    user = {"id": house.places.ben, "username": "ben", "global_name": "Ben"}
    bot = str(house.discord.state.get("app", doc["app_id"])["bot_id"])
    return {
        "id": doc["id"], "application_id": doc["app_id"], "type": 3, "token": "stale",
        "version": 1, "channel_id": doc["channel_id"], "guild_id": doc["guild_id"], "bot": bot,
        "channel": {"id": doc["channel_id"], "type": 0}, "locale": "es-ES", "message": card,
        "member": {"user": user, "roles": [], "permissions": "0"},
        "data": {"custom_id": "kabc:1:a", "component_type": 2},
    }  # fmt: skip
