"""PNG: a file of chunks. Source: W3C, "Portable Network Graphics", third edition, 5 and 11."""

from __future__ import annotations

import struct
import zlib

from core.metadata.exif import orientation, telling_only
from core.metadata.stream import MOST, Copy, Damaged, Drop, Format, Peek, Read, Write

_DRAWN = frozenset(
    b"tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
"""What a picture is drawn from beside the critical chunks, whose names begin with a capital."""


def png() -> Format:
    """Without texts, times, Exif (but for how it is turned) and whatever stands behind the end."""
    yield Copy(8)
    while True:
        head = yield Peek(8)
        if len(head) < 8:
            return
        size, name = int.from_bytes(head[:4], "big") + 12, head[4:]
        if not (name.isascii() and name.isalpha()):
            raise Damaged("a chunk of the PNG has no name")
        if name == b"eXIf" and size <= MOST:
            turn = orientation((yield Read(size))[8:])
            yield Write(_chunk(b"eXIf", telling_only(turn)) if turn else b"")
            continue
        yield Copy(size) if name[:1].isupper() or name in _DRAWN else Drop(size)
        if name == b"IEND":
            return


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
