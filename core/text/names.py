"""Names of files and people, made safe to show, to store and to send (pure)."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

LONGEST = 80
"""Characters of a name, its ending included."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_FORBIDDEN = re.compile(r"[/\\:*?\"<>|`@#]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)")
_MIME = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")
_ENDINGS = {
    "photo": ".jpg",
    "video": ".mp4",
    "note": ".mp4",
    "animation": ".mp4",
    "voice": ".ogg",
    "audio": ".mp3",
    "sticker": ".webp",
}
_COMMON = {"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "image/jpeg": ".jpg", "video/mp4": ".mp4"}
SPOILER = "SPOILER_"
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Spaces, and letters and signs of which nothing is seen.
_UNSEEN = re.compile(
    r"[\s\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u2800\u3164\ufeff\uffa0]*"
)


def file_name(name: str) -> str:
    """A name without what could command a terminal, a path or a reader's eye; "" for none.

    Control, format (bidirectional ones too), private and unassigned characters go, path
    separators and characters of mentions become "_", dots and spaces at the ends go, the names
    of devices get a "_" before them, and what is too long is cut before its ending.
    """
    seen = "".join(" " if c.isspace() else c for c in name[:1000] if _visible(c))
    kept = unicodedata.normalize("NFC", seen)
    kept = _FORBIDDEN.sub("_", " ".join(kept.split())).strip(" .")
    if _RESERVED.match(kept):
        kept = "_" + kept
    ending = _ENDING.search(kept)
    tail = ending[0] if ending else ""
    stem = kept[: len(kept) - len(tail)] if tail else kept
    return (stem[: LONGEST - len(tail)].rstrip(" .") + tail).strip(" .")


def person_name(name: str) -> str:
    """A person's name on one line, without what would turn the words behind it around; "?" where
    nobody could see it."""
    shown = " ".join(_TURNS.sub("", name).split())
    return "?" if _UNSEEN.fullmatch(shown) else shown


def _visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] != "C"


def media_type(mime: str) -> str:
    """A media type as it may stand in a header, "" for anything else."""
    small = mime.split(";")[0].strip().lower()
    return small if _MIME.fullmatch(small) else ""


def upload_name(kind: str, name: str, mime: str) -> str:
    """The name under which a medium is sent: its own, or one made of its kind; with an ending,
    by which platforms know what it is."""
    known = file_name(name)
    if known and _ENDING.search(known):
        return known
    guessed = _COMMON.get(mime) or (mimetypes.guess_extension(mime) if mime else None)
    return (known or kind) + (guessed or _ENDINGS.get(kind, ".bin"))
