"""Every command of `core.commands`, as a function from a call to its answer."""

from __future__ import annotations

import json
from collections.abc import Callable

from core.commands import BY_NAME, COMMANDS
from core.errors import UserError
from core.model import Mode, Publication, State
from core.newsroom import articles, door
from core.newsroom.context import Context
from core.newsroom.decide import (
    Decided,
    change_article,
    change_policy,
    comment_row,
    decide_comment,
    state_words,
    undo,
    undoable,
)
from core.newsroom.desk import held_count
from core.newsroom.faces import local, reason_words
from core.newsroom.intake import revise, withdraw
from core.newsroom.target import Call, answered, article_of, comment_of
from core.ports import Row, Tx
from core.text.model import Rich, bold, join
from core.text.tools import first_words, strip
from core.views import Answer, Button

Handler = Callable[[Tx, Context, Call], Answer]

PAGE = 10
DAY = 86400.0


def run(tx: Tx, context: Context, name: str, call: Call) -> Answer:
    """Run a command. Raises UserError with the text for the person: not allowed, not
    understood, or not possible."""
    command = BY_NAME.get(name)
    handler = HANDLERS.get(name)
    if command is None or handler is None:
        raise UserError(call.t("I do not know /{name}. /help tells what I do.", name=name[:32]))
    if command.who == "moderator" and not call.moderator:
        raise UserError(call.t("Sorry, only moderators can do that."))
    if command.who == "moderator" and call.publication is None:
        raise UserError(call.t("Use this at the desk or in an article's thread."))
    return handler(tx, context, call)


def publication_of(tx: Tx, context: Context, call: Call) -> Publication:
    """The publication that a call is about. Raises UserError where nothing tells."""
    if call.publication is None:
        raise UserError(call.t("Use this at the desk or in an article's thread."))
    return context.house(tx).publications[call.publication]


def _told(decided: Decided) -> Answer:
    return Answer(Rich(decided.text), alert=decided.text)


def _decision(action: str) -> Handler:
    def handler(tx: Tx, context: Context, call: Call) -> Answer:
        comment = comment_of(tx, context, call)
        reason = call.argument.strip()[:500]
        return _told(decide_comment(tx, context, call.actor, action, comment, reason=reason))

    return handler


def _mute(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    word = call.take() or "24"
    try:
        hours = float(word)
    except ValueError:
        hours = -1.0
    if not 0 < hours <= 24 * 366:
        raise UserError(call.t("For how many hours? Write a number, for example /mute #12 24."))
    return _told(decide_comment(tx, context, call.actor, "mute", comment, hours=hours))


def _undo(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    word = call.take().lstrip("#")
    if word and not word.isdecimal():
        raise UserError(call.t("Which decision? /history tells the numbers."))
    decision = int(word) if word else undoable(tx, publication.id, call.actor)
    row = tx.one("SELECT publication FROM decision WHERE id = :id", {"id": decision})
    if decision is None or row is None or row["publication"] != publication.id:
        raise UserError(call.t("There is nothing of yours to take back."))
    return _told(undo(tx, context, call.actor, decision))


def _article(action: str, fields: dict[str, object]) -> Handler:
    def handler(tx: Tx, context: Context, call: Call) -> Answer:
        article = article_of(tx, context, call)
        reason = call.argument.strip()[:500]
        return _told(change_article(tx, context, call.actor, action, article, fields, reason))

    return handler


def _unlock(tx: Tx, context: Context, call: Call) -> Answer:
    article = article_of(tx, context, call)
    row = tx.one("SELECT locked FROM article WHERE id = :id", {"id": article})
    if row is not None and row["locked"] == 2:
        raise UserError(call.t("This thread was closed for good. Undo the closing to open it."))
    return _told(change_article(tx, context, call.actor, "unlock", article, {"locked": 0}))


def _retract(tx: Tx, context: Context, call: Call) -> Answer:
    article = article_of(tx, context, call)
    reason = call.argument.strip()[:500]
    return _told(articles.retract(tx, context, call.actor, article, reason))


def _mode(tx: Tx, context: Context, call: Call) -> Answer:
    modes = {mode.value for mode in Mode}
    if call.word() in modes | {"default"}:
        value, article = call.take(), article_of(tx, context, call)
    else:
        article = article_of(tx, context, call)
        value = call.take()
    if not value:
        row = tx.one("SELECT mode FROM article WHERE id = :id", {"id": article})
        now = (row["mode"] if row else "") or publication_of(tx, context, call).mode.value
        return Answer(Rich(call.t("The mode is {mode}.", mode=now)))
    if value not in modes | {"default"}:
        raise UserError(call.t("A mode is open, new, held, held-soft or default."))
    fields = {"mode": "" if value == "default" else value}
    return _told(change_article(tx, context, call.actor, "mode", article, fields))


def _policy(tx: Tx, context: Context, call: Call) -> Answer:
    house = context.house(tx)
    text = call.argument.strip()
    if text and call.moderator and call.publication is not None:
        return _told(change_policy(tx, context, call.actor, call.publication, text))
    known = [house.publications[call.publication]] if call.publication else house.publications
    chosen = known if isinstance(known, list) else list(known.values())
    parts = [
        join((bold(p.name), p.policy or call.t("Comments are read by the publication's"
              " moderators. Be civil, stay on the subject, endanger nobody.")), "\n")
        for p in chosen
    ]  # fmt: skip
    return Answer(join(parts, "\n\n"))


def _help(tx: Tx, context: Context, call: Call) -> Answer:
    lines: list[Rich | str] = []
    for command in COMMANDS:
        if command.who == "reader" or call.moderator:
            usage = " ".join(
                filter(None, (f"/{command.name}", _target_hint(command.target), command.argument))
            )
            lines.append(bold(usage) + " · " + call.t(command.description))
    lines.append("")
    lines.append(
        call.t("A comment is named by replying to it, by #12 in its thread, by 3#12 (comment 12"
               " of article 3), or by a link.")
    )  # fmt: skip
    lines.append(
        call.t("Telegram does not tell me when you delete a comment there: use /delete in reply"
               " to it, or change it to a single dot.")
    )  # fmt: skip
    return Answer(join(lines, "\n"))


def _target_hint(target: str) -> str:
    return {"comment": "#12", "article": "[3]"}.get(target, "")


def _queue(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    page = int(call.take()) if call.word().isdecimal() else 1
    rows = tx.all(
        "SELECT c.id, c.number, c.article, c.name, c.token, c.revision, r.text FROM comment c"
        " JOIN article a ON a.id = c.article JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.state = 'held' AND a.publication = :p"
        " ORDER BY c.id LIMIT :n OFFSET :skip",
        {"p": publication.id, "n": PAGE, "skip": (max(1, page) - 1) * PAGE},
    )
    total = held_count(tx, publication.id)
    if not rows:
        return Answer(Rich(call.t("Nothing waits.")))
    lines: list[Rich | str] = [
        bold(call.t.n("{n} comment waits", "{n} comments wait", total)),
    ]
    lines += [_queue_line(row) for row in rows]
    if total > page * PAGE:
        lines.append(call.t("Next page: /queue {page}", page=page + 1))
    buttons = tuple(
        (
            Button(f"✓ {row['article']}#{row['number']}", f"k{row['token']}:{row['revision']}:a"),
            Button(f"✗ {row['article']}#{row['number']}", f"k{row['token']}:{row['revision']}:r"),
        )
        for row in rows[:5]
    )
    return Answer(join(lines, "\n"), buttons=buttons)


def _queue_line(row: Row) -> Rich:
    words = first_words(Rich.load(json.loads(row["text"])), 80)
    return bold(f"{row['article']}#{row['number']}") + f" {row['name']}: {words}"


def _history(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    comment = comment_of(tx, context, call) if call.word() else answered(tx, call)
    rows = tx.all(
        "SELECT d.*, c.number FROM decision d LEFT JOIN comment c ON c.id = d.comment"
        " WHERE d.publication = :p AND (:comment IS NULL OR d.comment = :comment)"
        " ORDER BY d.id DESC LIMIT 20",
        {"p": publication.id, "comment": comment},
    )
    if not rows:
        return Answer(Rich(call.t("Nothing was decided yet.")))
    return Answer(join([_history_line(call, publication, row) for row in rows], "\n"))


def _history_line(call: Call, publication: Publication, row: Row) -> Rich:
    when = local(row["at"], publication).strftime("%Y-%m-%d %H:%M")
    about = f" {row['article']}#{row['number']}" if row["number"] else ""
    if not about and row["article"]:
        about = f" {row['article']}"
    undone = f" ({call.t('takes back')} {row['undoes']})" if row["undoes"] else ""
    reason = f": {reason_words(call.t, row['reason'])}" if row["reason"] else ""
    what = f" {when} {row['action']}{about}{undone} · {row['actor_name']}{reason}"
    return bold(str(row["id"])) + what


def _stats(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    word = call.take().rstrip("d") or "7"
    if not word.isdecimal() or not 1 <= int(word) <= 3650:
        raise UserError(call.t("For how many days? Write a number, for example /stats 7."))
    since = context.clock.now() - int(word) * DAY
    rows = tx.all(
        "SELECT c.state, count(*) AS n FROM comment c JOIN article a ON a.id = c.article"
        " WHERE a.publication = :p AND c.posted >= :since GROUP BY c.state ORDER BY c.state",
        {"p": publication.id, "since": since},
    )
    decided = tx.all(
        "SELECT actor_name, count(*) AS n FROM decision WHERE publication = :p AND at >= :since"
        " GROUP BY actor_name ORDER BY n DESC LIMIT 10",
        {"p": publication.id, "since": since},
    )
    lines: list[Rich | str] = [
        bold(call.t.n("Last {n} day", "Last {n} days", int(word))),
        call.t("Received: {n}", n=sum(row["n"] for row in rows)),
    ]
    lines += [f"{state_words(call.t, row['state'])}: {row['n']}" for row in rows]
    lines.append(call.t("Waiting now: {n}", n=held_count(tx, publication.id)))
    lines += [f"{row['actor_name']}: {row['n']}" for row in decided]
    return Answer(join(lines, "\n"))


def _edit(tx: Tx, context: Context, call: Call) -> Answer:
    comment = _own(tx, context, call)
    text = _written(call)
    if not text:
        raise UserError(call.t("Write the new text behind the command."))
    if comment_row(tx, comment)["state"] not in (State.HELD, State.PUBLISHED):
        raise UserError(call.t("It is not up any more."))
    if revise(tx, context, comment, text, ()) is None:
        return Answer(Rich(call.t("That is what it says already.")))
    row = comment_row(tx, comment)
    if row["state"] == State.HELD:
        return Answer(Rich(call.t("Thank you. Your new text waits for a moderator.")))
    if row["shown"] != row["revision"]:
        return Answer(Rich(call.t("Your new text was not accepted.")))
    return Answer(Rich(call.t("Changed.")))


def _written(call: Call) -> Rich:
    """What follows the command and its target, with its formatting where the platform has any."""
    return strip(call.text) if call.text else Rich(call.argument.strip())


def _delete(tx: Tx, context: Context, call: Call) -> Answer:
    comment = _own(tx, context, call)
    if not withdraw(tx, context, comment):
        return Answer(Rich(call.t("It is not up any more.")))
    return Answer(Rich(call.t("Your comment is withdrawn, here and everywhere.")))


def _own(tx: Tx, context: Context, call: Call) -> int:
    comment = comment_of(tx, context, call)
    row = comment_row(tx, comment)
    if not call.tag or row["author"] != call.tag:
        raise UserError(call.t("Only its author can do that."))
    return comment


def _reply(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    row = comment_row(tx, comment)
    text = _written(call)
    if not text:
        return door.open_door(tx, context, call, row["article"], comment)
    return door.submit(tx, context, call, row["article"], comment, text)


def _publish(tx: Tx, context: Context, call: Call) -> Answer:
    """The address is fetched outside of the transaction: see `Newsroom.handle`."""
    raise UserError(call.t("Which address? For example /publish https://example.org/report"))


def _connect(tx: Tx, context: Context, call: Call) -> Answer:
    """Connecting asks the platform first: see `Newsroom.handle`."""
    raise UserError(call.t("Use the code that the command line showed: /connect CODE"))


HANDLERS: dict[str, Handler] = {
    "help": _help,
    "policy": _policy,
    "edit": _edit,
    "delete": _delete,
    "reply": _reply,
    "queue": _queue,
    "approve": _decision("approve"),
    "reject": _decision("reject"),
    "remove": _decision("remove"),
    "restore": _decision("restore"),
    "undo": _undo,
    "trust": _decision("trust"),
    "mute": _mute,
    "ban": _decision("ban"),
    "unban": _decision("unban"),
    "lock": _article("lock", {"locked": 1}),
    "unlock": _unlock,
    "close": _article("close", {"locked": 2}),
    "mode": _mode,
    "publish": _publish,
    "retract": _retract,
    "history": _history,
    "stats": _stats,
    "connect": _connect,
}
