"""The World's scripted faults, as they meet a Telegram call."""

from __future__ import annotations

import math
from typing import Any

from bots.rehearsal.telegram.errors import ApiError, Dropped, too_many
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import Fault, Json, World

CALL_FAULTS = ("delay", "status", "429", "drop_before", "drop_after", "torn")
_STATUS_TEXT = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def take(world: World, method: str, params: Json) -> Fault | None:
    """The next scripted fault for a call, counted down."""
    return world.faults.take("telegram", method, params, *CALL_FAULTS)


def error_of(fault: Fault) -> ApiError | None:
    """The answer that a "status" or "429" fault gives instead of applying the call."""
    if fault.kind == "429":
        return too_many(math.ceil(fault.retry_after))
    if fault.kind != "status":
        return None
    body = fault.body or {}
    text = str(body.get("description", _STATUS_TEXT.get(fault.status, "Error")))
    return ApiError(fault.status, text, body.get("parameters"))


def apply_faults(side: TelegramSide, token: str, method: str, params: Json) -> Any:
    """`side.call` with the scripted faults, for tests that use no sockets.

    Raises ApiError for "status" and "429", Dropped for "drop_before", "drop_after" and "torn";
    a "delay" moves the World's clock. Settles the automatic forward after the answer.
    """
    name = side.entry(method).name
    fault = take(side.world, name, params)
    while fault is not None and fault.kind == "delay":
        side.world.clock.advance(fault.seconds)
        fault = take(side.world, name, params)
    if fault is not None:
        if (error := error_of(fault)) is not None:
            raise error
        if fault.kind == "drop_before":
            raise Dropped(applied=False)
    try:
        result = side.call(token, method, params)
    finally:
        side.settle()
    if fault is not None:
        raise Dropped(applied=True)
    return result
