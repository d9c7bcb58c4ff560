"""The log of decisions: append-only, and what a row of it takes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.figures.words import actor_words
from core.i18n import Texts, texts
from core.model import Role
from core.newsroom.context import Context, dumps
from core.newsroom.decisions import aspects, audit, roster
from core.newsroom.decisions.action_words import action_words, subject_words
from core.newsroom.decisions.rights import require
from core.ports import Row, Tx

ANONYMOUS_ADMIN = "admin"
"""The tag of every admin whose name the platform keeps to itself."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides: an author tag, "admin" for an anonymous admin, or "cli"; and the name that
    the log and the cards show. picker: as of `core.i18n.Texts`."""

    tag: str
    name: str
    language: str = ""
    picker: str = ""

    @property
    def texts(self) -> Texts:
        return texts(self.language, self.picker)


def system_actor() -> Actor:
    """Who decides when nobody does: what a feed or a permalink proved."""
    return Actor("system", "Commonthread")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made: its number and what to tell who made it."""

    id: int
    text: str


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
    values = {
        "publication": publication,
        "action": action,
        "article": article,
        "comment": comment,
        "revision": revision,
        "author": author,
        "actor": actor.tag,
        "actor_name": actor.name,
        "reason": reason,
        "at": float(context.clock.now()),
        "before": dumps(before or {}),
        "after": dumps(after or {}),
        "undoes": undoes,
        "token": context.clock.token(),
    }
    return tx.insert("decision", {**audit.linked(tx, context, values), **values})


NEEDS = {
    "role": Role.OWNER, "policy": Role.EDITOR, "options": Role.EDITOR, "publish": Role.EDITOR,
    "discard": Role.EDITOR, "retract": Role.EDITOR, "merge": Role.EDITOR,
}  # fmt: skip
"""The role that making or taking back a decision needs, where it is not that of a moderator."""


def undo(tx: Tx, context: Context, actor: Actor, decision: int, role: Role) -> Decided:
    """Take a decision back: exactly what it changed, and only if that still stands so.

    role: what the actor is there; taking back needs what deciding does. Raises UserError: no
    such decision, not allowed, an undo, taken back already, or changed since.
    """
    t = actor.texts
    row = tx.one(
        "SELECT d.*, c.number FROM decision d LEFT JOIN comment c ON c.id = d.comment"
        " WHERE d.id = :id",
        {"id": decision},
    )
    if row is None:
        raise UserError(t("There is no such decision."))
    if row["undoes"] is not None:
        raise UserError(t("An undo is not undone; decide anew."))
    done = tx.one("SELECT actor_name FROM decision WHERE undoes = :id", {"id": decision})
    if done is not None:
        name = actor_words(t, done["actor_name"])
        raise UserError(t("{name} took this back already.", name=name))
    require(t, role, NEEDS.get(row["action"], Role.MODERATOR))
    before, after = json.loads(row["before"]), json.loads(row["after"])
    if not after:
        raise UserError(_why_not(t, row))
    if not aspects.stand(tx, context, row, before, after):
        raise UserError(t("Something else was decided since. Undo that first."))
    roster.require_owner(tx, t, row["publication"], before)
    number = record(
        tx, context, row["publication"], actor, "undo", article=row["article"],
        comment=row["comment"], revision=row["revision"], author=row["author"],
        before=after, after=before, undoes=decision,
    )  # fmt: skip
    aspects.bring(tx, context, row, after, before)
    what = f"{action_words(t, row['action'])} {subject_words(row)}".strip()
    return Decided(number, t("Taken back: {decision}.", decision=what))


def _why_not(t: Texts, row: Row) -> str:
    """Why a decision that kept nothing to restore is not taken back, and what does it instead."""
    if row["salt"] is None:
        return t("What it changed was erased, since its author had everything forgotten.")
    return {
        "discard": t("Nothing of it was shown. /publish brings its preview again."),
        "publish": t("It was read already. /retract withdraws it."),
        "pictures": t("They are a comment. /remove takes it down."),
        "role": t("It was made before such changes could be taken back. See /moderators."),
    }.get(row["action"], t("This decision cannot be taken back."))


def undoable(tx: Tx, publication: int, actor: Actor) -> int | None:
    """The newest decision of this actor that is not taken back yet."""
    row = tx.one(
        "SELECT max(d.id) AS id FROM decision d WHERE d.publication = :p AND d.actor = :actor"
        " AND d.undoes IS NULL AND d.after <> '{}'"
        " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)",
        {"p": publication, "actor": actor.tag},
    )
    return row["id"] if row is not None else None
