"""Past decisions, as pages of lines: all of a publication's, or those of one moderator, of one
author, under one article, or on one comment.

A decision's number is its case number. The numbers are given over all publications of the house,
so one publication's list may skip some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from core.errors import UserError
from core.i18n import Texts
from core.model import Publication, Purpose
from core.newsroom.authors.lifting import author_signed
from core.newsroom.comments.labels import moment
from core.newsroom.context import Context
from core.newsroom.decisions.action_words import action_words, detail_words, subject_words
from core.newsroom.decisions.deciders import APPEALED, decider
from core.newsroom.desks.card_menus import reason_words
from core.newsroom.target import Call, answered, article_of, comment_of, whole
from core.ports import Row, Tx
from core.text.model import Rich, bold, join
from core.views import Answer, Button

PAGE = 15
"""Lines of one page."""
ACROSS = 5
"""Undo buttons beside each other."""


@dataclass(frozen=True, slots=True)
class About:
    """What a history is of; everything empty = the whole publication.

    actors: the tags of a moderator (as `decision.actor`; a person who moderates on two platforms
    has two). author: a tag. article, comment: ids. key: what names it in a button: a letter, and
    the random token of a row that leads back to it.
    """

    actors: tuple[str, ...] = ()
    author: str = ""
    article: int | None = None
    comment: int | None = None
    key: str = "*"


EVERYTHING = About()
_SIGN = re.compile(r"[a-z2-9]{5}")

_SELECT = (
    "SELECT d.*, c.number, u.id AS undone_by FROM decision d LEFT JOIN comment c"
    " ON c.id = d.comment LEFT JOIN decision u ON u.undoes = d.id WHERE d.publication = :p"
)


def rows(tx: Tx, publication: int, about: About, most: int, skip: int = 0) -> list[Row]:
    """Decisions, newest first: each row of `decision`, with the comment's number and `undone_by`
    (the decision that took it back) or None."""
    where, values = _where(about)
    return tx.all(
        f"{_SELECT}{where} ORDER BY d.id DESC LIMIT :most OFFSET :skip",
        {"p": publication, "most": most, "skip": skip, **values},
    )


def _where(about: About) -> tuple[str, dict[str, Any]]:
    named = {"author": about.author or None, "article": about.article, "comment": about.comment}
    values: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    where = "".join(f" AND d.{name} = :{name}" for name in values)
    if about.actors:
        actors = {f"actor{n}": actor for n, actor in enumerate(about.actors)}
        where += f" AND d.actor IN ({', '.join(f':{name}' for name in actors)})"
        where += f" AND NOT EXISTS ({APPEALED.format(comment='d.comment')})"
        values |= actors
    return where, values


def can_be_undone(row: Row) -> bool:
    """Whether a row of `rows` may offer Undo; whether what it changed still stands is asked when
    somebody presses it."""
    return row["undoes"] is None and row["undone_by"] is None and row["after"] != "{}"


def line(tx: Tx, t: Texts, publication: Publication, row: Row) -> Rich:
    """One decision in one line, with the time in the publication's zone."""
    when = moment(t, row["at"], publication)
    about, until = subject_words(row), detail_words(t, publication, row)
    about = " ".join(one for one in (action_words(t, row["action"]), about, until) if one)
    undone = f" ({t('takes back')} {row['undoes']})" if row["undoes"] else ""
    if row["undone_by"]:
        undone = f" ({t('taken back by')} {row['undone_by']})"
    reason = f": {reason_words(t, row['reason'])}" if row["reason"] else ""
    what = f" {when} {about}{undone} · {decider(tx, t, row)}{reason}"
    return bold(str(row["id"])) + what


# What somebody asks for


def asked(tx: Tx, context: Context, call: Call) -> tuple[About, int]:
    """What `moderator NAME | author #12 | article 3 | #12`, the message replied to or nothing
    names, and which page (1 = the newest). Raises UserError."""
    word = call.word().lower()
    if word == "moderator":
        call.take()
        return _by_moderator(tx, call)
    if word == "author":
        call.take()
        about = _by_author(tx, context, call)
    elif word == "article":
        call.take()
        about = _article(tx, article_of(tx, context, call))
    elif "#" in word or "://" in word:
        about = _comment(tx, comment_of(tx, context, call))
    else:
        comment = answered(tx, call)
        about = EVERYTHING if comment is None else _comment(tx, comment)
    word = call.take() or "1"
    page = whole(word)
    if not page:
        raise UserError(
            call.t("Write /history alone, or with moderator NAME, author #12, author SIGN, banned,"
                   " article 3 or #12 behind it, and the number of a page.")
        )  # fmt: skip
    return about, page


def _by_author(tx: Tx, context: Context, call: Call) -> About:
    """By a comment of theirs, or by their sign, which also leads to who has none left."""
    word, publication = call.word(), call.publication or 0
    if _SIGN.fullmatch(word.lower()) is None:
        return author_of(tx, call, comment_of(tx, context, call))
    return _signed(tx, context, call.t, publication, call.take())


def _signed(tx: Tx, context: Context, t: Texts, publication: int, sign: str) -> About:
    author = author_signed(tx, context, t, publication, sign)
    return About(author=author, key="s" + sign.lower())


def _by_moderator(tx: Tx, call: Call) -> tuple[About, int]:
    words = call.argument.split()
    page = whole(words[-1]) if len(words) > 1 else None
    name = " ".join(words if page is None else words[:-1]) or call.actor.name
    about = _moderator(tx, call.publication or 0, name)
    if about is None:
        raise UserError(call.t("Nothing here was decided by {name}.", name=name[:64]))
    return about, page or 1


def _moderator(tx: Tx, publication: int, name: str) -> About | None:
    """By the name that the log shows, whole or its beginning, in any case of letters."""
    known = tx.all(
        "SELECT actor, actor_name, max(token) AS token FROM decision WHERE publication = :p"
        " GROUP BY actor, actor_name",
        {"p": publication},
    )
    wanted = name.casefold()
    found = [row for row in known if row["actor_name"].casefold() == wanted] or [
        row for row in known if row["actor_name"].casefold().startswith(wanted)
    ]
    if not found:
        return None
    return About(tuple({row["actor"] for row in found}), key="m" + found[0]["token"])


def author_of(tx: Tx, call: Call, comment: int) -> About:
    """Everything that was decided about the author of a comment. Raises UserError where nobody
    knows any more who that was."""
    row = tx.one("SELECT author, token FROM comment WHERE id = :id", {"id": comment})
    if row is None or not row["author"]:
        raise UserError(call.t("Who wrote this is not known any more."))
    return About(author=row["author"], key="u" + row["token"])


def _article(tx: Tx, article: int) -> About:
    row = tx.one("SELECT token FROM article WHERE id = :id", {"id": article})
    return About(article=article, key=f"a{row['token']}" if row else "*")


def _comment(tx: Tx, comment: int) -> About:
    row = tx.one("SELECT token FROM comment WHERE id = :id", {"id": comment})
    return About(comment=comment, key=f"c{row['token']}" if row else "*")


# Pages


def listing(tx: Tx, call: Call, publication: Publication, about: About, page: int) -> Answer:
    """One page, with buttons to the pages beside it."""
    found = rows(tx, publication.id, about, PAGE + 1, (page - 1) * PAGE)
    if not found:
        none = call.t("Nothing was decided yet.")
        return Answer(Rich(none if page == 1 else call.t("There is nothing older.")))
    lines: list[Rich | str] = [line(tx, call.t, publication, row) for row in found[:PAGE]]
    beside = []
    if page > 1:
        beside.append(Button(call.t("Newer"), f"h{about.key}:{page - 1}"))
    if len(found) > PAGE:
        beside.append(Button(call.t("Older"), f"h{about.key}:{page + 1}"))
        lines.append(call.t("For older ones, write {page} behind the same words.", page=page + 1))
    back = [
        Button(f"↶ {row['id']}", f"u{row['token']}") for row in found[:PAGE] if can_be_undone(row)
    ]
    undos = [tuple(back[i : i + ACROSS]) for i in range(0, len(back), ACROSS)]
    rows_ = (*undos, tuple(beside)) if beside else tuple(undos)
    return Answer(join(lines, "\n"), buttons=rows_)


def pressed(tx: Tx, context: Context, call: Call, publication: Publication, rest: str) -> Answer:
    """The button of another page: `key:page`. Raises UserError for a forged one."""
    key, _, number = rest.partition(":")
    page, about = whole(number), _named(tx, context, call, publication.id, key)
    if about is None or not page:
        raise UserError(call.t("This button does nothing any more."))
    at_desk = call.channel is not None and call.channel.purpose == Purpose.DESK
    return replace(listing(tx, call, publication, about, page), public=at_desk)


_OWNERS = {
    "a": "SELECT id, publication FROM article WHERE token = :token",
    "c": "SELECT c.id, a.publication FROM comment c JOIN article a ON a.id = c.article"
    " WHERE c.token = :token",
    "m": "SELECT actor_name AS id, publication FROM decision WHERE token = :token",
}


def _named(tx: Tx, context: Context, call: Call, publication: int, key: str) -> About | None:
    """What a button's key names, None for one that leads nowhere in this publication."""
    kind, token = key[:1], key[1:]
    if key == EVERYTHING.key:
        return EVERYTHING
    if kind == "s":
        return _signed(tx, context, call.t, publication, token)
    query = _OWNERS.get("c" if kind == "u" else kind)
    row = tx.one(query, {"token": token}) if query else None
    if row is None or row["publication"] != publication:
        return None
    if kind == "m":
        return _moderator(tx, publication, row["id"])
    if kind == "u":
        return author_of(tx, call, row["id"])
    return _article(tx, row["id"]) if kind == "a" else _comment(tx, row["id"])
