"""The command line: `python -m bots` and `commonthread`."""

from __future__ import annotations

import asyncio
import json as json_module
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bots import check as checking
from bots import run as running
from bots.app import VERSION
from bots.commands import (
    articles,
    audit,
    backup,
    deliveries,
    evaluate,
    moderation,
    quarantine,
    setup,
    staff,
    stats,
    words,
)
from bots.commands.rooms import on_platforms, settings
from bots.commands.terminal import JsonOption, Output, say
from core.i18n import FALLBACK, texts

if TYPE_CHECKING:
    from bots.rehearsal.stage import Way

t = texts(FALLBACK)

_EXAMPLES = """Examples:

commonthread run · start; without tokens, the rehearsal

commonthread channel add telegram:@thepaper --for announce · connect a channel

commonthread check · what is missing, and how to grant it

commonthread approve 3#12 · publish comment 12 of article 3
"""

app = typer.Typer(
    name="commonthread",
    help="Articles into Telegram and Discord, with one moderated conversation across both.",
    epilog=_EXAMPLES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"commonthread {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    json: JsonOption = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """The options of every command; `json` is read by `terminal.wants_json`."""


@app.command(epilog="Example: run --door")
def run(
    ctx: typer.Context,
    door: Annotated[
        bool,
        typer.Option(
            "--door",
            help="Rehearse the other way in: readers comment anonymously, through the bot.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run the bots until Ctrl-C. Without tokens: the rehearsal, with its page in the browser."""
    output = Output(ctx, json)

    def tell(line: str, url: str) -> None:
        output.done(line, url=url)

    way: Way = "door" if door else "chat"
    raise typer.Exit(asyncio.run(running.run(settings(), tell, way)))


@app.command(epilog="Example: check --json")
def check(ctx: typer.Context, json: JsonOption = False) -> None:
    """Tell, place by place, what is missing and how to grant it. Exits with 1 where it matters."""
    with Console(stderr=True).status(t("Asking the platforms …")):
        found = on_platforms(checking.findings)
    Output(ctx, json).table(found, checking.COLUMNS, t("Nothing is set up yet."))
    if checking.fatal(found):
        raise typer.Exit(1)


@app.command("help")
def help_(
    ctx: typer.Context,
    command: Annotated[list[str] | None, typer.Argument(help="A command, or none.")] = None,
    json: JsonOption = False,
) -> None:
    """Tell what can be done here, or how one command is used."""
    tree = typer.main.get_command(app)
    path = ctx.find_root()
    for word in command or []:
        found = tree.get_command(path, word) if isinstance(tree, typer.core.TyperGroup) else None
        if found is None:
            ctx.fail(f"there is no command {word!r}")
        tree, path = found, typer.Context(found, info_name=word, parent=path)
    if Output(ctx, json).json:
        names = sorted(getattr(tree, "commands", {}))
        about = {"help": tree.help, "commands": names}
        typer.echo(json_module.dumps(about, ensure_ascii=False))
    else:
        say(tree.get_help(path))


app.add_typer(setup.publication_app, name="publication", no_args_is_help=True)
app.add_typer(setup.feed_app, name="feed", no_args_is_help=True)
app.add_typer(setup.channel_app, name="channel", no_args_is_help=True)
app.add_typer(staff.moderator_app, name="moderator", no_args_is_help=True)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(audit.app, name="audit", no_args_is_help=True)
app.add_typer(words.app, name="words")
app.add_typer(evaluate.app, name="moderation")
articles.add_to(app)
moderation.add_to(app)
app.command("stats", epilog="Example: stats 30d --plot stats.png")(stats.stats)
app.command("transparency", epilog="Example: transparency 2026-10")(stats.transparency)
deliveries.add_to(app)
backup.add_to(app)


def main() -> None:
    """The console script."""
    app(prog_name="commonthread")
