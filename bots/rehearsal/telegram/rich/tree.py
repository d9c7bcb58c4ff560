"""Rich HTML as a tree: only the documented tags, each of them closed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bots.rehearsal.telegram.errors import ApiError, bad

_INLINE = (
    "a b strong i em u ins s strike del code mark sub sup tg-spoiler tg-reference tg-emoji"
    " tg-time tg-math br"
)
_BLOCKS = (
    "h1 h2 h3 h4 h5 h6 p pre footer hr ul ol blockquote aside figure tg-map tg-collage"
    " tg-slideshow table details tg-math-block"
)
_PARTS = "li input cite figcaption caption tr td th summary"
_ENTITIES = "lt gt amp quot apos nbsp hellip mdash ndash lsquo rsquo ldquo rdquo"
INLINE = frozenset(_INLINE.split())
MEDIA = frozenset(("img", "video", "audio"))
_KNOWN = INLINE | MEDIA | frozenset(_BLOCKS.split()) | frozenset(_PARTS.split())
_NAMED = frozenset(_ENTITIES.split())
_VOID = frozenset(("br", "hr", "img", "input", "tg-map"))
_SPACE = re.compile(r"[ \t\n\r\f]+")


@dataclass
class Node:
    """An element. children: texts, with white space collapsed outside of `pre`, and elements."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def find(self, tag: str) -> Node | None:
        """The first child with this tag."""
        return next((one for one in self.elements() if one.tag == tag), None)

    def elements(self) -> Iterator[Node]:
        return (one for one in self.children if isinstance(one, Node))

    def walk(self) -> Iterator[Node]:
        """This element and all below it."""
        yield self
        for child in self.elements():
            yield from child.walk()


def wrong(what: str) -> ApiError:
    """400 for a rich message that cannot be read."""
    return bad(f"can't parse rich message: {what}")


def parse(source: str) -> Node:
    """The tree under one root without a tag. Raises 400 for other tags and torn ones."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return reader.root()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._open = [Node("")]

    def root(self) -> Node:
        if len(self._open) > 1:
            raise wrong(f'no end tag for "{self._open[-1].tag}"')
        return self._open[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _KNOWN:
            raise wrong(f'unsupported start tag "{tag}"')
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._open[-1].tag != tag:
            raise wrong(f'unexpected end tag "{tag}"')
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(node.tag in ("pre", "tg-math", "tg-math-block") for node in self._open):
            data = _SPACE.sub(" ", data)
        self._text(data)

    def handle_entityref(self, name: str) -> None:
        self._text(html.unescape(f"&{name};") if name in _NAMED else f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._text(html.unescape(f"&#{name};"))

    def _text(self, data: str) -> None:
        into = self._open[-1].children
        if into and isinstance(into[-1], str):
            into[-1] += data
        else:
            into.append(data)
