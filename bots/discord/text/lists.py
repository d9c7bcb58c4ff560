"""The numbers of lists, which the client counts by itself from the first one."""

from __future__ import annotations

import re

# A list's line, with its bullet or its number.
BULLET = re.compile(r"( *)([-*]) +(?=\S)")
NUMBER = re.compile(r"( *)([0-9]{1,9})\. +(?=\S)")


class Numbering:
    """What number each line of a list gets, told one line after the other."""

    def __init__(self) -> None:
        self._open: list[tuple[int, int]] = []

    def number(self, indent: int, written: int) -> int:
        """The number that is shown for an item with the number `written`."""
        self._close(indent)
        shown = written
        if self._open and self._open[-1][0] == indent:
            shown = self._open.pop()[1] + 1
        self._open.append((indent, shown))
        return shown

    def bullet(self, indent: int) -> None:
        """An item without a number."""
        self._close(indent)
        if self._open and self._open[-1][0] == indent:
            self._open.pop()

    def text(self, line: str) -> None:
        """A line that is no item; indented ones and empty ones belong to the item before."""
        if line.strip() and not line.startswith(" "):
            self._open.clear()

    def _close(self, indent: int) -> None:
        while self._open and self._open[-1][0] > indent:
            self._open.pop()
