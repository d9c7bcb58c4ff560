"""An independent parser reads our markdown back; skipped where node or the package is absent.

The package is looked for in `node_modules` at the root of the checkout and in NODE_PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.discord.text import from_discord, to_discord
from bots.telegram.text import from_telegram, to_telegram
from core.text.model import Rich, Style
from core.text.tools import normalise
from tests.text.strategies import INLINE, META, WIDTHLESS, dress, riches, texts, visible

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("discord_markdown_oracle.mjs")
PACKAGE = "discord-markdown-parser"


def _home() -> str | None:
    """The folder whose `node_modules` holds the parser."""
    places = [ROOT, *(Path(p).parent for p in os.environ.get("NODE_PATH", "").split(":") if p)]
    found = [str(p) for p in places if (p / "node_modules" / PACKAGE).is_dir()]
    return found[0] if found else None


HOME, NODE = _home(), shutil.which("node")
pytestmark = pytest.mark.skipif(not (HOME and NODE), reason=f"node or {PACKAGE} is absent")


class Oracle:
    """The parser in its own process, asked line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read(self, markdown: str) -> dict[str, Any]:
        """What the parser sees in a markdown."""
        question, answers = self._process.stdin, self._process.stdout
        assert question is not None
        assert answers is not None
        question.write(json.dumps(markdown) + "\n")
        question.flush()
        answer: dict[str, Any] = json.loads(answers.readline())
        return answer


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with subprocess.Popen(
        [str(NODE), str(DRIVER), str(HOME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield Oracle(process)


def seen(answer: dict[str, Any]) -> list[tuple[str, frozenset[str]]]:
    """Every visible character with its styles."""
    return [
        (char, frozenset(styles))
        for text, styles in answer["runs"]
        for char in text
        if not char.isspace() and char != WIDTHLESS
    ]


def _check_literal(oracle: Oracle, text: str) -> None:
    answer = oracle.read(to_discord(Rich(text)))
    shown = visible("".join(run for run, _ in answer["runs"]))
    assert shown.replace("%40", "@") == visible(text)
    assert not any(styles for _, styles in answer["runs"])
    assert answer["other"] == []


def _check_dress(oracle: Oracle, rich: Rich) -> None:
    answer = oracle.read(to_discord(rich))
    assert seen(answer) == dress(normalise(rich))
    assert answer["other"] == []


def test_every_pair_of_marks_is_literal(oracle: Oracle) -> None:
    marks = [*META, "**", "__", "||", "~~", "```", "-#", "1.", "> ", "# "]
    for one, other in product(marks, marks):
        _check_literal(oracle, f"{one}x{other}y{one}z{other}")
        _check_literal(oracle, one + other)


WORDS = st.lists(
    st.sampled_from(["a", "b ", "\\", "*", "_", "~", "|", " ", "\n", "é", "🔥", "#", "`"]),
    max_size=8,
).map("".join)
BLOCKS = (Style.SPOILER, Style.CODE, Style.PRE, Style.QUOTE)
SHORT = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LONG = settings(SHORT, max_examples=5000, derandomize=False)


@SHORT
@given(texts())
def test_plain_text_is_literal(oracle: Oracle, text: str) -> None:
    _check_literal(oracle, text)


@SHORT
@given(riches(INLINE, WORDS))
def test_inline_dress_is_seen(oracle: Oracle, rich: Rich) -> None:
    _check_dress(oracle, rich)


@SHORT
@given(riches(BLOCKS, WORDS))
def test_code_spoilers_and_quotes_are_seen(oracle: Oracle, rich: Rich) -> None:
    _check_dress(oracle, rich)


@SHORT
@given(riches((Style.LINK, Style.BOLD), st.text("ab]( ", max_size=9)))
def test_links_lead_where_they_should(oracle: Oracle, rich: Rich) -> None:
    answer = oracle.read(to_discord(rich))
    hosts = {s.value.split("/")[2] for s in normalise(rich).spans if s.style is Style.LINK}
    found = {target.split("/")[2] for target in answer["links"]}
    # Where brackets do not pair up, the client would see no link: it is spelled out.
    assert found == hosts or (found <= hosts and set("[]") & set(rich.text))


@SHORT
@given(riches())
def test_nothing_pings_whatever_the_dress(oracle: Oracle, rich: Rich) -> None:
    assert set(oracle.read(to_discord(rich))["other"]) <= {"timestamp"}


# What a person on Discord writes. The parser knows no lists, and finds headings behind the first
# line only by chance.
PIECES = (
    *(
        "a",
        "b ",
        "c",
        "é",
        "1",
        "\\",
        "*",
        "_",
        "~~",
        "||",
        "**",
        "__",
        "`",
        "```",
        "***",
        "~",
        "|",
    ),
    *(
        "|",
        "(",
        ")",
        "]",
        "[",
        "\n",
        " ",
        "[x](https://y.example)",
        "<t:1700000000:R>",
        "py\n",
        "x > y",
    ),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
FIRST = st.tuples(st.sampled_from(["", "", "> ", "# ", "## ", "-# ", "- "]), MARKDOWN)
OTHER = st.tuples(st.sampled_from(["", "> ", ">>> ", "- "]), MARKDOWN)
WRITTEN = st.tuples(FIRST.map("".join), OTHER.map("".join), OTHER.map("".join)).map("\n".join)


def _as_telegram_shows(answer: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """What of the parser's sight Telegram can show: headings are bold there, and code stands
    alone."""
    shown = []
    for char, styles in seen(answer):
        kept = {"bold" if style == "heading" else style for style in styles}
        hides = kept & {"code", "pre"}
        if hides:
            kept = kept & {"spoiler", "quote"} or kept & {"code", "pre"}
        shown.append((char, tuple(sorted(kept))))
    return [pair for pair in shown if pair[0] not in "-•"]


def _real(links: list[str]) -> set[str]:
    return {link for link in links if link.startswith("http")}


@SHORT
@given(WRITTEN)
def test_what_discord_shows_comes_back_from_telegram(oracle: Oracle, written: str) -> None:
    there = from_telegram(*to_telegram(from_discord(written, {})))
    before, after = oracle.read(written), oracle.read(to_discord(there))
    assert _real(before["links"]) == _real(after["links"])
    assert before["other"] == after["other"]
    assert _as_telegram_shows(after) == _as_telegram_shows(before)


@pytest.mark.campaign
@LONG
@given(texts(20), riches(INLINE, WORDS), riches(BLOCKS, WORDS), riches())
def test_long_run(oracle: Oracle, text: str, inline: Rich, blocks: Rich, any_rich: Rich) -> None:
    _check_literal(oracle, text)
    _check_dress(oracle, inline)
    _check_dress(oracle, blocks)
    assert set(oracle.read(to_discord(any_rich))["other"]) <= {"timestamp"}
