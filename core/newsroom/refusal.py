"""What a writer is told whose message in a chat was removed at once.

A platform that cannot close a thread by itself lets people write into it: what they wrote is
taken away, and without a word they would write it again.
"""

from __future__ import annotations

import json

from core.events import Posted
from core.i18n import texts
from core.model import State
from core.ports import Tx
from core.text.model import Rich
from core.text.tools import first_words
from core.views import Answer

QUOTED = 60
"""Characters of the comment that are repeated."""


def refusal(tx: Tx, event: Posted, comment: int) -> Answer | None:
    """For the writer's direct chat; None where the comment was not refused, or where its author
    is banned, who is told nothing."""
    row = tx.one(
        "SELECT c.state, r.verdicts FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if row is None or row["state"] != State.REJECTED:
        return None
    found = json.loads(row["verdicts"])
    reasons = {reason for _, verdict, reason, _ in found if verdict == "reject"}
    t, words = texts(event.person.language), first_words(event.text, QUOTED)
    if reasons == {"closed"}:
        said = t("Comments are closed there, so yours was removed: “{words}”.", words=words)
    elif reasons == {"muted"}:
        said = t("You cannot comment there for now, so yours was removed: “{words}”.", words=words)
    else:
        return None
    return Answer(Rich(said), alert=said)
