"""Pictures: how large one is, and small real ones to stand where a person brought no bytes."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame, which says how large the picture is."""


def dimensions(source: bytes | Path) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WebP, read from its head; None for all else."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _dimensions(file)
    return _dimensions(io.BytesIO(source))


def _dimensions(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(30)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
        return width, height
    if head.startswith(b"\xff\xd8"):
        file.seek(2)
        return _jpeg_dimensions(file)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and len(head) >= 30:
        return _webp_dimensions(head)
    return None


def _jpeg_dimensions(file: BinaryIO) -> tuple[int, int] | None:
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        length = struct.unpack(">H", head[2:])[0]
        if head[1] in _FRAMES:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack(">HH", frame[1:])
            return width, height
        file.seek(max(0, length - 2), io.SEEK_CUR)
    return None


def _webp_dimensions(head: bytes) -> tuple[int, int]:
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8X":
        return (
            int.from_bytes(head[24:27], "little") + 1,
            int.from_bytes(head[27:30], "little") + 1,
        )
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def jpeg(width: int, height: int, shade: int = 96) -> bytes:
    """A grey baseline JPEG. shade: 0 (black) to 255 (white).

    One component, every coefficient zero but the first block's mean: two bits a block.
    """
    value = shade - 128
    size = abs(value).bit_length()
    bits = value if value >= 0 else value + (1 << size) - 1
    first = f"10{bits:0{size}b}0" if size else "00"
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    stream = first + "00" * (blocks - 1)
    stream += "1" * (-len(stream) % 8)
    scan = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    means = bytes((1, 1, *[0] * 14, 0, size or 1))
    parts = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + bytes((8, *[1] * 63))),
        (0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
        (0xC4, b"\0" + means),
        (0xC4, b"\x10" + bytes((1, *[0] * 15, 0))),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    segments = b"".join(
        b"\xff" + bytes((marker,)) + struct.pack(">H", len(body) + 2) + body
        for marker, body in parts
    )
    return b"\xff\xd8" + segments + scan + b"\xff\xd9"


def webp(width: int, height: int) -> bytes:
    """A lossless WebP of one colour: every code has one symbol, so that no pixel takes a bit."""
    size = (width - 1) | (height - 1) << 14 | 1 << 28
    body = b"\x2f" + size.to_bytes(4, "little") + bytes.fromhex("0710111188 88fe0700")
    chunk = b"VP8L" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk
