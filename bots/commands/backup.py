"""Copies of everything: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots import lease
from bots.app import make_stock
from bots.commands.rooms import quiet_settings
from bots.commands.terminal import JsonOption, Output, refuse
from bots.run import wiring
from core.clock import SystemClock, utc
from core.errors import CommonthreadError
from core.i18n import FALLBACK, texts
from core.storage.backup import Contents, back_up, restore

t = texts(FALLBACK)

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def backup_(
    ctx: typer.Context,
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    json: JsonOption = False,
) -> None:
    """Copy the database and the media into one file, also while the program runs."""
    clock = SystemClock()
    try:
        stock = make_stock(wiring(quiet_settings(), clock))
        made = back_up(stock, file, clock.now(), overwrite=force)
    except CommonthreadError as error:
        refuse(str(error))
    said = t(
        "{file} holds {comments} comments and {files} files ({size} bytes). The key is not in it:"
        " keep {key} in another place.",
        key=quiet_settings().secret_key_file,
        **_told(file, made),
    )
    Output(ctx, json).done(said, **_told(file, made))


def restore_(ctx: typer.Context, file: File, json: JsonOption = False) -> None:
    """Put a backup in the place of the database; what is there now is kept beside it."""
    clock = SystemClock()
    found = quiet_settings()
    aside = "before-restore-" + utc(clock.now()).strftime("%Y%m%d%H%M%S")
    try:
        stock = make_stock(wiring(found, clock))
        with lease.free(stock.database):
            made = restore(stock, file, aside)
    except CommonthreadError as error:
        refuse(str(error))
    said = t(
        "Restored as of {when} UTC: {comments} comments, {files} files. What was here is kept as"
        " …{aside}, until it is two weeks old.",
        when=utc(made.at).strftime("%Y-%m-%d %H:%M"),
        aside=f".{aside}",
        **_told(file, made),
    )
    Output(ctx, json).done(said, at=made.at, **_told(file, made))


def _told(file: Path, made: Contents) -> dict[str, str | int]:
    return {
        "file": str(file), "comments": made.comments, "files": made.files, "size": made.size,
    }  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Make the subcommands."""
    app.command("backup", epilog="Example: backup commonthread-backup.tar")(backup_)
    app.command("restore", epilog="Example: restore commonthread-backup.tar")(restore_)
