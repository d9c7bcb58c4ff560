"""What a channel is and what is missing there; and the commands that people see."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bots.discord import ids, render
from bots.discord.api import Api
from bots.discord.directory import ANNOUNCEMENT, FORUM, TEXT, THREADS, Directory
from bots.discord.permissions import Permission, in_channel
from core.command_names import COMMAND_NAMES, OPTION_NAMES
from core.commands import COMMANDS, Command
from core.errors import CommonthreadError, Rejected, RetryLater, UserError
from core.i18n import FALLBACK, languages, texts
from core.ports import Inquiry, Inspection, Problem, Sink

log = logging.getLogger(__name__)

Json = dict[str, Any]

KINDS = {TEXT: "text", ANNOUNCEMENT: "announcement", FORUM: "forum"}
_CURSOR = "commands"
_LOCALES = {"es": ("es-ES", "es-419"), "en": (), "pt": ("pt-BR",), "sv": ("sv-SE",)}
_CHAT_INPUT, _MESSAGE = 1, 3
_STRING = 3
_GUILD, _DIRECT = 0, 1

_NAMES = {
    Permission.VIEW_CHANNEL: "View Channel",
    Permission.SEND_MESSAGES: "Send Messages (in a forum: Create Posts)",
    Permission.SEND_MESSAGES_IN_THREADS: "Send Messages in Threads",
    Permission.CREATE_PUBLIC_THREADS: "Create Public Threads",
    Permission.MANAGE_MESSAGES: "Manage Messages",
    Permission.MANAGE_THREADS: "Manage Threads",
    Permission.READ_MESSAGE_HISTORY: "Read Message History",
    Permission.EMBED_LINKS: "Embed Links",
    Permission.MANAGE_WEBHOOKS: "Manage Webhooks",
    Permission.ADD_REACTIONS: "Add Reactions",
    Permission.PIN_MESSAGES: "Pin Messages",
}


_NICE = (Permission.EMBED_LINKS, Permission.ADD_REACTIONS, Permission.PIN_MESSAGES)
"""Without these something looks worse, or a mark is missing."""


def needed(inquiry: Inquiry, kind: str) -> list[Permission]:
    """The permissions that the bot must have in a channel."""
    wanted = [
        Permission.VIEW_CHANNEL,
        Permission.SEND_MESSAGES,
        Permission.READ_MESSAGE_HISTORY,
        Permission.EMBED_LINKS,
    ]
    if inquiry.purpose != "desk":
        wanted += [Permission.SEND_MESSAGES_IN_THREADS, Permission.MANAGE_THREADS]
        wanted += [Permission.MANAGE_MESSAGES]
        wanted += [Permission.ADD_REACTIONS, Permission.PIN_MESSAGES]
        wanted += [Permission.CREATE_PUBLIC_THREADS] if kind != "forum" else []
        wanted += [Permission.MANAGE_WEBHOOKS] if render.WEBHOOK in inquiry.style else []
    return wanted


class Setup:
    """Inspects channels. `application` and `user` are the bot's ids, `name` its name."""

    def __init__(self, api: Api, directory: Directory) -> None:
        self.application = ""
        self.user = ""
        self.name = ""
        self._api = api
        self._directory = directory

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a place is and lacks. Raises UserError for an unknown or unusable place, and a
        DeliveryError where Discord cannot be asked."""
        t = texts("")
        channel = await self._channel(inquiry.place)
        kind = KINDS.get(int(channel["type"]))
        if kind is None:
            wrong = t("This Discord channel is neither a text, announcement nor forum channel.")
            if channel["type"] in THREADS:
                wrong = t("This is a Discord thread; name the channel that holds it.")
            raise UserError(wrong)
        guild_id = str(channel["guild_id"])
        guild, roles = await self._guild(guild_id)
        rules = channel.get("permission_overwrites") or []
        mine = in_channel(guild, rules, self.user, roles)
        problems = _missing(mine, needed(inquiry, kind), self.name)
        problems += _open_doors(inquiry, in_channel(guild, rules, "", ()), mine)
        place = str(channel["id"])
        link = ids.link(guild_id, place)
        title = f"#{channel.get('name', '')}"
        return Inspection(place, title, kind, "", link, self.name, tuple(problems))

    async def role(self, place: str, words: str) -> tuple[str, str]:
        """(id, name) of a role of the channel's server. Raises UserError where there is no such
        role or everybody has it, and what `Api.read` raises."""
        t = texts("")
        guild_id = str((await self._channel(place))["guild_id"])
        found = await self._api.read("/guilds/{guild_id}", patient=True, guild_id=guild_id)
        names = {str(role["id"]): str(role["name"]) for role in found.get("roles", ())}
        names.pop(guild_id, None)  # @everyone
        wanted = words.strip().removeprefix("@").casefold()
        for key, name in names.items():
            if ids.role_of(words) == key or name.casefold() == wanted:
                return key, name
        listed = ", ".join(sorted(names.values()))
        raise UserError(t("There is no role “{role}” here, only: {names}.", role=words,
                          names=listed))  # fmt: skip

    async def _channel(self, place: str) -> Json:
        t = texts("")
        channel = ids.place_of(place)
        if not channel:
            raise UserError(t("Give the Discord channel's id or its link (Copy Link in its menu)."))
        try:
            return await self._directory.channel(channel, fresh=True)
        except Rejected as error:
            raise UserError(
                t(
                    "The bot does not see this Discord channel. Invite the bot to the server, give "
                    "it View Channel there, and check the id."
                )
            ) from error

    async def _guild(self, guild_id: str) -> tuple[Json, Sequence[str]]:
        """The server with its roles, and the roles of the bot in it."""
        found = await self._api.read("/guilds/{guild_id}", patient=True, guild_id=guild_id)
        path = "/guilds/{guild_id}/members/{user_id}"
        member = await self._api.read(path, patient=True, guild_id=guild_id, user_id=self.user)
        roles = {role["id"]: role["permissions"] for role in found.get("roles", ())}
        guild = {"id": guild_id, "owner_id": found.get("owner_id", ""), "roles": roles}
        return guild, list(member.get("roles") or ())

    # Commands

    async def register(self, sink: Sink) -> None:
        """Tell Discord our commands where they differ from what it was told last. Discord counts
        creations (200 a day), so an unchanged list is not sent. Failures are logged."""
        wanted = commands()
        data = json.dumps([self.application, wanted], sort_keys=True).encode()
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        try:
            if await sink.cursor("discord", _CURSOR) == digest:
                return
            path = "/applications/{application_id}/commands"
            await self._api.call("PUT", path, body=wanted, application_id=self.application)
            await sink.advance("discord", _CURSOR, digest)
        except RetryLater:
            raise
        except CommonthreadError as error:
            log.warning("The commands could not be registered: %s", error)


def _missing(mine: int, wanted: Sequence[Permission], name: str) -> list[Problem]:
    t = texts("")
    return [
        Problem(
            t("The bot lacks the permission {permission}.", permission=t(_NAMES[permission])),
            t("In the channel's settings, under Permissions, allow it for {name}.", name=name),
            fatal=permission not in _NICE,
        )
        for permission in wanted
        if not mine & permission
    ]


def _open_doors(inquiry: Inquiry, everyone: int, mine: int) -> list[Problem]:
    """What people may do there that they must not."""
    t = texts("")
    if inquiry.purpose == "desk" and everyone & Permission.VIEW_CHANNEL:
        return [
            Problem(
                t("Everyone can read this channel; held comments would be public there."),
                t("Deny View Channel for @everyone and allow it for moderators and the bot."),
            )
        ]
    if inquiry.purpose == "desk" or inquiry.way != "door":
        return []
    if everyone & Permission.SEND_MESSAGES_IN_THREADS:
        return [
            Problem(
                t("People can write in this channel's threads, but its way in is the door."),
                t(
                    "In the channel's permissions, deny Send Messages in Threads for @everyone "
                    "and allow it for the bot."
                ),
            )
        ]
    return []


# The commands as Discord takes them: documentation, "Application Commands".


def commands() -> list[Json]:
    """Slash commands and message menus, made from the one list of commands."""
    return [*map(_slash, COMMANDS), *(_menu(c) for c in COMMANDS if c.menu)]


def _slash(command: Command) -> Json:
    made: Json = {
        "type": _CHAT_INPUT,
        **_named(command.name, COMMAND_NAMES),
        "contexts": [_GUILD, _DIRECT],
        **_told("description", command.description),
    }
    options = _options(command)
    return {**made, "options": options} if options else made


_TARGETS = {
    "comment": "#12, 3#12 or a link",
    "article": "Number or link",
    "subject": "#12, 3#12, an article's number, or a link",
}


def _options(command: Command) -> list[Json]:
    options: list[Json] = []
    if command.target:
        shown = _told("description", _TARGETS[command.target])
        options.append({"type": _STRING, **_named(command.target, OPTION_NAMES), **shown})
    if command.argument:
        shown = _told("description", command.argument)
        options.append({"type": _STRING, **_named("text", OPTION_NAMES), **shown})
    return options


def _menu(command: Command) -> Json:
    return {"type": _MESSAGE, "contexts": [_GUILD], **_told("name", command.menu, 32)}


def _named(name: str, names: Mapping[str, Mapping[str, str]]) -> Json:
    """A name as the platform tells it back, and those that its picker shows."""
    others = {
        locale: known[name]
        for language, known in names.items()
        for locale in _LOCALES.get(language, (language,))
        if known.get(name, name) != name
    }
    return {"name": name, "name_localizations": others} if others else {"name": name}


def _told(key: str, text: str, limit: int = 100) -> Json:
    """A text and its translations, cut to Discord's limit."""
    shown: Json = {key: text[:limit]}
    others: Json = {}
    for language in languages():
        translated = texts(language)(text)[:limit]
        for locale in _LOCALES.get(language, (language,)) if language != FALLBACK else ():
            if translated != text:
                others[locale] = translated
    return {**shown, f"{key}_localizations": others} if others else shown
