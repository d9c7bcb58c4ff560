"""From a delivery that wants something to the view that it should show."""

from __future__ import annotations

import json

from core.i18n import texts
from core.model import Channel, Publication
from core.newsroom.context import Context
from core.newsroom.desks.appeal_card import appeal_view
from core.newsroom.desks.cards import card_view
from core.newsroom.desks.wave_card import wave_view
from core.newsroom.outgoing.faces import article_view, comment_view
from core.ports import Row, Tx
from core.text.model import Rich
from core.views import NoticeView, View


def face_of(
    tx: Tx, context: Context, channel: Channel, delivery: Row, *, refers: str, shared: bool = False
) -> View | None:
    """The view of a delivery that wants something; None = nothing is to be shown after all.

    refers: how a comment tells what it answers (see ANSWERS). shared: its message shows others.
    """
    publication = context.house(tx).publications[channel.publication]
    subject_id = delivery["subject_id"]
    match delivery["subject"]:
        case "article" | "draft":
            return article_view(tx, context, publication, channel, subject_id)
        case "comment":
            face = delivery["shown_revision"]
            return comment_view(
                tx, context, publication, channel, subject_id, face, refers=refers, shared=shared
            )
        case "card":
            return card_view(tx, context, publication, subject_id, channel)
        case "appeal":
            return appeal_view(tx, context, publication, subject_id)
        case "wave":
            return wave_view(tx, context, publication, subject_id)
        case "queue":
            return _queue_view(publication, delivery["shown_revision"] - 1)
        case _:
            row = tx.one("SELECT text FROM notice WHERE id = :id", {"id": subject_id})
            return NoticeView(Rich.load(json.loads(row["text"]))) if row else None


def _queue_view(publication: Publication, beyond: int) -> View | None:
    """The header line: how many held comments have no card, as the delivery was raised for."""
    if beyond < 1:
        return None
    t = texts(publication.language)
    words = t.n("{n} more comment waits: /queue", "{n} more comments wait: /queue", beyond)
    return NoticeView(Rich(words))
