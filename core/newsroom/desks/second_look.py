"""Answering an appeal: by another moderator than who decided, who is not told who that was."""

from __future__ import annotations

import json
from typing import Any

from core.errors import UserError
from core.model import State
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import author_fields, comment_row
from core.newsroom.decisions.log import Decided, record
from core.newsroom.desks import appeals
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich
from core.views import Answer

NOBODY = ("", "cli", "system", "hand")
"""Actors that are no moderator in particular."""
LATELY = 90 * 86400.0
"""Seconds for which who decided something counts as a moderator of a publication."""

REASON = 500
"""Characters of the reasons with which an appeal is denied."""

Values = dict[str, Any]


def how(tx: Tx, call: Call, token: str) -> Answer:
    """How to deny an appeal with reasons where there are no forms."""
    row = tx.one(
        "SELECT c.article, c.number FROM appeal p JOIN comment c ON c.id = p.comment"
        " WHERE p.token = :token AND p.publication = :p AND p.state = 'open'",
        {"token": token, "p": call.publication},
    )
    if row is None:
        raise UserError(call.t("This appeal was answered already."))
    words = call.t("Send /deny {comment} and your reasons; the author reads them.",
                   comment=f"{row['article']}#{row['number']}")  # fmt: skip
    return Answer(Rich(words), alert=words)


def by_command(tx: Tx, context: Context, call: Call, comment: int) -> Decided:
    """`/deny #12 reasons`: the oldest open appeal about a comment."""
    row = tx.one(
        "SELECT token FROM appeal WHERE comment = :c AND state = 'open' ORDER BY id LIMIT 1",
        {"c": comment},
    )
    if row is None:
        raise UserError(call.t("Nobody appeals there: see /queue appealed."))
    return answer(tx, context, call, row["token"], uphold=False, words=call.argument)


def answer(
    tx: Tx, context: Context, call: Call, token: str, *, uphold: bool, words: str = ""
) -> Decided:
    """Uphold an appeal, which takes the decision back, or deny it. words: why, for its author.
    Raises UserError where it was
    answered already, or where the one who decided would answer."""
    appeal = tx.one("SELECT * FROM appeal WHERE token = :token", {"token": token})
    if appeal is None or appeal["publication"] != call.publication:
        raise UserError(call.t("This button does nothing any more."))
    if appeal["state"] != "open":
        raise UserError(call.t("This appeal was answered already."))
    against = tx.one("SELECT * FROM decision WHERE id = :id", {"id": appeal["decision"]})
    alone = _require_another(tx, context, call, against)
    state = "upheld" if uphold else "denied"
    was, now = _taken_back(tx, context, appeal, against) if uphold else ({}, {})
    was["appeal"], now["appeal"] = {"id": appeal["id"], "state": "open"}, {
        "id": appeal["id"], "state": state,
    }  # fmt: skip
    row = comment_row(tx, appeal["comment"])
    about = {"publication": row["publication"], "article": row["article"], "comment": row["id"],
             "author": row["author"]}  # fmt: skip
    decision = record(
        tx, context, row["publication"], call.actor, "uphold" if uphold else "deny",
        article=row["article"], comment=row["id"], revision=row["revision"], author=row["author"],
        reason=words.strip()[:REASON], before=was, after=now,
    )  # fmt: skip
    aspects.bring(tx, context, about, was, now)
    appeals.tell(tx, context, appeal, state, decision)
    return Decided(decision, _words(call, row, uphold, alone))


def _words(call: Call, row: Row, uphold: bool, alone: bool) -> str:
    number = f"{row['article']}#{row['number']}"
    said = (
        call.t("The appeal about {number} is upheld.", number=number)
        if uphold
        else call.t("The appeal about {number} is denied.", number=number)
    )
    if not alone:
        return said
    return said + " " + call.t("The decision was yours; nobody else moderates here.")


def _require_another(tx: Tx, context: Context, call: Call, against: Row | None) -> bool:
    """Raises UserError where the moderator who decided would answer, unless there is no other
    one, which is then True."""
    if against is None or against["actor"] != call.actor.tag:
        return False
    others = {tag for number, tag in context.house(tx).moderators if number == call.publication}
    others |= {
        row["actor"]
        for row in tx.all(
            "SELECT DISTINCT actor FROM decision WHERE publication = :p AND at >= :since",
            {"p": call.publication, "since": context.clock.now() - LATELY},
        )
    }
    if others - {call.actor.tag, *NOBODY}:
        raise UserError(call.t("You made this decision; another moderator has to look at it."))
    return True


def _taken_back(
    tx: Tx, context: Context, appeal: Row, against: Row | None
) -> tuple[Values, Values]:
    """(what stands, what is to stand): the comment is shown, the author's standing and whatever
    else the decision changed are as before, each where it is still as the decision left it."""
    if against is None:
        return _published(tx, appeal, {})
    undone = tx.one("SELECT 1 FROM decision WHERE undoes = :id", {"id": against["id"]})
    if undone is not None:
        return {}, {}
    before, after = json.loads(against["before"]), json.loads(against["after"])
    was, now = _others(tx, context, against, before, after)
    if before.get("comment") != after.get("comment"):
        shown = _published(tx, appeal, after["comment"])
        was, now = {**was, **shown[0]}, {**now, **shown[1]}
    return _with_standing(tx, appeal, before, after, was, now)


def _others(
    tx: Tx, context: Context, against: Row, before: Values, after: Values
) -> tuple[Values, Values]:
    names = [
        name
        for name in after
        if name not in ("comment", "author")
        and aspects.stand(tx, context, against, {name: before.get(name)}, {name: after[name]})
    ]
    return {name: after[name] for name in names}, {name: before.get(name) for name in names}


def _published(tx: Tx, appeal: Row, left: Values) -> tuple[Values, Values]:
    """A comment that is out of sight is shown (again); so is a change that was refused, where
    the comment is as the decision left it."""
    row = comment_row(tx, appeal["comment"])
    stands = {"state": row["state"], "shown": row["shown"]}
    author = author_fields(tx, row["publication"], row["author"])
    if row["state"] in (State.REJECTED, State.REMOVED):
        counted = {**author, "published": author["published"] + 1,
                   "rejected": max(0, author["rejected"] - 1)}  # fmt: skip
        shown = {"state": "published", "shown": row["shown"] or row["revision"]}
        return {"comment": stands, "author": author}, {"comment": shown, "author": counted}
    if row["state"] == State.PUBLISHED and stands == left:
        return {"comment": stands}, {"comment": {"state": "published", "shown": row["revision"]}}
    return {}, {}


def _with_standing(
    tx: Tx, appeal: Row, before: Values, after: Values, was: Values, now: Values
) -> tuple[Values, Values]:
    """The author's standing goes back as well, where it is what the decision made of it."""
    author = author_fields(tx, appeal["publication"], appeal["author"])
    made, earlier = after.get("author", {}), before.get("author", {})
    if made.get("standing") == earlier.get("standing"):
        return was, now
    if (author["standing"], author["until"]) != (made["standing"], made["until"]):
        return was, now
    back = {
        **now.get("author", author),
        "standing": earlier["standing"],
        "until": earlier["until"],
    }
    return {**was, "author": author}, {**now, "author": back}
