"""`/words`: the publication's lists of words and domains, which the checks go by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.errors import UserError
from core.i18n import Texts
from core.moderation.wordfile import KINDS, Item, items
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.log import Actor, Decided, record
from core.newsroom.target import Call, whole
from core.ports import Tx
from core.text.model import Rich, bold, join
from core.views import Answer

PAGE = 100
MOST = 20_000
"""Entries of one publication."""


def words(tx: Tx, context: Context, call: Call) -> Answer:
    """The lists, one of them, or a change. Raises UserError."""
    publication = call.publication or 0
    verb = call.take().casefold()
    if verb in ("add", "remove"):
        kind = call.take().casefold()
        if kind not in KINDS:
            raise UserError(_usage(call.t))
        found = items(call.t, kind, call.argument)
        decided = change_words(
            tx, context, call.actor, publication,
            add=found if verb == "add" else (), remove=found if verb == "remove" else (),
        )  # fmt: skip
        return Answer(Rich(decided.text), alert=decided.text)
    if verb and verb not in KINDS:
        raise UserError(_usage(call.t))
    return _listed(tx, call, publication, verb)


def _usage(t: Texts) -> str:
    return t("Say /words, /words banned, /words add banned idiot, moron*, or /words remove deny"
             " example.org. The lists are banned, suspect, allow and deny.")  # fmt: skip


def entries(tx: Tx, publication: int, kind: str = "") -> list[Item]:
    """What is listed, of one kind or of all, in order."""
    rows = tx.all(
        "SELECT kind, language, entry FROM word WHERE publication = :p"
        " AND (:kind = '' OR kind = :kind) ORDER BY kind, language, entry",
        {"p": publication, "kind": kind},
    )
    return [(row["kind"], row["language"], row["entry"]) for row in rows]


def _listed(tx: Tx, call: Call, publication: int, kind: str) -> Answer:
    known = entries(tx, publication, kind)
    if not known:
        return Answer(Rich(call.t("Nothing is listed.") + "\n" + _usage(call.t)))
    if not kind:
        counts = {one: sum(entry[0] == one for entry in known) for one in KINDS}
        lines = [f"{one}: {counts[one]} · {about(call.t, one)}" for one in KINDS]
        return Answer(join([*lines, _usage(call.t)], "\n"))
    page = max(1, whole(call.take()) or 1)
    shown = known[(page - 1) * PAGE : page * PAGE]
    title = bold(f"{about(call.t, kind)}: {len(known)}")
    told: list[Rich | str] = [title, ", ".join(_entry(entry) for entry in shown)]
    if len(known) > page * PAGE:
        told.append(call.t("Next page: /words {kind} {page}", kind=kind, page=page + 1))
    return Answer(join(told, "\n"))


def _entry(entry: Item) -> str:
    return f"{entry[1]}: {entry[2]}" if entry[1] else entry[2]


def about(t: Texts, kind: str) -> str:
    """What a list does."""
    return {
        "banned": t("words that reject a comment"),
        "suspect": t("words that hold a comment"),
        "allow": t("domains that may be linked to"),
        "deny": t("domains that nobody may link to"),
    }[kind]


def change_words(
    tx: Tx,
    context: Context,
    actor: Actor,
    publication: int,
    *,
    add: Iterable[Item] = (),
    remove: Iterable[Item] = (),
) -> Decided:
    """Add and remove entries: one decision, which can be undone. Raises UserError where nothing
    would change."""
    known, t = set(entries(tx, publication)), actor.texts
    added = [one for one in dict.fromkeys(add) if one not in known]
    removed = [one for one in dict.fromkeys(remove) if one in known]
    if not added and not removed:
        raise UserError(t("That is so already."))
    if len(known) + len(added) - len(removed) > MOST:
        raise UserError(t("The lists hold {n} entries at most.", n=MOST))
    before = {"words": _state(added, False) | _state(removed, True)}
    after = {"words": _state(added, True) | _state(removed, False)}
    number = record(
        tx, context, publication, actor, "words", reason=_told(added, removed), before=before,
        after=after,
    )  # fmt: skip
    where = {"publication": publication, "article": None, "comment": None, "author": None}
    aspects.bring(tx, context, where, before, after)
    parts = []
    if added:
        parts.append(t.n("{n} entry added.", "{n} entries added.", len(added)))
    if removed:
        parts.append(t.n("{n} entry removed.", "{n} entries removed.", len(removed)))
    return Decided(number, " ".join(parts))


def _state(found: Iterable[Item], listed: bool) -> dict[str, bool]:
    return {"\t".join(one): listed for one in found}


def _told(added: Sequence[Item], removed: Sequence[Item]) -> str:
    signed = [f"+{_entry(one)}" for one in added] + [f"−{_entry(one)}" for one in removed]
    shown = ", ".join(signed[:5])
    return f"{shown} … ({len(signed)})" if len(signed) > 5 else shown
