"""What is set up, as rows of plain values for the command line, and changes to it.

Every list is ordered by number, and its rows hold JSON values only; times are Unix seconds.
"""

from __future__ import annotations

import json
from typing import Any

from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Mode
from core.newsroom.context import Context
from core.newsroom.outgoing.plan import refresh_newest
from core.newsroom.setup import admin
from core.ports import Row, Tx

t = texts(FALLBACK)

Json = dict[str, Any]


def publications(tx: Tx, context: Context) -> list[Json]:
    """Every publication: id, name, tagline, languages, zone, mode, options, policy."""
    rows = tx.all(
        "SELECT id, name, tagline, languages, zone, mode, options, policy FROM publication"
        " ORDER BY id"
    )
    return [{**row, "options": json.loads(row["options"])} for row in _rows(rows)]


def feeds(tx: Tx, context: Context, publication: int | None) -> list[Json]:
    """id, publication (its name), url, next_at, problem, gone of each feed; None: of all."""
    rows = tx.all(
        "SELECT f.id, p.name AS publication, f.url, f.publish_last, f.next_at, f.problem, f.gone"
        " FROM feed f JOIN publication p ON p.id = f.publication"
        " WHERE :p IS NULL OR f.publication = :p ORDER BY f.id",
        {"p": publication},
    )
    return [{**row, "gone": bool(row["gone"])} for row in _rows(rows)]


def channels(tx: Tx, context: Context, publication: int | None) -> list[Json]:
    """Each channel with its publication's name and its address as PLATFORM:ID; None: of all."""
    rows = tx.all(
        "SELECT c.id, p.name AS publication, c.platform || ':' || c.place AS address, c.purpose,"
        " c.kind, c.title, c.names, c.way, c.style, c.link, c.dead"
        " FROM channel c JOIN publication p ON p.id = c.publication"
        " WHERE :p IS NULL OR c.publication = :p ORDER BY c.id",
        {"p": publication},
    )
    return _rows(rows)


def moderators(tx: Tx, context: Context, publication: int | None) -> list[Json]:
    """name, role and publication of everybody on a roster, whose identities nobody keeps."""
    rows = tx.all(
        "SELECT m.name, m.role, p.name AS publication FROM moderator m"
        " JOIN publication p ON p.id = m.publication"
        " WHERE :p IS NULL OR m.publication = :p ORDER BY p.id, m.name",
        {"p": publication},
    )
    return _rows(rows)


def articles(tx: Tx, context: Context, publication: int | None, most: int) -> list[Json]:
    """The newest articles: id, publication, headline, link, state, published, locked, and how
    many comments each has: `comments` published, `held` waiting."""
    rows = tx.all(
        "SELECT a.id, p.name AS publication, a.headline, a.link, a.state, a.published, a.locked,"
        " (SELECT count(*) FROM comment c WHERE c.article = a.id AND c.state = 'published')"
        " AS comments,"
        " (SELECT count(*) FROM comment c WHERE c.article = a.id AND c.state = 'held') AS held"
        " FROM article a JOIN publication p ON p.id = a.publication"
        " WHERE (:p IS NULL OR a.publication = :p) AND a.state <> 'known'"
        " ORDER BY a.id DESC LIMIT :most",
        {"p": publication, "most": most},
    )
    return list(reversed(_rows(rows)))


def _rows(rows: list[Row]) -> list[Json]:
    return [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118  sqlite3.Row


def set_publication(tx: Tx, context: Context, publication: int, changes: Json) -> None:
    """Change some of name, tagline, languages, zone, mode, policy.

    Raises UserError naming what is wrong and what would be right.
    """
    if not changes:
        raise UserError(t("Say what to change: --help lists what there is."))
    _check(tx, publication, changes)
    names = ("name", "tagline", "languages", "zone", "mode", "policy")
    assignments = ", ".join(f"{name} = :{name}" for name in names if name in changes)
    tx.run(
        f"UPDATE publication SET {assignments} WHERE id = :id",  # noqa: S608  our own names
        {**changes, "id": publication},
    )
    context.forget_house()
    refresh_newest(tx, publication)


def _check(tx: Tx, publication: int, changes: Json) -> None:
    if "name" in changes:
        changes["name"] = changes["name"].strip()
        taken = tx.one(
            "SELECT 1 FROM publication WHERE name = :n AND id <> :p",
            {"n": changes["name"], "p": publication},
        )
        if taken or not changes["name"]:
            raise UserError(t("A publication needs a name that no other one has."))
    if "languages" in changes:
        changes["languages"] = ",".join(admin.check_languages(changes["languages"]))
    if "zone" in changes:
        admin.check_zone(changes["zone"])
    if "mode" in changes and changes["mode"] not in {mode.value for mode in Mode}:
        raise UserError(
            t(
                "The mode “{mode}” does not exist: use open, new, held or held-soft.",
                mode=changes["mode"],
            )
        )


def remove_feed(tx: Tx, context: Context, publication: int | None, feed: str) -> str:
    """Stop following a feed, named by its number or address; its address. The articles stay."""
    row = _feed(tx, context, publication, feed)
    tx.run("DELETE FROM feed WHERE id = :id", {"id": row["id"]})
    return str(row["url"])


def feed_moved(tx: Tx, context: Context, publication: int | None, feed: str) -> str:
    """Agree that the entries that a feed renewed are not new: at its next reading, which is due
    now, what looks old is remembered under its new ids. The feed's address."""
    row = _feed(tx, context, publication, feed)
    tx.run(
        "UPDATE feed SET moved = 1, etag = '', modified = '', next_at = 0 WHERE id = :id",
        {"id": row["id"]},
    )
    return str(row["url"])


def _feed(tx: Tx, context: Context, publication: int | None, feed: str) -> Json:
    rows = [
        row
        for row in feeds(tx, context, publication)
        if feed in (str(row["id"]), row["url"])
    ]  # fmt: skip
    if not rows:
        raise UserError(
            t("No feed “{feed}” is followed: `feed list` tells their numbers.", feed=feed)
        )
    if len(rows) > 1:
        raise UserError(t("Several publications follow it: give the number from `feed list`."))
    return rows[0]


def move_feeds(tx: Tx, context: Context, ending: str, url: str) -> None:
    """Feeds whose address ends so are at another one from now on, and are asked at once."""
    tx.run(
        "UPDATE feed SET url = :url, etag = '', modified = '', next_at = 0"
        " WHERE substr(url, -length(:ending)) = :ending AND url <> :url",
        {"url": url, "ending": ending},
    )


def find_channel(tx: Tx, context: Context, address: str) -> Json:
    """A channel by its number or its PLATFORM:ID. Raises UserError where there is none."""
    for row in channels(tx, context, None):
        if address in (str(row["id"]), row["address"]):
            return row
    raise UserError(
        t(
            "No channel “{address}” is connected: `channel list` tells their numbers.",
            address=address,
        )
    )
