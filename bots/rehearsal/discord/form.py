"""A message's body as a bot, a webhook or an interaction sends it: checked, then in one shape.

Source: Discord's documentation, "Message" (create message, limits of embeds, allowed mentions).
"""

from __future__ import annotations

import re
from typing import Any

from bots.rehearsal.discord import components, layout, polls
from bots.rehearsal.discord.errors import Form, refused
from bots.rehearsal.discord.files import File, safe_name
from bots.rehearsal.discord.flags import MessageFlag

Json = dict[str, Any]

CONTENT_LIMIT = 2000
FILES = 10
ROWS = 5
STICKERS = 3
EMBED_TOTAL = 6000
_EMBED_TEXT = (("title", 256), ("description", 4096))
_SENDER_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
    | MessageFlag.EPHEMERAL
    | MessageFlag.VOICE
)
_FIELD = re.compile(r"files\[(\d+)\]")


def check(body: Any, files: tuple[File, ...] = (), *, old: Json | None = None) -> Json:
    """The fields of a message, checked; those that the body does not name are left out.

    old: the message that is edited; its other fields count for what must hold of the whole.
    Raises ApiError 50035 with Discord's tree of errors, 50006 for an empty message, 50159 to
    50162 for what is no voice message.
    """
    form = Form()
    if not isinstance(body, dict):
        form.add("_root", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        form.check()
    wanted = ("content", "embeds", "components", *(() if old else ("poll", "sticker_ids")))
    fields = {k: body[k] for k in wanted if k in body}
    fields["flags"] = int(body.get("flags") or 0) & int(_SENDER_FLAGS)
    v2 = bool((fields["flags"] | (old or {}).get("flags", 0)) & MessageFlag.COMPONENTS_V2)
    _check_text(form, body, fields)
    if v2:
        _check_legacy(form, {**(old or {}), **fields})
    _check_mentions(form, body.get("allowed_mentions"))
    if fields.get("poll") is not None:
        polls.check(form, fields["poll"])
    if fields.get("sticker_ids") is not None:
        form.count("sticker_ids", fields["sticker_ids"], 0, STICKERS)
    if files or body.get("attachments") is not None:
        fields["attachments"] = _attachments(form, body, files, (old or {}).get("attachments", []))
    if fields.get("components") is not None:
        _check_components(form, fields, old, v2=v2)
    form.check()
    _normalise(fields)
    _check_voice(fields, old)
    _refuse_empty(fields, old)
    return fields


def _check_text(form: Form, body: Json, fields: Json) -> None:
    form.length("content", fields.get("content"), 0, CONTENT_LIMIT)
    nonce = body.get("nonce")
    form.length("nonce", None if nonce is None else str(nonce), 0, 25)
    if fields.get("embeds") is not None and form.count("embeds", fields["embeds"], 0, 10):
        _check_embeds(form, fields["embeds"])


def _check_legacy(form: Form, whole: Json) -> None:
    """With components v2 nothing else stands in a message; an edit to it must empty the rest."""
    for key in ("content", "embeds", "poll", "sticker_ids", "stickers"):
        if whole.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            form.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_components(form: Form, fields: Json, old: Json | None, *, v2: bool) -> None:
    listed = fields["components"]
    if not form.count("components", listed, 0, layout.COMPONENTS if v2 else ROWS):
        return
    if v2:
        layout.check(form, listed, _names(fields, old))
    else:
        components.check_rows(form, listed)
    components.check_unique(form, listed)


def _names(fields: Json, old: Json | None) -> set[str]:
    """The names under which components may point to the message's files."""
    before = {a["id"]: a["filename"] for a in (old or {}).get("attachments", [])}
    if "attachments" not in fields:
        return set(before.values())
    names = set()
    for one in fields["attachments"]:
        if "kept" in one:
            names.add(before[one["kept"]])
        else:
            wanted = str(one["asked"].get("filename") or one["file"].filename)
            names |= {wanted, safe_name(wanted)}
    return names


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


def _normalise(fields: Json) -> None:
    if "content" in fields:
        fields["content"] = (fields["content"] or "").strip()
    if "embeds" in fields:
        fields["embeds"] = [_embed(e) for e in fields["embeds"] or []]
    if "components" in fields:
        fields["components"] = components.number(fields["components"] or [])


def _embed(embed: Json) -> Json:
    """An embed as Discord returns it: its type named, every field with its `inline`."""
    made = {"type": "rich", **embed}
    if made.get("fields"):
        made["fields"] = [{"inline": False, **field} for field in made["fields"]]
    return made


def _attachments(form: Form, body: Json, files: tuple[File, ...], old: list[Json]) -> list[Json]:
    """What the message will carry, in the order asked for: `kept` ids of old attachments with
    what is said of them, and uploads (`file`) with their entry (`asked`).

    Without `attachments` in the body everything old stays. Every entry must be an old one or
    have its upload, and every upload its entry.
    """
    uploads = {m[1]: file for file in files if (m := _FIELD.fullmatch(file.field))}
    for file in files:
        if not _FIELD.fullmatch(file.field):
            form.add("attachments", "ATTACHMENT_FIELD_INVALID", f"No field is named {file.field!r}")
    listed = body.get("attachments")
    if listed is None:
        listed = [*({"id": a["id"]} for a in old), *({"id": i} for i in uploads)]
    if not isinstance(listed, list) or len(listed) > FILES:
        form.count("attachments", listed, 0, FILES)
        return []
    known = {a["id"] for a in old}
    found = []
    for index, asked in enumerate(listed):
        number = str(asked.get("id"))
        form.length(f"attachments.{index}.description", asked.get("description"), 0, 1024)
        if number in uploads:
            found.append({"file": uploads.pop(number), "asked": asked})
        elif number in known:
            found.append({"kept": number, "asked": asked})
        else:
            message = f"No attachment and no file has the id {number}"
            form.add(f"attachments.{index}.id", "ATTACHMENT_NOT_FOUND", message)
    for number in uploads:
        message = f"files[{number}] has no entry in attachments"
        form.add("attachments", "ATTACHMENT_NOT_LISTED", message)
    return found


def _check_voice(fields: Json, old: Json | None) -> None:
    """A voice message is one audio file with its length and waveform, and nothing else."""
    if old is not None:
        if old["flags"] & MessageFlag.VOICE and set(fields) - {"flags"}:
            raise refused(50162)
        return
    if not fields["flags"] & MessageFlag.VOICE:
        return
    if any(fields.get(key) for key in ("content", "embeds", "components", "poll", "sticker_ids")):
        raise refused(50159)
    sent = fields.get("attachments") or []
    if len(sent) != 1:
        raise refused(50160)
    asked = sent[0]["asked"]
    if not asked.get("duration_secs") or not asked.get("waveform"):
        raise refused(50161)


def _refuse_empty(fields: Json, old: Json | None) -> None:
    whole = {**(old or {}), **fields}
    parts = ("content", "embeds", "components", "attachments", "poll", "sticker_ids", "stickers")
    if not any(whole.get(part) for part in parts):
        raise refused(50006)
