"""Messages that one call makes together: an album's. As in `ledger`, for several at once."""

from __future__ import annotations

from collections.abc import Sequence

from core.newsroom.context import Context
from core.newsroom.outgoing import ledger
from core.newsroom.outgoing.jobs import Job
from core.ports import Tx


def begin(
    tx: Tx, context: Context, job: Job, group: Sequence[tuple[str, int | None]], position: int,
    nonce: str,
) -> list[int] | None:  # fmt: skip
    """Before the call: the messages' rows, durable. None = the delivery wants something else.

    group: (digest, lost row or None) of each, from `position` on.
    """
    begun = [
        ledger.begin(tx, context, job, digest, place, again=None, lost=lost, nonce=nonce)
        for place, (digest, lost) in enumerate(group, position)
    ]
    rows = [row for row in begun if row is not None]
    return rows if len(rows) == len(group) else None
