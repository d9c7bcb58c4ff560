"""References in a comment ("5:44", "#12") to the comments of its thread, and to their messages."""

from __future__ import annotations

import json

from core.model import Channel, Publication
from core.newsroom.comments.labels import local
from core.newsroom.context import Context
from core.ports import Row, Tx
from core.references import Earlier, Mention, mentions, resolve
from core.text.model import Rich, Span, Style
from core.text.tools import normalise

Refers = list[list[int]]
"""As in the database: [start, end, comment, 1 where that made it a reply] of each reference."""

NEWEST = 5000
"""Comments of a thread among which a time label is looked for."""

_READABLE = "(shown > 0 OR (soft = 1 AND state = 'held'))"


def refer(
    tx: Tx,
    publication: Publication,
    article: int,
    text: Rich,
    *,
    before: int,
    parent: int | None,
    may_reply: bool = True,
) -> Refers:
    """What a text names among the comments of an article that can be, or could be, read.

    before: only comments with a lower number. parent: the comment that it answers already.
    may_reply: without a parent, a reference at its start makes it a reply.
    """
    wanted = mentions(text)
    if not wanted:
        return []
    rows = {row["number"]: row for row in _candidates(tx, article, before, wanted)}
    earlier = [Earlier(n, local(row["posted"], publication)) for n, row in rows.items()]
    answered = next((n for n, row in rows.items() if row["id"] == parent), None)
    found = [
        [one.start, one.end, int(rows[one.number]["id"]), int(one.leads)]
        for one in resolve(wanted, earlier, answered)
    ]
    replies = may_reply and parent is None
    return [[*one[:3], one[3] if replies and n == 0 else 0] for n, one in enumerate(found)]


def _candidates(tx: Tx, article: int, before: int, wanted: list[Mention]) -> list[Row]:
    rows: list[Row] = []
    columns = "SELECT id, number, posted FROM comment WHERE article = :a AND number"
    for number in {m.number for m in wanted if m.number is not None and m.number < before}:
        rows += tx.all(f"{columns} = :n AND {_READABLE}", {"a": article, "n": number})
    if any(m.times for m in wanted):
        rows += tx.all(
            f"{columns} < :before AND {_READABLE} ORDER BY number DESC LIMIT {NEWEST}",
            {"a": article, "before": before},
        )
    return rows


def answered_by(refers: Refers) -> int | None:
    """The comment that a reference made this one a reply to."""
    return next((one[2] for one in refers if one[3]), None)


def linked(tx: Tx, context: Context, channel: Channel, row: Row) -> Rich:
    """A comment's text with its references as links to where those comments stand in a channel;
    what has no message there, or no address, stays text. row: text and refers of a revision, and
    its comment's article."""
    text = Rich.load(json.loads(row["text"]))
    links = []
    for start, end, comment, _ in json.loads(row["refers"]):
        if url := _address(tx, context, channel, row["article"], comment):
            links.append(Span(start, end, Style.LINK, url))
    return normalise(Rich(text.text, (*text.spans, *links))) if links else text


def _address(tx: Tx, context: Context, channel: Channel, article: int, comment: int) -> str:
    """Where readers of a channel find a comment, "" where they cannot."""
    message = tx.one(
        "SELECT m.platform_id, t.place FROM delivery d JOIN shows s ON s.delivery = d.id"
        " JOIN message m ON m.id = s.message JOIN thread t ON t.article = :a AND t.channel = :c"
        " WHERE d.subject = 'comment' AND d.subject_id = :id AND d.channel = :c AND d.gone = 0"
        " AND d.want > 0 AND m.platform_id IS NOT NULL AND s.position >= 0 AND m.doubtful = 0"
        " ORDER BY d.role DESC, s.position LIMIT 1",
        {"a": article, "id": comment, "c": channel.id},
    )
    linker = context.linkers.get(channel.platform)
    if message is None or linker is None:
        return ""
    return linker(channel.place, channel.link, message["place"], message["platform_id"])
