"""The desk's commands, with the same names as on the platforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption
from core.commands import BY_NAME, Command
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.newsroom import Newsroom, admin, readings
from core.newsroom.context import Context
from core.ports import Tx

NAMES = (
    "queue",
    "approve",
    "reject",
    "remove",
    "restore",
    "undo",
    "trust",
    "mute",
    "ban",
    "unban",
    "lock",
    "unlock",
    "close",
    "mode",
    "policy",
    "retract",
    "history",
    "stats",
)
"""Those that work here as they do at the desk; `publish` and `help` have more to do here."""

_EXAMPLES = {
    "approve": "approve 3#12",
    "reject": "reject 3#12 insult",
    "remove": "remove 3#12 names a witness",
    "restore": "restore 3#12",
    "undo": "undo 41",
    "trust": "trust 3#12",
    "mute": "mute 3#12 48",
    "ban": "ban 3#12 spam",
    "unban": "unban 3#12",
    "lock": "lock 3",
    "unlock": "unlock 3",
    "close": "close 3",
    "mode": "mode 3 open",
    "policy": "policy Be civil.",
    "retract": "retract 3 the source withdrew",
    "history": "history 3#12",
    "stats": "stats 30",
}

Reading = Callable[[Tx, Context, int, list[str]], object]


def _stats(tx: Tx, context: Context, publication: int, words: list[str]) -> Json:
    word = (words or ["7"])[0].removesuffix("d")
    if not word.isdecimal() or not 1 <= int(word) <= 3650:
        raise UserError(texts(FALLBACK)("For how many days? Write a number, for example: stats 7"))
    return readings.stats(tx, context, publication, int(word))


_READINGS: dict[str, Reading] = {
    "queue": lambda tx, c, publication, _: readings.queue(tx, c, publication),
    "history": lambda tx, c, publication, _: readings.history(tx, c, publication),
    "stats": _stats,
}
"""What is answered as values where JSON is asked for; the others answer their words."""


def add_to(app: typer.Typer) -> None:
    """Make a subcommand of each."""
    for name in NAMES:
        command = BY_NAME[name]
        example = f"Example: {_EXAMPLES[name]}" if name in _EXAMPLES else None
        app.command(name, help=f"{command.description}.", epilog=example)(_subcommand(command))


def usage(command: Command) -> str:
    """What follows a command's name: "3#12 [reason]"."""
    target = {"comment": "ARTICLE#NUMBER", "article": "ARTICLE"}.get(command.target, "")
    return " ".join(filter(None, (target, command.argument)))


def _subcommand(command: Command) -> Callable[..., None]:
    words_help = (
        "ARTICLE#NUMBER is a comment (3#12: comment 12 of article 3) or a link to it."
        if command.target == "comment"
        else "ARTICLE is its number, its address, or a link to one of its messages."
        if command.target
        else ""
    )
    Words = Annotated[
        list[str] | None,
        typer.Argument(metavar=usage(command) or "[PAGE]", help=words_help, show_default=False),
    ]

    def subcommand(
        ctx: typer.Context,
        words: Words = None,
        publication: PublicationOption = None,
        json: JsonOption = False,
    ) -> None:
        _run(ctx, command.name, words or [], publication, json)

    subcommand.__annotations__["words"] = Words
    return subcommand


def _run(
    ctx: typer.Context, name: str, words: list[str], publication: str | None, json: bool
) -> None:
    output = Output(ctx, json)
    reading = _READINGS.get(name) if output.json else None
    if reading is None or (name == "history" and words):  # one comment's: as its words
        text = in_newsroom(lambda room: room.command(publication, name, " ".join(words)))
        output.done(text)
        return

    async def look(room: Newsroom) -> object:
        return await room.look(
            lambda tx, c: reading(tx, c, admin.publication_id(tx, publication), words)
        )

    output.value(in_newsroom(look))
