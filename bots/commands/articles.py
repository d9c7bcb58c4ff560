"""Articles: publish, show, articles."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bots.commands.rooms import in_newsroom, with_reader
from bots.commands.setup import which
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption, say
from core.clock import utc
from core.errors import UserError
from core.feeds.document import from_file, from_page
from core.feeds.model import Draft
from core.i18n import FALLBACK, texts
from core.newsroom import Newsroom
from core.newsroom.setup import admin, readings, register
from core.ports import Fetcher

t = texts(FALLBACK)

LONGEST = 8 * 1024 * 1024
"""Bytes of a file that are read."""


def publish(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL", help="Markdown or HTML with front matter, - for standard input."
        ),
    ],
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Publish an article from a file; or let the desk preview the one at an address."""
    output = Output(ctx, json)
    if source.startswith(("http://", "https://")):
        with_reader(lambda room, fetcher: _preview(room, fetcher, source, publication))
        output.done(t("A preview waits at the desk, where a button publishes it."), url=source)
        return
    number = in_newsroom(lambda room: _publish_file(room, source, publication))
    output.done(t("Published as article {id}.", id=number), article=number)


async def _publish_file(room: Newsroom, source: str, publication: str | None) -> int:
    name, text = _text_of(source)
    rows = await room.look(register.publications)
    number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
    zone = next(str(row["zone"]) for row in rows if row["id"] == number)
    return await room.publish_draft_now(publication, from_file(name, text, zone))


def _text_of(source: str) -> tuple[str, str]:
    """Name and text of a file. Raises UserError where it cannot be read."""
    try:
        if source == "-":
            return "stdin.md", sys.stdin.read(LONGEST)
        with Path(source).open(encoding="utf-8") as file:
            return Path(source).name, file.read(LONGEST)
    except UnicodeDecodeError:
        raise UserError(t("{file} is not UTF-8 text.", file=source)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(t("{file} cannot be read: {reason}.", file=source, reason=reason)) from None


async def _preview(room: Newsroom, fetcher: Fetcher, url: str, publication: str | None) -> None:
    number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
    await room.preview(number, await _draft(fetcher, url))


async def _draft(fetcher: Fetcher, url: str) -> Draft:
    fetched = await fetcher.get(url)
    if fetched.status >= 400:
        told = {"url": url, "status": fetched.status}
        raise UserError(t("{url} answered {status}: is the address right?", **told))
    return await asyncio.to_thread(from_page, fetched.body, fetched.url)


def show(
    ctx: typer.Context,
    article: Annotated[str, typer.Argument(help="Its number or its address.")],
    json: JsonOption = False,
) -> None:
    """Print an article and its thread, numbered and nested."""
    output = Output(ctx, json)
    if output.json:
        output.value(
            in_newsroom(lambda room: room.look(lambda tx, c: readings.thread(tx, c, article)))
        )
    else:
        say(in_newsroom(lambda room: room.show(article)))


def articles(
    ctx: typer.Context,
    most: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 30,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """List the articles with their numbers."""
    rows = in_newsroom(
        lambda room: room.look(lambda tx, c: register.articles(tx, c, which(tx, publication), most))
    )
    output = Output(ctx, json)
    columns = {
        "id": "",
        "day": t("Published"),
        "headline": t("Headline"),
        "publication": t("Publication"),
        "state": t("State"),
        "comments": t("Comments"),
        "held": t("Waiting"),
    }
    shown = rows if output.json else [{**row, "day": _day(row)} for row in rows]
    output.table(shown, columns, t("There is no article yet: feed add, publish."))


def _day(row: Json) -> str:
    return utc(row["published"]).strftime("%Y-%m-%d") if row["published"] else ""


def add_to(app: typer.Typer) -> None:
    """Make the subcommands."""
    app.command("publish", epilog="Example: publish report.md")(publish)
    app.command("show", epilog="Example: show 3")(show)
    app.command("articles")(articles)
