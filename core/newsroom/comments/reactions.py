"""Reactions: how often each emoji stands under a comment's messages, never by whom.

Every platform tells of its own messages, the originals and our copies; they are added up here.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.events import Reacted
from core.i18n import Texts
from core.newsroom.comments.message_map import known_message
from core.newsroom.context import Context
from core.ports import Tx

_OF_A_COMMENT = (
    " FROM delivery d JOIN shows s ON s.delivery = d.id JOIN reaction r ON r.message = s.message"
    " WHERE d.subject = 'comment'"
    " AND (SELECT count(*) FROM shows o WHERE o.message = s.message) = 1"
)
"""A message that shows several comments tells of none of them which was meant."""
_TOGETHER = _OF_A_COMMENT.replace("= 1", "> 1")
"""What stands under such a message is told of each of them, apart and as what it is."""


def reacted(tx: Tx, context: Context, event: Reacted) -> None:
    """Count what a platform told of a message that shows a comment."""
    channel = context.house(tx).by_place.get((event.platform, event.place))
    known = known_message(tx, channel.id, event.message) if channel is not None else None
    if known is None or known["subject"] != "comment":
        return
    message = known["message"]
    if not event.change:
        _set(tx, message, event.counts)
        return
    for emoji, by in event.counts.items():
        tx.run(
            "INSERT INTO reaction (message, emoji, count) VALUES (:m, :emoji, max(0, :by))"
            " ON CONFLICT (message, emoji) DO UPDATE SET count = max(0, count + :by)",
            {"m": message, "emoji": emoji, "by": by},
        )
    tx.run("DELETE FROM reaction WHERE message = :m AND count = 0", {"m": message})


def _set(tx: Tx, message: int, counts: Mapping[str, int]) -> None:
    rows = tx.all("SELECT emoji, count FROM reaction WHERE message = :m", {"m": message})
    if {row["emoji"]: row["count"] for row in rows} == counts:
        return
    tx.run("DELETE FROM reaction WHERE message = :m", {"m": message})
    for emoji, count in counts.items():
        if count > 0:
            tx.insert("reaction", {"message": message, "emoji": emoji, "count": count})


def reactions_of(tx: Tx, comment: int, *, together: bool = False) -> dict[str, int]:
    """Emoji to count over all messages of a comment, most first; with `together` over those that
    it shares with others."""
    of = _TOGETHER if together else _OF_A_COMMENT
    rows = tx.all(
        f"SELECT r.emoji, sum(r.count) AS n {of} AND d.subject_id = :id"
        " GROUP BY r.emoji ORDER BY n DESC, r.emoji",
        {"id": comment},
    )
    return {row["emoji"]: row["n"] for row in rows}


def reactions_under(tx: Tx, article: int, *, together: bool = False) -> dict[int, dict[str, int]]:
    """The same for every comment of an article that has some, by the comment's id."""
    of = _TOGETHER if together else _OF_A_COMMENT
    found: dict[int, dict[str, int]] = {}
    for row in tx.all(
        f"SELECT d.subject_id, r.emoji, sum(r.count) AS n {of} AND d.article = :a"
        " GROUP BY +d.subject_id, r.emoji ORDER BY n DESC, r.emoji",
        {"a": article},
    ):
        found.setdefault(row["subject_id"], {})[row["emoji"]] = row["n"]
    return found


def reaction_words(counts: Mapping[str, int]) -> str:
    """ "👍 3 · :partyparrot: 1": a platform's own emoji by its name."""
    return " · ".join(
        f":{emoji}: {count}" if emoji.isascii() else f"{emoji} {count}"
        for emoji, count in counts.items()
    )


def reaction_lines(t: Texts, own: Mapping[str, int], together: Mapping[str, int]) -> list[str]:
    """A comment's reactions, and those under messages that show it with others: nobody can tell
    which of those is meant, so that none is counted for it."""
    lines = [t("Reactions: {counts}", counts=reaction_words(own))] if own else []
    if together:
        counts = reaction_words(together)
        lines.append(t("Reactions to it and others in one message: {counts}", counts=counts))
    return lines
