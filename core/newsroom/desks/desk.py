"""The desk: cards of held comments, the header line for the rest, notices."""

from __future__ import annotations

import logging
from collections.abc import Callable

from core.i18n import Texts, texts
from core.model import Purpose
from core.newsroom.context import Context, dumps
from core.newsroom.desks.queue import ORDER, held_count
from core.newsroom.desks.waves import fold, open_waves
from core.newsroom.outgoing.plan import change_delivery, raise_delivery
from core.ports import Row, Tx
from core.text.model import Rich

log = logging.getLogger(__name__)

Words = Callable[[Texts], str]
"""What is to be said, in the language that it is given."""


OPEN, DECIDED = 1, 2
"""What a card's delivery stands for (`shown_revision`), so that open ones are found at once."""

FILLING = ("card", "wave", "queue", "appeal")
"""What the house puts at a desk by itself, and fills up where a person takes it away."""

ASKS = f"""(d.subject = 'queue' OR (d.subject = 'card' AND d.shown_revision = {OPEN})
    OR (d.subject = 'wave' AND EXISTS (
        SELECT 1 FROM comment w WHERE w.wave = d.subject_id AND w.state = 'held'))
    OR (d.subject = 'appeal' AND EXISTS (
        SELECT 1 FROM appeal p WHERE p.id = d.subject_id AND p.state = 'open')))"""  # noqa: S608
"""Whether such a delivery `d` still asks something."""

_WAITS = """(c.state = 'held' OR (c.state = 'published' AND EXISTS (
    SELECT 1 FROM report r WHERE r.comment = c.id AND r.outcome = '')))"""

_OPEN = f"""
FROM delivery d JOIN comment c ON c.id = d.subject_id WHERE d.subject = 'card'
AND d.shown_revision = 1 AND d.channel = :channel AND d.want > 0
AND c.publication = :publication AND {_WAITS}
"""

_FOLDED = """
FROM delivery w JOIN comment c ON c.wave = w.subject_id AND c.wave > 0 AND c.state = 'held'
WHERE w.subject = 'wave' AND w.channel = :channel AND w.want > 0 AND w.gone = 0
AND c.publication = :publication AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.subject = 'card'
    AND d.subject_id = c.id AND d.channel = :channel AND d.want > 0 AND d.shown_revision = 1)
"""
"""What waits on the cards of waves and has none of its own."""


WAVE_GATHER = 5.0
"""Seconds between two changes of a wave's card, into which more comments come all the time."""


def refresh_card(tx: Tx, context: Context, publication: int, comment: int) -> None:
    """The comment's cards, where it has some, show its new state."""
    rows = tx.all(
        "SELECT id, channel FROM delivery WHERE subject = 'card' AND subject_id = :id AND want > 0",
        {"id": comment},
    )
    waits = tx.one(f"SELECT 1 FROM comment c WHERE c.id = :id AND {_WAITS}", {"id": comment})  # noqa: S608  our own words
    for row in rows:
        change_delivery(tx, row["id"], OPEN if waits else DECIDED, row["channel"])
    refresh_wave(tx, context, comment)


def refresh_wave(tx: Tx, context: Context, comment: int) -> None:
    """The card of the wave that a comment is in shows how it is by then. A new wording leaves its
    wave, so whoever writes one calls this first."""
    for row in tx.all(
        "SELECT d.channel, c.wave FROM comment c JOIN delivery d ON d.subject = 'wave'"
        " AND d.subject_id = c.wave AND d.want > 0 WHERE c.id = :id AND c.wave > 0",
        {"id": comment},
    ):
        gathered(tx, context, "wave", row["wave"], row["channel"], 1, WAVE_GATHER)


def fill_desk(tx: Tx, context: Context, publication: int) -> None:
    """Open cards for what waits, up to the limit, in every desk channel, and let the header line
    tell of the rest. What readers reported may be read by everybody meanwhile, so up to half of
    the room is for that."""
    house = context.house(tx)
    changed, waiting = fold(tx, context, publication), open_waves(tx, publication)
    for channel in house.of(publication, Purpose.DESK):
        room = context.rules.open_cards
        room -= _show_waves(tx, context, channel.id, waiting, changed, room // 2)
        room -= _open_cards(tx, publication, channel.id)
        if room > 0:
            reported = _reported_without_card(tx, publication, channel.id)[: (room + 1) // 2]
            held = _next_cards(tx, publication, channel.id, room - len(reported))
            for row in [*reported, *held]:
                _open(tx, row, channel.id)
        elif room < 0:
            _take_cards(tx, publication, channel.id, -room)
        _refresh_header(tx, context, publication, channel.id)


def _show_waves(
    tx: Tx, context: Context, channel: int, waiting: list[int], changed: set[int], most: int
) -> int:
    """Cards for so many of the waves that wait, those that have one first; how many there are now.
    Those that grew show it. One that somebody took away is not shown again."""
    rows = tx.all(
        "SELECT subject_id, want, gone FROM delivery WHERE subject = 'wave' AND channel = :c"
        " AND (want > 0 OR gone = 1)",
        {"c": channel},
    )
    standing = {row["subject_id"] for row in rows if not row["gone"]}
    away = {row["subject_id"] for row in rows if row["gone"]}
    shown = sorted((w for w in waiting if w not in away), key=lambda w: (w not in standing, w))
    for wave in shown[:most]:
        if wave in changed or wave not in standing:
            gathered(tx, context, "wave", wave, channel, 1, WAVE_GATHER)
    for wave in standing.intersection(shown[most:]):
        raise_delivery(tx, "wave", wave, channel, 0)
    return min(most, len(shown))


def open_card(tx: Tx, context: Context, publication: int, comment: int, channel: int) -> bool:
    """Open a comment's card at a desk, in place of another where it has as many as it may; False
    where its card is there already, or was taken away by a person."""
    standing = tx.one(
        "SELECT want, gone FROM delivery WHERE subject = 'card' AND subject_id = :c"
        " AND channel = :channel AND (want > 0 OR gone = 1)",
        {"c": comment, "channel": channel},
    )
    row = tx.one("SELECT id, article, gathers FROM comment WHERE id = :c", {"c": comment})
    if standing is not None or row is None:
        return False
    surplus = _open_cards(tx, publication, channel) + 1 - context.rules.open_cards
    if surplus > 0:
        _take_cards(tx, publication, channel, surplus)
    _open(tx, row, channel)
    _refresh_header(tx, context, publication, channel)
    return True


def _open(tx: Tx, row: Row, channel: int) -> None:
    raise_delivery(
        tx, "card", row["id"], channel, OPEN,
        article=row["article"], rank=row["id"], due=row["gathers"],
    )  # fmt: skip


def _open_cards(tx: Tx, publication: int, channel: int) -> int:
    row = tx.one(
        f"SELECT count(*) AS n {_OPEN}",
        {"channel": channel, "publication": publication},
    )
    return int(row["n"]) if row else 0


def _reported_without_card(tx: Tx, publication: int, channel: int) -> list[Row]:
    """Published comments that readers reported and nobody looked at, oldest report first."""
    return tx.all(
        "SELECT c.id, c.article, c.gathers FROM report r JOIN comment c ON c.id = r.comment"
        " WHERE r.outcome = '' AND c.state = 'published'"
        " AND c.publication = :publication AND NOT EXISTS (SELECT 1 FROM delivery d WHERE"
        " d.subject = 'card' AND d.subject_id = c.id AND d.channel = :channel"
        " AND (d.want > 0 OR d.gone = 1)) GROUP BY c.id ORDER BY min(r.id)",
        {"publication": publication, "channel": channel},
    )


def _take_cards(tx: Tx, publication: int, channel: int, surplus: int) -> None:
    """More cards are open than may be, because decisions were taken back, say: the newest wait
    again, those that somebody reads last."""
    rows = tx.all(
        f"SELECT d.id {_OPEN} ORDER BY (SELECT count(*) FROM claim k WHERE k.comment = c.id),"  # noqa: S608  our own words
        " c.id DESC LIMIT :surplus",
        {"channel": channel, "publication": publication, "surplus": surplus},
    )
    for row in rows:
        change_delivery(tx, row["id"], 0, channel)


def _next_cards(tx: Tx, publication: int, channel: int, room: int) -> list[Row]:
    """What gets the next cards: by turns what is riskiest and what has waited longest, so that a
    flood of either kind lets the other through."""
    lists = [_without_card(tx, publication, channel, order, room) for order in (ORDER, "c.id")]
    chosen: dict[int, Row] = {}
    for pair in zip(*lists, strict=True):
        for row in pair:
            chosen.setdefault(row["id"], row)
    return list(chosen.values())[:room]


def _without_card(tx: Tx, publication: int, channel: int, order: str, limit: int) -> list[Row]:
    return tx.all(
        "SELECT c.id, c.article, c.gathers FROM comment c"  # noqa: S608  our own words
        " WHERE c.state = 'held' AND c.publication = :publication AND coalesce(c.wave, 0) = 0"
        " AND NOT EXISTS ("
        "SELECT 1 FROM delivery d WHERE d.subject = 'card' AND d.subject_id = c.id"
        " AND d.channel = :channel AND (d.want > 0 OR d.gone = 1))"
        f" ORDER BY {order} LIMIT :limit",
        {"publication": publication, "channel": channel, "limit": limit},
    )


def beyond_cards(tx: Tx, publication: int, channel: int) -> int:
    """Held comments, and reported ones, that are on no card in a desk channel: on none of their
    own, and on no wave's."""
    at = {"channel": channel, "publication": publication}
    own = tx.one(f"SELECT count(*) AS n {_OPEN} AND c.state = 'held'", at)
    folded = tx.one(f"SELECT count(*) AS n {_FOLDED}", at)
    reported = len(_reported_without_card(tx, publication, channel))
    shown = sum(int(row["n"]) for row in (own, folded) if row is not None)
    return reported + max(0, held_count(tx, publication) - shown)


HEADER_GATHER = 3.0
"""Seconds between two changes of the header line, which counts against a chat's budget."""


def _refresh_header(tx: Tx, context: Context, publication: int, channel: int) -> None:
    """`shown_revision` holds the number of comments beyond the cards, plus one; `due` is when it
    was last to be shown, or is to be."""
    beyond = beyond_cards(tx, publication, channel)
    row = tx.one(
        "SELECT shown_revision, want, due FROM delivery WHERE subject = 'queue'"
        " AND subject_id = :p AND channel = :channel",
        {"p": publication, "channel": channel},
    )
    face = beyond + 1 if beyond else 0
    now = row["shown_revision"] if row is not None and row["want"] else 0
    if face != now:
        gathered(tx, context, "queue", publication, channel, face, HEADER_GATHER)


def gathered(
    tx: Tx, context: Context, subject: str, subject_id: int, channel: int, face: int, gather: float
) -> None:
    """Raise a delivery so that it goes out at once, or so many seconds after it last did: what
    changes with every comment of a flood takes no more than its share of a chat's budget."""
    row = tx.one(
        "SELECT due FROM delivery WHERE subject = :subject AND subject_id = :id"
        " AND channel = :channel AND role = 'copy'",
        {"subject": subject, "id": subject_id, "channel": channel},
    )
    now = context.clock.now()
    due = (
        now
        if row is None or not face
        else max(now, row["due"] if row["due"] > now else row["due"] + gather)
    )
    raise_delivery(tx, subject, subject_id, channel, face, due=due)


def tell_desk(
    tx: Tx, context: Context, publication: int, key: str, words: Words, *, but: str = ""
) -> bool:
    """Say something at the desk in the publication's language, once for each key; False where
    it was said already. but: a platform whose desks are not told.

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
    all_desks = house.of(publication, Purpose.DESK)
    desks = [c for c in all_desks if not c.dead and c.platform != but]
    for channel in desks:
        raise_delivery(tx, "notice", notice, channel.id, 1, rank=notice)
    if not desks:
        log.warning("no desk can be told: %s", said.text)
    return True


def tell_every_desk(tx: Tx, context: Context, key: str, words: Words) -> None:
    """The same at the desk of every publication."""
    for publication in context.house(tx).publications:
        tell_desk(tx, context, publication, key, words)
