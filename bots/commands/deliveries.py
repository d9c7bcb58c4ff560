"""What is under way to the channels: deliveries."""

from __future__ import annotations

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.setup import which
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption
from core.clock import utc
from core.i18n import FALLBACK, texts
from core.newsroom.outgoing import deliveries as reading

t = texts(FALLBACK)


def deliveries(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """List what does not show yet what it should, channel by channel, and why."""
    rows = in_newsroom(
        lambda room: room.look(lambda tx, c: reading.unsettled(tx, c, which(tx, publication)))
    )
    output = Output(ctx, json)
    columns = {
        "subject": t("What"),
        "channel": t("Channel"),
        "platform": t("Platform"),
        "role": t("Role"),
        "wanted": t("Wanted"),
        "there": t("There"),
        "state": t("State"),
        "attempts": t("Tries"),
        "again": t("Again at (UTC)"),
        "outcome": t("Last outcome"),
    }
    shown = rows if output.json else [{**row, "again": _again(row)} for row in rows]
    output.table(shown, columns, t("Everything shows what it should."))


def _again(row: Json) -> str:
    waits = row["state"] in (reading.WAITING, reading.OPEN) and row["due"]
    return utc(row["due"]).strftime("%Y-%m-%d %H:%M:%S") if waits else ""


def add_to(app: typer.Typer) -> None:
    """Make the subcommand."""
    app.command("deliveries", epilog="Example: deliveries --json")(deliveries)
