"""The monthly transparency note: which numbers may be told, and in which words (pure).

A number above 0 and below a threshold could be about one person, so it is told as "fewer than".
It must not be found by subtraction either. So small reasons are put together until they are no
longer small, and where the comments that are not told apart would be so few, the total is told as
"or a few more": from what is told in full alone, whatever is hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_skeleton

from core.feeds.model import Draft
from core.figures import Seen, median, waited
from core.figures.words import duration
from core.i18n import Texts
from core.text.model import Rich

AUTOMATIC, OTHER = "automatic", "other"
"""Reasons besides the desk's own: a check refused it; whatever else."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to the comments that came in a month.

    reasons: the rejected and removed ones by reason. appeals, upheld: made in that month, and those
    of them that were granted. wait: the median in seconds of those that were held and decided on,
    None where these are too few.
    """

    received: int
    published: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    appeals: int = 0
    upheld: int = 0
    wait: float | None = None

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it is told: `exact`; or "fewer than" the threshold; or, with `more`, that number
    or a few more."""

    exact: int | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What may be told. reasons: with their numbers, most first; none where that would tell too
    much. appeals: None where their number would tell that of the others."""

    received: Told
    published: Told
    rejected: Told
    reasons: tuple[tuple[str, int], ...]
    appeals: Told | None
    upheld: Told
    wait: float | None


def counts(
    seen: Sequence[Seen], reasons: Sequence[str | None], appeals: Sequence[str], least: int
) -> Counts:
    """reasons: for each comment why it was rejected or removed, None where nobody said. appeals:
    the state of each."""
    refused = Counter(
        reason or AUTOMATIC
        for comment, reason in zip(seen, reasons, strict=True)
        if comment.state in ("rejected", "removed")
    )
    waits = waited(seen)
    return Counts(
        received=len(seen),
        published=sum(comment.state == "published" for comment in seen),
        reasons=refused,
        appeals=len(appeals),
        upheld=sum(state == "upheld" for state in appeals),
        wait=median(waits) if len(waits) >= least else None,
    )


def note(made: Counts, least: int) -> Note:
    """What of the counts may be told with this threshold."""
    published, rejected = _told(made.published, least), _told(made.rejected, least)
    apart = sum(told.exact or 0 for told in (published, rejected))
    return Note(
        received=_whole(made.received, apart, least),
        published=published,
        rejected=rejected,
        reasons=_reasons(made.reasons, least) if rejected.exact else (),
        appeals=_appeals(made, least),
        upheld=_told(made.upheld, least),
        wait=made.wait,
    )


def _told(n: int, least: int) -> Told:
    return Told(None if 0 < n < least else n)


def _whole(n: int, apart: int, least: int) -> Told:
    """apart: how many of all are told in full."""
    if 0 < n - apart < least:
        return Told(apart, more=True) if apart else Told(None)
    return Told(n)


def _appeals(made: Counts, least: int) -> Told | None:
    upheld = _told(made.upheld, least)
    denied = made.appeals - made.upheld
    return None if upheld.exact and 0 < denied < least else _told(made.appeals, least)


def _reasons(found: Mapping[str, int], least: int) -> tuple[tuple[str, int], ...]:
    """Each large enough, the others together; a remainder that is still small takes the smallest
    of the large ones with it."""
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    large = [(reason, n) for reason, n in ordered if n >= least and reason != OTHER]
    rest = sum(found.values()) - sum(n for _, n in large)
    while 0 < rest < least and large:
        rest += large.pop()[1]
    return (*large, (OTHER, rest)) if rest and large else tuple(large)


# In words


def draft(made: Note, t: Texts, month: date, least: int, reasons: Mapping[str, str]) -> Draft:
    """The note as an article. month: its first day. reasons: their names for readers."""
    name = format_skeleton("yMMMM", month, locale=t.locale)
    lines = [
        t("Comments received: {n}.", n=_words(t, made.received, least)),
        t("Published: {n}.", n=_words(t, made.published, least)),
        t("Rejected or removed: {n}.", n=_words(t, made.rejected, least)),
        *(f"· {reasons.get(reason, reason)}: {n}" for reason, n in made.reasons),
    ]
    if made.appeals is not None:
        lines.append(t("Appeals by authors: {n}.", n=_words(t, made.appeals, least)))
    lines.append(t("Appeals upheld: {n}.", n=_words(t, made.upheld, least)))
    if made.wait is not None:
        wait = duration(t, made.wait)
        lines.append(
            t("Half of the comments that were read first waited at most {wait}.", wait=wait)
        )
    lines.append("")
    lines.append(
        t("Numbers below {n} are not told, and nothing from which they could be worked out, so that"
          " nobody can be recognised.", n=least)
    )  # fmt: skip
    return Draft(
        key=f"transparency:{month:%Y-%m}",
        link="",
        headline=t("How comments were moderated in {month}", month=name),
        body=Rich("\n".join(lines)),
        language=t.language,
    )


def _words(t: Texts, told: Told, least: int) -> str:
    if told.exact is None:
        return t("fewer than {n}", n=least)
    if told.more:
        return t("{n} or a few more", n=told.exact)
    return str(told.exact)
