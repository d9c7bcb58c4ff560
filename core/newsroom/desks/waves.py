"""Waves: held comments that say nearly the same are folded into one card of the desk, and decided
together. Every comment still gets a decision of its own; one press ties them, so one takes them
back.
"""

from __future__ import annotations

from core.newsroom.comments.alike import alike, like_of
from core.newsroom.context import HOUR, Context
from core.newsroom.outgoing.plan import change_delivery
from core.ports import Row, Tx

LOOKED_AT = 100
"""Comments that one round of folding looks at; the next one goes on."""


AGAIN = 2
"""Alike comments that make a wave where one was decided on within the hour."""


def fold(tx: Tx, context: Context, publication: int) -> set[int]:
    """Put the held comments that nobody looked at into the waves that they belong to; the waves
    that changed. What is alone stays alone."""
    least = context.house(tx).publications[publication].options.wave
    rows = tx.all(
        "SELECT id FROM comment WHERE publication = :p AND state = 'held' AND wave IS NULL"
        " ORDER BY id LIMIT :n",
        {"p": publication, "n": LOOKED_AT},
    )
    changed: set[int] = set()
    for row in rows:
        if (wave := _fold_one(tx, context, publication, row["id"], least)) is not None:
            changed.add(wave)
    if len(rows) == LOOKED_AT:
        context.touch_desk(tx, publication)
    return changed


def _fold_one(tx: Tx, context: Context, publication: int, comment: int, least: int) -> int | None:
    now = tx.one("SELECT wave FROM comment WHERE id = :c", {"c": comment})
    if now is None or now["wave"] is not None:
        return None  # Another one of this round took it along.
    like = like_of(tx, comment) if least else None
    found = alike(tx, publication, like, context.clock.now() - HOUR) if like is not None else []
    held = [one["id"] for one in found if one["state"] == "held"]
    known = _wave_of(tx, held)
    # Where a wave was decided on, what still comes of it is folded sooner.
    goes_on = known is None and _wave_of(tx, [one["id"] for one in found]) is not None
    if comment not in held or (known is None and len(held) < (AGAIN if goes_on else least)):
        tx.run("UPDATE comment SET wave = 0 WHERE id = :c", {"c": comment})
        return None
    wave = known or tx.insert("wave", {"publication": publication, "token": context.clock.token()})
    for one in sorted(held):
        _join(tx, wave, one)
        _take_card(tx, one)
    return wave


def _join(tx: Tx, wave: int, comment: int) -> None:
    joined = tx.run(
        "UPDATE comment SET wave = :w, folded = (SELECT joined + 1 FROM wave WHERE id = :w)"
        " WHERE id = :c AND coalesce(wave, 0) = 0",
        {"w": wave, "c": comment},
    )
    tx.run("UPDATE wave SET joined = joined + :n WHERE id = :w", {"n": joined, "w": wave})


def _wave_of(tx: Tx, comments: list[int]) -> int | None:
    for comment in comments:
        row = tx.one("SELECT wave FROM comment WHERE id = :c AND wave > 0", {"c": comment})
        if row is not None:
            return int(row["wave"])
    return None


def _take_card(tx: Tx, comment: int) -> None:
    """Its own card goes: the wave's shows it."""
    rows = tx.all(
        "SELECT id, channel FROM delivery WHERE subject = 'card' AND subject_id = :c AND want > 0",
        {"c": comment},
    )
    for row in rows:
        change_delivery(tx, row["id"], 0, row["channel"])


def open_waves(tx: Tx, publication: int) -> list[int]:
    """The waves of which something waits, oldest first."""
    rows = tx.all(
        "SELECT DISTINCT c.wave FROM comment c WHERE c.wave > 0 AND c.state = 'held'"
        " AND c.publication = :p ORDER BY c.wave",
        {"p": publication},
    )
    return [row["wave"] for row in rows]


def members(tx: Tx, wave: int) -> list[Row]:
    """The comments of a wave, oldest first, whatever became of them."""
    return tx.all(
        "SELECT c.id, c.article, c.number, c.name, c.author, c.state, c.revision FROM comment c"
        " WHERE c.wave = :w AND c.wave > 0 ORDER BY c.id",
        {"w": wave},
    )


def to_decide(tx: Tx, wave: int, upto: int, past: int, most: int | None) -> list[Row]:
    """What waits of the first `upto` that were folded, oldest first, after the comment `past`;
    most: so many, None = all."""
    return tx.all(
        "SELECT c.id, c.revision FROM comment c WHERE c.wave = :w AND c.wave > 0 AND c.id > :past"
        " AND c.state = 'held' AND c.folded <= :upto ORDER BY c.id LIMIT :n",
        {"w": wave, "upto": upto, "past": past, "n": -1 if most is None else most},
    )


def to_take_back(tx: Tx, wave: int, act: int, past: int, most: int | None) -> list[Row]:
    """The decisions of a press (id, at) before the decision `past`, newest first."""
    return tx.all(
        "SELECT d.id, d.at FROM wave_act w JOIN decision d ON d.id = w.decision"
        " WHERE w.wave = :w AND w.act = :act AND d.id < :past ORDER BY d.id DESC LIMIT :n",
        {"w": wave, "act": act, "past": past, "n": -1 if most is None else most},
    )


def by_token(tx: Tx, token: str, publication: int | None) -> Row | None:
    """A wave by what its buttons carry."""
    return tx.one(
        "SELECT * FROM wave WHERE token = :t AND publication = :p",
        {"t": token, "p": publication},
    )
