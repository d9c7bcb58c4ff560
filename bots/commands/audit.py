"""The log of decisions: audit."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bots.commands.rooms import in_newsroom
from bots.commands.terminal import JsonOption, Output, PublicationOption, refuse, warn
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.newsroom import Newsroom
from core.newsroom.context import Context
from core.newsroom.decisions import audit
from core.newsroom.setup import admin
from core.ports import Tx

t = texts(FALLBACK)

app = typer.Typer(help="The log of decisions: verify it, keep its head elsewhere, export it.")

Kept = Annotated[
    str,
    typer.Option("--head", metavar="HEAD", help="A head from earlier, which must be in the log."),
]
Day = Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="A day in the publication's zone.")]
File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


@app.command(epilog="Example: audit verify --head 41-9f86d081884c7d65…")
def verify(ctx: typer.Context, head: Kept = "", json: JsonOption = False) -> None:
    """Check that no decision was changed, removed or slipped in. Leaves with 1 if one was."""

    async def check(room: Newsroom) -> audit.Report:
        await room.change(audit.begin)
        return await room.look(lambda tx, c: audit.verify(tx, c, head))

    report = in_newsroom(check)
    told = {
        "rows": report.rows,
        "erased": report.erased,
        "head": report.head,
        "broken": report.broken or None,
        "problems": list(report.problems),
    }
    output = Output(ctx, json)
    said = t("{n} decisions, {erased} of them erased on request.",
             n=report.rows, erased=report.erased)  # fmt: skip
    if not report.problems:
        output.done(f"{said} {t('All fit. Head: {head}', head=report.head or '-')}", **told)
        return
    if output.json:
        output.value({"text": said, **told})
    else:
        output.done(said)
        warn("\n".join([t("The first that does not fit is {n}.", n=report.broken),
                        *report.problems]))  # fmt: skip
    raise typer.Exit(1)


@app.command()
def head(ctx: typer.Context, json: JsonOption = False) -> None:
    """Print where the log ends now. Keep it elsewhere: by it `verify` notices if rows at the end
    are missing."""

    async def find(room: Newsroom) -> str:
        await room.change(audit.begin)
        return await room.look(lambda tx, _: audit.head(tx))

    found = in_newsroom(find)
    Output(ctx, json).done(found or t("Nothing was decided yet."), head=found)


@app.command(epilog="Example: audit export cases.csv --since 2026-01-01 --until 2026-02-01")
def export(
    ctx: typer.Context,
    file: File,
    since: Day = "",
    until: Day = "",
    publication: PublicationOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    json: JsonOption = False,
) -> None:
    """Write decisions as CSV (UTF-8). Authors are A1, A2 …, anew in every export; --until is the
    first day that is left out."""
    if file.exists() and not force:
        refuse(t("{file} exists already; --force writes over it.", file=file))

    def work(tx: Tx, context: Context) -> list[list[str]]:
        number = admin.publication_id(tx, publication) if publication else None
        known = context.house(tx).publications
        zone = known[number].zone if number else next((p.zone for p in known.values()), "UTC")
        return audit.export(
            tx, context, number, _midnight(since, zone, 0.0), _midnight(until, zone, _ALWAYS)
        )

    rows = in_newsroom(lambda room: room.look(work))
    _write(file, rows)
    said = t.n("{file} holds {n} decision.", "{file} holds {n} decisions.", len(rows), file=file)
    Output(ctx, json).done(said, file=str(file), rows=len(rows))


_ALWAYS = (datetime.max.replace(tzinfo=UTC) - timedelta(days=2)).timestamp()


def _midnight(day: str, zone: str, otherwise: float) -> float:
    if not day:
        return otherwise
    try:
        return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp()
    except ValueError:
        raise UserError(t("“{day}” is no day: write it as 2026-01-31.", day=day)) from None


def _write(file: Path, rows: list[list[str]]) -> None:
    """Readable by its owner only, whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(audit.COLUMNS)
            writer.writerows(rows)
        os.replace(part, file)
    except OSError as error:
        refuse(t("{file} cannot be used: {reason}.", file=file, reason=error.strerror))
