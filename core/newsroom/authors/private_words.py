"""The words of a private message to an author (pure): calm, and about the comment alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

from babel.dates import format_datetime

from core.forms import APPEAL
from core.i18n import Texts
from core.model import Publication
from core.moderation.judge import load
from core.moderation.reasons import reason_text
from core.newsroom.comments.labels import local
from core.newsroom.desks.card_menus import reason_words
from core.ports import Row
from core.text.model import Rich, bold, italic, join
from core.text.tools import first_words, truncate
from core.views import Button, NoticeView, Rows

QUOTED = 60
"""Characters of the comment that are repeated."""
APPEALABLE = ("refused", "rejected", "removed", "muted", "banned", "warned")
"""Kinds of what is told against which its author can appeal."""
POLICY = 600
"""Characters of the policy that are repeated."""


def words_of(t: Texts, publication: Publication, rows: Sequence[Row]) -> NoticeView:
    """Everything that one author is told at once. rows: of `told`, with comment and decision."""
    lines: list[Rich | str] = [bold(publication.name)]
    for row in rows:
        lines += ["", *_about(t, publication, row)]
    if any(row["kind"] in APPEALABLE for row in rows):
        lines += ["", *_policy(t, publication)]
        lines += [
            "",
            t(
                "If you think that this is wrong, you can appeal once, with the button or"
                " with /appeal {number} and your reasons.",
                number=next(_number(row) for row in rows if row["kind"] in APPEALABLE),
            ),
        ]
    lines += ["", italic(t("To get no such messages, send me /notify off."))]
    return NoticeView(join(lines, "\n"), _buttons(t, rows))


def _buttons(t: Texts, rows: Sequence[Row]) -> Rows:
    """Appeal, for each thing that can be appealed against."""
    open_to = [row for row in rows if row["kind"] in APPEALABLE]
    alone = len({row["comment"] for row in open_to}) == 1
    labels = [t("Appeal") if alone else t("Appeal {number}", number=_number(row))
              for row in open_to]  # fmt: skip
    pairs = zip(open_to, labels, strict=True)
    return tuple((Button(label, APPEAL + row["token"], door=True),) for row, label in pairs)


def _number(row: Row) -> str:
    return f"{row['article']}#{row['number']}"


def _about(t: Texts, publication: Publication, row: Row) -> list[Rich | str]:
    lines: list[Rich | str] = [_said(t, publication, row)]
    words = first_words(Rich.load(json.loads(row["text"])), QUOTED)
    if words:
        lines.append(Rich("“" + words + "”"))
    if reason := _reason(t, row):
        lines.append(t("Reason: {reason}", reason=reason))
    return lines


def _said(t: Texts, publication: Publication, row: Row) -> str:
    about = {"number": _number(row), "headline": row["headline"]}
    match row["kind"]:
        case "held":
            return t("Thank you. Your comment on “{headline}” waits for a moderator.",
                     headline=row["headline"])  # fmt: skip
        case "refused" | "rejected":
            if row["shown"]:
                return t("What you changed in comment {number} on “{headline}” was not"
                         " published; it stands as it was.", **about)  # fmt: skip
            return t("Your comment {number} on “{headline}” was not published.", **about)
        case "removed":
            return t("Your comment {number} on “{headline}” was taken down.", **about)
        case "muted":
            until = moment(t, publication, row["until"] or 0.0)
            return t("You cannot comment at {name} until {until}. It began with comment {number}.",
                     name=publication.name, until=until, number=about["number"])  # fmt: skip
        case "warned":
            return " ".join(
                [
                    t(
                        "A moderator warns you because of comment {number} on “{headline}”.",
                        **about,
                    ),
                    *_follows(t, publication, row),
                ]
            )
        case "upheld":
            return t("Your appeal about comment {number} on “{headline}” was upheld: the decision"
                     " is taken back.", **about)  # fmt: skip
        case "denied":
            return t("Your appeal about comment {number} on “{headline}” was read; the decision"
                     " stands.", **about)  # fmt: skip
    return t("You cannot comment at {name} any more. It began with comment {number}.",
             name=publication.name, number=about["number"])  # fmt: skip


def _follows(t: Texts, publication: Publication, row: Row) -> list[str]:
    """What a warning led to."""
    author = json.loads(row["after"]).get("author")
    if author is None:
        return []
    match author["standing"]:
        case "premoderated":
            return [t("From now on your comments are read before they appear.")]
        case "muted":
            until = moment(t, publication, author["until"])
            return [t("You cannot comment until {until}.", until=until)]
    return [t("You cannot comment there any more.")]


def _reason(t: Texts, row: Row) -> str:
    """A moderator's reason, or what a check named."""
    if row["decision"]:
        return reason_words(t, row["reason"]) if row["reason"] else ""
    if row["kind"] != "refused":
        return ""
    found = load(json.loads(row["verdicts"]))
    named = [reason_text(t, one.reason, one.values) for one in found if one.verdict == "reject"]
    return "; ".join(named)


def _policy(t: Texts, publication: Publication) -> list[Rich | str]:
    policy = publication.policy or t(
        "Comments are read by the publication's moderators. Be civil, stay on the subject,"
        " endanger nobody."
    )
    shown = truncate(Rich(policy), POLICY).text
    return [bold(t("How comments are moderated")), shown]


def moment(t: Texts, publication: Publication, seconds: float) -> str:
    """A time (Unix seconds) as people of this language write it, in the publication's zone."""
    return str(format_datetime(local(seconds, publication), "medium", locale=t.locale))
