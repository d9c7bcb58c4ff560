"""Private messages to authors: what is due, marked before it is sent, so said at most once.

Several things that wait for one author are one message, and a while passes between two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.i18n import pick, texts
from core.model import House, Publication, State
from core.newsroom.authors import addresses
from core.newsroom.authors.private_words import words_of
from core.newsroom.authors.telling import HELD, KEPT, REFUSED
from core.newsroom.context import Context
from core.ports import Row, Target, Tx
from core.views import NoticeView

MOST = 12
"""So many things are said in one message."""


@dataclass(frozen=True, slots=True)
class Note:
    """A private message that is due: to whom, and what it says. near: the thread in which they
    wrote, None where they wrote elsewhere. ids: the rows that it tells."""

    platform: str
    identity: str
    view: NoticeView
    near: Target | None
    ids: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Note({self.platform}, {self.ids})"


def waits(tx: Tx, platform: str, now: float) -> bool:
    """Whether somebody is to be told something now."""
    return _next(tx, platform, now) is not None


def _next(tx: Tx, platform: str, now: float) -> Row | None:
    return tx.one(
        "SELECT author, publication FROM told WHERE state = 'waiting' AND platform = :platform"
        " AND due <= :now ORDER BY kind = 'held', due, id LIMIT 1",
        {"platform": platform, "now": now},
    )


def claim(tx: Tx, context: Context, platform: str) -> Note | None:
    """The next private message, marked as told; None where none is due, or what was to be said
    is not so any more."""
    now = context.clock.now()
    due = _next(tx, platform, now)
    if due is None:
        return None
    about = {"tag": due["author"], "p": due["publication"], "now": now, "most": MOST}
    rows = tx.all(
        "SELECT t.*, c.number, c.article, c.state AS stands, c.shown, c.language, c.way,"
        " c.channel, h.place AS thread, a.headline,"
        " r.text, r.verdicts, d.reason, d.before, d.after, d.action, EXISTS (SELECT 1 FROM"
        " decision u WHERE u.undoes = t.decision) AS undone, s.standing, s.until FROM told t"
        " JOIN comment c ON c.id = t.comment JOIN article a ON a.id = c.article"
        " JOIN revision r ON r.comment = c.id AND r.number = c.revision"
        " LEFT JOIN thread h ON h.article = c.article AND h.channel = c.channel AND h.dead = 0"
        " LEFT JOIN decision d ON d.id = t.decision"
        " LEFT JOIN author s ON s.publication = t.publication AND s.tag = t.author"
        " WHERE t.author = :tag AND t.publication = :p AND t.state = 'waiting'"
        " ORDER BY t.id LIMIT :most",
        about,
    )
    so, over = [row for row in rows if still_so(row)], [row for row in rows if not still_so(row)]
    _mark(tx, over, "over", None)
    identity = addresses.identity_of(tx, context, due["author"], due["publication"], addresses.TELL)
    if identity is None or not so:
        _mark(tx, so, "over", None)
        return None
    _mark(tx, so, "told", now)
    tx.run(
        "UPDATE told SET due = :due WHERE author = :tag AND publication = :p AND state = 'waiting'",
        {"due": now + context.rules.tell_gap, "tag": due["author"], "p": due["publication"]},
    )
    publication = context.house(tx).publications[due["publication"]]
    tongue = _language(publication, so)
    listed = context.capabilities[platform].names_commands
    view = words_of(texts(tongue, pick(tongue) if listed else ""), publication, so)
    return Note(
        platform, identity, view, _near(context.house(tx), so), tuple(row["id"] for row in so)
    )


def _near(house: House, rows: list[Row]) -> Target | None:
    """Where the newest of the comments was written. Who came through the door is in no group
    under their name."""
    row = rows[-1]
    channel = house.channels.get(row["channel"])
    if channel is None or row["thread"] is None or row["way"] != "chat":
        return None
    return Target(channel.place, channel.kind, thread=row["thread"])


def _language(publication: Publication, rows: list[Row]) -> str:
    return next((row["language"] for row in rows if row["language"]), publication.language)


def still_so(row: Row) -> bool:
    """What is to be said is so still. Nobody is told that a comment waits once it was decided,
    nor of a decision that was taken back."""
    kind = row["kind"]
    if kind == HELD:
        return bool(row["stands"] == State.HELD)
    if kind == REFUSED or row["decision"] == 0:
        return True
    if row["undone"]:
        return False
    if kind in ("muted", "banned"):
        return bool(row["standing"] == kind)
    if kind == "rejected":
        return bool(row["stands"] == State.REJECTED) or refused_change(row)
    return kind != "removed" or bool(row["stands"] == State.REMOVED)


def refused_change(row: Row) -> bool:
    """A decision was about the new wording of a comment that had an approved one."""
    return bool(json.loads(row["before"])["comment"]["shown"])


def _mark(tx: Tx, rows: list[Row], state: str, at: float | None) -> None:
    for row in rows:
        tx.run(
            "UPDATE told SET state = :state, told_at = :at, expires = expires + :kept"
            " WHERE id = :id",
            {"state": state, "at": at, "kept": KEPT if state == "told" else 0.0, "id": row["id"]},
        )


def put_back(tx: Tx, note: Note, due: float) -> None:
    """It surely was not sent: it is said later, as long as it is worth it."""
    for number in note.ids:
        tx.run(
            "UPDATE told SET state = 'waiting', told_at = NULL, due = :due,"
            " expires = expires - :kept WHERE id = :id",
            {"due": due, "kept": KEPT, "id": number},
        )


def refused(tx: Tx, note: Note) -> None:
    """The person takes no messages of ours, or not yet (`telling.heard_privately`): nothing is
    said to anybody else instead."""
    for number in note.ids:
        tx.run("UPDATE told SET state = 'refused' WHERE id = :id", {"id": number})
