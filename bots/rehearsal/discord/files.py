"""Attachments: what Discord makes of an uploaded file, and the addresses under which it serves it.

Source: Discord's documentation, "Reference" (uploading files, signed attachment CDN URLs) and
"Message" (attachment object). The bytes lie in the World's files.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, replace
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any

from bots.rehearsal.discord.errors import unknown
from bots.rehearsal.discord.state import State
from bots.rehearsal.telegram.pictures import dimensions

Json = dict[str, Any]

MIB = 1024 * 1024
FILE_LIMITS = (10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB)
"""Bytes of one file by the guild's boost tier."""
REQUEST_LIMIT = 25 * MIB
SPOILER = "SPOILER_"
_SPOILER_FLAG, _ANIMATED_FLAG = 1 << 3, 1 << 5
_KEY = b"the rehearsal's CDN"
_NAME_LIMIT = 240
_TYPES = MimeTypes()
for _suffix, _kind in (
    (".webp", "image/webp"),
    (".ogg", "audio/ogg"),
    (".oga", "audio/ogg"),
    (".opus", "audio/opus"),
    (".m4a", "audio/mp4"),
    (".webm", "video/webm"),
    (".mp4", "video/mp4"),
):
    _TYPES.add_type(_kind, _suffix)


@dataclass(frozen=True)
class File:
    """An uploaded file.

    field: its form field, "files[0]". data: its bytes or a file with them, unless they lie in
    the World's files already, under `name`. size: in bytes; larger than `data`, the file is
    filled up with zero bytes, which take no room. known: what Discord finds out by
    looking into a file and the rehearsal does not (`width`, `height`, `duration_secs`).
    """

    field: str
    filename: str
    data: bytes | Path = b""
    content_type: str = "application/octet-stream"
    name: str = ""
    size: int = 0
    known: Json = dataclasses.field(default_factory=dict)

    def kept(self, state: State) -> File:
        """The same with its bytes in the World's files."""
        if self.name:
            return self
        name = state.world.files.keep(self.data, self.size or None)
        return replace(self, data=b"", name=name, size=state.world.files.size(name))


def limit(state: State, guild_id: str | None) -> int:
    """How many bytes a file may have in this guild, or in a direct chat."""
    guild = state.find("guild", guild_id)
    return FILE_LIMITS[(guild or {}).get("premium_tier", 0)]


def request_limit(state: State, guild_id: str | None) -> int:
    """How many bytes a request may have: 25 MiB, more where one file may be larger than that."""
    return max(REQUEST_LIMIT, limit(state, guild_id) + MIB)


def guild_of(state: State, parts: dict[str, str]) -> str | None:
    """The guild that a route's path leads to; None in a direct chat, and where nothing is known."""
    place = state.find("webhook", parts.get("webhook_id")) or state.find(
        "interaction", parts.get("interaction_id")
    )
    if place is None and "webhook_token" in parts:
        token = state.find("token", parts["webhook_token"])
        place = state.find("interaction", token["interaction_id"]) if token else None
    place = place or state.find("channel", parts.get("channel_id"))
    return place.get("guild_id") if place else None


def safe_name(raw: str) -> str:
    """A file's name as Discord keeps it: plain letters, digits, dot, dash and underline."""
    base = raw.replace("\\", "/").rsplit("/", 1)[-1].strip()
    stem, dot, suffix = base.rpartition(".")
    stem, suffix = (_plain(stem), _plain(suffix)) if dot else (_plain(base), "")
    stem = stem.lstrip(".")[:_NAME_LIMIT] or "file"
    return f"{stem}.{suffix[:16]}" if suffix else stem


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]", "", re.sub(r"\s+", "_", ascii_only))


def make(state: State, channel_id: str, file: File, asked: Json) -> Json:
    """Keep an upload as an attachment of a channel. asked: its entry in `attachments`."""
    wanted = str(asked.get("filename") or file.filename)
    filename = safe_name(wanted)
    if asked.get("is_spoiler") and not filename.startswith(SPOILER):
        filename = SPOILER + filename
    made: Json = {"id": state.snowflake(), "filename": filename, "size": file.size}
    kind = content_type(filename, file.content_type)
    if kind is not None:
        made["content_type"] = kind
    title = wanted.rpartition(".")[0] or wanted
    if filename.removeprefix(SPOILER) != wanted.removeprefix(SPOILER):
        made["title"] = title
    made |= {k: asked[k] for k in ("description", "waveform", "duration_secs") if asked.get(k)}
    if asked.get("title"):
        made["title"] = asked["title"]
    made |= _looked_into(state, file, kind or "")
    flags = _SPOILER_FLAG if filename.startswith(SPOILER) else 0
    flags |= _ANIMATED_FLAG if kind == "image/gif" else 0
    if flags:
        made["flags"] = flags
    keep(state, channel_id, made, file.name)
    return made


def _looked_into(state: State, file: File, kind: str) -> Json:
    found = dict(file.known)
    if kind.startswith("image/"):
        size = dimensions(state.world.files.path(file.name))
        if size is not None:
            found |= {"width": size[0], "height": size[1]}
    return found


def content_type(filename: str, told: str) -> str | None:
    """The type by the file's name, else what the sender said; None where nobody knows."""
    guessed = _TYPES.guess_type(filename)[0]
    if guessed is None and told not in ("", "application/octet-stream"):
        guessed = told
    if guessed is not None and guessed.startswith("text/"):
        return f"{guessed}; charset=utf-8"
    return guessed


def keep(state: State, channel_id: str, attachment: Json, name: str) -> None:
    """Note that an attachment of a channel has these bytes. name: in the World's files."""
    doc = {
        "id": attachment["id"],
        "channel_id": channel_id,
        "filename": attachment["filename"],
        "content_type": attachment.get("content_type", "application/octet-stream"),
        "name": name,
        "gone": None,
    }
    state.put("file", doc)


def copied(state: State, channel_id: str, attachment: Json) -> Json:
    """A copy of an attachment in another channel, as a forward makes it."""
    made = {**attachment, "id": state.snowflake()}
    origin = state.find("file", attachment["id"])
    if origin is not None:
        keep(state, channel_id, made, origin["name"])
    return made


def let_go(state: State, attachments: list[Json], after: float | None = None) -> None:
    """Their message is gone or has dropped them; they can be fetched for so many seconds, the
    switch's without `after`."""
    left = state.world.switches.linger if after is None else after
    for attachment in attachments:
        doc = state.find("file", attachment["id"])
        if doc is not None:
            state.put("file", doc | {"gone": state.now() + left})


def carried(doc: Json) -> list[Json]:
    """Every attachment of a message, those inside of what it forwards included."""
    inside = [a for one in doc.get("snapshots") or [] for a in one["attachments"]]
    return [*doc["attachments"], *inside]


# Addresses


def address(state: State, channel_id: str, attachment: Json) -> str:
    """The signed address of an attachment, good for the switch's while from now on."""
    path = f"/attachments/{channel_id}/{attachment['id']}/{attachment['filename']}"
    issued = int(state.now())
    ends = int(min(state.now() + state.world.switches.link_life, 2**62))
    signed = _signature(path, f"{ends:x}", f"{issued:x}")
    return f"{state.cdn}{path}?ex={ends:x}&is={issued:x}&hm={signed}&"


def _signature(path: str, ends: str, issued: str) -> str:
    return hmac.new(_KEY, f"{path}|{ends}|{issued}".encode(), hashlib.sha256).hexdigest()


def served(state: State, path: str, query: dict[str, str]) -> Json:
    """The file behind an address. Raises ApiError 404 for a wrong signature, one that has ended,
    and a file whose message is gone."""
    ends, issued = query.get("ex", ""), query.get("is", "")
    good = hmac.compare_digest(query.get("hm", ""), _signature(path, ends, issued))
    doc = state.find("file", path.split("/")[3])
    if not good or doc is None or int(ends, 16) <= state.now():
        raise unknown("file")
    if doc["gone"] is not None and doc["gone"] <= state.now():
        raise unknown("file")
    return doc


def refreshed(state: State, url: str) -> str:
    """The address of the same attachment signed anew; what is no attachment stays as it is."""
    found = re.search(r"/attachments/(\d+)/(\d+)/([^/?#]+)", url)
    doc = state.find("file", found[2]) if found else None
    if found is None or doc is None or doc["channel_id"] != found[1]:
        return url
    return address(state, doc["channel_id"], doc)
