"""Every command of `core.commands`, as a function from a call to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from core.command_names import command_name
from core.commands import BY_NAME, COMMANDS, Command
from core.errors import UserError
from core.i18n import Texts
from core.model import Mode, Publication, Purpose, Role, State
from core.newsroom.authors import addresses, lifting, privacy, warned
from core.newsroom.authors.standing_line import standing_line
from core.newsroom.comments import door
from core.newsroom.comments.albums import newest, words_of
from core.newsroom.comments.amending import edit_and_approve
from core.newsroom.comments.intake import revise, withdraw
from core.newsroom.comments.learning import SPAM, lessons
from core.newsroom.context import Context
from core.newsroom.decisions import history, roles
from core.newsroom.decisions.decide import (
    change_article,
    change_option,
    change_policy,
    comment_row,
    decide_comment,
)
from core.newsroom.decisions.log import Decided, undo, undoable
from core.newsroom.desks import appeals, second_look
from core.newsroom.desks.notes import note
from core.newsroom.desks.queue_page import queue_command
from core.newsroom.outgoing import deliveries
from core.newsroom.publishing import articles, asked, thread_commands
from core.newsroom.publishing.pictures import show_pictures
from core.newsroom.setup.words import words
from core.newsroom.target import Call, article_of, comment_of, subject_of, whole
from core.options import OPTIONS, Option, Options
from core.options import words as option_words
from core.ports import Tx
from core.text.model import Rich, bold, join
from core.text.tools import strip
from core.views import Answer

_SPAN = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)\s?([hd]?)")
"""A time as people write it behind /mute."""
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
    needed = Role(command.who)
    call.require(needed)
    if needed != Role.READER and call.publication is None:
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


_ON_PLATFORM = re.compile(r"(?:^|\s)[-–—]{1,2}on-platform(?=\s|$)", re.IGNORECASE)
"""As phones write it, too, which make one dash of two."""


def _on_platform(call: Call) -> bool:
    """Whether the platform's own means are asked for; taken out of the argument."""
    call.argument, found = _ON_PLATFORM.subn("", call.argument, count=1)
    return bool(found)


def _ban(tx: Tx, context: Context, call: Call) -> Answer:
    on_platform = _on_platform(call)
    comment = comment_of(tx, context, call)
    reason = call.argument.strip()[:500]
    return _told(decide_comment(tx, context, call.actor, "ban", comment, reason=reason,
                                on_platform=on_platform))  # fmt: skip


def _unban(tx: Tx, context: Context, call: Call) -> Answer:
    if call.word().lower() != "author":
        return _decision("unban")(tx, context, call)
    call.take()
    publication = publication_of(tx, context, call).id
    author = lifting.author_signed(tx, context, call.t, publication, call.take())
    return _told(lifting.lift(tx, context, call.actor, publication, author))


def _mute(tx: Tx, context: Context, call: Call) -> Answer:
    on_platform = _on_platform(call)
    comment = comment_of(tx, context, call)
    hours = _hours(call.take() or "24")
    if not 0 < hours <= 24 * 366:
        raise UserError(
            call.t("For how long? Write hours or days, for example /mute #12 24 or /mute #12 7d.")
        )
    return _told(decide_comment(tx, context, call.actor, "mute", comment, hours=hours,
                                on_platform=on_platform))  # fmt: skip


def _hours(word: str) -> float:
    """ "24", "24h" or "7d"; -1 for anything else."""
    found = _SPAN.fullmatch(word.lower())
    return float(found[1].replace(",", ".")) * (24 if found[2] == "d" else 1) if found else -1.0


def _warn(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    points = whole(call.word())
    if points is not None:
        call.take()
    if points is not None and not 1 <= points <= warned.MOST:
        raise UserError(call.t("A warning has 1 to {n} points.", n=warned.MOST))
    reason = call.argument.strip()[:500]
    return _told(warned.warn(tx, context, call.actor, comment, points or 1, reason))


def _spam(tx: Tx, context: Context, call: Call) -> Answer:
    """Taken down where it stands or waits; what is down already teaches alone."""
    comment = comment_of(tx, context, call)
    state = comment_row(tx, comment)["state"]
    action = {State.HELD: "reject", State.PUBLISHED: "remove"}.get(State(state), "spam")
    if action == "spam" and not lessons(tx, comment_row(tx, comment), action, SPAM):
        raise UserError(call.t("That is so already."))
    return _told(decide_comment(tx, context, call.actor, action, comment, reason=SPAM))


def _undo(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    word = call.take().lstrip("#")
    decision = whole(word) if word else undoable(tx, publication.id, call.actor)
    if word and decision is None:
        raise UserError(call.t("Which decision? /history tells the numbers."))
    if decision is None:
        raise UserError(call.t("There is nothing of yours to take back."))
    row = tx.one("SELECT publication FROM decision WHERE id = :id", {"id": decision})
    if row is None or row["publication"] != publication.id:
        raise UserError(call.t("There is no decision {n} here. /history tells the numbers.",
                               n=decision))  # fmt: skip
    return _told(undo(tx, context, call.actor, decision, call.role))


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


def _pictures(tx: Tx, context: Context, call: Call) -> Answer:
    return _told(show_pictures(tx, context, call.actor, article_of(tx, context, call)))


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
        call.require(Role.EDITOR)
        door.require_short(call, text)
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
    heads = _headings(call.t)
    for command in COMMANDS:
        if call.role.covers(Role(command.who)):
            if command.name in heads:
                lines += ["", bold(heads[command.name])]
            lines.append(bold(_usage(context, call, command)) + " · " + call.t(command.description))
    lines.append("")
    lines.append(
        call.t("A comment is named by replying to it, by #12 in its thread, by 3#12 (comment 12"
               " of article 3), or by a link.")
    )  # fmt: skip
    lines.append(
        call.t("Telegram does not tell me when you delete a comment there: use /delete in reply"
               " to it, or change it to a single dot.")
    )  # fmt: skip
    known = context.capabilities.get(call.platform)
    if known is None or known.tells_strangers:
        return Answer(join(lines, "\n"))
    lines.append(told_here(call.t))
    return Answer(
        join(lines, "\n"),
        alert=call.t("To read what I can do, and to hear what becomes of your comment, open a chat"
                     " with me."),
    )  # fmt: skip


def _headings(t: Texts) -> dict[str, str]:
    """What stands above a moderator's command that begins a part of the list."""
    return {
        "queue": t("Comments"),
        "trust": t("Authors"),
        "feature": t("Threads"),
        "options": t("The publication"),
    }


def told_here(t: Texts) -> str:
    """That the direct chat, once open, is where authors are told what becomes of their comments."""
    return t("In our direct chat I tell you what becomes of your comments. /notify off ends that.")


def _usage(context: Context, call: Call, command: Command) -> str:
    """A command as it is written, by the name under which the platform lists it."""
    known = context.capabilities.get(call.platform)
    name = command.name
    if known is not None and known.names_commands:
        name = command_name(call.picker, name)
    argument = call.t(command.argument)
    return " ".join(filter(None, (f"/{name}", _target_hint(command.target), argument)))


def _target_hint(target: str) -> str:
    return {"comment": "#12", "article": "[3]", "subject": "[#12|3]"}.get(target, "")


def _history(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    if call.word().lower() == "banned":
        call.take()
        page = max(1, whole(call.take()) or 1)
        return lifting.restricted(tx, context, call.t, publication, page, history.PAGE)
    about, page = history.asked(tx, context, call)
    listed = history.listing(tx, call, publication, about, page)
    if not about.author or page > 1:
        return listed
    head = standing_line(tx, context, call.t, publication, about.author)
    return replace(listed, text=join([head, listed.text], "\n"))


def _counted(tx: Tx, context: Context, call: Call) -> Answer:
    """Numbers are counted outside of the transaction: see `core.newsroom.outside`."""
    raise UserError(call.t("Use this at the desk or in an article's thread."))


def _options(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    name = call.take()
    if name and call.argument.strip():
        words = call.argument
        return _told(change_option(tx, context, call.actor, publication.id, name, words))
    if name and name not in OPTIONS:
        raise UserError(call.t("There is no option “{name}”. /options lists them.", name=name[:40]))
    chosen = [OPTIONS[name]] if name else list(OPTIONS.values())
    lines = [_option_line(call.t, publication.options, option) for option in chosen]
    return Answer(join(lines, "\n"))


def _option_line(t: Texts, options: Options, option: Option) -> Rich:
    value = option_words(t, getattr(options, option.name))
    return bold(f"{option.name} {value}") + " · " + t(option.about)


def _why(tx: Tx, context: Context, call: Call) -> Answer:
    subject, number = subject_of(tx, context, call)
    return Answer(deliveries.report(tx, context, call.actor.language, subject, number))


def _replay(tx: Tx, context: Context, call: Call) -> Answer:
    publication = publication_of(tx, context, call)
    at_desk = call.channel is None or call.channel.purpose == Purpose.DESK
    everything = not call.word() and call.message is None and at_desk
    about = ("", 0) if everything else subject_of(tx, context, call)
    again = deliveries.replay(tx, publication.id, *about)
    if not again:
        return Answer(Rich(call.t("Nothing was refused.")))
    return Answer(Rich(call.t.n("{n} delivery is tried again.", "{n} deliveries are tried again.",
                                again)))  # fmt: skip


def _edit(tx: Tx, context: Context, call: Call) -> Answer:
    comment = _own(tx, context, call)
    text = _written(call)
    if not text and not call.attachments:
        raise UserError(call.t("Write the new text behind the command."))
    door.require_short(call, text.text)
    if comment_row(tx, comment)["state"] not in (State.HELD, State.PUBLISHED):
        raise UserError(call.t("It is not up any more."))
    pieces = door.attach_anew(tx, context, call, comment) if call.attachments else None
    if revise(tx, context, comment, text or words_of(newest(tx, comment)), pieces) is None:
        return Answer(Rich(call.t("That is what it says already.")))
    row = comment_row(tx, comment)
    if row["state"] == State.HELD:
        return Answer(Rich(call.t("Thank you. Your new text waits for a moderator.")))
    if row["shown"] != row["revision"]:
        return Answer(Rich(call.t("Your new text was not accepted.")))
    return Answer(Rich(call.t("Changed.")))


def _amend(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    return _told(edit_and_approve(tx, context, call.actor, comment, _written(call)))


def _note(tx: Tx, context: Context, call: Call) -> Answer:
    comment = comment_of(tx, context, call)
    return _told(note(tx, context, call.actor, comment, call.argument))


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
    door.require_readable(call, row)
    draft = door.written(call, _written(call))
    if not draft.text and not draft.attachments:
        return door.open_door(tx, context, call, row["article"], comment)
    return door.offer(tx, context, call, row["article"], comment, draft)


def _appeal(tx: Tx, context: Context, call: Call) -> Answer:
    return appeals.by_command(tx, context, call, _own(tx, context, call))


def _deny(tx: Tx, context: Context, call: Call) -> Answer:
    return _told(second_look.by_command(tx, context, call, comment_of(tx, context, call)))


def _notify(tx: Tx, context: Context, call: Call) -> Answer:
    word = call.take().lower()
    if not call.tag:
        raise UserError(call.t("I cannot see who you are; send this to me directly."))
    if word in ("on", "off"):
        addresses.be_quiet(tx, context, call.tag, word == "off")
    elif word:
        raise UserError(call.t("Write /notify on or /notify off."))
    if addresses.is_quiet(tx, call.tag):
        return Answer(Rich(call.t("I tell you nothing about your comments. /notify on changes"
                                  " that.")))  # fmt: skip
    return Answer(Rich(call.t("I tell you privately what becomes of your comments, where I can."
                              " /notify off changes that.")))  # fmt: skip


def _publish(tx: Tx, context: Context, call: Call) -> Answer:
    """The address is read afterwards: see `core.workers`."""
    publication = publication_of(tx, context, call)
    url = call.take()
    if not url:
        raise UserError(call.t("Which address? For example /publish https://example.org/report"))
    asked.ask(tx, context, call.t, publication.id, url)
    words = call.t("I am reading it; a preview will appear at the desk.")
    return Answer(Rich(words), alert=words)


def _connect(tx: Tx, context: Context, call: Call) -> Answer:
    """Connecting asks the platform first: see `Newsroom.handle`."""
    raise UserError(call.t("Use the code that the command line showed: /connect CODE"))


HANDLERS: dict[str, Handler] = {
    "help": _help,
    "policy": _policy,
    "edit": _edit,
    "delete": _delete,
    "reply": _reply,
    "appeal": _appeal,
    "notify": _notify,
    "deny": _deny,
    "privacy": privacy.privacy,
    "export": privacy.export,
    "forget": privacy.forget,
    "queue": queue_command,
    "approve": _decision("approve"),
    "amend": _amend,
    "note": _note,
    "reject": _decision("reject"),
    "spam": _spam,
    "remove": _decision("remove"),
    "restore": _decision("restore"),
    "undo": _undo,
    "trust": _decision("trust"),
    "premoderate": _decision("premoderate"),
    "warn": _warn,
    "mute": _mute,
    "ban": _ban,
    "unban": _unban,
    "lock": _article("lock", {"locked": 1}),
    "unlock": _unlock,
    "close": _article("close", {"locked": 2}),
    "mode": _mode,
    "publish": _publish,
    "pictures": _pictures,
    "retract": _retract,
    "options": _options,
    "words": words,
    "why": _why,
    "replay": _replay,
    "moderators": roles.moderators,
    "history": _history,
    "stats": _counted,
    "transparency": _counted,
    "connect": _connect,
    **thread_commands.HANDLERS,
}
