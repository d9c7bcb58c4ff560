"""What is to be told to authors alone: that a comment of theirs waits, what was decided about it.

A row of `told` is one thing to say; `core.newsroom.authors.private` makes messages of them.
"""

from __future__ import annotations

import json

from core.model import State
from core.moderation.judge import load
from core.newsroom.authors import addresses
from core.newsroom.context import Context
from core.ports import Row, Tx

HELD, REFUSED = "held", "refused"
"""Kinds that the system tells; the others have the name of what was decided."""
DECIDED = {
    "withhold": HELD,
    "reject": "rejected",
    "remove": "removed",
    "mute": "muted",
    "ban": "banned",
    "warn": "warned",
}
"""Decisions that their author is told of, and the kind of what is told."""
KEPT = 30 * 86400.0
"""Seconds for which what was told is remembered."""
CLOSED = 6 * 3600.0
"""Seconds for which nothing is said to somebody who took the last private message from nobody."""
URGENT = ("banned",)
"""Kinds that wait for no gap: a platform carries no words to whom it has banned."""
SAID_AT_ONCE = frozenset({"closed", "muted", "too_large", "banned", "slow"})
"""Why checks refuse a comment that its author is told of on the spot (`refusal`), or never."""


def received(tx: Tx, context: Context, comment: Row, identity: str) -> None:
    """A comment (`decide.comment_row`) was stored or changed in a chat, where its author sees no
    answer: they are told where it waits, or was refused by a check.

    identity: as in `core.events.Person`.
    """
    publication = context.house(tx).publications[comment["publication"]]
    author, revision = comment["author"], comment["revision"]
    addresses.remember(tx, context, publication, comment["platform"], author, identity)
    if comment["state"] == State.HELD:
        _wait(tx, context, comment, HELD, revision=revision)
    elif comment["shown"] != revision and not reasons(tx, comment) & SAID_AT_ONCE:
        _wait(tx, context, comment, REFUSED, revision=revision)


def reasons(tx: Tx, comment: Row) -> set[str]:
    """Why checks refused the newest wording of a comment."""
    row = tx.one(
        "SELECT verdicts FROM revision WHERE comment = :id AND number = :n",
        {"id": comment["id"], "n": comment["revision"]},
    )
    found = load(json.loads(row["verdicts"])) if row is not None else ()
    named = {one.reason for one in found if one.verdict == "reject"}
    return named or set(SAID_AT_ONCE)


def decided(tx: Tx, context: Context, action: str, comment: Row, decision: int) -> None:
    """A moderator decided about a comment (`decide.comment_row`) or its author, who is told
    where it concerns them."""
    if action in DECIDED:
        _wait(tx, context, comment, DECIDED[action], decision=decision)


def answered(tx: Tx, context: Context, answer: str, comment: Row, decision: int) -> None:
    """An appeal was "upheld" or "denied" by a decision: its author is told."""
    _wait(tx, context, comment, answer, decision=decision)


def _wait(
    tx: Tx, context: Context, row: Row, kind: str, *, revision: int = 0, decision: int = 0
) -> None:
    """One more thing to say, unless its author cannot be reached or wants to hear nothing."""
    author, now, rules = row["author"], context.clock.now(), context.rules
    reachable = tx.one(
        "SELECT platform FROM address WHERE tag = :tag AND publication = :p AND purpose = 'tell'",
        {"tag": author, "p": row["publication"]},
    )
    if reachable is None or addresses.is_quiet(tx, author) or _is_closed(tx, author, now):
        return
    last = tx.one("SELECT max(told_at) AS at FROM told WHERE author = :tag", {"tag": author})
    lately = last["at"] + rules.tell_gap if last is not None and last["at"] is not None else 0.0
    tx.run(
        "INSERT INTO told (publication, author, platform, kind, comment, revision, decision, due,"
        " expires, token) VALUES (:p, :tag, :platform, :kind, :comment, :revision, :decision,"
        " :due, :expires, :token) ON CONFLICT (comment, kind, revision, decision) DO NOTHING",
        {
            "p": row["publication"], "tag": author, "platform": reachable["platform"],
            "kind": kind, "comment": row["id"], "revision": revision, "decision": decision,
            "due": now + rules.tell_gather if kind in URGENT
            else max(now + rules.tell_gather, lately),
            "expires": now + rules.tell_life,
            "token": context.clock.token(),
        },
    )  # fmt: skip


def _is_closed(tx: Tx, author: str, now: float) -> bool:
    """They took no private message lately: a platform thinks ill of who keeps trying."""
    row = tx.one(
        "SELECT state FROM told WHERE author = :tag AND told_at > :since"
        " ORDER BY told_at DESC LIMIT 1",
        {"tag": author, "since": now - CLOSED},
    )
    return row is not None and bool(row["state"] == "refused")


def heard_privately(tx: Tx, context: Context, author: str) -> None:
    """They wrote to the bot in the direct chat, so they can be told something there: also what
    could not be told before, where it is worth telling still.

    What was shown to them alone in a group is told: whether it arrived nobody tells us, and most
    who come here come by its button. Who missed it finds in /export what their comments are.
    """
    now = context.clock.now()
    tx.run(
        "UPDATE told SET state = CASE WHEN expires - :kept > :now THEN 'waiting' ELSE 'over' END,"
        " told_at = NULL, due = :due, expires = expires - :kept"
        " WHERE author = :tag AND state = 'refused'",
        {"tag": author, "kept": KEPT, "now": now, "due": now + context.rules.tell_gather},
    )


def expire(tx: Tx, now: float) -> None:
    """What could not be told in time is not worth telling any more; addresses have served."""
    tx.run("DELETE FROM told WHERE expires <= :now", {"now": now})
    addresses.expire(tx, now)
