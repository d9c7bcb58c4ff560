"""Setting up: publication, feed, channel, moderator."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bots.commands.rooms import PLATFORMS, Adapters, in_newsroom, on_platforms, rehearsing
from bots.commands.terminal import Json, JsonOption, Output, PublicationOption, warn
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Mode, Purpose
from core.newsroom import ChannelPlan, Newsroom
from core.newsroom.context import Context
from core.newsroom.setup import admin, register
from core.ports import Tx

t = texts(FALLBACK)

publication_app = typer.Typer(help="The newsrooms that this program serves.")
feed_app = typer.Typer(help="The feeds from which articles come.")
channel_app = typer.Typer(help="The places on the platforms, and what they are for.")

_ADDRESS = typer.Argument(
    metavar="PLATFORM:ID",
    help="telegram:-100…, telegram:@name, discord:ID or discord:LINK (Copy Channel Link).",
    show_default=False,
)
Address = Annotated[str, _ADDRESS]
For = Annotated[Purpose, typer.Option("--for", help="What it is for.", show_default=False)]
Names = Annotated[
    str, typer.Option(help="How commenters are shown: named, or anonymous with --way door.")
]
Way = Annotated[
    str,
    typer.Option(help="How people comment: chat (they write there) or door (through the bot)."),
]
Style = Annotated[
    str,
    typer.Option(
        help="rich: articles as rich messages (Telegram) or in a container (Discord). webhook:"
        " relayed comments under their author's name (Discord). webhook+rich: both."
    ),
]


def split_address(text: str) -> tuple[str, str]:
    """("telegram", "-100…") of "telegram:-100…". Raises UserError."""
    platform, _, place = text.partition(":")
    if platform not in PLATFORMS or not place.strip():
        raise UserError(
            t(
                "“{text}” is no PLATFORM:ID: write one like telegram:-1001234567890,"
                " telegram:@name or discord:1234567890.",
                text=text,
            )
        )
    return platform, place.strip()


# --- publication ----------------------------------------------------------------------------


@publication_app.command("add", epilog='Example: publication add "The Paper" --languages en,es')
def publication_add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name, as readers know it.")],
    tagline: Annotated[str, typer.Option(help="The line below the name.")] = "",
    languages: Annotated[str, typer.Option(help="Its languages, the first by default.")] = "en",
    zone: Annotated[str, typer.Option(help="Its time zone, such as Europe/Madrid.")] = "UTC",
    mode: Annotated[Mode, typer.Option(help="Which comments wait for a moderator.")] = Mode.HELD,
    policy: Annotated[str, typer.Option(help="How comments are moderated, in words.")] = "",
    json: JsonOption = False,
) -> None:
    """Make a publication."""
    details = {"tagline": tagline, "languages": languages, "zone": zone, "policy": policy}

    def work(tx: Tx, context: Context) -> int:
        return admin.add_publication(tx, context, name, mode=mode.value, **details)

    number = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(t("“{name}” is publication {id}.", name=name, id=number), id=number)
    if rehearsing():
        warn(
            t(
                "Note: no token is set, so this is in the rehearsal. A real newsroom begins with"
                " TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN in .env."
            )
        )


@publication_app.command("list")
def publication_list(ctx: typer.Context, json: JsonOption = False) -> None:
    """List the publications."""
    rows = in_newsroom(lambda room: room.look(register.publications))
    columns = {
        "id": "",
        "name": t("Name"),
        "languages": t("Languages"),
        "zone": t("Zone"),
        "mode": t("Mode"),
    }
    Output(ctx, json).table(rows, columns, t("There is none yet: publication add NAME."))


@publication_app.command("set", epilog="Example: publication set --mode new")
def publication_set(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    tagline: Annotated[str | None, typer.Option(help="The line below the name.")] = None,
    languages: Annotated[str | None, typer.Option(help="Codes with commas.")] = None,
    zone: Annotated[str | None, typer.Option(help="An IANA time zone.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="Which comments wait.")] = None,
    policy: Annotated[str | None, typer.Option(help="How comments are moderated.")] = None,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Change a publication."""
    given: Json = {
        "name": name,
        "tagline": tagline,
        "languages": languages,
        "zone": zone,
        "mode": mode.value if mode else None,
        "policy": policy,
    }
    changes = {key: value for key, value in given.items() if value is not None}

    def work(tx: Tx, context: Context) -> None:
        number = admin.publication_id(tx, publication)
        register.set_publication(tx, context, number, dict(changes))

    in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(t("Changed."), changed=changes)


def which(tx: Tx, name: str | None) -> int | None:
    """The publication named, or None for all of them."""
    return admin.publication_id(tx, name) if name is not None else None


# --- feed -----------------------------------------------------------------------------------


@feed_app.command("add", epilog="Example: feed add https://paper.example/feed --publish-last 3")
def feed_add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    publish_last: Annotated[
        int, typer.Option(min=0, help="So many of its newest articles are published at once.")
    ] = 0,
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Follow a feed: RSS, Atom, RDF or JSON Feed.

    What it holds at the first reading is known but not published, besides the newest that you
    ask for; what appears later is.
    """

    def work(tx: Tx, context: Context) -> int:
        number = admin.publication_id(tx, publication)
        return admin.add_feed(tx, context, number, url, publish_last=publish_last)

    number = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(t("Feed {id} is followed.", id=number), id=number)


@feed_app.command("list")
def feed_list(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """List the feeds and what is wrong with them."""
    rows = in_newsroom(
        lambda room: room.look(lambda tx, c: register.feeds(tx, c, which(tx, publication)))
    )
    columns = {
        "id": "",
        "publication": t("Publication"),
        "url": t("Address"),
        "problem": t("Problem"),
    }
    Output(ctx, json).table(rows, columns, t("No feed is followed yet: feed add URL."))


@feed_app.command("remove", epilog="Example: feed remove 2")
def feed_remove(
    ctx: typer.Context,
    feed: Annotated[str, typer.Argument(help="Its number or address.")],
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Stop following a feed. Its articles stay."""
    url = in_newsroom(
        lambda room: room.change(
            lambda tx, c: register.remove_feed(tx, c, which(tx, publication), feed)
        )
    )
    Output(ctx, json).done(t("{url} is not followed any more.", url=url), url=url)


@feed_app.command("moved", epilog="Example: feed moved 2")
def feed_moved(
    ctx: typer.Context,
    feed: Annotated[str, typer.Argument(help="Its number or address.")],
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a feed moved: the entries that it gave new ids are not new."""
    url = in_newsroom(
        lambda room: room.change(
            lambda tx, c: register.feed_moved(tx, c, which(tx, publication), feed)
        )
    )
    Output(ctx, json).done(t("{url} is read again, as moved.", url=url), url=url)


# --- channel --------------------------------------------------------------------------------


@channel_app.command(
    "add", epilog="Example: channel add telegram:@thepaper --for announce"
)  # fmt: skip
def channel_add(
    ctx: typer.Context,
    address: Address,
    purpose: For,
    names: Names = "named",
    way: Way = "chat",
    style: Style = "",
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Connect a place, after a look at whether everything needed is granted there."""

    async def work(room: Newsroom, adapters: Adapters) -> tuple[Any, list[str]]:
        platform, place = split_address(address)
        if platform not in adapters:
            raise UserError(t("The bot has no token there.") + f" {token_of(platform)}=")
        number = await room.look(lambda tx, _: admin.publication_id(tx, publication))
        plan = ChannelPlan(number, purpose, names, way, style)
        added = await room.add_channel(plan, adapters[platform], place)
        seen = await adapters[platform].inspect(admin.inquiry(plan, place))
        return added, [f"{problem.what} {problem.remedy}" for problem in seen.problems]

    added, notes = on_platforms(work)
    output = Output(ctx, json)
    text = t("Connected “{title}” as channel {id}.", title=added.title, id=added.id)
    output.done(text, id=added.id, title=added.title, notes=notes)
    if not output.json:
        for note in notes:
            warn(t("Note: {note}", note=note))


def token_of(platform: str) -> str:
    """The setting with a platform's token."""
    return f"{platform.upper()}_BOT_TOKEN"


@channel_app.command("list")
def channel_list(
    ctx: typer.Context, publication: PublicationOption = None, json: JsonOption = False
) -> None:
    """List the channels."""
    rows = in_newsroom(
        lambda room: room.look(lambda tx, c: register.channels(tx, c, which(tx, publication)))
    )
    columns = {
        "id": "",
        "publication": t("Publication"),
        "address": t("Address"),
        "title": t("Title"),
        "purpose": t("For"),
        "kind": t("Kind"),
        "way": t("Way in"),
        "dead": t("Problem"),
    }
    Output(ctx, json).table(rows, columns, t("None is connected yet: channel add, channel code."))


@channel_app.command("remove", epilog="Example: channel remove telegram:-1001234567890")
def channel_remove(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="Its number or PLATFORM:ID.")],
    json: JsonOption = False,
) -> None:
    """Forget a channel. The messages there stay, but are never changed again."""

    def work(tx: Tx, context: Context) -> Json:
        row = register.find_channel(tx, context, address)
        admin.remove_channel(tx, context, row["id"])
        return row

    row = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(
        t("“{title}” is not connected any more.", title=row["title"]), id=row["id"]
    )


@channel_app.command("code", epilog="Example: channel code --for desk")
def channel_code(
    ctx: typer.Context,
    purpose: For,
    names: Names = "named",
    way: Way = "chat",
    style: Style = "",
    publication: PublicationOption = None,
    json: JsonOption = False,
) -> None:
    """Make a code that connects a place from inside of it, so that nobody looks up an id."""

    def work(tx: Tx, context: Context) -> str:
        number = admin.publication_id(tx, publication)
        plan = ChannelPlan(number, purpose, names, way, style)
        admin.check_plan(plan)
        return admin.make_code(tx, context, plan, number)

    code = in_newsroom(lambda room: room.change(work))
    Output(ctx, json).done(
        t(
            "Add the bot to the place (on Telegram as an administrator) and write there, within"
            " an hour and while Commonthread runs:"
        )
        + f"\n\n    /connect {code}",
        code=code,
    )
