"""What is to be shown, before a platform gives it its form.

`Adapter.render` turns a view into parts, one platform message each. The words are already in
the right language here; an adapter adds form, never words of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.text.model import Rich


@dataclass(frozen=True, slots=True)
class Button:
    """One button.

    action: 1-64 bytes of ASCII; comes back as `Invoked.token`. "" where `url` is set.
    door: `action` opens the reader's own way in. Where the platform has forms, pressing it opens
        the form of `core.forms.form(action)`; on Telegram, outside of the direct chat, it is a
        deep link into the direct chat with `action` as payload (so only [A-Za-z0-9_-] in it).
    tone: "good", "bad" or "".
    """

    label: str
    action: str = ""
    url: str = ""
    door: bool = False
    tone: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article in one message (announce) or as the root of its thread.

    head: headline (bold, linked), byline and date, deck. body: the whole text; the adapter cuts
    it at a good place and puts `read_on` (linked) behind. foot: the line on moderation, links to
    the threads on other platforms. withdrawn: "" or the words that replace body and picture.
    title: the headline as plain text, for a forum post or topic. labels: for hashtags or tags.
    silent: True for corrections, which never notify.
    """

    title: str
    head: Rich
    body: Rich
    read_on: Rich
    foot: Rich
    image: str = ""
    image_alt: str = ""
    labels: tuple[str, ...] = ()
    withdrawn: Rich = Rich()
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class CommentView:
    """Our copy of a comment.

    head: number, shown name and where it comes from, one line ("#12 Ana · Discord").
    name: the shown name alone, for `style = webhook`. number: the comment's number.
    quote: the first words of the parent where the parent is not on this side, else empty.
    text: the comment; notes: lines of ours below it (attachments, "edited").
    head and notes stay in the first and the last part when the text is split.
    """

    number: int
    name: str
    head: Rich
    text: Rich
    quote: Rich = Rich()
    notes: Rich = Rich()
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Words of the bot: desk cards, the queue's header line, notices."""

    text: Rich
    buttons: Rows = ()


View = ArticleView | CommentView | NoticeView


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message, ready to send.

    kind: the adapter's word for how it is sent ("message", "post", "topic" ...).
    payload: the adapter's own, JSON only; what it shows is what `digest` covers.
    """

    kind: str
    payload: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """A short stable hash of what is shown."""
        data = json.dumps([self.kind, self.payload], sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(data.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form: its name, its label, whether it is long, its limits and first value."""

    name: str
    label: str
    long: bool = True
    limit: int = 3500
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal: title (at most 45 characters), its fields, and the token that comes back."""

    title: str
    token: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who invoked something gets; never stored, sent at most once.

    text: shown to that person only where the platform can (Discord: ephemeral; Telegram: the
        direct chat, a callback's toast, else a short reply in the group).
    alert: short plain text for a toast; where empty, `text` is cut for it.
    buttons: rows below the text. menu: rows that take the place of the pressed message's own
        buttons where the platform has no private answers (Telegram), and otherwise are shown
        with the text.
    public: for the direct chat and the desk, where everybody may read the answer.
    spent: in the direct chat, the pressed message's buttons have served and go.
    """

    text: Rich = Rich()
    alert: str = ""
    buttons: Rows = ()
    menu: Rows = ()
    public: bool = False
    spent: bool = False
