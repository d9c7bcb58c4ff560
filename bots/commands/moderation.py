"""The desk's commands, with the same names as on the platforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption
from core.commands import BY_NAME, Command
from core.model import Role
from core.newsroom import Newsroom, cli_actor
from core.newsroom.context import Context
from core.newsroom.outgoing import deliveries
from core.newsroom.setup import admin, readings
from core.newsroom.target import Call, subject_of
from core.ports import Tx

NAMES = (
    "queue",
    "approve",
    "reject",
    "amend",
    "note",
    "spam",
    "remove",
    "restore",
    "deny",
    "undo",
    "trust",
    "premoderate",
    "warn",
    "mute",
    "ban",
    "unban",
    "feature",
    "pin",
    "move",
    "merge",
    "lock",
    "unlock",
    "close",
    "mode",
    "slow",
    "policy",
    "options",
    "pictures",
    "retract",
    "why",
    "replay",
    "history",
)
"""Those that work here as they do at the desk; `publish`, `stats` and `help` have more to do."""

_EXAMPLES = {
    "approve": "approve 3#12",
    "reject": "reject 3#12 insult",
    "amend": "amend 3#12 I saw it at the harbour.",
    "note": "note 3#12 writes from two accounts",
    "spam": "spam 3#12",
    "remove": "remove 3#12 names a witness",
    "restore": "restore 3#12",
    "deny": "deny 3#12 It names a witness.",
    "undo": "undo 41",
    "trust": "trust 3#12",
    "premoderate": "premoderate 3#12",
    "warn": "warn 3#12 2 insult",
    "mute": "mute 3#12 48",
    "ban": "ban 3#12 --on-platform spam",
    "unban": "unban 3#12",
    "feature": "feature 3#12",
    "pin": "pin 3#12",
    "move": "move 3#12 3#7",
    "merge": "merge 3 4",
    "lock": "lock 3",
    "unlock": "unlock 3",
    "close": "close 3",
    "mode": "mode 3 open",
    "slow": "slow 3 5m",
    "policy": "policy Be civil.",
    "options": "options new_after 3",
    "retract": "retract 3 the source withdrew",
    "pictures": "pictures 3",
    "why": "why 3#12",
    "replay": "replay 3",
    "history": "history moderator Ana 2",
}

Reading = Callable[[Tx, Context, int, list[str]], object]


def _why(tx: Tx, context: Context, publication: int, words: list[str]) -> list[Json]:
    call = Call(cli_actor(), publication, Role.OWNER, argument=" ".join(words))
    return deliveries.of_subject(tx, *subject_of(tx, context, call))


_READINGS: dict[str, Reading] = {
    "queue": lambda tx, c, publication, _: readings.queue(tx, c, publication),
    "why": _why,
    "history": lambda tx, c, publication, words: readings.history(
        tx, c, publication, " ".join(words)
    ),
}
"""What is answered as values where JSON is asked for; the others answer their words."""


def add_to(app: typer.Typer) -> None:
    """Make a subcommand of each."""
    for name in NAMES:
        command = BY_NAME[name]
        example = f"Example: {_EXAMPLES[name]}" if name in _EXAMPLES else None
        # "--on-platform" stands among the words, as it does in a message.
        settings = {"ignore_unknown_options": "--" in command.argument}
        app.command(
            name, help=f"{command.description}.", epilog=example, context_settings=settings
        )(_subcommand(command))


def usage(command: Command) -> str:
    """What follows a command's name: "3#12 [reason]"."""
    targets = {
        "comment": "ARTICLE#NUMBER", "article": "ARTICLE", "subject": "[ARTICLE#NUMBER|ARTICLE]",
    }  # fmt: skip
    target = targets.get(command.target, "")
    return " ".join(filter(None, (target, command.argument)))


_COMMENT = "ARTICLE#NUMBER is a comment (3#12: comment 12 of article 3) or a link to it."
_ARTICLE = "ARTICLE is its number, its address, or a link to one of its messages."
_TARGETS = {"comment": _COMMENT, "article": _ARTICLE, "subject": f"{_COMMENT} {_ARTICLE}"}


def _subcommand(command: Command) -> Callable[..., None]:
    words_help = _TARGETS.get(command.target, "")
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
    if reading is None:
        text = in_newsroom(lambda room: room.command(publication, name, " ".join(words)))
        output.done(text)
        return

    async def look(room: Newsroom) -> object:
        return await room.look(
            lambda tx, c: reading(tx, c, admin.publication_id(tx, publication), words)
        )

    output.value(in_newsroom(look))
