"""Absences: until when a platform was listened to, and what was recovered afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import Texts
from core.model import Publication
from core.newsroom.comments.labels import moment, time_label
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_desk
from core.ports import Capabilities, Row, Tx

ALIVE = "alive"
"""In the place of a platform in `cursor`: until when each was surely listened to."""
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Absence:
    """One platform was not listened to between `since` and `until` (Unix seconds). noticed: what
    is stored from then on and is older was missed at first."""

    platform: str
    since: float
    noticed: float
    until: float


def note_alive(tx: Tx, platforms: Sequence[str], now: float) -> None:
    """These platforms are listened to, and what happened there until now is stored."""
    for platform in platforms:
        tx.run(
            "INSERT INTO cursor (platform, place, value) VALUES (:alive, :place, :value)"
            " ON CONFLICT (platform, place) DO UPDATE SET value = excluded.value",
            {"alive": ALIVE, "place": platform, "value": f"{now:.3f}"},
        )


def alive_until(tx: Tx, platform: str) -> float | None:
    """The last `note_alive`, None where there is none."""
    row = tx.one(
        "SELECT value FROM cursor WHERE platform = :alive AND place = :place",
        {"alive": ALIVE, "place": platform},
    )
    return float(row["value"]) if row is not None else None


def report(tx: Tx, context: Context, absences: Sequence[Absence], least: float) -> None:
    """Tell every desk what came of an absence: one notice for all its platforms. Where it was
    shorter than `least` seconds and nothing was recovered, nothing is said."""
    house = context.house(tx)
    for publication in house.publications.values():
        used = {c.platform for c in house.channels.values() if c.publication == publication.id}
        here = [absence for absence in absences if absence.platform in used]
        found = [(absence, _recovered(tx, publication.id, absence)) for absence in here]
        told = [
            (absence, row)
            for absence, row in found
            if row["comments"] or row["changes"] or absence.until - absence.since >= least
        ]
        if told:
            first = min(absence.since for absence, _ in told)
            names = "+".join(sorted(absence.platform for absence, _ in told))
            tell_desk(
                tx, context, publication.id, f"absence:{names}:{first:.0f}",
                lambda t, told=told, publication=publication: _words(  # type: ignore[misc]
                    t, context, publication, told
                ),
            )  # fmt: skip


def _recovered(tx: Tx, publication: int, absence: Absence) -> Row:
    """How many comments were written and changed meanwhile, and taken in only afterwards."""
    row = tx.one(
        "SELECT count(CASE WHEN c.posted > :since - 1 AND r.at >= :noticed THEN 1 END) AS comments,"
        " count(CASE WHEN r.at < :noticed AND c.changed > :since - 1 AND n.at >= :noticed"
        " THEN 1 END) AS changes FROM comment c JOIN article a ON a.id = c.article"
        " JOIN revision r ON r.comment = c.id AND r.number = 1"
        " JOIN revision n ON n.comment = c.id AND n.number = c.revision"
        " WHERE a.publication = :p AND c.platform = :platform AND n.at >= :noticed"
        " AND (c.posted <= :until OR c.changed <= :until)",
        {
            "p": publication,
            "platform": absence.platform,
            "since": absence.since,
            "noticed": absence.noticed,
            "until": absence.until,
        },
    )
    assert row is not None
    return row


def _words(
    t: Texts, context: Context, publication: Publication, told: Sequence[tuple[Absence, Row]]
) -> str:
    since = min(absence.since for absence, _ in told)
    until = max(absence.until for absence, _ in told)
    far = until - since > DAY / 2
    head = t("Away from {since} to {until}:", since=_time(t, since, publication, far=far),
             until=_time(t, until, publication, far=far))  # fmt: skip
    lines = [
        _line(t, context.capabilities[absence.platform], publication, absence, row)
        for absence, row in told
    ]
    return "\n".join([head, *lines])


def _line(
    t: Texts, capabilities: Capabilities, publication: Publication, absence: Absence, row: Row
) -> str:
    comments = t.n("{n} comment recovered", "{n} comments recovered", row["comments"])
    changes = t.n("{n} change", "{n} changes", row["changes"])
    words = [comments, changes] if row["changes"] else [comments]
    said = f"{absence.platform.capitalize()}: {', '.join(words)}"
    if capabilities.keeps and absence.until - absence.since > capabilities.keeps:
        from_then_on = _time(t, absence.until - capabilities.keeps, publication, far=True)
        return said + t("; what was written there before {time} is lost to me, please look into"
                        " the threads.", time=from_then_on)  # fmt: skip
    if capabilities.window:
        return said + t("; changes and removals among the last {n} messages of each thread, older"
                        " ones are not found.", n=capabilities.window)  # fmt: skip
    if not capabilities.deletions_told:
        return said + t("; complete, but for removals, which are never told.")
    return said + t("; complete.")


def _time(t: Texts, seconds: float, publication: Publication, *, far: bool) -> str:
    return moment(t, seconds, publication) if far else time_label(seconds, publication)
