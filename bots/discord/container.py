"""Articles in a container: text, picture and buttons as one framed layout.

Source: Discord's documentation, "Component Reference" and "Using Message Components": the flag
cannot be taken back, content and embeds must be empty, at most 4,000 characters in all texts and
40 components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bots.discord.text import cost, to_discord
from core.text.model import Rich, join
from core.text.split import cut
from core.text.tools import normalise
from core.views import ArticleView

Json = dict[str, Any]

COMPONENTS_V2 = 1 << 15
ALL_TEXT = 4000
TEXT, GALLERY, SEPARATOR, CONTAINER = 10, 12, 14, 17
_HEAD, _FOOT, _ALT = 1500, 800, 1024


def article(view: ArticleView, rows: Sequence[Json], *, picture: bool) -> Json:
    """The payload of an article: its head, the picture, its body, a line, the foot, the buttons.

    rows: action rows. picture: with the lead picture.
    """
    head, _ = cut(view.head, _HEAD, cost)
    foot, _ = cut(view.foot, _FOOT, cost)
    inner = [_text(head)]
    if picture:
        shown: Json = {"media": {"url": view.image}}
        if view.image_alt.strip():
            shown["description"] = view.image_alt.strip()[:_ALT]
        inner.append({"type": GALLERY, "items": [shown]})
    if body := _body(view, cost(head) + cost(foot)):
        inner.append(_text(body))
    inner += [{"type": SEPARATOR}, *([_text(foot)] if foot else []), *rows]
    return {"flags": COMPONENTS_V2, "components": [{"type": CONTAINER, "components": inner}]}


def _text(rich: Rich) -> Json:
    return {"type": TEXT, "content": to_discord(normalise(rich))}


def _body(view: ArticleView, taken: int) -> Rich:
    room = ALL_TEXT - taken
    if view.withdrawn:
        return cut(view.withdrawn, room, cost)[0]
    if len(view.body) <= room and cost(view.body) <= room:
        return view.body
    # 16: the blank line before "read on", and markup that closes at the cut.
    shown, _ = cut(view.body, max(room - cost(view.read_on) - 16, 1), cost)
    return join([p for p in (shown, view.read_on) if p], "\n\n")


def words(components: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every text in a layout, trimmed, in order."""
    for component in components:
        if component.get("type") == TEXT:
            yield str(component.get("content") or "").strip()
        yield from words(component.get("components") or ())
