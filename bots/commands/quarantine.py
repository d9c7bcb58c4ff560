"""What could not be read: quarantine."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import Json, JsonOption, Output, say
from core.clock import utc
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.newsroom.setup import quarantine

t = texts(FALLBACK)

app = typer.Typer(help="What a platform told and could not be read; kept sealed for 14 days.")

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As the list tells it.")]
Which = Annotated[
    str, typer.Argument(metavar="NUMBER|all", help="One of them, or all.", show_default=False)
]


@app.callback(invoke_without_command=True)
def root(ctx: typer.Context, json: JsonOption = False) -> None:
    """What a platform told and could not be read; without a subcommand, the list."""
    if ctx.invoked_subcommand is None:
        list_(ctx, json)


@app.command("list")
def list_(ctx: typer.Context, json: JsonOption = False) -> None:
    """List what is kept, never what it says."""
    rows = in_newsroom(lambda room: room.look(quarantine.rows))
    output = Output(ctx, json)
    columns = {
        "id": "",
        "platform": t("Platform"),
        "when": t("When (UTC)"),
        "until": t("Kept until"),
        "error": t("What is wrong"),
        "replay": t("Read again soon"),
    }
    shown = rows if output.json else [_readable(row) for row in rows]
    output.table(shown, columns, t("Nothing is in quarantine."))


def _readable(row: Json) -> Json:
    when, until = (utc(row[name]).strftime("%Y-%m-%d %H:%M") for name in ("at", "expires"))
    return {**row, "when": when, "until": until, "replay": bool(row["replay"])}


@app.command()
def show(number: Number) -> None:
    """Print one of them as the platform wrote it: it holds what a person wrote, and who."""
    say(in_newsroom(lambda room: room.look(lambda tx, c: quarantine.content(tx, c, number))))


@app.command(epilog="Example: quarantine replay all")
def replay(ctx: typer.Context, which: Which, json: JsonOption = False) -> None:
    """Let the running program read it again; what is known already is not taken in twice."""
    number = _number(which)
    n = in_newsroom(lambda room: room.change(lambda tx, c: quarantine.replay(tx, c, number)))
    said = t.n("{n} is read again while the program runs.",
               "{n} are read again while the program runs.", n)  # fmt: skip
    Output(ctx, json).done(said, replayed=n)


@app.command(epilog="Example: quarantine drop 3")
def drop(ctx: typer.Context, which: Which, json: JsonOption = False) -> None:
    """Delete it for good."""
    number = _number(which)
    n = in_newsroom(lambda room: room.change(lambda tx, c: quarantine.drop(tx, c, number)))
    Output(ctx, json).done(t.n("{n} is deleted.", "{n} are deleted.", n), dropped=n)


def _number(which: str) -> int | None:
    if which == "all":
        return None
    if not (which.isascii() and which.isdecimal()):
        raise UserError(t("Which one? Give its number as the list tells it, or all."))
    return int(which)
