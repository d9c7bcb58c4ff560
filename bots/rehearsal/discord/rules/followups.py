"""What comes after an interaction's first response, under its token, for 15 minutes.

Source: Discord's documentation, "Receiving and responding to interactions" (followup messages).
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import posting, present
from bots.rehearsal.discord.errors import refused, unknown
from bots.rehearsal.discord.flags import MessageFlag, MessageType
from bots.rehearsal.discord.form import check
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.rules import interactions

Json = dict[str, Any]

_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"


def _interaction(c: Call) -> Json:
    """The answered interaction of the path's token: 50027 once it is over, 10015 before."""
    known = c.state.find("token", c.path["webhook_token"])
    doc = c.state.find("interaction", known["interaction_id"]) if known else None
    if doc is None or doc["app_id"] != c.path["webhook_id"]:
        raise refused(50027)
    if c.state.now() - doc["at"] > interactions.TOKEN_LIFE:
        raise refused(50027)
    if doc["answered"] is None:
        raise unknown("webhook")
    return doc


def follow_up(c: Call) -> Json:
    """A further message; while the first is still loading, it fills that one instead."""
    doc = _interaction(c)
    body = c.fields()
    original = c.state.find_message(doc["original_id"]) if doc["original_id"] else None
    if original is not None and original["flags"] & MessageFlag.LOADING:
        return present.message(c.state, _fill(c, doc, original))
    fields = check(body, c.files)
    made = interactions.create(c.state, doc, body, fields, kind=MessageType.DEFAULT)
    doc["followups"].append(made["id"])
    c.state.put("interaction", doc)
    return present.message(c.state, made)


def _fill(c: Call, doc: Json, target: Json) -> Json:
    """Change a response; a loading one becomes a message that counts as not edited."""
    body = c.fields()
    fields = check(body, c.files, old=target)
    loading = bool(target["flags"] & MessageFlag.LOADING)
    target["flags"] &= ~int(MessageFlag.LOADING)
    sender = interactions.sender(c.state, doc)
    made = posting.edit(c.state, target, fields, body=body, sender=sender)
    if loading:
        made["edited_timestamp"] = None
        c.state.put_message(made)
    return made


def _response(c: Call) -> tuple[Json, Json]:
    doc = _interaction(c)
    message_id = c.path.get("message_id") or doc["original_id"]
    known = {doc["original_id"], doc["message_id"], *doc["followups"]}
    found = c.state.find_message(message_id) if message_id else None
    if found is None or found["id"] not in known:
        raise unknown("message")
    return doc, found


def get(c: Call) -> Json:
    return present.message(c.state, _response(c)[1])


def edit(c: Call) -> Json:
    doc, found = _response(c)
    return present.message(c.state, _fill(c, doc, found))


def delete(c: Call) -> None:
    posting.remove(c.state, _response(c)[1])


@route("GET", _ORIGINAL, auth=False)
def get_original(c: Call) -> Json:
    return get(c)


@route("PATCH", _ORIGINAL, auth=False)
def edit_original(c: Call) -> Json:
    return edit(c)


@route("DELETE", _ORIGINAL, auth=False)
def delete_original(c: Call) -> None:
    delete(c)
