"""Forgetting an author: what is erased of every table, in which order, and what stays.

`KNOWN` names every table that can hold an author's tag or hang on a comment; a test compares it
with the schema, so that a new table cannot be forgotten to be forgotten.
"""

from __future__ import annotations

from core.chain import ERASABLE
from core.newsroom.comments.learning import teach
from core.newsroom.context import ERASE_WAKE, Context
from core.newsroom.decisions import audit
from core.newsroom.decisions.log import Actor, record
from core.newsroom.desks.desk import refresh_card
from core.newsroom.outgoing.plan import change_delivery, replan
from core.ports import Row, Tx

BATCH = 100
"""Comments that are erased in one transaction."""

KNOWN: dict[str, str] = {
    "address": "deleted, but for a ban of ours on the platform, by which it is lifted again",
    "appeal": "deleted, with its cards",
    "attachment": "deleted, with its file",
    "author": "deleted; of a restricted author the bare standing stays",
    "claim": "deleted; as a moderator: over in minutes",
    "comment": "the bare number stays, so that replies and numbers keep their place",
    "decision": "what may tell of a person is erased, the link stays; as a moderator: stays",
    "door": "deleted",
    "forgetting": "deleted at last",
    "lesson": "deleted, and what it taught is taken back",
    "likeness": "deleted",
    "moderator": "stays: somebody made them a moderator, and takes them off the list",
    "quiet": "deleted",
    "report": "deleted, those made and those about a comment",
    "restriction": "stays as long as the platform restricts the author for us",
    "revision": "the words are erased",
    "told": "deleted",
}
"""Every table with an author's tag or a comment in it, and what becomes of its rows."""

_RESTRICTED = "(standing IN ('banned', 'premoderated') OR (standing = 'muted' AND until > :now))"
_OF_AUTHOR = (
    "DELETE FROM door WHERE tag = :tag",
    "DELETE FROM quiet WHERE tag = :tag",
    "DELETE FROM told WHERE author = :tag",
    "DELETE FROM report WHERE reporter = :tag",
    "DELETE FROM appeal WHERE author = :tag",
    "UPDATE author SET published = 0, rejected = 0 WHERE tag = :tag",
    f"DELETE FROM author WHERE tag = :tag AND NOT {_RESTRICTED}",  # noqa: S608  our own words
    "DELETE FROM restriction WHERE author = :tag AND want = '' AND have = ''",
    "DELETE FROM address WHERE tag = :tag AND NOT (purpose = 'ban' AND EXISTS (SELECT 1"
    " FROM restriction r WHERE r.author = address.tag))",
)
_OF_COMMENT = (
    "DELETE FROM claim WHERE comment = :id",
    "DELETE FROM lesson WHERE comment = :id",
    "DELETE FROM likeness WHERE comment = :id",
    "DELETE FROM told WHERE comment = :id",
    "DELETE FROM report WHERE comment = :id",
    "DELETE FROM attachment WHERE comment = :id AND state <> 'kept'",
    "UPDATE attachment SET expires = 0 WHERE comment = :id",
    "UPDATE revision SET text = '\"\"', attachments = '[]', verdicts = '[]', captions = '{}',"
    " refers = '[]' WHERE comment = :id",
    "UPDATE comment SET author = '', name = '', language = '', forwarded = NULL, via = '',"
    " marked = '', album = '', risk = 0, featured = 0, pinned = 0, state = 'withdrawn'"
    " WHERE id = :id",
)


def ask(tx: Tx, context: Context, author: str) -> None:
    """Let an author be forgotten: everything of theirs up to now, soon after the commit."""
    newest = tx.one("SELECT max(id) AS id FROM comment WHERE author = :tag", {"tag": author})
    upto = newest["id"] if newest is not None and newest["id"] is not None else 0
    tx.run(
        "INSERT INTO forgetting (tag, upto, at) VALUES (:tag, :upto, :now)"
        " ON CONFLICT (tag) DO UPDATE SET upto = excluded.upto",
        {"tag": author, "upto": upto, "now": context.clock.now()},
    )
    tx.wake(ERASE_WAKE)


def go_on(tx: Tx, context: Context) -> bool:
    """Erase the next comments of whoever is being forgotten, then everything else of theirs;
    False when nobody is any more."""
    audit.begin(tx, context)
    row = tx.one("SELECT tag, upto FROM forgetting ORDER BY at, tag LIMIT 1")
    if row is None:
        return False
    comments = tx.all(
        "SELECT c.id, c.state, a.publication FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.author = :tag AND c.id <= :upto ORDER BY c.id LIMIT :n",
        {"tag": row["tag"], "upto": row["upto"], "n": BATCH},
    )
    _erase_decisions(tx, context, row["tag"], comments)
    for comment in comments:
        _erase_comment(tx, context, comment)
    if len(comments) < BATCH:
        _erase_author(tx, context, row["tag"])
    return True


def _erase_comment(tx: Tx, context: Context, comment: Row) -> None:
    # While the words are still there: their counts are found by them.
    for row in tx.all("SELECT revision FROM lesson WHERE comment = :id", {"id": comment["id"]}):
        teach(tx, context, comment["publication"], comment["id"], row["revision"], "")
    for statement in _OF_COMMENT:
        tx.run(statement, {"id": comment["id"]})
    replan(tx, comment["id"])
    # The cards of its replies quote it.
    shown = tx.all("SELECT id FROM comment WHERE id = :id OR parent = :id", {"id": comment["id"]})
    for card in shown:
        refresh_card(tx, context, comment["publication"], card["id"])
    context.touch_desk(tx, comment["publication"])


def _erase_author(tx: Tx, context: Context, author: str) -> None:
    for card in tx.all(
        "SELECT d.id, d.channel FROM appeal p JOIN delivery d ON d.subject = 'appeal'"
        " AND d.subject_id = p.id WHERE p.author = :tag",
        {"tag": author},
    ):
        change_delivery(tx, card["id"], 0, card["channel"])
    for statement in _OF_AUTHOR:
        tx.run(statement, {"tag": author, "now": context.clock.now()})
    tx.run("DELETE FROM forgetting WHERE tag = :tag", {"tag": author})


_COUNT = "SELECT publication, count(*) AS n FROM decision WHERE"


def _erase_decisions(tx: Tx, context: Context, author: str, comments: list[Row]) -> None:
    """Author, reason and contents of the decisions about an author and these comments; a row of
    each publication's log accounts for them, without telling which they were."""
    ids = [row["id"] for row in comments]
    about = {"tag": author, "first": min(ids, default=0), "last": max(ids, default=0)}
    where = (
        " salt IS NOT NULL AND action <> :forget AND (author = :tag OR comment IN (SELECT id"
        " FROM comment WHERE author = :tag AND id BETWEEN :first AND :last))"
    )
    values = {**about, "forget": audit.FORGET}
    counts = tx.all(_COUNT + where + " GROUP BY publication", values)
    gone = ", ".join(f"{name} = {_literal(empty)}" for name, empty in ERASABLE.items())
    tx.run(f"UPDATE decision SET salt = NULL, {gone} WHERE {where}", values)  # noqa: S608
    for row in counts:
        record(
            tx, context, row["publication"], Actor("author", "—"), audit.FORGET,
            before={"erased": row["n"]},
        )  # fmt: skip


def _literal(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"
