"""WebP: a RIFF file, which begins with its length. So what is taken out leaves a chunk of the
same length, which tells nothing. Source: RFC 9649, 2.7."""

from __future__ import annotations

from core.metadata.exif import orientation, telling_only
from core.metadata.stream import MOST, Blank, Copy, Damaged, Drop, Format, Peek, Read, Write

_DRAWN = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_XMP = 0x04


def webp() -> Format:
    """Without XMP, Exif (but for how it is turned) and what no reader knows."""
    head = yield Peek(12)
    room = int.from_bytes(head[4:8], "little") - 4
    yield Copy(12)
    while room >= 8:
        head = yield Peek(8)
        if len(head) < 8:
            return
        name, size = head[:4], int.from_bytes(head[4:], "little")
        padded = size + size % 2
        if padded + 8 > room + 1:
            raise Damaged("a chunk of the WebP is longer than the file")
        if name == b"VP8X" and size == 10:
            data = yield Read(18)
            flags = bytes(flag & ~_XMP for flag in data[8:9])
            yield Write(data[:8] + flags + data[9:])
        elif name == b"EXIF" and size <= MOST:
            data = yield Read(8 + padded)
            told = telling_only(orientation(data[8:]) or 1)
            yield Write((data[:8] + told).ljust(len(data), b"\0")[: len(data)])
        elif name in _DRAWN:
            yield Copy(8 + padded)
        else:
            yield Drop(4)
            yield Write(b"JUNK")
            yield Copy(4)
            yield Blank(padded)
        room -= 8 + padded
