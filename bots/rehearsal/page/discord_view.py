"""What one person sees of the example on Discord, as JSON for the page.

Messages are message objects of Discord's API, what is shown to this person alone included, with
`mine`, `editable` and `deletable` added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bots.rehearsal.discord import invoking, present
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.flags import Kind, Permission
from bots.rehearsal.discord.permissions import can_send, in_channel
from bots.rehearsal.discord.rules import commands
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.stage import DiscordStage, StagePerson

Json = dict[str, Any]

_PRIVATE = 15 * 60.0
"""World seconds for which what is shown to one person alone stays: as long as its token can
change it. The apps keep it until they are started anew."""
_EPHEMERAL = 64
_STICKERS = {1: "png", 2: "png", 3: "json", 4: "gif"}


class DiscordView:
    """Eyes on the Discord half of a stage."""

    def __init__(self, side: DiscordSide, stage: DiscordStage) -> None:
        self._side = side
        self._stage = stage

    def seen_by(self, person: StagePerson) -> Json:
        """Every channel of the guild that the person can view, with its threads and messages."""
        state, stage = self._side.state, self._stage
        channels = [
            self._channel(doc, person.id)
            for doc in state.channels(stage.guild)
            if in_channel(state, doc, person.id) & Permission.VIEW_CHANNEL
        ]
        return {
            "person": {"key": person.key, "id": person.id, "name": person.name}
            | {"role": person.role},
            "guild": {"id": stage.guild, "name": state.get("guild", stage.guild)["name"]},
            "bot": {"id": stage.bot, "name": state.get("user", stage.bot)["username"]},
            "users": self._users(),
            "channels": channels,
            "direct": self._direct(person.id),
            "commands": self._commands(person.id, commands.CHAT),
            "menus": self._commands(person.id, commands.MESSAGE),
        }

    def _users(self) -> dict[str, str]:
        """Names by user id, for mentions."""
        shown = [present.user(doc) for doc in self._side.state.all("user")]
        return {user["id"]: user["global_name"] or user["username"] for user in shown}

    def _channel(self, doc: Json, user: str) -> Json:
        kinds = {int(Kind.FORUM): "forum", int(Kind.ANNOUNCEMENT): "announcement"}
        threads = self._side.state.threads(parent_id=doc["id"])
        return {
            "id": doc["id"],
            "name": doc["name"],
            "topic": doc["topic"],
            "kind": kinds.get(doc["type"], "text"),
            "desk": doc["id"] == self._stage.desk,
            "tags": {tag["id"]: tag["name"] for tag in doc["available_tags"]},
            "writable": self._may_write(doc, user) and doc["type"] != Kind.FORUM,
            "messages": self._messages(doc, user),
            "threads": [self._thread(thread, user) for thread in threads],
        }

    def _thread(self, doc: Json, user: str) -> Json:
        held = in_channel(self._side.state, doc, user)
        locked = doc["locked"] and not held & Permission.MANAGE_THREADS
        return {
            "id": doc["id"],
            "name": doc["name"],
            "archived": doc["archived"],
            "locked": doc["locked"],
            "slow": doc["rate_limit_per_user"],
            "tags": list(doc["applied_tags"]),
            "created": doc["create_timestamp"],
            "count": doc["message_count"],
            "writable": self._may_write(doc, user) and not locked,
            "messages": self._messages(doc, user),
        }

    def _may_write(self, doc: Json, user: str) -> bool:
        held = in_channel(self._side.state, doc, user)
        return bool(held & Permission.VIEW_CHANNEL) and can_send(doc, held)

    def _messages(self, doc: Json, user: str) -> list[Json]:
        held = in_channel(self._side.state, doc, user)
        manages = bool(held & Permission.MANAGE_MESSAGES) and doc["type"] != Kind.DM
        seen = self._side.visible_to(user, doc["id"])
        return [self._with_rights(one, user, manages) for one in seen if not self._gone(one)]

    def _gone(self, message: Json) -> bool:
        """Whether it was shown to one person alone and is forgotten by now."""
        sent = datetime.fromisoformat(message["timestamp"]).timestamp()
        old = self._side.state.now() - sent > _PRIVATE
        return bool(message["flags"] & _EPHEMERAL) and old

    def _with_rights(self, message: Json, user: str, manages: bool) -> Json:
        mine = message["author"]["id"] == user
        hidden = bool(message["flags"] & _EPHEMERAL)
        if "sticker_items" in message:
            message |= {"sticker_items": [self._sticker(one) for one in message["sticker_items"]]}
        return message | {
            "mine": mine,
            "editable": mine,
            "deletable": (mine or manages) and not hidden,
        }

    def _sticker(self, one: Json) -> Json:
        suffix = _STICKERS[one["format_type"]]
        return {**one, "url": f"{self._side.state.cdn}/stickers/{one['id']}.{suffix}"}

    def _direct(self, user: str) -> Json:
        """The direct chat with the bot; its id is "" while nobody has opened it."""
        for doc in self._side.state.all("channel"):
            if doc["type"] == Kind.DM and {user, self._stage.bot} == set(doc["recipients"]):
                return {"id": doc["id"], "messages": self._messages(doc, user)}
        return {"id": "", "messages": []}

    def _commands(self, user: str, kind: int) -> list[Json]:
        """The application's commands of a kind that this person is offered in the forum."""
        state, stage = self._side.state, self._stage
        forum = state.get("channel", stage.forum)
        offered = []
        for command in commands.of_application(state, stage.bot, stage.guild):
            if command["type"] != kind:
                continue
            try:
                invoking.may_command(state, command, forum, user)
            except NotPossible:
                continue
            names = ("name", "description", "options")
            offered.append({name: command.get(name) for name in names})
        return offered
