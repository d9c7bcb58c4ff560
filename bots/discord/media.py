"""Media as Discord takes them: files beside a message's JSON, streamed from the spool.

Source: Discord's documentation, "Reference" (uploading files) and "Message" (attachment object;
a voice message is one audio file with its length and a waveform, and nothing beside it).
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from bots.discord.capabilities import DEFAULT_UPLOAD, TIER_UPLOADS
from bots.discord.text import cost, to_discord
from core.ports import Files
from core.text.model import Rich
from core.text.names import SPOILER, upload_name
from core.text.split import cut
from core.views import File, Media, Part

Json = dict[str, Any]

VOICE = 1 << 13
CONTENT = 2000
ALT = 1024
REQUEST = 25 * 1024 * 1024
"""Bytes of one request, at least allowed."""
_FLAT = base64.b64encode(bytes([96] * 64)).decode()


@dataclass(frozen=True, slots=True)
class Upload:
    """What goes out beside a body: the media that fit, in order, and those that do not."""

    shown: tuple[Media, ...]
    left: tuple[Media, ...]


class Stream(Payload):
    """A file of known length that is read in pieces, anew each time it is sent."""

    def __init__(self, read: Callable[[], AsyncIterator[bytes]], size: int, mime: str) -> None:
        super().__init__(read, content_type=mime or "application/octet-stream")
        self._size = size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a stream is not kept in memory")

    async def write(self, writer: AbstractStreamWriter) -> None:
        async for piece in self._value():
            await writer.write(piece)


def limit(tier: int | None) -> int:
    """Bytes of one file in a server of this boost tier, None = unknown."""
    return TIER_UPLOADS.get(tier or 0, DEFAULT_UPLOAD)


def chosen(media: Sequence[Media], most: int) -> Upload:
    """What of the media can go out: kept, small enough, and together within one request."""
    shown: list[Media] = []
    left: list[Media] = []
    room = max(REQUEST, most)
    for one in media:
        fits = one.file and one.size <= most and one.size <= room
        (shown if fits else left).append(one)
        room -= one.size if fits else 0
    return Upload(tuple(shown), tuple(left))


def with_lines(content: str, left: Sequence[Media]) -> str:
    """A content with a line for each medium that is not there."""
    for one in left:
        line = to_discord(cut(one.line or Rich("…"), 300, cost)[0])
        longer = f"{content}\n{line}".strip()
        content = longer if len(longer.encode("utf-16-le")) // 2 <= CONTENT else content
    return content


def name(media: Media) -> str:
    """The file's name; by its prefix Discord hides it."""
    plain = upload_name(media.kind, media.name, media.mime)
    return SPOILER + plain if media.spoiler else plain


def described(media: Sequence[Media], *, voice: bool = False) -> list[Json]:
    """The entries of `attachments` for uploads, in order."""
    made = []
    for number, one in enumerate(media):
        entry: Json = {"id": str(number), "filename": name(one)}
        if one.alt:
            entry["description"] = one.alt[:ALT]
        if voice:
            entry |= {"duration_secs": float(max(1, one.seconds)), "waveform": _FLAT}
        made.append(entry)
    return made


def form(files: Files, body: str, media: Sequence[Media]) -> list[Json]:
    """The fields of a multipart form, as the library's client adds them."""
    fields: list[Json] = [{"name": "payload_json", "value": body}]
    for number, one in enumerate(media):
        fields.append(
            {
                "name": f"files[{number}]",
                "value": Stream(_reader(files, one), one.size, one.mime),
                "filename": name(one),
            }
        )
    return fields


def in_memory(body: Json, files: Sequence[File]) -> list[Json]:
    """The same for a body with files that are made for it, which it then names."""
    named = []
    for number, one in enumerate(files):
        entry: Json = {"id": str(number), "filename": one.name}
        named.append(entry | ({"description": one.alt[:ALT]} if one.alt else {}))
    fields: list[Json] = [
        {"name": "payload_json", "value": json.dumps({**body, "attachments": named})}
    ]
    for number, one in enumerate(files):
        about = {"filename": one.name, "content_type": one.mime}
        fields.append({"name": f"files[{number}]", "value": one.data, **about})
    return fields


def _reader(files: Files, media: Media) -> Callable[[], AsyncIterator[bytes]]:
    return lambda: files.read(media.file)


def is_voice(part: Part) -> bool:
    """Whether a part is a voice message, which has no words."""
    return bool(int(part.payload.get("flags") or 0) & VOICE)


def sizes(message: Mapping[str, Any]) -> tuple[int, ...]:
    """By what a message's files are known again: their names do not survive as they were."""
    return tuple(sorted(int(one.get("size") or 0) for one in message.get("attachments") or ()))
