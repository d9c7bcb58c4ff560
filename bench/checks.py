"""checks_rate: comments a second through all checks, with 2,000 banned and suspect entries, on a
file of 10,000 comments of real lengths. The baseline is reading the same file and lower-casing it.

checks_worst: the longest time that any check takes for 100 kB of hostile input (one letter, nested
brackets and the like), in seconds. The baseline is the average check's time for 100 kB of ordinary
comments.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.figures import Figure
from core.model import Mode, Standing
from core.moderation.checks import CHECKS
from core.moderation.judge import verdicts
from core.moderation.lexicon import Entry, Lexicon
from core.moderation.reading import read
from core.moderation.submission import Lists, Submission
from core.text.model import Rich

_WORDS = (
    "the of and to in that it was for on with they this have not but his from all there "
    "who will when one about them what been would out time people says said know think "
    "government border cartel money years never because country where city drugs police "
    "army state road night town el la de que y los se del las por con una su para es al "
    "lo como pero sus le ya este porque esta entre cuando muy sin sobre ser tiene gente "
    "todo desde nada gobierno años día noche"
)
WORDS = _WORDS.split()
LENGTHS = (3, 5, 8, 9, 12, 14, 18, 22, 27, 33, 41, 55, 80, 120)
"""Words of a comment: half of those on a real page are within 20, one in ten beyond 60."""
HOSTILE = (
    "a", "é", "(", "[(<{", "a ", "1a", "a*", "a.", "@", "a@a.", "+1", "1 ", "0123456789 ", "\u200b",
    "a\u0301", "аa", "😂", "http://", "www.", " dot ", "lives in ", "calle A ", "1 A ", "at ",
    "one ", "plate ", "call ", "ABC-", "°", "bad0 ", "b a d 0 ", "\n",
)  # fmt: skip
HUNDRED_KB = 100_000


@dataclass(frozen=True, slots=True)
class Size:
    """Comments, entries, rounds, and the characters of hostile input."""

    comments: int = 10_000
    entries: int = 2_000
    rounds: int = 3
    hostile: int = HUNDRED_KB


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Both figures."""
    lists = Lists(Lexicon(_entries(size.entries)))
    texts = list(_comments(size.comments))
    ours, bare = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "comments.txt"
        file.write_text("\n".join(texts), encoding="utf-8")
        for _ in range(size.rounds):
            ours.append(len(texts) / _checked(file, lists))
            bare.append(len(texts) / _lowered(file))
    worst, average = _worst(lists, texts, size.hostile)
    return [
        Figure("checks_rate", median(ours), "comments/s", median(bare)),
        Figure("checks_worst", worst, "s", average),
    ]


def _entries(count: int) -> Iterator[Entry]:
    """Made-up words, some with a star, some of two words; one in ten stands in the comments."""
    chance = random.Random(7)
    for number in range(count):
        word = "".join(chance.choice("bcdlmnprst") + chance.choice("aeiou") for _ in range(3))
        shape = (f"{word}{number}", f"{word}*", f"{word} {chance.choice(WORDS)}")[number % 3]
        yield Entry("banned" if number % 2 else "suspect", shape)
    yield Entry("suspect", "bad0")


def _comments(count: int) -> Iterator[str]:
    chance = random.Random(8)
    for number in range(count):
        words = chance.choices(WORDS, k=chance.choice(LENGTHS))
        if number % 50 == 0:
            words[0] = "https://paper.example/2023/10/report.html"
        start = "5:44 " if number % 7 == 0 else ""
        yield start + " ".join(words).capitalize() + chance.choice((".", "!", " 😂", "", "?"))


def _submission(text: str, lists: Lists) -> Submission:
    reading = read(text)
    return Submission(
        Rich(text), (), Mode.OPEN, Standing.ORDINARY, 5, False, reading=reading, lists=lists
    )


def _checked(file: Path, lists: Lists) -> float:
    began = perf_counter()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            verdicts(_submission(line.rstrip("\n"), lists))
    return perf_counter() - began


def _lowered(file: Path) -> float:
    began = perf_counter()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            line.rstrip("\n").lower()
    return perf_counter() - began


def _worst(lists: Lists, texts: list[str], length: int) -> tuple[float, float]:
    """The slowest check on any hostile text, and the average of all on ordinary ones, in seconds
    for the same number of characters. Reading a text counts as a check of its own."""
    ordinary = " ".join(texts)[:length]
    usual = _timed(ordinary, lists)
    hostile = [_timed((piece * (length // len(piece) + 1))[:length], lists) for piece in HOSTILE]
    return max(max(times) for times in hostile), sum(usual) / len(usual)


def _timed(text: str, lists: Lists) -> list[float]:
    began = perf_counter()
    submission = _submission(text, lists)
    times = [perf_counter() - began]
    for check in CHECKS:
        began = perf_counter()
        check(submission)
        times.append(perf_counter() - began)
    return times
