"""RichText: dressed text within a block, with the links and names that the server finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bots.rehearsal.telegram.entities import detected
from bots.rehearsal.telegram.rich.tree import INLINE, Node, wrong
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
    "code": "code",
    "mark": "marked",
    "sub": "subscript",
    "sup": "superscript",
    "tg-spoiler": "spoiler",
}
_FOUND = {
    "url": ("url", "url"),
    "email": ("email_address", "email_address"),
    "mention": ("mention", "username"),
    "hashtag": ("hashtag", "hashtag"),
    "bot_command": ("bot_command", "bot_command"),
}
_EMOJI = "tg://emoji?id="
_SCHEMES = (("mailto:", "email_address"), ("tel:", "phone_number"))


def is_inline(child: Node | str) -> bool:
    """Whether a child belongs into a line of text: an `img` does as a custom emoji only."""
    if isinstance(child, str) or child.tag in INLINE:
        return True
    return child.tag == "img" and child.attributes.get("src", "").startswith(_EMOJI)


def plain(children: Iterable[Node | str]) -> str:
    """The text of children, without dress."""
    return "".join(one if isinstance(one, str) else plain(one.children) for one in children)


class Inline:
    """Makes RichText. detect: whether links, mentions and hashtags are looked for."""

    def __init__(self, detect: bool, users: Any) -> None:
        self._detect = detect
        self._users = users

    def text(self, children: Iterable[Node | str], *, find: bool = True) -> Any:
        """A string, one dressed text, or an array of both."""
        parts: list[Any] = []
        for child in children:
            if isinstance(child, str):
                parts += self._found(child) if find and self._detect else [child]
            else:
                parts.append(self._element(child))
        parts = _joined(parts)
        return parts[0] if len(parts) == 1 else parts or ""

    def line(self, children: list[Node | str]) -> Any:
        """As `text`, without white space at either end."""
        return _trimmed(self.text(children))

    def _found(self, text: str) -> list[Any]:
        parts: list[Any] = []
        at = 0
        raw = text.encode("utf-16-le", "surrogatepass")
        spans = sorted((s, e, kind) for kind, s, e in detected(text) if kind in _FOUND)
        for start, end, kind in spans:
            if start < at:
                continue
            parts.append(raw[at * 2 : start * 2].decode("utf-16-le", "surrogatepass"))
            word = raw[start * 2 : end * 2].decode("utf-16-le", "surrogatepass")
            name, value = _FOUND[kind]
            parts.append({"type": name, "text": word, value: word})
            at = end
        return [*parts, raw[at * 2 :].decode("utf-16-le", "surrogatepass")]

    def _element(self, node: Node) -> Any:
        if not is_inline(node):
            raise wrong(f'"{node.tag}" can\'t be used inside of a text')
        if node.tag == "br":
            return "\n"
        if node.tag == "a":
            return self._link(node)
        inner = self.text(node.children, find=node.tag != "code")
        if node.tag in _SIMPLE:
            return {"type": _SIMPLE[node.tag], "text": inner}
        return self._special(node, inner)

    def _special(self, node: Node, inner: Any) -> Json:
        given = node.attributes
        if node.tag == "tg-reference":
            return {"type": "reference", "text": inner, "name": given.get("name", "")}
        if node.tag == "tg-math":
            return {"type": "mathematical_expression", "expression": plain(node.children)}
        if node.tag == "tg-time":
            if not given.get("unix", "").isdigit():
                raise wrong("RICH_MESSAGE_DATE_INVALID")
            time = {"unix_time": int(given["unix"]), "date_time_format": given.get("format", "")}
            return {"type": "date_time", "text": inner, **time}
        if node.tag == "img":
            emoji, number = given.get("alt", ""), given["src"].removeprefix(_EMOJI)
        else:
            emoji, number = plain(node.children), given.get("emoji-id", "")
        return {"type": "custom_emoji", "custom_emoji_id": number, "alternative_text": emoji}

    def _link(self, node: Node) -> Any:
        name, url = node.attributes.get("name"), node.attributes.get("href", "")
        if name is not None and not url:
            return {"type": "anchor", "name": name}
        text = self.text(node.children, find=False)
        if url.startswith("#"):
            return {"type": "anchor_link", "text": text, "anchor_name": url[1:]}
        for scheme, kind in _SCHEMES:
            if url.startswith(scheme):
                return {"type": kind, "text": text, kind: url.removeprefix(scheme)}
        number = url.removeprefix("tg://user?id=")
        if number != url and number.isdigit():
            return {"type": "text_mention", "text": text, "user": self._users(int(number))}
        return {"type": "url", "text": text, "url": url} if url else text


def _joined(parts: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, list):
            joined += part
        elif isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return joined


def _trimmed(text: Any) -> Any:
    if isinstance(text, str):
        return text.strip()
    if isinstance(text, list):
        first, last = text[0], text[-1]
        middle = text[1:-1]
        head = first.lstrip() if isinstance(first, str) else first
        tail = last.rstrip() if isinstance(last, str) else last
        kept = [part for part in (head, *middle, tail) if part != ""]
        return kept[0] if len(kept) == 1 else kept
    return text
