"""One grammar names what a command is about, on both platforms and at the command line.

A comment: the message replied to or chosen in its menu; `#12` inside of its thread; `3#12`
(comment 12 of article 3) anywhere; or a link to it. An article: its thread, its number, its
permalink or a link to one of its messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import UserError
from core.events import Attachment
from core.i18n import Texts
from core.model import Channel, Role
from core.newsroom.comments.message_map import (
    adopt,
    comments_shown,
    known_message,
    meant,
    thread_beside,
)
from core.newsroom.context import Context
from core.newsroom.decisions.log import Actor
from core.newsroom.decisions.rights import require
from core.ports import Row, Tx
from core.text.model import Rich

_NUMBER = re.compile(r"^(\d*)#(\d+)$")
_URL = re.compile(r"^https?://\S+$", re.IGNORECASE)


_DIGITS = 15
"""Of the longest number that anything here has."""


def whole(word: str) -> int | None:
    """A number as people write one, None for anything else and for one that is too long to be
    the number of something."""
    return int(word) if word.isdecimal() and len(word) <= _DIGITS else None


@dataclass(slots=True)
class Call:
    """A command on its way. `argument` shrinks as words of it are understood, and `text`, the
    same with its formatting, does too.

    publication: None where nothing tells which one. role: what the actor may do there.
    tag: the actor's own author tag, "" for an anonymous admin and the command line.
    picker: the language in which the platform shows its own lists to the actor.
    attachments, album, forwarded, via: as in `core.events.Invoked`; names that nobody sees are
    left out, and the album is a keyed hash. identity: as in `core.events.Person`; kept
    only as an address.
    """

    actor: Actor
    publication: int | None
    role: Role
    tag: str = ""
    platform: str = ""
    channel: Channel | None = None
    thread: str | None = None
    message: str | None = None
    reply_number: int | None = None
    quote: str = ""
    argument: str = ""
    text: Rich = field(default_factory=Rich)
    attachments: tuple[Attachment, ...] = ()
    album: str = ""
    forwarded: str | None = None
    via: str = ""
    private: bool = False
    picker: str = ""
    identity: str = field(default="", repr=False)

    @property
    def moderator(self) -> bool:
        """The actor may decide on comments there."""
        return self.role.covers(Role.MODERATOR)

    def require(self, needed: Role) -> None:
        """Raises UserError, which says what is needed, where the actor may not do something."""
        require(self.t, self.role, needed)

    @property
    def t(self) -> Texts:
        return self.actor.texts

    def word(self) -> str:
        """The next word of the argument, not yet taken."""
        return self.argument.split(maxsplit=1)[0] if self.argument.strip() else ""

    def take(self) -> str:
        """Take the next word."""
        words = self.argument.strip().split(maxsplit=1)
        self.argument = words[1] if len(words) > 1 else ""
        if words and self.text.text.startswith(words[0]):
            self.text = self.text.slice(len(words[0]), len(self.text.text))
        return words[0] if words else ""


def comment_of(tx: Tx, context: Context, call: Call) -> int:
    """The comment that a command is about. Raises UserError saying how to name one."""
    word = call.word()
    if numbered := _NUMBER.match(word):
        call.take()
        return _by_number(tx, context, call, numbered[1], numbered[2])
    if _URL.match(word):
        call.take()
        return _by_link(tx, context, call, word)
    comment = answered(tx, call)
    if comment is not None:
        return comment
    raise UserError(
        call.t("Which comment? Reply to it, or write #12 in its thread, or 3#12 for comment 12"
               " of article 3.")
    )  # fmt: skip


def answered(tx: Tx, call: Call) -> int | None:
    """The comment whose message (or card) was replied to or chosen in its menu. Raises UserError
    where the message shows several and nothing tells which."""
    if call.message is None or call.channel is None:
        return None
    shown = comments_shown(tx, call.channel.id, call.message)
    if not shown and known_message(tx, call.channel.id, call.message) is None:
        _adopt(tx, call, call.channel, call.message)
        shown = comments_shown(tx, call.channel.id, call.message)
    return _only(tx, call, shown) if shown else None


def _only(tx: Tx, call: Call, shown: Sequence[Row]) -> int:
    named = meant(tx, shown, call.quote, "")
    if named is not None:
        return int(named["id"])
    numbers = ", ".join(f"#{row['number']}" for row in shown)
    raise UserError(
        call.t("This message shows {numbers}. Write the number of the one that you mean behind"
               " the command, or mark its words when you reply.", numbers=numbers)
    )  # fmt: skip


def _adopt(tx: Tx, call: Call, channel: Channel, message: str) -> None:
    """A copy of ours that a lost answer left out of the map; its `#number` tells what it is."""
    article = _thread_article(tx, call)
    if article is not None and call.reply_number is not None:
        adopt(tx, channel, article, message, call.reply_number)


def _by_number(tx: Tx, context: Context, call: Call, article: str, written: str) -> int:
    number, named = whole(written), whole(article)
    if number is None or (article and named is None):
        raise UserError(call.t("There is no comment #{number} here.", number=written[:_DIGITS]))
    article_id = named if article else _thread_article(tx, call)
    if article_id is None and (own := _own_numbered(tx, call, number)) is not None:
        return own
    if article_id is None:
        raise UserError(
            call.t("#{number} of which article? Write 3#{number} for article 3; /queue and the"
                   " cards tell the numbers.", number=number)
        )  # fmt: skip
    row = tx.one(
        "SELECT c.id, a.publication FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.article = :a AND c.number = :n",
        {"a": article_id, "n": number},
    )
    if row is None or _foreign(call, row):
        raise UserError(call.t("There is no comment #{number} here.", number=number))
    return int(row["id"])


def _own_numbered(tx: Tx, call: Call, number: int) -> int | None:
    """In the direct chat a bare number means the person's own comment, where only one has it:
    its thread shows no article's number."""
    if not call.private or not call.tag:
        return None
    rows = tx.all(
        "SELECT id FROM comment WHERE author = :tag AND number = :n",
        {"tag": call.tag, "n": number},
    )
    return int(rows[0]["id"]) if len(rows) == 1 else None


def _foreign(call: Call, row: Row) -> bool:
    return call.publication is not None and bool(row["publication"] != call.publication)


def _by_link(tx: Tx, context: Context, call: Call, url: str) -> int:
    for channel, message, known in _linked_messages(tx, context, url):
        if known["subject"] == "comment":
            row = tx.one(
                "SELECT a.publication FROM comment c JOIN article a ON a.id = c.article"
                " WHERE c.id = :id",
                {"id": known["subject_id"]},
            )
            if row is not None and not _foreign(call, row):
                return _only(tx, call, comments_shown(tx, channel, message))
    raise UserError(call.t("This link does not lead to a comment that I know."))


def _linked_messages(tx: Tx, context: Context, url: str) -> list[tuple[int, str, Row]]:
    """The messages of ours that a link may mean: in the place that it names, in the discussion
    group of that place, or wherever the platform's message ids are unique by themselves. Each
    as channel, message and the first of what it shows."""
    found: list[tuple[int, str, Row]] = []
    for platform, locate in context.locators.items():
        named = locate(url)
        if named is None:
            continue
        place, message = named
        for channel in context.house(tx).channels.values():
            if channel.platform == platform and _may_be(tx, context, channel, place):
                known = known_message(tx, channel.id, message)
                if known is not None:
                    found.append((channel.id, message, known))
    return found


def _may_be(tx: Tx, context: Context, channel: Channel, place: str) -> bool:
    announce = context.house(tx).channels.get(channel.announce) if channel.announce else None
    names = {channel.place, channel.link}
    if announce is not None:
        names |= {announce.place, announce.link}
    if place in names:
        return True
    thread = tx.one(
        "SELECT 1 FROM thread WHERE channel = :c AND place = :t", {"c": channel.id, "t": place}
    )
    return thread is not None


def _thread_article(tx: Tx, call: Call) -> int | None:
    if call.channel is None or call.thread is None:
        return None
    row = tx.one(
        "SELECT article FROM thread WHERE channel = :c AND place = :t",
        {"c": call.channel.id, "t": call.thread},
    )
    if row is None and (other := thread_beside(tx, call.channel, call.thread)) is not None:
        call.thread = other
        return _thread_article(tx, call)
    return int(row["article"]) if row else None


def article_of(tx: Tx, context: Context, call: Call) -> int:
    """The article that a command is about. Raises UserError saying how to name one."""
    word = call.word()
    article: int | None = None
    if word.isascii() and word.isdecimal():
        call.take()
        article = whole(word)
    elif _URL.match(word):
        call.take()
        article = _article_by_link(tx, context, call, word)
    else:
        article = _thread_article(tx, call) or _article_by_message(tx, call)
    row = tx.one("SELECT publication FROM article WHERE id = :id", {"id": article})
    if (row is None or _foreign(call, row)) and word.isdecimal():
        raise UserError(call.t("There is no article {n} here.", n=word[:9]))
    if row is None or _foreign(call, row):
        raise UserError(
            call.t("Which article? Use this in its thread, or name it by its number or address.")
        )
    return int(article) if article is not None else 0


def subject_of(tx: Tx, context: Context, call: Call) -> tuple[str, int]:
    """("comment" or "article", its id) that a command is about which takes either. Raises
    UserError saying how to name one."""
    word = call.word()
    if _NUMBER.match(word):
        return "comment", comment_of(tx, context, call)
    if _URL.match(word) and _article_by_link(tx, context, call, word) is None:
        return "comment", comment_of(tx, context, call)
    if not word and (comment := answered(tx, call)) is not None:
        return "comment", comment
    return "article", article_of(tx, context, call)


def _article_by_message(tx: Tx, call: Call) -> int | None:
    if call.message is None or call.channel is None:
        return None
    known = known_message(tx, call.channel.id, call.message)
    if known is None or known["subject"] not in ("article", "draft", "comment", "card"):
        return None
    if known["subject"] in ("article", "draft"):
        return int(known["subject_id"])
    row = tx.one("SELECT article FROM comment WHERE id = :id", {"id": known["subject_id"]})
    return int(row["article"]) if row else None


def _article_by_link(tx: Tx, context: Context, call: Call, url: str) -> int | None:
    row = tx.one("SELECT id FROM article WHERE link = :url ORDER BY id DESC LIMIT 1", {"url": url})
    if row is not None:
        return int(row["id"])
    for _, _, known in _linked_messages(tx, context, url):
        if known["subject"] == "article":
            return int(known["subject_id"])
    return None
