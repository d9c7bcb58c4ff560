"""What the tests of Telegram's rules share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bots.rehearsal.telegram import ApiError
from tests.rehearsal.telegram_house import House


def fails(run: Callable[[], Any]) -> str:
    """The error text of a call that must fail, with its code."""
    with pytest.raises(ApiError) as caught:
        run()
    return f"{caught.value.code} {caught.value.description}"


def only_message(house: House) -> dict[str, Any]:
    (update,) = house.fresh()
    message: dict[str, Any] = update["message"]
    return message
