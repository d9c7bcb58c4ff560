"""Discord's CDN: the bytes of attachments under signed addresses, and of stickers.

Files are sent piece by piece. Scripted faults have the calls `ATTACHMENT`, `STICKER` and `EMOJI`;
besides those that come before an answer there are "torn" (after `after` bytes, half of the file
without) and "stall" (`seconds` of World time after `after` bytes).
"""

from __future__ import annotations

from aiohttp import web

from bots.rehearsal.discord import faults, files
from bots.rehearsal.discord.errors import ApiError
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.world import Fault

ATTACHMENT = "GET /attachments/{channel_id}/{file_id}/{name}"
STICKER = "GET /stickers/{name}"
EMOJI = "GET /emojis/{name}"
_SUFFIX = {1: "png", 2: "png", 3: "json", 4: "gif"}
_TYPE = {"png": "image/png", "json": "application/json", "gif": "image/gif"}
_ON_THE_WAY = ("torn", "stall")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Cdn:
    """Serves files over HTTP."""

    def __init__(self, side: DiscordSide, pause: faults.Pauses) -> None:
        self._side = side
        self._pause = pause
        self._world = side.world

    def add_to(self, app: web.Application) -> None:
        """Enter the addresses, the media proxy's included."""
        path = "/attachments/{channel_id}/{file_id}/{name}"
        app.router.add_get(path, self.attachment)
        app.router.add_get(f"/media{path}", self.attachment)
        app.router.add_get("/stickers/{name}", self.sticker)
        app.router.add_get("/media/stickers/{name}", self.sticker)
        app.router.add_get("/emojis/{name}", self.emoji)

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an attachment; 404 for a wrong or ended address and what is gone."""
        spoiled = await self._before(request, ATTACHMENT)
        if spoiled is not None:
            return spoiled
        path = request.path.removeprefix("/media")
        try:
            doc = files.served(self._side.state, path, dict(request.query))
        except ApiError:
            return web.Response(status=404, text="This content is no longer available.")
        return await self._send(request, ATTACHMENT, doc["name"], doc["content_type"])

    async def emoji(self, request: web.Request) -> web.StreamResponse:
        """The picture of a guild's own emoji."""
        number, _, suffix = request.match_info["name"].partition(".")
        doc = self._side.state.find("emoji", number)
        if doc is None or suffix not in _TYPE:
            return web.Response(status=404)
        return await self._send(request, EMOJI, doc["file"], _TYPE[suffix])

    async def sticker(self, request: web.Request) -> web.StreamResponse:
        """The picture of a sticker, or its Lottie file."""
        spoiled = await self._before(request, STICKER)
        if spoiled is not None:
            return spoiled
        number, _, suffix = request.match_info["name"].partition(".")
        doc = self._side.state.find("sticker", number)
        if doc is None or _SUFFIX[doc["format_type"]] != suffix:
            return web.Response(status=404)
        return await self._send(request, STICKER, doc["file"], _TYPE[suffix])

    def _fault(self, request: web.Request, call: str, kinds: tuple[str, ...]) -> Fault | None:
        return self._world.faults.take("discord", call, dict(request.match_info), *kinds)

    async def _before(self, request: web.Request, call: str) -> web.StreamResponse | None:
        while (fault := self._fault(request, call, faults.BEFORE)) is not None:
            if fault.kind != "delay":
                return faults.instead(request, fault)
            try:
                await self._pause(fault.seconds)
            except faults.Cut:
                return faults.hang_up(request)
        return None

    async def _send(
        self, request: web.Request, call: str, name: str, kind: str
    ) -> web.StreamResponse:
        headers = {"Content-Type": kind, **_HEADERS}
        fault = self._fault(request, call, _ON_THE_WAY)
        if fault is None:
            return web.FileResponse(self._world.files.path(name), headers=headers)
        size = self._world.files.size(name)
        stop = min(fault.after or size // 2, size)
        response = web.StreamResponse(headers=headers)
        response.content_length = size
        await response.prepare(request)
        await self._pieces(response, name, 0, stop)
        try:
            if fault.kind == "torn":
                raise faults.Cut
            await self._pause(fault.seconds)
            await self._pieces(response, name, stop, size)
        except (faults.Cut, ConnectionError):
            faults.hang_up(request, flush=True)
        return response

    async def _pieces(self, response: web.StreamResponse, name: str, start: int, end: int) -> None:
        for piece in self._world.files.chunks(name, start, end):
            await response.write(piece)
