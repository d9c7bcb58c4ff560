"""Who may do what: the rosters, and the platforms' own roles that count as one of ours."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bots.commands.rooms import Adapters, in_newsroom, on_platforms
from bots.commands.setup import split_address, token_of, which
from bots.commands.terminal import JsonOption, Output, PublicationOption
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Role
from core.newsroom import Newsroom, cli_actor
from core.newsroom.context import Context
from core.newsroom.decisions import roles
from core.newsroom.setup import admin, register
from core.ports import Tx

t = texts(FALLBACK)

moderator_app = typer.Typer(help="Who decides besides the platforms' own admins, and on what.")


class Staff(StrEnum):
    """The roles that can be given, as typer offers them."""

    MODERATOR = "moderator"
    EDITOR = "editor"
    OWNER = "owner"


RoleOption = Annotated[
    Staff,
    typer.Option(help="moderator: comments; editor: articles and policy too; owner: roles too."),
]


@moderator_app.command("add", epilog="Example: moderator add telegram:123456789 --name Ana")
def moderator_add(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="PLATFORM:ID", help="The person's user id.")],
    name: Annotated[str, typer.Option(help="How decisions name them.", show_default=False)],
    role: RoleOption = Staff.MODERATOR,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Put a person on the roster. Admins of a connected place need not be on it."""

    def work(tx: Tx, context: Context) -> None:
        platform, identity = split_address(address)
        if not (identity.isascii() and identity.isdigit()):
            raise UserError(t("The person's id is a number; `moderator code` needs none."))
        number = admin.publication_id(tx, publication)
        who = (platform, identity, name)
        roles.appoint(tx, context, number, who, Role(role), cli_actor())

    in_newsroom(lambda room: room.change(work))
    said = roles.told(t, name, Role(role))
    Output(ctx, json).done(said, name=name, role=role.value)


@moderator_app.command("code")
def moderator_code(
    ctx: typer.Context,
    role: RoleOption = Staff.MODERATOR,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Make a code with which a person puts themselves on the roster."""

    def work(tx: Tx, context: Context) -> str:
        number = admin.publication_id(tx, publication)
        return admin.make_code(tx, context, None, number, Role(role))

    code = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(
        t(
            "Whoever sends this to the bot within an hour becomes {role} (on Telegram in the"
            " direct chat, on Discord as a command anywhere):",
            role=roles.named(t, Role(role)),
        )
        + f"\n\n    /connect {code}",
        code=code,
    )


@moderator_app.command("list")
def moderator_list(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """List the rosters; `moderator map` lists the platforms' roles."""
    rows = in_newsroom(
        lambda room: room.look(lambda tx, c: register.moderators(tx, c, which(tx, publication)))
    )
    columns = {"name": t("Name"), "role": t("Role"), "publication": t("Publication")}
    Output(ctx, json).table(rows, columns, t("Nobody is on it; the platforms' admins decide."))


@moderator_app.command("remove", epilog="Example: moderator remove Ana")
def moderator_remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name on the roster.")],
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Take everybody of that name off the roster."""

    def work(tx: Tx, context: Context) -> int:
        number = admin.publication_id(tx, publication)
        removed = roles.remove(tx, context, number, name, cli_actor())
        if not removed:
            raise UserError(t("Nobody called “{name}” is on the roster.", name=name))
        return removed

    removed = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(t("{name} is no moderator any more.", name=name), removed=removed)


@moderator_app.command("map", epilog="Example: moderator map discord Editors editor")
def moderator_map(
    ctx: typer.Context,
    platform: Annotated[str | None, typer.Argument(help="telegram or discord.")] = None,
    name: Annotated[
        str | None, typer.Argument(help="A role of the Discord server, or a Telegram admin title.")
    ] = None,
    role: Annotated[Staff | None, typer.Argument(help="What it counts as.")] = None,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Let a platform's own role count as one of ours; with nothing, list those that do."""
    output = Output(ctx, json)
    if platform is None or name is None or role is None:
        rows = in_newsroom(
            lambda room: room.look(lambda tx, _: roles.mapped(tx, which(tx, publication)))
        )
        columns = {"platform": t("Platform"), "title": t("Title"), "role": t("Role")}
        output.table(rows, columns, t("No role of a platform counts for anything here."))
        return

    async def work(room: Newsroom, adapters: Adapters) -> str:
        if platform not in adapters:
            raise UserError(t("The bot has no token there.") + f" {token_of(platform)}=")
        number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
        places = [
            channel.place
            for channel in (await room.house()).channels.values()
            if (channel.publication, channel.platform) == (number, platform)
        ]
        if not places:
            raise UserError(t("None is connected yet: channel add, channel code."))
        return await room.map_role(
            number, adapters[platform], places[0], name, Role(role), cli_actor()
        )

    title = on_platforms(work)
    said = roles.told(t, title, Role(role))
    output.done(said, title=title, role=role.value)


@moderator_app.command("unmap", epilog="Example: moderator unmap Editors")
def moderator_unmap(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The role's name, as `moderator map` lists it.")],
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Let a platform's own role count for nothing again."""

    def work(tx: Tx, context: Context) -> int:
        number = admin.publication_id(tx, publication)
        removed = roles.unmap(tx, context, number, name, cli_actor())
        if not removed:
            raise UserError(t("“{name}” is not on the list: see /moderators.", name=name))
        return removed

    removed = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(t("“{name}” is off the list.", name=name), removed=removed)
