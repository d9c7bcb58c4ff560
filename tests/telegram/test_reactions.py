"""Reactions in raw updates become counts without a person."""

from __future__ import annotations

from typing import Any

import pytest

from bots.telegram.convert import Known, Me, chat_of, convert
from bots.telegram.polling import KINDS
from core.events import Reacted

Json = dict[str, Any]
KNOWN = Known(Me(7, "thread_bot"))
CHAT = {"id": -1001, "type": "supergroup", "title": "Talk"}
THUMB, HEART = {"type": "emoji", "emoji": "👍"}, {"type": "emoji", "emoji": "❤"}
CUSTOM = {"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}


def update(old: list[Json], new: list[Json], **who: Any) -> Json:
    by = who or {"user": {"id": 4242, "is_bot": False, "first_name": "Canary"}}
    told = {"chat": CHAT, "message_id": 60, "date": 5, "old_reaction": old, "new_reaction": new}
    return {"update_id": 9, "message_reaction": {**told, **by}}


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ([], [THUMB], {"👍": 1}),
        ([THUMB], [], {"👍": -1}),
        ([THUMB], [HEART], {"👍": -1, "❤": 1}),
        ([THUMB], [THUMB, HEART], {"❤": 1}),
        ([], [CUSTOM, {"type": "paid"}], {"custom": 1, "⭐": 1}),
        ([], [CUSTOM, {**CUSTOM, "custom_emoji_id": "1"}], {"custom": 2}),
    ],
)
def test_a_persons_change_is_a_difference(old: list[Json], new: list[Json], counts: Json) -> None:
    (event,) = convert(update(old, new), KNOWN)
    assert event == Reacted("telegram", "-1001", "60", counts, True, "r9:-1001:60")
    assert "4242" not in repr(event)
    assert "Canary" not in repr(event)


def test_what_changes_no_count_is_no_event() -> None:
    assert convert(update([CUSTOM], [{**CUSTOM, "custom_emoji_id": "1"}]), KNOWN) == []


def test_those_who_react_as_a_chat_count_too() -> None:
    (event,) = convert(update([], [THUMB], actor_chat=CHAT), KNOWN)
    assert isinstance(event, Reacted)


def test_anonymous_reactions_are_told_as_totals() -> None:
    counted = [{"type": THUMB, "total_count": 3}, {"type": {"type": "paid"}, "total_count": 1}]
    told = {"chat": CHAT, "message_id": 60, "date": 5, "reactions": counted}
    (event,) = convert({"update_id": 9, "message_reaction_count": told}, KNOWN)
    assert event == Reacted("telegram", "-1001", "60", {"👍": 3, "⭐": 1}, False, "r9:-1001:60")


def test_reactions_are_asked_for_and_need_nobodys_rights() -> None:
    assert {"message_reaction", "message_reaction_count"} <= set(KINDS)
    assert chat_of(update([], [THUMB])) is None
