"""Collections of comments of the past, as people have them: CSV or JSON lines, with whatever names,
encodings, times and labels.

A file is read twice, line by line: once to find out what is in it, and once to hand out its
comments. So no file is too large, and what cannot be understood is said before anything is counted.
"""

from __future__ import annotations

import heapq
import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from bots.collection import files, times
from bots.collection.columns import NOBODY, Asked, Columns, Labels, find
from bots.collection.files import Row
from bots.collection.times import moment
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.moderation.replay import Remark

__all__ = ["Asked", "Collection", "Columns", "load", "moment"]

t = texts(FALLBACK)

SAMPLE = 200
MINUTE, HOUR = 60.0, 3600.0
TOLD = 0.9
"""Of the comments have to tell their time, so that it counts."""
STRAY = 0.02
"""Of the labels may be unreadable: more means that the column was misunderstood."""
LABELS_SHOWN = 10
"""Unknown labels that are told."""
SORTED_AT_ONCE = 100_000
"""Comments that are sorted in memory; more go through a file in between."""


@dataclass(slots=True)
class Collection:
    """A file of comments, and what was found out about it.

    count: its comments. taken: what its labels were taken as. left_out: what was left out and why;
    first: the first line of each. timed: times of day are told and count. shuffled: it is not in
    order of time and has to be sorted. authors: whether any comment tells its author.
    """

    path: Path
    columns: Columns
    labels: Labels
    formats: tuple[str, ...] = ()
    count: int = 0
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    timed: bool = False
    dated: bool = False
    shuffled: bool = False
    authors: bool = False

    def leave_out(self, why: str, line: int) -> None:
        """A line that cannot be used."""
        self.left_out[why] += 1
        self.first.setdefault(why, line)

    def remarks(self) -> Iterator[Remark]:
        """The comments in order of time, or as they stand. Raises UserError."""
        with files.opened(self.path) as file:
            found = filter(None, (self._remark(row) for _, row in files.rows(file)))
            told = _without_gaps(found) if self.dated else found
            ordered = _sorted(told) if self.dated and self.shuffled else told
            yield from ordered if self.timed else _by_minutes(ordered)

    def text(self, row: Mapping[str, Any]) -> str:
        """The words of a comment, "" where there are none."""
        value = row.get(self.columns.text)
        text = str(value) if isinstance(value, str | int | float) else ""
        if text.strip().casefold() in ("", "[deleted]", "[removed]"):
            return ""
        if not text.isascii():  # Half a pair of UTF-16 is no letter, and cannot be hashed.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    def bad(self, row: Mapping[str, Any]) -> bool | None:
        """What its labels say together. Raises ValueError for one that nobody knows."""
        said = [self.labels.bad(name, row.get(name)) for name in self.columns.labels]
        return True if True in said else False if False in said else None

    def at(self, row: Mapping[str, Any]) -> float | None:
        """When it was written, as Unix seconds."""
        return moment(row.get(self.columns.time), self.formats) if self.columns.time else None

    def author(self, row: Mapping[str, Any]) -> str:
        """Who wrote it, "" where nobody knows."""
        name = str(row.get(self.columns.author) or "").strip() if self.columns.author else ""
        return "" if name.casefold() in NOBODY else name

    def _remark(self, row: Mapping[str, Any]) -> Remark | None:
        if not (text := self.text(row)):
            return None
        try:
            bad = self.bad(row)
        except ValueError:
            return None
        at = self.at(row) if self.dated else None
        thread = str(row.get(self.columns.thread) or "") if self.columns.thread else ""
        return Remark(math.nan if at is None else at, self.author(row), thread, text, bad)


NOTHING = Asked()


def load(path: Path, asked: Asked = NOTHING) -> Collection:
    """What is in a file. Raises UserError, naming the file, and the line where there is one."""
    try:
        with files.opened(path) as file:
            return _Survey(path, files.rows(file), asked).done()
    except UserError as error:
        said = str(error)
        raise UserError(said if str(path) in said else f"{path}: {said}") from error.__cause__


class _Survey:
    """The first reading of a file."""

    def __init__(self, path: Path, rows: Iterator[Row], asked: Asked) -> None:
        sample = list(islice(rows, SAMPLE))
        names = list(dict.fromkeys(name for _, row in sample for name in row))
        if not names:
            raise UserError(t("The file holds no comments."))
        columns, labels = find(names, sample, asked)
        formats = times.ordered(row.get(columns.time) for _, row in sample if columns.time)
        self._found = Collection(path, columns, labels, formats)
        self._told = self._coarse = self._labelled = 0
        self._last = -math.inf
        self._unknown: dict[str, int] = {}
        self._strays = 0
        for line, row in chain(sample, rows):
            self._look(line, row)

    def _look(self, line: int, row: Mapping[str, Any]) -> None:
        found = self._found
        if not row:
            return found.leave_out(t("no JSON object"), line)
        if not found.text(row):
            return found.leave_out(t("no text"), line)
        try:
            bad = found.bad(row)
        except ValueError:
            return self._stray(line, row)
        found.count += 1
        self._labelled += bad is not None
        self._tally(row)
        if bad is None and found.columns.labels:
            found.leave_out(t("no label; replayed, but not counted"), line)
        found.authors = found.authors or bool(found.author(row))
        if (at := found.at(row)) is not None:
            self._told += 1
            self._coarse += at % HOUR == 0
            found.shuffled = found.shuffled or at < self._last
            self._last = at
        return None

    def _tally(self, row: Mapping[str, Any]) -> None:
        found = self._found
        for name in found.columns.labels:
            value = row.get(name)
            if (bad := found.labels.bad(name, value)) is not None:
                word = found.labels.named(name, value)
                if len(found.taken) < 1000 or (word, "bad" if bad else "good") in found.taken:
                    found.taken[word, "bad" if bad else "good"] += 1

    def _stray(self, line: int, row: Mapping[str, Any]) -> None:
        found = self._found
        if len(self._unknown) < LABELS_SHOWN:
            names = found.columns.labels
            value = next(row.get(n) for n in names if not found.labels.known(n, row.get(n)))
            self._unknown.setdefault(str(value)[:40], line)
        self._strays += 1
        found.leave_out(t("a label that nobody knows"), line)

    def done(self) -> Collection:
        """Raises UserError where too many labels could not be read, or nothing was found."""
        found, all_ = self._found, self._labelled + self._strays
        if self._strays and self._strays > STRAY * all_:
            label, line = next(iter(self._unknown.items()))
            every = ", ".join(f"“{one}”" for one in self._unknown)
            raise UserError(
                t("Line {n}: the label “{label}” is not known. Say what is good and bad, for"
                  " example --bad 1,2 or --good ok. Unknown are: {labels}.", n=line, label=label,
                  labels=every)
            )  # fmt: skip
        if not found.count:
            raise UserError(t("The file holds no comments."))
        found.dated = self._told > TOLD * found.count
        found.timed = found.dated and self._coarse < 0.5 * self._told
        return found


# In order


def _without_gaps(remarks: Iterator[Remark]) -> Iterator[Remark]:
    """A comment that tells no time came with the one before it."""
    last = 0.0
    for one in remarks:
        last = last if math.isnan(one.at) else one.at
        yield Remark(last, one.author, one.thread, one.text, one.bad)


def _by_minutes(remarks: Iterator[Remark]) -> Iterator[Remark]:
    """One a minute, so that no check takes the file for a flood."""
    for number, one in enumerate(remarks):
        yield Remark(number * MINUTE, one.author, one.thread, one.text, one.bad)


def _sorted(remarks: Iterator[Remark]) -> Iterator[Remark]:
    """By time, in bounded memory; those of one time as they stand."""
    runs: list[IO[str]] = []
    try:
        while piece := sorted(islice(remarks, SORTED_AT_ONCE), key=_when):
            if not runs and len(piece) < SORTED_AT_ONCE:
                yield from piece
                return
            runs.append(_run(piece))
        yield from heapq.merge(*map(_read_run, runs), key=_when)
    finally:
        for run in runs:
            run.close()


def _when(one: Remark) -> float:
    return one.at


def _run(piece: list[Remark]) -> IO[str]:
    run = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  closed by who reads it
    for one in piece:
        run.write(json.dumps([one.at, one.author, one.thread, one.text, one.bad]) + "\n")
    run.seek(0)
    return run


def _read_run(run: IO[str]) -> Iterator[Remark]:
    for line in run:
        yield Remark(*json.loads(line))
