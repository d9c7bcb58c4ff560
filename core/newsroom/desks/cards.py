"""Desk cards: everything that a decision needs, and after it what was decided."""

from __future__ import annotations

import json

from core.figures.words import actor_words
from core.i18n import Texts, texts
from core.model import Channel, Publication, State
from core.moderation.judge import load as load_verdicts
from core.moderation.reasons import reason_text
from core.newsroom.comments import media
from core.newsroom.comments.pieces import load, same
from core.newsroom.comments.reactions import reaction_lines, reactions_of
from core.newsroom.context import Context
from core.newsroom.decisions.decide import deciding
from core.newsroom.decisions.deciders import decider
from core.newsroom.decisions.quorum import standing_wish
from core.newsroom.desks import claims
from core.newsroom.desks.card_menus import open_rows
from core.newsroom.desks.card_menus import reason_words as reason_words
from core.newsroom.desks.notes import notes_about
from core.newsroom.desks.queue import sign_of
from core.newsroom.desks.reports import open_reports, report_line
from core.newsroom.outgoing.faces import comment_head, quote_of, source
from core.ports import Row, Tx
from core.text.difference import difference
from core.text.model import Rich, bold, italic, join, link
from core.views import Button, Media, NoticeView, Rows, View

DIFFERENCE = 1500
"""Characters that the difference of a changed comment takes on its card."""


def card_view(
    tx: Tx,
    context: Context,
    publication: Publication,
    comment: int,
    channel: Channel | None = None,
) -> View | None:
    """A desk card: everything a decision needs, and after it what was decided, with Undo.

    channel: the desk, None for the words alone.
    """
    row = tx.one(
        "SELECT c.*, a.headline, a.link, r.text, r.attachments, r.verdicts, r.refers FROM comment c"
        " JOIN article a ON a.id = c.article JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.id = :id",
        {"id": comment},
    )
    if row is None:
        return None
    t = texts(publication.language)
    decision = deciding(tx, comment)
    again = f"{row['article']}#{row['number']}"
    lines: list[Rich | str] = [
        _card_title(t, row),
        Rich("") + t("in") + " " + link(row["headline"], row["link"]),
    ]
    if row["parent"] is not None:
        lines.append(_answers(tx, t, row))
    lines.append("")
    lines.append(Rich.load(json.loads(row["text"])))
    lines += _changes(tx, t, row, decision)
    shows = _card_media(tx, context, t, row, channel, lines)
    lines += source(t, row)
    lines.append("")
    lines.append(author_line(tx, context, t, publication, row["article"], row["author"]))
    lines += _about_author(tx, context, t, publication, row)
    together = reactions_of(tx, comment, together=True)
    lines += reaction_lines(t, reactions_of(tx, comment), together)
    if reported := report_line(tx, t, comment):
        lines.append(bold(reported))
    if row["state"] == State.HELD:
        if reasons := _reasons(t, row, decision):
            lines.append(italic(t("Held because:") + " " + "; ".join(reasons)))
        claim = claims.standing(tx, comment, row["revision"])
        if claim is not None:
            lines.append(bold(t("Being read by {name}.", name=claim["name"])))
        shared = channel is not None and not context.capabilities[channel.platform].private_answers
        menu = claim["menu"] if claim is not None and shared else ""
        buttons = open_rows(t, row["token"], row["revision"], menu)
        if not menu and (last := _undoable(tx, row)) is not None:
            buttons = (*buttons, (Button(t("Undo"), "u" + last["token"]),))
        return NoticeView(join(lines, "\n"), buttons, shows, again)
    lines.append(_outcome_line(tx, t, row, decision))
    keep = row["state"] == State.PUBLISHED and bool(open_reports(tx, comment))
    return NoticeView(join(lines, "\n"), _decided_buttons(t, row, decision, keep), shows, again)


def _reasons(t: Texts, row: Row, decision: Row | None) -> list[str]:
    """Why it waits: what the checks named; of what was withheld later, not that everything is read
    first, since that was done."""
    found = load_verdicts(json.loads(row["verdicts"]))
    withheld = decision is not None and decision["action"] == "withhold"
    first = [t("readers reported it")] if withheld else []
    return first + [reason_text(t, one.reason, one.values) for one in found
                    if not (withheld and one.check == "mode")]  # fmt: skip


def _changes(tx: Tx, t: Texts, row: Row, decision: Row | None) -> list[Rich | str]:
    """What is different from the approved wording that still stands, or from the author's own
    where the desk published it in others."""
    by_desk = row["state"] == State.PUBLISHED and decision and decision["action"] == "edit"
    compared = json.loads(decision["before"]).get("wording") if by_desk and decision else None
    if compared is None and row["shown"] in (0, row["revision"]):
        return []
    old = tx.one(
        "SELECT text, attachments FROM revision WHERE comment = :c AND number = :n",
        {"c": row["id"], "n": compared or row["shown"]},
    )
    if old is None:
        return []
    before, after = (Rich.load(json.loads(text)) for text in (old["text"], row["text"]))
    title = t("What the desk changed:") if compared else t("What changed:")
    lines: list[Rich | str] = ["", bold(title)]
    if before.text != after.text:
        lines.append(difference(before.text, after.text, DIFFERENCE))
    elif before != after:
        lines.append(italic(t("The formatting, or where a link leads.")))
    if not same(old["attachments"], load(row["attachments"])):
        lines.append(italic(t("What is attached.")))
    return lines


def _card_media(
    tx: Tx, context: Context, t: Texts, row: Row, channel: Channel | None, lines: list[Rich | str]
) -> tuple[Media, ...]:
    """What is attached, in words and as it can be seen at this desk."""
    if attached := media.listed(t, load(row["attachments"])):
        lines.append(italic(t("Attached: {what}", what=attached)))
    if channel is None or not attached:
        return ()
    shows, about = media.shown(tx, t, context.capabilities[channel.platform], row)
    lines.extend(line for line in about if line not in lines)
    return media.hidden(shows)


def _answers(tx: Tx, t: Texts, row: Row) -> str:
    """What a comment answers, and the words by which it was taken to."""
    parent = quote_of(tx, t, row).text
    text = Rich.load(json.loads(row["text"])).text
    for start, end, comment, replies in json.loads(row["refers"]):
        if replies and comment == row["parent"]:
            return t("by “{words}” in reply to", words=text[start:end]) + " " + parent
    return t("in reply to") + " " + parent


def _card_title(t: Texts, row: Row) -> Rich:
    """With the number by which a command at the desk names the comment ("3#12")."""
    head = Rich(str(row["article"])) + comment_head(row)
    if row["state"] == State.HELD and row["shown"]:
        return bold(t("Changed comment waits")) + " · " + head
    if row["state"] == State.HELD:
        return bold(t("Comment waits")) + " · " + head
    return head


def author_line(
    tx: Tx, context: Context, t: Texts, publication: Publication, article: int, author: str
) -> Rich:
    """What is known of an author (a tag) without knowing them: how many comments were published
    and rejected, over all and under this article, their standing, and their sign."""
    row = tx.one(
        "SELECT published, rejected, CASE WHEN standing = 'muted' AND until <= :now"
        " THEN 'ordinary' ELSE standing END AS standing FROM author"
        " WHERE publication = :p AND tag = :tag",
        {"p": publication.id, "tag": author, "now": context.clock.now()},
    )
    published, refused = (row["published"], row["rejected"]) if row else (0, 0)
    here = tx.one(
        "SELECT coalesce(sum(state = 'published'), 0) AS published,"
        " coalesce(sum(state IN ('rejected', 'removed')), 0) AS rejected FROM comment"
        " WHERE article = :a AND author = :tag",
        {"a": article, "tag": author},
    )
    said = [
        t("Author: {published} published, {rejected} rejected",
          published=published, rejected=refused),
        t("in this thread {published} and {rejected}", published=here["published"],
          rejected=here["rejected"]) if here is not None else "",
        _standing_words(t, row["standing"]) if row is not None else "",
        sign_of(context, publication.id, author),
    ]  # fmt: skip
    return Rich(" · ".join(part for part in said if part))


def _about_author(
    tx: Tx, context: Context, t: Texts, publication: Publication, row: Row
) -> list[Rich | str]:
    """Moderators' notes, and a ban that waits for a second one."""
    lines: list[Rich | str] = [
        italic(
            t(
                "Note by {name}: {words}",
                name=actor_words(t, one["actor_name"]),
                words=one["reason"],
            )
        )
        for one in notes_about(tx, publication.id, row["author"])
    ]
    wish = None
    if publication.options.quorum > 1:
        wish = standing_wish(tx, context, publication.id, row["author"])
    if wish is not None:
        name = actor_words(t, wish["actor_name"])
        lines.append(bold(t("{name} asks for a ban; a second moderator confirms it with Ban.",
                            name=name)))  # fmt: skip
    return lines


def _undoable(tx: Tx, row: Row) -> Row | None:
    """The newest decision about a waiting comment, where it can be taken back: a mute, say."""
    last = tx.one(
        "SELECT d.token, d.undoes, d.after, EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)"
        " AS undone FROM decision d WHERE d.comment = :c ORDER BY d.id DESC LIMIT 1",
        {"c": row["id"]},
    )
    if last is None or last["undoes"] is not None or last["undone"] or last["after"] == "{}":
        return None
    return last


def _standing_words(t: Texts, standing: str) -> str:
    """An author's standing in words, "" for the ordinary one."""
    return {
        "trusted": t("trusted"),
        "premoderated": t("premoderated"),
        "muted": t("muted"),
        "banned": t("banned"),
    }.get(standing, "")


def _outcome_line(tx: Tx, t: Texts, row: Row, decision: Row | None) -> Rich:
    if row["state"] == State.WITHDRAWN:
        return bold(t("Withdrawn by its author."))
    words = {
        State.PUBLISHED: t("Published"),
        State.REJECTED: t("Rejected"),
        State.REMOVED: t("Removed"),
    }.get(State(row["state"]), str(row["state"]))
    if decision is None:
        return bold(words)
    stands = row["state"] == State.PUBLISHED and row["shown"] != row["revision"]
    if stands:
        words = t("Change rejected")
    outcome = bold(words) + " " + t("by {name}", name=decider(tx, t, decision))
    if decision["reason"]:
        outcome = outcome + ": " + reason_words(t, decision["reason"])
    return outcome + " · " + t("the earlier words stand") if stands else outcome


def _decided_buttons(t: Texts, row: Row, decision: Row | None, keep: bool) -> Rows:
    """Keep, where readers reported it; Undo, where there is something to take back; Remove, where
    it may be read."""
    if row["state"] == State.WITHDRAWN:
        return ()
    buttons = []
    if keep:
        kept = f"k{row['token']}:{row['revision']}:a"
        buttons.append(Button(t("Keep"), kept, tone="good"))
    if decision is not None and decision["undoes"] is None:
        buttons.append(Button(t("Undo"), "u" + decision["token"]))
    if row["state"] == State.PUBLISHED:
        remove = f"k{row['token']}:{row['revision']}:x"
        buttons.append(Button(t("Remove"), remove, tone="bad"))
    return (tuple(buttons),) if buttons else ()
