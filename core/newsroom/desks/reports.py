"""What readers reported: the rows, what the desk reads of them, and how a decision settles them.

Who reported is a tag, never shown to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.i18n import Texts
from core.newsroom.context import Context
from core.newsroom.desks.desk import refresh_card
from core.ports import Row, Tx

AGREED, DISAGREED, MOOT = "agreed", "disagreed", "moot"
"""How a report ended: the comment was taken down; it was left up; other words are up by now."""
SHOWN_REASONS = 5
REASON = 60
"""Characters of a reason that a card shows."""


def open_reports(tx: Tx, comment: int) -> list[Row]:
    """The reports of a comment on which nobody has decided, oldest first."""
    return tx.all(
        "SELECT * FROM report WHERE comment = :c AND outcome = '' ORDER BY id", {"c": comment}
    )


def settled_by(tx: Tx, comment: int, action: str, after: Mapping[str, Any]) -> dict[str, str]:
    """What a decision on a comment makes of its open reports: their number (as JSON has it) to
    their outcome. after: the comment's state and shown revision by this decision."""
    found: dict[str, str] = {}
    for row in open_reports(tx, comment):
        if after["state"] in ("rejected", "removed"):
            found[str(row["id"])] = AGREED
        elif action.startswith("approve"):
            same = row["revision"] == after["shown"]
            found[str(row["id"])] = DISAGREED if same else MOOT
    return found


def outcomes(tx: Tx, reports: Mapping[str, str]) -> dict[str, str]:
    """The same reports as they stand now."""
    found = {}
    for number in reports:
        row = tx.one("SELECT outcome FROM report WHERE id = :id", {"id": int(number)})
        if row is not None:
            found[number] = row["outcome"]
    return found


def reports_stand(
    tx: Tx, about: Mapping[str, Any] | Row, was: Mapping[str, str], now: Mapping[str, str]
) -> bool:
    """See `aspects.Aspect.stands`. A report that was erased with its reader stands in no way."""
    return all(now[number] == outcome for number, outcome in outcomes(tx, now).items())


def apply_reports(
    tx: Tx, context: Context, about: Mapping[str, Any] | Row, was: Mapping[str, str],
    now: Mapping[str, str],
) -> None:  # fmt: skip
    """See `aspects.Aspect.apply`: give reports their outcomes; "" opens them again."""
    for number, outcome in now.items():
        tx.run("UPDATE report SET outcome = :o WHERE id = :id", {"o": outcome, "id": int(number)})
    refresh_card(tx, context, about["publication"], about["comment"])
    context.touch_desk(tx, about["publication"])


def record_of(tx: Tx, reporter: str) -> tuple[int, int]:
    """(agreed, disagreed) of a reader's earlier reports."""
    row = tx.one(
        "SELECT coalesce(sum(outcome = 'agreed'), 0) AS agreed,"
        " coalesce(sum(outcome = 'disagreed'), 0) AS disagreed FROM report WHERE reporter = :r",
        {"r": reporter},
    )
    return (row["agreed"], row["disagreed"]) if row is not None else (0, 0)


def report_line(tx: Tx, t: Texts, comment: int) -> str:
    """ "Reported by 3 readers: insult, spam" for a card, "" where nobody did."""
    rows = tx.all(
        "SELECT reason FROM report WHERE comment = :c AND outcome <> 'moot' ORDER BY id",
        {"c": comment},
    )
    if not rows:
        return ""
    said = t.n("Reported by {n} reader", "Reported by {n} readers", len(rows))
    reasons = {row["reason"].casefold(): row["reason"] for row in reversed(rows) if row["reason"]}
    given = [reason[:REASON] for reason in reversed(reasons.values())]
    if not given:
        return said
    more = ", …" if len(given) > SHOWN_REASONS else ""
    return f"{said}: {', '.join(given[:SHOWN_REASONS])}{more}"
