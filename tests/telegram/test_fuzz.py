"""Updates as Telegram should not send them: each is read or put aside, and nothing stops."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings

from bots.telegram.convert import Known, chat_of, convert
from core.events import Posted
from tests.property.mutations import deep, mutated
from tests.telegram.house import house
from tests.telegram.test_convert import GROUP, ME, RITA, ROOT, comment, message, ours

READABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What conversion may raise: the update is put into quarantine."""
PHOTO = [{"file_id": "l", "file_unique_id": "u", "file_size": 9, "width": 5, "height": 5}]
BLOCKS = [{"type": "paragraph", "text": [{"type": "bold", "text": "words"}, "more"]}]
SAMPLES: list[Any] = [
    {"update_id": 1, "message": ROOT},
    comment(entities=[{"type": "bold", "offset": 0, "length": 5}]),
    comment(text="/delete now", entities=[{"type": "bot_command", "offset": 0, "length": 7}]),
    message(photo=PHOTO, caption="Look", caption_entities=[], media_group_id="7"),
    message(poll={"question": "Who?", "options": [{"text": "A"}, {"text": "B"}]}),
    message(sticker={"file_id": "s", "emoji": "x", "is_animated": True, "thumbnail": {}}),
    message(forward_origin={"type": "channel", "chat": {"id": -6, "title": "N"}, "date": 1}),
    message(rich_message={"blocks": BLOCKS}),
    message(migrate_to_chat_id=-100888),
    message(reply_to_message=ours("#12 Ana"), quote={"text": "Ana", "position": 4}),
    {"update_id": 2, "edited_message": {**message()["message"], "edit_date": 2001}},
    {"update_id": 3, "channel_post": {**message()["message"], "text": "/connect x"}},
    {
        "update_id": 4,
        "callback_query": {"id": "9", "from": RITA, "message": ours("#1"), "data": "k:1:a"},
    },
    {
        "update_id": 5,
        "message_reaction": {
            "chat": GROUP, "message_id": 60, "user": RITA, "date": 5, "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        },
    },
]  # fmt: skip


def _read(update: Any) -> bool:
    try:
        chat_of(update)
        convert(update, Known(ME))
    except READABLE:
        return False
    return True


@given(mutated(SAMPLES))
def test_whatever_comes_is_read_or_put_aside(update: Any) -> None:
    _read(update)


@pytest.mark.campaign
@settings(max_examples=20_000)
@given(mutated(SAMPLES))
def test_whatever_comes_is_read_or_put_aside_for_long(update: Any) -> None:
    _read(update)


def test_the_samples_themselves_are_read() -> None:
    assert all(_read(update) for update in SAMPLES)


@pytest.mark.parametrize("depth", [100, 5000, 50_000])
def test_deep_nesting_is_bounded(depth: int) -> None:
    began = time.process_time()
    for place in ({"rich_message": deep(depth, "words")}, {"poll": deep(depth, "words")}):
        try:
            _read(message(**place))
        except RecursionError:
            pytest.fail("a deep update must not exhaust the stack")
    assert time.process_time() - began < 5


async def test_a_hundred_poisoned_updates_stall_nothing() -> None:
    async with house() as h:
        _, root = await h.publish()
        bot = next(b for b in h.side.memory.bots() if b["id"] == h.bot)
        poison: list[tuple[str, Any]] = [("message", {"text": n}) for n in range(60)]
        poison += [("message", None)] * 20 + [("edited_message", [])] * 10
        poison += [("callback_query", 5)] * 10
        for kind, odd in poison:
            h.side.updates.add(bot, kind, odd, h.world.clock.now() + 1000)
        h.side.person_posts(h.reader, h.group, "after them all", under=root)
        await h.run()
        said = await h.sink.first(Posted)
        assert said.text.text == "after them all"
        assert len(h.sink.quarantined) == len(poison)
        await h.eventually(lambda: not h.side.pending(h.bot), "all confirmed")
