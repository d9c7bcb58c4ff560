"""The numbers of the last days: in words, as values, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import JsonOption, Output, PublicationOption, refuse
from core.figures import Figures
from core.figures.words import words
from core.i18n import FALLBACK, texts
from core.newsroom import Newsroom
from core.newsroom.decisions.stats import days_of
from core.newsroom.setup import admin, readings

t = texts(FALLBACK)


def stats(
    ctx: typer.Context,
    days: Annotated[str, typer.Argument(metavar="[7d|30d]", help="How many days.")] = "7d",
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw them into this PNG as well.")
    ] = None,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Numbers of the last days, with a picture."""

    async def work(room: Newsroom) -> tuple[Figures, bytes]:
        number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
        return await room.stats(number, days_of(t, days), t)

    made, picture = in_newsroom(work)
    output = Output(ctx, json)
    if plot is not None:
        _save(plot, picture)
    if output.json:
        output.value(readings.stats(made))
    else:
        output.done(words(t, made).text)


def transparency(
    ctx: typer.Context,
    month: Annotated[str, typer.Argument(metavar="[YYYY-MM]", help="Or the month before.")] = "",
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Draft a month's transparency note."""

    async def work(room: Newsroom) -> str:
        number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
        return await room.note(number, month, t)

    Output(ctx, json).done(in_newsroom(work))


def _save(plot: Path, picture: bytes) -> None:
    if not picture:
        refuse(t("Nothing came in these days, so there is nothing to draw."))
    try:
        plot.write_bytes(picture)
    except OSError as error:
        refuse(t("{file} cannot be written: {reason}.", file=plot, reason=error.strerror))
