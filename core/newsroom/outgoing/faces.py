"""Views: what a delivery should show, in words, from the rows as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time

from core.i18n import Texts, texts
from core.model import Channel, House, Publication, Purpose, State
from core.newsroom.comments import media
from core.newsroom.comments.labels import local
from core.newsroom.comments.marked import marked
from core.newsroom.comments.pieces import captions_of
from core.newsroom.comments.referring import linked
from core.newsroom.context import Context
from core.newsroom.publishing.slow import kept_by_us, slow_line
from core.ports import Row, Tx
from core.text.model import Rich, Style, bold, italic, join, link
from core.text.tools import first_words
from core.threads import PLACEHOLDER
from core.views import ArticleView, Button, CommentView, Rows, View

HEAR = "n"
"""Begins what opens the direct chat on platforms where nobody can be told anything before."""
QUOTED = 80
"""Characters of a parent that a quoted line repeats."""
MARKED = 300
"""The same of what the author marked."""
ANSWERS, NAMES, QUOTES, LOOSE = "answers", "names", "quotes", "loose"
"""How a copy tells what it answers: by being a reply to it, below what it marked of it; by its
number besides, since the message that it answers shows others too; by a quoted line, since it
answers nothing; or that it answers the article, although it hangs below a comment."""


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
    words = _withdrawn(tx, t, channel, row) if withdrawn else Rich()
    if withdrawn and row["reason"]:
        words = join((words, row["reason"]), "\n")
    return ArticleView(
        title=row["headline"],
        head=_article_head(t, publication, row),
        body=Rich.load(json.loads(row["body"])),
        read_on=link(t("Read on"), row["link"]),
        foot=_article_foot(tx, t, context, channel, row),
        image=images[0][0] if images and not withdrawn else "",
        image_alt=images[0][1] if images and not withdrawn else "",
        labels=tuple(json.loads(row["labels"])),
        withdrawn=words,
        buttons=_article_buttons(tx, t, context, channel, row),
    )


def _withdrawn(tx: Tx, t: Texts, channel: Channel, row: Row) -> Rich:
    """That an article was withdrawn, or where the conversation goes on of one that was published
    twice."""
    kept = tx.one(
        "SELECT a.headline, a.link, (SELECT t.link FROM thread t WHERE t.article = a.id"
        " AND t.channel = :c AND t.dead = 0) AS thread FROM article a WHERE a.id = :id",
        {"id": row["merged"], "c": channel.id},
    )
    if kept is None:
        return italic(t("This article was withdrawn."))
    there = link(kept["headline"], kept["thread"] or kept["link"])
    return join((italic(t("This article was published twice. The conversation goes on here:")),
                 there), "\n")  # fmt: skip


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


def _article_foot(tx: Tx, t: Texts, context: Context, channel: Channel, row: Row) -> Rich:
    house = context.house(tx)
    publication = house.publications[channel.publication]
    mode = row["mode"] or publication.mode.value
    closed = row["locked"] or row["state"] == "withdrawn"
    way = way_of(house, channel)
    lines: list[Rich | str] = [italic(_moderation_line(t, mode, "closed" if closed else way))]
    if row["slow"] and way and not closed:
        ours = way == "door" or kept_by_us(context, channel)
        lines.append(italic(slow_line(t, row["slow"], ours=ours)))
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


def _article_buttons(tx: Tx, t: Texts, context: Context, channel: Channel, row: Row) -> Rows:
    house = context.house(tx)
    way = way_of(house, channel)
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
    mode = row["mode"] or house.publications[channel.publication].mode.value
    strangers = context.capabilities[channel.platform].tells_strangers
    if way != "chat" or strangers or mode == "open" or row["locked"] or row["state"] == "withdrawn":
        return ((policy,),)
    hear = Button(t("Hear what becomes of your comment"), HEAR + row["token"], door=True)
    return ((policy,), (hear,))


def comment_view(
    tx: Tx,
    context: Context,
    publication: Publication,
    channel: Channel,
    comment: int,
    face: int,
    *,
    refers: str,
    shared: bool = False,
) -> View | None:
    """Our copy of a comment: `face` is the revision to show, or PLACEHOLDER."""
    row = tx.one(
        "SELECT c.*, a.locked, r.text, r.attachments, r.refers, r.captions FROM comment c"
        " JOIN article a ON a.id = c.article LEFT JOIN revision r ON r.comment = c.id"
        " AND r.number = :face WHERE c.id = :id",
        {"id": comment, "face": face},
    )
    if row is None:
        return None
    t = texts(publication.language)
    if face == PLACEHOLDER:
        return _placeholder(t, row["number"])
    if row["text"] is None:
        return None
    shows, lines = media.shown(tx, t, context.capabilities[channel.platform], row)
    return CommentView(
        number=row["number"],
        name=row["name"],
        head=comment_head(row) + (f" · ★ {t('featured')}" if row["featured"] else ""),
        text=linked(tx, context, channel, row),
        quote=_refers(tx, t, row, refers),
        notes=_notes(tx, t, row, face, lines),
        buttons=_comment_buttons(t, channel, row, shared=shared),
        media=shows,
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


def _refers(tx: Tx, t: Texts, row: Row, refers: str) -> Rich:
    if refers == ANSWERS:
        return Rich(first_words(marked(tx, row), MARKED))
    if refers == LOOSE:
        return Rich("↩ " + t("the article"))
    quoted = quote_of(tx, t, row)
    number = quoted.text.split(" ", 1)[0].rstrip(":")
    return quoted if refers == QUOTES or marked(tx, row) else Rich(f"↩ {number}")


def quote_of(tx: Tx, t: Texts, row: Row) -> Rich:
    """The words of what a comment answers, those that it marked or else the first ones, or that
    they may not be read any more."""
    parent = tx.one(
        "SELECT c.number, c.name, c.state, c.shown, r.text FROM comment c LEFT JOIN revision r"
        " ON r.comment = c.id AND r.number = c.shown WHERE c.id = :id",
        {"id": row["parent"]},
    )
    if parent is None:
        return Rich()
    head = f"#{parent['number']}"
    if parent["text"] is None or parent["state"] not in (State.PUBLISHED, State.HELD):
        return Rich(f"{head}: " + t("This comment was removed."))
    words = first_words(marked(tx, row), MARKED) or first_words(
        Rich.load(json.loads(parent["text"])), QUOTED
    )
    return Rich(f"{head} {parent['name']}: {words}")


def _notes(tx: Tx, t: Texts, row: Row, face: int, about: list[Rich | str]) -> Rich:
    """about: lines on what is attached."""
    lines = [*source(t, row), *about]
    by_desk = tx.one(
        "SELECT 1 FROM decision WHERE comment = :c AND action = 'edit' AND revision = :r",
        {"c": row["id"], "r": face},
    )
    if by_desk is not None:
        lines.append(italic(t("edited by the desk")))
    elif face > max(1, len(captions_of(row["captions"]))):
        # Each piece of an album that comes makes a revision, but changes nothing that was said.
        lines.append(italic(t("edited")))
    return join(lines, "\n")


def source(t: Texts, row: Mapping[str, Any]) -> list[Rich | str]:
    """Whose words they are where they are not the author's own, and what they came through."""
    lines: list[Rich | str] = []
    if row["forwarded"]:
        lines.append(italic(t("forwarded from {source}", source=row["forwarded"])))
    elif row["forwarded"] is not None:
        lines.append(italic(t("forwarded")))
    if row["via"]:
        lines.append(italic(t("via {bot}", bot=row["via"])))
    return lines


def _comment_buttons(t: Texts, channel: Channel, row: Row, *, shared: bool) -> Rows:
    if channel.way != "door" or row["locked"]:
        return ()
    label = t("Reply to #{number}", number=row["number"]) if shared else t("Reply")
    return ((Button(label, "c" + row["token"], door=True),),)
