"""The commands that report comments, and that change the shape and the pace of a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.errors import UserError
from core.newsroom.context import Context
from core.newsroom.decisions.decide import change_article, comment_row
from core.newsroom.decisions.log import Decided
from core.newsroom.desks.reporting import report
from core.newsroom.publishing.merging import merge
from core.newsroom.publishing.shaping import mark, move
from core.newsroom.publishing.slow import is_span, seconds_of, slow_line
from core.newsroom.target import Call, article_of, comment_of
from core.ports import Tx
from core.text.model import Rich
from core.views import Answer

Handler = Callable[[Tx, Context, Call], Answer]


def _told(decided: Decided) -> Answer:
    return Answer(Rich(decided.text), alert=decided.text)


def _report(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    return report(tx, context, call, comment, (call.text.text or call.argument).strip())


def _mark(action: str) -> Handler:
    def handler(tx: Tx, context: Context, call: Call) -> Answer:
        off = ("off", call.t("off").casefold())
        if call.word().casefold() in off:
            call.take()
            comment = comment_of(tx, context, call)
            return _told(mark(tx, context, call.actor, action, comment, on=False))
        comment = comment_of(tx, context, call)
        on = call.take().casefold() not in off
        return _told(mark(tx, context, call.actor, action, comment, on=on))

    return handler


def _move(tx: Tx, context: Context, call: Call) -> Answer:
    """`/move #12 #7` or `/move #12 0`; in reply to the comment, `/move #7`."""
    words = call.argument.split()
    replied = len(words) < 2 and call.message is not None
    if not words or (len(words) < 2 and not replied):
        raise UserError(call.t("Which comment, and what does it answer? For example /move #12 #7,"
                               " or /move #12 0 for the article itself."))  # fmt: skip
    named, call.argument = call.argument, "" if replied else call.argument
    comment = comment_of(tx, context, call)
    call.argument = named if replied else call.argument
    if call.word() in ("0", "#0"):
        return _told(move(tx, context, call.actor, comment, None))
    beside = _beside(tx, call, comment)
    return _told(move(tx, context, call.actor, comment, comment_of(tx, context, beside)))


def _merge(tx: Tx, context: Context, call: Call) -> Answer:
    words = call.argument.split()
    if len(words) != 2:
        raise UserError(call.t("Which articles? First the one to keep: /merge 3 4."))
    first = article_of(tx, context, replace(call, argument=words[0]))
    second = article_of(tx, context, replace(call, argument=words[1]))
    return _told(merge(tx, context, call.actor, first, second))


def _beside(tx: Tx, call: Call, comment: int) -> Call:
    """The same call, where a bare #7 means one of the comment's own thread."""
    word = call.word()
    article = comment_row(tx, comment)["article"]
    argument = f"{article}{word}" if word.startswith("#") else word
    return replace(call, argument=argument, message=None)


def _slow(tx: Tx, context: Context, call: Call) -> Answer:
    """`/slow 3 5m`, or `/slow 5m` in the thread; without a time, how it is."""
    words = call.argument.split()
    known = call.thread is not None or call.message is not None
    value = words[-1] if words and (known or len(words) > 1) else ""
    if value and not is_span(call.t, value) and len(words) == 1:
        value = ""
    call.argument = " ".join(words[:-1] if value else words)
    article = article_of(tx, context, call)
    if not value:
        row = tx.one("SELECT slow FROM article WHERE id = :id", {"id": article})
        now = row["slow"] if row is not None else 0
        words_now = slow_line(call.t, now, ours=False) if now else call.t("Slow mode is off.")
        return Answer(Rich(words_now))
    fields = {"slow": seconds_of(call.t, value), "slowed": None}
    return _told(change_article(tx, context, call.actor, "slow", article, fields))


HANDLERS: dict[str, Handler] = {
    "report": _report,
    "feature": _mark("feature"),
    "pin": _mark("pin"),
    "move": _move,
    "merge": _merge,
    "slow": _slow,
}
