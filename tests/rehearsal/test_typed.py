"""What people type on the rehearsal's page, as the apps understand it."""

from __future__ import annotations

from typing import Any

import pytest

from bots.rehearsal.page.typed import Unreadable, slash_command, telegram_text

Json = dict[str, Any]


def test_marks_become_entities_in_utf16_units() -> None:
    text, entities = telegram_text("🦀 **bold __both__** ||x|| `a**b` ** alone")
    assert text == "🦀 bold both x a**b ** alone"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("bold", 3, 9),
        ("italic", 8, 4),
        ("spoiler", 13, 1),
        ("code", 15, 4),
    ]


def test_a_typed_command_is_read() -> None:
    options: list[Json] = [
        {"type": 3, "name": "target"},
        {"type": 3, "name": "reason", "choices": [{"name": "Spam", "value": "spam"}]},
        {"type": 4, "name": "days"},
    ]
    known: list[Json] = [
        {"name": "mute", "options": options},
        {"name": "feed", "options": [{"type": 1, "name": "add", "options": options[:1]}]},
    ]
    assert slash_command("/mute #12 reason: Spam days:3", known) == (
        "mute",
        {"target": "#12", "reason": "spam", "days": 3},
    )
    link = "https://discord.com/channels/1/2/3"
    assert slash_command(f"/mute target:{link}", known) == ("mute", {"target": link})
    assert slash_command("/feed add x", known) == ("feed add", {"target": "x"})
    for typed in ("/unknown", "/mute days:many", "/"):
        with pytest.raises(Unreadable):
            slash_command(typed, known)


# files
