"""The desk's card of an appeal: what was decided, but not by whom, and the author's own words."""

from __future__ import annotations

import json

from core.figures.words import actor_words
from core.forms import DENY
from core.i18n import Texts, texts
from core.model import Publication
from core.moderation.judge import load
from core.moderation.reasons import reason_text
from core.newsroom.authors.standing_line import standing_line
from core.newsroom.context import Context
from core.newsroom.desks.card_menus import reason_words
from core.newsroom.outgoing.faces import comment_head
from core.ports import Row, Tx
from core.text.model import Rich, bold, join, link
from core.views import Button, NoticeView, Rows


def appeal_view(
    tx: Tx, context: Context, publication: Publication, appeal: int
) -> NoticeView | None:
    """The card; None where the appeal is gone."""
    row = tx.one(
        "SELECT c.*, p.text AS words, p.state AS answer, p.token AS button, p.id AS appeal,"
        " p.decision, a.headline, a.link, r.text, r.verdicts FROM appeal p"
        " JOIN comment c ON c.id = p.comment JOIN article a ON a.id = c.article"
        " JOIN revision r ON r.comment = c.id AND r.number = c.revision WHERE p.id = :id",
        {"id": appeal},
    )
    if row is None:
        return None
    t = texts(publication.language)
    lines: list[Rich | str] = [
        bold(t("Appeal")) + " · " + str(row["article"]) + comment_head(row),
        Rich("") + t("in") + " " + link(row["headline"], row["link"]),
        "",
        Rich.load(json.loads(row["text"])),
        "",
        t("What was decided: {what}", what=_decided(tx, t, row)),
        bold(t("The author writes:")) + " " + row["words"],
        "",
        standing_line(tx, context, t, publication, row["author"]),
    ]
    answer = _answer(tx, t, row)
    if answer is not None:
        lines.append(answer[0])
    return NoticeView(join(lines, "\n"), answer[1] if answer else _buttons(t, row))


def _decided(tx: Tx, t: Texts, row: Row) -> str:
    decision = tx.one("SELECT action, reason FROM decision WHERE id = :id", {"id": row["decision"]})
    if decision is None:
        refused = [one for one in load(json.loads(row["verdicts"])) if one.verdict == "reject"]
        found = [reason_text(t, one.reason, one.values) for one in refused]
        return "; ".join([t("rejected"), *found])
    what = {
        "reject": t("rejected"),
        "remove": t("removed"),
        "mute": t("the author is muted"),
        "ban": t("the author is banned"),
        "warn": t("the author was warned"),
    }.get(str(decision["action"]), str(decision["action"]))
    reason = reason_words(t, decision["reason"]) if decision["reason"] else ""
    return f"{what}: {reason}" if reason else what


def _buttons(t: Texts, row: Row) -> Rows:
    return (
        (
            Button(t("Uphold"), "au" + row["button"], tone="good"),
            Button(t("Deny"), "ad" + row["button"], tone="bad"),
        ),
        (Button(t("Deny, with reasons"), DENY + row["button"]),),
    )


def _answer(tx: Tx, t: Texts, row: Row) -> tuple[Rich, Rows] | None:
    """How it was answered and by whom, with Undo; None while it is open."""
    if row["answer"] == "open":
        return None
    upheld = row["answer"] == "upheld"
    said = bold(t("Upheld") if upheld else t("Denied"))
    decision = tx.one(
        "SELECT actor_name, token, reason FROM decision WHERE comment = :c AND action = :action"
        " ORDER BY id DESC LIMIT 1",
        {"c": row["id"], "action": "uphold" if upheld else "deny"},
    )
    if decision is None:
        return said, ()
    by = said + " " + t("by {name}", name=actor_words(t, decision["actor_name"]))
    if decision["reason"]:
        by = by + ": " + decision["reason"]
    return by, ((Button(t("Undo"), "u" + decision["token"]),),)
