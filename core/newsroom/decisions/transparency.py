"""The monthly transparency note: when it is due, what is read for it, and its draft at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.errors import UserError
from core.feeds.model import Draft
from core.figures import month as month_of
from core.figures.note import AUTOMATIC, OTHER, counts, draft, note
from core.i18n import Texts, texts
from core.model import ArticleState, Publication, Purpose
from core.newsroom.comments.labels import local
from core.newsroom.context import Context
from core.newsroom.decisions.stats import Read, comment_of, read
from core.newsroom.desks.card_menus import REASONS, reason_words
from core.newsroom.publishing import articles
from core.ports import Tx
from core.text.model import bold, join

HOUR = 9
"""Of the first day of a month, from when on the note of the month before is drafted."""


@dataclass(frozen=True, slots=True)
class Month:
    """What was read of a month: its first day, comments and decisions, and the appeals' states."""

    publication: Publication
    first: date
    found: Read
    appeals: list[str]


def before(now: datetime) -> date:
    """The first day of the month before."""
    return (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)


def month_named(t: Texts, words: str, now: datetime) -> date:
    """The first day of the month that "2026-10" names, of the one before where nothing does.
    Raises UserError, also for one that is not over."""
    if not words.strip():
        return before(now)
    try:
        first = date.fromisoformat(f"{words.strip()}-01")
    except ValueError:
        raise UserError(t("Which month? Write it like 2026-10.")) from None
    if first > before(now):
        raise UserError(t("This month is not over yet."))
    return first


def due(tx: Tx, context: Context) -> list[tuple[int, date]]:
    """Publications with a desk whose note of the month before was not drafted yet, and its
    first day."""
    house, found = context.house(tx), []
    noted = {row["id"]: row["noted"] for row in tx.all("SELECT id, noted FROM publication")}
    for own in house.publications.values():
        now = local(context.clock.now(), own)
        first = before(now)
        waits = now.day > 1 or now.hour >= HOUR
        if waits and own.options.transparency and noted.get(own.id, "") < f"{first:%Y-%m}":
            found += [(own.id, first)] * bool(house.of(own.id, Purpose.DESK))
    return found


def collect(tx: Tx, context: Context, publication: int, first: date) -> Month:
    """What is needed to draft the note of a month."""
    own = context.house(tx).publications[publication]
    begin, end = month_of(first.year, first.month, own.zone)
    appeals = tx.all(
        "SELECT state FROM appeal WHERE publication = :p AND at >= :begin AND at < :end",
        {"p": publication, "begin": begin, "end": end},
    )
    found = read(tx, context, publication, begin, end)
    return Month(own, first, found, [row["state"] for row in appeals])


def drafted(month: Month) -> Draft | None:
    """The note, in the publication's language and below that in each of its others; None where
    nothing came in that month."""
    own, rows = month.publication, month.found.rows
    if not rows:
        return None
    least = own.options.transparency_least
    made = counts(
        [comment_of(row) for row in rows], [_reason(row["reason"]) for row in rows],
        month.appeals, least,
    )  # fmt: skip
    told = note(made, least)
    notes: dict[str, Draft] = {}
    for t in map(texts, own.languages):
        notes.setdefault(t.language, draft(told, t, month.first, least, _names(t)))
    first, *others = notes.values()
    below = [join(("", "", bold(one.headline), one.body), "\n") for one in others]
    return replace(first, body=join((first.body, *below), ""))


def _reason(reason: str | None) -> str | None:
    """One of the listed reasons; words of a moderator's own are not told to readers."""
    return reason if reason is None or reason in REASONS else OTHER


def _names(t: Texts) -> Mapping[str, str]:
    listed = {reason: reason_words(t, reason) for reason in REASONS}
    return {**listed, OTHER: t("other reasons"), AUTOMATIC: t("refused by a check")}


def put(tx: Tx, context: Context, month: Month, made: Draft | None, t: Texts) -> str:
    """Show the draft at every desk, or bring the one that waits there up to date; what to tell who
    asked for it. Nothing is shown where nothing came in that month, or it was published already.
    """
    own, name = month.publication.id, f"{month.first:%Y-%m}"
    tx.run(
        "UPDATE publication SET noted = :name WHERE id = :p AND noted < :name",
        {"name": name, "p": own},
    )
    context.forget_house()
    if made is None:
        return t("No comments came in {month}.", month=name)
    known = articles.find_by_keys(tx, own, (made.key,))
    if known is None:
        articles.preview(tx, context, own, made)
    elif known["state"] == ArticleState.DRAFT:
        articles.correct(tx, context, known["id"], made)
    else:
        return t("The note of {month} was published already.", month=name)
    return t("The draft is at the desk, with buttons to publish or discard it.")
