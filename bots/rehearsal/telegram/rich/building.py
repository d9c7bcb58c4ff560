"""RichBlocks, made from the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bots.rehearsal.telegram.rich.inline import Inline, is_inline, plain
from bots.rehearsal.telegram.rich.tree import Node, wrong
from bots.rehearsal.world import Json

Shown = Callable[[str, str], Json]
"""Gives the stored medium ({"kind", "value"}) for an element's tag and its URL."""
_LEAVES = {"p": "paragraph", "footer": "footer"}
_ALIGN = ("left", "center", "right")
_VALIGN = ("top", "middle", "bottom")
_FIELD = {"voice": "voice_note"}


class Building:
    """Makes the blocks of one rich message."""

    def __init__(self, inline: Inline, shown: Shown) -> None:
        self._inline = inline
        self._shown = shown

    def blocks(self, children: list[Node | str]) -> list[Json]:
        """Blocks; loose text between them makes paragraphs."""
        made: list[Json] = []
        line: list[Node | str] = []
        for child in children:
            if is_inline(child):
                line.append(child)
                continue
            made += self._paragraph(line)
            line = []
            if isinstance(child, Node):
                made.append(self._block(child))
        return made + self._paragraph(line)

    def _paragraph(self, line: list[Node | str]) -> list[Json]:
        text = self._inline.line(line)
        if isinstance(text, dict) and text["type"] == "anchor":
            return [text]
        return [{"type": "paragraph", "text": text}] if text else []

    def _block(self, node: Node) -> Json:
        tag = node.tag
        if tag in _LEAVES:
            return {"type": _LEAVES[tag], "text": self._inline.line(node.children)}
        if tag[0] == "h" and tag[1:].isdigit():
            text = self._inline.line(node.children)
            return {"type": "heading", "text": text, "size": int(tag[1:])}
        make = {
            "hr": lambda _: {"type": "divider"},
            "pre": self._pre,
            "ul": self._list,
            "ol": self._list,
            "blockquote": self._quote,
            "aside": self._pull,
            "figure": self._figure,
            "img": self._medium,
            "video": self._medium,
            "audio": self._medium,
            "tg-map": _map,
            "tg-collage": self._several,
            "tg-slideshow": self._several,
            "table": self._table,
            "details": self._details,
            "tg-math-block": _formula,
        }.get(tag)
        if make is None:
            raise wrong(f'"{tag}" can\'t be used here')
        return make(node)

    def _pre(self, node: Node) -> Json:
        code = node.find("code")
        inner = code if code is not None and len(node.children) == 1 else node
        block: Json = {"type": "pre", "text": self._inline.text(inner.children, find=False)}
        language = inner.attributes.get("class", "").removeprefix("language-")
        return {**block, "language": language} if language else block

    def _list(self, node: Node) -> Json:
        items = [child for child in node.elements() if child.tag == "li"]
        if len(items) != len(list(node.elements())):
            raise wrong("a list holds list items only")
        start = int(node.attributes.get("start") or 1)
        return {
            "type": "list",
            "items": [self._item(node, one, start + n) for n, one in enumerate(items)],
        }

    def _item(self, above: Node, node: Node, number: int) -> Json:
        box = node.find("input")
        children = [child for child in node.children if child is not box]
        item: Json = {"label": "•", "blocks": self.blocks(children)}
        if above.tag == "ol":
            value = int(node.attributes.get("value") or number)
            kind = node.attributes.get("type") or above.attributes.get("type") or "1"
            item |= {"label": f"{value}.", "value": value, "type": kind}
        if box is not None:
            item["has_checkbox"] = True
            item |= {"is_checked": True} if "checked" in box.attributes else {}
        return item

    def _credit(self, node: Node) -> tuple[list[Node | str], Json]:
        cite = node.find("cite")
        rest = [child for child in node.children if child is not cite]
        return rest, {} if cite is None else {"credit": self._inline.line(cite.children)}

    def _quote(self, node: Node) -> Json:
        rest, credit = self._credit(node)
        return {"type": "blockquote", "blocks": self.blocks(rest), **credit}

    def _pull(self, node: Node) -> Json:
        rest, credit = self._credit(node)
        return {"type": "pullquote", "text": self._inline.line(rest), **credit}

    def _details(self, node: Node) -> Json:
        summary = node.find("summary")
        if summary is None:
            raise wrong("details without a summary")
        rest = [child for child in node.children if child is not summary]
        block: Json = {"type": "details", "summary": self._inline.line(summary.children)}
        block["blocks"] = self.blocks(rest)
        return {**block, "is_open": True} if "open" in node.attributes else block

    def _caption(self, node: Node) -> Json:
        caption = node.find("figcaption")
        if caption is None:
            return {}
        rest, credit = self._credit(caption)
        return {"caption": {"text": self._inline.line(rest), **credit}}

    def _figure(self, node: Node) -> Json:
        inner = [child for child in node.elements() if child.tag != "figcaption"]
        if len(inner) != 1:
            raise wrong("a figure holds one medium")
        return {**self._block(inner[0]), **self._caption(node)}

    def _several(self, node: Node) -> Json:
        inner = [child for child in node.elements() if child.tag != "figcaption"]
        block: Json = {
            "type": node.tag.removeprefix("tg-"),
            "blocks": [self._medium(one) for one in inner],
        }
        return {**block, **self._caption(node)}

    def _medium(self, node: Node) -> Json:
        media = self._shown(node.tag, node.attributes.get("src", ""))
        kind = str(media["kind"])
        name = _FIELD.get(kind, kind)
        block: Json = {"type": name, name: media["value"]}
        spoiler = "tg-spoiler" in node.attributes and node.tag != "audio"
        return {**block, "has_spoiler": True} if spoiler else block

    def _table(self, node: Node) -> Json:
        rows = [child for child in node.elements() if child.tag == "tr"]
        cells = [[self._cell(cell) for cell in row.elements()] for row in rows]
        block: Json = {"type": "table", "cells": cells}
        for name in ("bordered", "striped"):
            if name in node.attributes:
                block[f"is_{name}"] = True
        caption = node.find("caption")
        return block | ({"caption": self._inline.line(caption.children)} if caption else {})

    def _cell(self, node: Node) -> Json:
        if node.tag not in ("td", "th"):
            raise wrong("a table row holds cells only")
        given = node.attributes
        align, valign = given.get("align", "left"), given.get("valign", "top")
        if align not in _ALIGN or valign not in _VALIGN:
            raise wrong("wrong alignment of a table cell")
        cell: Json = {"text": self._inline.line(node.children), "align": align, "valign": valign}
        if node.tag == "th":
            cell["is_header"] = True
        for name in ("colspan", "rowspan"):
            if given.get(name, "").isdigit() and int(given[name]) > 1:
                cell[name] = int(given[name])
        return cell


def _map(node: Node) -> Json:
    given = node.attributes
    try:
        at: dict[str, Any] = {"latitude": float(given["lat"]), "longitude": float(given["long"])}
        zoom = int(given.get("zoom", "15"))
    except (KeyError, ValueError):
        raise wrong("wrong map") from None
    return {"type": "map", "location": at, "zoom": zoom, "width": 600, "height": 300}


def _formula(node: Node) -> Json:
    return {"type": "mathematical_expression", "expression": plain(node.children)}
