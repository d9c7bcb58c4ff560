"""Discord's REST API v10 over HTTP: bodies, tokens, rate limits, scripted faults.

Two habits of Discord matter to its clients: JSON answers carry exactly `application/json` as
their type, and a 429 from Discord itself has a `Via` header, while one without it comes from
Cloudflare.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bots.rehearsal.discord import routes
from bots.rehearsal.discord.buckets import Buckets, Verdict
from bots.rehearsal.discord.errors import ApiError
from bots.rehearsal.discord.form import File
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.world import Fault

Json = dict[str, Any]
Audit = Callable[[str, str, Any, int, Any], None]
"""Is told of every call: method, path below /api/v10, request body, status, answer."""

_BEFORE = ("status", "429", "drop_before", "delay")
_AFTER = ("drop_after", "torn")
MAX_BODY = 25 * 1024 * 1024


class Rest:
    """Answers every request below /api/v10 and hands out attachments."""

    def __init__(self, side: DiscordSide, buckets: Buckets, audit: Audit | None) -> None:
        self.side = side
        self.world = side.world
        self.buckets = buckets
        self.audit = audit

    def add_to(self, app: web.Application) -> None:
        """Enter the routes of the HTTP server."""
        app.router.add_route("*", "/api/v10/{tail:.*}", self.handle)
        app.router.add_get("/attachments/{channel_id}/{file_id}/{name}", self.attachment)

    async def attachment(self, request: web.Request) -> web.Response:
        """The bytes of an uploaded file."""
        found = self.side.state.find("file", request.match_info["file_id"])
        if found is None:
            return web.Response(status=404)
        data = base64.b64decode(found["data"])
        return web.Response(body=data, content_type=found["type"])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: faults, limits, the rules, the answer."""
        path = "/" + request.rel_url.raw_path.split("/api/v10/", 1)[1]
        try:
            row, parts = routes.find(request.method, path)
            body, files = await _read(request)
        except ApiError as error:
            return self._error(error)
        params = {**parts, **request.query, **(body if isinstance(body, dict) else {})}
        while (fault := self._fault(row.name, params, _BEFORE)) is not None:
            if fault.kind != "delay":
                return self._faulty(request, fault)
            await self.world.clock.sleep(fault.seconds)
        verdict = self._limit(request, row.name, parts, body)
        if verdict is not None and verdict.retry_after is not None:
            return self._limited(verdict)
        status, answer = self._perform(request, path, body, files)
        if self.audit is not None:
            self.audit(request.method, path, body, status, answer)
        response = _json(status, answer)
        if verdict is not None:
            response.headers.update(_headers(verdict))
        fault = self._fault(row.name, params, _AFTER)
        return response if fault is None else await self._spoil(request, response, fault)

    def _perform(
        self, request: web.Request, path: str, body: Any, files: tuple[File, ...]
    ) -> tuple[int, Any]:
        reason = request.headers.get("X-Audit-Log-Reason")
        try:
            answer = self.side.answer(
                request.headers.get("Authorization"),
                request.method,
                path,
                params=dict(request.query),
                json=body,
                files=files,
                reason=unquote(reason) if reason else None,
            )
        except ApiError as error:
            return error.status, error.body()
        return answer.status, answer.result

    def _error(self, error: ApiError) -> web.Response:
        return _json(error.status, error.body())

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
        return _too_many(wait, verdict.overall, headers)

    # Faults

    def _fault(self, name: str, params: Json, kinds: tuple[str, ...]) -> Fault | None:
        return self.world.faults.take("discord", name, params, *kinds)

    def _faulty(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.kind == "drop_before":
            return _hang_up(request)
        if fault.kind == "429":
            headers = {"X-RateLimit-Scope": "shared", **fault.headers}
            response = _too_many(fault.retry_after, False, headers, fault.body)
        else:
            body = {"message": f"{fault.status}: rehearsed fault", "code": 0}
            response = _json(fault.status, body if fault.body is None else fault.body)
            response.headers.update(fault.headers)
        for name, value in fault.headers.items():
            if not value:
                response.headers.popall(name, None)
        return response

    async def _spoil(
        self, request: web.Request, response: web.Response, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "drop_after":
            return _hang_up(request)
        body = bytes(response.body) if isinstance(response.body, bytes | bytearray) else b""
        torn = web.StreamResponse(status=response.status, headers=response.headers)
        torn.content_length = len(body)
        await torn.prepare(request)
        await torn.write(body[: len(body) // 2])
        _hang_up(request, flush=True)
        return torn


def _hang_up(request: web.Request, *, flush: bool = False) -> web.Response:
    if request.transport is not None:
        if flush:
            request.transport.close()
        else:
            request.transport.abort()
    return web.Response()


def _json(status: int, answer: Any) -> web.Response:
    if answer is None and status == 204:
        return web.Response(status=204)
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def _too_many(
    wait: float, overall: bool, headers: dict[str, str], body: Json | None = None
) -> web.Response:
    told = {"message": "You are being rate limited.", "retry_after": wait, "global": overall}
    response = _json(429, told if body is None else body)
    response.headers.update({"Via": "1.1 google", "Retry-After": str(int(wait) + 1), **headers})
    return response


def _headers(verdict: Verdict) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": f"{verdict.reset:.3f}",
        "X-RateLimit-Reset-After": f"{verdict.reset_after:.3f}",
        "X-RateLimit-Bucket": verdict.bucket,
    }


async def _read(request: web.Request) -> tuple[Any, tuple[File, ...]]:
    """The JSON body and the uploaded files; `payload_json` is the body of a multipart form."""
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raw = await request.read()
    return (_parse(raw) if raw else None), ()


async def _read_form(request: web.Request) -> tuple[Any, tuple[File, ...]]:
    body: Any = {}
    files: list[File] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            body = _parse(data)
        elif part.filename is not None:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(File(part.name or "", part.filename, data, kind))
    return body, tuple(files)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        message = "The request body contains invalid JSON."
        raise ApiError(400, 50109, message) from None
