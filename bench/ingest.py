"""ingest_1, ingest_1000: `Newsroom.handle` of a reply on Telegram that is published at once and
relayed to Discord, with 1 and with 1,000 waiting callers, in replies a second.

The baseline is bare sqlite3 that writes the same rows into the same tables, with the same
indexes and pragmas, in transactions of 1 and of 1,000 replies.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.bare import Bare, Copy, copies, snapshot
from bench.desk import ARTICLES, GROUP, furnished, thread
from bench.figures import Figure
from core.events import Person, Posted
from core.newsroom import Newsroom
from core.text.model import Rich

SYLLABLES = "har bour mar ket cap tain wit ness let ter vil lage sta tion gar den"
"""What the words of a remark are made of: readers use thousands, and seldom all say the same."""
PEOPLE = 50
SEEDS = 200
"""Comments that are there before, to be replied to."""


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds, and the replies of each with one and with many callers."""

    rounds: int = 7
    alone: int = 200
    together: int = 5_000
    callers: int = 1_000


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Both figures."""
    with tempfile.TemporaryDirectory() as folder:
        return await _measured(Path(folder), size)


async def _measured(folder: Path, size: Size) -> list[Figure]:
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    file = folder / "product.db"
    async with furnished(file) as newsroom:
        numbers = count()
        await _handle(newsroom, 1, [_posted(next(numbers), None) for _ in range(SEEDS)])
        with closing(Bare(snapshot(file, folder / "bare.db"))) as writer:
            for _ in range(size.rounds):
                one, rows = await _round(newsroom, file, 1, size.alone, numbers)
                many, more = await _round(newsroom, file, size.callers, size.together, numbers)
                ours.append((one, many))
                bare.append((_rate(writer, rows, 1), _rate(writer, more, size.callers)))
    return [
        _figure("ingest_1", [one for one, _ in ours], [one for one, _ in bare], None),
        _figure("ingest_1000", [many for _, many in ours], [many for _, many in bare], 0.25),
    ]


def _figure(name: str, ours: list[float], bare: list[float], target: float | None) -> Figure:
    return Figure(name, median(ours), "replies/s", median(bare), at_least=target)


async def _round(
    newsroom: Newsroom, file: Path, callers: int, replies: int, numbers: Iterator[int]
) -> tuple[float, list[Copy]]:
    """The product's rate, and what it wrote."""
    events = [_posted(next(numbers), number % SEEDS) for number in range(replies)]
    before = copies(file, after=None)
    gc.collect()
    began = perf_counter()
    await _handle(newsroom, callers, events)
    rate = replies / (perf_counter() - began)
    return rate, copies(file, after=before[-1].comment)


async def _handle(newsroom: Newsroom, callers: int, events: list[Posted]) -> None:
    """Each caller brings its share, one event after the other."""

    async def caller(share: list[Posted]) -> None:
        for event in share:
            await newsroom.handle(event)

    await asyncio.gather(*(caller(events[n::callers]) for n in range(callers)))


def _rate(writer: Bare, rows: list[Copy], group: int) -> float:
    gc.collect()
    began = perf_counter()
    writer.write(rows, group)
    return len(rows) / (perf_counter() - began)


def _posted(number: int, answers: int | None) -> Posted:
    """A remark of one of PEOPLE; `answers`: the number of the seed that it replies to."""
    article = (number if answers is None else answers) % ARTICLES + 1
    person = Person(str(5_000_000 + number % PEOPLE), f"Reader {number % PEOPLE}", "en")
    return Posted(
        "telegram", GROUP, thread(article), _message(number), person,
        Rich(f"At 5:44 somebody said {_remark(number)}. I was there ({number})."),
        1_790_000_000.0 + number,
        reply_to=None if answers is None else _message(answers),
    )  # fmt: skip


def _remark(number: int) -> str:
    """Twelve words of three syllables, other ones for each number."""
    syllables, chosen = SYLLABLES.split(), list[str]()
    for _ in range(12):
        number = (number * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        chosen.append("".join(syllables[number >> shift & 15] for shift in (40, 48, 56)))
    return " ".join(chosen)


def _message(number: int) -> str:
    return str(100_000 + number)
