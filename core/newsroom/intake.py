"""What people write, change and take away, from the event to the stored comment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from core.authors import tag
from core.events import Attachment, Deleted, Edited, Posted, Reacted
from core.i18n import pick
from core.model import Channel, Mode, Publication, Purpose, Standing, State, Verdict
from core.moderation.checks import Submission
from core.moderation.judge import judge, verdicts
from core.newsroom.context import Context, dumps
from core.newsroom.desk import refresh_card
from core.newsroom.message_map import adopt, known_message, thread_beside
from core.newsroom.parking import edit_parked, park, thread_may_come
from core.newsroom.plan import Fresh, change_delivery, plan_fresh, replan, requote
from core.newsroom.removal import bury, gone_by_hand
from core.ports import Row, Tx
from core.steps import REMOVING
from core.text.model import Rich
from core.text.tools import strip
from core.threads import CommentState


def posted(tx: Tx, context: Context, event: Posted) -> int | None:
    """Store a comment and what follows from it. Its id; None where it is not one of ours (or
    was stored before, or waits for its thread)."""
    house = context.house(tx)
    channel = house.by_place.get((event.platform, event.place))
    if channel is None or channel.purpose != Purpose.DISCUSS or event.thread is None:
        return None
    thread = tx.one(
        "SELECT t.article, a.publication, a.mode, a.locked, a.state, EXISTS (SELECT 1 FROM"
        " message m WHERE m.channel = :channel AND m.platform_id = :message) AS known"
        " FROM thread t JOIN article a ON a.id = t.article"
        " WHERE t.channel = :channel AND t.place = :place",
        {"channel": channel.id, "place": event.thread, "message": event.message},
    )
    if thread is None and (other := thread_beside(tx, channel, event.thread)) is not None:
        return posted(tx, context, replace(event, thread=other))
    if thread is None:
        known = known_message(tx, channel.id, event.message) is not None
        if not known and thread_may_come(tx, channel, event.thread):
            park(tx, context, channel, event)
        return None
    if thread["known"]:
        return None
    if event.album and (first := _album_comment(tx, channel, event)):
        return _join_album(tx, context, event, channel, first)
    parent = _parent(tx, channel, thread["article"], event.reply_to, event.reply_number)
    publication = house.publications[thread["publication"]]
    return store(tx, context, publication, channel, thread, event, parent)


def store(
    tx: Tx,
    context: Context,
    publication: Publication,
    channel: Channel,
    thread: Row,
    event: Posted,
    parent: int | None,
) -> int:
    """Judge a comment written in a chat, and write it with its deliveries."""
    author = tag(context.keys, event.platform, event.person.identity or "admin:" + event.place)
    found = examine(tx, context, publication, thread, author, event.text, event.attachments)
    comment = add_comment(
        tx, context, publication, thread,
        channel=channel, author=author, name=event.person.name.strip() or "?",
        language=event.person.language, posted_at=event.at, text=event.text,
        attachments=event.attachments, found=found, parent=parent, way="chat",
    )  # fmt: skip
    origin = _origin(tx, channel, comment, event)
    if event.album:
        remember_album(tx, event, channel.id, comment.id)
    plan_fresh(tx, comment, (channel.id, origin))
    return comment.id


def examine(
    tx: Tx,
    context: Context,
    publication: Publication,
    article: Row,
    author: str,
    text: Rich,
    attachments: Sequence[Attachment],
) -> tuple[Verdict, ...]:
    """What every check says about a text by this author now. article: mode, locked, state."""
    row = tx.one(
        "SELECT standing, until, published FROM author WHERE publication = :p AND tag = :tag",
        {"p": publication.id, "tag": author},
    )
    standing = Standing(row["standing"]) if row else Standing.ORDINARY
    if row and standing == Standing.MUTED and (row["until"] or 0) <= context.clock.now():
        standing = Standing.ORDINARY
    return verdicts(
        Submission(
            text=text,
            attachments=tuple(a.kind for a in attachments),
            mode=Mode(article["mode"]) if article["mode"] else publication.mode,
            new_after=publication.new_after,
            standing=standing,
            published=row["published"] if row else 0,
            locked=bool(article["locked"]) or article["state"] == "withdrawn",
        )
    )


def add_comment(
    tx: Tx,
    context: Context,
    publication: Publication,
    article: Row,
    *,
    channel: Channel | None,
    author: str,
    name: str,
    language: str,
    posted_at: float,
    text: Rich,
    attachments: Sequence[Attachment],
    found: Sequence[Verdict],
    parent: int | None,
    way: str,
) -> Fresh:
    """Give the next number and write comment and first revision; the author is counted."""
    state = judge(found)
    number = _next_number(tx, article["article"])
    mode = Mode(article["mode"]) if article["mode"] else publication.mode
    shown = 1 if state == State.PUBLISHED else 0
    soft = mode == Mode.HELD_SOFT and way == "chat"
    comment = tx.insert(
        "comment",
        {
            "article": article["article"],
            "number": number,
            "parent": parent,
            "author": author,
            "name": name,
            "channel": channel.id if channel else None,
            "platform": channel.platform if channel else "",
            "way": way,
            "language": pick(language) if language else "",
            "posted": posted_at,
            "state": state.value,
            "shown": shown,
            "soft": int(soft),
            "token": context.clock.token(),
        },
    )
    write_revision(tx, context, comment, 1, text, attachments, found)
    count_author(tx, publication.id, author, state)
    if state == State.HELD:
        context.touch_desk(tx, publication.id)
    stands = CommentState(state, revision=1, shown=shown, soft=soft, replied=False)
    return Fresh(comment, article["article"], number, stands)


def _next_number(tx: Tx, article: int) -> int:
    # Two statements, because SQLite makes a table for what one with RETURNING gives back.
    tx.run("UPDATE article SET comments = comments + 1 WHERE id = :id", {"id": article})
    row = tx.one("SELECT comments FROM article WHERE id = :id", {"id": article})
    return int(row["comments"]) if row else 0


def count_author(tx: Tx, publication: int, author: str, state: State, by: int = 1) -> None:
    """Count a comment that was published or rejected for (or with -1 taken from) its author."""
    tx.run(
        "INSERT INTO author (publication, tag, published, rejected)"
        " VALUES (:p, :tag, max(0, :published), max(0, :rejected))"
        " ON CONFLICT (publication, tag) DO UPDATE SET published = max(0, published + :published),"
        " rejected = max(0, rejected + :rejected)",
        {
            "p": publication,
            "tag": author,
            "published": by * (state == State.PUBLISHED),
            "rejected": by * (state == State.REJECTED),
        },
    )


def write_revision(
    tx: Tx,
    context: Context,
    comment: int,
    number: int,
    text: Rich,
    attachments: Sequence[Attachment],
    found: Sequence[Verdict],
) -> None:
    """One wording of a comment, with what the checks said about it."""
    tx.insert(
        "revision",
        {
            "comment": comment,
            "number": number,
            "text": dumps(strip(text).dump()),
            "attachments": dumps([[a.kind, a.name, a.size] for a in attachments]),
            "verdicts": dumps(
                [[v.check, v.verdict, v.reason, dict(v.values)] for v in found if v.reason]
            ),
            "at": context.clock.now(),
        },
    )


def _origin(tx: Tx, channel: Channel, comment: Fresh, event: Posted) -> int:
    delivery = tx.insert(
        "delivery",
        {
            "subject": "comment",
            "subject_id": comment.id,
            "channel": channel.id,
            "role": "origin",
            "article": comment.article,
            "rank": comment.number,
            "want": 1,
            "have": 1,
            "raised": 1,
            "shown_revision": 1,
        },
    )
    _origin_message(tx, channel.id, delivery, event.message, 0)
    return delivery


def _origin_message(tx: Tx, channel: int, delivery: int, platform_id: str, position: int) -> None:
    message = tx.insert(
        "message", {"channel": channel, "sender": "person", "platform_id": platform_id}
    )
    tx.insert("shows", {"delivery": delivery, "message": message, "position": position})


def _parent(
    tx: Tx, channel: Channel, article: int, reply_to: str | None, number: int | None
) -> int | None:
    if reply_to is None:
        return None
    row = tx.one(
        "SELECT c.id FROM message m JOIN shows s ON s.message = m.id JOIN delivery d"
        " ON d.id = s.delivery JOIN comment c ON c.id = d.subject_id AND d.subject = 'comment'"
        " WHERE m.channel = :channel AND m.platform_id = :platform_id AND c.article = :article",
        {"channel": channel.id, "platform_id": reply_to, "article": article},
    )
    if row is not None:
        return int(row["id"])
    if number is None or known_message(tx, channel.id, reply_to) is not None:
        return None
    adopted = adopt(tx, channel, article, reply_to, number)
    return int(adopted["subject_id"]) if adopted is not None else None


def edited(tx: Tx, context: Context, event: Edited) -> int | None:
    """A comment's original changed where it stands. Its id where the wording really changed."""
    channel = context.house(tx).by_place.get((event.platform, event.place))
    if channel is None:
        return None
    known = known_message(tx, channel.id, event.message)
    if known is None:
        edit_parked(tx, context, channel, event)
        return None
    if known["role"] != "origin":
        return None
    if event.text.text.strip() == ".":
        withdraw(tx, context, known["subject_id"])
        return int(known["subject_id"])
    return revise(tx, context, known["subject_id"], event.text, event.attachments, in_place=True)


def revise(
    tx: Tx,
    context: Context,
    comment: int,
    text: Rich,
    attachments: Sequence[Attachment],
    *,
    in_place: bool = False,
) -> int | None:
    """A new wording by the author, judged again; None where it is the same as the last.

    in_place: the original itself shows it. A wording that is refused leaves the last approved
    one; where there is none, the comment is rejected.
    """
    row = tx.one(
        "SELECT c.*, a.publication, a.mode, a.locked, a.state AS article_state, r.text,"
        " r.attachments FROM comment c JOIN article a ON a.id = c.article JOIN revision r"
        " ON r.comment = c.id AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if row is None or row["state"] not in (State.HELD, State.PUBLISHED):
        return None
    pieces = dumps([[a.kind, a.name, a.size] for a in attachments])
    if row["text"] == dumps(strip(text).dump()) and row["attachments"] == pieces:
        return None
    publication = context.house(tx).publications[row["publication"]]
    article = {**dict(row), "state": row["article_state"]}
    found = examine(tx, context, publication, article, row["author"], text, attachments)
    number = row["revision"] + 1
    write_revision(tx, context, comment, number, text, attachments, found)
    judged = judge(found)
    if not row["shown"]:
        count_author(tx, publication.id, row["author"], judged)
    refused = judged == State.REJECTED and row["shown"]
    tx.run(
        "UPDATE comment SET revision = :n, state = :state,"
        " shown = CASE WHEN :judged = 'published' THEN :n ELSE shown END WHERE id = :id",
        {
            "n": number,
            "state": State.PUBLISHED.value if refused else judged.value,
            "judged": judged.value,
            "id": comment,
        },
    )
    if in_place:
        tx.run(
            "UPDATE delivery SET shown_revision = :n WHERE subject = 'comment'"
            " AND subject_id = :id AND role = 'origin' AND want > 0",
            {"n": number, "id": comment},
        )
    replan(tx, comment)
    refresh_card(tx, context, publication.id, comment)
    context.touch_desk(tx, publication.id)
    return comment


def withdraw(tx: Tx, context: Context, comment: int) -> bool:
    """The author takes the comment back, on every side. False where it was not up any more."""
    row = tx.one(
        "SELECT c.state, a.publication FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.id = :id",
        {"id": comment},
    )
    if row is None or row["state"] not in (State.HELD, State.PUBLISHED):
        return False
    tx.run("UPDATE comment SET state = 'withdrawn' WHERE id = :id", {"id": comment})
    replan(tx, comment)
    refresh_card(tx, context, row["publication"], comment)
    context.touch_desk(tx, row["publication"])
    return True


def deleted(tx: Tx, context: Context, event: Deleted) -> list[tuple[int, int]]:
    """Messages are gone. An original that we did not remove: its author withdrew. The copies of
    ours that somebody took away are returned as (comment, channel): those become decisions."""
    channel = context.house(tx).by_place.get((event.platform, event.place))
    if channel is None:
        return []
    taken: list[tuple[int, int]] = []
    for platform_id in event.messages:
        known = known_message(tx, channel.id, platform_id)
        if known is None or (known["delivery"] is not None and known["position"] < 0):
            continue
        bury(tx, known["message"])
        if known["subject"] == "comment":
            requote(tx, known["subject_id"])
        if known["delivery"] is None or not known["want"]:
            continue
        if known["tried_hash"] == REMOVING:
            change_delivery(tx, known["delivery"], known["shown_revision"], channel.id)
        elif _taken_away(tx, context, channel, known):
            taken.append((known["subject_id"], channel.id))
    return taken


def _taken_away(tx: Tx, context: Context, channel: Channel, known: Row) -> bool:
    """Somebody removed a message; True where it was our copy of a comment."""
    gone_by_hand(tx, known["delivery"])
    tx.wake(channel.id)
    if known["subject"] in ("card", "queue"):
        context.touch_desk(tx, channel.publication)
    if known["subject"] != "comment":
        return False
    if known["sender"] != "person":
        return True
    withdraw(tx, context, known["subject_id"])
    return False


def reacted(tx: Tx, context: Context, event: Reacted) -> None:
    """Reactions are not part of a comment's wording; nothing follows from them here."""


def _album_comment(tx: Tx, channel: Channel, event: Posted) -> int | None:
    row = tx.one(
        "SELECT value FROM cursor WHERE platform = :p AND place = :album",
        {"p": "album:" + event.platform, "album": f"{channel.id}:{event.album}"},
    )
    return int(row["value"]) if row else None


def _join_album(
    tx: Tx, context: Context, event: Posted, channel: Channel, comment: int
) -> int | None:
    origin = tx.one(
        "SELECT d.id, max(s.position) AS p FROM delivery d JOIN shows s ON s.delivery = d.id"
        " WHERE d.subject = 'comment' AND d.subject_id = :id AND d.role = 'origin' GROUP BY d.id",
        {"id": comment},
    )
    row = tx.one(
        "SELECT r.text, r.attachments FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if origin is None or row is None:
        return None
    _origin_message(tx, channel.id, origin["id"], event.message, origin["p"] + 1)
    pieces = [Attachment(*values) for values in json.loads(row["attachments"])]
    text = Rich.load(json.loads(row["text"])) or event.text
    revise(tx, context, comment, text, (*pieces, *event.attachments), in_place=True)
    tx.run(
        "UPDATE delivery SET have = max(have, 1) WHERE id = :id AND want = 0", {"id": origin["id"]}
    )
    tx.wake(channel.id)
    return comment


def remember_album(tx: Tx, event: Posted, channel: int, comment: int) -> None:
    """Later pieces of the album find the comment by this."""
    tx.run(
        "INSERT INTO cursor (platform, place, value) VALUES (:p, :album, :value)"
        " ON CONFLICT (platform, place) DO NOTHING",
        {"p": "album:" + event.platform, "album": f"{channel}:{event.album}", "value": comment},
    )
