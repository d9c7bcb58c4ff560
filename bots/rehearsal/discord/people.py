"""What people do on Discord, and what they see: the actions for tests, the page and the example.

A person's action goes through the same rules as a bot's call; what their own client would not
offer raises NotPossible.
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import components, invoking, present
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.flags import THREADS, Kind, MessageFlag, Permission
from bots.rehearsal.discord.invoking import Interaction
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.rules import commands
from bots.rehearsal.discord.rules.channels import direct
from bots.rehearsal.discord.rules.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
)
from bots.rehearsal.discord.writing import Writing

Json = dict[str, Any]


class People(Writing):
    """The actions of people."""

    # Interactions

    def person_presses(
        self, person: str, message_id: str, name: str, *, values: tuple[str, ...] = ()
    ) -> Interaction:
        """Press a button by its custom_id or label, or choose `values` in a menu.

        Raises NotPossible where the person does not see the message or the button.
        """
        doc = self._message(message_id)
        channel = self.state.get("channel", doc["channel_id"])
        self._see(person, channel, doc)
        found = components.pressable(doc["components"], name)
        if found is None or found.get("disabled"):
            raise NotPossible(f"no button or menu {name!r} to press on {message_id}")
        data = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"]}
        if found["type"] in components.SELECTS:
            data["values"] = self._chosen(found, values)
        app = self._app_of(doc)
        made = invoking.invoke(self.state, app, person, channel, COMPONENT, data, source=doc)
        self.world.touch()
        return made

    def _see(self, person: str, channel: Json, doc: Json) -> None:
        hidden = doc["only"] not in (None, person)
        if hidden or not in_channel(self.state, channel, person) & Permission.VIEW_CHANNEL:
            raise NotPossible(f"the message {doc['id']} is not shown to this person")

    def _chosen(self, menu: Json, values: tuple[str, ...]) -> list[str]:
        offered = [o["value"] for o in menu.get("options") or []]
        wrong = [v for v in values if offered and v not in offered]
        if wrong or not menu["min_values"] <= len(values) <= menu["max_values"]:
            raise NotPossible(f"{list(values)} cannot be chosen from {offered}")
        return list(values)

    def _app_of(self, doc: Json) -> Json:
        for app in self.state.all("app"):
            if doc["application_id"] == app["id"] or doc["author_id"] == app["bot_id"]:
                return app
        raise NotPossible("the message belongs to no application")

    def person_submits(
        self, person: str, opened: Interaction, values: dict[str, Any]
    ) -> Interaction:
        """Fill in the modal that an interaction opened (by custom_id) and send it. A field for
        files takes a list of `Attached`."""
        doc = opened.doc
        if doc["modal"] is None or doc["user_id"] != person:
            raise NotPossible("no modal is open for this person")
        channel = self.state.get("channel", doc["channel_id"])
        app = self.state.get("app", doc["app_id"])
        guild = channel.get("guild_id")
        given, files = invoking.uploaded(self.state, app, guild, doc["modal"], values)
        data: Json = {
            "custom_id": doc["modal"]["custom_id"],
            "components": invoking.filled(doc["modal"], given),
        }
        if files:
            data["resolved"] = {"attachments": files}
        source = self.state.find_message(doc["message_id"]) if doc["message_id"] else None
        made = invoking.invoke(
            self.state, app, person, channel, MODAL_SUBMIT, data, source=source, parent=doc
        )
        self.world.touch()
        return made

    def _command(self, name: str, kind: int, guild_id: str | None, app_id: str | None) -> Json:
        apps = [a for a in self.state.all("app") if app_id in (None, a["id"])]
        for app in apps:
            if guild_id and self.state.member(guild_id, app["bot_id"]) is None:
                continue
            for command in commands.of_application(self.state, app["id"], guild_id):
                if command["name"] == name and command["type"] == kind:
                    return command
        raise NotPossible(f"no command {name!r} is registered")

    def person_uses_menu(
        self, person: str, name: str, message_id: str, *, app_id: str | None = None
    ) -> Interaction:
        """Use a message command of the context menu on a message."""
        doc = self._message(message_id)
        channel = self.state.get("channel", doc["channel_id"])
        self._see(person, channel, doc)
        guild_id = channel.get("guild_id")
        command = self._command(name, commands.MESSAGE, guild_id, app_id)
        invoking.may_command(self.state, command, channel, person)
        shown = {message_id: present.message(self.state, doc)}
        resolved: Json = {"messages": shown}
        if not doc["mask"]:
            invoking.resolve_user(self.state, guild_id, doc["author_id"], resolved)
        more = {"target_id": message_id, "resolved": resolved}
        return self._invoke_command(person, command, channel, COMMAND, more)

    def person_commands(
        self,
        person: str,
        channel_id: str,
        name: str,
        options: Json | None = None,
        *,
        app_id: str | None = None,
    ) -> Interaction:
        """Use a slash command ("approve", or "thread lock" with a sub-command) with its options."""
        return self._slash(person, channel_id, name, options or {}, COMMAND, app_id)

    def person_types(
        self, person: str, channel_id: str, name: str, option: str, text: str
    ) -> Interaction:
        """Type into an option with autocomplete; the offers are in `choices`."""
        return self._slash(person, channel_id, name, {option: text}, AUTOCOMPLETE, None)

    def _slash(
        self,
        person: str,
        channel_id: str,
        name: str,
        options: Json,
        kind: int,
        app_id: str | None,
    ) -> Interaction:
        channel = self.state.get("channel", channel_id)
        first, *words = name.split()
        command = self._command(first, commands.CHAT, channel.get("guild_id"), app_id)
        invoking.may_command(self.state, command, channel, person)
        guild_id = channel.get("guild_id")
        if kind == AUTOCOMPLETE:
            typed = [
                {"name": n, "type": 3, "value": v, "focused": True} for n, v in options.items()
            ]
            more: Json = {"options": typed}
        else:
            listed, resolved = invoking.typed_options(self.state, command, guild_id, words, options)
            more = {"options": listed, "resolved": resolved}
        return self._invoke_command(person, command, channel, kind, more)

    def _invoke_command(
        self, person: str, command: Json, channel: Json, kind: int, more: Json
    ) -> Interaction:
        data = {"id": command["id"], "name": command["name"], "type": command["type"], **more}
        if command["guild_id"]:
            data["guild_id"] = command["guild_id"]
        app = self.state.get("app", command["application_id"])
        made = invoking.invoke(self.state, app, person, channel, kind, data)
        self.world.touch()
        return made

    # Reading

    def messages(self, channel_id: str) -> list[Json]:
        """The messages that everybody sees in a channel or thread, oldest first."""
        found = [m for m in self.state.messages(channel_id) if not m["only"]]
        return [present.message(self.state, m) for m in found]

    def texts(self, channel_id: str) -> list[str]:
        """The contents of a channel's ordinary messages, oldest first."""
        found = [m for m in self.state.messages(channel_id) if not m["only"]]
        return [m["content"] for m in found if m["type"] in (0, 19, 20, 23)]

    def visible_to(self, person: str, channel_id: str) -> list[Json]:
        """What one person sees in a channel, oldest first, with what is shown to them alone."""
        channel = self.state.get("channel", channel_id)
        held = in_channel(self.state, channel, person)
        if not held & Permission.VIEW_CHANNEL:
            return []
        found = [m for m in self.state.messages(channel_id) if m["only"] in (None, person)]
        if not held & Permission.READ_MESSAGE_HISTORY:
            found = [m for m in found if m["only"] == person]
        return [present.message(self.state, m, person) for m in found]

    def ephemeral_to(self, person: str) -> list[Json]:
        """Every message that was shown to this person alone, oldest first."""
        found = [
            m
            for channel in self.state.all("channel")
            for m in self.state.messages(channel["id"])
            if m["only"] == person
        ]
        return [present.message(self.state, m) for m in sorted(found, key=lambda m: int(m["id"]))]

    def message(self, message_id: str) -> Json | None:
        """One message wherever it stands, None where it does not (any more)."""
        doc = self.state.find_message(message_id)
        return None if doc is None else present.message(self.state, doc)

    def sent(self, message_id: str) -> Json:
        """The request that made a message, with what later edits changed in it."""
        return dict(self._message(message_id)["sent"])

    def threads(self, channel_id: str) -> list[Json]:
        """The threads of a channel or the posts of a forum, oldest first."""
        return [present.thread(self.state, t) for t in self.state.threads(parent_id=channel_id)]

    def channels(self, guild: str) -> list[Json]:
        """A guild's channels, threads left out, in the order of their creation."""
        return [present.channel(self.state, c) for c in self.state.channels(guild)]

    def members_of(self, guild: str) -> list[Json]:
        """A guild's members with their users, in the order of their joining."""
        return [present.member(self.state, m) for m in self.state.members(guild)]

    def rights(self, user_id: str, channel_id: str) -> Permission:
        """What a user may do in a channel, a thread or a direct chat."""
        return in_channel(self.state, self.state.get("channel", channel_id), user_id)

    def channel(self, channel_id: str) -> Json:
        """A channel, thread or direct chat as it is now."""
        return present.channel(self.state, self.state.get("channel", channel_id))

    def direct_chat(self, one: str, other: str) -> str:
        """The id of the direct chat of two users, opened where there is none."""
        channel = direct(self.state, one, other)
        self.world.touch()
        return str(channel["id"])

    def pinged(self, person: str) -> list[Json]:
        """The standing messages that notified this person by a mention, oldest first."""
        found = []
        for channel in self.state.all("channel"):
            if not in_channel(self.state, channel, person) & Permission.VIEW_CHANNEL:
                continue
            found += [m for m in self.state.messages(channel["id"]) if self._pings(m, person)]
        return [present.message(self.state, m) for m in sorted(found, key=lambda m: int(m["id"]))]

    def _pings(self, doc: Json, person: str) -> bool:
        if doc["flags"] & MessageFlag.SUPPRESS_NOTIFICATIONS or doc["only"]:
            return False
        member = self.state.member(doc["guild_id"] or "", person)
        roles = set(member["roles"]) & set(doc["mention_roles"]) if member else set()
        return person in doc["mentions"] or bool(roles) or doc["mention_everyone"]

    def kind_of(self, channel_id: str) -> str:
        """ "forum", "text", "announcement", "thread" or "direct"."""
        kind = self.state.get("channel", channel_id)["type"]
        if kind in THREADS:
            return "thread"
        names = {Kind.TEXT: "text", Kind.ANNOUNCEMENT: "announcement", Kind.FORUM: "forum"}
        return names.get(kind, "direct")
