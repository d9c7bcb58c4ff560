"""MP4, QuickTime, M4A, HEIC and AVIF: files of boxes, in which places are told by their distance
from the beginning. So what is taken out becomes a free box, or zeros, of the same length.

Sources: ISO/IEC 14496-12 (boxes, "moov" and what it holds, "meta", "iinf", "iloc"), ISO/IEC
23008-12 (pictures, annex A: Exif and XMP are items), the QuickTime File Format (user data and
metadata, which hold the place).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.metadata.stream import MOST, Blank, Copy, Damaged, Format, Move, Peek, Read, Write

_PICTURES = frozenset(b"mif1 msf1 heic heix heim heis hevc hevx avif avis".split())
_PLAYED = frozenset(b"ftyp styp mdat moof mfra sidx ssix pdin wide imda".split())
"""What a file is played or drawn from, beside "moov" and the items of pictures; all else that
stands in no other box is taken out."""
_TELLING = frozenset(b"udta meta uuid free skip".split())
"""What tells something in a film or a track."""
_INSIDE = {b"": b"moov", b"moov": b"trak", b"trak": b"mdia"}
"""Which box is looked into, by the box that it stands in."""
_TIMES = frozenset(b"mvhd tkhd mdhd".split())
_ITEMS = frozenset({b"Exif", b"mime", b"uri "})
"""The types of items that say something of a picture instead of being one."""
_MOST_PLACES = 64
"""Stretches in which such items stand. Cameras write one or two."""


@dataclass
class _File:
    """picture: it holds pictures and their items. spoken: the stretches of the file, from and
    until, in which items say something of them."""

    picture: bool = False
    spoken: list[tuple[int, int]] = field(default_factory=list)


def boxes() -> Format:
    """Without user data, metadata and the times of its making."""
    yield from _boxes(_File(), b"", 0, None)


def _boxes(file: _File, parent: bytes, at: int, until: int | None) -> Format:
    while until is None or until - at >= 8:
        head = yield Peek(16)
        if len(head) < 8:
            return
        size, name, opening = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, opening = int.from_bytes(head[8:16], "big"), 16
        if size == 0 and until is None:
            yield from _last(file, name, at)
            return
        if until is None and at and size < opening:
            # Some phones leave something behind the last box.
            return
        if size < opening or (until is not None and at + size > until):
            raise Damaged("a box of the file has a wrong length")
        if name == _INSIDE.get(parent):
            yield Copy(opening)
            yield from _boxes(file, name, at + opening, at + size)
        else:
            yield from _box(file, parent, name, at, opening, size)
        at += size
    if until is not None and until > at:
        yield Copy(until - at)


def _last(file: _File, name: bytes, at: int) -> Format:
    """A box that reaches to the end of the file, whose length nobody knows before."""
    if name in _INSIDE.values() or name in _TELLING:
        raise Damaged("what the file tells of itself has no length")
    yield from _copied(file, at, None)


def _box(
    file: _File, parent: bytes, name: bytes, at: int, opening: int, size: int
) -> Format:  # fmt: skip
    if name == b"ftyp" and not parent:
        data = yield Read(_small(size))
        file.picture = bool(_PICTURES & {data[n : n + 4] for n in (8, *range(16, len(data), 4))})
        yield Write(data)
    elif name == b"meta" and not parent and file.picture:
        yield Write(_items(file, (yield Read(_small(size))), at, at + size))
    elif name in _TELLING or not (parent or name in _PLAYED):
        head = yield Read(opening)
        yield Write(head[:4] + b"free" + head[8:])
        yield Blank(size - opening)
    elif name in _TIMES and parent:
        yield Write(_timeless((yield Read(_small(size))), opening))
    elif parent:
        yield Copy(size)
    else:
        yield from _copied(file, at, at + size)


def _small(size: int) -> int:
    if size > MOST:
        raise Damaged("a box of the file is too large")
    return size


def _copied(file: _File, at: int, until: int | None) -> Iterator[Move]:
    """Pass a stretch of the file on, but for what is spoken of pictures in it."""
    for start, end in sorted(file.spoken):
        start, end = max(start, at), end if until is None else min(end, until)
        if start < end:
            yield Copy(start - at)
            yield Blank(end - start)
            at = end
    yield Copy(None if until is None else until - at)


def _timeless(box: bytes, opening: int) -> bytes:
    """A header of a film or a track without when it was made and changed."""
    width = 16 if box[opening : opening + 1] == b"\1" else 8
    start = opening + 4
    return box[:start] + bytes(len(box[start : start + width])) + box[start + width :]


# The items of pictures


def _items(file: _File, meta: bytes, at: int, end: int) -> bytes:
    """Find where items say something of a picture; what stands in the box itself is blanked."""
    try:
        return _found(file, meta, at, end)
    except (struct.error, IndexError):
        raise Damaged("the items of the picture cannot be read") from None


def _found(file: _File, meta: bytes, at: int, end: int) -> bytes:
    inside = {name: (start, stop) for name, start, stop in _children(meta, 12, len(meta))}
    if b"iinf" not in inside or b"iloc" not in inside:
        return meta
    blanked = bytearray(meta)
    spoken = set()
    for item, kind in _spoken(meta, *inside[b"iinf"]):
        # Readers refuse an item of Exif that holds none, and pass over what they do not know.
        blanked[kind : kind + 4] = b"skip"
        spoken.add(item)
    places = (p for p in _places(meta, *inside[b"iloc"]) if p[0] in spoken)
    for number, (_, method, start, length) in enumerate(places):
        if number == _MOST_PLACES:
            raise Damaged("the picture tells of itself in too many places")
        if method == 1 and b"idat" in inside:
            first = inside[b"idat"][0] + start
            last = min(first + length, inside[b"idat"][1])
            blanked[first:last] = bytes(max(0, last - first))
        elif method == 0 and length and start >= end:
            file.spoken.append((start, start + length))
        elif method == 0 and length and start >= at:
            stop = min(start + length, end)
            blanked[start - at : stop - at] = bytes(stop - start)
        else:
            raise Damaged("what the picture tells of itself stands where it cannot be found")
    return bytes(blanked[: len(meta)])


def _children(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content begins, where it ends) of the boxes in a stretch."""
    while end - at >= 8:
        size, name = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > end:
            raise Damaged("a box of the picture has a wrong length")
        yield name, at + 8, at + size
        at += size


def _spoken(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """(number, where its kind stands) of the items that say something of a picture."""
    for name, start, _ in _children(data, at + (6 if data[at] == 0 else 8), end):
        if name == b"infe" and data[start] >= 2:
            form = ">HH4s" if data[start] == 2 else ">IH4s"
            item, _protected, kind = struct.unpack_from(form, data, start + 4)
            if kind in _ITEMS:
                yield item, start + 4 + struct.calcsize(form) - 4


def _places(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(item, how its place is told, where it begins, how long it is), once for each stretch."""
    version, sizes = data[at], struct.unpack_from(">H", data, at + 4)[0]
    offsets, lengths, bases, indexes = (sizes >> n & 15 for n in (12, 8, 4, 0))
    reader = _Numbers(data, at + 6)
    for _ in range(reader.take(2 if version < 2 else 4)):
        item = reader.take(2 if version < 2 else 4)
        method = reader.take(2) & 15 if version else 0
        reader.take(2)
        base = reader.take(bases)
        stretches = reader.take(2)
        if stretches > 1 and not lengths:
            raise Damaged("the places of the picture's items have no length")
        for _ in range(stretches):
            reader.take(indexes if version else 0)
            yield item, method, base + reader.take(offsets), reader.take(lengths)
        if reader.at > end:
            raise Damaged("the places of the picture's items have no end")


class _Numbers:
    """Numbers one behind the other, the highest byte first."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def take(self, size: int) -> int:
        """The next number, of so many bytes; 0 where it has none. Raises IndexError."""
        if self.at + size > len(self._data):
            raise IndexError("the end of the box")
        self.at += size
        return int.from_bytes(self._data[self.at - size : self.at], "big")
