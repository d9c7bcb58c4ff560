"""InputRichMessage to blocks, within the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt

from bots.rehearsal.telegram.errors import ApiError, bad
from bots.rehearsal.telegram.rich.building import Building, Shown
from bots.rehearsal.telegram.rich.inline import Inline
from bots.rehearsal.telegram.rich.tree import MEDIA, Node, parse, wrong
from bots.rehearsal.world import Json

TEXT_MOST = 32_768
BLOCKS_MOST = 500
DEPTH_MOST = 16
MEDIA_MOST = 50
COLUMNS_MOST = 20
_MEDIA_BLOCKS = ("photo", "video", "animation", "audio", "voice_note")
_TEXTS = ("text", "summary", "credit", "caption")
_OUTSIDE_MARKDOWN = ("thead", "tbody")


def read_blocks(given: Json, users: Callable[[int], Json], shown: Shown) -> list[Json]:
    """The blocks of an InputRichMessage, of its html, markdown or blocks.

    users: the User of an id; shown: the stored medium for a tag and a URL. Raises 400.
    """
    ways = [name for name in ("html", "markdown", "blocks") if given.get(name)]
    if len(ways) != 1:
        raise wrong("exactly one of html, markdown and blocks must be used")
    if ways == ["blocks"]:
        blocks = [dict(block) for block in given["blocks"]]
    else:
        inline = Inline(not given.get("skip_entity_detection"), users)
        blocks = Building(inline, shown).blocks(_tree(given).children)
    _check(blocks)
    return blocks


def media_urls(given: Any) -> list[tuple[str, str]]:
    """(tag, URL) of the media that a rich message shows by an HTTP URL; none where it is torn."""
    if not isinstance(given, dict) or not (given.get("html") or given.get("markdown")):
        return []
    try:
        nodes = [node for node in _tree(given).walk() if node.tag in MEDIA]
    except ApiError:
        return []
    pairs = [(node.tag, node.attributes.get("src", "")) for node in nodes]
    return [(tag, url) for tag, url in pairs if url.startswith(("http://", "https://"))]


def _tree(given: Json) -> Node:
    if given.get("html"):
        return parse(str(given["html"]))
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    source = reader.render(str(given["markdown"]))
    for tag in _OUTSIDE_MARKDOWN:
        source = source.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    tree = parse(source)
    tree.children = [_lifted(child) for child in tree.children]
    return tree


def _lifted(child: Node | str) -> Node | str:
    """A picture that stands alone in a paragraph of Markdown is a block; its title, a caption."""
    if isinstance(child, str) or child.tag != "p" or len(child.children) != 1:
        return child
    (inner,) = child.children
    if isinstance(inner, str) or inner.tag != "img":
        return child
    title = inner.attributes.get("title")
    return Node("figure", {}, [inner, Node("figcaption", {}, [title])]) if title else inner


def _check(blocks: list[Json]) -> None:
    if not blocks:
        raise bad("message text is empty")
    if sum(_length(block) for block in blocks) > TEXT_MOST:
        raise wrong("the text is too long")
    every = list(_every(blocks))
    rows = sum(len(block["cells"]) for block in every if block.get("type") == "table")
    if len(every) + rows > BLOCKS_MOST:
        raise wrong("too many blocks")
    if max(_depth(block) for block in blocks) > DEPTH_MOST:
        raise wrong("the blocks are nested too deep")
    if sum(block.get("type") in _MEDIA_BLOCKS for block in every) > MEDIA_MOST:
        raise wrong("too many media")
    widths = [
        sum(cell.get("colspan", 1) for cell in row)
        for block in every
        for row in block.get("cells", ())
    ]
    if max(widths, default=0) > COLUMNS_MOST:
        raise wrong("too many columns in a table")


def _every(blocks: list[Json]) -> Iterator[Json]:
    """Blocks, what they hold, and list items, which count as blocks too."""
    for block in blocks:
        yield block
        yield from _every([*block.get("blocks", ()), *block.get("items", ())])


def _length(value: Any) -> int:
    """Characters of text, with alternative texts and formulas."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(_length(one) for one in value)
    if not isinstance(value, dict):
        return 0
    names = (*_TEXTS, "blocks", "items", "cells", "alternative_text", "expression")
    return sum(_length(value[name]) for name in names if name in value)


def _depth(value: Any) -> int:
    """Levels of blocks and of dress within each other."""
    if isinstance(value, list):
        return max((_depth(one) for one in value), default=0)
    if not isinstance(value, dict):
        return 0
    inner = [value[name] for name in (*_TEXTS, "blocks", "items", "cells") if name in value]
    return 1 + _depth(inner)
