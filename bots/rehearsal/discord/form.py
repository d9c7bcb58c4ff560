"""A message's body as a bot, a webhook or an interaction sends it: checked, then in one shape.

Source: Discord's documentation, "Message" (create message, limits of embeds, allowed mentions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord import components
from bots.rehearsal.discord.errors import Form, refused
from bots.rehearsal.discord.flags import MessageFlag

Json = dict[str, Any]

CONTENT_LIMIT = 2000
FILE_LIMIT = 10 * 1024 * 1024
EMBED_TOTAL = 6000
_EMBED_TEXT = (("title", 256), ("description", 4096))
_SENDER_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
    | MessageFlag.EPHEMERAL
)


@dataclass(frozen=True)
class File:
    """An uploaded file: `field` is its form field, "files[0]"."""

    field: str
    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


def check(body: Any, files: tuple[File, ...] = (), *, old: Json | None = None) -> Json:
    """The fields of a message, checked; those that the body does not name are left out.

    old: the message that is edited; its other fields count for what must hold of the whole.
    Raises ApiError 50035 with Discord's tree of errors, 50006 for an empty message, 40005 for
    a file that is too large.
    """
    form = Form()
    if not isinstance(body, dict):
        form.add("_root", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        form.check()
    fields = {k: body[k] for k in ("content", "embeds", "components", "poll") if k in body}
    fields["flags"] = int(body.get("flags") or 0) & int(_SENDER_FLAGS)
    v2 = bool((fields["flags"] | (old or {}).get("flags", 0)) & MessageFlag.COMPONENTS_V2)
    _check_text(form, body, fields, v2=v2)
    if fields.get("components") is not None:
        components.check_message(form, fields["components"], v2=v2)
    _check_mentions(form, body.get("allowed_mentions"))
    form.check()
    _normalise(body, fields, files)
    _refuse_empty(fields, old)
    return fields


def _check_text(form: Form, body: Json, fields: Json, *, v2: bool) -> None:
    form.length("content", fields.get("content"), 0, CONTENT_LIMIT)
    nonce = body.get("nonce")
    form.length("nonce", None if nonce is None else str(nonce), 0, 25)
    if fields.get("embeds") is not None and form.count("embeds", fields["embeds"], 0, 10):
        _check_embeds(form, fields["embeds"])
    if v2 and (fields.get("content") or fields.get("embeds") or fields.get("poll")):
        message = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        form.add("content", code, message)


def _check_embeds(form: Form, embeds: list[Json]) -> None:
    total = 0
    for index, embed in enumerate(embeds):
        path = f"embeds.{index}"
        for key, high in _EMBED_TEXT:
            form.length(f"{path}.{key}", embed.get(key), 0, high)
            total += len(embed.get(key) or "")
        for key, part, high in (("footer", "text", 2048), ("author", "name", 256)):
            text = (embed.get(key) or {}).get(part)
            form.length(f"{path}.{key}.{part}", text, 0, high)
            total += len(text or "")
        total += _check_embed_fields(form, path, embed.get("fields") or [])
    if total > EMBED_TOTAL:
        message = f"Embed size exceeds maximum size of {EMBED_TOTAL}"
        form.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed_fields(form: Form, path: str, fields: list[Json]) -> int:
    form.count(f"{path}.fields", fields, 0, 25)
    total = 0
    for index, field in enumerate(fields):
        for key, high in (("name", 256), ("value", 1024)):
            if not field.get(key):
                form.required(f"{path}.fields.{index}.{key}")
            form.length(f"{path}.fields.{index}.{key}", field.get(key), 0, high)
            total += len(field.get(key) or "")
    return total


def _check_mentions(form: Form, allowed: Json | None) -> None:
    if not allowed:
        return
    parse = allowed.get("parse") or []
    for key in ("users", "roles"):
        listed = allowed.get(key) or []
        if key in parse and listed:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            form.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        form.count(f"allowed_mentions.{key}", listed, 0, 100)


def _normalise(body: Json, fields: Json, files: tuple[File, ...]) -> None:
    if "content" in fields:
        fields["content"] = (fields["content"] or "").strip()
    if "embeds" in fields:
        fields["embeds"] = [_embed(e) for e in fields["embeds"] or []]
    if "components" in fields:
        fields["components"] = components.number(fields["components"] or [])
    if files or "attachments" in body:
        fields["attachments"] = _attachments(body, files)


def _embed(embed: Json) -> Json:
    """An embed as Discord returns it: its type named, every field with its `inline`."""
    made = {"type": "rich", **embed}
    if made.get("fields"):
        made["fields"] = [{"inline": False, **field} for field in made["fields"]]
    return made


def _attachments(body: Json, files: tuple[File, ...]) -> list[Json]:
    """What the message will carry: kept attachments by id, then uploads with their bytes."""
    if any(len(file.data) > FILE_LIMIT for file in files):
        raise refused(40005)
    described = {str(a.get("id")): a for a in body.get("attachments") or []}
    uploaded = {file.field.removeprefix("files[").removesuffix("]"): file for file in files}
    kept = [{"kept": i} for i in described if i not in uploaded]
    return kept + [
        {
            "filename": (described.get(index) or {}).get("filename") or file.filename,
            "description": (described.get(index) or {}).get("description"),
            "content_type": file.content_type,
            "data": file.data,
        }
        for index, file in uploaded.items()
    ]


def _refuse_empty(fields: Json, old: Json | None) -> None:
    whole = {**(old or {}), **fields}
    parts = ("content", "embeds", "components", "attachments", "poll")
    if not any(whole.get(part) for part in parts):
        raise refused(50006)
