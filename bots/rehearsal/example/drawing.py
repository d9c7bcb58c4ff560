"""The example's lead pictures, drawn with rectangles, lines and discs; no picture file needed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

WIDTH, HEIGHT = 1200, 630
Color = tuple[int, int, int]

_NIGHT: tuple[Color, Color] = ((13, 20, 42), (126, 74, 76))
_DUSK: tuple[Color, Color] = ((20, 28, 58), (214, 120, 84))
_STORM: tuple[Color, Color] = ((24, 32, 40), (108, 122, 128))
_INK: Color = (10, 13, 24)
_LAMP: Color = (255, 214, 140)
_BOXES: tuple[Color, ...] = ((58, 74, 96), (74, 64, 82), (44, 84, 88), (92, 78, 66))
_MARKED: Color = (206, 58, 52)


class Canvas:
    """A picture of `WIDTH` x `HEIGHT` pixels, 8 bits a channel."""

    def __init__(self, sky: tuple[Color, Color]) -> None:
        self._rows = [bytearray(bytes(mixed(*sky, y / HEIGHT)) * WIDTH) for y in range(HEIGHT)]

    def rect(self, x: int, y: int, width: int, height: int, color: Color) -> None:
        """A filled rectangle; what lies outside of the picture is left out."""
        left, right = max(0, x), min(WIDTH, x + width)
        if right <= left:
            return
        run = bytes(color) * (right - left)
        for row in self._rows[max(0, y) : max(0, min(HEIGHT, y + height))]:
            row[left * 3 : right * 3] = run

    def line(self, start: tuple[int, int], end: tuple[int, int], thick: int, color: Color) -> None:
        """A straight line, made of squares."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(0, steps + 1, max(1, thick // 2)):
            x, y = x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps
            self.rect(x - thick // 2, y - thick // 2, thick, thick, color)

    def disc(self, x: int, y: int, radius: int, color: Color) -> None:
        for dy in range(-radius, radius + 1):
            half = int((radius * radius - dy * dy) ** 0.5)
            self.rect(x - half, y + dy, 2 * half, 1, color)

    def png(self) -> bytes:
        """The picture as a PNG file (RGB, no interlace)."""
        raw = b"".join(b"\0" + bytes(row) for row in self._rows)
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def mixed(first: Color, second: Color, share: float) -> Color:
    """A color between two: all `first` at 0, all `second` at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _scatter(seed: int) -> Iterator[int]:
    """The same endless row of numbers below 65,536 for the same seed."""
    value = seed
    while True:
        value = (value * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        yield value >> 15


def _stars(canvas: Canvas, seed: int, count: int) -> None:
    numbers = _scatter(seed)
    for _ in range(count):
        x, y, light = next(numbers) % WIDTH, next(numbers) % 260, next(numbers) % 90
        canvas.rect(x, y, 2, 2, (130 + light, 130 + light, 150 + light))


def _water(canvas: Canvas, top: int, near: Color, far: Color, seed: int) -> None:
    for y in range(top, HEIGHT):
        canvas.rect(0, y, WIDTH, 1, mixed(far, near, (y - top) / (HEIGHT - top)))
    numbers = _scatter(seed)
    for _ in range(260):
        y = top + next(numbers) % (HEIGHT - top)
        shade = mixed(far, _LAMP, (next(numbers) % 100) / 400)
        canvas.rect(next(numbers) % WIDTH, y, 12 + next(numbers) % 50, 2, shade)


def _crane(canvas: Canvas, x: int, reach: int) -> None:
    for leg in (0, 90):
        canvas.line((x + leg, 500), (x + leg, 190), 12, _INK)
    canvas.line((x, 360), (x + 90, 360), 8, _INK)
    canvas.line((x, 500), (x + 90, 360), 4, _INK)
    canvas.line((x - 120, 190), (x + reach, 190), 14, _INK)
    canvas.line((x + 45, 190), (x + 45, 90), 10, _INK)
    canvas.line((x + 45, 90), (x + reach, 186), 4, _INK)
    canvas.line((x + 45, 90), (x - 118, 186), 4, _INK)
    canvas.line((x + reach - 60, 190), (x + reach - 60, 300), 3, _INK)
    canvas.disc(x + 45, 84, 6, _MARKED)
    canvas.disc(x + reach, 190, 5, _LAMP)


def _cranes(canvas: Canvas) -> None:
    """A container yard at night: two cranes, boxes, one of them marked."""
    _stars(canvas, 7, 160)
    canvas.disc(960, 120, 44, (236, 222, 196))
    _crane(canvas, 250, 330)
    _crane(canvas, 720, 300)
    numbers = _scatter(21)
    for column in range(16):
        for level in range(1 + next(numbers) % 4):
            color = _MARKED if (column, level) == (9, 1) else _BOXES[next(numbers) % 4]
            x, y = 20 + column * 74, 496 - (level + 1) * 36
            canvas.rect(x, y, 70, 33, color)
            for rib in range(x + 8, x + 66, 10):
                canvas.rect(rib, y + 3, 2, 27, mixed(color, _INK, 0.35))
    canvas.rect(0, 496, WIDTH, 22, _INK)
    _water(canvas, 518, (14, 18, 34), (52, 44, 58), 5)


def _bridge(canvas: Canvas) -> None:
    """A bridge over a river and the headlights of one car."""
    _stars(canvas, 3, 120)
    for peak in range(7):
        canvas.disc(peak * 210 - 20, 520 + peak % 3 * 26, 170, mixed(_INK, _DUSK[0], 0.6))
    _water(canvas, 430, (18, 22, 44), (96, 66, 74), 9)
    canvas.rect(0, 356, WIDTH, 16, _INK)
    for pier in range(4):
        x = 130 + pier * 300
        canvas.rect(x, 356, 34, 150, _INK)
        canvas.line((x + 17, 200), (x + 17, 360), 10, _INK)
        for side in (-1, 1):
            for step in (50, 95, 140):
                canvas.line((x + 17, 206), (x + 17 + side * step, 356), 3, _INK)
    canvas.rect(588, 338, 44, 18, _INK)
    for lamp in (634, 644):
        canvas.disc(lamp, 348, 5, _LAMP)
    canvas.rect(650, 346, 130, 5, mixed(_LAMP, _DUSK[1], 0.5))


def _ferry(canvas: Canvas) -> None:
    """A ferry with lit windows on a dark sea, smoke above its stern."""
    for puff in range(14):
        shade = mixed((62, 66, 72), _STORM[1], puff / 16)
        canvas.disc(330 - puff * 20, 250 - puff * 14 + puff % 3 * 9, 22 + puff * 4, shade)
    _water(canvas, 430, (16, 24, 30), (70, 84, 92), 13)
    canvas.rect(300, 330, 620, 80, (222, 224, 220))
    canvas.rect(360, 270, 440, 60, (206, 210, 208))
    canvas.rect(640, 222, 130, 48, (222, 224, 220))
    canvas.rect(370, 210, 44, 64, _MARKED)
    for step in range(60):
        canvas.rect(268 + step, 410 + step // 2, 690 - step * 2, 2, (38, 58, 78))
    canvas.rect(270, 396, 690, 30, (38, 58, 78))
    for window in range(22):
        color = _INK if window in (5, 6, 13) else _LAMP
        canvas.rect(322 + window * 27, 350, 15, 14, color)
    for window in range(14):
        canvas.rect(376 + window * 30, 290, 16, 16, _LAMP)


_SCENES: dict[str, tuple[tuple[Color, Color], Callable[[Canvas], None]]] = {
    "cranes": (_NIGHT, _cranes),
    "bridge": (_DUSK, _bridge),
    "ferry": (_STORM, _ferry),
}


@cache
def draw(scene: str) -> bytes:
    """The PNG of a scene, the same bytes every time; KeyError for an unknown one."""
    sky, paint = _SCENES[scene]
    canvas = Canvas(sky)
    paint(canvas)
    return canvas.png()
