"""Decisions: what a moderator does, the log of it, and its undoing.

A decision changes named fields of a comment, an author or an article. It is stored with the
values from before and after; undoing puts the earlier ones back if the later ones still stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.i18n import Texts, texts
from core.model import Standing, State
from core.newsroom.context import Context, dumps
from core.newsroom.desk import refresh_card
from core.newsroom.plan import raise_delivery, replan, settle_thread
from core.ports import Row, Tx

HOUR = 3600.0
NEWEST = 20


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides: an author tag, "admin" for an anonymous admin, or "cli"; and the name that
    the log and the cards show."""

    tag: str
    name: str
    language: str = ""

    @property
    def texts(self) -> Texts:
        return texts(self.language)


def system_actor() -> Actor:
    """Who decides when nobody does: what a feed or a permalink proved."""
    return Actor("system", "Commonthread")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made: its number and what to tell who made it."""

    id: int
    text: str


Fields = dict[str, Any]


def comment_row(tx: Tx, comment: int) -> Row:
    """The comment with its publication. Raises UserError where there is none."""
    row = tx.one(
        "SELECT c.*, a.publication, a.headline FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.id = :id",
        {"id": comment},
    )
    if row is None:
        raise UserError("There is no such comment.")
    return row


def author_fields(tx: Tx, publication: int, author: str) -> Fields:
    """Standing and counters of an author as they are stored."""
    row = tx.one(
        "SELECT standing, until, published, rejected FROM author"
        " WHERE publication = :p AND tag = :tag",
        {"p": publication, "tag": author},
    )
    if row is None:
        return {"standing": "ordinary", "until": None, "published": 0, "rejected": 0}
    return dict(row)


def decide_comment(
    tx: Tx,
    context: Context,
    actor: Actor,
    action: str,
    comment: int,
    *,
    revision: int | None = None,
    reason: str = "",
    hours: float = 24.0,
) -> Decided:
    """approve, approve-trust, reject, remove, restore, trust, mute, ban, unban or ban-reject
    (the card's Ban: reject this one and ban its author).

    revision: the one that was looked at; None = whatever is newest. Raises UserError when the
    comment is not in a state for it, or changed since; nothing is changed then.
    """
    row = comment_row(tx, comment)
    t = actor.texts
    if revision is not None and row["revision"] != revision:
        raise UserError(t("This comment changed since. Look again and decide on the new text."))
    before = _snapshot(tx, row)
    after = {
        "comment": _comment_after(tx, t, action, row),
        "author": _author_after(context, action, before, row, hours),
    }
    decision = record(
        tx, context, row["publication"], actor, action.split("-")[0],
        article=row["article"], comment=comment, revision=row["revision"], author=row["author"],
        reason=reason, before=before, after=after,
    )  # fmt: skip
    if action == "restore":
        _let_return(tx, comment)
    _apply(tx, row["publication"], comment, row["author"], before, after)
    _follow(tx, context, row["publication"], comment)
    return Decided(decision, _told(t, action, row, hours))


def _let_return(tx: Tx, comment: int) -> None:
    """Copies that somebody took away by hand may be made anew."""
    tx.run(
        "UPDATE delivery SET gone = 0 WHERE subject = 'comment' AND subject_id = :id"
        " AND role = 'copy'",
        {"id": comment},
    )


def _snapshot(tx: Tx, row: Row) -> dict[str, Fields]:
    return {
        "comment": {"state": row["state"], "shown": row["shown"]},
        "author": author_fields(tx, row["publication"], row["author"]),
    }


def _comment_after(tx: Tx, t: Texts, action: str, row: Row) -> Fields:
    state, shown, revision = State(row["state"]), row["shown"], row["revision"]
    match action:
        case "approve" | "approve-trust":
            _require(tx, t, row, state == State.HELD)
            return {"state": "published", "shown": revision}
        case "reject" | "ban-reject":
            _require(tx, t, row, state == State.HELD)
            return {"state": "published" if shown else "rejected", "shown": shown}
        case "remove":
            _require(tx, t, row, state == State.PUBLISHED or (state == State.HELD and shown > 0))
            return {"state": "removed", "shown": shown}
        case "restore":
            _require(tx, t, row, state in (State.REMOVED, State.REJECTED))
            return {"state": "published", "shown": shown or revision}
    return {"state": state.value, "shown": shown}


def _require(tx: Tx, t: Texts, row: Row, fits: bool) -> None:
    if fits:
        return
    last = deciding(tx, row["id"])
    state = state_words(t, row["state"])
    if last is None or row["state"] == State.WITHDRAWN:
        raise UserError(t("Comment #{number} is {state}.", number=row["number"], state=state))
    raise UserError(
        t("Comment #{number} is {state}: {name} was first.",
          number=row["number"], state=state, name=last["actor_name"])
    )  # fmt: skip


def deciding(tx: Tx, comment: int) -> Row | None:
    """The newest decision that changed what is shown of a comment; a mute, say, changes only
    its author's standing."""
    rows = tx.all("SELECT * FROM decision WHERE comment = :c ORDER BY id DESC", {"c": comment})
    for row in rows:
        if json.loads(row["before"]).get("comment") != json.loads(row["after"]).get("comment"):
            return row
    return None


def state_words(t: Texts, state: str) -> str:
    """A comment's state in words."""
    return {
        "held": t("held"),
        "published": t("published"),
        "rejected": t("rejected"),
        "removed": t("removed"),
        "withdrawn": t("withdrawn"),
    }[state]


def _author_after(
    context: Context, action: str, before: Mapping[str, Fields], row: Row, hours: float
) -> Fields:
    fields = dict(before["author"])
    was_shown = row["shown"] > 0
    if action in ("approve", "approve-trust"):
        fields["published"] += not was_shown
    elif action in ("reject", "ban-reject"):
        fields["rejected"] += not was_shown
    elif action == "remove":
        fields["published"], fields["rejected"] = fields["published"] - 1, fields["rejected"] + 1
    elif action == "restore":
        fields["published"], fields["rejected"] = fields["published"] + 1, fields["rejected"] - 1
    standing = {
        "approve-trust": Standing.TRUSTED,
        "trust": Standing.TRUSTED,
        "mute": Standing.MUTED,
        "ban": Standing.BANNED,
        "ban-reject": Standing.BANNED,
        "unban": Standing.ORDINARY,
    }.get(action)
    if standing is not None:
        fields["standing"] = standing.value
        fields["until"] = context.clock.now() + hours * HOUR if action == "mute" else None
    fields["published"] = max(0, fields["published"])
    fields["rejected"] = max(0, fields["rejected"])
    return fields


def _apply(
    tx: Tx,
    publication: int,
    comment: int,
    author: str,
    before: Mapping[str, Fields],
    after: Mapping[str, Fields],
) -> None:
    """Bring comment and author from `before` to `after`; counters move by the difference."""
    tx.run(
        "UPDATE comment SET state = :state, shown = :shown WHERE id = :id",
        {**after["comment"], "id": comment},
    )
    was, now = before["author"], after["author"]
    if was == now:
        return
    tx.run(
        "INSERT INTO author (publication, tag) VALUES (:p, :tag) ON CONFLICT DO NOTHING",
        {"p": publication, "tag": author},
    )
    tx.run(
        "UPDATE author SET standing = :standing, until = :until,"
        " published = max(0, published + :published), rejected = max(0, rejected + :rejected)"
        " WHERE publication = :p AND tag = :tag",
        {
            "p": publication,
            "tag": author,
            "standing": now["standing"],
            "until": now["until"],
            "published": now["published"] - was["published"],
            "rejected": now["rejected"] - was["rejected"],
        },
    )


def _follow(tx: Tx, context: Context, publication: int, comment: int) -> None:
    replan(tx, comment)
    refresh_card(tx, context, publication, comment)
    for row in _other_cards(tx, comment):
        refresh_card(tx, context, publication, row["id"])
    context.touch_desk(tx, publication)


def _other_cards(tx: Tx, comment: int) -> list[Row]:
    """The author's other comments that wait on a card: their record reads differently now."""
    return tx.all(
        "SELECT DISTINCT c.id FROM comment own JOIN comment c ON c.author = own.author"
        " AND c.state = 'held' AND c.id <> own.id JOIN delivery d ON d.subject = 'card'"
        " AND d.subject_id = c.id AND d.want > 0 WHERE own.id = :id",
        {"id": comment},
    )


def _told(t: Texts, action: str, row: Row, hours: float) -> str:
    number = row["number"]
    return {
        "approve": t("Published #{number}.", number=number),
        "approve-trust": t("Published #{number}; its author is trusted now.", number=number),
        "reject": t("Rejected #{number}.", number=number),
        "ban-reject": t("The author of #{number} is banned.", number=number),
        "remove": t("Removed #{number} everywhere.", number=number),
        "restore": t("Restored #{number}.", number=number),
        "trust": t("The author of #{number} is trusted now.", number=number),
        "mute": t("The author of #{number} is muted for {hours} hours.",
                  number=number, hours=f"{hours:g}"),
        "ban": t("The author of #{number} is banned.", number=number),
        "unban": t("The author of #{number} has an ordinary standing again.", number=number),
    }[action]  # fmt: skip


def record(
    tx: Tx,
    context: Context,
    publication: int,
    actor: Actor,
    action: str,
    *,
    article: int | None = None,
    comment: int | None = None,
    revision: int | None = None,
    author: str | None = None,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> int:
    """One row of the append-only log; its number."""
    return tx.insert(
        "decision",
        {
            "publication": publication,
            "action": action,
            "article": article,
            "comment": comment,
            "revision": revision,
            "author": author,
            "actor": actor.tag,
            "actor_name": actor.name,
            "reason": reason,
            "at": context.clock.now(),
            "before": dumps(before or {}),
            "after": dumps(after or {}),
            "undoes": undoes,
            "token": context.clock.token(),
        },
    )


def change_article(
    tx: Tx, context: Context, actor: Actor, action: str, article: int, fields: Fields,
    reason: str = "",
) -> Decided:  # fmt: skip
    """lock, unlock, close, mode, retract: change fields of an article, with everything that
    follows on its channels. Raises UserError where nothing would change."""
    row = tx.one("SELECT * FROM article WHERE id = :id", {"id": article})
    t = actor.texts
    if row is None:
        raise UserError(t("There is no such article."))
    before = {name: row[name] for name in fields}
    if before == fields:
        raise UserError(t("That is so already."))
    decision = record(
        tx, context, row["publication"], actor, action, article=article, reason=reason,
        before={"article": before}, after={"article": fields},
    )  # fmt: skip
    _apply_article(tx, article, fields)
    return Decided(decision, t("Done: “{headline}”.", headline=row["headline"]))


_ARTICLE_FIELDS = ("state", "mode", "locked", "reason")


def _apply_article(tx: Tx, article: int, fields: Mapping[str, Any]) -> None:
    for name in _ARTICLE_FIELDS:
        if name in fields:
            tx.run(
                f"UPDATE article SET {name} = :value WHERE id = :id",  # noqa: S608  our own names
                {"value": fields[name], "id": article},
            )
    refresh_article(tx, article)
    row = tx.one("SELECT locked, state FROM article WHERE id = :id", {"id": article})
    if row is not None and ("locked" in fields or "state" in fields):
        closed = bool(row["locked"]) or row["state"] == "withdrawn"
        settle_thread(tx, article, "locked", "1" if closed else "0")


def change_policy(tx: Tx, context: Context, actor: Actor, publication: int, text: str) -> Decided:
    """A new policy text, shown wherever it is asked for."""
    old = context.house(tx).publications[publication].policy
    _apply_policy(tx, context, publication, text)
    decision = record(
        tx, context, publication, actor, "policy", reason=text,
        before={"policy": old}, after={"policy": text},
    )  # fmt: skip
    return Decided(decision, actor.texts("The policy is changed."))


def _apply_policy(tx: Tx, context: Context, publication: int, text: str) -> None:
    tx.run(
        "UPDATE publication SET policy = :text WHERE id = :id", {"text": text, "id": publication}
    )
    context.forget_house()


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


def undo(tx: Tx, context: Context, actor: Actor, decision: int) -> Decided:
    """Take a decision back: exactly what it changed, and only if that still stands so."""
    t = actor.texts
    row = tx.one("SELECT * FROM decision WHERE id = :id", {"id": decision})
    if row is None:
        raise UserError(t("There is no such decision."))
    if row["undoes"] is not None:
        raise UserError(t("An undo is not undone; decide anew."))
    done = tx.one("SELECT actor_name FROM decision WHERE undoes = :id", {"id": decision})
    if done is not None:
        raise UserError(t("{name} took this back already.", name=done["actor_name"]))
    before, after = json.loads(row["before"]), json.loads(row["after"])
    if not after:
        raise UserError(t("This decision cannot be taken back."))
    _check_stands(tx, t, row, after)
    number = record(
        tx, context, row["publication"], actor, "undo", article=row["article"],
        comment=row["comment"], revision=row["revision"], author=row["author"],
        before=after, after=before, undoes=decision,
    )  # fmt: skip
    if row["comment"] is not None:
        if row["action"] == "remove":
            _let_return(tx, row["comment"])
        _apply(tx, row["publication"], row["comment"], row["author"], after, before)
        _follow(tx, context, row["publication"], row["comment"])
    elif "article" in after:
        _apply_article(tx, row["article"], before["article"])
    elif "policy" in after:
        _apply_policy(tx, context, row["publication"], before["policy"])
    return Decided(number, t("Taken back."))


def _check_stands(tx: Tx, t: Texts, row: Row, after: Mapping[str, Fields]) -> None:
    if row["comment"] is not None:
        comment = comment_row(tx, row["comment"])
        now = author_fields(tx, row["publication"], row["author"])
        stands = (
            comment["state"] == after["comment"]["state"]
            and comment["shown"] == after["comment"]["shown"]
            and now["standing"] == after["author"]["standing"]
        )
    elif "policy" in after:
        publication = tx.one(
            "SELECT policy FROM publication WHERE id = :id", {"id": row["publication"]}
        )
        stands = publication is not None and publication["policy"] == after["policy"]
    else:
        article = tx.one("SELECT * FROM article WHERE id = :id", {"id": row["article"]})
        fields = after.get("article", {})
        stands = article is not None and all(article[n] == v for n, v in fields.items())
    if not stands:
        raise UserError(t("Something else was decided since. Undo that first."))


def undoable(tx: Tx, publication: int, actor: Actor) -> int | None:
    """The newest decision of this actor that is not taken back yet."""
    row = tx.one(
        "SELECT max(d.id) AS id FROM decision d WHERE d.publication = :p AND d.actor = :actor"
        " AND d.undoes IS NULL AND d.after <> '{}'"
        " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)",
        {"p": publication, "actor": actor.tag},
    )
    return row["id"] if row is not None else None
