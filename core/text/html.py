"""HTML as feeds and pages carry it, read into rich text and a list of pictures.

The parser (libxml2) hands over a stream of tags and text; no tree is built, nothing recurses,
so that neither depth nor size of a hostile document matters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from lxml import etree

from core.feeds.model import Image
from core.text.model import Rich, Style
from core.text.pictures import picture
from core.text.tools import safe_url
from core.text.writer import Writer

_SKIPPED = frozenset(
    [
        "head",
        "title",
        "style",
        "script",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "select",
        "textarea",
        "button",
        "svg",
        "math",
        "object",
        "applet",
        "canvas",
        "datalist",
        "dialog",
        "map",
        "progress",
        "meter",
    ]
)
_STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "summary": Style.BOLD,
    "th": Style.BOLD,
    "dt": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "cite": Style.ITALIC,
    "dfn": Style.ITALIC,
    "var": Style.ITALIC,
    "figcaption": Style.ITALIC,
    "u": Style.UNDERLINE,
    "ins": Style.UNDERLINE,
    "s": Style.STRIKE,
    "strike": Style.STRIKE,
    "del": Style.STRIKE,
    "tg-spoiler": Style.SPOILER,
    "code": Style.CODE,
    "kbd": Style.CODE,
    "samp": Style.CODE,
    "tt": Style.CODE,
    "blockquote": Style.QUOTE,
}
_BREAKS = {
    **dict.fromkeys(
        [
            "p",
            "ul",
            "ol",
            "dl",
            "blockquote",
            "pre",
            "table",
            "figure",
            "hr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
        ],
        2,
    ),
    **dict.fromkeys(
        [
            "div",
            "section",
            "article",
            "main",
            "header",
            "footer",
            "aside",
            "nav",
            "address",
            "details",
            "summary",
            "figcaption",
            "center",
            "form",
            "fieldset",
            "li",
            "dt",
            "dd",
            "tr",
            "caption",
            "body",
            "video",
            "audio",
            "iframe",
        ],
        1,
    ),
}
_PLAYERS = frozenset({"iframe", "video", "audio", "embed"})
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|brush:?)[-\s]?([A-Za-z0-9_+#.-]{1,30})")
_RULE = "———"


def to_rich(html: str, base_url: str = "") -> tuple[Rich, tuple[Image, ...]]:
    """Text and pictures of a piece of HTML.

    Paragraphs are an empty line apart; list items stand on their own lines behind "• " or
    their number. Links are absolute (`base_url` resolves relative ones); one that is no http,
    https, mailto or tg address leaves its text. Pictures are taken out of the text, in their
    order, each once, in the best size named. Nothing makes it fail: what cannot be read as
    HTML is text.
    """
    reader = _Reader(base_url)
    target = cast(Any, reader)
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, recover=True)
    parser.feed(html.replace("\x00", "").encode("utf-8", "replace"))
    parser.close()
    return reader.writer.finish(), tuple(reader.images.values())


class _Reader:
    """The parser's target: what each tag opens is undone when it closes."""

    def __init__(self, base_url: str) -> None:
        self.writer = Writer()
        self.images: dict[str, Image] = {}
        self._base = base_url
        self._skipping = 0
        self._offered: Image | None = None
        self._playing: list[bool] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping or tag in _SKIPPED or _hidden(attributes):
            self._skipping += 1
            return
        if tag in _BREAKS:
            self.writer.break_lines(self._lines(tag))
        self.writer.open_tag()
        for style in _dress(tag, attributes):
            self.writer.open(style)
        self._special(tag, attributes)

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        if tag in _PLAYERS and self._playing:
            self._playing.pop()
        if tag == "q":
            self.writer.write("”")
        if tag in ("ul", "ol"):
            self.writer.close_list()
        self.writer.close_tag()
        if tag in _BREAKS:
            self.writer.break_lines(self._lines(tag))

    def data(self, data: str) -> None:
        if not self._skipping and not self._playing:
            self.writer.write(data)

    def comment(self, text: str) -> None:
        """Comments say nothing to readers."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Neither do processing instructions."""

    def close(self) -> None:
        """The parser's result, which is read from the writer instead."""

    def _lines(self, tag: str) -> int:
        return 1 if tag in ("ul", "ol", "p") and self.writer.in_list else _BREAKS[tag]

    def _special(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            self.writer.line_break()
        elif tag == "a":
            self._link(attributes)
        elif tag == "img":
            self._image(tag, attributes)
        elif tag == "source":
            self._source(attributes)
        elif tag in ("ul", "ol", "li"):
            self._list(tag, attributes)
        elif tag in _PLAYERS:
            self._player(attributes)
        else:
            self._rare(tag, attributes)

    def _rare(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "pre":
            self.writer.open_pre(_language(attributes))
        elif tag == "code":
            self.writer.name_language(_language(attributes))
        elif tag in ("td", "th"):
            self.writer.cell()
        elif tag == "hr":
            self.writer.write(_RULE)
        elif tag == "q":
            self.writer.write("“")

    def _link(self, attributes: Mapping[str, str]) -> None:
        url = safe_url(attributes.get("href", ""), self._base)
        if url:
            self.writer.open(Style.LINK, url)

    def _image(self, tag: str, attributes: Mapping[str, str]) -> None:
        image = picture(attributes, self._base)
        if tag == "source":
            self._offered = self._offered or image
            return
        image = image or (None if attributes.get("src") else self._offered)
        self._offered = None
        if image is not None:
            self.images.setdefault(image.url, image)

    def _list(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "li":
            self.writer.item(_number(attributes.get("value")))
        else:
            first = _number(attributes.get("start"))
            self.writer.open_list((1 if first is None else first) if tag == "ol" else None)

    def _player(self, attributes: Mapping[str, str]) -> None:
        """A film or a sound becomes a link; what stands inside is for browsers without it."""
        url = safe_url(attributes.get("src", ""), self._base)
        self._playing.append(url.startswith("http"))
        if self._playing[-1]:
            self.writer.open_tag()
            self.writer.open(Style.LINK, url)
            self.writer.write(attributes.get("title", "").strip() or urlsplit(url).netloc)
            self.writer.close_tag()

    def _source(self, attributes: Mapping[str, str]) -> None:
        """One of the files of a player, of which the first is linked, or of a picture."""
        if not self._playing:
            self._image("source", attributes)
        elif not self._playing.pop():
            self._player(attributes)
        else:
            self._playing.append(True)


def _number(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"-?[0-9]{1,9}", value.strip()) else None


def _language(attributes: Mapping[str, str]) -> str:
    found = _LANGUAGE.search(attributes.get("class", "")[:500])
    return found[1].lower() if found else attributes.get("data-lang", "")[:30]


def _hidden(attributes: Mapping[str, str]) -> bool:
    css = attributes.get("style", "")[:2000].replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in css


def _dress(tag: str, attributes: Mapping[str, str]) -> list[tuple[Style, str]]:
    """The styles that a tag puts on its text, by its name or by what editors write into
    `style`: pages pasted from word processors say bold in CSS, and take back a `<b>` there."""
    styles: dict[Style, str] = {}
    if tag in _STYLES:
        styles[_STYLES[tag]] = ""
    elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        styles[Style.HEADING] = tag[1]
    elif tag == "span" and "tg-spoiler" in attributes.get("class", ""):
        styles[Style.SPOILER] = ""
    css = attributes.get("style")
    if css:
        _by_css(css[:2000].lower().replace(" ", ""), styles)
    return list(styles.items())


def _by_css(css: str, styles: dict[Style, str]) -> None:
    weight = re.search(r"font-weight:(\w+)", css)
    if weight and weight[1] in ("bold", "bolder", "600", "700", "800", "900"):
        styles[Style.BOLD] = ""
    elif weight:
        styles.pop(Style.BOLD, None)
    slant = re.search(r"font-style:(\w+)", css)
    if slant and slant[1] in ("italic", "oblique"):
        styles[Style.ITALIC] = ""
    elif slant:
        styles.pop(Style.ITALIC, None)
    line = re.search(r"text-decoration(?:-line)?:([\w-]+)", css)
    if line and "underline" in line[1]:
        styles[Style.UNDERLINE] = ""
    if line and "line-through" in line[1]:
        styles[Style.STRIKE] = ""
