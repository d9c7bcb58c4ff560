"""Text with entities as the Bot API server treats it: offsets in UTF-16 units, trimmed,
at most 100 entities, and links, mentions, hashtags and commands found by the server itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.html import parse_html
from bots.rehearsal.world import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
TYPES = frozenset(
    (
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    )
)
_FOUND_BY_SERVER = frozenset(
    ("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number")
)
_KEEP = {
    "text_link": ("url",),
    "text_mention": ("user",),
    "pre": ("language",),
    "custom_emoji": ("custom_emoji_id",),
    "date_time": ("unix_time", "date_time_format"),
}
_DETECT = (
    ("url", re.compile(r"(?<![\w@.])https?://[^\s<>\"]+", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)),
    (
        "url",
        re.compile(
            r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|me|io|info|news|eu|es|de|uk|fr)"
            r"(?![\w.-]*\w@)\b(?:[/?#][^\s<>\"]*)?",
            re.IGNORECASE,
        ),
    ),
    ("mention", re.compile(r"(?<!\w)@[a-z0-9_]{4,32}(?!\w)", re.IGNORECASE)),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}")),
    ("bot_command", re.compile(r"(?<![\w/@.<>:])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?\b")),
)
_URL_TAIL = ".,:;!?'\")]}"


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of every limit and offset of the Bot API."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(
    text: str, entities: list[Json] | None, parse_mode: str | None
) -> tuple[str, list[Json]]:
    """The text and entities that the server keeps: parsed, checked, trimmed, completed.

    parse_mode: "HTML" or nothing; with it `entities` is not looked at, as on the server.
    Raises 400 for markup that cannot be parsed and entities that point outside of the text.
    """
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad("unsupported parse_mode")
        text, given = parse_html(text)
    else:
        given = [dict(entity) for entity in entities or []]
    text = text.replace("\r\n", "\n").replace("\r", "")
    checked = [kept for entity in given if (kept := _checked(text, entity)) is not None]
    text, checked = _trimmed(text, checked)
    checked = _completed(text, _without_styles_in_code(checked))
    checked.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return text, checked[:ENTITY_LIMIT]


def _checked(text: str, entity: Json) -> Json | None:
    """The entity with known fields only; None where the server drops it silently."""
    kind = entity.get("type")
    if kind not in TYPES:
        raise bad("can't parse MessageEntity: unsupported type specified")
    start, length = int(entity.get("offset", 0)), int(entity.get("length", 0))
    if length <= 0 or kind in _FOUND_BY_SERVER:
        return None
    if start < 0 or start + length > (total := utf16_length(text)):
        raise bad(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text "
            f"at UTF-16 offset {start + length if start < 0 else total}"
        )
    for edge in (start, start + length):
        if _splits_pair(text, edge):
            raise bad(f"entity boundary in the middle of a UTF-16 symbol at offset {edge}")
    if kind == "text_link" and not valid_link(str(entity.get("url", ""))):
        return None
    kept = {"type": kind, "offset": start, "length": length}
    for name in _KEEP.get(str(kind), ()):
        if entity.get(name):
            kept[name] = entity[name]
    return kept


def valid_link(url: str) -> bool:
    """Whether Telegram takes a URL in a link or button: a host with a dot, or tg://."""
    match = re.match(
        r"(?:(https?|tg|ton|tonsite)://|mailto:)?([^\s/?#:]+)(?::\d+)?(?:[/?#]\S*)?$", url, re.I
    )
    if match is None:
        return False
    if match.group(1) and match.group(1).lower() == "tg":
        return True
    return "." in match.group(2).strip(".")


def _splits_pair(text: str, edge: int) -> bool:
    raw = text.encode("utf-16-le", "surrogatepass")
    return edge * 2 < len(raw) and 0xDC <= raw[edge * 2 + 1] <= 0xDF


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space at either end; entities move along and empty ones go."""
    cut = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    total = utf16_length(text)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - cut)
        end = min(total, entity["offset"] + entity["length"] - cut)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept


def _without_styles_in_code(entities: list[Json]) -> list[Json]:
    """Code contains nothing and is part of nothing but quotes: other entities end around it."""
    codes = [entity for entity in entities if entity["type"] in ("code", "pre")]
    kept = list(codes)
    for entity in entities:
        if entity["type"] in ("code", "pre"):
            continue
        quote = entity["type"] in ("blockquote", "expandable_blockquote")
        kept += [entity] if quote else _pieces(entity, codes)
    return kept


def _pieces(entity: Json, codes: list[Json]) -> list[Json]:
    """What is left of an entity outside of the code ranges."""
    pieces = [entity]
    for code in codes:
        low, high = code["offset"], code["offset"] + code["length"]
        cut = []
        for piece in pieces:
            start, end = piece["offset"], piece["offset"] + piece["length"]
            for begin, stop in ((start, min(end, low)), (max(start, high), end)):
                if begin < stop:
                    cut.append({**piece, "offset": begin, "length": stop - begin})
        pieces = cut
    return pieces


def _completed(text: str, entities: list[Json]) -> list[Json]:
    """The given entities plus what the server finds by itself outside of code and links."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in ("code", "pre", "text_link", "text_mention")
    ]
    found = list(entities)
    for kind, start, end in detected(text):
        if all(end <= low or start >= high for low, high in taken):
            found.append({"type": kind, "offset": start, "length": end - start})
            taken.append((start, end))
    return found


def detected(text: str) -> Iterator[tuple[str, int, int]]:
    """(type, start, end) in UTF-16 units of what the server finds in a text by itself."""
    for kind, pattern in _DETECT:
        for match in pattern.finditer(text):
            word = match.group().rstrip(_URL_TAIL) if kind == "url" else match.group()
            if kind == "url" and not valid_link(word):
                continue
            start = utf16_length(text[: match.start()])
            yield kind, start, start + utf16_length(word)
