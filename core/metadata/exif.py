"""Exif: of all that it tells, how a picture is to be turned is what it is drawn from.

Source: Exif 2.32, 4.5.2 (the form of TIFF) and 4.6.4 (Orientation).
"""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_PREFIX = b"Exif\0\0"


def orientation(data: bytes) -> int:
    """How Exif, with its prefix or without, says that the picture is turned: 2 to 8; 0 where it
    does not, or as it is."""
    tiff = data.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 0
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    count = int.from_bytes(tiff[start : start + 2], "little" if order == "<" else "big")
    for at in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, many, value = struct.unpack_from(order + "HHIH", tiff, at)
        if tag == _ORIENTATION and (kind, many) == (3, 1):
            return value if 2 <= value <= 8 else 0
    return 0


def telling_only(turn: int) -> bytes:
    """Exif, without its prefix, that says nothing but how a picture is turned."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
