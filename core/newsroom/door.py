"""The door: commenting through the bot, under a pseudonym."""

from __future__ import annotations

import json

from core.authors import pseudonym
from core.errors import UserError
from core.model import Channel, Purpose
from core.newsroom.context import Context, dumps
from core.newsroom.decide import comment_row
from core.newsroom.faces import language_of
from core.newsroom.intake import add_comment, examine
from core.newsroom.plan import plan_fresh
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich, bold, italic, join
from core.text.tools import first_words
from core.views import Answer, Button

LIMIT = 3500
"""Characters of a comment that comes through the door."""


def by_token(tx: Tx, token: str) -> tuple[int, int | None] | None:
    """(article, parent comment or None) behind a door's random token, None for a forged one."""
    row = tx.one("SELECT id FROM article WHERE token = :token", {"token": token})
    if row is not None:
        return row["id"], None
    row = tx.one("SELECT id, article FROM comment WHERE token = :token", {"token": token})
    return (row["article"], row["id"]) if row is not None else None


def _door_here(tx: Tx, context: Context, call: Call, publication: int) -> Channel | None:
    """The door that somebody stands before, or any of their platform for the direct chat."""
    here = call.channel
    doors = [c for c in context.house(tx).of(publication, Purpose.DISCUSS) if c.way == "door"]
    if here is not None and here in doors:
        return here
    return next((c for c in doors if c.platform == call.platform), None)


def _article(tx: Tx, call: Call, article: int) -> Row:
    row = tx.one(
        "SELECT id AS article, publication, mode, locked, state, names_key, language, headline"
        " FROM article WHERE id = :id",
        {"id": article},
    )
    if row is None or row["state"] != "published" or row["locked"]:
        raise UserError(call.t("Comments are closed here."))
    return row


def _enter(tx: Tx, context: Context, call: Call, article: int) -> tuple[Row, Channel, str]:
    """(article, channel, the pseudonym). Raises UserError where there is no door."""
    row = _article(tx, call, article)
    channel = _door_here(tx, context, call, row["publication"])
    if channel is None or not call.tag:
        raise UserError(call.t("Write your comment in the thread itself."))
    publication = context.house(tx).publications[row["publication"]]
    language = language_of(publication, row["language"])
    name = _free_name(tx, row, call.tag, pseudonym(row["names_key"], call.tag, language))
    return row, channel, name


def _free_name(tx: Tx, article: Row, author: str, name: str) -> str:
    """The pseudonym, with a number where somebody else has it in this thread already."""
    own = tx.one(
        "SELECT name FROM comment WHERE article = :a AND author = :tag AND way = 'door' LIMIT 1",
        {"a": article["article"], "tag": author},
    )
    if own is not None:
        return str(own["name"])
    taken = {
        row["name"]
        for row in tx.all(
            "SELECT DISTINCT name FROM comment WHERE article = :a AND author <> :tag",
            {"a": article["article"], "tag": author},
        )
    }
    number, free = 2, name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def open_door(tx: Tx, context: Context, call: Call, article: int, parent: int | None) -> Answer:
    """Begin a comment in the direct chat: remember about what, ask for the words."""
    row, _, name = _enter(tx, context, call, article)
    tx.run("DELETE FROM door WHERE tag = :tag", {"tag": call.tag})
    tx.insert(
        "door",
        {
            "tag": call.tag,
            "token": context.clock.token(),
            "article": article,
            "parent": parent,
            "expires": context.clock.now() + context.rules.door_life,
        },
    )
    lines: list[Rich | str] = [
        call.t("You comment on “{headline}” as {name}.", headline=row["headline"], name=name)
    ]
    if parent is not None:
        lines.append(_about_parent(tx, call, parent))
    lines.append(call.t("Write your comment now. You will see it before it is sent."))
    return Answer(join(lines, "\n"))


def _about_parent(tx: Tx, call: Call, parent: int) -> Rich:
    row = comment_row(tx, parent)
    words = tx.one(
        "SELECT text FROM revision WHERE comment = :c AND number = :n",
        {"c": parent, "n": row["shown"]},
    )
    quoted = first_words(Rich.load(json.loads(words["text"])), 80) if words is not None else ""
    return italic(call.t("In reply to #{number} {name}: {words}",
                         number=row["number"], name=row["name"], words=quoted))  # fmt: skip


def words(tx: Tx, context: Context, call: Call) -> Answer:
    """Words in the direct chat: the comment that was asked for; shown back before it is sent."""
    row = tx.one(
        "SELECT * FROM door WHERE tag = :tag AND expires > :now",
        {"tag": call.tag, "now": context.clock.now()},
    )
    if row is None:
        return Answer(
            Rich(call.t("Press Comment under an article, or Reply on a comment, to write one."))
        )
    if not call.text:
        raise UserError(call.t("Only text can be sent here for now."))
    if len(call.text) > LIMIT:
        raise UserError(call.t("That is too long: at most {n} characters.", n=LIMIT))
    _, _, name = _enter(tx, context, call, row["article"])
    token = context.clock.token()  # so that Send under an earlier preview does nothing
    tx.run(
        "UPDATE door SET text = :text, token = :token WHERE tag = :tag",
        {"text": dumps(call.text.dump()), "token": token, "tag": call.tag},
    )
    text = join((bold(name), call.text), "\n")
    buttons = (
        (
            Button(call.t("Send"), "s" + token, tone="good"),
            Button(call.t("Cancel"), "x" + token),
        ),
    )
    return Answer(text, buttons=buttons)


def send(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The Send button below the preview."""
    row = tx.one(
        "SELECT * FROM door WHERE token = :token AND tag = :tag AND expires > :now",
        {"token": token, "tag": call.tag, "now": context.clock.now()},
    )
    if row is None:
        raise UserError(call.t("This is no longer waiting to be sent."))
    text = Rich.load(json.loads(row["text"]))
    answer = submit(tx, context, call, row["article"], row["parent"], text)
    tx.run("DELETE FROM door WHERE tag = :tag", {"tag": call.tag})
    return answer


def cancel(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The Cancel button: nothing was sent, the words are deleted."""
    tx.run(
        "DELETE FROM door WHERE token = :token AND tag = :tag", {"token": token, "tag": call.tag}
    )
    return Answer(Rich(call.t("Cancelled; nothing was sent.")), spent=True)


def submit(
    tx: Tx, context: Context, call: Call, article: int, parent: int | None, text: Rich
) -> Answer:
    """A comment through the door, judged like every other; the answer says what became of it."""
    if not text:
        raise UserError(call.t("A comment needs words."))
    if len(text) > LIMIT:
        raise UserError(call.t("That is too long: at most {n} characters.", n=LIMIT))
    row, channel, name = _enter(tx, context, call, article)
    publication = context.house(tx).publications[row["publication"]]
    found = examine(tx, context, publication, row, call.tag, text, ())
    comment = add_comment(
        tx, context, publication, row, channel=channel, author=call.tag, name=name,
        language=call.actor.language, posted_at=context.clock.now(), text=text, attachments=(),
        found=found, parent=parent, way="door",
    )  # fmt: skip
    plan_fresh(tx, comment)
    stored = comment_row(tx, comment.id)
    said = {
        "held": call.t("Thank you. Your comment waits for a moderator; you appear as {name}.",
                       name=name),
        "published": call.t("Thank you. You appear as {name}.", name=name),
    }.get(stored["state"], call.t("Your comment was not accepted."))  # fmt: skip
    if stored["state"] not in ("held", "published"):
        return Answer(Rich(said), alert=said, spent=True)
    own = f"{article}#{stored['number']}"
    how = call.t("It is number {own}. To change it, send me /edit {own} and the new words; to"
                 " withdraw it, /delete {own}.", own=own)  # fmt: skip
    return Answer(join((said, how), "\n"), spent=True)
