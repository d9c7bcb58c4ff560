"""A reader reports a comment: who may, how often, and what follows when enough did."""

from __future__ import annotations

from core.errors import UserError
from core.i18n import Texts
from core.model import Standing, State
from core.moderation.reporting import LEAST, LIMITS, reached, wait, weight
from core.newsroom.context import Context
from core.newsroom.decisions.decide import author_fields, comment_row, decide_comment
from core.newsroom.decisions.log import system_actor
from core.newsroom.desks.desk import refresh_card, tell_desk
from core.newsroom.desks.reports import DISAGREED, open_reports, record_of
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich
from core.views import Answer

REASON_LIMIT = 200
"""Characters of a reason that are kept."""
TOLD_EVERY = 600.0
"""Seconds."""


def report(tx: Tx, context: Context, call: Call, comment: int, reason: str) -> Answer:
    """Store a report and let it count. Raises UserError where it is not taken, with the reason in
    words for the reader."""
    row = comment_row(tx, comment)
    reason = " ".join(reason.split())[:REASON_LIMIT]
    _require_possible(call, row)
    if _known(tx, context, call, row, reason):
        return Answer(Rich(call.t("Thank you. Your reason was added.")))
    _require_patience(tx, context, call)
    tx.insert(
        "report",
        {
            "comment": comment,
            "reporter": call.tag,
            "revision": row["shown"] or row["revision"],
            "reason": reason,
            "weight": _weight(tx, row["publication"], call.tag),
            "at": context.clock.now(),
        },
    )
    withheld = _enough(tx, context, row)
    if withheld:
        decide_comment(tx, context, system_actor(), "withhold", comment, reason="reported")
    _tell_desk(tx, context, row, withheld)
    refresh_card(tx, context, row["publication"], comment)
    context.touch_desk(tx, row["publication"])
    return Answer(Rich(call.t("Thank you. The moderators will look at #{number}.",
                          number=row["number"])))  # fmt: skip


def _tell_desk(tx: Tx, context: Context, row: Row, withheld: bool) -> None:
    """Where a card stands already its change notifies nobody. What is withheld is told for each
    comment, mere reports at most once in `TOLD_EVERY`."""
    stands = tx.one(
        "SELECT 1 FROM delivery WHERE subject = 'card' AND subject_id = :c AND have > 0",
        {"c": row["id"]},
    )
    if stands is None:
        return
    named = f"{row['article']}#{row['number']}"
    key = f"withheld:{row['id']}:{row['revision']}"
    if not withheld:
        key = f"reported:{int(context.clock.now() // TOLD_EVERY)}"

    def words(t: Texts) -> str:
        if withheld:
            return t("Readers reported {comment}, so it is out of sight until somebody decides:"
                     " /queue reported", comment=named)  # fmt: skip
        return t("A reader reported {comment}: /queue reported", comment=named)

    tell_desk(tx, context, row["publication"], key, words)


def _require_possible(call: Call, row: Row) -> None:
    if not call.tag:
        raise UserError(call.t("I cannot see who you are; send this to me directly."))
    up = row["shown"] > 0 or row["soft"]
    if row["state"] not in (State.HELD, State.PUBLISHED) or not up:
        raise UserError(call.t("It is not up any more."))
    if row["author"] == call.tag:
        raise UserError(call.t("That is your own comment; /delete withdraws it."))


def _known(tx: Tx, context: Context, call: Call, row: Row, reason: str) -> bool:
    """Reported by the same reader before; True where a reason was added to that. Raises
    UserError where nothing is new."""
    known = tx.one(
        "SELECT id, reason, outcome FROM report WHERE comment = :c AND reporter = :r",
        {"c": row["id"], "r": call.tag},
    )
    if known is None:
        return False
    if known["outcome"] == DISAGREED:
        raise UserError(call.t("You reported it, and a moderator left it up."))
    if known["reason"] or not reason:
        raise UserError(call.t("You reported it already; the moderators know."))
    tx.run("UPDATE report SET reason = :why WHERE id = :id", {"why": reason, "id": known["id"]})
    refresh_card(tx, context, row["publication"], row["id"])
    return True


def _require_patience(tx: Tx, context: Context, call: Call) -> None:
    now = context.clock.now()
    rows = tx.all(
        "SELECT at FROM report WHERE reporter = :r AND at > :since",
        {"r": call.tag, "since": now - max(span for _, span in LIMITS)},
    )
    seconds = wait([row["at"] for row in rows], now)
    if seconds > 90:
        minutes = -int(-seconds // 60)
        raise UserError(
            call.t.n("You report a lot. Please wait {n} minute, so that every report can be read.",
                     "You report a lot. Please wait {n} minutes, so that every report can be read.",
                     minutes)
        )  # fmt: skip
    if seconds > 0:
        raise UserError(
            call.t.n("You report fast. Please wait {n} second.",
                     "You report fast. Please wait {n} seconds.", -int(-seconds // 1))
        )  # fmt: skip


def _weight(tx: Tx, publication: int, reporter: str) -> float:
    standing = author_fields(tx, publication, reporter)["standing"]
    if standing in (Standing.MUTED, Standing.BANNED):
        return LEAST
    return weight(*record_of(tx, reporter))


def _enough(tx: Tx, context: Context, row: Row) -> bool:
    """The open reports are enough, and no moderator has left these words up, or put them up
    again, since somebody reported them: what a person decided stands."""
    threshold = context.house(tx).publications[row["publication"]].options.report_threshold
    if not reached([one["weight"] for one in open_reports(tx, row["id"])], threshold):
        return False
    decided = tx.one(
        "SELECT 1 FROM report WHERE comment = :c AND outcome = 'disagreed' AND revision = :shown"
        " UNION ALL SELECT 1 FROM decision WHERE comment = :c AND action = 'withhold'"
        " AND revision = :r",
        {"c": row["id"], "shown": row["shown"], "r": row["revision"]},
    )
    return decided is None
