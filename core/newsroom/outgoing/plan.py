"""Raising deliveries: from what should be shown to the rows that the outbox works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.model import State
from core.newsroom.comments.removal import doubt_standing
from core.ports import Row, Tx
from core.threads import CommentState, Key, Standing, faces

NEWEST = 20


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
        _new_copy(tx, subject, subject_id, channel, face, article=article, rank=rank, due=due)


def _new_copy(
    tx: Tx,
    subject: str,
    subject_id: int,
    channel: int,
    face: int,
    *,
    article: int | None,
    rank: int,
    due: float = 0.0,
) -> None:
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
    """Let a delivery want something else; `want` never takes a value twice, except 0.

    Where nothing is wanted any more but a try of unknown outcome may stand, `have` says that
    something does, so that the outbox looks for it.
    """
    if face:
        doubt_standing(tx, delivery)
    tx.run(
        "UPDATE delivery SET want = CASE WHEN :face = 0 THEN 0 ELSE raised + 1 END,"
        " raised = CASE WHEN :face = 0 THEN raised ELSE raised + 1 END,"
        " have = CASE WHEN :face = 0 AND have = 0 AND EXISTS (SELECT 1 FROM shows s JOIN message m"
        " ON m.id = s.message WHERE s.delivery = delivery.id AND s.position >= 0"
        " AND m.doubtful = 0) THEN 1 ELSE have END,"
        " shown_revision = :face, due = :due, attempts = 0, dead_want = NULL"
        " WHERE id = :id AND gone = 0",
        {"id": delivery, "face": face, "due": due},
    )
    tx.wake(channel)


def comment_deliveries(tx: Tx, comment: int) -> list[Row]:
    """The deliveries of a comment; `open_try` = a message of it may be up although unrecorded."""
    return tx.all(
        "SELECT d.*, (SELECT count(*) FROM shows s JOIN message m ON m.id = s.message"
        " WHERE s.delivery = d.id AND s.position >= 0 AND m.doubtful = 0) AS messages"
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


@dataclass(frozen=True, slots=True)
class Fresh:
    """A comment that was written in this transaction: id, article, number, and how it stands.
    Nothing hangs on it yet, and besides its original nothing of it is up anywhere."""

    id: int
    article: int
    number: int
    state: CommentState


def plan_fresh(tx: Tx, comment: Fresh, origin: tuple[int, int] | None = None) -> None:
    """The first deliveries of a comment, without a look at what cannot be there yet.

    origin: (channel, delivery) of the original, None for a comment that came through the door.
    """
    standing = {(origin[0], "origin"): Standing(stands=True)} if origin is not None else {}
    threads = open_threads(tx, comment.article)
    for (channel, role), face in faces(comment.state, threads, standing).items():
        if role == "copy" and face:
            _new_copy(
                tx, "comment", comment.id, channel, face,
                article=comment.article, rank=comment.number,
            )  # fmt: skip
        elif origin is not None and role == "origin" and not face:
            change_delivery(tx, origin[1], face, channel)


def open_threads(tx: Tx, article: int) -> list[int]:
    """The channels in which a thread of the article is open."""
    rows = tx.all("SELECT channel FROM thread WHERE article = :a AND dead = 0", {"a": article})
    return [row["channel"] for row in rows]


def replan(tx: Tx, comment: int, *, force: bool = False) -> None:
    """Bring the deliveries of a comment in line with its state.

    force: raise what is wanted even where the revision is the same (a link or a label changed).
    """
    row = tx.one("SELECT * FROM comment WHERE id = :id", {"id": comment})
    if row is None:
        return
    rows = comment_deliveries(tx, comment)
    by_key: dict[Key, Row] = {(d["channel"], d["role"]): d for d in rows}
    existing = {
        key: Standing(_stands(d), bool(d["gone"]), d["shown_revision"] or None)
        for key, d in by_key.items()
    }
    state = _state_of(tx, row, {key for key, d in by_key.items() if d["messages"]})
    wanted = faces(state, open_threads(tx, row["article"]), existing)
    for key, face in wanted.items():
        _want(tx, row, key, face, by_key.get(key), force)
    if row["parent"] is not None and state.shown and not _up(state):
        _let_parent_go(tx, row["parent"])
    requote(tx, comment)
    relink(tx, comment)


def replan_all(tx: Tx, article: int) -> None:
    """`replan` for every comment of an article that may be read: a thread of it is open (again), so
    that what came meanwhile appears there too."""
    for row in tx.all(
        "SELECT id FROM comment WHERE article = :a AND shown > 0 ORDER BY number", {"a": article}
    ):
        replan(tx, row["id"])


def relink(tx: Tx, comment: int) -> None:
    """The copies of the comments that name it are looked at again: whether it can be read, and
    where, has changed."""
    rows = tx.all(
        "SELECT d.id, d.channel, d.shown_revision FROM comment n"
        " JOIN comment c ON c.article = n.article AND c.number > n.number"
        " JOIN revision r ON r.comment = c.id AND r.number = c.shown AND r.refers <> '[]'"
        " JOIN delivery d ON d.subject = 'comment' AND d.subject_id = c.id AND d.role = 'copy'"
        " AND d.want > 0 WHERE n.id = :id"
        " AND EXISTS (SELECT 1 FROM json_each(r.refers) WHERE json_extract(value, '$[2]') = :id)",
        {"id": comment},
    )
    _look_again(tx, rows)


def requote(tx: Tx, comment: int) -> None:
    """The copies of its replies that quote it, because what they answer does not show it (any
    more), because they mark a part of it or because a webhook's always do, are looked at again:
    what they quote has changed or may be read no more. So are those that were not sent yet: a send
    may be about to begin with what was read before."""
    rows = tx.all(
        "SELECT d.id, d.channel, d.shown_revision FROM comment c CROSS JOIN delivery d"
        " ON d.subject = 'comment' AND d.subject_id = c.id AND d.role = 'copy' AND d.want > 0"
        " LEFT JOIN shows s ON s.delivery = d.id AND s.position = 0"
        " LEFT JOIN message m ON m.id = s.message JOIN channel h ON h.id = d.channel"
        " WHERE c.parent = :id AND (m.id IS NOT NULL OR d.dead_want IS NOT d.want)"
        " AND (c.marked <> '' OR h.style LIKE '%webhook%' OR m.sender <> ''"
        " OR NOT EXISTS (SELECT 1 FROM shows p JOIN delivery o"
        " ON o.id = p.delivery AND o.subject = 'comment' AND o.subject_id = :id"
        " WHERE p.message IN (m.reply_to, m.id) AND p.position >= 0))",
        {"id": comment},
    )
    _look_again(tx, rows)


def _look_again(tx: Tx, rows: Sequence[Row]) -> None:
    """Deliveries that stay wanted are made anew: what they show may read otherwise by now."""
    for row in rows:
        change_delivery(tx, row["id"], row["shown_revision"], row["channel"])


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


def settle_thread(tx: Tx, article: int, name: str, value: str, *, recorded: bool = False) -> None:
    """Want a setting (locked, archived) of every thread of an article. Where the last value is
    not recorded as applied, it may be, so that nothing is known of what the place has. recorded:
    what is recorded is not the value but what bears it, which stays known."""
    rows = tx.all("SELECT id, channel FROM thread WHERE article = :a AND dead = 0", {"a": article})
    for row in rows:
        tx.run(
            "INSERT INTO setting (thread, name, want) VALUES (:t, :name, :value)"
            " ON CONFLICT (thread, name) DO UPDATE SET want = excluded.want, due = 0, attempts = 0,"
            " have = CASE WHEN :recorded OR setting.want = setting.have THEN setting.have"
            " ELSE '' END",
            {"t": row["id"], "name": name, "value": value, "recorded": recorded},
        )
        tx.wake(row["channel"])


def refresh_article(tx: Tx, article: int) -> None:
    """Raise every message that shows the article."""
    rows = tx.all(
        "SELECT channel, shown_revision FROM delivery WHERE subject = 'article'"
        " AND subject_id = :a AND want > 0",
        {"a": article},
    )
    for row in rows:
        raise_delivery(tx, "article", article, row["channel"], max(1, row["shown_revision"]))


def refresh_newest(tx: Tx, publication: int) -> None:
    """The same for the newest articles of a publication, whose last line tells how people
    comment there; older ones follow when something else of them changes."""
    for row in tx.all(
        "SELECT id FROM article WHERE publication = :p AND state = 'published'"
        " ORDER BY id DESC LIMIT :n",
        {"p": publication, "n": NEWEST},
    ):
        refresh_article(tx, row["id"])
