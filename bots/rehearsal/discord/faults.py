"""How scripted faults look over HTTP, and the answers that they spoil."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from bots.rehearsal.world import Fault, World

Json = dict[str, Any]

BEFORE = ("status", "429", "drop_before", "delay")
AFTER = ("drop_after", "torn")


class Cut(Exception):
    """The connection ends in the middle: by a scripted fault, or because the server stops."""


class Pauses:
    """Waits that end when the server stops."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock
        self._over = asyncio.Event()

    def begin(self) -> None:
        """The server starts (again)."""
        self._over = asyncio.Event()

    def end(self) -> None:
        self._over.set()

    async def __call__(self, seconds: float) -> None:
        """Wait for seconds of World time. Raises Cut where the server stops meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._clock.pace):
                await self._over.wait()
                raise Cut


def hang_up(request: web.Request, *, flush: bool = False) -> web.Response:
    """End the connection. flush: what was written before still goes out."""
    if request.transport is not None:
        if flush:
            request.transport.close()
        else:
            request.transport.abort()
    return web.Response()


def told(status: int, answer: Any) -> web.Response:
    """A JSON answer whose type is exactly `application/json`; 204 without a body."""
    if answer is None and status == 204:
        return web.Response(status=204)
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def too_many(
    wait: float, overall: bool, headers: dict[str, str], body: Json | None = None
) -> web.Response:
    """429 of Discord itself, which its `Via` header shows."""
    about = {"message": "You are being rate limited.", "retry_after": wait, "global": overall}
    response = told(429, about if body is None else body)
    response.headers.update({"Via": "1.1 google", "Retry-After": str(int(wait) + 1), **headers})
    return response


def instead(request: web.Request, fault: Fault) -> web.Response:
    """The answer of a fault that comes before anything is applied."""
    if fault.kind == "drop_before":
        return hang_up(request)
    if fault.kind == "429":
        headers = {"X-RateLimit-Scope": "shared", **fault.headers}
        response = too_many(fault.retry_after, False, headers, fault.body)
    else:
        body = {"message": f"{fault.status}: rehearsed fault", "code": 0}
        response = told(fault.status, body if fault.body is None else fault.body)
        response.headers.update(fault.headers)
    for name, value in fault.headers.items():
        if not value:
            response.headers.popall(name, None)
    return response
