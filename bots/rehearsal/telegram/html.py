"""`parse_mode` HTML, with the tags and the error texts of the Bot API server."""

from __future__ import annotations

import html
import re

from bots.rehearsal.telegram.errors import ApiError, bad
from bots.rehearsal.world import Json

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_REFERENCE = re.compile(r"&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot);")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities (UTF-16 offsets) of Telegram's HTML.

    Raises 400 "can't parse entities: ..." with the byte offset, as the server does.
    """
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._text = ""
        self._open: list[tuple[str, Json]] = []
        self._entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        at = 0
        while (lt := self._source.find("<", at)) >= 0:
            self._write(self._source[at:lt])
            match = _TAG.match(self._source, lt)
            if match is None:
                raise self._error(lt, "Unsupported start tag", '""')
            if match.group(1):
                self._end(match.group(2).lower(), lt)
            else:
                self._start(match.group(2).lower(), match.group(3), lt)
            at = match.end()
        self._write(self._source[at:])
        if self._open:
            name = self._open[-1][0]
            raise bad(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\""
            )
        return self._text, [entity for entity in self._entities if entity["length"] > 0]

    def _write(self, raw: str) -> None:
        self._text += _REFERENCE.sub(lambda match: html.unescape(match.group()), raw)

    def _here(self) -> int:
        return len(self._text.encode("utf-16-le", "surrogatepass")) // 2

    def _start(self, name: str, rest: str, at: int) -> None:
        attributes = {
            found.group(1).lower(): html.unescape(next((v for v in found.groups()[1:] if v), ""))
            for found in _ATTRIBUTE.finditer(rest)
        }
        if name not in _SIMPLE or (name == "span" and attributes.get("class") != "tg-spoiler"):
            raise self._error(at, "Unsupported start tag", f'"{name}"')
        entity: Json = {"type": _SIMPLE[name], "offset": self._here(), "length": 0}
        if name == "a":
            entity["url"] = attributes.get("href", "")
        elif name == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif name == "tg-emoji":
            entity["custom_emoji_id"] = attributes.get("emoji-id", "")
        elif name == "code" and self._open and self._open[-1][0] == "pre":
            entity["language"] = attributes.get("class", "").removeprefix("language-")
        self._open.append((name, entity))

    def _end(self, name: str, at: int) -> None:
        if not self._open:
            raise self._error(at, "Unexpected end tag", "")
        expected, entity = self._open.pop()
        if name != expected:
            offset = len(self._source[:at].encode())
            raise bad(
                f"can't parse entities: Unmatched end tag at byte offset {offset}, "
                f'expected "</{expected}>", found "</{name}>"'
            )
        entity["length"] = self._here() - entity["offset"]
        self._close(name, entity)

    def _close(self, name: str, entity: Json) -> None:
        """A link without an address becomes its own text; code inside pre names its language."""
        if name == "code" and self._open and self._open[-1][0] == "pre":
            if language := entity.get("language"):
                self._open[-1][1]["language"] = language
            return
        if name == "a" and not entity["url"]:
            raw = self._text.encode("utf-16-le", "surrogatepass")
            entity["url"] = raw[entity["offset"] * 2 :].decode("utf-16-le", "surrogatepass")
        self._entities.append(entity)

    def _error(self, at: int, what: str, name: str) -> ApiError:
        offset = len(self._source[:at].encode())
        middle = f" {name}" if name else ""
        return bad(f"can't parse entities: {what}{middle} at byte offset {offset}")
