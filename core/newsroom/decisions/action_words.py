"""What decisions are called where they are listed or taken back."""

from __future__ import annotations

import json

from core.i18n import Texts
from core.model import Publication
from core.newsroom.comments.labels import moment
from core.ports import Row


def action_words(t: Texts, action: str) -> str:
    """A decision's name; what no text is known for keeps the log's own word."""
    return _comments(t).get(action) or _others(t).get(action) or action


def _comments(t: Texts) -> dict[str, str]:
    return {
        "approve": t("approve"),
        "reject": t("reject"),
        "spam": t("spam"),
        "remove": t("remove"),
        "restore": t("restore"),
        "withhold": t("withhold"),
        "edit": t("edit and approve"),
        "uphold": t("uphold the appeal"),
        "deny": t("deny the appeal"),
        "feature": t("feature"),
        "pin": t("pin"),
        "move": t("move"),
        "trust": t("trust"),
        "premoderate": t("premoderate"),
        "warn": t("warn"),
        "mute": t("mute"),
        "ban": t("ban"),
        "propose": t("ask for a ban"),
        "unban": t("unban"),
        "note": t("note"),
        "forget": t("forget"),
        "undo": t("undo"),
    }


def _others(t: Texts) -> dict[str, str]:
    return {
        "lock": t("lock"),
        "unlock": t("unlock"),
        "close": t("close"),
        "mode": t("mode"),
        "slow": t("slow"),
        "merge": t("merge"),
        "publish": t("publish"),
        "discard": t("discard"),
        "pictures": t("pictures"),
        "retract": t("retract"),
        "policy": t("policy"),
        "options": t("options"),
        "words": t("words"),
        "role": t("roles"),
    }


def subject_words(row: Row) -> str:
    """What a decision was about: "3#12", "3", or nothing. row: of `decision`, with number."""
    if row["number"]:
        return f"{row['article']}#{row['number']}"
    return str(row["article"] or "")


def detail_words(t: Texts, publication: Publication, row: Row) -> str:
    """What its name leaves open: until when somebody was muted."""
    author = json.loads(row["after"]).get("author") if row["action"] == "mute" else None
    if not author or not author.get("until"):
        return ""
    return t("until {until}", until=moment(t, author["until"], publication))
