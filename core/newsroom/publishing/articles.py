"""Articles: from drafts to channels, corrections, withdrawal."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import UserError
from core.feeds.decide import StoredArticle, digest
from core.feeds.links import canonical
from core.feeds.model import Draft
from core.i18n import Texts
from core.model import ArticleState, Channel, Purpose
from core.newsroom.context import Context, dumps
from core.newsroom.decisions.decide import change_article
from core.newsroom.decisions.log import Actor, Decided, record, system_actor
from core.newsroom.desks.desk import tell_desk
from core.newsroom.outgoing.plan import change_delivery, raise_delivery, refresh_article
from core.ports import Row, Tx

CHECKS = 3
"""So many times in a row a permalink has to be gone."""


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
    """What is known of a feed's articles, newest first, and of every article by hand. A preview
    counts where it shows an entry of this feed."""
    rows = tx.all(
        "SELECT id, link, headline, published, digest, state, feed FROM article"
        " WHERE publication = :p AND (feed = :feed OR (feed IS NULL AND state <> 'draft'))"
        " ORDER BY id DESC LIMIT :limit",
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
    if row["state"] == ArticleState.DRAFT:
        _show_preview(tx, context, row["publication"], article)
    return True


def preview(tx: Tx, context: Context, publication: int, draft: Draft) -> None:
    """A draft at every desk, shown by the renderer that will send it; where it is known already
    and was shown, the desk is told so instead."""
    known = find_by_keys(tx, publication, (draft.key, draft.link))
    if known is not None:
        _preview_known(tx, context, known)
        return
    article = add_article(tx, context, publication, None, draft, ArticleState.DRAFT)
    _show_preview(tx, context, publication, article)


def preview_entry(tx: Tx, context: Context, publication: int, url: str) -> bool:
    """The same for what a feed told of an address; False where no article is known there."""
    known = find_by_keys(tx, publication, (url, canonical(url))) or tx.one(
        "SELECT * FROM article WHERE publication = :p AND link = :link ORDER BY id DESC LIMIT 1",
        {"p": publication, "link": canonical(url)},
    )
    if known is None or (known["state"] == ArticleState.KNOWN and known["feed"] is None):
        return False
    _preview_known(tx, context, known)
    return True


def _preview_known(tx: Tx, context: Context, article: Row) -> None:
    if article["state"] == ArticleState.KNOWN:
        tx.run("UPDATE article SET state = 'draft' WHERE id = :id", {"id": article["id"]})
        _show_preview(tx, context, article["publication"], article["id"])
        return
    if article["state"] == ArticleState.DRAFT:
        _show_preview(tx, context, article["publication"], article["id"])
    key = f"publish:{article['id']}:{context.clock.now()}"
    tell_desk(tx, context, article["publication"], key, lambda t: _standing(t, article))


def _standing(t: Texts, article: Row) -> str:
    headline, number = article["headline"], article["id"]
    if article["state"] == ArticleState.DRAFT:
        return t("“{headline}” waits as a preview already.", headline=headline)
    if article["state"] == ArticleState.WITHDRAWN:
        return t("“{headline}” (article {number}) was withdrawn. /history tells the decision, and"
                 " /undo takes it back.", headline=headline, number=number)  # fmt: skip
    return t("“{headline}” is published already, as article {number}.",
             headline=headline, number=number)  # fmt: skip


def _show_preview(tx: Tx, context: Context, publication: int, article: int) -> None:
    """At every desk; again where somebody removed it there by hand."""
    tx.run(
        "UPDATE delivery SET gone = 0 WHERE subject = 'draft' AND subject_id = :a",
        {"a": article},
    )
    for channel in context.house(tx).of(publication, Purpose.DESK):
        raise_delivery(tx, "draft", article, channel.id, 1)


def take_over(tx: Tx, context: Context, feed: int, draft: Draft, *, publish: bool) -> int | None:
    """A feed brings an article whose preview waits: it is the feed's from now on, and where the
    feed would publish it, its preview goes and it is published. Its id, None where none waits."""
    row = tx.one("SELECT publication FROM feed WHERE id = :id", {"id": feed})
    known = find_by_keys(tx, row["publication"], (draft.key, draft.link)) if row else None
    if known is None or known["state"] != ArticleState.DRAFT:
        return None
    tx.run("UPDATE article SET feed = :f WHERE id = :id", {"f": feed, "id": known["id"]})
    correct(tx, context, known["id"], draft)
    if publish:
        publish_draft(tx, context, system_actor(), known["id"])
    return int(known["id"])


def publish_draft(tx: Tx, context: Context, actor: Actor, article: int) -> Decided:
    """The button below a preview. Raises UserError where it is no draft any more."""
    row = _draft(tx, actor, article)
    tx.run("UPDATE article SET state = 'published' WHERE id = :id", {"id": article})
    announce(tx, context, row["publication"], article)
    _drop_preview(tx, article)
    decision = _published(tx, context, row["publication"], actor, article)
    return Decided(decision, actor.texts("Published “{headline}”.", headline=row["headline"]))


def _published(tx: Tx, context: Context, publication: int, actor: Actor, article: int) -> int:
    """Write it into the log. What was read cannot be unread: taking it back withdraws it."""
    before, after = {"article": {"state": "withdrawn"}}, {"article": {"state": "published"}}
    return record(
        tx, context, publication, actor, "publish", article=article, before=before, after=after
    )


def discard_draft(tx: Tx, context: Context, actor: Actor, article: int) -> Decided:
    """The other button: the preview goes, nothing was shown."""
    row = _draft(tx, actor, article)
    _drop_preview(tx, article)
    if row["feed"] is None:
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
            raise UserError(
                actor.texts(
                    "“{headline}” is published already, with the same text.",
                    headline=draft.headline,
                )
            )
        return _publish_known(tx, context, actor, known, draft)
    article = add_article(tx, context, publication, None, draft, ArticleState.PUBLISHED)
    _published(tx, context, publication, actor, article)
    return article


def _publish_known(tx: Tx, context: Context, actor: Actor, known: Row, draft: Draft) -> int:
    """One that was seen in a feed, waits as a preview, or was withdrawn."""
    article = int(known["id"])
    correct(tx, context, article, draft)
    if known["state"] == ArticleState.DRAFT:
        publish_draft(tx, context, actor, article)
        return article
    if known["state"] == ArticleState.WITHDRAWN:
        change_article(tx, context, actor, "publish", article, {"state": "published", "reason": ""})
        return article
    tx.run("UPDATE article SET state = 'published' WHERE id = :id", {"id": article})
    announce(tx, context, known["publication"], article)
    _published(tx, context, known["publication"], actor, article)
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
    """The article left its feed: its permalink is asked, three times an hour apart. One that
    was withdrawn for this before, and put back by a moderator, is left alone."""
    tx.run(
        "UPDATE article SET check_at = :at, missing_checks = 0 WHERE id = :id"
        " AND check_at IS NULL AND state = 'published' AND link <> '' AND NOT EXISTS (SELECT 1"
        " FROM decision d JOIN decision u ON u.undoes = d.id WHERE d.article = :id"
        " AND d.action = 'retract')",
        {"at": context.clock.now(), "id": article},
    )


def checks_due(tx: Tx, now: float) -> list[Row]:
    """The articles whose permalink should be asked now."""
    return tx.all(
        "SELECT id, publication, link, headline FROM article WHERE check_at <= :now LIMIT 20",
        {"now": now},
    )


def next_check(tx: Tx) -> float | None:
    """When the next permalink should be asked; None = none is suspected."""
    row = tx.one("SELECT min(check_at) AS at FROM article WHERE check_at IS NOT NULL")
    return row["at"] if row is not None else None


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
    if row is not None and row["missing_checks"] >= CHECKS:
        _withdraw_gone(tx, context, actor, article)


def _withdraw_gone(tx: Tx, context: Context, actor: Actor, article: int) -> None:
    row = tx.one("SELECT publication, headline FROM article WHERE id = :id", {"id": article})
    decided = retract(tx, context, actor, article, "")
    if row is not None:
        tell_desk(
            tx, context, row["publication"], f"gone:{decided.id}",
            lambda t: t(
                "“{headline}” left its feed and its page is gone, so it is withdrawn."
                " /undo {decision} takes that back.",
                headline=row["headline"], decision=decided.id,
            ),
        )  # fmt: skip
