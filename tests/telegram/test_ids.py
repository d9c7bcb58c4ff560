"""Addresses of messages: built for readers, and read back as what a command is about."""

from __future__ import annotations

import pytest

from bots.telegram import ids

PRIVATE, PUBLIC = "-1001234567890", "https://t.me/papertalk"


@pytest.mark.parametrize(
    ("link", "thread", "expected"),
    [
        ("", "55", "https://t.me/c/1234567890/60?thread=55"),
        (PUBLIC, "55", "https://t.me/papertalk/60?thread=55"),
        ("", "topic:7", "https://t.me/c/1234567890/7/60"),
        (PUBLIC, "60", "https://t.me/papertalk/60"),
    ],
)
def test_an_address_leads_to_the_message_and_back(link: str, thread: str, expected: str) -> None:
    made = ids.address(PRIVATE, link, thread, "60")
    assert made == expected
    assert ids.locate(made) == (link or PRIVATE, "60")


def test_a_message_of_a_small_group_has_no_address() -> None:
    assert ids.address("-4242", "", "55", "60") == ""
