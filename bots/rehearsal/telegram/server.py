"""The Bot API over HTTP on loopback: requests in every form, long polls, files, faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bots.rehearsal.telegram import faults, receiving
from bots.rehearsal.telegram.errors import (
    OTHER_POLLER,
    ApiError,
    unauthorized,
    unknown_method,
)
from bots.rehearsal.telegram.params import Params
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import Fault, Json, World

LONG_POLL_MAX = 50
HEARD_SECONDS = 1.0
"""Real seconds for which the answer to a send waits until the poll took the forward first."""

Audit = Callable[[str, Json, Json], None]


class Poll:
    """One getUpdates request that waits."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.finished = asyncio.Event()
        self.conflict = False


class TelegramServer:
    """Serves one TelegramSide to unmodified client libraries.

    audit: called with (method, parameters, answer body) for every call that was answered,
        uploads among the parameters as `Upload`.
    """

    def __init__(self, world: World, side: TelegramSide, *, audit: Audit | None = None) -> None:
        self._world = world
        self._side = side
        self._audit = audit
        self._polls: dict[int, Poll] = {}
        self._closing = False
        self._closed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        world.on_change(self._wake_polls)

    async def start(self, port: int = 0) -> str:
        """Listen on loopback; the base URL, e.g. "http://127.0.0.1:41233".

        port: 0 lets the kernel choose. Client libraries take the base URL plus "/bot".
        """
        self._closing = False
        self._closed = asyncio.Event()
        self._side.settle()
        app = web.Application(client_max_size=receiving.TEXT_BYTES, middlewares=[_cut_short])
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._serve)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._serve_file)
        app.router.add_route("*", "/{rest:.*}", self._serve_nothing)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        return f"http://{host}:{bound}"

    async def stop(self) -> None:
        """End waiting polls with what there is, and close the socket."""
        self._closing = True
        self._closed.set()
        self._wake_polls()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def polling(self, bot: int) -> bool:
        """Whether a long poll of this bot waits now; the World is touched when one begins."""
        return bot in self._polls

    def _wake_polls(self) -> None:
        for poll in self._polls.values():
            poll.wake.set()

    # requests

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            name = self._side.entry(request.match_info["method"]).name
            params = await receiving.read(request, self._world, name, self._pause)
        except ApiError as error:
            return _answer(error.code, error.body())
        fault = await self._delayed(name, params)
        if fault is not None:
            if (error_now := faults.error_of(fault)) is not None:
                return _answer(error_now.code, error_now.body(), fault.headers)
            if fault.kind == "drop_before":
                return _cut(request)
        waiting: list[int] = []
        try:
            status, body = await self._run(request.match_info["token"], name, params, waiting)
            if self._audit is not None:
                self._audit(name, params, body)
            return await self._finish(request, fault.kind if fault else "", status, body)
        finally:
            self._side.settle(waiting)

    async def _delayed(self, name: str, params: Json) -> Fault | None:
        """The fault to play, after its delays were waited for."""
        fault = faults.take(self._world, name, params)
        while fault is not None and fault.kind == "delay":
            await self._pause(fault.seconds)
            fault = faults.take(self._world, name, params)
        return fault

    async def _pause(self, seconds: float) -> None:
        """Wait for seconds of World time. Raises Cut where the server stops meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._world.clock.pace):
                await self._closed.wait()
                raise receiving.Cut

    async def _run(
        self, token: str, name: str, params: Json, waiting: list[int]
    ) -> tuple[int, Json]:
        """Status and body; `waiting` takes the forwards that follow this answer."""
        try:
            if name == "getUpdates":
                result = await self._poll(token, params)
            else:
                fetched = await receiving.fetch_urls(self._world, name, params)
                result = self._side.run(token, name, params, fetched)
                waiting += self._side.posting.waiting
                await self._heard_first(token, name)
        except ApiError as error:
            return error.code, error.body()
        return 200, {"ok": True, "result": result}

    async def _finish(
        self, request: web.Request, fault: str, status: int, body: Json
    ) -> web.StreamResponse:
        """Write the answer out to its end, so that what follows it really follows."""
        if fault == "drop_after":
            return _cut(request)
        if fault == "torn":
            return await _tear(request, body)
        response = _answer(status, body)
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
        return response

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        """Stream a file by its `file_path`, with the faults of the call "file"."""
        token, path = request.match_info["token"], request.match_info["path"]
        if self._side.memory.bot_by_token(token) is None:
            return _answer(401, unauthorized().body())
        file = self._side.media.by_path(path)
        if file is None:
            return _answer(404, unknown_method().body())
        fault = await self._delayed("file", {"path": path})
        if fault is not None and (error := faults.error_of(fault)) is not None:
            return _answer(error.code, error.body(), fault.headers)
        if fault is not None and fault.kind.startswith("drop"):
            return _cut(request)
        return await self._stream(request, file, torn=fault is not None)

    async def _stream(self, request: web.Request, file: Json, *, torn: bool) -> web.StreamResponse:
        stall = self._world.faults.take("telegram", "file", {"path": file["path"]}, "stall")
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        response.content_length = file["size"]
        end = file["size"] // 2 if torn else file["size"]
        pause = min(stall.after, end) if stall is not None else end
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            await self._write(response, file["kept"], 0, pause)
            if stall is not None:
                await self._pause(stall.seconds)
            await self._write(response, file["kept"], pause, end)
        if torn:
            return _cut(request, response)
        return response

    async def _write(self, response: web.StreamResponse, kept: str, start: int, end: int) -> None:
        for chunk in self._world.files.chunks(kept, start, end):
            await response.write(chunk)

    async def _serve_nothing(self, request: web.Request) -> web.Response:
        return _answer(404, unknown_method().body())

    # long polls

    async def _poll(self, token: str, params: Json) -> list[Json]:
        """Wait for updates. A later poll of the same bot ends this one with 409."""
        bot = self._side.memory.bot_by_token(token)
        if bot is None:
            raise unauthorized()
        poll = Poll()
        if (earlier := self._polls.get(bot["id"])) is not None:
            earlier.conflict = True
            earlier.wake.set()
        self._polls[bot["id"]] = poll
        self._world.touch()
        try:
            return await self._wait_for_updates(poll, token, params)
        finally:
            poll.finished.set()
            if self._polls.get(bot["id"]) is poll:
                del self._polls[bot["id"]]

    async def _wait_for_updates(self, poll: Poll, token: str, params: Json) -> list[Json]:
        seconds = min(max(Params(params).integer("timeout"), 0), LONG_POLL_MAX)
        found: list[Json] = self._side.run(token, "getUpdates", params)
        again = {name: value for name, value in params.items() if name != "allowed_updates"}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._world.clock.pace):
                while not found and not self._closing:
                    await poll.wake.wait()
                    poll.wake.clear()
                    if poll.conflict:
                        raise ApiError(409, OTHER_POLLER)
                    found = self._side.run(token, "getUpdates", again)
        return found

    async def _heard_first(self, token: str, name: str) -> None:
        """With the switch `forward` at "before", a waiting poll gets its updates first."""
        if self._world.switches.forward != "before" or not self._side.entry(name).counted:
            return
        bot = self._side.memory.bot_by_token(token) or {}
        poll = self._polls.get(bot.get("id", 0))
        if poll is not None and self._side.pending(bot["id"]):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(poll.finished.wait(), HEARD_SECONDS)


@web.middleware
async def _cut_short(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Close the connection of a request that a fault, or the server's end, cut short."""
    try:
        return await handler(request)
    except receiving.Cut:
        return _cut(request)


def _answer(status: int, body: Json, headers: dict[str, str] | None = None) -> web.Response:
    sent = dict(headers or {})
    seconds = (body.get("parameters") or {}).get("retry_after")
    if seconds is not None:
        sent.setdefault("Retry-After", str(seconds))
    return web.json_response(body, status=status, headers=sent)


def _cut(request: web.Request, begun: web.StreamResponse | None = None) -> web.StreamResponse:
    """Close the connection without an answer, or after what was `begun`."""
    if request.transport is not None:
        request.transport.close()
    return begun or web.Response()


async def _tear(request: web.Request, body: Json) -> web.StreamResponse:
    """Send the head and half of the body, then close."""
    data = json.dumps(body).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(data)
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
