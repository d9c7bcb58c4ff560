"""The stage of the rehearsal: the places and people of the example on both platforms.

`build_stage` sets up, once, what a newsroom's owner would set up by hand: a bot on each
platform, a Telegram channel with its discussion group and a desk group, a Discord server with
a forum and a desk channel, readers, and a moderator on each side. The ids are kept in the
World, so that the same stage is found again after a restart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, MODERATOR, Permission
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import Example, ExamplePerson, Side
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

Json = dict[str, Any]
Way = Literal["chat", "door"]

_KEY = "example"
_BOT_NUMBER = 7_000_000_001
_BOT_NAME = "Commonthread"
_LOCALES = {"en": "en-US", "es": "es-ES"}
"""What Discord calls the language of somebody's app."""


@dataclass(frozen=True, slots=True)
class TelegramStage:
    """The example's places on Telegram, by Bot API ids.

    group: the discussion group of `channel`. owner: the person to whom the chats belong. The
    `bot` is an administrator with every right in all three; `token` opens the Bot API to it.
    """

    token: str
    bot: int
    bot_username: str
    owner: int
    channel: int
    channel_username: str
    group: int
    group_username: str
    desk: int


@dataclass(frozen=True, slots=True)
class DiscordStage:
    """The example's places on Discord, by snowflakes; `token` opens the API to `bot`."""

    token: str
    bot: str
    guild: str
    forum: str
    desk: str


@dataclass(frozen=True, slots=True)
class StagePerson:
    """A person of the example with an account. id: a Telegram user id or a snowflake, as text."""

    key: str
    platform: Side
    name: str
    role: Literal["reader", "moderator"]
    id: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that `build_stage` made or found.

    way: "chat" where readers write into the threads themselves, "door" where they cannot.
    base: the midnight from which the example's times count (Unix seconds).
    """

    telegram: TelegramStage
    discord: DiscordStage
    people: tuple[StagePerson, ...]
    way: Way
    base: float

    def person(self, key: str) -> StagePerson:
        """The person of this key; KeyError where there is none."""
        return {person.key: person for person in self.people}[key]

    def telegram_id(self, key: str) -> int:
        """The Telegram user id of a person."""
        return int(self.person(key).id)

    def moderators(self, platform: Side) -> tuple[StagePerson, ...]:
        """The moderators with an account on a platform."""
        return tuple(p for p in self.people if (p.platform, p.role) == (platform, "moderator"))

    def counterpart(self, person: StagePerson) -> StagePerson:
        """Whose eyes show the other platform beside this person: the first of the same role."""
        others = (p for p in self.people if p.platform != person.platform)
        return next(p for p in others if p.role == person.role)


def build_stage(
    world: World,
    telegram: TelegramSide,
    discord: DiscordSide,
    example: Example,
    *,
    way: Way = "chat",
    base: float | None = None,
) -> Stage:
    """Set the example up on both platforms, or find it again in a World that knows it already.

    way: "door" keeps readers from writing into the threads on both platforms. base: see
    `Stage.base`; None = reckoned from the World's time. Both count for a new stage only.
    """
    kept = world.store.get("stage", _KEY)
    if kept is not None:
        return _found(kept)
    stage_telegram, telegram_people = _TelegramBuilder(telegram, example, way).build()
    stage_discord, discord_people = _DiscordBuilder(discord, example, way).build()
    made = {**telegram_people, **discord_people}
    people = tuple(made[person.key] for person in example.people)
    if base is None:
        base = example.base(world.clock.now())
    stage = Stage(stage_telegram, stage_discord, people, way, base)
    world.store.put("stage", _KEY, asdict(stage))
    world.touch()
    return stage


def _found(kept: Json) -> Stage:
    return Stage(
        TelegramStage(**kept["telegram"]),
        DiscordStage(**kept["discord"]),
        tuple(StagePerson(**person) for person in kept["people"]),
        kept["way"],
        kept["base"],
    )


def _on(example: Example, platform: Side) -> list[ExamplePerson]:
    return [person for person in example.people if person.platform == platform]


def _person(given: ExamplePerson, made: int | str) -> StagePerson:
    return StagePerson(given.key, given.platform, given.name, given.role, str(made))


class _TelegramBuilder:
    """Makes the Telegram half of the stage."""

    def __init__(self, side: TelegramSide, example: Example, way: Way) -> None:
        self._side = side
        self._example = example
        self._way = way

    def build(self) -> tuple[TelegramStage, dict[str, StagePerson]]:
        side, name = self._side, self._example.publication.name
        owner = side.add_person(f"{name} (owner)")
        bot_name, token = "tersal_line_bot", f"{_BOT_NUMBER}:rehearsal-of-{_KEY}"
        bot = side.add_bot(_BOT_NAME, bot_name, token, privacy=False)
        channel = side.add_channel(name, "tersal_line", owner=owner)
        group = side.add_group(f"Talk · {name}", username="tersal_line_talk", owner=owner)
        desk = side.add_group(f"Desk · {name}", owner=owner)
        side.link(channel, group)
        for chat in (channel, group, desk):
            side.make_admin(chat, bot)
        people = {given.key: self._add(given, channel, group, desk) for given in self._people()}
        if self._way == "door":
            muted = {"can_send_messages": False}
            side.call(token, "setChatPermissions", {"chat_id": group, "permissions": muted})
        stage = TelegramStage(
            token, bot, bot_name, owner, channel, "tersal_line", group, "tersal_line_talk", desk
        )
        return stage, people

    def _people(self) -> list[ExamplePerson]:
        return _on(self._example, "telegram")

    def _add(self, given: ExamplePerson, channel: int, group: int, desk: int) -> StagePerson:
        """Readers follow the channel and comment without joining the group, as most do."""
        made = self._side.add_person(given.name, given.username or None, given.language)
        if given.role == "reader":
            self._side.join(channel, made)
        else:
            for chat in (channel, group, desk):
                self._side.make_admin(chat, made)
        return _person(given, made)


class _DiscordBuilder:
    """Makes the Discord half of the stage."""

    def __init__(self, side: DiscordSide, example: Example, way: Way) -> None:
        self._side = side
        self._example = example
        self._way = way

    def build(self) -> tuple[DiscordStage, dict[str, StagePerson]]:
        side, name = self._side, self._example.publication.name
        token = f"rehearsal.{_KEY}.discord"
        bot = side.add_bot(_BOT_NAME, token)
        guild = side.add_guild(name)
        bot_role = side.bot_joins(bot, guild)
        people = {
            given.key: _person(given, self._add(given, guild))
            for given in _on(self._example, "discord")
        }
        moderators = self._role(guild, "Moderators")
        forum = self._forum(guild, bot_role)
        desk = side.add_channel(
            guild,
            "desk",
            topic="Where moderators decide",
            overwrites=(
                overwrite(guild, deny=Permission.VIEW_CHANNEL),
                overwrite(bot_role, allow=BOT),
                overwrite(moderators, allow=MODERATOR),
            ),
        )
        return DiscordStage(token, bot, guild, forum, desk), people

    def _add(self, given: ExamplePerson, guild: str) -> str:
        locale = _LOCALES[given.language]
        if given.role == "moderator":
            return self._side.add_moderator(given.name, guild=guild, locale=locale)
        return self._side.add_person(given.name, guild=guild, locale=locale)

    def _role(self, guild: str, name: str) -> str:
        roles = self._side.state.get("guild", guild)["roles"]
        return next(str(role["id"]) for role in roles if role["name"] == name)

    def _forum(self, guild: str, bot_role: str) -> str:
        """Only the bot opens posts; behind the door readers do not write into them either."""
        denied = Permission.SEND_MESSAGES
        if self._way == "door":
            denied |= Permission.SEND_MESSAGES_IN_THREADS
        labels = [label for article in self._example.articles for label in article.labels]
        return self._side.add_channel(
            guild,
            "articles",
            "forum",
            topic=self._example.publication.tagline,
            tags=tuple(dict.fromkeys(label[:20] for label in labels)),
            overwrites=(overwrite(guild, deny=denied), overwrite(bot_role, allow=BOT)),
        )
