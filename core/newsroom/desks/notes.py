"""Moderators' notes about an author: read on the later cards of that author, never in public.

A note is a decision without any other effect, so the log has it and undo takes it back.
"""

from __future__ import annotations

from core.errors import UserError
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import comment_row
from core.newsroom.decisions.log import Actor, Decided, record
from core.ports import Row, Tx

LENGTH = 300
SHOWN = 3


def note(tx: Tx, context: Context, actor: Actor, comment: int, words: str) -> Decided:
    """Note something about the author of a comment. Raises UserError where it says nothing."""
    words = " ".join(words.split())[:LENGTH]
    if not words:
        raise UserError(actor.texts("Write the note behind the command: /note #12 your words."))
    row = comment_row(tx, comment)
    before, after = {"note": ""}, {"note": words}
    number = record(
        tx, context, row["publication"], actor, "note", article=row["article"], comment=comment,
        author=row["author"], reason=words, before=before, after=after,
    )  # fmt: skip
    about = {name: row[name] for name in ("publication", "article", "author")}
    aspects.bring(tx, context, {**about, "comment": comment}, before, after)
    return Decided(number, actor.texts("Noted about the author of #{number}.",
                                       number=row["number"]))  # fmt: skip


def notes_about(tx: Tx, publication: int, author: str) -> list[Row]:
    """The newest notes about an author that were not taken back: actor_name, reason."""
    return tx.all(
        "SELECT d.actor_name, d.reason FROM decision d WHERE d.publication = :p"
        " AND d.author = :author AND d.action = 'note' AND NOT EXISTS"
        " (SELECT 1 FROM decision u WHERE u.undoes = d.id) ORDER BY d.id DESC LIMIT :n",
        {"p": publication, "author": author, "n": SHOWN},
    )
