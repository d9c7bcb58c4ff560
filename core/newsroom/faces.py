"""Views: what a delivery should show, in words, from the rows as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time

from core.i18n import Texts, texts
from core.model import Channel, Publication, State
from core.newsroom.context import Context
from core.newsroom.desk import beyond_cards
from core.ports import Row, Tx
from core.text.model import Rich, Style, bold, italic, join, link
from core.text.tools import first_words
from core.threads import PLACEHOLDER
from core.views import ArticleView, Button, CommentView, NoticeView, Rows, View

QUOTED = 80
"""Characters of a parent that a quoted line repeats."""


def face_of(
    tx: Tx, context: Context, channel: Channel, delivery: Row, *, quoted: bool
) -> View | None:
    """The view of a delivery that wants something; None = nothing is to be shown after all.

    quoted: the comment answers one that is not on this side, so a quoted line takes its place.
    """
    publication = context.house(tx).publications[channel.publication]
    subject_id = delivery["subject_id"]
    match delivery["subject"]:
        case "article" | "draft":
            return article_view(tx, context, publication, channel, subject_id)
        case "comment":
            face = delivery["shown_revision"]
            return comment_view(tx, context, publication, channel, subject_id, face, quoted=quoted)
        case "card":
            return card_view(tx, context, publication, subject_id)
        case "queue":
            return _queue_view(tx, publication, channel)
        case _:
            row = tx.one("SELECT text FROM notice WHERE id = :id", {"id": subject_id})
            return NoticeView(Rich.load(json.loads(row["text"]))) if row else None


def local(seconds: float, publication: Publication) -> datetime:
    """A time in the publication's zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(publication.zone))


def time_label(seconds: float, publication: Publication) -> str:
    """A comment's time label, H:MM in the publication's zone."""
    moment = local(seconds, publication)
    return f"{moment.hour}:{moment.minute:02}"


def article_view(
    tx: Tx, context: Context, publication: Publication, channel: Channel, article: int
) -> View | None:
    """An article as its channel shows it."""
    row = tx.one("SELECT * FROM article WHERE id = :id", {"id": article})
    if row is None:
        return None
    t = texts(row["language"] or publication.language)
    images = json.loads(row["images"])
    withdrawn = row["state"] == "withdrawn"
    words = italic(t("This article was withdrawn.")) if withdrawn else Rich()
    if withdrawn and row["reason"]:
        words = join((words, row["reason"]), "\n")
    return ArticleView(
        title=row["headline"],
        head=_article_head(t, publication, row),
        body=Rich.load(json.loads(row["body"])),
        read_on=link(t("Read on"), row["link"]),
        foot=_article_foot(tx, t, publication, channel, row),
        image=images[0][0] if images and not withdrawn else "",
        image_alt=images[0][1] if images and not withdrawn else "",
        labels=tuple(json.loads(row["labels"])),
        withdrawn=words,
        buttons=_article_buttons(t, channel, row),
    )


def _article_head(t: Texts, publication: Publication, row: Row) -> Rich:
    lines: list[Rich | str] = [link(row["headline"], row["link"]).dressed(Style.BOLD)]
    about = [row["byline"]] if row["byline"] else []
    if row["published"]:
        about.append(_date(local(row["published"], publication), t))
    if about:
        lines.append(" · ".join(about))
    if row["deck"]:
        lines.append(italic(row["deck"]))
    return join(lines, "\n")


def _date(moment: datetime, t: Texts) -> str:
    day = format_datetime(moment, "d MMMM y", locale=t.locale)
    return f"{day}, {format_time(moment, 'HH:mm', locale=t.locale)}"


def _article_foot(
    tx: Tx, t: Texts, publication: Publication, channel: Channel, row: Row
) -> Rich:
    lines: list[Rich | str] = [italic(_moderation_line(t, publication, channel, row))]
    others = tx.all(
        "SELECT t.link, c.platform FROM thread t JOIN channel c ON c.id = t.channel"
        " WHERE t.article = :a AND t.dead = 0 AND t.link <> '' AND c.platform <> :platform"
        " ORDER BY t.id",
        {"a": row["id"], "platform": channel.platform},
    )
    for other in others:
        where = other["platform"].capitalize()
        lines.append(link(t("The conversation on {platform}", platform=where), other["link"]))
    return join(lines, "\n")


def _moderation_line(t: Texts, publication: Publication, channel: Channel, row: Row) -> str:
    if row["locked"]:
        return t("Comments are closed.")
    mode = row["mode"] or publication.mode.value
    if channel.way == "door":
        return t("Comments are anonymous and are read before they appear.")
    return {
        "open": t("Comments are moderated."),
        "new": t("First comments are read before they stay."),
        "held": t("Comments are removed as soon as they are seen, read, and then published."),
        "held-soft": t("Comments stay here at once and are relayed after they were read."),
    }[mode]


def _article_buttons(t: Texts, channel: Channel, row: Row) -> Rows:
    if row["state"] == "draft":
        return (
            (
                Button(t("Publish"), "p" + row["token"], tone="good"),
                Button(t("Discard"), "d" + row["token"], tone="bad"),
            ),
        )
    policy = Button(t("Policy"), "policy", door=True)
    if channel.way == "door" and not row["locked"] and row["state"] == "published":
        return ((Button(t("Comment"), "c" + row["token"], door=True, tone="good"), policy),)
    return ((policy,),)


def comment_view(
    tx: Tx,
    context: Context,
    publication: Publication,
    channel: Channel,
    comment: int,
    face: int,
    *,
    quoted: bool,
) -> View | None:
    """Our copy of a comment: `face` is the revision to show, or PLACEHOLDER."""
    row = tx.one(
        "SELECT c.*, a.locked, r.text, r.attachments FROM comment c JOIN article a"
        " ON a.id = c.article LEFT JOIN revision r ON r.comment = c.id AND r.number = :face"
        " WHERE c.id = :id",
        {"id": comment, "face": face},
    )
    if row is None:
        return None
    t = texts(publication.language)
    if face == PLACEHOLDER:
        return CommentView(
            number=row["number"],
            name="",
            head=Rich(f"#{row['number']}"),
            text=italic(t("This comment was removed.")),
        )
    if row["text"] is None:
        return None
    return CommentView(
        number=row["number"],
        name=row["name"],
        head=comment_head(row),
        text=Rich.load(json.loads(row["text"])),
        quote=_quote(tx, t, row) if quoted else Rich(),
        notes=_notes(tx, t, row, face),
        buttons=_comment_buttons(t, channel, row),
    )


def comment_head(row: Mapping[str, Any] | Row) -> Rich:
    """"#12 Ana · Discord": number, shown name, where it comes from."""
    where = f" · {row['platform'].capitalize()}" if row["platform"] else ""
    return Rich(f"#{row['number']} ") + bold(row["name"]) + where


def _quote(tx: Tx, t: Texts, row: Row) -> Rich:
    parent = tx.one(
        "SELECT c.number, c.name, c.state, c.shown, r.text FROM comment c LEFT JOIN revision r"
        " ON r.comment = c.id AND r.number = c.shown WHERE c.id = :id",
        {"id": row["parent"]},
    )
    if parent is None:
        return Rich()
    head = f"#{parent['number']}"
    if parent["text"] is None or parent["state"] not in (State.PUBLISHED, State.HELD):
        return Rich(head)
    words = first_words(Rich.load(json.loads(parent["text"])), QUOTED)
    return Rich(f"{head} {parent['name']}: {words}")


def _notes(tx: Tx, t: Texts, row: Row, face: int) -> Rich:
    lines: list[Rich | str] = []
    if pieces := json.loads(row["attachments"]):
        lines.append(italic(t("Attached: {what}", what=_pieces(t, pieces))))
    by_desk = tx.one(
        "SELECT 1 FROM decision WHERE comment = :c AND action = 'edit' AND revision = :r",
        {"c": row["id"], "r": face},
    )
    if by_desk is not None:
        lines.append(italic(t("edited by the desk")))
    elif face > 1:
        lines.append(italic(t("edited")))
    return join(lines, "\n")


def _pieces(t: Texts, pieces: list[list[Any]]) -> str:
    names = {
        "photo": t("photo"),
        "video": t("video"),
        "animation": t("animation"),
        "voice": t("voice message"),
        "audio": t("audio"),
        "file": t("file"),
        "sticker": t("sticker"),
        "poll": t("poll"),
        "location": t("location"),
        "contact": t("contact"),
    }
    words = []
    for kind, name, _size in pieces:
        known = names.get(kind, t("something that cannot be shown here"))
        words.append(f"{known} “{name}”" if name and kind in ("file", "audio") else known)
    return ", ".join(words)


def _comment_buttons(t: Texts, channel: Channel, row: Row) -> Rows:
    if channel.way != "door" or row["locked"]:
        return ()
    return ((Button(t("Reply"), "c" + row["token"], door=True),),)


def card_view(tx: Tx, context: Context, publication: Publication, comment: int) -> View | None:
    """A desk card: everything a decision needs, and after it what was decided, with Undo."""
    row = tx.one(
        "SELECT c.*, a.headline, a.link, r.text, r.attachments, r.verdicts FROM comment c"
        " JOIN article a ON a.id = c.article JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if row is None:
        return None
    t = texts(publication.language)
    decision = _last_decision(tx, comment)
    lines: list[Rich | str] = [
        _card_title(t, row),
        Rich("") + t("in") + " " + link(row["headline"], row["link"]),
    ]
    if row["parent"] is not None:
        lines.append(t("in reply to") + " " + _quote(tx, t, row).text)
    lines.append("")
    lines.append(Rich.load(json.loads(row["text"])))
    if pieces := json.loads(row["attachments"]):
        lines.append(italic(t("Attached: {what}", what=_pieces(t, pieces))))
    lines.append("")
    lines.append(_author_line(tx, t, publication, row["author"]))
    if row["state"] == State.HELD:
        reasons = [f"{check}: {reason}" for check, _, reason in json.loads(row["verdicts"])]
        if reasons:
            lines.append(italic(t("Held because") + " " + "; ".join(reasons)))
        return NoticeView(join(lines, "\n"), _card_buttons(t, row))
    lines.append(_outcome_line(t, row, decision))
    return NoticeView(join(lines, "\n"), _undo_buttons(t, decision))


def _card_title(t: Texts, row: Row) -> Rich:
    if row["state"] == State.HELD and row["shown"]:
        return bold(t("Changed comment waits")) + " · " + comment_head(row)
    if row["state"] == State.HELD:
        return bold(t("Comment waits")) + " · " + comment_head(row)
    return comment_head(row)


def _author_line(tx: Tx, t: Texts, publication: Publication, author: str) -> Rich:
    row = tx.one(
        "SELECT published, rejected, standing FROM author WHERE publication = :p AND tag = :tag",
        {"p": publication.id, "tag": author},
    )
    published, refused = (row["published"], row["rejected"]) if row else (0, 0)
    words = t("Author: {published} published, {rejected} rejected",
              published=published, rejected=refused)  # fmt: skip
    if row is not None and row["standing"] != "ordinary":
        words += f" · {row['standing']}"
    return Rich(words)


REASONS = ("off topic", "insult", "spam", "danger to people", "unfounded", "other")
"""What a comment can be rejected for; buttons carry the position."""


def reason_words(t: Texts, reason: str) -> str:
    """A listed reason in the reader's language; free words as they are."""
    listed = {
        "off topic": t("off topic"),
        "insult": t("insult"),
        "spam": t("spam"),
        "danger to people": t("danger to people"),
        "unfounded": t("unfounded"),
        "other": t("other"),
    }
    return listed.get(reason, reason)


def _card_buttons(t: Texts, row: Row) -> Rows:
    base = f"k{row['token']}:{row['revision']}:"
    return (
        (
            Button(t("Approve"), base + "a", tone="good"),
            Button(t("Reject"), base + "r", tone="bad"),
        ),
        (
            Button(t("Approve and trust"), base + "t"),
            Button(t("Ban"), base + "b", tone="bad"),
        ),
    )


def reject_menu(t: Texts, token: str, revision: int) -> Rows:
    """The list of reasons, and the way back."""
    base = f"k{token}:{revision}:"
    buttons = [
        Button(reason_words(t, reason), f"{base}r{position}", tone="bad")
        for position, reason in enumerate(REASONS)
    ]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return (*rows, (Button(t("Back"), base + "m"),))


def card_rows(tx: Tx, context: Context, publication: Publication, comment: int) -> Rows:
    """The buttons that a card has now."""
    view = card_view(tx, context, publication, comment)
    return view.buttons if isinstance(view, NoticeView) else ()


def _last_decision(tx: Tx, comment: int) -> Row | None:
    return tx.one(
        "SELECT * FROM decision WHERE comment = :c ORDER BY id DESC LIMIT 1", {"c": comment}
    )


def _outcome_line(t: Texts, row: Row, decision: Row | None) -> Rich:
    if row["state"] == State.WITHDRAWN:
        return bold(t("Withdrawn by its author."))
    words = {
        State.PUBLISHED: t("Published"),
        State.REJECTED: t("Rejected"),
        State.REMOVED: t("Removed"),
    }.get(State(row["state"]), str(row["state"]))
    if decision is None:
        return bold(words)
    outcome = bold(words) + " " + t("by {name}", name=decision["actor_name"])
    if decision["reason"]:
        outcome = outcome + ": " + reason_words(t, decision["reason"])
    return outcome


def _undo_buttons(t: Texts, decision: Row | None) -> Rows:
    if decision is None or decision["undoes"] is not None:
        return ()
    return ((Button(t("Undo"), "u" + decision["token"]),),)


def _queue_view(tx: Tx, publication: Publication, channel: Channel) -> View | None:
    beyond = beyond_cards(tx, publication.id, channel.id)
    if not beyond:
        return None
    t = texts(publication.language)
    words = t.n("{n} more comment waits: /queue", "{n} more comments wait: /queue", beyond)
    return NoticeView(Rich(words))
