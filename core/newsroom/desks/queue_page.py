"""Pages of what waits, with one tap an item, and what their buttons do.

A page's buttons say which part of the queue it is, so nothing is kept: `q`, a verb, a comment or a
decision, and the page ("w2.a3": of what is withheld the second page, of article 3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from core.errors import UserError
from core.i18n import Texts
from core.model import Purpose, State
from core.moderation.judge import load
from core.moderation.reasons import reason_text
from core.newsroom.context import Context
from core.newsroom.decisions.decide import decide_comment
from core.newsroom.decisions.log import undo
from core.newsroom.desks import claims
from core.newsroom.desks.cards import card_view
from core.newsroom.desks.desk import open_card
from core.newsroom.desks.queue import QUEUES, Wanted, counts, page, sign_of
from core.newsroom.target import Call, whole
from core.ports import Row, Tx
from core.text.model import Rich, bold, italic, join
from core.text.tools import first_words
from core.views import Answer, Button, NoticeView, Rows

GLANCE = 80
"""Characters of a comment that a page shows."""
MOST = 8
"""Comments of one page, where there is room for so many rows of buttons."""
WITHOUT_BUTTONS = 20
CHECK = 12
"""Letters of a check's name that a button carries."""
LAST_PAGE = 99_999

_STATE = re.compile(r"([a-z-])(\d{1,5})(?:\.a(\d{1,15}))?(?:\.s([a-z0-9]{1,8}))?(?:\.c(\w{1,12}))?")
_BY_LETTER = {name[0]: name for name in QUEUES}


def queue_command(tx: Tx, context: Context, call: Call) -> Answer:
    """`/queue [queue] [page] [article N] [check NAME] [author SIGN]`. Raises UserError."""
    if call.publication is None:
        raise UserError(call.t("Use this at the desk or in an article's thread."))
    return page_answer(tx, context, call, call.publication, _asked(call))


def _asked(call: Call) -> Wanted:
    queue, number, found = "", 1, {"article": "", "check": "", "author": ""}
    while word := call.take().lower():
        name, _, value = word.partition(":")
        if word in QUEUES:
            queue = word
        elif (page_number := whole(word)) is not None:
            number = page_number
        elif name in found:
            found[name] = (value or call.take()).lower().lstrip("#")
        else:
            raise UserError(_how(call.t))
    article = whole(found["article"]) if found["article"] else 0
    if article is None or not all(v.isascii() for v in found.values()):
        raise UserError(_how(call.t))
    number = min(max(1, number), LAST_PAGE)
    return Wanted(queue, number, article, found["check"][:CHECK], found["author"][:8])


def _how(t: Texts) -> str:
    return t("For example /queue, /queue withheld 2, /queue article 3, /queue check links or"
             " /queue author k7f3q.")  # fmt: skip


def page_answer(
    tx: Tx, context: Context, call: Call, publication: int, wanted: Wanted, *,
    said: str = "", undo_token: str = "",
) -> Answer:  # fmt: skip
    """One page. said: what was just done; undo_token: of the decision that did it."""
    t, size = call.t, _size(context, call)
    rows = page(tx, context, publication, wanted, size)
    if not rows and not wanted.queue and wanted.page == 1:
        # Nothing is held: then what may be read already, or what was refused.
        others = (replace(wanted, queue=name) for name in ("reported", "appealed"))
        pages = ((one, page(tx, context, publication, one, size)) for one in others)
        wanted, rows = next(((one, found) for one, found in pages if found), (wanted, rows))
    if not rows and wanted.page > 1:
        wanted = wanted.at(wanted.page - 1)
        rows = page(tx, context, publication, wanted, size)
    shown, more = rows[:size], len(rows) > size
    lines: list[Rich | str] = [bold(said), ""] if said else []
    lines.append(_head(tx, t, publication, wanted) if shown else _none(tx, t, publication))
    lines += [_line(context, t, publication, row) for row in shown]
    buttons = _buttons(t, shown, wanted, more, undo_token) if call.platform else ()
    if more and not buttons:
        lines.append(t("Next page: /queue {page}", page=wanted.page + 1))
    return Answer(join(lines, "\n"), alert=said, buttons=buttons, replaces=True)


def _size(context: Context, call: Call) -> int:
    """As many as have a row of buttons each, with one left to turn the pages."""
    if not call.platform:
        return WITHOUT_BUTTONS
    return min(MOST, context.capabilities[call.platform].button_rows - 1)


def _head(tx: Tx, t: Texts, publication: int, wanted: Wanted) -> Rich:
    found = counts(tx, publication)
    total = found["pending"] + found["withheld"]
    head = bold(t.n("{n} comment waits", "{n} comments wait", total))
    each = [f"{queue_words(t, name)} {n}" for name, n in found.items() if n]
    if wanted.queue or len(each) > 1:
        head = head + " · " + " · ".join(each)
    narrowed = [queue_words(t, wanted.queue)] if wanted.queue else []
    narrowed += [t("article {n}", n=wanted.article)] if wanted.article else []
    narrowed += [t("check {name}", name=wanted.check)] if wanted.check else []
    narrowed += [t("author {sign}", sign=wanted.author)] if wanted.author else []
    if narrowed:
        head = head + "\n" + t("Only: {what}", what=", ".join(narrowed))
    return head if wanted.page == 1 else head + "\n" + t("Page {n}", n=wanted.page)


def _none(tx: Tx, t: Texts, publication: int) -> str:
    """Nothing of what was asked for; the rest may wait all the same."""
    each = [f"{queue_words(t, name)} {n}" for name, n in counts(tx, publication).items() if n]
    if not each:
        return t("Nothing waits.")
    return t("Nothing of that kind waits. There are: {queues}.", queues=", ".join(each))


def queue_words(t: Texts, queue: str) -> str:
    """The name of a queue."""
    return {"pending": t("pending"), "withheld": t("withheld"),
            "reported": t("reported"), "appealed": t("appealed")}[queue]  # fmt: skip


def _line(context: Context, t: Texts, publication: int, row: Row) -> Rich:
    words = first_words(Rich.load(json.loads(row["text"])), GLANCE)
    head = bold(_name(row)) + f" {row['name']} · {sign_of(context, publication, row['author'])}: "
    found = [v for v in load(json.loads(row["verdicts"])) if v.check != "mode"]
    reasons = "; ".join(reason_text(t, v.reason, v.values) for v in found)
    line = head + (words or "…")
    return line + " · " + italic(reasons) if reasons else line


def _name(row: Row) -> str:
    return f"{row['article']}#{row['number']}"


def _buttons(t: Texts, rows: Sequence[Row], wanted: Wanted, more: bool, undo_token: str) -> Rows:
    place = _place(wanted)
    made: list[tuple[Button, ...]] = []
    for row in rows:
        base, name = f"{row['token']}:{row['revision']}:{place}", _name(row)
        if row["appeal"] is not None:
            again, stays = f"au{row['appeal']}", f"ad{row['appeal']}"
            made.append((Button(f"✓ {name}", again, tone="good"), Button(f"✗ {name}", stays)))
            continue
        refuse = "x" if row["state"] == State.PUBLISHED else "r"
        made.append(
            (
                Button(f"✓ {name}", f"qa:{base}", tone="good"),
                Button(f"✗ {name}", f"q{refuse}:{base}", tone="bad"),
                Button(f"… {name}", f"qo:{base}"),
            )
        )
    turning = [Button("‹", f"qp:{_place(wanted.at(wanted.page - 1))}")] if wanted.page > 1 else []
    turning += [Button(t("Undo"), f"qu:{undo_token}:{place}")] if undo_token else []
    turning += [Button("›", f"qp:{_place(wanted.at(wanted.page + 1))}")] if more else []
    return (*made, tuple(turning)) if turning else tuple(made)


def _place(wanted: Wanted) -> str:
    place = f"{wanted.queue[:1] or '-'}{wanted.page}"
    place += f".a{wanted.article}" if wanted.article else ""
    place += f".s{wanted.author}" if wanted.author else ""
    return place + (f".c{wanted.check}" if wanted.check else "")


def _placed(word: str) -> Wanted | None:
    found = _STATE.fullmatch(word)
    if found is None or found[1] not in {"-", *_BY_LETTER}:
        return None
    article, author, check = found[3] or "0", found[4] or "", found[5] or ""
    queue = _BY_LETTER.get(found[1], "")
    return Wanted(queue, max(1, int(found[2])), int(article), check, author)


def pressed(tx: Tx, context: Context, call: Call, rest: str) -> Answer:
    """A button of a page: `verb:…:page`. Raises UserError where it is none, or where the item is
    decided already."""
    verb, _, tail = rest.partition(":")
    about, _, place = tail.rpartition(":")
    wanted = _placed(place)
    if wanted is None or call.publication is None:
        raise _stale(call)
    if verb == "p" and not about:
        return page_answer(tx, context, call, call.publication, wanted)
    if verb == "u":
        row = tx.one("SELECT id, publication FROM decision WHERE token = :t", {"t": about})
        if row is None or row["publication"] != call.publication:
            raise _stale(call)
        said = undo(tx, context, call.actor, row["id"], call.role).text
        return page_answer(tx, context, call, call.publication, wanted, said=said)
    return _about_item(tx, context, call, verb, about, wanted)


_ACTIONS = {"a": "approve", "r": "reject", "x": "remove"}
"""What a button does is what it said when it was shown, whatever was decided meanwhile."""


def _about_item(
    tx: Tx, context: Context, call: Call, verb: str, about: str, wanted: Wanted
) -> Answer:
    token, _, revision = about.partition(":")
    number = whole(revision)
    row = tx.one("SELECT id, publication, state FROM comment WHERE token = :t", {"t": token})
    if row is None or number is None or row["publication"] != call.publication:
        raise _stale(call)
    if verb == "o":
        return _opened(tx, context, call, row, number, wanted)
    if verb not in _ACTIONS:
        raise _stale(call)
    action = _ACTIONS[verb]
    decided = decide_comment(tx, context, call.actor, action, row["id"], revision=number)
    token = _token_of(tx, decided.id)
    return page_answer(
        tx, context, call, row["publication"], wanted, said=decided.text, undo_token=token
    )


def _token_of(tx: Tx, decision: int) -> str:
    row = tx.one("SELECT token FROM decision WHERE id = :id", {"id": decision})
    return str(row["token"]) if row is not None else ""


def _stale(call: Call) -> UserError:
    return UserError(call.t("This button does nothing any more."))


def _opened(
    tx: Tx, context: Context, call: Call, row: Row, revision: int, wanted: Wanted
) -> Answer:
    """The card of an item: for the presser alone where the platform can, else at the desk."""
    alone = call.private or context.capabilities[call.platform].private_answers
    if not alone and call.channel is not None and call.channel.purpose == Purpose.DESK:
        if row["state"] == State.HELD:
            claims.take(tx, context, call.actor, row["id"], revision)
        new = open_card(tx, context, row["publication"], row["id"], call.channel.id)
        words = call.t("Its card comes below.") if new else call.t("Its card is here already.")
        return Answer(alert=words)
    publication = context.house(tx).publications[row["publication"]]
    card = card_view(tx, context, publication, row["id"])
    if not isinstance(card, NoticeView):
        raise _stale(call)
    back = (Button(call.t("Back"), f"qp:{_place(wanted)}"),)
    return Answer(card.text, buttons=(*card.buttons, back), replaces=True)
