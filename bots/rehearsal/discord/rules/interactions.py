"""Interactions: the first response, once and within 3 seconds.

Source: Discord's documentation, "Receiving and responding to interactions".
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import components, form, posting, present
from bots.rehearsal.discord.errors import ApiError, Form, invalid, refused, unknown
from bots.rehearsal.discord.files import File
from bots.rehearsal.discord.flags import MessageFlag, MessageType, Permission
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.state import State

Json = dict[str, Any]

FIRST_RESPONSE = 3.0
TOKEN_LIFE = 900.0
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


def allowed_responses(doc: Json) -> set[int]:
    """The response types that fit: updates need a source message, a modal never follows one."""
    if doc["type"] == AUTOCOMPLETE:
        return {CHOICES}
    found = {MESSAGE, DEFER}
    if doc["type"] != MODAL_SUBMIT:
        found.add(MODAL)
    if doc["message_id"]:
        found |= {DEFER_UPDATE, UPDATE}
    return found


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", auth=False)
def respond(c: Call) -> Json | None:
    """The first response: 10062 after 3 s of World time, 40060 the second time."""
    doc = c.state.get("interaction", c.path["interaction_id"])
    if doc["token"] != c.path["interaction_token"]:
        raise unknown("interaction")
    if doc["answered"] is not None:
        raise refused(40060)
    if c.state.now() - doc["at"] > FIRST_RESPONSE:
        raise unknown("interaction")
    body = c.fields()
    kind = body.get("type")
    if kind not in allowed_responses(doc):
        message = f"Value must be one of {sorted(allowed_responses(doc))}."
        raise invalid("type", "BASE_TYPE_CHOICES", message)
    _apply(c, doc, int(kind), body.get("data") or {})
    doc["answered"] = int(kind)
    c.state.put("interaction", doc)
    return _answer(c.state, doc) if c.flag("with_response") else None


def _apply(c: Call, doc: Json, kind: int, data: Json) -> None:
    if kind == MESSAGE:
        made = create(c.state, doc, data, check(data, c.files))
        doc["original_id"] = made["id"]
    elif kind == DEFER:
        doc["original_id"] = _loading(c.state, doc, data)["id"]
    elif kind == UPDATE:
        source = c.state.find_message(doc["message_id"])
        if source is None:
            raise unknown("message")
        fields = check(data, c.files, old=source)
        sent_by = sender(c.state, doc)
        posting.edit(c.state, source, fields, body=data, sender=sent_by)
        doc["original_id"] = source["id"]
    elif kind == DEFER_UPDATE:
        doc["original_id"] = doc["message_id"]
    elif kind == CHOICES:
        doc["choices"] = _choices(data)
    else:
        errors = Form()
        components.check_modal(errors, data)
        errors.check()
        doc["modal"] = {**data, "components": components.number(data["components"])}


def _choices(data: Json) -> list[Json]:
    errors = Form()
    listed = data.get("choices") or []
    if errors.count("data.choices", listed, 0, 25):
        for index, choice in enumerate(listed):
            errors.length(f"data.choices.{index}.name", choice.get("name"), 1, 100)
    errors.check()
    return list(listed)


def check(data: Json, files: tuple[File, ...], old: Json | None = None) -> Json:
    """A message's fields inside `data`; its errors are told under that key."""
    try:
        return form.check(data, files, old=old)
    except ApiError as error:
        if "errors" in error.extra:
            error.extra = {"errors": {"data": error.extra["errors"]}}
        raise


def sender(state: State, doc: Json) -> posting.Sender:
    """The bot as the author of a response: shown under its application's webhook."""
    app = state.get("app", doc["app_id"])
    channel = state.get("channel", doc["channel_id"])
    held = in_channel(state, channel, app["bot_id"]) | Permission.VIEW_CHANNEL
    return posting.Sender(
        app["bot_id"], held, None, app["id"], app["id"], default_pings=posting.PING_USERS
    )


def metadata(state: State, doc: Json) -> Json:
    """What a response message tells about the interaction that it answers."""
    owners = {"0": doc["guild_id"]} if doc["guild_id"] else {}
    shown = {
        "id": doc["id"],
        "type": doc["type"],
        "user": present.user(state.get("user", doc["user_id"])),
        "authorizing_integration_owners": owners,
    }
    if doc["type"] == COMPONENT:
        shown["interacted_message_id"] = doc["message_id"]
    elif doc["type"] == COMMAND and doc["data"].get("type") == 3:
        shown["target_message_id"] = doc["data"]["target_id"]
    elif doc["type"] == MODAL_SUBMIT:
        trigger = state.get("interaction", doc["parent_id"])
        shown["triggering_interaction_metadata"] = metadata(state, trigger)
    return shown


def _kind(doc: Json) -> MessageType:
    if doc["type"] == COMMAND:
        chat = doc["data"].get("type") == 1
        return MessageType.CHAT_INPUT_COMMAND if chat else MessageType.CONTEXT_MENU_COMMAND
    return MessageType.DEFAULT


def create(
    state: State, doc: Json, data: Json, fields: Json, *, kind: MessageType | None = None
) -> Json:
    """A response's message: seen by one person alone where the ephemeral flag is set."""
    channel = state.get("channel", doc["channel_id"])
    ephemeral = bool(fields["flags"] & MessageFlag.EPHEMERAL)
    return posting.create(
        state,
        channel,
        sender(state, doc),
        fields,
        body=data,
        kind=_kind(doc) if kind is None else kind,
        only=doc["user_id"] if ephemeral else None,
        more={"interaction_metadata": metadata(state, doc)},
    )


def _loading(state: State, doc: Json, data: Json) -> Json:
    kept = int(data.get("flags") or 0) & int(MessageFlag.EPHEMERAL)
    return create(state, doc, data, {"flags": kept | int(MessageFlag.LOADING)})


def _answer(state: State, doc: Json) -> Json:
    told: Json = {"id": doc["id"], "type": doc["type"], "channel_id": doc["channel_id"]}
    if doc["guild_id"]:
        told["guild_id"] = doc["guild_id"]
    answer: Json = {"interaction": told}
    original = state.find_message(doc["original_id"]) if doc["original_id"] else None
    if original is not None:
        told["response_message_id"] = original["id"]
        told["response_message_loading"] = bool(original["flags"] & MessageFlag.LOADING)
        told["response_message_ephemeral"] = bool(original["only"])
        if doc["answered"] in (MESSAGE, UPDATE):
            shown = present.message(state, original)
            answer["resource"] = {"type": doc["answered"], "message": shown}
    return answer
