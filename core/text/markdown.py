"""Markdown (CommonMark with strikethrough and tables), as articles are written by hand."""

from __future__ import annotations

from markdown_it import MarkdownIt

from core.feeds.model import Image
from core.text import html
from core.text.model import Rich

_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])


def to_rich(text: str, base_url: str = "") -> tuple[Rich, tuple[Image, ...]]:
    """Text and pictures of a Markdown document, by the same conventions as HTML, which it may
    contain. Relative links are resolved against `base_url`."""
    return html.to_rich(_MARKDOWN.render(text), base_url)
