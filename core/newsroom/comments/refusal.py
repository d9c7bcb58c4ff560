"""What a writer is told whose message in a chat was removed at once.

A platform that cannot close a thread by itself lets people write into it: what they wrote is
taken away, and without a word they would write it again.
"""

from __future__ import annotations

import json

from core.events import Posted
from core.i18n import Texts, choose, texts
from core.model import State, Verdict
from core.moderation.judge import load, refused_for
from core.newsroom.publishing.slow import slow_line, span_words
from core.ports import Tx
from core.text.model import Rich
from core.text.tools import first_words
from core.views import Answer

QUOTED = 60
"""Characters of the comment that are repeated."""
KEPT = 3000
"""The same of one that only came too early."""


def refusal(tx: Tx, event: Posted, comment: int) -> Answer | None:
    """For the writer's direct chat; None where the comment was not refused, or where its author
    is banned, who is told nothing."""
    row = tx.one(
        "SELECT c.state, r.verdicts, p.languages FROM comment c JOIN revision r"
        " ON r.comment = c.id AND r.number = c.revision JOIN article a ON a.id = c.article"
        " JOIN publication p ON p.id = a.publication WHERE c.id = :id",
        {"id": comment},
    )
    if row is None or row["state"] != State.REJECTED:
        return None
    found = load(json.loads(row["verdicts"]))
    reasons = refused_for(found)
    t = texts(choose(event.person.language, *row["languages"].split(",")))
    words = first_words(event.text, QUOTED)
    if reasons == {"closed"}:
        said = t("Comments are closed there, so yours was removed: “{words}”.", words=words)
    elif reasons == {"muted"}:
        said = t("You cannot comment there for now, so yours was removed: “{words}”.", words=words)
    elif reasons == {"slow"}:
        said = _too_early(t, event, next(one for one in found if one.reason == "slow"))
    elif reasons == {"too_large"}:
        said = t("A file in your comment is too large for the moderators to look at, so it was"
                 " removed: “{words}”. Send it smaller or without.", words=words)  # fmt: skip
    else:
        return None
    return Answer(Rich(said), alert=said)


def _too_early(t: Texts, event: Posted, verdict: Verdict) -> str:
    """With the whole words, so that they need not be written again."""
    wait = span_words(t, int(verdict.values["wait"]))
    line = slow_line(t, int(verdict.values["seconds"]), ours=True)
    return line + " " + t("Yours was removed; it can be sent again in {span}. Your words:"
                          "\n\n{words}", span=wait, words=event.text.text[:KEPT])  # fmt: skip
