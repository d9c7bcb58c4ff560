"""Files on the page: what a person attaches comes in, what a message holds is shown."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from bots.rehearsal.files import Incoming
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

UPLOAD_BYTES = 50 << 20
UPLOAD_TYPE = "application/octet-stream"
"""The content type of a file on its way in: none that a foreign site sends without asking."""
_KEPT = re.compile(r"[0-9a-f]{64}(?:-\d+)?")
_SHOWN = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)
"""Beginnings of what a browser may show in the page; all else is offered as a download."""


class PageFiles:
    """Serves and takes the files of a World."""

    def __init__(self, world: World, telegram: TelegramSide) -> None:
        self._files = world.files
        self._telegram = telegram

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/api/file", self._take),
            web.get("/api/telegram/file/{file_id:\\w+}", self._telegram_file),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        """The body as a file; {"file": its name in the World}. 413 above 50 MB."""
        with Incoming(self._files) as incoming:
            async for chunk in request.content.iter_any():
                incoming.write(chunk)
                if incoming.size > UPLOAD_BYTES:
                    return web.json_response({"error": "the file is too large"}, status=413)
            if not incoming.size:
                return web.json_response({"error": "the file is empty"}, status=400)
            return web.json_response({"file": incoming.done()})

    async def _telegram_file(self, request: web.Request) -> web.StreamResponse:
        file = self._telegram.media.file(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        return self._shown(kept_path(self._telegram.world, file["kept"]))

    def _shown(self, path: Path) -> web.FileResponse:
        with path.open("rb") as file:
            head = file.read(16)
        kind = next((kind for start, kind in _SHOWN if head.startswith(start)), UPLOAD_TYPE)
        headers = {"Content-Type": kind}
        if kind == UPLOAD_TYPE:
            headers["Content-Disposition"] = "attachment"
        return web.FileResponse(path, headers=headers)


def kept_path(world: World, name: str) -> Path:
    """Where a file of the World lies. ValueError for a name that is none of its files."""
    if not _KEPT.fullmatch(name) or not world.files.path(name).is_file():
        raise ValueError(f"no file {name}")
    return world.files.path(name)
