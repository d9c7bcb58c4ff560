"""The desk: cards of held comments, the header line for the rest, notices."""

from __future__ import annotations

import logging
from collections.abc import Callable

from core.i18n import Texts, texts
from core.model import Purpose
from core.newsroom.context import Context, dumps
from core.newsroom.plan import change_delivery, raise_delivery
from core.ports import Tx
from core.text.model import Rich

log = logging.getLogger(__name__)

Words = Callable[[Texts], str]
"""What is to be said, in the language that it is given."""


def refresh_card(tx: Tx, context: Context, publication: int, comment: int) -> None:
    """The comment's cards, where it has some, show its new state."""
    rows = tx.all(
        "SELECT id, channel FROM delivery WHERE subject = 'card' AND subject_id = :id AND want > 0",
        {"id": comment},
    )
    for row in rows:
        change_delivery(tx, row["id"], 1, row["channel"])


def fill_desk(tx: Tx, context: Context, publication: int) -> None:
    """Open cards for the oldest held comments, up to the limit, in every desk channel, and let
    the header line tell of the rest."""
    house = context.house(tx)
    for channel in house.of(publication, Purpose.DESK):
        room = context.rules.open_cards - _open_cards(tx, publication, channel.id)
        if room > 0:
            for row in _without_card(tx, publication, channel.id, room):
                raise_delivery(
                    tx, "card", row["id"], channel.id, 1, article=row["article"], rank=row["id"]
                )
        elif room < 0:
            _take_cards(tx, publication, channel.id, -room)
        _refresh_header(tx, publication, channel.id)


def _open_cards(tx: Tx, publication: int, channel: int) -> int:
    row = tx.one(
        "SELECT count(*) AS n FROM delivery d JOIN comment c ON c.id = d.subject_id"
        " JOIN article a ON a.id = c.article WHERE d.subject = 'card' AND d.channel = :channel"
        " AND d.want > 0 AND c.state = 'held' AND a.publication = :publication",
        {"channel": channel, "publication": publication},
    )
    return int(row["n"]) if row else 0


def _take_cards(tx: Tx, publication: int, channel: int, surplus: int) -> None:
    """Decisions that were taken back opened more cards than may be: the newest wait again."""
    rows = tx.all(
        "SELECT d.id FROM delivery d JOIN comment c ON c.id = d.subject_id"
        " JOIN article a ON a.id = c.article WHERE d.subject = 'card' AND d.channel = :channel"
        " AND d.want > 0 AND c.state = 'held' AND a.publication = :publication"
        " ORDER BY c.id DESC LIMIT :surplus",
        {"channel": channel, "publication": publication, "surplus": surplus},
    )
    for row in rows:
        change_delivery(tx, row["id"], 0, channel)


def _without_card(tx: Tx, publication: int, channel: int, limit: int) -> list[dict[str, int]]:
    rows = tx.all(
        "SELECT c.id, c.article FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.state = 'held' AND a.publication = :publication AND NOT EXISTS ("
        "SELECT 1 FROM delivery d WHERE d.subject = 'card' AND d.subject_id = c.id"
        " AND d.channel = :channel AND (d.want > 0 OR d.gone = 1)) ORDER BY c.id LIMIT :limit",
        {"publication": publication, "channel": channel, "limit": limit},
    )
    return [{"id": row["id"], "article": row["article"]} for row in rows]


def held_count(tx: Tx, publication: int) -> int:
    """How many comments wait for a decision."""
    row = tx.one(
        "SELECT count(*) AS n FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.state = 'held' AND a.publication = :p",
        {"p": publication},
    )
    return int(row["n"]) if row else 0


def beyond_cards(tx: Tx, publication: int, channel: int) -> int:
    """Held comments that have no card in a desk channel."""
    row = tx.one(
        "SELECT count(*) AS n FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.state = 'held' AND a.publication = :p AND NOT EXISTS ("
        "SELECT 1 FROM delivery d WHERE d.subject = 'card' AND d.subject_id = c.id"
        " AND d.channel = :channel AND d.want > 0)",
        {"p": publication, "channel": channel},
    )
    return int(row["n"]) if row else 0


def _refresh_header(tx: Tx, publication: int, channel: int) -> None:
    """`shown_revision` holds the number of comments beyond the cards, plus one."""
    beyond = beyond_cards(tx, publication, channel)
    row = tx.one(
        "SELECT shown_revision, want FROM delivery WHERE subject = 'queue'"
        " AND subject_id = :p AND channel = :channel",
        {"p": publication, "channel": channel},
    )
    face = beyond + 1 if beyond else 0
    now = row["shown_revision"] if row is not None and row["want"] else 0
    if face != now:
        raise_delivery(tx, "queue", publication, channel, face)


def tell_desk(tx: Tx, context: Context, publication: int, key: str, words: Words) -> bool:
    """Say something at the desk in the publication's language, once for each key; False where
    it was said already.

    A desk to which nothing could be sent lately is not told of anything; where none is left,
    the log is.
    """
    known = tx.one(
        "SELECT 1 FROM notice WHERE publication = :p AND key = :key",
        {"p": publication, "key": key},
    )
    if known is not None:
        return False
    house = context.house(tx)
    said = Rich(words(texts(house.publications[publication].language)))
    notice = tx.insert(
        "notice",
        {
            "publication": publication,
            "key": key,
            "text": dumps(said.dump()),
            "at": context.clock.now(),
        },
    )
    desks = [c for c in house.of(publication, Purpose.DESK) if not c.dead]
    for channel in desks:
        raise_delivery(tx, "notice", notice, channel.id, 1, rank=notice)
    if not desks:
        log.warning("no desk can be told: %s", said.text)
    return True


def tell_every_desk(tx: Tx, context: Context, key: str, words: Words) -> None:
    """The same at the desk of every publication."""
    for publication in context.house(tx).publications:
        tell_desk(tx, context, publication, key, words)
