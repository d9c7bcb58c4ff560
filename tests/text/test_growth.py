"""Hostile texts of 100,000 characters: what reads, checks, cuts and writes them grows with their
length alone. A quadratic step needs many minutes here, and the limit of time ends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bots.discord import ids as discord_ids
from bots.discord import render as discord
from bots.discord.text.parse import from_discord
from bots.telegram import ids as telegram_ids
from bots.telegram import render as telegram
from bots.telegram.text import from_telegram, to_telegram
from core.clock import utc
from core.model import Mode, Standing
from core.moderation.checks import CHECKS, Submission
from core.moderation.lexicon import Entry, Lexicon
from core.moderation.reading import read
from core.moderation.submission import Lists
from core.references import Earlier, mentions, resolve
from core.text.difference import difference
from core.text.model import Rich, Style, join
from core.text.names import file_name
from core.text.split import split
from core.text.tools import first_words, strip, unspoiled
from core.views import Answer

LENGTH = 100_000
LIMIT = 60
HOSTILE = (
    "a", "#", "[", "](", "(", "*", "_", "~", "|", "`", "> ", "<", "\\", "\n", "\n#", ">>1 ", "#1,",
    "5:44 and ", "@0301\n", "http://", "www.", "t.me/", "\u0301", "\u200d", "\U0001f1e6",
    "👩\u200d", "||a||", "<@", "<t:", "- ", "\t", "&#", "\u202e", "1.", "\0", "\ud83d",
)  # fmt: skip
DRESSED = ("||a|| ", "**a**", "a**b**||c||", "> ||a||\n")


def hostile(piece: str, length: int = LENGTH) -> str:
    return (piece * (length // len(piece) + 1))[:length]


LISTS = Lists(Lexicon([Entry("banned", "moron*"), Entry("suspect", "go home")]))


def judged(text: str) -> Any:
    submission = Submission(
        Rich(text), (), Mode.OPEN, Standing.ORDINARY, 0, False, reading=read(text), lists=LISTS
    )
    return [check(submission) for check in CHECKS]


def resolved(text: str) -> Any:
    earlier = [Earlier(n, utc(n * 60.0)) for n in range(1, 2000)]
    return resolve(mentions(Rich(text)), earlier)


def located(text: str) -> Any:
    known = [telegram_ids.locate(f"https://t.me/c/1/2?{text}"), telegram_ids.locate(text)]
    return [*known, discord_ids.locate(f"https://discord.com/channels/1/2/3?{text}")]


READERS: dict[str, Callable[[str], Any]] = {
    "the checks": judged,
    "references": resolved,
    "links to messages": located,
    "from Telegram": lambda text: from_telegram(text, []),
    "from Discord": lambda text: from_discord(text, {}),
    "to Telegram": lambda text: telegram.texts(Rich(text.replace("\ud83d", "-"))),
    "first words": lambda text: first_words(Rich(text), 80),
    "file names": file_name,
    "what changed": lambda text: difference(text, text[::-1], 900),
}


@pytest.mark.timeout(LIMIT)
@pytest.mark.parametrize("name", READERS)
def test_hostile_texts_are_read_in_linear_time(name: str) -> None:
    for piece in HOSTILE:
        READERS[name](hostile(piece))


@pytest.mark.timeout(LIMIT)
def test_dressed_texts_are_handled_in_linear_time() -> None:
    """Thousands of spans. Writing them is dear and linear, so it has a shorter text."""
    for piece in DRESSED:
        rich = from_discord(hostile(piece, 30_000), {})
        assert len(rich.spans) > 2000
        unspoiled(rich)
        mentions(rich)
        strip(rich)
        assert Rich.load(json.loads(json.dumps(rich.dump()))) == rich
        short = from_discord(hostile(piece, 4_000), {})
        to_telegram(short)
        discord.answers(Answer(short))


def calls(length: int) -> int:
    """How often the cost of a part is asked for one character of so many marks."""
    seen = 0

    def cost(rich: Rich) -> int:
        nonlocal seen
        seen += len(rich.text)
        return len(rich.text)

    split(Rich("a" + "\u0301" * length), 500, cost)
    return seen


def test_the_cost_of_cutting_grows_with_the_length() -> None:
    assert calls(40_000) < 5 * calls(10_000)


@pytest.mark.timeout(LIMIT)
def test_a_spoiler_gives_way_to_an_ellipsis_however_many_there_are() -> None:
    parts = [Rich("a").dressed(Style.SPOILER) + "b" for _ in range(3)]
    assert unspoiled(join(parts, " ")).text == "…b …b …b"
    many = join([Rich("a").dressed(Style.SPOILER)] * 40_000, ",")
    assert unspoiled(many).text == ",".join("…" * 40_000)
