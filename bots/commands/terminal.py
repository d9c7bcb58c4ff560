"""What the command line prints: for people on a terminal, or JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.i18n import FALLBACK, texts

t = texts(FALLBACK)

Json = dict[str, Any]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
PublicationOption = Annotated[
    str | None,
    typer.Option(
        "--publication",
        "-p",
        metavar="NAME",
        help="Which publication, where there are several: its name or number.",
    ),
]

_KEPT = "\n\t"
_CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (*range(32), *range(127, 160))
    if chr(code) not in _KEPT
}


def clean(text: str) -> str:
    """What people wrote, without what would command a terminal."""
    return text.translate(_CONTROLS)


def say(text: str) -> None:
    """Lines for a person, on standard output."""
    typer.echo(clean(text))


def warn(text: str) -> None:
    """Lines for a person, on standard error."""
    typer.echo(clean(text), err=True)


def refuse(text: str, code: int = 1) -> NoReturn:
    """Say what cannot be done and what to do instead, and leave."""
    warn(text)
    raise typer.Exit(code)


def wants_json(ctx: typer.Context, here: bool) -> bool:
    """--json may stand before the command or behind it."""
    return here or bool(ctx.find_root().params.get("json"))


class Output:
    """One command's output, in the form that was asked for."""

    def __init__(self, ctx: typer.Context, as_json: bool) -> None:
        self.json = wants_json(ctx, as_json)

    def done(self, text: str, **values: Any) -> None:
        """Something was done: a line, or an object with `text` and the values."""
        if self.json:
            self.value({"text": text, **values})
        else:
            say(text)

    def value(self, value: Any) -> None:
        """A JSON value on one line."""
        typer.echo(json.dumps(value, ensure_ascii=False))

    def table(
        self, rows: Sequence[Json], columns: Mapping[str, str], empty: str, title: str = ""
    ) -> None:
        """Rows as a table with these columns (key to heading), or all of them as a JSON array.

        empty: what to say to a person where there are none.
        """
        if self.json:
            self.value(list(rows))
        elif not rows:
            say(empty)
        else:
            _console().print(_table(rows, columns, title))


def _console() -> Console:
    """A pipe has no width of its own: nothing is cut there."""
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False)


def _table(rows: Sequence[Json], columns: Mapping[str, str], title: str) -> Table:
    table = Table(title=title or None, title_justify="left")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return t("yes") if value else ""
    return "" if value is None else clean(str(value))
