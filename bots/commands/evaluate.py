"""What the checks would have done with a past thread: moderation evaluate."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bots.collection import Asked, Collection, load
from bots.commands.rooms import in_newsroom
from bots.commands.terminal import Json, JsonOption, Output, refuse, say, warn
from core.errors import UserError
from core.figures.recall import draw
from core.i18n import FALLBACK, texts
from core.model import Mode
from core.moderation.likeness import Hasher
from core.moderation.replay import Replay
from core.moderation.scores import Curve, Score, Scores
from core.moderation.submission import Lists
from core.moderation.wordfile import parse
from core.newsroom.comments import wordlists
from core.newsroom.setup import admin
from core.options import Options

t = texts(FALLBACK)

EVERY = 10.0
"""Seconds between two lines that tell of the progress where there is no terminal."""

app = typer.Typer(help="The checks: how well they would have done.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """The checks, looked at from outside."""


def _asked(name: str, about: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", help=about)
    return option


@app.command(epilog="Example: moderation evaluate comments.csv --plot curve.png")
def evaluate(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines: time, author, text, label.")],
    plot: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw precision against recall.")
    ] = None,
    text: Annotated[str, _asked("text", "The column of the words.")] = "",
    label: Annotated[str, _asked("label", "The column of the label; several with commas.")] = "",
    author: Annotated[str, _asked("author", "The column of the author.")] = "",
    time: Annotated[str, _asked("time", "The column of the time.")] = "",
    thread: Annotated[str, _asked("thread", "The column of the article or thread.")] = "",
    good: Annotated[str, _asked("good", "Labels of good comments, with commas.")] = "",
    bad: Annotated[str, _asked("bad", "Labels of bad comments, with commas.")] = "",
    words: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lists as `words export` writes them.")
    ] = None,
    publication: Annotated[
        str | None,
        typer.Option("--publication", "-p", metavar="NAME", help="Go by its lists and options."),
    ] = None,
    mode: Annotated[Mode, typer.Option(help="The mode of the articles.")] = Mode.OPEN,
    json: JsonOption = False,
) -> None:
    """Replay comments of the past in order, learning as it goes, and tell what each check and all
    together would have done."""
    try:
        lists, options = _rules(publication, words)
        collection = load(file, Asked(text, label, author, time, thread, good, bad))
    except UserError as error:
        refuse(str(error))
    output = Output(ctx, json)
    for line in () if output.json else _taken(collection):
        say(line)
    began = perf_counter()
    try:
        scores = _replayed(collection, Replay(Hasher(b"evaluate"), lists, options, mode))
    except UserError as error:
        refuse(str(error))
    seconds = perf_counter() - began
    if output.json:
        output.value(_values(collection, scores, seconds))
    else:
        _tell(output, collection, scores, seconds)
    if plot is not None:
        _draw(plot, scores)


def _rules(publication: str | None, words: Path | None) -> tuple[Lists, Options]:
    """By which lists and options to judge. Raises UserError."""
    lists, options = Lists(), Options()
    if publication is not None:
        lists, options = in_newsroom(lambda room: room.look(
            lambda tx, c: (
                wordlists.made(wordlists.stored(tx)[1]).get(
                    number := admin.publication_id(tx, publication), Lists()
                ),
                c.house(tx).publications[number].options,
            )
        ))  # fmt: skip
    if words is not None:
        try:
            lines = words.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(t("{file} cannot be read: {error}", file=words, error=error)) from error
        lists = wordlists.lists([
            {"kind": kind, "language": language, "entry": entry}
            for kind, language, entry in parse(t, lines)
        ])  # fmt: skip
    return lists, options


def _replayed(collection: Collection, replay: Replay) -> Scores:
    """With its progress on stderr: a bar on a terminal, else a line now and then."""
    scores, told = Scores(), perf_counter()
    watched = sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=not watched, transient=True) as progress:
        task = progress.add_task(t("Replaying …"), total=collection.count)
        for number, remark in enumerate(collection.remarks(), start=1):
            scores.add(replay.see(remark), remark.bad)
            if number % 500 == 0:
                progress.update(task, completed=number)
                if not watched and perf_counter() - told >= EVERY:
                    told = perf_counter()
                    warn(t("{n} of {all} …", n=number, all=collection.count))
    return scores


# What is told


def _tell(output: Output, collection: Collection, scores: Scores, seconds: float) -> None:
    say(_count(collection, scores, seconds))
    columns = {
        "check": t("Check"), "named": t("named"), "marked": t("only marked"), "held": t("held"),
        "rejected": t("rejected"), "precision": t("precision"), "recall": t("recall"),
        "burden": t("of the good ones"),
    }  # fmt: skip
    rows = [{**row, **{n: _percent(row[n]) for n in ("precision", "recall", "burden")}}
            for row in _rows(scores)]  # fmt: skip
    output.table(rows, columns, "")
    say(t("precision: of those that it named, the share of bad ones. recall: of the bad ones, the"
          " share that it named. of the good ones: the share of them that it named."))  # fmt: skip
    if not scores.bad or not scores.good:
        return
    say(t("Orders, with each comment judged before it was learned from:"))
    for name, one in _curves(scores).items():
        base = _percent(scores.bad / max(1, len(scores.risks)))
        say(t("Order by {name}: average precision {share}, against {base} by chance.",
              name=_CURVES[name](), share=_percent(one.average), base=base))  # fmt: skip
        if one.recall:
            say("  " + _steps(one))


def _taken(collection: Collection) -> list[str]:
    """What the file was taken for, and what of it does not count."""
    columns = collection.columns
    lines = [
        t("Columns: text “{text}”, label “{label}”, author “{author}”, time “{time}”,"
          " thread “{thread}”.", text=columns.text, label=", ".join(columns.labels) or "–",
          author=columns.author or "–", time=columns.time or "–", thread=columns.thread or "–"),
    ]  # fmt: skip
    taken = [f"“{word}” = {t('bad') if as_ == 'bad' else t('good')} ({count})"
             for (word, as_), count in collection.taken.most_common(12)]  # fmt: skip
    if taken:
        lines.append(t("Labels: {taken}", taken=", ".join(taken)))
    else:
        lines.append(t("Nothing tells good from bad, so there are counts only. A column of labels"
                       " is named with --label."))  # fmt: skip
    kinds = {as_ for _, as_ in collection.taken}
    if len(kinds) == 1 and collection.left_out[t("no label; replayed, but not counted")]:
        lines.append(t("Only one kind is labelled. If comments without a label are of the other,"
                       " add --good empty or --bad empty."))  # fmt: skip
    if not collection.timed:
        lines.append(t("The comments tell no time of day: they count as one a minute, so that pace"
                       " names none."))  # fmt: skip
    if collection.dated and collection.shuffled:
        lines.append(t("They do not stand in order of time, and are sorted first."))
    if not collection.authors:
        lines.append(t("No comment tells its author: repeats, waves, pace and the authors' records"
                       " do not count."))  # fmt: skip
    if not columns.thread:
        lines.append(t("No comment tells its thread: a crowd in one does not count."))
    for why, count in collection.left_out.most_common():
        lines.append(t("{why}: {count}, first in line {line}", why=why, count=count,
                       line=collection.first[why]))  # fmt: skip
    return lines


def _count(collection: Collection, scores: Scores, seconds: float) -> str:
    rate = collection.count / seconds if seconds else 0.0
    return t("{n} comments in {seconds} s ({rate} in a second): {good} good, {bad} bad, {rest}"
             " without a label.", n=collection.count, seconds=f"{seconds:.1f}", rate=f"{rate:.0f}",
             good=scores.good, bad=scores.bad, rest=scores.unlabelled)  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _rows(scores: Scores) -> list[Json]:
    order = sorted(scores.checks.items(), key=lambda one: -one[1].named)
    rows = [_row(name, score, scores) for name, score in order if score.named]
    return [
        *rows,
        _row(t("held or rejected"), scores.whole, scores),
        _row(t("marked, held or rejected"), scores.marked, scores),
    ]


def _row(name: str, score: Score, scores: Scores) -> Json:
    return {
        "check": name,
        "named": score.named,
        "bad": score.bad,
        "good": score.good,
        "unlabelled": score.unlabelled,
        "marked": score.suspect,
        "held": score.hold,
        "rejected": score.reject,
        "precision": score.precision,
        "recall": score.recall(scores.bad),
        "burden": score.burden(scores.good),
    }


_CURVES = {"risk": lambda: t("risk"), "learned": lambda: t("what is learned")}


def _curves(scores: Scores) -> dict[str, Curve]:
    rankings = {"risk": scores.risks, "learned": scores.learned}
    return {name: one.curve() for name, one in rankings.items() if len(one)}


def _steps(one: Curve) -> str:
    """Precision at some recalls."""
    told = []
    for wanted in (0.1, 0.25, 0.5, 0.75, 0.9):
        at = next((n for n, recall in enumerate(one.recall) if recall >= wanted), -1)
        if at >= 0:
            told.append(f"{_percent(one.precision[at])} @ {wanted:.0%}")
    return t("precision at a recall: {steps}", steps=", ".join(told))


def _values(collection: Collection, scores: Scores, seconds: float) -> Json:
    columns = collection.columns
    return {
        "columns": {"text": columns.text, "labels": list(columns.labels),
                    "author": columns.author, "time": columns.time, "thread": columns.thread},
        "timed": collection.timed,
        "sorted": collection.dated and collection.shuffled,
        "authors": collection.authors,
        "comments": collection.count,
        "good": scores.good,
        "bad": scores.bad,
        "unlabelled": scores.unlabelled,
        "seconds": round(seconds, 3),
        "labels": {word: as_ for word, as_ in collection.taken},
        "left_out": dict(collection.left_out),
        "checks": _rows(scores)[:-2],
        "whole": _row("whole", scores.whole, scores),
        "marked": _row("marked", scores.marked, scores),
        "average_precision": {name: one.average for name, one in _curves(scores).items()},
    }  # fmt: skip


def _draw(plot: Path, scores: Scores) -> None:
    points = {
        row["check"]: (row["recall"], row["precision"])
        for row in _rows(scores)
        if row["precision"] is not None and row["recall"] is not None
    }
    curves = {_CURVES[name](): one for name, one in _curves(scores).items()}
    base = scores.bad / max(1, len(scores.risks))
    try:
        plot.write_bytes(draw(t, curves, points, base))
    except OSError as error:
        refuse(t("{file} cannot be written: {reason}.", file=plot, reason=error.strerror))
