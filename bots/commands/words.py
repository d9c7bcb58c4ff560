"""Lists of words and domains: words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption, say
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.moderation.wordfile import KINDS, Item, dump, items, parse
from core.newsroom import cli_actor
from core.newsroom.context import Context
from core.newsroom.decisions.log import Decided
from core.newsroom.setup import admin
from core.newsroom.setup.words import change_words, entries
from core.ports import Tx

t = texts(FALLBACK)

Change = Callable[[list[Item]], tuple[list[Item], list[Item]]]
"""From what is listed to what is added and what is removed."""

app = typer.Typer(help="The words and domains that the checks go by: banned, suspect, allow, deny.")

Kind = Annotated[
    str, typer.Argument(metavar="|".join(KINDS), help="Which list.", show_default=False)
]
Entries = Annotated[
    list[str],
    typer.Argument(metavar="ENTRY", help="A word, a phrase, begin*, or a domain.",
                   show_default=False),
]  # fmt: skip
Language = Annotated[
    str, typer.Option("--language", help="Of these words, for example es; else all.")
]


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """The words and domains that the checks go by; without a subcommand, the lists."""
    if ctx.invoked_subcommand is None:
        list_(ctx, publication, json)


@app.command("list")
def list_(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """Show what is listed."""
    rows: list[Json] = [
        {"kind": kind, "language": language, "entry": entry}
        for kind, language, entry in _known(publication)
    ]
    columns = {"kind": t("List"), "language": t("Language"), "entry": t("Entry")}
    Output(ctx, json).table(rows, columns, t("Nothing is listed."))


@app.command(epilog="Example: words add suspect payaso 'vete a*' --language es")
def add(
    ctx: typer.Context,
    kind: Kind,
    listed: Entries,
    language: Language = "",
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Add entries to a list."""
    _change(ctx, json, publication, lambda known: (_items(kind, language, listed), []))


@app.command(epilog="Example: words remove deny example.org")
def remove(
    ctx: typer.Context,
    kind: Kind,
    listed: Entries,
    language: Language = "",
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Take entries off a list."""
    _change(ctx, json, publication, lambda known: ([], _items(kind, language, listed)))


@app.command("import", epilog="Example: words import list.txt --kind suspect --language es")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="One entry a line: “suspect es: payaso”.")],
    kind: Annotated[str, typer.Option("--kind", help="Of lines that tell no list.")] = "",
    language: Language = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Take off what the file does not hold.")
    ] = False,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Add what a file holds, all of it or nothing; `/undo` takes it back."""

    def change(known: list[Item]) -> tuple[list[Item], list[Item]]:
        found = _read(file, kind, language)
        return found, [one for one in known if one not in set(found)] if replace else []

    _change(ctx, json, publication, change)


@app.command(epilog="Example: words export > list.txt")
def export(publication: PublicationOption = None) -> None:
    """Print the lists as a file that `words import` reads."""
    say(dump(_known(publication)).rstrip("\n"))


def _read(file: Path, kind: str, language: str) -> list[Item]:
    if kind and kind not in KINDS:
        raise UserError(_no_kind(kind))
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(t("{file} cannot be read: {error}", file=file, error=error)) from error
    return parse(t, lines, kind, language)


def _known(publication: str | None) -> list[Item]:
    return in_newsroom(
        lambda room: room.look(lambda tx, c: entries(tx, admin.publication_id(tx, publication)))
    )


def _no_kind(kind: str) -> str:
    return t("There is no list “{kind}”: use banned, suspect, allow or deny.", kind=kind)


def _items(kind: str, language: str, listed: list[str]) -> list[Item]:
    if kind not in KINDS:
        raise UserError(_no_kind(kind))
    prefix = f"{language}:" if language else ""
    return items(t, kind, prefix + ",".join(listed))


def _change(ctx: typer.Context, json: bool, publication: str | None, change: Change) -> None:
    def work(tx: Tx, context: Context) -> Decided:
        number = admin.publication_id(tx, publication)
        add, remove = change(entries(tx, number))
        return change_words(tx, context, cli_actor(), number, add=add, remove=remove)

    decided = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(decided.text, decision=decided.id)
