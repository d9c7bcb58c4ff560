"""Articles: from drafts to channels, corrections, withdrawal."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import UserError
from core.feeds.decide import StoredArticle, digest
from core.feeds.model import Draft
from core.model import ArticleState, Channel, Purpose
from core.newsroom.context import Context, dumps
from core.newsroom.decide import Actor, Decided, change_article, record, refresh_article
from core.newsroom.plan import change_delivery, raise_delivery
from core.ports import Row, Tx


def add_article(
    tx: Tx, context: Context, publication: int, feed: int | None, draft: Draft, state: ArticleState
) -> int:
    """Write an article; a published one gets its deliveries."""
    article = tx.insert(
        "article",
        {
            "publication": publication,
            "feed": feed,
            **_columns(draft),
            "state": state.value,
            "token": context.clock.token(),
            "names_key": context.clock.key(16).hex(),
            "created": context.clock.now(),
        },
    )
    add_keys(tx, publication, article, (draft.key, draft.link))
    if state == ArticleState.PUBLISHED:
        announce(tx, context, publication, article)
    return article


def _columns(draft: Draft) -> dict[str, object]:
    return {
        "link": draft.link,
        "headline": draft.headline,
        "deck": draft.deck,
        "byline": draft.byline,
        "body": dumps(draft.body.dump()),
        "images": dumps([[image.url, image.alt] for image in draft.images]),
        "labels": dumps(list(draft.labels)),
        "language": draft.language,
        "published": draft.published,
        "updated": draft.updated,
        "digest": digest(draft),
    }


def add_keys(tx: Tx, publication: int, article: int, keys: Iterable[str]) -> None:
    """Names by which the article is recognised in feeds; a name belongs to the first article."""
    for key in keys:
        if key:
            tx.run(
                "INSERT INTO article_key (publication, key, article) VALUES (:p, :key, :a)"
                " ON CONFLICT DO NOTHING",
                {"p": publication, "key": key, "a": article},
            )


def appears_in(context: Context, tx: Tx, publication: int) -> list[Channel]:
    """The channels that show articles: announce ones, and discuss ones without such a feeder."""
    house = context.house(tx)
    announcing = house.of(publication, Purpose.ANNOUNCE)
    talking = house.of(publication, Purpose.DISCUSS)
    return [*announcing, *(c for c in talking if not house.fed_by_forward(c))]


def announce(tx: Tx, context: Context, publication: int, article: int) -> None:
    """Want the article in every channel that shows articles."""
    for channel in appears_in(context, tx, publication):
        raise_delivery(tx, "article", article, channel.id, 1, article=article)


def stored_articles(tx: Tx, publication: int, feed: int, limit: int) -> list[StoredArticle]:
    """What is known of a feed's articles, newest first, and of every article by hand."""
    rows = tx.all(
        "SELECT id, link, headline, published, digest, state, feed FROM article"
        " WHERE publication = :p AND (feed = :feed OR feed IS NULL)"
        " AND state <> 'draft' ORDER BY id DESC LIMIT :limit",
        {"p": publication, "feed": feed, "limit": limit},
    )
    return [
        StoredArticle(
            row["id"], _keys(tx, row["id"]), row["link"], row["headline"], row["published"],
            row["digest"], row["state"], fed=row["feed"] is not None,
        )
        for row in rows
    ]  # fmt: skip


def _keys(tx: Tx, article: int) -> frozenset[str]:
    rows = tx.all("SELECT key FROM article_key WHERE article = :a", {"a": article})
    return frozenset(row["key"] for row in rows)


def correct(tx: Tx, context: Context, article: int, draft: Draft) -> bool:
    """The article changed at its source: its messages are edited, quietly."""
    row = tx.one("SELECT * FROM article WHERE id = :id", {"id": article})
    columns = _columns(draft)
    if row is None or row["digest"] == columns["digest"]:
        return False
    columns["published"] = row["published"] if row["published"] else draft.published
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(
        f"UPDATE article SET {assignments}, revision = revision + 1 WHERE id = :id",  # noqa: S608
        {**columns, "id": article},
    )
    tx.run(
        "UPDATE delivery SET shown_revision = :r WHERE subject = 'article' AND subject_id = :a",
        {"r": row["revision"] + 1, "a": article},
    )
    refresh_article(tx, article)
    return True


def preview(tx: Tx, context: Context, publication: int, draft: Draft) -> int:
    """A draft at every desk, shown by the renderer that will send it."""
    article = add_article(tx, context, publication, None, draft, ArticleState.DRAFT)
    for channel in context.house(tx).of(publication, Purpose.DESK):
        raise_delivery(tx, "draft", article, channel.id, 1)
    return article


def publish_draft(tx: Tx, context: Context, actor: Actor, article: int) -> Decided:
    """The button below a preview. Raises UserError where it is no draft any more."""
    row = _draft(tx, actor, article)
    tx.run("UPDATE article SET state = 'published' WHERE id = :id", {"id": article})
    announce(tx, context, row["publication"], article)
    _drop_preview(tx, article)
    decision = record(tx, context, row["publication"], actor, "publish", article=article)
    return Decided(decision, actor.texts("Published “{headline}”.", headline=row["headline"]))


def discard_draft(tx: Tx, context: Context, actor: Actor, article: int) -> Decided:
    """The other button: the preview goes, nothing was shown."""
    row = _draft(tx, actor, article)
    _drop_preview(tx, article)
    tx.run("DELETE FROM article_key WHERE article = :id", {"id": article})
    tx.run("UPDATE article SET state = 'known' WHERE id = :id", {"id": article})
    decision = record(tx, context, row["publication"], actor, "discard", article=article)
    return Decided(decision, actor.texts("Discarded “{headline}”.", headline=row["headline"]))


def _draft(tx: Tx, actor: Actor, article: int) -> Row:
    row = tx.one("SELECT * FROM article WHERE id = :id AND state = 'draft'", {"id": article})
    if row is None:
        raise UserError(actor.texts("This preview is not waiting any more."))
    return row


def _drop_preview(tx: Tx, article: int) -> None:
    rows = tx.all(
        "SELECT id, channel FROM delivery WHERE subject = 'draft' AND subject_id = :a",
        {"a": article},
    )
    for row in rows:
        change_delivery(tx, row["id"], 0, row["channel"])


def publish_now(tx: Tx, context: Context, actor: Actor, publication: int, draft: Draft) -> int:
    """By hand, without preview: from a file. Raises UserError where it is known already."""
    known = find_by_keys(tx, publication, (draft.key, draft.link))
    if known is not None:
        if known["state"] == "published":
            if correct(tx, context, known["id"], draft):
                return int(known["id"])
            raise UserError(f"“{draft.headline}” is published already, with the same text.")
        tx.run("UPDATE article SET state = 'published' WHERE id = :id", {"id": known["id"]})
        correct(tx, context, known["id"], draft)
        announce(tx, context, publication, known["id"])
        article = int(known["id"])
    else:
        article = add_article(tx, context, publication, None, draft, ArticleState.PUBLISHED)
    record(tx, context, publication, actor, "publish", article=article)
    return article


def find_by_keys(tx: Tx, publication: int, keys: Iterable[str]) -> Row | None:
    """The article that one of the names belongs to."""
    for key in keys:
        row = tx.one(
            "SELECT a.* FROM article_key k JOIN article a ON a.id = k.article"
            " WHERE k.publication = :p AND k.key = :key",
            {"p": publication, "key": key},
        )
        if key and row is not None:
            return row
    return None


def retract(tx: Tx, context: Context, actor: Actor, article: int, reason: str) -> Decided:
    """Withdraw: the messages say so and the thread closes."""
    fields = {"state": "withdrawn", "reason": reason}
    tx.run("UPDATE article SET check_at = NULL WHERE id = :id", {"id": article})
    return change_article(tx, context, actor, "retract", article, fields, reason)


def missing(tx: Tx, context: Context, article: int) -> None:
    """The article left its feed: its permalink is asked, three times an hour apart."""
    tx.run(
        "UPDATE article SET check_at = :at, missing_checks = 0 WHERE id = :id"
        " AND check_at IS NULL AND state = 'published' AND link <> ''",
        {"at": context.clock.now(), "id": article},
    )


def checks_due(tx: Tx, now: float) -> list[Row]:
    """The articles whose permalink should be asked now."""
    return tx.all(
        "SELECT id, publication, link, headline FROM article WHERE check_at <= :now LIMIT 20",
        {"now": now},
    )


def checked(tx: Tx, context: Context, actor: Actor, article: int, status: int | None) -> None:
    """What a permalink answered: 404 or 410 three times withdraws; anything else but silence
    (None) clears the suspicion."""
    if status is None:
        at: float | None = context.clock.now() + context.rules.missing_wait
        tx.run("UPDATE article SET check_at = :at WHERE id = :id", {"at": at, "id": article})
        return
    if status not in (404, 410):
        tx.run(
            "UPDATE article SET check_at = NULL, missing_checks = 0 WHERE id = :id",
            {"id": article},
        )
        return
    tx.run(
        "UPDATE article SET missing_checks = missing_checks + 1, check_at = :at WHERE id = :id",
        {"at": context.clock.now() + context.rules.missing_wait, "id": article},
    )
    row = tx.one("SELECT missing_checks FROM article WHERE id = :id", {"id": article})
    if row is not None and row["missing_checks"] >= 3:
        retract(tx, context, actor, article, "")
