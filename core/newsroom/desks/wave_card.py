"""The card of a wave: how many say the same, some of them, and what was decided. What its buttons
do is in `core.newsroom.desks.wave_press`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from core.figures.words import actor_words
from core.i18n import Texts, texts
from core.model import Publication, State
from core.newsroom.context import Context
from core.newsroom.desks.card_menus import reason_words
from core.newsroom.desks.wave_press import BACK, MOST
from core.newsroom.desks.waves import members, to_decide, to_take_back
from core.ports import Row, Tx
from core.text.model import Rich, bold, italic, join, link
from core.text.tools import first_words
from core.views import Button, NoticeView, Rows

GLANCE = 200


def wave_view(tx: Tx, context: Context, publication: Publication, wave: int) -> NoticeView | None:
    """How many are alike, from how many authors, and the first of them; then what was decided."""
    row = tx.one("SELECT * FROM wave WHERE id = :w", {"w": wave})
    found = members(tx, wave)
    if row is None or not found:
        return None
    t = texts(publication.language)
    held = [one for one in found if one["state"] == State.HELD]
    authors = len({one["author"] for one in held or found})
    number = len(held) or len(found)
    head = (
        t.n("{n} alike", "{n} alike", number)
        + " "
        + t.n("from one author", "from {n} authors", authors)
    )
    lines: list[Rich | str] = [bold(t("Wave")) + " · " + head, _articles(tx, found), ""]
    lines += [_line(tx, one) for one in (held or found)[: row["shown"]]]
    if (rest := number - row["shown"]) > 0:
        lines.append(italic(t.n("and {n} more", "and {n} more", rest)))
    last = _last_act(tx, wave, row["acts"])
    if last is not None:
        lines += ["", _outcome(t, last)]
    buttons: Rows = ()
    if row["doing"]:
        lines += ["", italic(_going_on(tx, t, row))]
    elif held:
        buttons = _buttons(t, row, more=rest > 0 and row["shown"] < MOST)
    if last is not None and row["undo_until"] is not None and row["doing"] != BACK:
        buttons = (*buttons, (Button(t("Undo"), f"w{row['token']}:{BACK}:{row['acts']}"),))
    return NoticeView(join(lines, "\n"), buttons)


def _going_on(tx: Tx, t: Texts, row: Row) -> str:
    """What is left of a press that is about more than one transaction takes."""
    if row["doing"] == BACK:
        n = len(to_take_back(tx, row["id"], row["upto"], row["past"], None))
        return t.n("{n} more is being taken back.", "{n} more are being taken back.", n)
    n = len(to_decide(tx, row["id"], row["upto"], row["past"], None))
    return t.n("{n} more is being decided on.", "{n} more are being decided on.", n)


def _articles(tx: Tx, found: Sequence[Row]) -> Rich:
    numbers = sorted({one["article"] for one in found})[:3]
    names: list[Rich] = []
    for number in numbers:
        row = tx.one("SELECT headline, link FROM article WHERE id = :a", {"a": number})
        if row is not None:
            names.append(link(row["headline"], row["link"]))
    return join(names, ", ")


def _line(tx: Tx, one: Row) -> Rich:
    row = tx.one(
        "SELECT text FROM revision WHERE comment = :c AND number = :n",
        {"c": one["id"], "n": one["revision"]},
    )
    words = first_words(Rich.load(json.loads(row["text"])), GLANCE) if row is not None else ""
    return bold(f"{one['article']}#{one['number']}") + f" {one['name']}: {words}"


def _last_act(tx: Tx, wave: int, act: int) -> Row | None:
    """The newest press that decided something and was not taken back: name, at, and how many were
    approved and rejected."""
    row = tx.one(
        "SELECT max(d.actor_name) AS name, max(d.at) AS at, max(d.reason) AS reason,"
        " max(EXISTS (SELECT 1 FROM appeal p WHERE p.comment = d.comment AND p.state = 'open'))"
        " AS appealed,"
        " coalesce(sum(d.action = 'approve'), 0) AS approved,"
        " coalesce(sum(d.action = 'reject'), 0) AS rejected FROM wave_act w JOIN decision d"
        " ON d.id = w.decision WHERE w.wave = :w AND w.act = :act"
        " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)",
        {"w": wave, "act": act},
    )
    return row if row is not None and row["name"] is not None else None


def _outcome(t: Texts, last: Row) -> Rich:
    said = []
    if last["approved"]:
        said.append(t.n("{n} published", "{n} published", last["approved"]))
    if last["rejected"]:
        said.append(t.n("{n} rejected", "{n} rejected", last["rejected"]))
    name = t("another moderator") if last["appealed"] else actor_words(t, last["name"])
    words = bold(", ".join(said)) + " " + t("by {name}", name=name)
    return words + ": " + reason_words(t, last["reason"]) if last["reason"] else words


def _buttons(t: Texts, row: Row, *, more: bool) -> Rows:
    base, number = f"w{row['token']}:", row["joined"]
    made: list[tuple[Button, ...]] = [
        (
            Button(t("Reject all"), f"{base}r:{number}", tone="bad"),
            Button(t("Reject all as spam"), f"{base}s:{number}", tone="bad"),
        ),
        (Button(t("Approve the first, reject the rest"), f"{base}o:{number}"),),
    ]
    last = [Button(t("Approve all"), f"{base}a:{number}", tone="good")]
    if more:
        last.append(Button(t("Show more"), f"{base}m:{number}"))
    return (*made, tuple(last))
