"""Appeals: an author asks for a second look, once for each decision; another moderator answers."""

from __future__ import annotations

from core.errors import UserError
from core.model import Purpose, State
from core.newsroom.authors import addresses, telling
from core.newsroom.context import Context
from core.newsroom.decisions.decide import comment_row
from core.newsroom.desks.desk import refresh_card
from core.newsroom.outgoing.plan import raise_delivery
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich
from core.views import Answer

LIMIT = 1000
"""Characters of an appeal."""
CARDS = 3
"""Open appeals that have a card at a desk at the same time; the others come after them."""
ACTIONS = ("reject", "remove", "mute", "ban", "warn")
"""Decisions that their author may appeal against."""
DAY = 86400.0


def by_command(tx: Tx, context: Context, call: Call, comment: int) -> Answer:
    """`/appeal #12 words`, by the comment's author; in the direct chat the words may follow."""
    row, words = comment_row(tx, comment), call.argument.strip()
    decision = _open_to(tx, context, call, row)
    if words:
        return submit(tx, context, call, row, decision, words)
    if not call.private:
        raise UserError(call.t("Write behind the command why it should be looked at again."))
    return _begin(tx, context, call, row, decision)


def pressed(tx: Tx, context: Context, call: Call, token: str, words: str) -> Answer:
    """The button under what an author was told, with the form's words where there are forms."""
    told = tx.one(
        "SELECT comment, decision FROM told WHERE token = :token AND author = :tag",
        {"token": token, "tag": call.tag},
    )
    if told is None:
        raise UserError(call.t("This button does nothing any more."))
    row = comment_row(tx, told["comment"])
    _require_new(tx, call, row["id"], told["decision"])
    if words:
        return submit(tx, context, call, row, told["decision"], words)
    return _begin(tx, context, call, row, told["decision"])


def _open_to(tx: Tx, context: Context, call: Call, row: Row) -> int:
    """The newest decision about a comment that can be appealed against still; 0 for a check's.
    Raises UserError where there is none."""
    days = context.house(tx).publications[row["publication"]].options.appeal_days
    found = tx.all(
        "SELECT d.id, d.action, a.state FROM decision d LEFT JOIN appeal a"
        " ON a.comment = d.comment AND a.decision = d.id WHERE d.comment = :c AND d.author = :tag"
        " AND d.undoes IS NULL AND d.at >= :since AND NOT EXISTS (SELECT 1 FROM decision u"
        " WHERE u.undoes = d.id) ORDER BY d.id DESC",
        {"c": row["id"], "tag": call.tag, "since": context.clock.now() - days * DAY},
    )
    about = [one for one in found if one["action"] in ACTIONS]
    for one in about:
        if one["state"] is None:
            return int(one["id"])
    if about:
        _require_new(tx, call, row["id"], about[0]["id"])
    if row["state"] != State.REJECTED or not _by_check(tx, row["id"]):
        raise UserError(call.t("Nothing was decided about it that can be looked at again."))
    _require_new(tx, call, row["id"], 0)
    return 0


def _by_check(tx: Tx, comment: int) -> bool:
    """A check refused the comment for what it says: no moderator did, nor is it that nobody can
    comment there, or its author cannot."""
    told = tx.one("SELECT 1 FROM decision WHERE comment = :c LIMIT 1", {"c": comment})
    return told is None and not telling.reasons(tx, comment_row(tx, comment)) & telling.SAID_AT_ONCE


def _require_new(tx: Tx, call: Call, comment: int, decision: int) -> None:
    """Raises UserError where there was an appeal against this already."""
    before = tx.one(
        "SELECT state FROM appeal WHERE comment = :c AND decision = :d",
        {"c": comment, "d": decision},
    )
    if before is None:
        return
    if before["state"] == "open":
        raise UserError(call.t("Your appeal is with the moderators already."))
    raise UserError(call.t("Your appeal was answered; there is one for each decision."))


def _begin(tx: Tx, context: Context, call: Call, row: Row, decision: int) -> Answer:
    """In the direct chat: the next words are the appeal."""
    tx.run("DELETE FROM door WHERE tag = :tag", {"tag": call.tag})
    tx.insert(
        "door",
        {
            "tag": call.tag, "token": context.clock.token(), "article": row["article"],
            "appeals": row["id"], "decision": decision,
            "expires": context.clock.now() + context.rules.door_life,
        },
    )  # fmt: skip
    own = f"{row['article']}#{row['number']}"
    return Answer(
        Rich(call.t("Write in one message why {own} should be looked at again.", own=own))
    )


def begun(tx: Tx, context: Context, call: Call) -> Row | None:
    """What the next words in somebody's direct chat appeal against, None where they do not."""
    return tx.one(
        "SELECT appeals, decision FROM door WHERE tag = :tag AND expires > :now"
        " AND appeals IS NOT NULL",
        {"tag": call.tag, "now": context.clock.now()},
    )


def written(tx: Tx, context: Context, call: Call, door: Row) -> Answer:
    """Those words came."""
    if not call.text.text.strip():
        raise UserError(call.t("I cannot read that. Write it in words."))
    row = comment_row(tx, door["appeals"])
    _require_new(tx, call, row["id"], door["decision"])
    return submit(tx, context, call, row, door["decision"], call.text.text.strip())


def submit(tx: Tx, context: Context, call: Call, row: Row, decision: int, words: str) -> Answer:
    """Hand an appeal to the desk. Raises UserError where it is too long."""
    if len(words) > LIMIT:
        raise UserError(call.t("That is too long: at most {n} characters.", n=LIMIT))
    tx.insert(
        "appeal",
        {
            "publication": row["publication"], "comment": row["id"], "decision": decision,
            "author": call.tag, "text": words, "at": context.clock.now(),
            "token": context.clock.token(),
        },
    )  # fmt: skip
    refresh_card(tx, context, row["publication"], row["id"])
    tx.run("DELETE FROM door WHERE tag = :tag AND appeals IS NOT NULL", {"tag": call.tag})
    publication = context.house(tx).publications[row["publication"]]
    addresses.remember(tx, context, publication, call.platform, call.tag, call.identity)
    context.touch_desk(tx, row["publication"])
    return Answer(Rich(call.t("Thank you. Your appeal is with the moderators; another one than who"
                              " decided looks at it, and you are told the answer.")))  # fmt: skip


def fill(tx: Tx, context: Context, publication: int) -> None:
    """Cards for the oldest open appeals in every desk channel, a few at a time."""
    for channel in context.house(tx).of(publication, Purpose.DESK):
        rows = tx.all(
            "SELECT a.id, d.want FROM appeal a LEFT JOIN delivery d ON d.subject = 'appeal'"
            " AND d.subject_id = a.id AND d.channel = :c WHERE a.publication = :p"
            " AND a.state = 'open' AND coalesce(d.gone, 0) = 0 ORDER BY a.id LIMIT :most",
            {"c": channel.id, "p": publication, "most": CARDS},
        )
        for row in rows:
            if not row["want"]:
                raise_delivery(tx, "appeal", row["id"], channel.id, 1, rank=row["id"])


def waiting(tx: Tx, publication: int) -> list[Row]:
    """The open appeals, oldest first: id, comment, decision, author, text, at, token."""
    return tx.all(
        "SELECT * FROM appeal WHERE publication = :p AND state = 'open' ORDER BY id",
        {"p": publication},
    )


def tell(tx: Tx, context: Context, appeal: Row, state: str, decision: int) -> None:
    """The author is told the answer."""
    telling.answered(tx, context, state, comment_row(tx, appeal["comment"]), decision)
