"""Before a comment is sent through the door: its author is shown which words may endanger
somebody, and asked."""

from __future__ import annotations

from core.i18n import Texts
from core.moderation.danger import found_in
from core.text.model import Rich, bold, italic


def warning(t: Texts, text: str) -> list[Rich | str]:
    """What may endanger somebody, in the author's own words, line by line; none for nothing."""
    found = found_in(text)
    if not found:
        return []
    lines: list[Rich | str] = [bold(t("These words may endanger somebody:"))]
    lines += [
        t("· {kind}: “{words}”", kind=_kind(t, reason), words=words)
        for reason, words in found.items()
    ]
    lines.append(italic(t(
        "Moderators will read it before it appears. Send it anyway, or write it anew without them?"
    )))  # fmt: skip
    return lines


def _kind(t: Texts, reason: str) -> str:
    return {
        "phone": t("a telephone number"),
        "address": t("an address"),
        "plate": t("a number plate"),
        "coordinates": t("a point on the map"),
        "email": t("an e-mail address"),
        "document": t("the number of a document or a card"),
        "whereabouts": t("where somebody lives or works"),
        "threat": t("a threat"),
    }[reason]
