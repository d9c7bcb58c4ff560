"""What could not be read is put aside, told once, and read again on request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bots.telegram.adapter
from bots.discord import convert
from core.errors import UserError
from core.newsroom.setup import quarantine
from tests.road.hands import Hands
from tests.road.house import House, Json, newsroom


def _broken(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, words: str) -> None:
    """A mistake of ours, in whatever has these words in it."""
    right = getattr(module, name)

    def wrong(payload: Any, *args: Any, **kwargs: Any) -> Any:
        if words in json.dumps(payload):
            raise KeyError(words)
        return right(payload, *args, **kwargs)

    monkeypatch.setattr(module, name, wrong)


async def _kept(house: House, n: int) -> list[dict[str, Any]]:
    look = house.product.newsroom.look

    async def there() -> bool:
        return len(await look(quarantine.rows)) == n

    await house.until_async(there, f"{n} in quarantine")
    return await look(quarantine.rows)


async def test_what_could_not_be_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        with monkeypatch.context() as broken:
            _broken(broken, bots.telegram.adapter, "convert", "poisoned here")
            _broken(broken, convert, "posted", "poisoned there")
            hands.ana("poisoned here")
            hands.ben("poisoned there")
            hands.ana("healthy after it")
            await house.until(lambda: house.thread_message("healthy after it"), "relayed")
            rows = await _kept(house, 2)
            told = await house.until(lambda: _told(house, 2), "the desk is told of both")
            assert "poisoned" not in str(rows) + str(told)
            change, look = house.product.newsroom.change, house.product.newsroom.look
            content = await look(lambda tx, c: quarantine.content(tx, c, rows[0]["id"]))
            assert "poisoned" in content
            await change(lambda tx, c: quarantine.replay(tx, c, rows[0]["id"]))
            await house.until_async(lambda: _tried(house), "it still cannot be read")
            assert len(await look(quarantine.rows)) == 2
        for _ in range(2):
            await change(lambda tx, c: quarantine.replay(tx, c, None))
        await _kept(house, 0)
        await house.until(lambda: house.thread_message("poisoned here"), "relayed")
        await house.until(lambda: house.group_message("poisoned there"), "relayed")
        await hands.settled()
        thread = house.forum_thread()
        assert thread
        there = [m["content"] for m in house.discord.messages(thread)]
        assert sum("poisoned here" in text for text in there) == 1
        with pytest.raises(UserError, match="no number 99"):
            await change(lambda tx, c: quarantine.drop(tx, c, 99))


def _told(house: House, n: int) -> list[Json]:
    found = [m for m in house.cards() if "could not be read" in m.get("text", "")]
    return found if len(found) == n else []


async def _tried(house: House) -> bool:
    rows = await house.product.newsroom.look(quarantine.rows)
    return not any(row["replay"] for row in rows)
