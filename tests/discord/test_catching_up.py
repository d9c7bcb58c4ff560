"""The order of what is read after an absence and what happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from core.events import Posted
from tests.discord.house import House, house
from tests.discord.test_receiving import watched


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.run()
        yield made


@pytest.mark.parametrize("how", ["a stop", "a lost session"])
async def test_what_happens_in_a_thread_waits_until_its_absence_is_read(
    home: House, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    thread = await watched(home)
    home.side.person_posts(home.ana, thread, "before")
    await home.sink.first(Posted)
    asked, go_on, before = home.sink.watched, asyncio.Event(), home.sink.asked

    async def slowly(platform: str) -> Sequence[tuple[str, str, str | None]]:
        found = await asked(platform)
        await go_on.wait()
        return found

    monkeypatch.setattr(home.sink, "watched", slowly)
    if how == "a stop":
        await home.halt()
        home.side.person_posts(home.ana, thread, "missed")
        home.adapter = home.new_adapter()
        await home.run()
    else:
        home.fault("MESSAGE_CREATE", "op9", body={"d": False})
        home.side.person_posts(home.ana, thread, "missed")
        await home.sink.until(lambda: home.sink.asked > before)
    for words in ("live", "live too"):
        home.side.person_posts(home.ana, thread, words)
    other = await watched(home, "Another headline")
    home.side.person_posts(home.ana, other, "elsewhere")
    await home.world.until(lambda: home.adapter.behind(), "the absence is not read yet")
    assert [event.text.text for event in home.sink.all(Posted)] == ["before"]
    go_on.set()
    said = await home.sink.first(Posted, 5)
    there = [event.text.text for event in said if event.thread == thread]
    assert there == ["before", "missed", "live", "live too"]


async def test_the_cursor_stays_before_what_is_not_stored(home: House) -> None:
    thread = await watched(home)
    one = home.side.person_posts(home.ana, thread, "one")
    await home.sink.first(Posted)
    home.sink.refuse = lambda event: isinstance(event, Posted)
    home.side.person_posts(home.ana, thread, "two")
    await home.sink.until(lambda: home.sink.refused)
    await home.halt()
    assert home.sink.cursors[thread] == one["id"]
    home.sink.refuse = lambda event: False
    home.adapter = home.new_adapter()
    await home.run()
    said = await home.sink.first(Posted, 2)
    assert [event.text.text for event in said] == ["one", "two"]
