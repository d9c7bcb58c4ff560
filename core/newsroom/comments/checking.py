"""What the checks say about a text, with what they have to know of its author and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.events import Attachment
from core.model import Channel, Mode, Publication, Standing, State, Verdict
from core.moderation.judge import judge, verdicts
from core.moderation.submission import Submission
from core.newsroom.comments.learning import chance_of
from core.newsroom.comments.pieces import Piece, said
from core.newsroom.comments.record import record_of
from core.newsroom.comments.spooling import beyond_reach
from core.newsroom.comments.wordlists import lists_of
from core.newsroom.context import Context
from core.newsroom.publishing.slow import kept_by_us
from core.ports import Row, Tx
from core.text.model import Rich
from core.text.tools import strip


@dataclass(frozen=True, slots=True)
class About:
    """What else is known of a text: when it was written (Unix seconds, None = now), whether the
    words are somebody else's, the comment of which it is another wording, and whether an admin of
    the place wrote it."""

    at: float | None = None
    forwarded: bool = False
    own: int | None = None
    admin: bool = False


def examine(
    tx: Tx,
    context: Context,
    publication: Publication,
    article: Row,
    author: str,
    text: Rich,
    attachments: Sequence[Attachment | Piece],
    chat: Channel | None = None,
    about: About = About(),
) -> tuple[Verdict, ...]:
    """What every check says about a text by this author now. article: its id, mode, locked and
    state, and for a new comment slow. Raises ListsChanged.

    chat: the channel where the original stands, None where there is none that could be removed.
    """
    mode = Mode(article["mode"]) if article["mode"] else publication.mode
    found = verdicts(
        _submission(tx, context, publication, article, author, text, attachments, mode, about, chat)
    )
    vanishes = judge(found) == State.HELD and mode != Mode.HELD_SOFT and chat is not None
    if vanishes and chat is not None and beyond_reach(tx, context, chat, attachments):
        return *found, Verdict("attachments", "reject", "too_large")
    return found


def _submission(
    tx: Tx, context: Context, publication: Publication, article: Row, author: str, text: Rich,
    attachments: Sequence[Attachment | Piece], mode: Mode, about: About, chat: Channel | None,
) -> Submission:  # fmt: skip
    now = context.clock.now()
    standing, published = _standing(tx, publication, author, now)
    words = said(text, attachments)
    own, study = (context.studies.of(strip(one).text) for one in (text, words))
    at = now if about.at is None else about.at
    return Submission(
        text=words,
        attachments=tuple(one.kind for one in attachments),
        mode=mode,
        standing=standing,
        published=published,
        locked=bool(article["locked"]) or article["state"] == "withdrawn",
        options=publication.options,
        reading=study.reading,
        lists=lists_of(tx, context, publication.id),
        record=record_of(tx, publication, article["article"], author, own.like, at, own=about.own),
        forwarded=about.forwarded,
        learned=chance_of(tx, publication, study),
        wordless=not text and all(one.kind != "poll" for one in attachments),
        slow=_slow(tx, context, publication, article, author, about, chat),
    )


def _slow(
    tx: Tx, context: Context, publication: Publication, article: Row, author: str, about: About,
    chat: Channel | None,
) -> float:  # fmt: skip
    """Seconds between two comments of this author, where we are who keeps slow mode."""
    if about.own is not None or not article["slow"] or not kept_by_us(context, chat):
        return 0.0
    moderates = about.admin or (publication.id, author) in context.house(tx).moderators
    return 0.0 if moderates else float(article["slow"])


def _standing(tx: Tx, publication: Publication, author: str, now: float) -> tuple[Standing, int]:
    """The standing as it holds now, and how many comments were published."""
    row = tx.one(
        "SELECT standing, until, published FROM author WHERE publication = :p AND tag = :tag",
        {"p": publication.id, "tag": author},
    )
    standing = Standing(row["standing"]) if row else Standing.ORDINARY
    if row and standing == Standing.MUTED and (row["until"] or 0) <= now:
        standing = Standing.ORDINARY
    return standing, row["published"] if row else 0
