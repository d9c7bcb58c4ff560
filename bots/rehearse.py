"""The rehearsal: both platforms on this machine, the example's newsroom set up on them, and the
page that shows them side by side."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bots.app import Product, Wiring
from bots.health import routes
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import Example, load_example
from bots.rehearsal.page.server import PageServer
from bots.rehearsal.play import Player, opening
from bots.rehearsal.stage import Stage, StagePerson, Way, build_stage
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import Switches, World
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Purpose, Role
from core.newsroom import ChannelPlan
from core.newsroom.setup import admin, register
from core.settings import Settings

FEED_INTERVAL = 1.0
"""Seconds between two looks into the example's feed: a correction shows while one looks on."""
MISSING_WAIT = 2.0
"""Seconds between two looks at the page of an article that left the feed, which elsewhere are an
hour apart: a withdrawal shows too."""
ADDRESSES = "rehearsal.json"
"""The file that tells the command line where the running rehearsal's platforms are."""
FEED = "/feed.xml"

_TOLD = (
    "telegram_token",
    "telegram_api",
    "discord_token",
    "discord_api",
    "discord_gateway",
)
_KIND, _KEY = "rehearsal", "furnished"
_SUFFIX: dict[Way, str] = {"chat": "", "door": "-door"}
"""Of the files: a folder holds one rehearsal of each way, beside each other."""


def database(settings: Settings, way: Way) -> Path:
    """The rehearsal's own database: nothing of it ever gets into that of a real newsroom."""
    return settings.data_dir / f"rehearsal{_SUFFIX[way]}.db"


def played(settings: Settings) -> Way:
    """The way of the rehearsal that runs, else of the one that there is; "chat" of two."""
    told = _told_by(settings)
    if told is not None:
        return "door" if told.get("way") == "door" else "chat"
    made = (database(settings, "chat").exists(), database(settings, "door").exists())
    return "door" if made == (False, True) else "chat"


@dataclass(frozen=True, slots=True)
class Theatre:
    """Both platforms running. `wiring` leads a product to them."""

    world: World
    telegram: TelegramSide
    discord: DiscordSide
    stage: Stage
    player: Player
    wiring: Wiring


@asynccontextmanager
async def theatre(settings: Settings, wiring: Wiring, way: Way = "chat") -> AsyncIterator[Theatre]:
    """The World from its file, with both platforms' servers on loopback.

    wiring: the product's, without platforms. way: how readers comment, see `Stage.way`.
    """
    example = load_example()
    switches = Switches(ephemeral_messages="10.3")
    world = World(settings.data_dir / f"world{_SUFFIX[way]}.db", switches=switches)
    async with AsyncExitStack() as stack:
        stack.callback(world.close)
        telegram, discord = TelegramSide(world), DiscordSide(world)
        stage = _stage(world, telegram, discord, example, way)
        player = Player(world, telegram, discord, stage, example)
        player.set_time()
        telegram_server = TelegramServer(world, telegram)
        stack.push_async_callback(telegram_server.stop)
        telegram_url = await telegram_server.start()
        discord_server = DiscordServer(world, discord)
        stack.push_async_callback(discord_server.stop)
        await discord_server.start()
        led = replace(
            wiring,
            telegram_token=stage.telegram.token,
            telegram_api=telegram_url,
            telegram_pace=0.0,
            discord_token=stage.discord.token,
            discord_api=discord_server.api_url,
            discord_gateway=discord_server.gateway_url,
            rules=replace(wiring.rules, feed_interval=FEED_INTERVAL, missing_wait=MISSING_WAIT),
        )
        stack.enter_context(_told(settings.data_dir / ADDRESSES, led, way))
        yield Theatre(world, telegram, discord, stage, player, led)


def _stage(
    world: World, telegram: TelegramSide, discord: DiscordSide, example: Example, way: Way
) -> Stage:
    """A new stage is set up an hour before its first article appears (see `play`)."""
    base = example.base(world.clock.now())
    if world.store.get("stage", "example") is None:
        world.clock.set(opening(example, base) - 3600.0)
    return build_stage(world, telegram, discord, example, way=way, base=base)


@contextmanager
def _told(file: Path, wiring: Wiring, way: Way) -> Iterator[None]:
    """Tell the command line where the platforms are, as long as they are there."""
    told = {name: getattr(wiring, name) for name in _TOLD} | {"way": way}
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _told_by(settings: Settings) -> dict[str, Any] | None:
    """What the running rehearsal tells, None where none runs."""
    try:
        told = json.loads((settings.data_dir / ADDRESSES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def found(settings: Settings, wiring: Wiring) -> Wiring:
    """The wiring that leads to the running rehearsal, for the command line.

    Raises UserError where none runs.
    """
    told = _told_by(settings)
    if told is None:
        raise UserError(
            texts(FALLBACK)(
                "This needs the platforms: start the rehearsal with `python -m bots run`, or set"
                " TELEGRAM_BOT_TOKEN and DISCORD_BOT_TOKEN."
            )
        )
    led: dict[str, Any] = {name: str(told[name]) for name in _TOLD}
    return replace(wiring, **led)


# --- the newsroom ---------------------------------------------------------------------------


async def furnish(product: Product, stage: Theatre, origin: str) -> None:
    """Set the example's newsroom up, once; later only lead its feed to the page's address.

    The product must be logged in. What a person changed since the first start stays changed.
    """
    room, store = product.newsroom, stage.world.store
    await room.change(lambda tx, c: register.move_feeds(tx, c, FEED, origin + FEED))
    if store.get(_KIND, _KEY) is not None:
        return
    number = await _publication(product)
    await _connect(product, stage.stage, number)
    for person in (*stage.stage.moderators("telegram"), *stage.stage.moderators("discord")):
        await _enrol(product, number, person)
    await _follow(product, number, origin + FEED)
    store.put(_KIND, _KEY, {})
    store.commit()


async def _enrol(product: Product, number: int, who: StagePerson) -> None:
    """On the roster, so that the desk's commands work in the direct chat with the bot too."""
    await product.newsroom.change(
        lambda tx, c: admin.add_moderator(tx, c, number, who.platform, who.id, who.name, Role.OWNER)
    )


async def _publication(product: Product) -> int:
    """The example's publication; a start that was cut short may have made it already."""
    shown = load_example().publication
    rows = await product.newsroom.look(register.publications)
    for row in rows:
        if row["name"] == shown.name:
            return int(row["id"])
    return await product.newsroom.change(
        lambda tx, c: admin.add_publication(
            tx,
            c,
            shown.name,
            tagline=shown.tagline,
            languages=",".join(shown.languages),
            zone=shown.zone,
            policy=shown.policy[shown.languages[0]],
        )
    )


async def _connect(product: Product, stage: Stage, number: int) -> None:
    """Every place through the platforms' own inspection, as `channel add` does it."""
    ways = {"chat": "named", "door": "anonymous"}
    talk = ChannelPlan(number, Purpose.DISCUSS, ways[stage.way], stage.way)
    announce, desk = ChannelPlan(number, Purpose.ANNOUNCE), ChannelPlan(number, Purpose.DESK)
    places = (
        (announce, "telegram", str(stage.telegram.channel)),
        (talk, "telegram", str(stage.telegram.group)),
        (desk, "telegram", str(stage.telegram.desk)),
        (talk, "discord", stage.discord.forum),
        (desk, "discord", stage.discord.desk),
    )
    for plan, platform, place in places:
        await product.newsroom.add_channel(plan, product.adapters[platform], place)


async def _follow(product: Product, number: int, url: str) -> None:
    rows = await product.newsroom.look(lambda tx, c: register.feeds(tx, c, number))
    if url not in [row["url"] for row in rows]:
        last = len(load_example().articles)
        await product.newsroom.change(
            lambda tx, c: admin.add_feed(tx, c, number, url, publish_last=last)
        )


# --- the page -------------------------------------------------------------------------------


def page(stage: Theatre, product: Product) -> PageServer:
    """The page with both platforms side by side, `/healthz` and `/metrics`."""

    def report() -> dict[str, Any]:
        return product.health() | {"rehearsal": "playing" if not stage.player.ended else "ready"}

    return PageServer(
        stage.world,
        stage.stage,
        stage.telegram,
        stage.discord,
        extra_routes=routes(report, product.metrics),
    )
