"""What a card's buttons do (see `core.newsroom.desks.card_menus` for what they carry)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.errors import UserError
from core.newsroom.comments.amending import edit_and_approve
from core.newsroom.comments.around import around
from core.newsroom.context import Context
from core.newsroom.decisions.decide import decide_comment, require_open
from core.newsroom.decisions.log import Decided
from core.newsroom.desks import claims
from core.newsroom.desks.card_menus import HOURS, MUTE, REASONS, REJECT, menu_rows
from core.newsroom.desks.notes import note
from core.newsroom.target import Call, whole
from core.ports import Row, Tx
from core.text.model import Rich, Span, Style, bold
from core.views import Answer

ACTIONS: Mapping[str, str] = {
    "a": "approve",
    "t": "approve-trust",
    "b": "ban-reject",
    "x": "remove",
}
_MENUS = {"r": REJECT, "h": MUTE}


def pressed(tx: Tx, context: Context, call: Call, rest: str) -> Answer:
    """`token:revision:verb`; a decision is on the revision that the card showed. Raises
    UserError."""
    token, _, tail = rest.partition(":")
    revision, _, verb = tail.partition(":")
    row = tx.one(
        "SELECT c.id, c.token, c.state, c.revision, c.number, c.article, a.publication"
        " FROM comment c JOIN article a ON a.id = c.article WHERE c.token = :token",
        {"token": token},
    )
    number = whole(revision)
    if row is None or row["publication"] != call.publication or number is None:
        raise UserError(call.t("This button does nothing any more."))
    if verb in ("r", "h", "m"):
        return _menu(tx, context, call, row, number, verb)
    if verb in ("e", "n"):
        return _words(tx, context, call, row, number, verb)
    if verb == "c":
        return _context(tx, context, call, row, number)
    return _told(_decided(tx, context, call, row, number, verb))


def _told(decided: Decided) -> Answer:
    return Answer(Rich(decided.text), alert=decided.text)


def _decided(tx: Tx, context: Context, call: Call, row: Row, revision: int, verb: str) -> Decided:
    action, reason, hours = ACTIONS.get(verb, ""), "", 24.0
    chosen = whole(verb[1:])
    if verb[:1] == "r" and chosen is not None and chosen < len(REASONS):
        action, reason = "reject", REASONS[chosen]
    if verb[:1] == "h" and chosen in HOURS:
        action, hours = "mute", float(chosen or 0)
    if not action:
        raise UserError(call.t("This button does nothing any more."))
    return decide_comment(
        tx, context, call.actor, action, row["id"], revision=revision, reason=reason, hours=hours
    )


def _alone(context: Context, call: Call) -> bool:
    """Only the presser can be shown something there."""
    return call.private or context.capabilities[call.platform].private_answers


def _reads(tx: Tx, context: Context, call: Call, row: Row, revision: int, menu: str = "") -> str:
    """Claim the comment; who else was reading it, as words before what is answered."""
    if row["state"] != "held":
        return ""
    other = claims.take(tx, context, call.actor, row["id"], revision, menu)
    return call.t("{name} is reading this one too.", name=other) + " " if other else ""


def _menu(tx: Tx, context: Context, call: Call, row: Row, revision: int, verb: str) -> Answer:
    """A list opens, or closes again ("m"). Where only the presser can be shown it, it is the
    answer; else it is a part of the card, which a decision made meanwhile takes away."""
    require_open(tx, call.t, row["id"], revision)
    if verb == "m":
        claims.release(tx, context, row["id"])
        return Answer()
    alone, menu = _alone(context, call), _MENUS[verb]
    other = _reads(tx, context, call, row, revision, "" if alone else menu)
    asked = call.t("Why is it rejected?") if menu == REJECT else call.t("Muted for how long?")
    rows = menu_rows(call.t, row["token"], revision, menu) if alone else ()
    return Answer(Rich(other + asked), alert=other + asked, menu=rows)


def _words(tx: Tx, context: Context, call: Call, row: Row, revision: int, verb: str) -> Answer:
    """With a form the words come with the press; else how to send them."""
    if call.text.text and verb == "n":
        return _told(note(tx, context, call.actor, row["id"], call.text.text))
    if call.text.text:
        edited = edit_and_approve(tx, context, call.actor, row["id"], call.text, revision)
        return _told(edited)
    require_open(tx, call.t, row["id"], revision)
    other = _reads(tx, context, call, row, revision)
    name = f"{row['article']}#{row['number']}"
    if verb == "n":
        words = call.t("Reply to this card with /note and your words, or send /note {comment} and"
                       " your words.", comment=name)  # fmt: skip
        return Answer(Rich(other + words), alert=other + words)
    words = call.t("To publish it in other words, copy this, change the words and send it:")
    old = tx.one(
        "SELECT text FROM revision WHERE comment = :c AND number = :n",
        {"c": row["id"], "n": revision},
    )
    text = Rich.load(json.loads(old["text"])).text if old is not None else ""
    command = _code(f"/amend {name} {text}")
    return Answer(
        bold(other + words) + "\n" + command, alert=other + call.t("It is below."), public=True
    )


def _context(tx: Tx, context: Context, call: Call, row: Row, revision: int) -> Answer:
    other = _reads(tx, context, call, row, revision)
    text = around(tx, context, call.t, row["id"])
    return Answer(text, alert=other + call.t("It is below."), public=True)


def _code(text: str) -> Rich:
    """As it can be copied with one tap."""
    return Rich(text, (Span(0, len(text), Style.PRE),)) if text else Rich()
