"""Discord's REST API v10 over HTTP: bodies, tokens, rate limits, scripted faults.

Two habits of Discord matter to its clients: JSON answers carry exactly `application/json` as
their type, and a 429 from Discord itself has a `Via` header, while one without it comes from
Cloudflare.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bots.rehearsal.discord import faults, files, routes
from bots.rehearsal.discord.buckets import Buckets, Verdict
from bots.rehearsal.discord.errors import ApiError, refused
from bots.rehearsal.discord.files import File
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.files import CHUNK, Incoming
from bots.rehearsal.world import Fault

Json = dict[str, Any]
Audit = Callable[[str, str, Any, int, Any], None]
"""Is told of every call: method, path below /api/v10, request body, status, answer."""

_UPLOAD = ("upload_drop", "upload_stall")


class Rest:
    """Answers every request below /api/v10."""

    def __init__(
        self, side: DiscordSide, buckets: Buckets, audit: Audit | None, pause: faults.Pauses
    ) -> None:
        self.side = side
        self.world = side.world
        self.buckets = buckets
        self.audit = audit
        self.pause = pause

    def add_to(self, app: web.Application) -> None:
        """Enter the routes of the HTTP server."""
        app.router.add_route("*", "/api/v10/{tail:.*}", self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: faults, limits, the rules, the answer."""
        try:
            return await self._answer(request)
        except faults.Cut:
            return faults.hang_up(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.rel_url.raw_path.split("/api/v10/", 1)[1]
        try:
            row, parts = routes.find(request.method, path)
            body, sent = await self._read(request, row.name, parts)
        except ApiError as error:
            async for _ in request.content.iter_any():
                pass  # a client that still sends would not read the answer
            return faults.told(error.status, error.body())
        params = {**parts, **request.query, **(body if isinstance(body, dict) else {})}
        while (fault := self._fault(row.name, params, faults.BEFORE)) is not None:
            if fault.kind != "delay":
                return faults.instead(request, fault)
            await self.pause(fault.seconds)
        verdict = self._limit(request, row.name, parts, body)
        if verdict is not None and verdict.retry_after is not None:
            return self._limited(verdict)
        status, answer = self._perform(request, path, body, sent)
        if self.audit is not None:
            self.audit(request.method, path, body, status, answer)
        response = faults.told(status, answer)
        if status == 429:
            wait = round(answer["retry_after"] / self.world.clock.pace, 3)
            about = {**answer, "retry_after": wait, "global": False}
            response = faults.too_many(wait, False, {"X-RateLimit-Scope": "user"}, about)
        if verdict is not None:
            response.headers.update(_headers(verdict))
        fault = self._fault(row.name, params, faults.AFTER)
        return response if fault is None else await self._spoil(request, response, fault)

    def _perform(
        self, request: web.Request, path: str, body: Any, sent: tuple[File, ...]
    ) -> tuple[int, Any]:
        reason = request.headers.get("X-Audit-Log-Reason")
        try:
            answer = self.side.answer(
                request.headers.get("Authorization"),
                request.method,
                path,
                params=dict(request.query),
                json=body,
                files=sent,
                reason=unquote(reason) if reason else None,
            )
        except ApiError as error:
            return error.status, error.body()
        return answer.status, answer.result

    # Rate limits

    def _limit(
        self, request: web.Request, name: str, parts: dict[str, str], body: Any
    ) -> Verdict | None:
        if not self.buckets.limits.enabled:
            return None
        who = request.headers.get("Authorization", "")
        return self.buckets.take(name, parts, body, who, self.world.clock.now())

    def _limited(self, verdict: Verdict) -> web.Response:
        """429 with the wait in real seconds, which a fast World makes shorter."""
        wait = round((verdict.retry_after or 0.0) / self.world.clock.pace + 0.001, 3)
        headers = {
            **_headers(verdict),
            "X-RateLimit-Scope": "global" if verdict.overall else "user",
        }
        if verdict.overall:
            headers["X-RateLimit-Global"] = "true"
        return faults.too_many(wait, verdict.overall, headers)

    # Faults

    def _fault(self, name: str, params: Json, kinds: tuple[str, ...]) -> Fault | None:
        return self.world.faults.take("discord", name, params, *kinds)

    async def _spoil(
        self, request: web.Request, response: web.Response, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "drop_after":
            return faults.hang_up(request)
        body = bytes(response.body) if isinstance(response.body, bytes | bytearray) else b""
        torn = web.StreamResponse(status=response.status, headers=response.headers)
        torn.content_length = len(body)
        await torn.prepare(request)
        await torn.write(body[: len(body) // 2])
        faults.hang_up(request, flush=True)
        return torn

    # Bodies

    async def _read(
        self, request: web.Request, name: str, parts: dict[str, str]
    ) -> tuple[Any, tuple[File, ...]]:
        """The JSON body and the uploaded files; `payload_json` is the body of a multipart form.

        Raises ApiError 40005 for a request that is too large.
        """
        guild = files.guild_of(self.side.state, parts)
        most = files.request_limit(self.side.state, guild)
        if (request.content_length or 0) > most:
            raise refused(40005)
        if request.content_type == "multipart/form-data":
            fault = self._fault(name, parts, _UPLOAD)
            return await self._read_form(request, _Meter(self.pause, most, fault))
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise refused(40005) from None
        return (_parse(raw) if raw else None), ()

    async def _read_form(self, request: web.Request, meter: _Meter) -> tuple[Any, tuple[File, ...]]:
        body: Any = {}
        sent: list[File] = []
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    continue
                if part.name == "payload_json":
                    body = _parse(b"".join([piece async for piece in _pieces(part, meter)]))
                elif part.filename is not None:
                    sent.append(await self._keep(part, meter))
        except ValueError:
            raise ApiError(400, 50035, "Invalid Form Body") from None
        return body, tuple(sent)

    async def _keep(self, part: BodyPartReader, meter: _Meter) -> File:
        with Incoming(self.world.files) as incoming:
            async for piece in _pieces(part, meter):
                incoming.write(piece)
                await meter.upload(len(piece))
            size, name = incoming.size, incoming.done()
        kind = part.headers.get("Content-Type", "application/octet-stream")
        return File(part.name or "", part.filename or "", b"", kind, name, size)


class _Meter:
    """Counts the bytes of a form and plays the fault that is scripted for its files."""

    def __init__(self, pause: faults.Pauses, most: int, fault: Fault | None) -> None:
        self._pause = pause
        self._most = most
        self._fault = fault
        self._all = self._uploaded = 0

    def count(self, size: int) -> None:
        """Raise ApiError 40005 above the limit of a request."""
        self._all += size
        if self._all > self._most:
            raise refused(40005)

    async def upload(self, size: int) -> None:
        """So many bytes of a file came."""
        self._uploaded += size
        fault = self._fault
        if fault is None or self._uploaded < fault.after:
            return
        self._fault = None
        if fault.kind == "upload_drop":
            raise faults.Cut
        await self._pause(fault.seconds)


async def _pieces(part: BodyPartReader, meter: _Meter) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(CHUNK):
        meter.count(len(piece))
        yield piece


def _headers(verdict: Verdict) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": f"{verdict.reset:.3f}",
        "X-RateLimit-Reset-After": f"{verdict.reset_after:.3f}",
        "X-RateLimit-Bucket": verdict.bucket,
    }


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        message = "The request body contains invalid JSON."
        raise ApiError(400, 50109, message) from None
