"""Why a check holds or refuses a comment, in the words that the desk reads (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from core.i18n import Texts

WORDS = {
    "closed": "comments are closed here",
    "banned": "the author is banned",
    "muted": "the author is muted",
    "premoderated": "every comment of this author is read first",
    "held": "every comment is read first",
    "new": "a new author, {published} of {needed} comments published so far",
    "link": "it holds a link, {link}",
    "location": "a location tells where people are",
    "contact": "a contact card tells who people are",
    "failed": "a check failed here ({error}), please look closely",
}


def reason_text(t: Texts, reason: str, values: Mapping[str, str]) -> str:
    """A verdict's reason in the desk's language; one that is not listed as it is."""
    return t(WORDS[reason], **values) if reason in WORDS else reason
