"""An article's further pictures, as a comment of the publication itself: an album in every thread,
numbered and removed like any other comment."""

from __future__ import annotations

import json

from core.errors import UserError
from core.events import Attachment
from core.i18n import texts
from core.model import Verdict
from core.newsroom.comments.intake import add_comment
from core.newsroom.context import Context
from core.newsroom.decisions.log import Actor, Decided, record
from core.newsroom.outgoing.faces import language_of
from core.newsroom.outgoing.plan import plan_fresh
from core.ports import Tx
from core.text.model import Rich

PUBLICATION = "publication"
"""In place of an author's tag: the publication itself."""
MOST = 10


def show_pictures(tx: Tx, context: Context, actor: Actor, article: int) -> Decided:
    """Publish the pictures after the first, at most ten. Raises UserError where there are none,
    or where they are up already."""
    t = actor.texts
    row = tx.one(
        "SELECT id AS article, publication, mode, locked, state, headline, language, images"
        " FROM article WHERE id = :id",
        {"id": article},
    )
    if row is None or row["state"] != "published":
        raise UserError(t("There is no such article."))
    pictures = json.loads(row["images"])[1 : MOST + 1]
    if not pictures:
        raise UserError(t("This article has no further pictures."))
    up = tx.one(
        "SELECT number FROM comment WHERE article = :a AND author = :author"
        " AND state = 'published' LIMIT 1",
        {"a": article, "author": PUBLICATION},
    )
    if up is not None:
        raise UserError(t("They are comment #{number} already.", number=up["number"]))
    publication = context.house(tx).publications[row["publication"]]
    language = language_of(publication, row["language"])
    comment = add_comment(
        tx, context, publication, row,
        channel=None, author=PUBLICATION, name=publication.name, language="",
        posted_at=context.clock.now(), text=Rich(texts(language)("More pictures of this article")),
        attachments=[Attachment("photo", reference=url, key=url, alt=alt) for url, alt in pictures],
        found=(Verdict("publication", "pass"),), parent=None, way="chat",
    )  # fmt: skip
    plan_fresh(tx, comment)
    shown = {"state": "published", "shown": 1}
    number = record(
        tx, context, publication.id, actor, "pictures", article=article, comment=comment.id,
        before={"comment": {**shown, "state": "removed"}}, after={"comment": shown},
    )  # fmt: skip
    return Decided(number, t("They come as comment #{number}.", number=comment.number))
