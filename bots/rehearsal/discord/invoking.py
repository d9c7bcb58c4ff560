"""How a person's press, command or modal becomes an interaction, and what they get to see of it.

Source: Discord's documentation, "Receiving and responding to interactions" (structure).
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import files, present
from bots.rehearsal.discord.components import ACTION_ROW, FILE_UPLOAD, LABEL, walk
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.flags import Kind, Permission
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.rules.interactions import FIRST_RESPONSE, TOKEN_LIFE
from bots.rehearsal.discord.state import Event, State
from bots.rehearsal.discord.writing import Attached

Json = dict[str, Any]

_OPTION_TYPES = {3: str, 4: int, 5: bool, 10: float}
_USER, _CHANNEL, _ROLE, _MENTIONABLE = 6, 7, 8, 9


class Interaction:
    """One press, command or submission as its person experiences it. Reads the live state."""

    def __init__(self, state: State, interaction_id: str) -> None:
        self._state = state
        self.id = interaction_id

    @property
    def doc(self) -> Json:
        """The interaction's document."""
        return self._state.get("interaction", self.id)

    @property
    def response_type(self) -> int | None:
        """The type of the first response (4 message, 5 deferred, 9 modal ...), None so far."""
        answered = self.doc["answered"]
        return None if answered is None else int(answered)

    @property
    def failed(self) -> bool:
        """Whether the person reads "This interaction failed": no response within 3 s."""
        doc = self.doc
        return doc["answered"] is None and self._state.now() - doc["at"] > FIRST_RESPONSE

    @property
    def modal(self) -> Json | None:
        """The modal that opened, with title, custom_id and components."""
        found: Json | None = self.doc["modal"]
        return found

    @property
    def choices(self) -> list[Json]:
        """What an autocomplete offered."""
        return list(self.doc["choices"] or [])

    @property
    def messages(self) -> list[Json]:
        """The response and its follow-ups that stand, oldest first, ephemeral ones included."""
        doc = self.doc
        own = [doc["original_id"], *doc["followups"]]
        found = [self._state.find_message(i) for i in own if i and i != doc["message_id"]]
        return [present.message(self._state, m) for m in found if m is not None]

    @property
    def text(self) -> str:
        """The contents of the messages, one below the other; "" while there are none."""
        return "\n".join(str(m["content"]) for m in self.messages if m["content"])

    @property
    def loading(self) -> bool:
        """Whether the person still reads "... is thinking"."""
        return any(m["flags"] & 128 for m in self.messages)


def invoke(
    state: State,
    app: Json,
    person: str,
    channel: Json,
    kind: int,
    data: Json,
    *,
    source: Json | None = None,
    parent: Json | None = None,
) -> Interaction:
    """Make an interaction and dispatch INTERACTION_CREATE to the application's sessions.

    source: the message whose component was pressed. parent: the interaction that opened the
    submitted modal.
    """
    doc = {
        "id": state.snowflake(),
        "token": state.secret("interaction"),
        "app_id": app["id"],
        "type": kind,
        "user_id": person,
        "channel_id": channel["id"],
        "guild_id": channel.get("guild_id"),
        "data": data,
        "message_id": source["id"] if source else None,
        "parent_id": parent["id"] if parent else None,
        "at": state.now(),
        "answered": None,
        "original_id": None,
        "modal": None,
        "choices": None,
        "followups": [],
    }
    state.put("interaction", doc)
    state.put("token", {"id": doc["token"], "interaction_id": doc["id"]})
    payload = _payload(state, app, doc, channel, source)
    state.emit(Event("INTERACTION_CREATE", payload, only=app["bot_id"]))
    return Interaction(state, doc["id"])


def _payload(state: State, app: Json, doc: Json, channel: Json, source: Json | None) -> Json:
    held = in_channel(state, channel, doc["user_id"])
    user = state.get("user", doc["user_id"])
    payload = {
        "id": doc["id"],
        "application_id": doc["app_id"],
        "type": doc["type"],
        "token": doc["token"],
        "version": 1,
        "data": doc["data"],
        "channel_id": channel["id"],
        "channel": {**present.channel(state, channel), "permissions": str(int(held))},
        "app_permissions": str(int(in_channel(state, channel, app["bot_id"]))),
        "locale": user["locale"],
        "entitlements": [],
        "authorizing_integration_owners": {"0": doc["guild_id"] or "0"},
        "context": 0 if doc["guild_id"] else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if source is not None:
        payload["message"] = present.message(state, source)
    member = state.member(doc["guild_id"] or "", doc["user_id"])
    if member is None:
        return payload | {"user": present.user(user)}
    guild = state.get("guild", doc["guild_id"])
    shown = {**present.member(state, member), "permissions": str(int(held))}
    locale = guild.get("locale", "en-US")
    return payload | {
        "guild_id": guild["id"],
        "guild": {"id": guild["id"], "locale": locale, "features": []},
        "guild_locale": locale,
        "member": shown,
    }


def may_invoke(state: State, channel: Json, person: str) -> None:
    """Raise NotPossible where the person's client would not offer the application's commands."""
    held = in_channel(state, channel, person)
    if channel["type"] != Kind.DM and not held & Permission.USE_APPLICATION_COMMANDS:
        raise NotPossible("this person may not use application commands here")


def may_command(state: State, command: Json, channel: Json, person: str) -> None:
    """Raise NotPossible where `default_member_permissions` hides the command from the person."""
    may_invoke(state, channel, person)
    wanted = command.get("default_member_permissions")
    if wanted is None or not channel.get("guild_id"):
        return
    held = in_channel(state, channel, person)
    if not held & Permission.ADMINISTRATOR and (
        not int(wanted) or int(held) & int(wanted) != int(wanted)
    ):
        raise NotPossible(f"the command {command['name']} is not shown to this person")


def typed_options(
    state: State, command: Json, guild_id: str | None, words: list[str], options: Json
) -> tuple[list[Json], Json]:
    """A slash command's options as Discord sends them, and the objects that they resolve to.

    words: the names of a sub-command below the command. Raises NotPossible for an option that
    the command does not have, a required one that is missing or a value of the wrong type.
    """
    if words:
        below = next((o for o in command.get("options") or [] if o["name"] == words[0]), None)
        if below is None or below["type"] not in (1, 2):
            raise NotPossible(f"no sub-command {words[0]} in {command['name']}")
        inner, resolved = typed_options(state, below, guild_id, words[1:], options)
        return [{"name": below["name"], "type": below["type"], "options": inner}], resolved
    known = {o["name"]: o for o in command.get("options") or []}
    if unknown := set(options) - set(known):
        raise NotPossible(f"{command['name']} has no option {sorted(unknown)}")
    missing = [n for n, o in known.items() if o.get("required") and n not in options]
    if missing:
        raise NotPossible(f"{command['name']} needs {missing}")
    found = [_typed(known[name], value) for name, value in options.items()]
    return found, _resolve(state, guild_id, found)


def _typed(option: Json, value: Any) -> Json:
    kind = option["type"]
    if kind in (1, 2):
        raise NotPossible(f"{option['name']} is a sub-command")
    wanted = _OPTION_TYPES.get(kind, str)
    if not isinstance(value, wanted):
        raise NotPossible(f"{option['name']} takes {wanted.__name__}, not {value!r}")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotPossible(f"{option['name']} does not offer {value!r}")
    return {"name": option["name"], "type": kind, "value": value}


def _resolve(state: State, guild_id: str | None, options: list[Json]) -> Json:
    resolved: Json = {}
    for option in options:
        value = str(option["value"])
        if option["type"] in (_USER, _MENTIONABLE) and state.find("user", value):
            resolve_user(state, guild_id, value, resolved)
        elif option["type"] == _CHANNEL:
            channel = state.get("channel", value)
            shown = {**present.channel(state, channel), "permissions": "0"}
            resolved.setdefault("channels", {})[value] = shown
        elif option["type"] in (_ROLE, _MENTIONABLE):
            roles = state.get("guild", guild_id or "")["roles"]
            role = next(r for r in roles if r["id"] == value)
            resolved.setdefault("roles", {})[value] = present.role(role)
    return resolved


def resolve_user(state: State, guild_id: str | None, user_id: str, resolved: Json) -> None:
    """Enter a user and their member into an interaction's resolved objects."""
    resolved.setdefault("users", {})[user_id] = present.user(state.get("user", user_id))
    member = state.member(guild_id or "", user_id)
    if member is not None:
        shown = {**present.member(state, member, with_user=False), "permissions": "0"}
        resolved.setdefault("members", {})[user_id] = shown


def filled(modal: Json, values: dict[str, Any]) -> list[Json]:
    """A modal's components as a submission carries them, filled by custom_id.

    An input that is not named keeps its preset value. Raises NotPossible for an unknown name,
    a required input left empty or a text outside of its limits.
    """
    known = {c["custom_id"] for c in walk(modal["components"]) if c.get("custom_id")}
    if unknown := set(values) - known:
        raise NotPossible(f"the modal has no input {sorted(unknown)}, only {sorted(known)}")
    parts = []
    for part in modal["components"]:
        if part["type"] == LABEL:
            inner = _fill(part["component"], values)
            parts.append({"type": LABEL, "id": part["id"], "component": inner})
        elif part["type"] == ACTION_ROW:
            inputs = [_fill(c, values) for c in part["components"]]
            parts.append({"type": ACTION_ROW, "id": part["id"], "components": inputs})
        else:
            parts.append({"type": part["type"], "id": part["id"]})
    return parts


def uploaded(
    state: State, app: Json, guild: str | None, modal: Json, values: dict[str, Any]
) -> tuple[dict[str, Any], Json]:
    """The values with ids in place of what a person attached, and the attachments by id.

    No message holds such a file. Discord promises its address for nothing but the interaction,
    so it ends with that. Raises NotPossible for too many files, too few or too large ones.
    """
    filled, resolved = dict(values), dict[str, Json]()
    for field in (c for c in walk(modal["components"]) if c["type"] == FILE_UPLOAD):
        name = field["custom_id"]
        given = [_upload(state, app, guild, one) for one in values.get(name, ())]
        low = field.get("min_values", 1) if field.get("required", True) or given else 0
        if not low <= len(given) <= field.get("max_values", 1):
            raise NotPossible(f"the input {name} does not take {len(given)} files")
        filled[name] = [one["id"] for one in given]
        resolved |= {one["id"]: one for one in given}
    return filled, resolved


def _upload(state: State, app: Json, guild: str | None, one: Attached) -> Json:
    file = one.file(0).kept(state)
    if file.size > files.limit(state, guild):
        raise NotPossible(f"the file {one.name} is too large")
    made = files.make(state, app["id"], file, {"description": one.description})
    files.let_go(state, [made], after=TOKEN_LIFE)
    return {**present.attachment(state, {"channel_id": app["id"]}, made), "ephemeral": True}


def _fill(field: Json, values: dict[str, Any]) -> Json:
    name = field["custom_id"]
    base = {"type": field["type"], "id": field["id"], "custom_id": name}
    if field["type"] != 4:
        preset = [o["value"] for o in field.get("options") or [] if o.get("default")]
        return {**base, "values": list(values.get(name, preset))}
    text = str(values.get(name, field.get("value") or ""))
    low = field.get("min_length", 1 if field.get("required", True) else 0)
    if field.get("required", True) and not text:
        raise NotPossible(f"the input {name} is required")
    if text and not low <= len(text) <= field.get("max_length", 4000):
        raise NotPossible(f"the input {name} does not take {len(text)} characters")
    return {**base, "value": text}
