"""Restrictions of authors to whom no comment leads any more, by the sign that moderators see."""

from __future__ import annotations

from typing import Any

from core.errors import UserError
from core.i18n import Texts
from core.model import Publication, Standing
from core.newsroom.authors import restrictions
from core.newsroom.authors.standing_line import standing_line
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import author_fields
from core.newsroom.decisions.log import Actor, Decided, record
from core.newsroom.desks.queue import signed
from core.ports import Tx
from core.text.model import Rich, join
from core.views import Answer


def author_signed(tx: Tx, context: Context, t: Texts, publication: int, word: str) -> str:
    """The tag of the one author who has a sign. Raises UserError where there is none, or several
    have it."""
    found = signed(tx, context, publication, word.lower().lstrip("#"))
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(t("Several authors have the sign {sign}: name a comment.", sign=word[:8]))
    raise UserError(t("No author here has the sign {sign}. /history banned lists them.",
                      sign=word[:8]))  # fmt: skip


def lift(tx: Tx, context: Context, actor: Actor, publication: int, author: str) -> Decided:
    """An ordinary standing for an author, and nothing held against them on the platform. Raises
    UserError where that is so already."""
    before = author_fields(tx, publication, author)
    after = {**before, "standing": Standing.ORDINARY.value, "until": None}
    if before == after:
        raise UserError(actor.texts("That is so already."))
    was: dict[str, Any] = {"author": before}
    now: dict[str, Any] = {"author": after}
    if restricted := restrictions.wanted(tx, publication, author):
        was, now = {**was, "platform": restricted}, {**now, "platform": ""}
    number = record(tx, context, publication, actor, "unban", author=author, before=was, after=now)
    about = {"publication": publication, "article": None, "comment": None, "author": author}
    aspects.bring(tx, context, about, was, now)
    return Decided(number, actor.texts("This author has an ordinary standing again."))


_RESTRICTED = (
    "SELECT tag FROM author WHERE publication = :p AND (standing IN ('banned', 'premoderated')"
    " OR (standing = 'muted' AND until > :now)) ORDER BY standing, tag LIMIT :most OFFSET :skip"
)


def restricted(
    tx: Tx, context: Context, t: Texts, publication: Publication, page: int, size: int
) -> Answer:
    """A page of whoever is banned, muted or premoderated: sign, record and standing."""
    rows = tx.all(
        _RESTRICTED,
        {"p": publication.id, "now": context.clock.now(), "most": size + 1,
         "skip": (page - 1) * size},
    )  # fmt: skip
    if not rows:
        return Answer(Rich(t("Nobody is banned, muted or premoderated.")))
    lines: list[Rich | str] = [
        standing_line(tx, context, t, publication, row["tag"]) for row in rows[:size]
    ]
    lines.append(t("/unban author SIGN lifts it."))
    if len(rows) > size:
        lines.append(t("For older ones, write {page} behind the same words.", page=page + 1))
    return Answer(join(lines, "\n"))
