"""What a file tells of its maker, taken out of it on its way: the place where a photo was taken,
the camera and its number, the hour, the preview of what was cut off (pure).

Nothing is drawn anew, so a picture stays as good as it was, and a file of any length takes the
memory of a portion. Known are JPEG, PNG, WebP, and the files of boxes (MP4, QuickTime, M4A, HEIC,
AVIF). All others pass as they are.
"""

from __future__ import annotations

from core.metadata.boxes import boxes
from core.metadata.jpeg import jpeg
from core.metadata.png import png
from core.metadata.stream import (
    Blank,
    Copy,
    Damaged,
    Drop,
    Find,
    Format,
    Move,
    Peek,
    Read,
    Write,
)
from core.metadata.webp import webp

__all__ = ["Damaged", "Stripper"]


class Stripper:
    """One file on its way. `feed` and `end` give what is to be passed on; both raise Damaged where
    the file cannot be followed, and then nothing of it is to be trusted."""

    def __init__(self) -> None:
        self._format = _format()
        self._rest = bytearray()
        self._done = 0
        self._move: Move | None = next(self._format)

    def feed(self, data: bytes) -> bytes:
        """The next portion of the file."""
        self._rest += data
        return self._work(ended=False)

    def end(self) -> bytes:
        """There is nothing more."""
        return self._work(ended=True)

    def _work(self, *, ended: bool) -> bytes:
        out: list[bytes] = []
        while self._move is not None:
            answer = self._made(self._move, out, ended=ended)
            if answer is None:
                return b"".join(out)
            self._done = 0
            try:
                self._move = self._format.send(answer)
            except StopIteration:
                self._move = None
        self._rest.clear()
        return b"".join(out)

    def _made(self, move: Move, out: list[bytes], *, ended: bool) -> bytes | None:
        """Make a move as far as the bytes reach: what the format is sent; None where it waits."""
        rest = self._rest
        if isinstance(move, Write):
            out.append(move.data)
            return b""
        if isinstance(move, (Read, Peek)):
            if len(rest) < move.count and not ended:
                return None
            data = bytes(rest[: move.count])
            if isinstance(move, Read):
                del rest[: move.count]
            return data
        if isinstance(move, Find):
            return self._sought(move, out, ended=ended)
        return self._passed(move, out, ended=ended)

    def _sought(self, move: Find, out: list[bytes], *, ended: bool) -> bytes | None:
        found = move.pattern.search(self._rest)
        half = not ended and self._rest.endswith(b"\xff")
        end = found.start() if found else len(self._rest) - half
        out.append(bytes(self._rest[:end]))
        del self._rest[:end]
        return b"" if found or ended else None

    def _passed(self, move: Copy | Drop | Blank, out: list[bytes], *, ended: bool) -> bytes | None:
        left = len(self._rest) if move.count is None else move.count - self._done
        count = min(left, len(self._rest))
        if isinstance(move, Copy):
            out.append(bytes(self._rest[:count]))
        elif isinstance(move, Blank):
            out.append(bytes(count))
        del self._rest[:count]
        self._done += count
        return b"" if ended or (move.count is not None and self._done >= move.count) else None


def _format() -> Format:
    head = yield Peek(12)
    if head.startswith(b"\xff\xd8\xff"):
        yield from jpeg()
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from png()
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        yield from webp()
    elif head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat") and int.from_bytes(head[:4], "big") >= 8:
        yield from boxes()
    else:
        yield Copy(None)
