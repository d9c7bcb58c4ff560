"""Warnings: points that add up to a stricter standing, where the publication has set at how many.

Points are counted from the log: what is taken back, or is older than `Options.warn_days`, does not
count any more.
"""

from __future__ import annotations

import json

from core.errors import UserError
from core.i18n import Texts
from core.model import Publication, Standing
from core.newsroom.authors import telling
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import HOUR, Fields, author_fields, comment_row
from core.newsroom.decisions.log import Actor, Decided, record
from core.options import Options
from core.ports import Tx

DAY = 86400.0
MOST = 100
"""Points of one warning."""
_STRICTER = (Standing.TRUSTED, Standing.ORDINARY, Standing.PREMODERATED, Standing.MUTED,
             Standing.BANNED)  # fmt: skip


def points_of(tx: Tx, publication: Publication, author: str, now: float) -> int:
    """The points that count against an author now."""
    rows = tx.all(
        "SELECT d.after FROM decision d WHERE d.publication = :p AND d.author = :tag"
        " AND d.action = 'warn' AND d.at > :since AND NOT EXISTS (SELECT 1 FROM decision u"
        " WHERE u.undoes = d.id) AND NOT EXISTS (SELECT 1 FROM appeal p WHERE p.decision = d.id"
        " AND p.state = 'upheld')",
        {
            "p": publication.id, "tag": author,
            "since": now - publication.options.warn_days * DAY,
        },
    )  # fmt: skip
    return sum(json.loads(row["after"])["warning"] for row in rows)


def warn(
    tx: Tx, context: Context, actor: Actor, comment: int, points: int, reason: str = ""
) -> Decided:
    """Warn the author of a comment, who is told. With enough points their standing changes, and
    never becomes milder by that."""
    row, t, now = comment_row(tx, comment), actor.texts, context.clock.now()
    if not row["author"]:
        raise UserError(t("Its author had everything forgotten."))
    publication = context.house(tx).publications[row["publication"]]
    total = points_of(tx, publication, row["author"], now) + points
    was: Fields = {"warning": 0}
    becomes: Fields = {"warning": points}
    author = author_fields(tx, publication.id, row["author"])
    stricter = _stricter(publication.options, author, total, now)
    if stricter is not None:
        was["author"], becomes["author"] = author, {**author, **stricter}
    about = {"publication": publication.id, "article": row["article"], "comment": comment,
             "author": row["author"]}  # fmt: skip
    decision = record(
        tx, context, publication.id, actor, "warn", article=row["article"], comment=comment,
        revision=row["revision"], author=row["author"], reason=reason, before=was, after=becomes,
    )  # fmt: skip
    aspects.bring(tx, context, about, was, becomes)
    telling.decided(tx, context, "warn", row, decision)
    said = t.n("The author of #{number} was warned and has {n} point.",
               "The author of #{number} was warned and has {n} points.", total,
               number=row["number"])  # fmt: skip
    if stricter is not None:
        said += " " + _became(t, stricter["standing"])
    return Decided(decision, said)


def _became(t: Texts, standing: str) -> str:
    return {
        "premoderated": t("Every comment of theirs is read first now."),
        "muted": t("They are muted now."),
        "banned": t("They are banned now."),
    }[standing]


def _stricter(options: Options, author: Fields, total: int, now: float) -> Fields | None:
    """The standing that so many points lead to, where it is stricter than the one that holds."""
    reached = Standing.TRUSTED
    for at, standing in (
        (options.warn_premoderate, Standing.PREMODERATED),
        (options.warn_mute, Standing.MUTED),
        (options.warn_ban, Standing.BANNED),
    ):
        if at and total >= at:
            reached = standing
    if _rank(reached) <= _rank(_holding(author, now)):
        return None
    until = now + options.warn_mute_hours * HOUR if reached == Standing.MUTED else None
    return {"standing": reached.value, "until": until}


def _holding(author: Fields, now: float) -> Standing:
    """The standing that holds: a mute that ended is over."""
    standing = Standing(author["standing"])
    over = standing == Standing.MUTED and (author["until"] or 0.0) <= now
    return Standing.ORDINARY if over else standing


def _rank(standing: Standing) -> int:
    return _STRICTER.index(standing)
