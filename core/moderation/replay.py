"""A past thread once more, comment by comment: what the checks would have said of each, before it
is told what became of it (pure).

What is known of authors and of alike comments is kept in memory, as the newsroom keeps it in its
tables; what is learned as well. So every comment is judged by what was known when it came.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.model import Mode, Standing, Verdict
from core.moderation.bayes import Counts, chance
from core.moderation.judge import verdicts
from core.moderation.likeness import ALIKE, BINS, Fingerprint, common, features, fingerprint
from core.moderation.reading import read
from core.moderation.submission import Lists, Record, Submission
from core.options import Options
from core.text.model import Rich

HOUR, WEEK, MINUTE = 3600.0, 7 * 24 * 3600.0, 60.0
LAST = 30
BAND = 40
SWEEP = 5_000
"""Comments after which what is too old is forgotten."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment of the past.

    at: Unix seconds. author: "" = nobody knows. thread: the article it is about. bad: it was
    rejected, or should have been; None = nobody said.
    """

    at: float
    author: str
    thread: str
    text: str
    bad: bool | None


@dataclass(slots=True)
class _Said:
    at: float
    thread: str
    like: Fingerprint | None
    bad: bool | None


@dataclass(slots=True)
class Replay:
    """The state of a replay. hash: a keyed hash of short strings.

    What no check looks at any more is forgotten, so that memory grows with the words and authors
    of a collection and not with its comments. Of comments without an author or a thread nothing is
    known that takes one: no repeats, waves or pace, no crowd.
    """

    hash: Callable[[str], int]
    lists: Lists = field(default_factory=Lists)
    options: Options = field(default_factory=Options)
    mode: Mode = Mode.OPEN
    counts: Counts = field(default_factory=Counts)
    _authors: dict[str, deque[_Said]] = field(default_factory=dict)
    _published: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _bands: dict[int, deque[tuple[float, int, str]]] = field(default_factory=dict)
    _threads: dict[str, deque[float]] = field(default_factory=dict)
    _seen: int = 0

    def see(self, remark: Remark) -> tuple[Verdict, ...]:
        """What the checks say of the next comment; then what became of it is learned."""
        reading = read(remark.text)
        pieces = tuple(features(reading.words))
        like = fingerprint(map(self.hash, pieces))
        submission = Submission(
            Rich(remark.text), (), self.mode, Standing.ORDINARY, self._published[remark.author],
            False, options=self.options, reading=reading, lists=self.lists,
            record=self._record(remark, like),
            learned=chance(
                pieces, self.counts.of(pieces), self.counts.total, self.options.learn_least
            ),
        )  # fmt: skip
        found = verdicts(submission)
        self._remember(remark, pieces, like)
        return found

    def _record(self, remark: Remark, like: Fingerprint | None) -> Record:
        said = list(self._authors.get(remark.author, ())) if remark.author else []
        week = [one for one in said if remark.at - one.at < WEEK and one.bad is not None]
        parts = [
            common(like.print, one.like.print)
            for one in said
            if like is not None and one.like is not None and remark.at - one.at < HOUR
        ]
        others = self._alike(remark, like) if like is not None and remark.author else []
        return Record(
            ages=tuple(max(0.0, remark.at - one.at) for one in said),
            decided=len(week),
            rejected=sum(bool(one.bad) for one in week),
            same=sum(n == BINS for n in parts),
            near=sum(ALIKE <= n < BINS for n in parts),
            alike=len(others),
            authors=len(set(others)),
            thread=self._crowd(remark),
        )

    def _alike(self, remark: Remark, like: Fingerprint) -> list[str]:
        found: dict[tuple[float, int, str], None] = {}
        for band in like.bands:
            for one in self._bands.get(band, ()):
                at, print_, author = one
                mine = author == remark.author
                if not mine and remark.at - at < HOUR and like.like(print_):
                    found[one] = None
        return [author for _, _, author in found]

    def _crowd(self, remark: Remark) -> int:
        if not remark.thread:
            return 0
        times = self._threads.setdefault(remark.thread, deque())
        while times and remark.at - times[0] >= MINUTE:
            times.popleft()
        return len(times)

    def _remember(self, remark: Remark, pieces: Sequence[str], like: Fingerprint | None) -> None:
        if remark.thread:
            self._threads[remark.thread].append(remark.at)
        if remark.author:
            said = self._authors.setdefault(remark.author, deque(maxlen=LAST))
            said.appendleft(_Said(remark.at, remark.thread, like, remark.bad))
            self._published[remark.author] += remark.bad is False
        if like is not None and remark.author:
            row = (remark.at, like.print, remark.author)
            for band in like.bands:
                self._bands.setdefault(band, deque(maxlen=BAND)).appendleft(row)
        if remark.bad is not None:
            self.counts.learn(pieces, remark.bad)
        self._seen += 1
        if self._seen % SWEEP == 0:
            self._sweep(remark.at)

    def _sweep(self, now: float) -> None:
        """Forget what is too old for every check."""
        self._bands = {k: rows for k, rows in self._bands.items() if now - rows[0][0] < HOUR}
        self._threads = {k: at for k, at in self._threads.items() if at and now - at[-1] < MINUTE}
        self._authors = {k: one for k, one in self._authors.items() if now - one[0].at < WEEK}
