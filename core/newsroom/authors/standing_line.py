"""How an author stands at a publication, in one line that names nobody."""

from __future__ import annotations

from core.authors import sign
from core.i18n import Texts
from core.model import Publication
from core.newsroom.authors import restrictions
from core.newsroom.authors.private_words import moment
from core.newsroom.authors.warned import points_of
from core.newsroom.context import Context
from core.newsroom.decisions.decide import author_fields
from core.ports import Tx
from core.text.model import Rich, bold


def standing_line(
    tx: Tx, context: Context, t: Texts, publication: Publication, author: str
) -> Rich:
    """The letters by which moderators know an author again, the record, the standing, the points
    of warnings, and whether the platform itself keeps them out for us."""
    row, now = author_fields(tx, publication.id, author), context.clock.now()
    told = [
        t("{published} published, {rejected} rejected",
          published=row["published"], rejected=row["rejected"]),
        _standing(t, publication, row["standing"], row["until"], now),
    ]  # fmt: skip
    if points := points_of(tx, publication, author, now):
        told.append(t.n("{n} point of warnings", "{n} points of warnings", points))
    if restrictions.wanted(tx, publication.id, author):
        told.append(t("restricted on the platform as well"))
    head = bold(t("Author {sign}", sign=sign(context.keys, publication.id, author)))
    return head + " · " + " · ".join(filter(None, told))


def _standing(
    t: Texts, publication: Publication, standing: str, until: float | None, now: float
) -> str:
    """In words, "" for the ordinary one, which a mute that is over has become."""
    if standing == "muted":
        if (until or 0.0) <= now:
            return ""
        return t("muted until {until}", until=moment(t, publication, until or 0.0))
    return {
        "trusted": t("trusted"),
        "premoderated": t("premoderated"),
        "banned": t("banned"),
    }.get(standing, "")
