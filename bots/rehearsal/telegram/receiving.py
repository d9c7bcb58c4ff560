"""A request's parameters, read as a stream: query string, JSON, form or multipart with files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import BodyPartReader, web

from bots.rehearsal.files import Incoming
from bots.rehearsal.telegram.errors import ApiError, bad
from bots.rehearsal.telegram.media import KINDS, UPLOAD_BYTES, URL_FAILED, URL_WRONG_TYPE, rich_kind
from bots.rehearsal.telegram.params import Params, Upload
from bots.rehearsal.telegram.rich import media_urls
from bots.rehearsal.world import Fault, Json, World

TEXT_BYTES = 1 << 20
"""The most that one form field without a file may have."""
URL_PHOTO_BYTES = 5 << 20
URL_BYTES = 20 << 20
FETCH_SECONDS = 20.0
REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_STEP = 64 * 1024


Pause = Callable[[float], Awaitable[None]]


class Cut(Exception):
    """The connection closes in the middle: a scripted fault, or the server stops."""


def too_large() -> ApiError:
    """413: a body above what the server takes."""
    return ApiError(413, "Request Entity Too Large")


async def read(request: web.Request, world: World, method: str, pause: Pause) -> Json:
    """The parameters of a call; files become `Upload`s that lie in the World's files.

    pause: waits for seconds of World time, where a scripted fault stalls an upload.
    Raises ApiError 400 for a body that is none, 413 for one above the limits, and Cut.
    """
    values: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError:
            raise bad("can't parse JSON object") from None
        if isinstance(body, dict):
            values |= body
    elif kind == "application/x-www-form-urlencoded":
        values |= {name: _plain(value) for name, value in (await request.post()).items()}
    elif kind == "multipart/form-data":
        async for name, value in _Parts(request, world, method, values, pause):
            values[name] = value
    return values


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes | bytearray) else value


class _Parts:
    """The parts of a multipart body in their order: text, or an Upload."""

    def __init__(
        self, request: web.Request, world: World, method: str, values: Json, pause: Pause
    ) -> None:
        self._request = request
        self._world = world
        self._method = method
        self._values = values
        self._pause = pause

    async def __aiter__(self) -> Any:
        try:
            reader = await self._request.multipart()
            while (part := await reader.next()) is not None:
                if not isinstance(part, BodyPartReader) or not part.name:
                    raise bad("can't parse multipart body")
                if part.filename is None:
                    yield part.name, (await self._text(part))
                else:
                    yield part.name, await self._file(part)
        except ValueError:
            raise bad("can't parse multipart body") from None

    async def _text(self, part: BodyPartReader) -> str:
        data = bytearray()
        while chunk := await part.read_chunk(_STEP):
            data += chunk
            if len(data) > TEXT_BYTES:
                raise too_large()
        return data.decode("utf-8", "replace")

    async def _file(self, part: BodyPartReader) -> Upload:
        about = {**self._values, "upload": part.filename or ""}
        fault = self._world.faults.take(
            "telegram", self._method, about, "upload_drop", "upload_stall"
        )
        with Incoming(self._world.files) as incoming:
            while chunk := await part.read_chunk(_STEP):
                incoming.write(chunk)
                if incoming.size > UPLOAD_BYTES:
                    raise too_large()
                if fault is not None and incoming.size >= fault.after:
                    await self._play(fault)
                    fault = None
            kept = incoming.done()
        kind = part.headers.get("Content-Type", "")
        return Upload(part.filename or "", kind.split(";")[0].strip(), kept=kept)

    async def _play(self, fault: Fault) -> None:
        if fault.kind == "upload_drop":
            raise Cut
        await self._pause(fault.seconds)


async def fetch_urls(world: World, method: str, params: Json) -> dict[str, Upload | ApiError]:
    """What Telegram gets for the HTTP URLs among a call's files; only loopback is asked.

    Everything else answers as a host that cannot be reached: no rehearsal leaves the machine.
    """
    found: dict[str, Upload | ApiError] = {}
    for kind, url in _urls(method, params):
        if url in found:
            continue
        try:
            found[url] = await _fetch(world, kind, url)
        except ApiError as error:
            found[url] = error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            found[url] = bad(URL_FAILED)
    return found


def _urls(method: str, params: Json) -> Iterator[tuple[str, str]]:
    """(kind, URL) of every file that is given by one."""
    values = Params(params)
    if method in ("sendMediaGroup", "editMessageMedia"):
        given = values.decoded("media", "media")
        items = given if isinstance(given, list) else [given]
        pairs = [(one.get("type"), one.get("media")) for one in items if isinstance(one, dict)]
    elif "rich_message" in values:
        found = media_urls(values.decoded("rich_message", "rich message"))
        pairs = [(rich_kind(tag, url, ""), url) for tag, url in found]
    else:
        pairs = [(kind, params.get(kind)) for kind in KINDS if method.lower() == _send(kind)]
    for kind, value in pairs:
        if isinstance(value, str) and value.lower().startswith(("http://", "https://")):
            yield str(kind), value


def _send(kind: str) -> str:
    return "send" + kind.replace("_", "")


async def _fetch(world: World, kind: str, url: str) -> Upload:
    fault = world.faults.take("telegram", "fetch", {"url": url, "kind": kind}, "status")
    if fault is not None:
        text = (fault.body or {}).get("description", f"Bad Request: {URL_FAILED}")
        raise ApiError(fault.status if fault.status < 500 else 400, str(text))
    async with asyncio.timeout(FETCH_SECONDS), aiohttp.ClientSession() as session:
        for _ in range(REDIRECTS):
            if (urlsplit(url).hostname or "") not in _LOOPBACK:
                raise bad(URL_FAILED)
            async with session.get(url, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.headers.get("Location", ""))
                    continue
                return await _taken(world, kind, url, response)
    raise bad(URL_FAILED)


async def _taken(world: World, kind: str, url: str, response: aiohttp.ClientResponse) -> Upload:
    if response.status != 200:
        raise bad(URL_FAILED)
    if kind == "photo" and not response.content_type.startswith("image/"):
        raise bad(URL_WRONG_TYPE)
    if kind != "photo" and response.content_type == "text/html":
        raise bad(URL_WRONG_TYPE)
    with Incoming(world.files) as incoming:
        async for chunk in response.content.iter_chunked(_STEP):
            incoming.write(chunk)
            if incoming.size > (URL_PHOTO_BYTES if kind == "photo" else URL_BYTES):
                raise bad(URL_FAILED)
        name = urlsplit(url).path.rsplit("/", 1)[-1]
        return Upload(name, response.content_type, kept=incoming.done())
