"""JPEG: a file of segments, of which only those stay that a picture is drawn from.

Sources: ITU-T T.81, annex B (markers); JFIF 1.02; Exif 2.32, 4.5.4 (APP1); ICC.1:2010, B.4 (APP2);
CIPA DC-007 (further pictures behind the first, among them previews of what was cut off).
"""

from __future__ import annotations

import re
import struct

from core.metadata.exif import orientation, telling_only
from core.metadata.stream import Copy, Damaged, Drop, Find, Format, Peek, Read, Write

_SCAN, _END = 0xDA, 0xD9
_JFIF, _EXIF, _ICC, _ADOBE, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_EXIF_NAME = b"Exif\0\0"
_FILL = 4096
_NEXT = re.compile(rb"\xff[^\x00\xff\xd8]", re.DOTALL)


def jpeg() -> Format:
    """Without what the camera or a program wrote; how it is to be turned stays."""
    yield Copy(2)
    turned = False
    while True:
        # Some cameras fill up with anything between two segments, which every reader passes over.
        window = yield Peek(_FILL)
        found = _NEXT.search(window)
        if found is None and len(window) == _FILL:
            yield Drop(_FILL - 1)
            continue
        if found is None:
            return
        yield Drop(found.start())
        if found[0][1] == _END:
            yield Copy(2)
            return
        if found[0][1] == _EXIF and not turned:
            segment = yield Read(_size((yield Peek(4))))
            turn = orientation(segment[4:]) if segment[4:10] == _EXIF_NAME else 0
            turned = turn > 0
            yield Write(_app1(_EXIF_NAME + telling_only(turn)) if turned else b"")
        else:
            yield from _segment(found[0][1])


def _size(head: bytes) -> int:
    """How long a segment is, by its first four bytes; what is cut off within them is nothing."""
    size = 2 + int.from_bytes(head[2:4], "big")
    if len(head) == 4 and size < 4:
        raise Damaged("a segment of the JPEG has no length")
    return size


def _app1(data: bytes) -> bytes:
    return bytes((0xFF, _EXIF)) + struct.pack(">H", 2 + len(data)) + data


def _segment(code: int) -> Format:
    if code in _ALONE:
        yield Copy(2)
        return
    size = _size((yield Peek(4)))
    if code == _SCAN:
        yield Copy(size)
        yield Find(_MARKER)
    elif code == _JFIF:
        data = yield Read(size)
        if data[4:9] == b"JFIF\0" and len(data) >= 18:
            yield Write(b"\xff\xe0\x00\x10" + data[4:16] + b"\x00\x00")
    elif code == _ICC:
        head = yield Peek(16)
        yield Copy(size) if head[4:] == b"ICC_PROFILE\0" else Drop(size)
    elif code == _COMMENT or (code & 0xF0 == 0xE0 and code != _ADOBE):
        yield Drop(size)
    else:
        yield Copy(size)
