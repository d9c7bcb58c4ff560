"""The checks: each a small pure function from a `Submission` to one verdict.

A verdict is "pass", "suspect" (a mark, which holds nothing by itself), "hold" or "reject"; its
score, 0 to 1, is what it adds to the order of what waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from core.model import Mode, Standing, Verdict
from core.moderation import danger, shape
from core.moderation import links as linked
from core.moderation.lexicon import Match
from core.moderation.submission import Submission
from core.moderation.tongue import speaks

__all__ = ["CHECKS", "Check", "Submission"]

Check = Callable[[Submission], Verdict]

MINUTE = 60.0
NAMED = 3
"""Words that one reason names."""
LEAST_DECIDED = 4
"""Decided comments of an author before their share tells anything."""
CROWD = 3
"""Authors who make alike comments a wave."""


@cache
def _silent(check: str) -> Verdict:
    return Verdict(check, "pass")


def _passes(check: str, score: float = 0.0) -> Verdict:
    return Verdict(check, "pass", score=score) if score else _silent(check)


# Where, and by whom


def thread_open(submission: Submission) -> Verdict:
    """Locked and closed articles take no comments."""
    if submission.locked:
        return Verdict("thread", "reject", "closed")
    return _passes("thread")


def author(submission: Submission) -> Verdict:
    """What the author's standing says."""
    if submission.standing in (Standing.BANNED, Standing.MUTED):
        return Verdict("author", "reject", submission.standing.value)
    if submission.standing == Standing.PREMODERATED:
        return Verdict("author", "hold", "premoderated", score=0.2)
    return _passes("author")


def mode(submission: Submission) -> Verdict:
    """The mode of the article. Trusted authors are what a moderator made them for: not held."""
    if submission.trusted or submission.mode == Mode.OPEN:
        return _passes("mode")
    if submission.mode == Mode.NEW:
        needed = submission.options.new_after
        if submission.published >= needed:
            return _passes("mode")
        sofar = {"published": str(submission.published), "needed": str(needed)}
        return Verdict("mode", "hold", "new", sofar)
    return Verdict("mode", "hold", "held")


def rejected(submission: Submission) -> Verdict:
    """An author of whose last comments many were rejected."""
    record, most = submission.record, submission.options.rejected_share
    if submission.trusted or not most or record.decided < LEAST_DECIDED:
        return _passes("record")
    share = record.rejected / record.decided
    if share * 100 < most:
        return _passes("record", share / 2)
    told = {"rejected": str(record.rejected), "decided": str(record.decided)}
    return Verdict("record", "hold", "rejected_share", told, min(0.9, share))


# What it says


def words(submission: Submission) -> Verdict:
    """Banned and suspect words, in the languages that the text may be in."""
    matches = submission.lists.words.matches(submission.reading)
    if matches:
        tongue = speaks(submission.reading.words)
        matches = [one for one in matches if one.entry.language in ("", tongue) or not tongue]
    if banned := [one for one in matches if one.entry.kind == "banned"]:
        verdict = "hold" if submission.trusted else "reject"
        return Verdict("words", verdict, _of_several("banned_word", banned), _named(banned), 0.9)
    if not matches:
        return _passes("words")
    hold = submission.options.suspect_words and not submission.trusted
    said, score = "hold" if hold else "suspect", min(0.8, 0.4 + 0.1 * len(matches))
    return Verdict("words", said, _of_several("suspect_word", matches), _named(matches), score)


def _of_several(reason: str, found: Sequence[object]) -> str:
    return reason if len(found) == 1 else f"{reason}s"


def _named(matches: Sequence[Match]) -> dict[str, str]:
    shown = list(dict.fromkeys(one.shown[:40] for one in matches))[:NAMED]
    return {"words": ", ".join(f"“{one}”" for one in shown)}


def links(submission: Submission) -> Verdict:
    """Addresses in a comment are read by a person first, except from the trusted and to places
    that are allowed; nobody links to places that are denied."""
    found = linked.worst(linked.links(submission.text), submission.lists.domains)
    if found is None:
        return _passes("links")
    reason, values = found
    if reason == "denied_link":
        return Verdict("links", "hold" if submission.trusted else "reject", reason, values, 0.9)
    if submission.trusted:
        return _passes("links")
    score = {"invite": 0.6, "short_link": 0.5, "hidden_link": 0.6}.get(reason, 0.3)
    return Verdict("links", "hold", reason, values, score)


def mentions(submission: Submission) -> Verdict:
    """Many accounts that are called at once."""
    found = linked.mentions(submission.text.text)
    most = submission.options.mentions
    if submission.trusted or not most or len(set(found)) <= most:
        return _passes("mentions")
    return Verdict("mentions", "hold", "mentions", {"n": str(len(set(found)))}, 0.4)


def attachments(submission: Submission) -> Verdict:
    """What identifies people is always held."""
    for kind in submission.attachments:
        if kind in ("location", "contact"):
            return Verdict("attachments", "hold", kind, score=0.7)
    return _passes("attachments")


def media(submission: Submission) -> Verdict:
    """Pictures, voices and files without a word."""
    wordless = submission.wordless or not submission.text
    if not wordless or not submission.attachments or submission.trusted:
        return _passes("media")
    said = "hold" if submission.options.media_only else "suspect"
    return Verdict("media", said, "media_only", score=0.1)


def forwards(submission: Submission) -> Verdict:
    """Somebody else's words."""
    if not submission.forwarded or submission.trusted:
        return _passes("forwards")
    said = "hold" if submission.options.forwards else "suspect"
    return Verdict("forwards", said, "forwarded", score=0.2)


def _endangers(name: str) -> Check:
    """What may endanger somebody is held whatever the mode, whoever wrote it."""
    finder = danger.FINDERS[name]

    def check(submission: Submission) -> Verdict:
        if found := finder(submission.text.text):
            return Verdict(name, "hold", name, {"words": found[: danger.SHOWN]}, 0.7)
        return _passes(name)

    check.__name__ = name
    return check


DANGERS = tuple(_endangers(name) for name in danger.FINDERS)


# How it looks


def length(submission: Submission) -> Verdict:
    """A comment that is longer than the publication likes."""
    most, now = submission.options.length, len(submission.text.text)
    if submission.trusted or not most or now <= most:
        return _passes("length")
    return Verdict("length", "hold", "too_long", {"n": str(now), "most": str(most)}, 0.2)


def scripts(submission: Submission) -> Verdict:
    """Words of letters that only look the same."""
    word = shape.mixed_script(submission.text.text)
    if not word or submission.trusted:
        return _passes("scripts")
    said = "hold" if submission.options.tricks else "suspect"
    return Verdict("scripts", said, "mixed_script", {"word": word}, 0.5)


def invisible(submission: Submission) -> Verdict:
    """Characters that nobody sees, inside of words or turning them around."""
    name = shape.invisible(submission.text.text)
    if not name or submission.trusted:
        return _passes("invisible")
    said = "hold" if submission.options.tricks else "suspect"
    return Verdict("invisible", said, "invisible", {"name": name}, 0.4)


def emoji(submission: Submission) -> Verdict:
    """More emoji than a comment needs."""
    most, now = submission.options.emoji, shape.emoji(submission.text.text)
    if submission.trusted or not most or now <= most // 2:
        return _passes("emoji")
    said = "hold" if now > most else "suspect"
    return Verdict("emoji", said, "emoji", {"n": str(now)}, 0.2)


# How often


def repeats(submission: Submission) -> Verdict:
    """The author said so already."""
    record = submission.record
    if submission.trusted or not (record.same or record.near):
        return _passes("repeats")
    if record.same:
        said = "hold" if submission.options.repeats else "suspect"
        return Verdict("repeats", said, "repeated", {"n": str(record.same + 1)}, 0.5)
    return Verdict("repeats", "suspect", "repeats_nearly", {"n": str(record.near + 1)}, 0.3)


def wave(submission: Submission) -> Verdict:
    """Others say the same: a joke, a campaign, a raid."""
    record, most = submission.record, submission.options.wave
    if submission.trusted or not most or record.alike < 2:
        return _passes("wave")
    held = record.alike >= most and record.authors >= CROWD
    told = {"n": str(record.alike), "authors": str(record.authors)}
    score = min(0.8, 0.2 + 0.05 * record.alike)
    return Verdict("wave", "hold" if held else "suspect", "wave", told, score)


def pace(submission: Submission) -> Verdict:
    """Many comments by one author within a minute: half of what holds is a mark."""
    most = submission.options.author_pace
    if submission.trusted or not most:
        return _passes("pace")
    within = [age for age in submission.record.ages if age < MINUTE]
    now = len(within) + 1
    if now <= max(2, most // 2):
        return _passes("pace")
    told = {"n": str(now), "seconds": str(max(1, round(within[-1])))}
    return Verdict("pace", "hold" if now > most else "suspect", "author_pace", told, 0.3)


def crowd(submission: Submission) -> Verdict:
    """Many comments in one thread within a minute."""
    most, now = submission.options.thread_pace, submission.record.thread
    if submission.trusted or not most or now < most // 2:
        return _passes("crowd")
    told = {"n": str(now + 1)}
    return Verdict("crowd", "hold" if now >= most else "suspect", "thread_pace", told, 0.1)


def slow(submission: Submission) -> Verdict:
    """A thread in slow mode takes one comment of an author in so many seconds."""
    here = submission.record.here
    if submission.trusted or not submission.slow or here is None or here >= submission.slow:
        return _passes("slow")
    told = {
        "seconds": str(round(submission.slow)),
        "wait": str(max(1, round(submission.slow - here))),
    }
    return Verdict("slow", "reject", "slow", told)


def learned(submission: Submission) -> Verdict:
    """What past decisions say of such texts. It marks and orders, and never holds."""
    chance = submission.learned
    if chance is None:
        return _passes("learned")
    percent = round(100 * chance.bad)
    if submission.trusted or percent < submission.options.learned_mark or not chance.words:
        return _passes("learned", chance.bad)
    named = ", ".join(f"“{word}”" for word in chance.words)
    told = {"percent": str(percent), "words": named}
    return Verdict("learned", "suspect", "learned", told, chance.bad)


CHECKS: tuple[Check, ...] = (
    thread_open, slow, author, mode, rejected, words, *DANGERS, links, mentions, attachments,
    media, forwards, length, scripts, invisible, emoji, repeats, wave, pace, crowd, learned,
)  # fmt: skip
"""All checks run, all reasons are kept, then one judgement."""
