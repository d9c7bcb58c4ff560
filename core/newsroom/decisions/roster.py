"""The rosters and the platforms' roles that count as ours, as decisions change them: two aspects.

"roster": tag -> [name, role], "mapped": "platform<TAB>key" -> [title, role]; None = not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from core.i18n import Texts
from core.model import Role
from core.newsroom.context import Context
from core.ports import Tx

About = Mapping[str, Any]
Listed = list[str] | None
Entries = Mapping[str, Listed]

ROSTER, MAPPED = "roster", "mapped"


def on_roster(tx: Tx, publication: int, name: str | None = None) -> dict[str, Listed]:
    """Whoever is on a publication's roster, under that name or at all."""
    rows = tx.all(
        "SELECT tag, name, role FROM moderator WHERE publication = :p"
        " AND (:name IS NULL OR name = :name) ORDER BY tag",
        {"p": publication, "name": name},
    )
    return {row["tag"]: [row["name"], row["role"]] for row in rows}


def in_map(tx: Tx, publication: int, title: str | None = None) -> dict[str, Listed]:
    """The platforms' roles that count for something, under that name or key or at all."""
    rows = tx.all(
        "SELECT platform, key, title, role FROM role_map WHERE publication = :p"
        " AND (:title IS NULL OR title = :title OR key = :title) ORDER BY platform, key",
        {"p": publication, "title": title},
    )
    return {key_of(row["platform"], row["key"]): [row["title"], row["role"]] for row in rows}


def key_of(platform: str, key: str) -> str:
    """What names a platform's role in a decision."""
    return f"{platform}\t{key}"


_READ = {ROSTER: on_roster, MAPPED: in_map}


def require_owner(tx: Tx, t: Texts, publication: int, now: Mapping[str, Entries]) -> None:
    """Raises UserError where the change to `now` would take away the last owner: who is named
    one here, or whoever owns a connected place."""
    before, after = [], []
    for aspect, read in _READ.items():
        listed = read(tx, publication)
        before += list(listed.values())
        after += list({**listed, **now.get(aspect, {})}.values())
    if not _has_owner(before) or _has_owner(after):
        return
    place = tx.one("SELECT 1 FROM channel WHERE publication = :p LIMIT 1", {"p": publication})
    if place is None:
        raise UserError(t("Then nobody would be owner. Make somebody else owner first."))


def _has_owner(listed: list[Listed]) -> bool:
    return any(one is not None and one[1] == Role.OWNER.value for one in listed)


def roster_stands(tx: Tx, about: About, was: Entries, now: Entries) -> bool:
    """Whether the roster is as a decision left it."""
    listed = on_roster(tx, about["publication"])
    return all(listed.get(tag) == entry for tag, entry in now.items())


def apply_roster(tx: Tx, context: Context, about: About, was: Entries, now: Entries) -> None:
    """Put on the roster who is to be there, and take off the rest."""
    for tag, entry in now.items():
        name, role = entry or ("", "")
        tx.run(
            "INSERT INTO moderator (publication, tag, name, role) VALUES (:p, :tag, :name, :role)"
            " ON CONFLICT (publication, tag) DO UPDATE SET name = excluded.name,"
            " role = excluded.role"
            if entry
            else "DELETE FROM moderator WHERE publication = :p AND tag = :tag",
            {"p": about["publication"], "tag": tag, "name": name, "role": role},
        )
    context.forget_house()


def mapped_stands(tx: Tx, about: About, was: Entries, now: Entries) -> bool:
    """Whether the platforms' roles count as a decision left them."""
    listed = in_map(tx, about["publication"])
    return all(listed.get(key) == entry for key, entry in now.items())


def apply_mapped(tx: Tx, context: Context, about: About, was: Entries, now: Entries) -> None:
    """Let the platforms' roles count as they are to."""
    for name, entry in now.items():
        platform, key = name.split("\t")
        title, role = entry or ("", "")
        tx.run(
            "INSERT INTO role_map (publication, platform, key, title, role)"
            " VALUES (:p, :platform, :key, :title, :role)"
            " ON CONFLICT (publication, platform, key)"
            " DO UPDATE SET title = excluded.title, role = excluded.role"
            if entry
            else "DELETE FROM role_map WHERE publication = :p AND platform = :platform"
            " AND key = :key",
            {"p": about["publication"], "platform": platform, "key": key, "title": title,
             "role": role},
        )  # fmt: skip
    context.forget_house()
