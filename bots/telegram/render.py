"""Views to parts: what `sendMessage` and `editMessageText` are called with. Pure.

A part's kind says what a send of it makes: "article" (the root of a thread), "topic" (a forum
topic and the article in it) or "message". Its payload holds parameters of the Bot API by their
own names, and for a topic its "name".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bots.telegram import ids, media
from bots.telegram.capabilities import CAPTION_LIMIT, TEXT_LIMIT, TOPIC_NAME_LIMIT
from bots.telegram.guard import guarded
from bots.telegram.rich import article_html
from bots.telegram.text import MAX_ENTITIES, cost, to_telegram, utf16_len
from core.ports import Target
from core.text.model import Rich, Style, bold, join
from core.text.split import cut, split
from core.text.tools import truncate
from core.views import ArticleView, Button, CommentView, Part, Rows, View

MOST_HASHTAGS = 10
LABEL_LIMIT = 64
MOST_ROWS = 20
BETWEEN = "\n\n"
_TEXT = {"text", "entities", "link_preview_options", "reply_markup"}
_STYLES = {"good": "success", "bad": "danger"}


def render(view: View, target: Target, bot_name: str) -> Sequence[Part]:
    """The messages that show the view; an article is always one.

    bot_name: the bot's username, for the doors' deep links.
    """
    if isinstance(view, ArticleView):
        return [_article(view, target, bot_name)]
    rows = keyboard(view.buttons, bot_name, private=False)
    if isinstance(view, CommentView):
        return _comment_parts(view, rows)
    words = _messages(guarded(view.text, commands=False), rows, view.again)
    return [*words, *media.parts(view.media, Rich(), Rich(), [])]


def gather(parts: Sequence[Part]) -> Part | None:
    """One message that shows what several texts show, a blank line between each two; None where
    it would be longer, or have more entities, than Telegram takes, or where one is no text."""
    if any(part.kind != "message" or part.payload.keys() - _TEXT for part in parts):
        return None
    text, entities, rows = "", [], []
    for part in parts:
        text += BETWEEN if text else ""
        shift = utf16_len(text)
        for entity in part.payload.get("entities", ()):
            entities.append({**entity, "offset": entity["offset"] + shift})
        rows += part.payload.get("reply_markup", {}).get("inline_keyboard", ())
        text += part.payload["text"]
    if utf16_len(text) > TEXT_LIMIT or len(entities) > MAX_ENTITIES or len(rows) > MOST_ROWS:
        return None
    payload: dict[str, Any] = {"text": text, "link_preview_options": _preview("")}
    if entities:
        payload["entities"] = entities
    if rows:
        payload["reply_markup"] = {"inline_keyboard": rows}
    return Part("message", payload)


def texts(rich: Rich, number: str = "") -> list[Rich]:
    """A text of any length in as many as it needs; later ones begin with `number` and dots, so
    that each of them tells what it belongs to."""
    again = bold(f"{number} …") + "\n" if number else Rich()
    parts = split(rich, TEXT_LIMIT - len(again), _cost)
    return [part if first else again + part for first, part in _with_first(parts)]


def parameters(rich: Rich, rows: list[list[dict[str, str]]], image: str = "") -> dict[str, Any]:
    """What shows one text with its buttons, and `image` as the preview above it."""
    text, entities = to_telegram(rich)
    payload: dict[str, Any] = {"text": text, "link_preview_options": _preview(image)}
    if entities:
        payload["entities"] = entities
    if rows:
        payload["reply_markup"] = {"inline_keyboard": rows}
    return payload


def keyboard(rows: Rows, bot_name: str, *, private: bool) -> list[list[dict[str, str]]]:
    """Rows of an inline keyboard. private: in the direct chat, where a door is a plain button."""
    made = [[_button(button, bot_name, private) for button in row] for row in rows]
    return [row for row in made if row]


def _button(button: Button, bot_name: str, private: bool) -> dict[str, str]:
    made = {"text": truncate(Rich(button.label), LABEL_LIMIT).text or "…"}
    if button.url:
        made["url"] = button.url
    elif button.door and not private:
        made["url"] = ids.door(bot_name, button.action)
    else:
        made["callback_data"] = button.action
    if button.tone in _STYLES:
        made["style"] = _STYLES[button.tone]
    return made


def _article(view: ArticleView, target: Target, bot_name: str) -> Part:
    payload, *instead = _article_forms(
        view, target, keyboard(view.buttons, bot_name, private=False)
    )
    if target.kind != "forum_group":
        return Part("article", payload, instead=tuple(instead))
    name = truncate(Rich(" ".join(view.title.split())), TOPIC_NAME_LIMIT).text or "…"
    named = tuple({**form, "name": name} for form in instead)
    return Part("topic", {**payload, "name": name}, instead=named)


def _article_forms(
    view: ArticleView, target: Target, rows: list[list[dict[str, str]]]
) -> list[dict[str, Any]]:
    """The article's payloads, the plainest last: a rich message where the channel's style is
    rich, then a text below its picture's preview; each with the picture, then without it."""
    picture = view.image.startswith(("http://", "https://")) and not view.withdrawn
    images = [view.image, ""] if picture else [""]
    forms: list[dict[str, Any]] = []
    if target.styled("rich"):
        below = _below(view)
        for image in images:
            html = article_html(view, below, picture=bool(image))
            markup = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
            forms.append({"rich_message": {"html": html}, **markup})
    text = _article_text(view)
    return forms + [parameters(text, rows, image) for image in images]


def _below(view: ArticleView) -> Rich:
    return _blocks([view.foot, Rich(hashtags(view.labels))], "\n")


def _article_text(view: ArticleView) -> Rich:
    """Head, as much of the body as there is room for, foot and hashtags; at most one message."""
    below = _below(view)
    if view.withdrawn:
        return _fitted(_blocks([view.head, view.withdrawn, below]))
    body = _body(view, below)
    return _fitted(_blocks([view.head, body, below]))


def _body(view: ArticleView, below: Rich) -> Rich:
    whole = _blocks([view.head, view.body, below])
    if not view.body or _cost(whole) <= TEXT_LIMIT:
        return view.body
    behind = Rich("\n") + view.read_on if view.read_on else Rich()
    room = TEXT_LIMIT - _length(_blocks([view.head, Rich("."), below]) + behind)
    if room < 1:
        return view.read_on
    shown, more = cut(view.body, room, _length)
    return shown + behind if more else shown


def _fitted(rich: Rich) -> Rich:
    """What is within a message's limit; only a head of monstrous length is cut here."""
    return rich if _length(rich) <= TEXT_LIMIT else truncate(rich, TEXT_LIMIT, utf16_len)


def _comment(view: CommentView) -> Rich:
    quote = guarded(view.quote).dressed(Style.QUOTE) if view.quote else Rich()
    return _blocks([guarded(view.head), quote, guarded(view.text), guarded(view.notes)], "\n")


def _comment_parts(view: CommentView, rows: list[list[dict[str, str]]]) -> list[Part]:
    """Words below their medium, or after it where they are too long, or have buttons that an
    album cannot have."""
    words, number = _comment(view), f"#{view.number}"
    if not view.media:
        return _messages(words, rows, number)
    again = bold(f"{number} …")
    alone = len(view.media) == 1
    if cost(words, CAPTION_LIMIT) <= CAPTION_LIMIT and (alone or not rows):
        return media.parts(view.media, words, again, rows if alone else [])
    head = truncate(guarded(view.head), CAPTION_LIMIT, utf16_len)
    return [*media.parts(view.media, head, again, []), *_messages(words, rows, number)]


def _messages(rich: Rich, rows: list[list[dict[str, str]]], number: str) -> list[Part]:
    parts = texts(rich, number) or [Rich("…")]
    last = len(parts) - 1
    return [
        Part("message", parameters(part, rows if position == last else []))
        for position, part in enumerate(parts)
    ]


def _preview(image: str) -> dict[str, Any]:
    if not image.startswith(("http://", "https://")):
        return {"is_disabled": True}
    return {"url": image, "prefer_large_media": True, "show_above_text": True}


def hashtags(labels: Sequence[str]) -> str:
    """Labels as Telegram reads them: letters, digits and underscores, not digits alone."""
    tags = [re.sub(r"\W+", "_", label).strip("_") for label in labels]
    usable = dict.fromkeys(f"#{tag}" for tag in tags if re.search(r"[^\W\d_]", tag))
    return " ".join(list(usable)[:MOST_HASHTAGS])


def _blocks(parts: Sequence[Rich], between: str = "\n\n") -> Rich:
    return join([part for part in parts if part], between)


def _with_first(parts: list[Rich]) -> list[tuple[bool, Rich]]:
    return [(position == 0, part) for position, part in enumerate(parts)]


def _cost(rich: Rich) -> int:
    return cost(rich, TEXT_LIMIT)


def _length(rich: Rich) -> int:
    """UTF-16 units alone: an article's formatting beyond 100 entities may go, its text not."""
    return utf16_len(to_telegram(rich)[0])
