"""What a comment answers, where a moderator moves it.

No platform can hang a message below another one afterwards: a copy that is up keeps its place and
quotes what it answers now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.newsroom.context import Context
from core.newsroom.desks.desk import refresh_card
from core.newsroom.outgoing.plan import replan
from core.ports import Row, Tx

Values = Mapping[str, Any]


def parent_stands(tx: Tx, about: Mapping[str, Any] | Row, was: Values, now: Values) -> bool:
    """See `aspects.Aspect.stands`."""
    row = tx.one("SELECT parent FROM comment WHERE id = :id", {"id": about["comment"]})
    return row is not None and row["parent"] == now["parent"]


def apply_parent(
    tx: Tx, context: Context, about: Mapping[str, Any] | Row, was: Values, now: Values
) -> None:
    """See `aspects.Aspect.apply`. A placeholder that only it hung on goes."""
    tx.run(
        "UPDATE comment SET parent = :parent WHERE id = :id",
        {"parent": now["parent"], "id": about["comment"]},
    )
    replan(tx, about["comment"], force=True)
    for parent in (was["parent"], now["parent"]):
        if parent is not None:
            replan(tx, parent)
    refresh_card(tx, context, about["publication"], about["comment"])
