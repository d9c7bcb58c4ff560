"""Views: what a delivery should show, in words, from the rows as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from core.i18n import Texts, texts
from core.model import Channel, House, Publication, Purpose, State
from core.moderation.reasons import reason_text
from core.newsroom.context import Context
from core.newsroom.decide import deciding
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
            return _queue_view(publication, delivery["shown_revision"] - 1)
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
    t = texts(language_of(publication, row["language"]))
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
        foot=_article_foot(tx, t, context.house(tx), channel, row),
        image=images[0][0] if images and not withdrawn else "",
        image_alt=images[0][1] if images and not withdrawn else "",
        labels=tuple(json.loads(row["labels"])),
        withdrawn=words,
        buttons=_article_buttons(t, way_of(context.house(tx), channel), row),
    )


def language_of(publication: Publication, language: str) -> str:
    """An article's own language where it is one of its publication's, else the default."""
    known = {_base(tongue) for tongue in publication.languages}
    return language if _base(language) in known else publication.language


def _base(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def way_of(house: House, channel: Channel) -> str:
    """How people comment under what a channel shows: "chat", "door", or "" where its platform
    has no conversation. A channel's post is discussed in the group that it is forwarded to, or
    wherever its platform has the conversation."""
    if channel.purpose != Purpose.ANNOUNCE:
        return channel.way
    talking = [
        c for c in house.of(channel.publication, Purpose.DISCUSS) if c.platform == channel.platform
    ]
    ways = {c.way for c in talking if c.announce == channel.id} or {c.way for c in talking}
    return "door" if "door" in ways else next(iter(ways), "")


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
    day = format_date(moment, "long", locale=t.locale)
    return f"{day}, {format_time(moment, 'HH:mm', locale=t.locale)}"


def _article_foot(tx: Tx, t: Texts, house: House, channel: Channel, row: Row) -> Rich:
    publication = house.publications[channel.publication]
    mode = row["mode"] or publication.mode.value
    closed = row["locked"] or row["state"] == "withdrawn"
    line = _moderation_line(t, mode, "closed" if closed else way_of(house, channel))
    lines: list[Rich | str] = [italic(line)]
    return join([*lines, *_elsewhere(tx, t, channel, row["id"])], "\n")


def _elsewhere(tx: Tx, t: Texts, channel: Channel, article: int) -> list[Rich]:
    """Links to the article's other threads, by platform, and by title where that is not enough."""
    others = tx.all(
        "SELECT t.link, c.platform, c.title FROM thread t JOIN channel c ON c.id = t.channel"
        " WHERE t.article = :a AND t.dead = 0 AND t.link <> '' AND c.id <> :c"
        " AND (c.announce IS NULL OR c.announce <> :c) ORDER BY t.id",
        {"a": article, "c": channel.id},
    )
    platforms = [channel.platform, *(other["platform"] for other in others)]
    return [
        link(_where(t, other, alone=platforms.count(other["platform"]) == 1), other["link"])
        for other in others
    ]


def _where(t: Texts, other: Row, *, alone: bool) -> str:
    platform = other["platform"].capitalize()
    if alone or not other["title"]:
        return t("The conversation on {platform}", platform=platform)
    return t("The conversation on {platform}, {title}", platform=platform, title=other["title"])


def _moderation_line(t: Texts, mode: str, way: str) -> str:
    if way == "closed":
        return t("Comments are closed.")
    if way == "door":
        return _door_line(t, mode)
    if not way:
        return t("Comments are moderated.")
    return {
        "open": t("Comments are moderated."),
        "new": t("First comments are read before they stay."),
        "held": t("Comments are removed as soon as they are seen, read, and then published."),
        "held-soft": t("Comments stay here at once and are relayed after they were read."),
    }[mode]


def _door_line(t: Texts, mode: str) -> str:
    return {
        "open": t("Comments are anonymous and moderated."),
        "new": t("Comments are anonymous; first ones are read before they appear."),
    }.get(mode, t("Comments are anonymous and are read before they appear."))


def _article_buttons(t: Texts, way: str, row: Row) -> Rows:
    if row["state"] == "draft":
        return (
            (
                Button(t("Publish"), "p" + row["token"], tone="good"),
                Button(t("Discard"), "d" + row["token"], tone="bad"),
            ),
        )
    policy = Button(t("Policy"), "i" + row["token"], door=True)
    if way == "door" and not row["locked"] and row["state"] == "published":
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
        return _placeholder(t, row["number"])
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


def placeholder_view(tx: Tx, context: Context, channel: Channel, comment: int) -> View:
    """What stands in place of words that may not be read any more."""
    row = tx.one("SELECT number FROM comment WHERE id = :id", {"id": comment})
    language = context.house(tx).publications[channel.publication].language
    return _placeholder(texts(language), row["number"] if row else 0)


def _placeholder(t: Texts, number: int) -> CommentView:
    words = italic(t("This comment was removed."))
    return CommentView(number=number, name="", head=Rich(f"#{number}"), text=words)


def comment_head(row: Mapping[str, Any] | Row) -> Rich:
    """ "#12 Ana · Discord": number, shown name, where it comes from."""
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
    decision = deciding(tx, comment)
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
    lines.append(_author_line(tx, t, publication, row["author"], context.clock.now()))
    if row["state"] == State.HELD:
        found = json.loads(row["verdicts"])
        reasons = [reason_text(t, reason, values) for _, _, reason, values in found]
        if reasons:
            lines.append(italic(t("Held because:") + " " + "; ".join(reasons)))
        return NoticeView(join(lines, "\n"), _card_buttons(t, row))
    lines.append(_outcome_line(t, row, decision))
    undo = () if row["state"] == State.WITHDRAWN else _undo_buttons(t, decision)
    return NoticeView(join(lines, "\n"), undo)


def _card_title(t: Texts, row: Row) -> Rich:
    """With the number by which a command at the desk names the comment ("3#12")."""
    head = Rich(str(row["article"])) + comment_head(row)
    if row["state"] == State.HELD and row["shown"]:
        return bold(t("Changed comment waits")) + " · " + head
    if row["state"] == State.HELD:
        return bold(t("Comment waits")) + " · " + head
    return head


def _author_line(tx: Tx, t: Texts, publication: Publication, author: str, now: float) -> Rich:
    row = tx.one(
        "SELECT published, rejected, CASE WHEN standing = 'muted' AND until <= :now"
        " THEN 'ordinary' ELSE standing END AS standing FROM author"
        " WHERE publication = :p AND tag = :tag",
        {"p": publication.id, "tag": author, "now": now},
    )
    published, refused = (row["published"], row["rejected"]) if row else (0, 0)
    words = t("Author: {published} published, {rejected} rejected",
              published=published, rejected=refused)  # fmt: skip
    standing = _standing_words(t, row["standing"]) if row is not None else ""
    return Rich(f"{words} · {standing}" if standing else words)


def _standing_words(t: Texts, standing: str) -> str:
    """An author's standing in words, "" for the ordinary one."""
    return {
        "trusted": t("trusted"),
        "premoderated": t("premoderated"),
        "muted": t("muted"),
        "banned": t("banned"),
    }.get(standing, "")


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


def _queue_view(publication: Publication, beyond: int) -> View | None:
    """The header line: how many held comments have no card, as the delivery was raised for."""
    if beyond < 1:
        return None
    t = texts(publication.language)
    words = t.n("{n} more comment waits: /queue", "{n} more comments wait: /queue", beyond)
    return NoticeView(Rich(words))
