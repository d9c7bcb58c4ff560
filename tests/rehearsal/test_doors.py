"""How the people of the example go through the bot."""

from __future__ import annotations

import asyncio
from typing import Any

from bots.rehearsal.doors import TelegramDoor
from tests.rehearsal.telegram_house import House, build


def _keys(text: str, **data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, **data}]]}


async def test_send_is_pressed_below_the_words_only() -> None:
    """A bot that died and came back asks for the words again, with a key below: no preview."""
    house = build()
    link = _keys("Comment", url="https://t.me/paper_bot?start=c42")
    post = house.call("sendMessage", chat_id=house.channel, text="News", reply_markup=link)
    house.fresh()
    door = TelegramDoor(house.world, house.side, house.bot)
    words = "Who *signed* for the night shift?"
    entering = asyncio.ensure_future(
        door.enter(house.ana, house.channel, post["message_id"], words)
    )
    asked = _keys("Report this comment instead", callback_data="report")
    await _told(house, "/start c42")
    house.call("sendMessage", chat_id=house.ana, text="Write now.", reply_markup=asked)
    await _told(house, words)
    house.call("sendMessage", chat_id=house.ana, text="Write now.", reply_markup=asked)
    await asyncio.sleep(0)
    assert not entering.done()
    send = _keys("Send", callback_data="send")
    house.call(
        "sendMessage", chat_id=house.ana, text="Blue Owl\nWho signed for the night shift?",
        reply_markup=send,
    )  # fmt: skip
    press = await entering
    answered = press()
    (update,) = house.fresh()
    assert update["callback_query"]["data"] == "send"
    house.call("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
    assert answered()
    house.world.close()


async def _told(house: House, words: str) -> None:
    """Until the bot is told the words."""
    await house.world.until(
        lambda: any(u.get("message", {}).get("text") == words for u in house.updates()), words
    )
    house.fresh()
