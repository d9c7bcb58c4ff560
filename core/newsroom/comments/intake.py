"""What people write, change and take away, from the event to the stored comment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.authors import tag
from core.events import Attachment, Deleted, Edited, Posted
from core.i18n import pick
from core.model import Channel, Mode, Publication, Purpose, State, Verdict
from core.moderation.judge import dump, judge, refused_for
from core.newsroom.comments import pieces as attached
from core.newsroom.comments.albums import album_comment, let_gather, newest
from core.newsroom.comments.alike import remember
from core.newsroom.comments.amending import next_number
from core.newsroom.comments.checking import About, examine
from core.newsroom.comments.marked import place_of
from core.newsroom.comments.message_map import (
    adopt,
    comments_shown,
    known_message,
    known_messages,
    meant,
    remove_again,
    thread_beside,
)
from core.newsroom.comments.parking import edit_parked, park, thread_may_come
from core.newsroom.comments.pieces import Piece
from core.newsroom.comments.referring import Refers, answered_by, refer
from core.newsroom.comments.removal import bury, gone_by_hand
from core.newsroom.comments.voices import own_voice, trust
from core.newsroom.context import Context, dumps
from core.newsroom.desks.desk import FILLING, refresh_card, refresh_wave
from core.newsroom.desks.queue import doubts
from core.newsroom.outgoing.plan import Fresh, change_delivery, plan_fresh, replan, requote
from core.newsroom.publishing.moved import leave
from core.ports import Row, Tx
from core.steps import REMOVING
from core.text.model import Rich
from core.text.names import person_name
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
        "SELECT a.id AS article, a.publication, a.mode, a.locked, a.state, a.slow, a.id <> o.id AS"
        " elsewhere, EXISTS (SELECT 1 FROM message m WHERE m.channel = :channel"
        " AND m.platform_id = :message) AS known FROM thread t JOIN article o ON o.id = t.article"
        " JOIN article a ON a.id = coalesce(o.merged, o.id)"
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
    if event.album and (first := album_comment(tx, channel, event.album)):
        return _join_album(tx, context, event, channel, first)
    parent = _parent(tx, channel, thread["article"], event)
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
    if own_voice(context.house(tx), publication, event):
        trust(tx, publication, author)
    about = About(event.at, event.forwarded is not None, admin=event.person.admin)
    found = examine(
        tx, context, publication, thread, author, event.text, event.attachments, channel, about
    )
    comment = add_comment(
        tx, context, publication, thread,
        channel=channel, author=author, name=person_name(event.person.name),
        language=event.person.language, posted_at=event.at, text=event.text,
        attachments=event.attachments, found=found, parent=parent, way="chat",
        forwarded=event.forwarded, via=event.via, marked=place_of(tx, parent, event.quote),
        message=event.message, album=event.album,
    )  # fmt: skip
    origin = _origin(tx, channel, comment, event)
    plan_fresh(tx, comment, (channel.id, origin))
    if thread["elsewhere"]:
        leave(tx, comment.id)
        replan(tx, comment.id)
    if event.album:
        let_gather(tx, context, comment.id)
    return comment.id


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
    forwarded: str | None = None,
    via: str = "",
    marked: str = "",
    message: str = "",
    album: str = "",
) -> Fresh:
    """Give the next number and write comment and first revision; the author is counted."""
    state = judge(found)
    number = _next_number(tx, article["article"])
    text = strip(text)
    refers = refer(tx, publication, article["article"], text, before=number, parent=parent)
    parent = answered_by(refers) or parent
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
            "publication": publication.id,
            **doubts(found),
            "token": context.clock.token(),
            "forwarded": forwarded,
            "via": via,
            "marked": marked,
            "album": album,
        },
    )
    pieces = attached.take_in(
        tx, context, comment, attachments,
        platform=channel.platform if channel else "", message=message, at=0,
    )  # fmt: skip
    captions = {0: strip(text)} if album else {}
    write_revision(tx, context, comment, 1, text, pieces, found, refers, captions)
    if state == State.REJECTED:
        attached.unwanted(tx, comment)
    if refused_for(found) != {"slow"}:
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
    pieces: Sequence[Piece],
    found: Sequence[Verdict],
    refers: Refers,
    captions: Mapping[int, Rich],
) -> None:
    """One wording of a comment, with what the checks said about it and what it refers to.
    captions: of an album."""
    tx.insert(
        "revision",
        {
            "comment": comment,
            "number": number,
            "text": dumps(text.dump()),
            "refers": dumps(refers),
            "attachments": attached.dump(pieces),
            "captions": attached.dump_captions(captions),
            "verdicts": dumps(dump(found)),
            "at": context.clock.now(),
        },
    )
    remember(tx, comment, context.studies.of(text.text).like)


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
    _origin_message(tx, channel.id, delivery, event, 0)
    return delivery


def _origin_message(tx: Tx, channel: int, delivery: int, event: Posted, position: int) -> None:
    told = {"platform_id": event.message, "link": event.link}
    message = tx.insert("message", {"channel": channel, "sender": "person", **told})
    tx.insert("shows", {"delivery": delivery, "message": message, "position": position})


def _parent(tx: Tx, channel: Channel, article: int, event: Posted) -> int | None:
    """The comment that a message answers. Of several in one message the one that is meant, or
    else what all of them answer."""
    if event.reply_to is None:
        return None
    shown = comments_shown(tx, channel.id, event.reply_to)
    if not shown and event.reply_number and not known_messages(tx, channel.id, event.reply_to):
        adopt(tx, channel, article, event.reply_to, event.reply_number)
        shown = comments_shown(tx, channel.id, event.reply_to)
    if not shown or shown[0]["article"] != article:
        return None
    named = meant(tx, shown, event.quote, event.text.text)
    if named is not None:
        return int(named["id"])
    parents = {row["parent"] for row in shown}
    return parents.pop() if len(parents) == 1 else None


def edited(tx: Tx, context: Context, event: Edited) -> int | None:
    """A comment's original changed where it stands. Its id where the wording really changed."""
    channel = context.house(tx).by_place.get((event.platform, event.place))
    if channel is None:
        return None
    known = known_message(tx, channel.id, event.message)
    if known is None:
        edit_parked(tx, context, channel, event)
        return None
    if known["role"] != "origin" or _told_late(tx, known["subject_id"], event.at):
        return None
    if event.text.text.strip() == ".":
        withdraw(tx, context, known["subject_id"])
        return int(known["subject_id"])
    return _changed_there(tx, context, channel, known, event)


def _told_late(tx: Tx, comment: int, at: float) -> bool:
    """A change that is older than one that is known; where it is not, it is remembered. Platforms
    tell the seconds of a change, so several of one second count in the order in which they come."""
    newer = tx.run(
        "UPDATE comment SET changed = :at WHERE id = :id AND changed <= :at",
        {"id": comment, "at": at},
    )
    return not newer


def _changed_there(
    tx: Tx, context: Context, channel: Channel, known: Row, event: Edited
) -> int | None:
    """The original, or one piece of an album, as it reads now; the other pieces stay."""
    comment, position = known["subject_id"], known["position"]
    at = position if position >= 0 else -1 - position
    row = newest(tx, comment)
    fresh = attached.take_in(
        tx, context, comment, event.attachments,
        platform=channel.platform, message=event.message, at=at,
    )  # fmt: skip
    captions = attached.captions_of(row["captions"])
    if not captions:
        return revise(tx, context, comment, event.text, fresh, in_place=True)
    others = [piece for piece in attached.load(row["attachments"]) if piece.at != at]
    pieces = sorted([*others, *fresh], key=lambda piece: piece.at)
    captions[at] = strip(event.text)
    text = attached.whole(captions)
    return revise(tx, context, comment, text, pieces, captions=captions, in_place=True)


def revise(
    tx: Tx,
    context: Context,
    comment: int,
    text: Rich,
    pieces: Sequence[Piece] | None,
    *,
    captions: Mapping[int, Rich] | None = None,
    in_place: bool = False,
) -> int | None:
    """A new wording by the author, judged again; None where it is the same as the last.

    pieces: None = as they are. captions: of an album. in_place: the original itself shows it. A
    wording that is refused leaves the last approved one; where there is none, the comment is
    rejected.
    """
    row = tx.one(
        "SELECT c.*, a.publication, a.mode, a.locked, a.state AS article_state, r.text,"
        " r.attachments, r.refers FROM comment c JOIN article a ON a.id = c.article JOIN revision r"
        " ON r.comment = c.id AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if row is None or row["state"] not in (State.HELD, State.PUBLISHED):
        return None
    if pieces is None:
        pieces = attached.load(row["attachments"])
    text = strip(text)
    if row["text"] == dumps(text.dump()) and attached.same(row["attachments"], pieces):
        return None
    house = context.house(tx)
    publication = house.publications[row["publication"]]
    article = {**dict(row), "state": row["article_state"]}
    chat = house.channels.get(row["channel"]) if in_place else None
    about = About(None, row["forwarded"] is not None, comment)
    found = examine(tx, context, publication, article, row["author"], text, pieces, chat, about)
    number = next_number(tx, comment)
    parent, refers = _refer_again(tx, publication, row, text)
    write_revision(tx, context, comment, number, text, pieces, found, refers, captions or {})
    judged = judge(found)
    if judged == State.REJECTED:
        attached.unwanted(tx, comment)
    if not row["shown"]:
        count_author(tx, publication.id, row["author"], judged)
    refused = judged == State.REJECTED and row["shown"]
    refresh_wave(tx, context, comment)
    tx.run(
        "UPDATE comment SET revision = :n, state = :state, parent = :parent, risk = :risk,"
        " withheld = :withheld,"
        " shown = CASE WHEN :judged = 'published' THEN :n ELSE shown END WHERE id = :id",
        {
            "n": number,
            "state": State.PUBLISHED.value if refused else judged.value,
            "judged": judged.value,
            "parent": parent,
            **doubts(found),
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


def _refer_again(
    tx: Tx, publication: Publication, row: Row, text: Rich
) -> tuple[int | None, Refers]:
    """(parent, references) of a new wording. As long as nobody was shown the comment, a reference
    at its start can make it another's reply; afterwards it stays where it stands."""
    parent, fixed = row["parent"], row["shown"] > 0
    if not fixed and answered_by(json.loads(row["refers"])) is not None:
        parent = None
    article, number = row["article"], row["number"]
    refers = refer(
        tx, publication, article, text, before=number, parent=parent, may_reply=not fixed
    )
    return answered_by(refers) or parent, refers


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
        for known in known_messages(tx, channel.id, platform_id):
            if known["delivery"] is not None and known["position"] < 0:
                continue
            bury(tx, known["message"])
            if _vanished(tx, context, channel, known):
                taken.append((known["subject_id"], channel.id))
    return taken


def _vanished(tx: Tx, context: Context, channel: Channel, known: Row) -> bool:
    """What a message showed is gone with it; True where somebody took our copy away."""
    if known["subject"] == "comment":
        requote(tx, known["subject_id"])
    if known["delivery"] is None or not known["want"]:
        return False
    if known["tried_hash"] == REMOVING:
        change_delivery(tx, known["delivery"], known["shown_revision"], channel.id)
        return False
    return _taken_away(tx, context, channel, known)


def _taken_away(tx: Tx, context: Context, channel: Channel, known: Row) -> bool:
    """Somebody removed a message; True where it was our copy of a comment."""
    gone_by_hand(tx, known["delivery"])
    tx.wake(channel.id)
    if known["subject"] in FILLING:
        context.touch_desk(tx, channel.publication)
    if known["subject"] != "comment":
        return False
    if known["sender"] != "person":
        return True
    withdraw(tx, context, known["subject_id"])
    return False


def _join_album(
    tx: Tx, context: Context, event: Posted, channel: Channel, comment: int
) -> int | None:
    """One more piece of an album, however late it comes."""
    origin = tx.one(
        "SELECT d.id, max(CASE WHEN s.position < 0 THEN -1 - s.position ELSE s.position END) AS p"
        " FROM delivery d LEFT JOIN shows s ON s.delivery = d.id WHERE d.subject = 'comment'"
        " AND d.subject_id = :id AND d.role = 'origin' GROUP BY d.id",
        {"id": comment},
    )
    if origin is None:
        return None
    at = (origin["p"] if origin["p"] is not None else -1) + 1
    row = newest(tx, comment)
    _origin_message(tx, channel.id, origin["id"], event, at)
    fresh = attached.take_in(
        tx, context, comment, event.attachments,
        platform=channel.platform, message=event.message, at=at,
    )  # fmt: skip
    captions = {**attached.captions_of(row["captions"]), at: strip(event.text)}
    pieces = [*attached.load(row["attachments"]), *fresh]
    text = attached.whole(captions)
    if revise(tx, context, comment, text, pieces, captions=captions, in_place=True) is None:
        attached.unwanted(tx, comment)
    let_gather(tx, context, comment)
    remove_again(tx, origin["id"], channel.id)
    return comment
