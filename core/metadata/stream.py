"""What a format asks for while it goes through a file from its beginning to its end.

A format is a generator of moves: it is sent what a Read or a Peek asked for (less where the file
ends) and empty bytes for all others. So none of them knows in which portions the bytes come, and
none holds more of the file than it reads at once. What follows when it ends is left out.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

MOST = 4 * 1024 * 1024
"""Bytes that a format may look at in one piece."""


@dataclass(frozen=True, slots=True)
class Read:
    """Take so many bytes out."""

    count: int


@dataclass(frozen=True, slots=True)
class Peek:
    """Look at the next bytes, which stay where they are."""

    count: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Pass so many bytes on; None: all that follow."""

    count: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """Leave so many bytes out."""

    count: int


@dataclass(frozen=True, slots=True)
class Blank:
    """Put zeros in the place of so many bytes."""

    count: int


@dataclass(frozen=True, slots=True)
class Find:
    """Pass on what comes before the first match, which is two bytes long and begins with 0xFF."""

    pattern: re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Write:
    """Pass these bytes on, which are not in the file."""

    data: bytes


Move = Read | Peek | Copy | Drop | Blank | Find | Write
Format = Generator[Move, bytes, None]


class Damaged(ValueError):
    """The file breaks the rules of its own format, so nobody can say what is in it."""
