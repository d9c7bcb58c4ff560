"""Application commands: registered for everywhere or for one guild, listed, removed.

Source: Discord's documentation, "Application commands" (naming, limits, options).
"""

from __future__ import annotations

import re
from typing import Any

from bots.rehearsal.discord.errors import ApiError, Form, unknown
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.state import State

Json = dict[str, Any]

CHAT, USER, MESSAGE = 1, 2, 3
LIMITS = {CHAT: 100, USER: 15, MESSAGE: 15}
TOTAL_TEXT = 8000
_CHAT_NAME = re.compile(r"^[-_'\w]{1,32}$")
_KEPT = (
    "name description options default_member_permissions dm_permission nsfw contexts"
    " integration_types name_localizations description_localizations"
)
_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _check(errors: Form, path: str, body: Json) -> None:
    kind = body.get("type", CHAT)
    name = body.get("name") or ""
    errors.length(f"{path}name", name, 1, 32)
    if kind == CHAT:
        if not _CHAT_NAME.match(name) or name != name.lower():
            message = "Command name is invalid"
            errors.add(f"{path}name", "APPLICATION_COMMAND_INVALID_NAME", message)
        errors.length(f"{path}description", body.get("description") or "", 1, 100)
        _check_options(errors, f"{path}options", body.get("options") or [])
    elif body.get("description"):
        message = "Context menu commands cannot have description"
        code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"
        errors.add(f"{path}description", code, message)
    if _text(body) > TOTAL_TEXT:
        message = f"Command exceeds maximum size ({TOTAL_TEXT})"
        errors.add(f"{path}name", "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_options(errors: Form, path: str, options: list[Json]) -> None:
    if not errors.count(path, options, 0, 25):
        return
    optional_seen = False
    for index, option in enumerate(options):
        where = f"{path}.{index}"
        name = option.get("name") or ""
        if not _CHAT_NAME.match(name) or name != name.lower():
            message = "Option name is invalid"
            errors.add(f"{where}.name", "APPLICATION_COMMAND_INVALID_NAME", message)
        errors.length(f"{where}.description", option.get("description") or "", 1, 100)
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            errors.add(f"{where}.required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        errors.count(f"{where}.choices", option.get("choices") or [], 0, 25)
        _check_options(errors, f"{where}.options", option.get("options") or [])


def _text(body: Json) -> int:
    own = len(body.get("name") or "") + len(body.get("description") or "")
    choices = sum(
        len(str(c.get("name"))) + len(str(c.get("value"))) for c in body.get("choices") or []
    )
    return own + choices + sum(_text(option) for option in body.get("options") or [])


def _mine(state: State, app_id: str, guild_id: str | None) -> list[Json]:
    return [
        doc
        for doc in state.all("command")
        if doc["application_id"] == app_id and doc["guild_id"] == guild_id
    ]


def of_application(state: State, app_id: str, guild_id: str | None) -> list[Json]:
    """What a person can call in a guild: the guild's own commands, then those for everywhere."""
    own = _mine(state, app_id, guild_id) if guild_id else []
    return own + _mine(state, app_id, None)


def _owned(c: Call) -> str:
    if c.app is None or c.app["id"] != c.path["application_id"]:
        raise ApiError(
            403, 20012, "You are not authorized to perform this action on this application"
        )
    guild_id = c.path.get("guild_id")
    if guild_id is not None and c.state.member(guild_id, c.user_id) is None:
        raise ApiError(403, 50001, "Missing Access")
    return str(c.app["id"])


def _shown(doc: Json) -> Json:
    shown = {
        "default_member_permissions": None,
        "nsfw": False,
        "description": "",
        "integration_types": [0],
        "contexts": None,
        "name_localizations": None,
        "description_localizations": None,
        **{k: doc[k] for k in doc if k not in ("guild_id", "name_key")},
    }
    if doc["guild_id"]:
        shown["guild_id"] = doc["guild_id"]
    return shown


def _store(c: Call, app_id: str, body: Json, known: dict[tuple[int, str], Json]) -> Json:
    kind = body.get("type", CHAT)
    earlier = known.get((kind, body["name"]))
    doc = {
        "id": earlier["id"] if earlier else c.state.snowflake(),
        "application_id": app_id,
        "guild_id": c.path.get("guild_id"),
        "type": kind,
        "version": c.state.snowflake(),
        **{key: body[key] for key in _KEPT.split() if key in body},
    }
    return c.state.put("command", doc)


def _overwrite(c: Call) -> list[Json]:
    app_id = _owned(c)
    bodies: list[Json] = c.body or []
    errors = Form()
    for index, body in enumerate(bodies):
        _check(errors, f"{index}.", body)
    names = [(body.get("type", CHAT), body.get("name")) for body in bodies]
    for index, key in enumerate(names):
        if key in names[:index]:
            message = "Application command names must be unique"
            errors.add(f"{index}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    errors.check()
    for kind, limit in LIMITS.items():
        if sum(1 for name in names if name[0] == kind) > limit:
            message = f"Maximum number of application commands reached ({limit})"
            raise ApiError(400, 30032, message)
    known = {(d["type"], d["name"]): d for d in _mine(c.state, app_id, c.path.get("guild_id"))}
    made = [_store(c, app_id, body, known) for body in bodies]
    for doc in known.values():
        if doc["id"] not in {m["id"] for m in made}:
            c.state.drop("command", doc["id"])
    return [_shown(doc) for doc in made]


@route("PUT", _GLOBAL)
def overwrite(c: Call) -> list[Json]:
    """Replace all commands; those that keep kind and name keep their id."""
    return _overwrite(c)


@route("PUT", _GUILD)
def overwrite_in_guild(c: Call) -> list[Json]:
    return _overwrite(c)


def _upsert(c: Call) -> Json:
    app_id = _owned(c)
    body = c.fields()
    errors = Form()
    _check(errors, "", body)
    errors.check()
    known = {(d["type"], d["name"]): d for d in _mine(c.state, app_id, c.path.get("guild_id"))}
    return _shown(_store(c, app_id, body, known))


@route("POST", _GLOBAL)
def add(c: Call) -> Json:
    return _upsert(c)


@route("POST", _GUILD)
def add_in_guild(c: Call) -> Json:
    return _upsert(c)


@route("GET", _GLOBAL)
def list_all(c: Call) -> list[Json]:
    return [_shown(doc) for doc in _mine(c.state, _owned(c), None)]


@route("GET", _GUILD)
def list_in_guild(c: Call) -> list[Json]:
    return [_shown(doc) for doc in _mine(c.state, _owned(c), c.path["guild_id"])]


def _one(c: Call) -> Json:
    app_id = _owned(c)
    doc = c.state.get("command", c.path["command_id"])
    if doc["application_id"] != app_id or doc["guild_id"] != c.path.get("guild_id"):
        raise unknown("command")
    return doc


@route("GET", _GLOBAL + "/{command_id}")
def get(c: Call) -> Json:
    return _shown(_one(c))


@route("GET", _GUILD + "/{command_id}")
def get_in_guild(c: Call) -> Json:
    return _shown(_one(c))


@route("DELETE", _GLOBAL + "/{command_id}")
def delete(c: Call) -> None:
    c.state.drop("command", _one(c)["id"])


@route("DELETE", _GUILD + "/{command_id}")
def delete_in_guild(c: Call) -> None:
    c.state.drop("command", _one(c)["id"])
