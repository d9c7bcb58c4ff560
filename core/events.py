"""What a platform tells us. Adapters convert; `Newsroom.handle` decides.

Ids (`place`, `thread`, `message`) are opaque strings that only `bots/*/ids.py` of their platform
reads: `place` names the channel, `thread` the conversation inside of it, `message` one message
of that channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.text.model import Rich


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as the platform tells it; `identity` is never stored, logged or shown.

    identity: the platform's user id (or the id of the chat somebody writes as); "" for an
        anonymous admin, who is "an admin of this group" and nobody in particular.
    language: the platform's language of the person ("en", "es-MX") or "".
    admin: the platform says that this person administers the place where the event happened.
    """

    identity: str
    name: str
    language: str = ""
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that is not text. `kind`: photo, video, animation, voice, audio, file, sticker,
    poll, location, contact or other; `reference` is the platform's handle for fetching it."""

    kind: str
    name: str = ""
    size: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A person wrote a message.

    at: Unix seconds (UTC), the platform's own time of the message.
    reply_to: the message it answers, None where it answers the thread as a whole.
    reply_number: where the message it answers is one of ours, the `#number` that it carries:
        so a copy whose send had an unknown outcome is adopted.
    album: pieces with the same value are one comment.
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
    attachments: tuple[Attachment, ...] = ()
    album: str = ""


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
    """The reactions that a message now has, all of them: emoji to count."""

    platform: str
    place: str
    message: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Invoked:
    """A command, a button, a menu entry, a filled-in form, or words in the direct chat.

    command: the command's name without slash ("approve"), "" for buttons and plain words.
    argument: what follows the command; plain words of the direct chat stand here and in `text`.
    token: what the pressed button or submitted form carries (`Button.action`), else "".
    fields: the form's values by field name.
    place: None in the direct chat with the bot (`private` is then true).
    message: the message that was answered, pressed or chosen in its menu.
    reply_number: as in Posted.
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
    reply_number: int | None = None
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


Event = Posted | Edited | Deleted | Reacted | Invoked | ThreadOpened
