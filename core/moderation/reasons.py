"""Why a check holds or refuses a comment, in the words that the desk reads (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from core.i18n import Texts

WORDS = {
    "closed": "comments are closed here",
    "slow": "slow mode: one comment in {seconds} s, {wait} s too early",
    "banned": "the author is banned",
    "muted": "the author is muted",
    "premoderated": "every comment of this author is read first",
    "held": "every comment is read first",
    "new": "a new author, {published} of {needed} comments published so far",
    "rejected_share": "{rejected} of the author's last {decided} comments were rejected",
    "banned_word": "banned word {words}",
    "banned_words": "banned words {words}",
    "suspect_word": "suspect word {words}",
    "suspect_words": "suspect words {words}",
    "phone": "danger to people: a telephone number, “{words}”",
    "address": "danger to people: an address, “{words}”",
    "plate": "danger to people: a number plate, “{words}”",
    "coordinates": "danger to people: a point on the map, “{words}”",
    "email": "danger to people: an e-mail address, “{words}”",
    "document": "danger to people: the number of a document or a card, “{words}”",
    "whereabouts": "danger to people: where somebody lives or works, “{words}”",
    "threat": "danger to people: a threat, “{words}”",
    "link": "it holds a link, {link}",
    "denied_link": "a link to a denied place, {link}",
    "invite": "an invitation to another group, {link}",
    "short_link": "a shortened link, {link}",
    "hidden_link": "a link in disguise, {link}",
    "mentions": "it names {n} accounts",
    "location": "a location tells where people are",
    "contact": "a contact card tells who people are",
    "media_only": "no words, only what is attached",
    "forwarded": "forwarded: the words of somebody else",
    "too_large": "a file in it is too large to be fetched and read first",
    "too_long": "{n} characters, more than {most}",
    "mixed_script": "“{word}” mixes alphabets",
    "invisible": "it hides a character ({name})",
    "emoji": "{n} emoji",
    "repeated": "the author said the same {n} times now",
    "repeats_nearly": "the author said nearly the same {n} times now",
    "wave": "{n} comments of {authors} others are alike",
    "author_pace": "the author's {nth} comment in {seconds} s",
    "thread_pace": "the thread's {nth} comment in a minute",
    "learned": "{percent} % like what was rejected here: {words}",
    "failed": "a check failed here ({error}), please look closely",
}


def reason_text(t: Texts, reason: str, values: Mapping[str, str]) -> str:
    """A verdict's reason in the desk's language; one that is not listed as it is."""
    if reason not in WORDS:
        return reason
    nth = {"nth": ordinal(values["n"], t.language)} if "n" in values else {}
    return t(WORDS[reason], **values, **nth)


def ordinal(number: str, language: str) -> str:
    """ "3rd" or "3.º" (comentario), of a comment."""
    if language == "es":
        return f"{number}.º"
    tens = number[-2:] in ("11", "12", "13")
    return number + ("th" if tens else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th"))
