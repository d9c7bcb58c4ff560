"""Media as the Bot API takes them: which method, what caption, what may stand together. Pure.

A part's payload holds "as" (photo, video, animation, voice, audio or document), the caption and
its entities by their own names, and the buttons. Source: the Bot API, "sendPhoto" and the
methods after it, "sendMediaGroup" (2 to 10; documents and audio only with their own kind) and
"editMessageMedia".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bots.telegram.capabilities import ALBUM, PHOTO_LIMIT
from bots.telegram.text import to_telegram, utf16_len
from core.text.model import Rich
from core.views import Media, Part

Json = dict[str, Any]

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "animation": "sendAnimation",
    "voice": "sendVoice",
    "audio": "sendAudio",
    "document": "sendDocument",
}
WORSE = {"photo": "document", "video": "document", "animation": "document", "voice": "audio",
         "audio": "document"}  # fmt: skip
"""As what a file is sent that Telegram does not take as something better."""
_PICTURES = ("", "image/jpeg", "image/png", "image/webp")
_VOICES = ("", "audio/ogg", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a")
_SONGS = ("", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a")
_TOGETHER = {"photo": "seen", "video": "seen", "document": "file", "audio": "heard"}
_TIMED = ("video", "animation", "voice", "audio")
_SIZED = ("video", "animation")
_HIDDEN = ("photo", "video", "animation")


def parts(media: Sequence[Media], caption: Rich, again: Rich, rows: list[list[Json]]) -> list[Part]:
    """One part for each medium, albums grouped. caption: for the first; again: for the first of
    every later group; rows: the buttons, where there is one medium only."""
    made: list[Part] = []
    for number, group in enumerate(_groups(media), 1):
        for place, one in enumerate(group):
            words = (caption if number == 1 else again) if place == 0 else Rich()
            made.append(_part(one, words, rows, number if len(group) > 1 else 0))
    return made


def _part(media: Media, caption: Rich, rows: list[list[Json]], group: int) -> Part:
    kind = shown_as(media)
    text, entities = to_telegram(caption)
    payload: Json = {"as": kind, "caption": text}
    if entities:
        payload["caption_entities"] = entities
    if rows:
        payload["reply_markup"] = {"inline_keyboard": rows}
    form = "voice" if kind == "voice" else "media"
    return Part("media", payload, media=(media,), form=form, group=group)


def _groups(media: Iterable[Media]) -> list[list[Media]]:
    """What can be shown as one, in the order of what comes first."""
    groups: list[tuple[str, list[Media]]] = []
    for one in media:
        kind = _TOGETHER.get(shown_as(one), "")
        room = (g for k, g in groups if kind and k == kind and len(g) < ALBUM)
        if (group := next(room, None)) is not None:
            group.append(one)
        else:
            groups.append((kind, [one]))
    return [group for _, group in groups]


def shown_as(media: Media) -> str:
    """The kind of message that shows a medium best."""
    mime = media.mime
    if media.kind in ("photo", "sticker"):
        small = media.size <= PHOTO_LIMIT
        return "photo" if small and mime in _PICTURES else "document"
    if media.kind in ("video", "note"):
        return "video" if mime in ("", "video/mp4") else "document"
    if media.kind == "animation":
        return "animation" if mime in ("", "video/mp4", "image/gif") else "document"
    if media.kind == "voice":
        return "voice" if mime in _VOICES else "audio"
    if media.kind == "audio":
        return "audio" if mime in _SONGS else "document"
    return "document"


def about(media: Media, kind: str) -> Json:
    """What is told of a medium besides its bytes, as parameters of its method."""
    told: Json = {}
    if media.spoiler and kind in _HIDDEN:
        told["has_spoiler"] = True
    if media.seconds and kind in _TIMED:
        told["duration"] = media.seconds
    if media.width and media.height and kind in _SIZED:
        told |= {"width": media.width, "height": media.height}
    return told


def words(part: Part) -> Json:
    """The caption and the buttons of a part, as parameters."""
    return {name: value for name, value in part.payload.items() if name != "as"}


def in_words(part: Part) -> Json:
    """The same part without its medium: a line says what is missing. Parameters of a text."""
    text, entities = part.payload["caption"], part.payload.get("caption_entities", [])
    line, dressed = to_telegram(part.media[0].line)
    before = utf16_len(text) + 1 if text else 0
    moved = [{**entity, "offset": entity["offset"] + before} for entity in dressed]
    made: Json = {
        "text": f"{text}\n{line}" if text else line or "…",
        "entities": [*entities, *moved],
        "link_preview_options": {"is_disabled": True},
    }
    if "reply_markup" in part.payload:
        made["reply_markup"] = part.payload["reply_markup"]
    return made
