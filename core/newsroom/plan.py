"""Raising deliveries: from what should be shown to the rows that the outbox works on."""

from __future__ import annotations

from core.model import State
from core.ports import Row, Tx
from core.threads import CommentState, Key, Standing, faces


def raise_delivery(
    tx: Tx,
    subject: str,
    subject_id: int,
    channel: int,
    face: int,
    *,
    article: int | None = None,
    rank: int = 0,
    due: float = 0.0,
) -> None:
    """Want a copy of a subject to show `face` (0 = nothing) in a channel, whatever it shows now."""
    row = tx.one(
        "SELECT id, want, have, raised, gone FROM delivery WHERE subject = :subject"
        " AND subject_id = :subject_id AND channel = :channel AND role = 'copy'",
        {"subject": subject, "subject_id": subject_id, "channel": channel},
    )
    if row is not None:
        change_delivery(tx, row["id"], face, channel, due)
    elif face:
        tx.insert(
            "delivery",
            {
                "subject": subject,
                "subject_id": subject_id,
                "channel": channel,
                "article": article,
                "rank": rank,
                "want": 1,
                "raised": 1,
                "shown_revision": face,
                "due": due,
            },
        )
        tx.wake(channel)


def change_delivery(tx: Tx, delivery: int, face: int, channel: int, due: float = 0.0) -> None:
    """Let a delivery want something else; `want` never takes a value twice, except 0."""
    tx.run(
        "UPDATE delivery SET want = CASE WHEN :face = 0 THEN 0 ELSE raised + 1 END,"
        " raised = CASE WHEN :face = 0 THEN raised ELSE raised + 1 END,"
        " shown_revision = :face, due = :due, attempts = 0, dead_want = NULL"
        " WHERE id = :id AND gone = 0",
        {"id": delivery, "face": face, "due": due},
    )
    tx.wake(channel)


def comment_deliveries(tx: Tx, comment: int) -> list[Row]:
    """The deliveries of a comment; `open_try` = a message of it may be up although unrecorded."""
    return tx.all(
        "SELECT d.*, (SELECT count(*) FROM shows s JOIN message m ON m.id = s.message"
        " WHERE s.delivery = d.id AND m.doubtful = 0) AS messages"
        " FROM delivery d WHERE subject = 'comment' AND subject_id = :id",
        {"id": comment},
    )


def has_visible_replies(tx: Tx, comment: int) -> bool:
    """Some reply to it may be read."""
    row = tx.one(
        "SELECT 1 FROM comment WHERE parent = :id AND shown > 0"
        " AND state IN ('published', 'held') LIMIT 1",
        {"id": comment},
    )
    return row is not None


def replan(tx: Tx, comment: int, *, force: bool = False) -> None:
    """Bring the deliveries of a comment in line with its state.

    force: raise what is wanted even where the revision is the same (a link or a label changed).
    """
    row = tx.one("SELECT * FROM comment WHERE id = :id", {"id": comment})
    if row is None:
        return
    rows = comment_deliveries(tx, comment)
    by_key: dict[Key, Row] = {(d["channel"], d["role"]): d for d in rows}
    existing = {key: Standing(_stands(d), bool(d["gone"])) for key, d in by_key.items()}
    threads = tx.all(
        "SELECT channel FROM thread WHERE article = :article AND dead = 0",
        {"article": row["article"]},
    )
    state = _state_of(tx, row, {key for key, d in by_key.items() if d["messages"]})
    wanted = faces(state, [t["channel"] for t in threads], existing)
    for key, face in wanted.items():
        _want(tx, row, key, face, by_key.get(key), force)
    if row["parent"] is not None and state.shown and not _up(state):
        _let_parent_go(tx, row["parent"])


def _stands(delivery: Row) -> bool:
    """An original stands until its removal is wanted, never again after; a copy may stand as
    long as it is wanted, recorded or tried."""
    if delivery["role"] == "origin":
        return bool(delivery["want"])
    return bool(delivery["have"] or delivery["want"] or delivery["messages"])


def _up(state: CommentState) -> bool:
    return state.state in (State.PUBLISHED, State.HELD)


def _state_of(tx: Tx, row: Row, shown_in: set[Key]) -> CommentState:
    return CommentState(
        state=State(row["state"]),
        revision=row["revision"],
        shown=row["shown"],
        soft=bool(row["soft"]),
        replied=bool(shown_in) and has_visible_replies(tx, row["id"]),
    )


def _want(tx: Tx, row: Row, key: Key, face: int, delivery: Row | None, force: bool) -> None:
    channel, _ = key
    if delivery is None:
        raise_delivery(
            tx, "comment", row["id"], channel, face, article=row["article"], rank=row["number"]
        )
        return
    now = delivery["shown_revision"] if delivery["want"] else 0
    if delivery["role"] == "origin":
        if face == 0 and delivery["want"]:
            change_delivery(tx, delivery["id"], 0, channel)
    elif now != face or (force and face):
        change_delivery(tx, delivery["id"], face, channel)


def _let_parent_go(tx: Tx, parent: int) -> None:
    """A placeholder stands only as long as something hangs on it."""
    placeholders = tx.one(
        "SELECT 1 FROM delivery WHERE subject = 'comment' AND subject_id = :id"
        " AND shown_revision = -1 AND want > 0 LIMIT 1",
        {"id": parent},
    )
    if placeholders is not None and not has_visible_replies(tx, parent):
        replan(tx, parent)


def settle_thread(tx: Tx, article: int, name: str, value: str) -> None:
    """Want a setting (locked, archived) of every thread of an article."""
    rows = tx.all(
        "SELECT id, channel FROM thread WHERE article = :a AND dead = 0", {"a": article}
    )
    for row in rows:
        tx.run(
            "INSERT INTO setting (thread, name, want) VALUES (:t, :name, :value)"
            " ON CONFLICT (thread, name) DO UPDATE SET want = excluded.want, due = 0, attempts = 0",
            {"t": row["id"], "name": name, "value": value},
        )
        tx.wake(row["channel"])
