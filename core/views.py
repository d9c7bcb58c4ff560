"""What is to be shown, before a platform gives it its form.

`Adapter.render` turns a view into parts, one platform message each. The words are already in
the right language here; an adapter adds form, never words of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
class Media:
    """One medium to be shown.

    kind, mime, alt, spoiler, seconds, width, height: as in `core.events.Attachment`. name: a
    safe file name or "". size: bytes. digest: names the bytes. file: where the spool has them,
    "" where it does not any more. line: the words in its place where it cannot be shown.
    """

    kind: str
    name: str
    size: int
    digest: str
    file: str = ""
    mime: str = ""
    alt: str = ""
    spoiler: bool = False
    seconds: int = 0
    width: int = 0
    height: int = 0
    line: Rich = Rich()

    @property
    def identity(self) -> tuple[str, str, str, str, bool]:
        """What of it is seen; where the bytes lie is not."""
        return self.kind, self.digest, self.name, self.alt, self.spoiler


@dataclass(frozen=True, slots=True)
class CommentView:
    """Our copy of a comment.

    head: number, shown name and where it comes from, one line ("#12 Ana · Discord").
    name: the shown name alone, for `style = webhook`. number: the comment's number.
    quote: the first words of the parent where the parent is not on this side, else empty.
    text: the comment; notes: lines of ours below it (attachments, "edited").
    head and notes stay in the first and the last part when the text is split.
    media: all of it within the platform's limits.
    """

    number: int
    name: str
    head: Rich
    text: Rich
    quote: Rich = Rich()
    notes: Rich = Rich()
    buttons: Rows = ()
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Words of the bot: desk cards, the queue's header line, notices.

    media: what a card shows below its words. again: what every further message begins with, where
    the words take several, so that each tells what it belongs to.
    """

    text: Rich
    buttons: Rows = ()
    media: tuple[Media, ...] = ()
    again: str = ""


View = ArticleView | CommentView | NoticeView


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message, ready to send.

    kind: the adapter's word for how it is sent ("message", "post", "topic" ...).
    payload: the adapter's own, JSON only; what it shows is what `digest` covers.
    instead: plainer payloads, in the order in which they are tried where the platform refuses
        the one before (a picture that it cannot fetch, a layout that it does not know).
    media: what the message holds besides words. form: messages of different forms cannot be
        edited into each other; "" are words alone, which may become "media".
    group: parts beside each other with the same number above 0 are sent in one call.
    """

    kind: str
    payload: Mapping[str, Any]
    instead: tuple[Mapping[str, Any], ...] = ()
    media: tuple[Media, ...] = ()
    form: str = ""
    group: int = 0

    @property
    def forms(self) -> tuple[Part, ...]:
        """The part itself, then its plainer forms."""
        rest = range(1, len(self.instead) + 1)
        plainer = (
            replace(self, payload=self.instead[i - 1], instead=self.instead[i:]) for i in rest
        )
        return (self, *plainer)

    @property
    def digest(self) -> str:
        """A short stable hash of what is shown; `form_of` and `media_of` read it."""
        shown: list[Any] = [self.kind, self.payload]
        if not self.media:
            return _hash(shown)
        seen = [media.identity for media in self.media]
        return f"{_hash([*shown, seen])}:{self.form}:{_hash(seen)}"


def form_of(digest: str) -> str:
    """The form of what has this digest."""
    return digest.split(":")[1] if ":" in digest else ""


def media_of(digest: str) -> str:
    """Names the media of what has this digest, "" for words alone."""
    return digest.split(":")[2] if ":" in digest else ""


def _hash(value: list[Any]) -> str:
    data = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(data.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


LONGEST = 3500
"""Characters of words that a form, or the direct chat in its place, takes at once."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form: its name, its label, whether it is long, its limits and first value.

    required: nothing is sent without it. files: how many files it takes; 0 = it takes words.
    note: a line about it, at most 100 characters.
    """

    name: str
    label: str
    long: bool = True
    limit: int = LONGEST
    value: str = ""
    required: bool = True
    files: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal: title (at most 45 characters), its fields, and the token that comes back."""

    title: str
    token: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A small file that is made for an answer: a picture, somebody's own comments.

    name: with its ending. mime: "image/png", "application/json". data: all of it. alt: what a
    picture shows, in words.
    """

    name: str
    mime: str
    data: bytes
    alt: str = ""

    @property
    def is_picture(self) -> bool:
        """Shown at once where the platform shows pictures."""
        return self.mime in ("image/png", "image/jpeg")


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
    replaces: where a button of an earlier answer was pressed, this one takes its place.
    spent: in the direct chat, the pressed message's buttons have served and go.
    brief: rows below what is said before others to somebody who cannot be told alone.
    wait: to a piece of an album: seconds after which the answer to a later piece takes its place.
    files: sent behind the text, to the same reader; at most 10, of at most 8 MB together.
    secret: never shown to others: where the person cannot be told alone, nobody is told.
    """

    text: Rich = Rich()
    alert: str = ""
    buttons: Rows = ()
    menu: Rows = ()
    public: bool = False
    replaces: bool = False
    spent: bool = False
    secret: bool = False
    brief: Rows = ()
    wait: float = 0.0
    files: tuple[File, ...] = ()
