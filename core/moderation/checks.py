"""The checks: each a small pure function from a `Submission` to one verdict."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.model import Mode, Standing, Verdict
from core.text.model import Rich, Style


@dataclass(frozen=True, slots=True)
class Submission:
    """What a check may look at.

    standing: as it holds now (a mute that has ended is over). published: how many comments of
    this author were published here. locked: the article takes no comments.
    """

    text: Rich
    attachments: tuple[str, ...]
    mode: Mode
    new_after: int
    standing: Standing
    published: int
    locked: bool


Check = Callable[[Submission], Verdict]

_LINK = re.compile(r"(?:https?://|www\.|t\.me/|discord\.gg/)\S+", re.IGNORECASE)


def thread_open(submission: Submission) -> Verdict:
    """Locked and closed articles take no comments."""
    if submission.locked:
        return Verdict("thread", "reject", "closed")
    return Verdict("thread", "pass")


def author(submission: Submission) -> Verdict:
    """What the author's standing says."""
    if submission.standing in (Standing.BANNED, Standing.MUTED):
        return Verdict("author", "reject", submission.standing.value)
    if submission.standing == Standing.PREMODERATED:
        return Verdict("author", "hold", "premoderated")
    return Verdict("author", "pass")


def mode(submission: Submission) -> Verdict:
    """The mode of the article. Trusted authors are what a moderator made them for: not held."""
    if submission.standing == Standing.TRUSTED or submission.mode == Mode.OPEN:
        return Verdict("mode", "pass")
    if submission.mode == Mode.NEW:
        if submission.published >= submission.new_after:
            return Verdict("mode", "pass")
        sofar = {"published": str(submission.published), "needed": str(submission.new_after)}
        return Verdict("mode", "hold", "new", sofar)
    return Verdict("mode", "hold", "held")


def links(submission: Submission) -> Verdict:
    """Addresses in a comment are read by a person first, except from the trusted."""
    if submission.standing == Standing.TRUSTED:
        return Verdict("links", "pass")
    for span in submission.text.spans:
        if span.style == Style.LINK:
            return Verdict("links", "hold", "link", {"link": span.value[:80]})
    if found := _LINK.search(submission.text.text):
        return Verdict("links", "hold", "link", {"link": found[0][:80]})
    return Verdict("links", "pass")


def attachments(submission: Submission) -> Verdict:
    """What identifies people is always held."""
    for kind in submission.attachments:
        if kind in ("location", "contact"):
            return Verdict("attachments", "hold", kind)
    return Verdict("attachments", "pass")


CHECKS: tuple[Check, ...] = (thread_open, author, mode, links, attachments)
