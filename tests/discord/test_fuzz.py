"""Dispatches as Discord should not send them: each is read or put aside, and nothing stops."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given, settings

from bots.discord import convert
from core.events import Posted
from tests.discord.house import House, house
from tests.discord.test_convert import ME, SNOWFLAKE, WHERE, message
from tests.discord.test_receiving import watched
from tests.property.mutations import ODD, deep, mutated, paths

READABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What conversion may raise: the dispatch is put into quarantine."""
FILE = {
    "id": "5", "filename": "SPOILER_a.jpg", "size": 9, "url": "http://127.0.0.1:1/a", "width": 4,
    "height": 3, "content_type": "image/jpeg", "description": "A", "duration_secs": 2.5,
}  # fmt: skip
MESSAGES: list[Any] = [
    message(attachments=[FILE], flags=1 << 13),
    message(sticker_items=[{"id": "6", "name": "s", "format_type": 1}]),
    message(poll={"question": {"text": "Who?"}, "answers": [{"poll_media": {"text": "A"}}]}),
    message(
        message_reference={"type": 1, "message_id": "3", "channel_id": "4"},
        message_snapshots=[{"message": {"content": "from elsewhere", "attachments": [FILE]}}],
    ),
    message(
        message_reference={"message_id": "3", "channel_id": "7"},
        referenced_message=message(author={"id": "9", "bot": True}, content="**#12 Ana**"),
    ),
    message(edited_timestamp="2026-01-01T00:00:00+00:00", reactions=[
        {"count": 2, "emoji": {"id": None, "name": "👍"}},
    ]),
]  # fmt: skip
INTERACTIONS: list[Any] = [
    {
        "id": SNOWFLAKE, "type": 2, "channel_id": "7", "guild_id": "1", "token": "t",
        "locale": "es",
        "member": {"user": {"id": "2", "username": "ana"}, "permissions": "8192"},
        "data": {"name": "ban", "options": [{"name": "comment", "value": "#12"}]},
    },
    {
        "id": SNOWFLAKE, "type": 2, "channel_id": "7", "guild_id": "1", "token": "t",
        "member": {"user": {"id": "2", "username": "ana"}, "permissions": "0"},
        "data": {"name": "Remove", "type": 3, "target_id": "70", "resolved": {"messages": {
            "70": message(id="70"),
        }}},
    },
    {
        "id": SNOWFLAKE, "type": 3, "channel_id": "7", "token": "t", "message": message(),
        "user": {"id": "2", "username": "ana"}, "data": {"custom_id": "kabc:1:a"},
    },
    {
        "id": SNOWFLAKE, "type": 5, "channel_id": "7", "token": "t",
        "user": {"id": "2", "username": "ana"},
        "data": {"custom_id": "cabc", "components": [
            {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "words"}},
        ]},
    },
    {
        "id": SNOWFLAKE, "type": 5, "channel_id": "7", "token": "t",
        "user": {"id": "2", "username": "ana"},
        "data": {"custom_id": "cabc", "resolved": {"attachments": {"5": FILE}}, "components": [
            {"type": 18, "component": {"type": 19, "custom_id": "files", "values": ["5"]}},
        ]},
    },
]  # fmt: skip
READERS: tuple[Callable[[Any], object], ...] = (
    lambda payload: convert.posted(payload, WHERE, ME),
    lambda payload: convert.edited(payload, WHERE),
    lambda payload: convert.deleted(payload, "5", 0.0),
    lambda payload: convert.reacted(payload, "5"),
    lambda payload: convert.direct(payload),
)


def _read(payload: Any, *readers: Callable[[Any], object]) -> None:
    for reader in readers:
        try:
            reader(payload)
        except READABLE:
            continue


@given(mutated(MESSAGES))
def test_whatever_message_comes_is_read_or_put_aside(payload: Any) -> None:
    _read(payload, *READERS)


@given(mutated(INTERACTIONS))
def test_whatever_interaction_comes_is_read_or_ends_itself(payload: Any) -> None:
    _read(payload, lambda p: convert.invoked(p, WHERE, ME), lambda p: convert.invoked(p, None, ME))


@pytest.mark.campaign
@settings(max_examples=10_000)
@given(mutated(MESSAGES), mutated(INTERACTIONS))
def test_whatever_comes_for_long(payload: Any, interaction: Any) -> None:
    _read(payload, *READERS)
    _read(interaction, lambda p: convert.invoked(p, WHERE, ME))


@pytest.mark.parametrize("depth", [100, 5000, 50_000])
def test_deep_nesting_is_bounded(depth: int) -> None:
    try:
        _read(message(content="x", poll=deep(depth, "words")), *READERS)
        _read(
            {**INTERACTIONS[3], "data": {"custom_id": "c", "components": [deep(depth, "words")]}},
            lambda p: convert.invoked(p, WHERE, ME),
        )
    except RecursionError:
        pytest.fail("a deep payload must not exhaust the stack")


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.run()
        yield made


async def test_hundreds_of_odd_dispatches_stall_nothing(home: House) -> None:
    thread = await watched(home)
    sample = message(channel_id=thread)
    for number, odd in enumerate(ODD):
        for place in paths(sample):
            payload = copy.deepcopy(sample)
            holder = payload
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = odd
            event = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE")[number % 3]
            home.adapter._intake(event, payload)
    for event in ("MESSAGE_CREATE", "THREAD_DELETE", "MESSAGE_REACTION_ADD", "INTERACTION_CREATE"):
        home.adapter._intake(event, {})
    home.side.person_posts(home.ana, thread, "after them all")
    await home.sink.until(
        lambda: any(e.text.text == "after them all" for e in home.sink.all(Posted))
    )
