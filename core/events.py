"""What a platform tells us. Adapters convert; `Newsroom.handle` decides.

Ids (`place`, `thread`, `message`) are opaque strings that only `bots/*/ids.py` of their platform
reads: `place` names the channel, `thread` the conversation inside of it, `message` one message
of that channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from core.text.model import Rich
from core.text.tools import legible

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as the platform tells it; `identity` is never stored, logged or shown.

    identity: the platform's user id (or the id of the chat somebody writes as); "" for an
        anonymous admin, who is "an admin of this group" and nobody in particular.
    language: the platform's language of the person ("en", "es-MX") or "".
    admin: the platform says that this person administers the place where the event happened.
    owner: it says that they may do everything there, naming its administrators included.
    roles: the keys of the platform's own roles that they have there at that moment.
    """

    identity: str
    name: str
    language: str = ""
    admin: bool = False
    owner: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that is not text.

    kind: photo, video, note (a round video), animation, voice, audio, file, sticker, poll,
        location, contact or other. name: of the file, or the poll's question. size: bytes.
    reference: for `Adapter.fetch`, "" where there are no bytes; sealed wherever it is kept.
    key: names the bytes for good: the same key, the same bytes.
    mime: the media type or "". alt: its description in words. spoiler: shown only on request.
    words: what can stand in its place: a sticker's emoji, a poll's options (a line each).
    seconds, width, height: as told by the platform, 0 = unknown.
    """

    kind: str
    name: str = ""
    size: int = 0
    reference: str = ""
    key: str = ""
    mime: str = ""
    alt: str = ""
    spoiler: bool = False
    words: str = ""
    seconds: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """A person wrote a message.

    at: Unix seconds (UTC), the platform's own time of the message.
    reply_to: the message it answers, None where it answers the thread as a whole.
    reply_number: where the message it answers is one of ours, the `#number` that it carries:
        so a copy whose send had an unknown outcome is adopted.
    quote: the part of the message answered that the person marked, "" for none.
    album: pieces with the same value are one comment.
    forwarded: None = the person's own words; "" = words of a person, who is not named, since
        whoever forwards does not ask them; else the name of the channel or group they are from.
    via: the bot through which the message was written ("@gif"), "" = none.
    link: the message's address for readers, "" where it has none.
    """

    platform: str
    place: str
    thread: str | None
    message: str
    person: Person
    text: Rich
    at: float
    reply_to: str | None = None
    reply_number: int | None = None
    quote: str = ""
    attachments: tuple[Attachment, ...] = ()
    album: str = ""
    forwarded: str | None = None
    via: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """A person changed a message, or the platform says so although nothing visible changed.

    key: as in Invoked, so that a repetition of an old change does not undo a newer one.
    """

    platform: str
    place: str
    message: str
    person: Person
    text: Rich
    at: float
    attachments: tuple[Attachment, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages are gone, whoever removed them. Own deletions are told as well."""

    platform: str
    place: str
    messages: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Reacted:
    """The reactions that a message now has, all of them: emoji to count; the emoji is a
    character, or the name of one of the platform's own.

    change: the counts are what somebody added to them, or with -1 took back. key: as in Invoked.
    """

    platform: str
    place: str
    message: str
    counts: Mapping[str, int]
    change: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Invoked:
    """A command, a button, a menu entry, a filled-in form, or a message in the direct chat.

    command: the command's name without slash ("approve"), "" for buttons and plain words.
    argument: what follows the command; plain words of the direct chat stand here and in `text`.
    token: what the pressed button or submitted form carries (`Button.action`), else "".
    fields: the form's values by field name.
    place: None in the direct chat with the bot (`private` is then true).
    message: the message that was answered, pressed or chosen in its menu.
    said: the message that the command itself is, where others can read it; else None.
    reply_number, quote: as in Posted. attachments: as there, in the direct chat and with a form;
        album, forwarded, via: as there, in the direct chat only.
    key: names this invocation for good, so that a platform's repetition of it does nothing;
        "" where the platform never repeats.
    handle: the adapter's own, for `Adapter.answer`; nobody else reads it.
    """

    platform: str
    person: Person
    at: float
    key: str = ""
    command: str = ""
    argument: str = ""
    token: str = ""
    text: Rich = Rich()
    fields: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    thread: str | None = None
    message: str | None = None
    said: str | None = None
    reply_number: int | None = None
    quote: str = ""
    attachments: tuple[Attachment, ...] = ()
    album: str = ""
    forwarded: str | None = None
    via: str = ""
    private: bool = False
    handle: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """A conversation began under a message of ours: Telegram's automatic forward, or a root of
    ours in the group itself (`announce_place` is `place` then).

    announce_place, announce_message: the channel post; place, thread: where its comments go;
    text: the post's plain text, by which a post of unknown outcome is recognised; link: its
    address for readers, "" where it has none.
    """

    platform: str
    announce_place: str
    announce_message: str
    place: str
    thread: str
    message: str
    text: str
    at: float
    link: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A place has another id now; what was sent under the old one cannot be reached any more."""

    platform: str
    place: str
    to: str
    at: float


EARLIEST, LATEST = -62_000_000_000.0, 253_000_000_000.0
"""In the years 5 and 9987: when something may have happened at all (Unix seconds)."""

Event = Posted | Edited | Deleted | Reacted | Invoked | ThreadOpened | Moved


def readable(value: T) -> T:
    """An event, or a part of one, of which every text can be stored, hashed and sent: see
    `core.text.tools.legible`; and every time is one that a calendar knows. What an adapter keeps
    for itself (`handle`) stays as it is."""
    made: Any = value
    if isinstance(value, str):
        made = legible(value)
    elif isinstance(value, float):
        made = min(max(value, EARLIEST), LATEST)
    elif isinstance(value, tuple):
        made = tuple(readable(one) for one in value)
    elif isinstance(value, Mapping):
        made = {readable(name): readable(one) for name, one in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        found = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "handle"}
        changed = {name: new for name, old in found.items() if (new := readable(old)) != old}
        made = replace(value, **changed) if changed else value
    result: T = made
    return result
