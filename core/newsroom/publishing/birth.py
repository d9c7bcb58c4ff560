"""A thread's birth: from the root message of an article to the place where comments go."""

from __future__ import annotations

from core.events import ThreadOpened
from core.model import Channel, Purpose
from core.newsroom.comments.intake import posted
from core.newsroom.comments.message_map import bring_again
from core.newsroom.comments.parking import park_forward, take_events, take_forward
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_desk
from core.newsroom.outgoing.plan import raise_delivery, replan_all
from core.newsroom.publishing.marks import wanted_marks
from core.ports import Row, Tx

MATCH = 60
"""How many characters of a post's text must match to recognise a post of unknown outcome."""


def thread_opened(tx: Tx, context: Context, event: ThreadOpened) -> int | None:
    """An automatic forward arrived: the thread's row, or None where it is parked or not ours."""
    house = context.house(tx)
    announce = house.by_place.get((event.platform, event.announce_place))
    channel = house.by_place.get((event.platform, event.place))
    if announce is None or channel is None or channel.purpose != Purpose.DISCUSS:
        return None
    own = announce.id == channel.id
    if not own and channel.announce != announce.id:
        return None
    article = _article_of_post(tx, announce, channel, event)
    if own:
        return _own_root(tx, context, article, channel, event) if article is not None else None
    if article is None:
        if not _known_root(tx, channel, event.thread):
            park_forward(tx, context, channel, event.thread, event.message, event.announce_message)
        return None
    thread = _late(tx, article, channel, event)
    if thread is None:
        thread = open_thread(tx, context, article, channel, event.thread, event.message, event.link)
        _drop_own_root(tx, article, channel)
    return thread


def _own_root(tx: Tx, context: Context, article: int, channel: Channel, event: ThreadOpened) -> int:
    """People comment under a root of ours. Where another one holds the thread (a send whose
    answer was lost made two), this one stays known as a root of the article beside it."""
    known = tx.one(
        "SELECT id, place FROM thread WHERE article = :a AND channel = :c",
        {"a": article, "c": channel.id},
    )
    if known is None:
        return open_thread(tx, context, article, channel, event.thread, link=event.link)
    if known["place"] != event.thread:
        tx.run(
            "UPDATE shows SET position = -1 - position WHERE position >= 0 AND message ="
            " (SELECT id FROM message WHERE channel = :c AND platform_id = :m)",
            {"c": channel.id, "m": event.message},
        )
    return int(known["id"])


def _late(tx: Tx, article: int, channel: Channel, event: ThreadOpened) -> int | None:
    """A forward that comes after a root of ours took its place: where nobody has commented
    there, the thread moves below the forward. One that comes after another forward, because its
    post was sent twice, stays known beside it."""
    known = tx.one(
        "SELECT id, place FROM thread WHERE article = :a AND channel = :c",
        {"a": article, "c": channel.id},
    )
    if known is None or known["place"] == event.thread:
        return None
    _map_forward(tx, article, channel, event.message)
    comments = tx.one("SELECT 1 FROM comment WHERE article = :a LIMIT 1", {"a": article})
    if comments is None and not _under_forward(tx, article, channel):
        tx.run(
            "UPDATE thread SET place = :p, link = :l WHERE id = :id",
            {"p": event.thread, "l": event.link, "id": known["id"]},
        )
        _drop_own_root(tx, article, channel)
    return int(known["id"])


def _under_forward(tx: Tx, article: int, channel: Channel) -> bool:
    """The article's thread in a channel stands below an automatic forward."""
    row = tx.one(
        "SELECT 1 FROM thread t JOIN message m ON m.channel = t.channel AND m.platform_id = t.place"
        " WHERE t.article = :a AND t.channel = :c AND m.kind = 'forward'",
        {"a": article, "c": channel.id},
    )
    return row is not None


def _drop_own_root(tx: Tx, article: int, channel: Channel) -> None:
    """The root of ours in the group, where the forward turned out not to be missing."""
    raise_delivery(tx, "article", article, channel.id, 0)


def _known_root(tx: Tx, channel: Channel, thread: str) -> bool:
    known = tx.one(
        "SELECT 1 FROM thread WHERE channel = :c AND place = :t UNION ALL"
        " SELECT 1 FROM parked WHERE channel = :c AND thread = :t AND announce_message <> ''",
        {"c": channel.id, "t": thread},
    )
    return known is not None


def _article_of_post(
    tx: Tx, announce: Channel, channel: Channel, event: ThreadOpened
) -> int | None:
    row = tx.one(
        "SELECT d.subject_id FROM message m JOIN shows s ON s.message = m.id JOIN delivery d"
        " ON d.id = s.delivery WHERE m.channel = :c AND m.platform_id = :m"
        " AND d.subject = 'article'",
        {"c": announce.id, "m": event.announce_message},
    )
    if row is not None:
        return int(row["subject_id"])
    return _settle_unknown(tx, announce, channel, event)


def _settle_unknown(tx: Tx, announce: Channel, channel: Channel, event: ThreadOpened) -> int | None:
    """The forward proves that a post of unknown outcome exists: recognised by its headline. Of
    posts sent twice the one stays whose forward holds the thread."""
    rows = tx.all(
        "SELECT d.id, d.subject_id, d.want, d.shown_revision, m.id AS message, a.headline"
        " FROM message m"
        " JOIN shows s ON s.message = m.id JOIN delivery d ON d.id = s.delivery"
        " JOIN article a ON a.id = d.subject_id WHERE m.channel = :c AND m.platform_id IS NULL"
        " AND m.tried_hash <> '' AND d.subject = 'article' ORDER BY m.id",
        {"c": announce.id},
    )
    for row in rows:
        if event.text.startswith(row["headline"][:MATCH]):
            _settle(
                tx, announce, row, event, surplus=_under_forward(tx, row["subject_id"], channel)
            )
            return int(row["subject_id"])
    return None


def _settle(tx: Tx, announce: Channel, row: Row, event: ThreadOpened, *, surplus: bool) -> None:
    """A try made a post. surplus: another one stays, so this one goes."""
    if surplus:
        tx.run(
            "UPDATE shows SET position = 1 + (SELECT max(position) FROM shows WHERE delivery = :d)"
            " WHERE delivery = :d AND message = :m AND position >= 0",
            {"d": row["id"], "m": row["message"]},
        )
    bring_again(tx, row, announce.id)
    tx.run(
        "UPDATE message SET platform_id = :pid, have_hash = tried_hash, tried_at = NULL,"
        " doubtful = 0, link = :link WHERE id = :id",
        {"pid": event.announce_message, "link": event.link, "id": row["message"]},
    )


def open_thread(
    tx: Tx, context: Context, article: int, channel: Channel, place: str, message: str = "",
    link: str = "",
) -> int:  # fmt: skip
    """Write the thread of an article in a channel, once, and everything that waited for it.

    message: the root in this channel where it is not a message of a delivery (a forward).
    """
    known = tx.one(
        "SELECT id, place FROM thread WHERE article = :a AND channel = :c",
        {"a": article, "c": channel.id},
    )
    if known is not None:
        return int(known["id"])
    thread = tx.insert(
        "thread",
        {
            "article": article,
            "channel": channel.id,
            "place": place,
            "link": link or _post_link(tx, article, channel),
        },
    )
    if message:
        _map_forward(tx, article, channel, message)
    _refresh_links(tx, context, article, channel)
    replan_all(tx, article)
    _take_settings(tx, thread, article)
    for event in take_events(tx, context, channel.id, place):
        posted(tx, context, event)
    tx.wake(channel.id)
    return thread


def _take_settings(tx: Tx, thread: int, article: int) -> None:
    """The new thread is locked, slow and marked like the article's others."""
    row = tx.one("SELECT locked, slow FROM article WHERE id = :a", {"a": article})
    wanted = dict(wanted_marks(tx, article))
    if row is not None and row["locked"]:
        wanted["locked"] = "1"
    if row is not None and row["slow"]:
        wanted["slow"] = str(row["slow"])
    for name, value in wanted.items():
        tx.insert("setting", {"thread": thread, "name": name, "want": value})


def _map_forward(tx: Tx, article: int, channel: Channel, message: str) -> None:
    """The forward is known as a root of the article; nobody edits or removes it, so it stands
    beside the messages of the post's delivery (a position below 0)."""
    known = tx.one(
        "SELECT 1 FROM message WHERE channel = :c AND platform_id = :m",
        {"c": channel.id, "m": message},
    )
    post = tx.one(
        "SELECT id FROM delivery WHERE subject = 'article' AND subject_id = :a AND channel = :c",
        {"a": article, "c": channel.announce},
    )
    if known is not None:
        return
    row = tx.insert(
        "message",
        {"channel": channel.id, "sender": "person", "platform_id": message, "kind": "forward"},
    )
    if post is not None:
        tx.insert("shows", {"delivery": post["id"], "message": row, "position": -1})


def _post_link(tx: Tx, article: int, channel: Channel) -> str:
    row = tx.one(
        "SELECT m.link FROM delivery d JOIN shows s ON s.delivery = d.id JOIN message m"
        " ON m.id = s.message WHERE d.subject = 'article' AND d.subject_id = :a"
        " AND d.channel = :c AND m.link <> '' LIMIT 1",
        {"a": article, "c": channel.announce},
    )
    return str(row["link"]) if row else ""


def _refresh_links(tx: Tx, context: Context, article: int, born: Channel) -> None:
    """The article's messages elsewhere now link to this thread; quietly, as edits."""
    rows = tx.all(
        "SELECT channel, shown_revision FROM delivery WHERE subject = 'article'"
        " AND subject_id = :a AND want > 0 AND channel <> :born AND channel <> :announce",
        {"a": article, "born": born.id, "announce": born.announce or born.id},
    )
    for row in rows:
        raise_delivery(tx, "article", article, row["channel"], row["shown_revision"])


def post_recorded(
    tx: Tx, context: Context, article: int, channel: Channel, platform_id: str
) -> None:
    """A channel post's id is known now: a forward that came earlier opens its thread."""
    for discuss in context.house(tx).channels.values():
        if discuss.purpose == Purpose.DISCUSS and discuss.announce == channel.id:
            forward = take_forward(tx, context, discuss.id, platform_id)
            if forward is not None:
                open_thread(tx, context, article, discuss, forward[0], forward[1])


def own_thread(tx: Tx, channel: Channel, row: Row) -> str | None:
    """The thread that an article's message in this channel opened, so that an edit can bring
    the thread's own name in line."""
    if row["subject"] != "article" or not row["have"]:
        return None
    thread = tx.one(
        "SELECT place FROM thread WHERE article = :a AND channel = :c AND dead = 0",
        {"a": row["subject_id"], "c": channel.id},
    )
    return str(thread["place"]) if thread else None


def replace_missing_forwards(tx: Tx, context: Context) -> None:
    """Channel posts without an automatic forward after the wait: the desk is told, and a root of
    ours in the group takes its place."""
    before = context.clock.now() - context.rules.forward_wait
    for discuss in context.house(tx).channels.values():
        if discuss.purpose != Purpose.DISCUSS or discuss.announce is None:
            continue
        rows = tx.all(
            "SELECT DISTINCT a.id, a.headline, d.shown_revision FROM delivery d JOIN article a"
            " ON a.id = d.subject_id JOIN shows s ON s.delivery = d.id"
            " JOIN message m ON m.id = s.message WHERE d.subject = 'article'"
            " AND d.channel = :announce AND d.want > 0 AND m.sent_at <= :before"
            " AND a.state = 'published' AND NOT EXISTS (SELECT 1 FROM thread t"
            " WHERE t.article = a.id AND t.channel = :discuss) AND NOT EXISTS (SELECT 1"
            " FROM delivery o WHERE o.subject = 'article' AND o.subject_id = a.id"
            " AND o.channel = :discuss)",
            {"announce": discuss.announce, "discuss": discuss.id, "before": before},
        )
        for row in rows:
            raise_delivery(
                tx, "article", row["id"], discuss.id, row["shown_revision"], article=row["id"]
            )
            _tell_missing(tx, context, discuss, row)


def _tell_missing(tx: Tx, context: Context, discuss: Channel, article: Row) -> None:
    tell_desk(
        tx, context, discuss.publication, f"forward:{article['id']}",
        lambda t: t(
            "Telegram did not forward “{headline}” into {title}, so its comments go under a"
            " message of mine there. Is the group still linked to the channel?",
            headline=article["headline"], title=discuss.title,
        ),
    )  # fmt: skip
