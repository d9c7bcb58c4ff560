"""Files of comments, read line by line: packed or not, in whatever encoding, as a table or JSON."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from core.errors import UserError
from core.i18n import FALLBACK, texts

t = texts(FALLBACK)

Row = tuple[int, dict[str, Any]]
"""The number of its first line, and its values by column; none for a line that says nothing."""

HEAD = 1 << 16
"""Characters by which the form of a file is found out."""
SAMPLE = 200
"""Records by which the form of a table is found out."""
FOLDED = 1000
"""Lines that one record may have: beyond it, its quotation mark was never closed."""
DELIMITERS = "\t;|,"
PACKED = (b"PK\x03\x04", b"PAR1", b"SQLite", b"\x89HDF", b"%PDF", b"BZh", b"\xfd7zXZ", b"\xd0\xcf")
"""Beginnings of files that are no text."""
NOISE = 0.02
"""Share of control characters from which on a file is no text."""
csv.field_size_limit(50_000_000)


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """The file as text. Raises UserError where it cannot be read, also while it is."""
    try:
        packed = _head(open, path)[:2] == b"\x1f\x8b"
        open_: Any = gzip.open if packed else open
        if _head(open_, path).startswith(PACKED):
            raise UserError(t("this is no text. Unpack it, or save it as CSV or JSON lines."))
        encoding = _encoding(open_, path)
        if _is_noise(_head(open_, path).decode(encoding, "replace")):
            raise UserError(t("this is no text. Unpack it, or save it as CSV or JSON lines."))
        with open_(path, "rt", encoding=encoding, errors="replace", newline="") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(t("{file} cannot be read: {error}", file=path, error=reason)) from error


def _head(open_: Any, path: Path) -> bytes:
    with open_(path, "rb") as raw:
        head: bytes = raw.read(HEAD)
    return head


def _encoding(open_: Any, path: Path) -> str:
    """UTF-16 and UTF-8 where it is, also with a few broken letters; else Windows' western ones."""
    head = _head(open_, path)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    evens, odds = head[::2].count(0), head[1::2].count(0)
    if max(evens, odds) > 0.3 * len(head) / 2:
        return "utf-16-le" if odds > evens else "utf-16-be"
    with open_(path, "rb") as file:
        return "utf-8-sig" if _is_utf8(file) else "cp1252"


def _is_noise(head: str) -> bool:
    """What no text holds much of: letters that only steer a printer."""
    return sum(c < " " and c not in "\t\n\v\f\r\0" for c in head) > NOISE * len(head)


def _is_utf8(file: IO[bytes]) -> bool:
    """More letters are right than broken. A single accent of Windows is a broken one."""
    utf8 = codecs.getincrementaldecoder("utf-8")("replace")
    right = broken = 0
    while piece := file.read(1 << 20):
        text = utf8.decode(piece)
        if not text.isascii():
            wrong = text.count("\ufffd")
            broken += wrong
            right += sum(not c.isascii() for c in text) - wrong
    return not broken or right > 10 * broken


# Rows


def rows(file: IO[str]) -> Iterator[Row]:
    """Everything in a file. Raises UserError, naming the line where there is one."""
    head = file.read(HEAD)
    file.seek(0)
    start = head.lstrip("\ufeff \t\r\n")[:1]
    if start == "[":
        yield from _whole(file)
    elif start == "{":
        yield from _json_lines(file) if _by_lines(head) else _whole(file)
    else:
        yield from _table(file, head)


def _by_lines(head: str) -> bool:
    first = head.lstrip("\ufeff \t\r\n").split("\n", 1)[0]
    try:
        json.loads(first, strict=False)
    except (ValueError, RecursionError):
        return "\n" not in head.strip() or not first.strip().endswith(("{", "[", ","))
    return True


def _whole(file: IO[str]) -> Iterator[Row]:
    """One value of JSON: a list of comments, or something that holds one."""
    try:
        value = json.loads(file.read().lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise UserError(t("Line {n}: this is no JSON.", n=line)) from None
    yield from _objects(_listed(value))


def _objects(values: Iterable[Any]) -> Iterator[Row]:
    for number, one in enumerate(values, start=1):
        yield number, flat(one) if isinstance(one, dict) else {}


def _listed(value: Any) -> Sequence[Any]:
    """The longest list of objects, up to three levels deep; or a table that was written with its
    columns, or the numbers of its rows, as names."""
    level, best = [value], _turned(value)
    for _ in range(3):
        lists = [one for one in level if isinstance(one, list) and any(
            isinstance(item, dict) for item in one[:10])]  # fmt: skip
        best = max([best, *lists], key=len)
        level = [deeper for one in level if isinstance(one, dict) for deeper in one.values()]
    return best


def _turned(value: Any) -> list[Any]:
    if not isinstance(value, dict) or not value:
        return []
    inner = list(value.values())
    if all(isinstance(one, list) for one in inner) and len({len(one) for one in inner}) == 1:
        plain = not any(isinstance(item, dict | list) for one in inner for item in one[:10])
        rows = zip(*inner, strict=True) if plain and len(inner) > 1 else ()
        return [dict(zip(value, row, strict=True)) for row in rows]
    if not all(isinstance(one, dict) and one for one in inner) or len(inner) < 2:
        return []
    if len({tuple(one) for one in inner}) > 1:
        return inner if all(map(str.isdigit, value)) else []
    if all(map(str.isdigit, inner[0])):
        return [{name: column[key] for name, column in value.items()} for key in inner[0]]
    return inner


def _json_lines(file: IO[str]) -> Iterator[Row]:
    """An object in each line; where one line holds everything, the list in it."""
    values = _values(file)
    first = list(islice(values, 2))
    if len(first) == 1 and (listed := _listed(first[0][1])):
        yield from _objects(listed)
        return
    for number, value in chain(first, values):
        yield number, flat(value) if isinstance(value, dict) else {}


def _values(file: IO[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        bare = line.strip("\ufeff\0 \t\r\n")
        if not bare:
            continue
        try:
            value = json.loads(bare, strict=False)
        except (ValueError, RecursionError):
            value = None
        yield number, value


def flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """With what lies one level deeper as "author.name", or under its own name."""
    found: dict[str, Any] = {}
    for name, one in value.items():
        if isinstance(one, Mapping):
            for inner, deeper in one.items():
                if not isinstance(deeper, Mapping | list):
                    found[f"{name}.{inner}"] = deeper
                    if inner in ("name", "id", "username"):
                        found.setdefault(name, deeper)
        elif isinstance(one, list):
            found[name] = "".join(map(_piece, one))
        else:
            found[name] = one
    return found


def _piece(one: Any) -> str:
    """Of a text that is kept in pieces with their form."""
    if isinstance(one, Mapping):
        one = one.get("text")
    return one if isinstance(one, str) else ""


# Tables


class _Table:
    """Records of lines, and how they are parted. width: values of a record."""

    def __init__(self, delimiter: str, quoted: bool, width: int = 0) -> None:
        self.delimiter, self.quoted, self.width = delimiter, quoted, width

    def records(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Each with its first line's number. A quotation mark that nothing closes is one like any
        other letter."""
        source, ahead, number = iter(lines), deque[str](), 1
        while True:
            pulled: list[str] = []
            values = self._next(source, ahead, pulled)
            if values is None:
                return
            if len(pulled) > 1 and (len(values) != self.width or len(pulled) >= FOLDED):
                ahead.extendleft(reversed(pulled[1:]))
                del pulled[1:]
                values = self._bare(pulled[0])
            if values and any(value.strip() for value in values):
                yield number, values
            number += len(pulled)

    def _next(
        self, source: Iterator[str], ahead: deque[str], pulled: list[str]
    ) -> list[str] | None:
        def feed() -> Iterator[str]:
            while len(pulled) < FOLDED:
                line = ahead.popleft() if ahead else next(source, None)
                if line is None:
                    return
                pulled.append(line)
                yield line.replace("\0", "")

        if not self.quoted:
            line = next(feed(), None)
            return None if line is None else self._bare(line)
        try:
            return next(csv.reader(feed(), delimiter=self.delimiter), None)
        except csv.Error:
            return self._bare(pulled[0])

    def _bare(self, line: str) -> list[str]:
        values = line.replace("\0", "").rstrip("\r\n").split(self.delimiter)
        if self.quoted and 0 < self.width < len(values):
            surplus = len(values) - self.width
            quoted = (n for n, value in enumerate(values) if value.startswith('"'))
            first = min(next(quoted, self.width - 1), self.width - 1)
            values[first : first + surplus + 1] = [
                self.delimiter.join(values[first : first + surplus + 1])
            ]
        return [_unquoted(value) for value in values]


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('""', '"')
    return value


def _form(head: str) -> _Table:
    """How the values are parted: as gives most records the same number of them. Where quotation
    marks make no difference they are letters, as in tables of messages with tabs."""
    lines = head.splitlines(keepends=True)
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()
    best, found = (0.0, 0, 0), _Table(",", True, 1)
    for delimiter in DELIMITERS:
        for quoted in (False, True) if delimiter == "\t" else (True,):
            table = _Table(delimiter, quoted)
            table.width = len(next(table.records(lines), (0, [""]))[1])
            widths = Counter(len(v) for _, v in islice(table.records(lines), SAMPLE))
            width, count = widths.most_common(1)[0] if widths else (1, 0)
            if width > 1:
                fits = round(count / widths.total(), 2)
                score = (fits, min(width, 3), -DELIMITERS.index(delimiter))
                if score > best:
                    best, found = score, table
    return found


def _table(file: IO[str], head: str) -> Iterator[Row]:
    from bots.collection.columns import has_names

    table = _form(head.lstrip("\ufeff"))
    records = table.records(file)
    number, top = next(records, (1, list[str]()))
    names = [name.strip("\ufeff \t") for name in top]
    if not has_names(names):
        names = [str(position) for position in range(1, len(top) + 1)]
        yield number, dict(zip(names, top, strict=False))
    names = [name or f"column {n}" for n, name in enumerate(names, start=1)]
    table.width = len(names)
    for number, values in records:
        yield number, dict(zip(names, values, strict=False))
