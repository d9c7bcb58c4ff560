"""Articles as rich messages: one message of up to 32,768 characters, with headings and a picture.

Source: the Bot API, "Rich message formatting options" and "Rich message limits" (10.1). Servers
and accounts that do not know them get the plain form of the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from core.text.model import Rich, Span, Style, join
from core.text.split import cut
from core.text.tools import BLOCKS, normalise
from core.views import ArticleView

LIMIT = 32_768
"""Characters of the whole message, as UTF-8 text."""
MOST_BLOCKS = 500
_SPARE_BLOCKS = 20
_TAGS = {
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.UNDERLINE: "u",
    Style.STRIKE: "s",
    Style.SPOILER: "tg-spoiler",
    Style.CODE: "code",
}


def article_html(view: ArticleView, below: Rich, *, picture: bool) -> str:
    """The article with its head, as much of its body as one message takes, and what stands
    below it. picture: with the lead picture above."""
    top = f'<img src="{escape(view.image)}"/>' if picture else ""
    body = view.withdrawn or _fitted(view, below)
    return top + "".join([_head(view.head), *blocks(body), f"<footer>{inline(below)}</footer>"])


def _head(head: Rich) -> str:
    """The headline as a heading, what stands below it as a paragraph."""
    headline, _, rest = head.text.partition("\n")
    title = inline(head.slice(0, len(headline)))
    about = inline(head.slice(len(headline) + 1, len(head.text)))
    return f"<h1>{title}</h1>" + (f"<p>{about}</p>" if rest.strip() else "")


def _fitted(view: ArticleView, below: Rich) -> Rich:
    room = LIMIT - len(view.head) - len(below) - len(view.read_on) - 16
    shown, more = cut(view.body, max(room, 1), len)
    return join([shown, view.read_on], "\n\n") if more else view.body


def blocks(rich: Rich) -> list[str]:
    """Paragraphs, headings, quotes and code, each a block; many paragraphs share the last ones,
    because a message holds 500 at most."""
    made = list(_blocks(normalise(rich)))
    room = MOST_BLOCKS - _SPARE_BLOCKS
    if len(made) <= room:
        return made
    tail = "<br/><br/>".join(_bare(block) for block in made[room - 1 :])
    return [*made[: room - 1], f"<p>{tail}</p>"]


def _bare(block: str) -> str:
    return block.removeprefix("<p>").removesuffix("</p>") if block.startswith("<p>") else ""


def _blocks(rich: Rich) -> Iterator[str]:
    position = 0
    for span in [s for s in rich.spans if s.style in BLOCKS]:
        if span.start < position:
            continue  # inside of another block
        yield from _paragraphs(rich.slice(position, span.start))
        inner = rich.slice(span.start, span.end)
        yield _block(span, Rich(inner.text, _without(inner.spans, span.style)))
        position = span.end
    yield from _paragraphs(rich.slice(position, len(rich.text)))


def _without(spans: Iterable[Span], style: Style) -> tuple[Span, ...]:
    return tuple(s for s in spans if s.style is not style)


def _block(span: Span, inner: Rich) -> str:
    if span.style is Style.HEADING:
        level = min(6, int(span.value or 2) + 1)
        return f"<h{level}>{inline(inner)}</h{level}>"
    if span.style is Style.QUOTE:
        return f"<blockquote>{inline(inner)}</blockquote>"
    language = f' class="language-{escape(span.value)}"' if span.value else ""
    return f"<pre><code{language}>{escape(inner.text, quote=False)}</code></pre>"


def _paragraphs(rich: Rich) -> Iterator[str]:
    position = 0
    for piece in rich.text.split("\n\n"):
        end = position + len(piece)
        if piece.strip():
            yield f"<p>{inline(rich.slice(position, end))}</p>"
        position = end + 2


def inline(rich: Rich) -> str:
    """One block's text with its dress; white space around it goes, line breaks stay."""
    made: list[str] = []
    open_spans: list[Span] = []
    edges = sorted({0, len(rich.text), *(e for s in rich.spans for e in (s.start, s.end))})
    for start, end in zip(edges, edges[1:] or [0], strict=False):
        while open_spans and open_spans[-1].end <= start:
            made.append(_closing(open_spans.pop()))
        for span in (s for s in rich.spans if s.start == start and s.end > start):
            open_spans.append(span)
            made.append(_opening(span))
        made.append(escape(rich.text[start:end], quote=False).replace("\n", "<br/>"))
    made += [_closing(span) for span in reversed(open_spans)]
    return "".join(made).strip()


def _opening(span: Span) -> str:
    if span.style is Style.LINK:
        return f'<a href="{escape(span.value)}">'
    tag = _TAGS.get(span.style)
    return f"<{tag}>" if tag else ""


def _closing(span: Span) -> str:
    if span.style is Style.LINK:
        return "</a>"
    tag = _TAGS.get(span.style)
    return f"</{tag}>" if tag else ""
