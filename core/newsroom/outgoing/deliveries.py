"""What every channel should show, what it shows, and what came of the last try, in words.

Nothing is kept for this: it is read from the rows on which the outbox works.
"""

from __future__ import annotations

from typing import Any

from core.i18n import Texts, texts
from core.newsroom.context import Context
from core.newsroom.desks.alarms import oldest_held
from core.newsroom.desks.queue import held_count
from core.newsroom.outgoing.jobs import Job
from core.newsroom.outgoing.plan import change_delivery, replan_all
from core.ports import Row, Tx
from core.text.model import Rich, bold, join, link
from core.threads import PLACEHOLDER

Json = dict[str, Any]
Up = tuple[str, float]
"""A comment's state, and since when it was to be shown (Unix seconds)."""

LEVEL, WAITING, OPEN, REFUSED, BY_HAND, NO_THREAD = (
    "level", "waiting", "unknown", "refused", "gone", "no thread",
)  # fmt: skip
"""How a delivery stands: as wanted; to be tried; a try whose outcome is not known; not tried
again until something changes; taken away by a person; without a thread in which to show it."""

AWAY = " (moved)"
"""Behind the place of what stands in a group that became another."""

_OUTCOMES = {
    "removed there by hand": "removed there by hand",
    "it stands in the old group, out of reach": "it stands in the old group, out of reach",
    "it may exist twice": "it may exist twice",
    "perhaps sent; waiting for the platform to tell": "perhaps sent; waiting for the platform to"
    " tell",
}
"""What the outbox notes of its own; everything else are the platform's words."""

_DELIVERIES = """
SELECT d.*, d.dead_want IS NOT NULL AND d.dead_want = d.want AS dead, n.title, n.platform,
    n.purpose, c.number, c.article AS of_article,
    (SELECT count(*) FROM shows s JOIN message m ON m.id = s.message WHERE s.delivery = d.id
        AND s.position >= 0 AND m.platform_id IS NULL AND m.doubtful = 0) AS open_tries,
    (SELECT m.link FROM shows s JOIN message m ON m.id = s.message WHERE s.delivery = d.id
        AND s.position >= 0 AND m.link <> '' ORDER BY s.position LIMIT 1) AS link,
    d.subject = 'comment' AND d.role = 'copy' AND NOT EXISTS (SELECT 1 FROM thread t
        WHERE t.article = d.article AND t.channel = d.channel AND t.dead = 0) AS threadless
FROM delivery d JOIN channel n ON n.id = d.channel
LEFT JOIN comment c ON c.id = d.subject_id AND d.subject IN ('comment', 'card')
"""


def unsettled(tx: Tx, context: Context, publication: int | None) -> list[Json]:
    """The deliveries that do not show what they should, oldest first; None: of all publications.

    Each with delivery, subject ("article 3", "3#12", "card 3#12", "notice", "queue",
    "command"), channel (its title), platform, purpose, role, wanted, there, state (see the names
    above), outcome, attempts, due (Unix seconds), link.
    """
    rows = tx.all(
        _DELIVERIES + " WHERE (d.want <> d.have OR open_tries > 0)"
        " AND (:p IS NULL OR n.publication = :p) ORDER BY d.id",
        {"p": publication},
    )
    return [_standing(row) for row in rows]


def of_subject(tx: Tx, subject: str, number: int) -> list[Json]:
    """The same for every channel of one subject: "article" or "comment", with its id. A
    comment's cards are among them."""
    cards = "card" if subject == "comment" else "draft"
    rows = tx.all(
        _DELIVERIES + " WHERE d.subject IN (:subject, :cards) AND d.subject_id = :id"
        " ORDER BY d.subject DESC, d.channel, d.role DESC",
        {"subject": subject, "cards": cards, "id": number},
    )
    return [_standing(row) for row in rows]


def _standing(row: Row) -> Json:
    wanted = _wanted(row)
    return {
        "delivery": row["id"],
        "subject": _subject(row),
        "channel": row["title"] or row["platform"],
        "platform": row["platform"],
        "purpose": row["purpose"],
        "role": row["role"],
        "wanted": wanted,
        "there": _there(row, wanted),
        "state": _state(row),
        "outcome": row["outcome"],
        "attempts": row["attempts"],
        "due": row["due"],
        "link": row["link"] or "",
    }


def _subject(row: Row) -> str:
    if row["subject"] in ("article", "draft"):
        return f"{row['subject']} {row['subject_id']}"
    if row["number"] is None:
        return str(row["subject"])
    named = f"{row['of_article']}#{row['number']}"
    return named if row["subject"] == "comment" else f"{row['subject']} {named}"


def _wanted(row: Row) -> str:
    if not row["want"]:
        return "nothing"
    if row["shown_revision"] == PLACEHOLDER:
        return "placeholder"
    if row["subject"] == "comment":
        return f"revision {row['shown_revision']}"
    return "current"


def _there(row: Row, wanted: str) -> str:
    if row["want"] == row["have"]:
        return wanted
    return "earlier" if row["have"] else "nothing"


def _state(row: Row) -> str:
    if row["want"] == row["have"]:
        return BY_HAND if row["gone"] else LEVEL
    if row["dead"]:
        return REFUSED
    if row["open_tries"]:
        return OPEN
    return NO_THREAD if row["threadless"] and row["want"] else WAITING


def words(t: Texts, standing: Json, now: float) -> Rich:
    """One line for a person: the channel, what is wanted, what is there, the last outcome."""
    where = bold(f"{standing['channel']} · {standing['platform'].capitalize()}")
    name = link(where.text, standing["link"]) if standing["link"] else where
    said: list[Rich | str] = [name + ": " + _what(t, standing)]
    said.append(_state_words(t, standing, now))
    if standing["outcome"]:
        known = standing["outcome"] in _OUTCOMES
        said.append(t(_OUTCOMES[standing["outcome"]]) if known else standing["outcome"])
    return join([part for part in said if part], " · ")


def _what(t: Texts, standing: Json) -> str:
    wanted, there = _face_words(t, standing["wanted"]), _face_words(t, standing["there"])
    role = {"origin": t("the original"), "copy": t("our copy")}[standing["role"]]
    if standing["subject"].startswith("card"):
        role = t("the card")
    return t("{role}: wanted {wanted}, there {there}", role=role, wanted=wanted, there=there)


def _face_words(t: Texts, face: str) -> str:
    if face.startswith("revision "):
        return t("revision {n}", n=face.removeprefix("revision "))
    return {
        "nothing": t("nothing"),
        "placeholder": t("a placeholder"),
        "current": t("the current text"),
        "earlier": t("an earlier text"),
    }[face]


def _state_words(t: Texts, standing: Json, now: float) -> str:
    wait = max(0, round(standing["due"] - now))
    return {
        LEVEL: "",
        WAITING: t.n("tried again in {n} second", "tried again in {n} seconds", wait)
        if wait else t("on its way"),
        OPEN: t("a try whose outcome is not known"),
        REFUSED: t("refused; /replay tries it again"),
        BY_HAND: t("taken away by hand; /restore brings it back"),
        NO_THREAD: t("there is no thread here to show it in"),
    }[standing["state"]]  # fmt: skip


def replay(tx: Tx, publication: int, subject: str = "", number: int = 0) -> int:
    """Try anew what was refused: of one subject, or ("" and 0) of the whole publication; how
    many deliveries. Threads and desks that were given up are tried again with them."""
    values = {"p": publication, "subject": subject, "id": number}
    rows = tx.all(
        "SELECT d.id, d.channel, d.want, d.shown_revision FROM delivery d"
        " JOIN channel n ON n.id = d.channel WHERE n.publication = :p AND d.dead_want = d.want"
        " AND (:subject = '' OR (d.subject = :subject AND d.subject_id = :id)"
        " OR (d.subject = 'card' AND :subject = 'comment' AND d.subject_id = :id)"
        " OR (d.subject = 'comment' AND :subject = 'article' AND d.article = :id))",
        values,
    )
    # First those that only wait for a thread, so that what was refused there counts once.
    revived = _revive_threads(tx, values)
    for row in rows:
        change_delivery(tx, row["id"], row["shown_revision"] if row["want"] else 0, row["channel"])
    if not subject:
        tx.run("UPDATE channel SET dead = '' WHERE publication = :p AND dead <> ''", values)
    return len(rows) + revived


def _revive_threads(tx: Tx, values: Json) -> int:
    """Open again what was given up, for what came meanwhile too; how many copies wait for it.
    What stands in a group that became another is out of reach for good."""
    threads = tx.all(
        "SELECT t.id, t.article, t.channel FROM thread t JOIN article a ON a.id = t.article"
        " WHERE t.dead = 1 AND a.publication = :p AND t.place NOT LIKE :away"
        " AND (:subject = '' OR (:subject = 'article' AND t.article = :id) OR"
        " (:subject = 'comment' AND t.article = (SELECT article FROM comment WHERE id = :id)))",
        {**values, "away": f"%{AWAY}"},
    )
    return sum(_revive(tx, thread) for thread in threads)


def _revive(tx: Tx, thread: Row) -> int:
    tx.run("UPDATE thread SET dead = 0 WHERE id = :id", {"id": thread["id"]})
    replan_all(tx, thread["article"])
    tx.wake(thread["channel"])
    waiting = tx.one(
        "SELECT count(*) AS n FROM delivery WHERE subject = 'comment' AND article = :article"
        " AND channel = :channel AND want <> have AND dead_want IS NULL",
        {"article": thread["article"], "channel": thread["channel"]},
    )
    return int(waiting["n"]) if waiting is not None else 0


def report(tx: Tx, context: Context, language: str, subject: str, number: int) -> Rich:
    """`of_subject` for a person, a line for each channel."""
    t = texts(language)
    now = context.clock.now()
    lines = [words(t, standing, now) for standing in of_subject(tx, subject, number)]
    return join(lines or [t("Nothing of it is to be shown anywhere.")], "\n")


def came_up(tx: Tx, job: Job) -> list[Up]:
    """The comments of a job whose copies are up with it and were not before."""
    fresh = [m for m in job.members if m.delivery in job.shown and m.want and not m.have]
    found: list[Up] = []
    for member in fresh if job.subject == "comment" and job.role == "copy" else ():
        row = tx.one("SELECT state FROM comment WHERE id = :id", {"id": member.subject_id})
        wanted = wanted_at(tx, job.subject, member.subject_id)
        if row is not None and wanted is not None:
            found.append((row["state"], wanted))
    return found


def wanted_at(tx: Tx, subject: str, comment: int) -> float | None:
    """When a comment came to be shown as it is (Unix seconds): when it was written, or when the
    newest decision on it was made. None for every other subject."""
    if subject != "comment":
        return None
    row = tx.one(
        "SELECT max(r.at, coalesce((SELECT max(d.at) FROM decision d WHERE d.comment = c.id),"
        " r.at)) AS at FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = max(1, c.shown) WHERE c.id = :id",
        {"id": comment},
    )
    return row["at"] if row is not None else None


def backlog(tx: Tx) -> list[Json]:
    """What is not level, for each platform and state (see the names above): platform, state,
    n, oldest (Unix seconds, None where nothing tells)."""
    rows = tx.all(_DELIVERIES + " WHERE d.want <> d.have")
    found: dict[tuple[str, str], Json] = {}
    for row in rows:
        key = row["platform"], _state(row)
        one = found.setdefault(key, {"platform": key[0], "state": key[1], "n": 0, "oldest": None})
        one["n"] += 1
        times = [t for t in (one["oldest"], wanted_at(tx, row["subject"], row["subject_id"])) if t]
        one["oldest"] = min(times, default=None)
    return list(found.values())


def standing(tx: Tx, context: Context) -> Json:
    """What waits, over all publications: `held` (comments), `oldest_held` (Unix seconds, None
    where none waits), `backlog` (see there), `quarantined` (platform to number)."""
    publications = context.house(tx).publications
    times = [oldest_held(tx, number) for number in publications]
    rows = tx.all("SELECT platform, count(*) AS n FROM quarantine GROUP BY platform")
    return {
        "held": sum(held_count(tx, number) for number in publications),
        "oldest_held": min((t for t in times if t is not None), default=None),
        "backlog": backlog(tx),
        "quarantined": {row["platform"]: row["n"] for row in rows},
    }
