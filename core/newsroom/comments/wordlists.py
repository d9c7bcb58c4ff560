"""The words and domains that a publication's moderators listed, as the checks need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.moderation.lexicon import Entry, Lexicon
from core.moderation.links import Domains
from core.moderation.submission import Lists
from core.newsroom.context import Context
from core.ports import Row, Tx

NONE = Lists()


class ListsChanged(Exception):
    """The lists in memory are not those in the database any more. Whoever runs the transaction
    makes them anew, outside of it, and runs it again."""


def lists_of(tx: Tx, context: Context, publication: int) -> Lists:
    """A publication's lists. Raises ListsChanged."""
    row = tx.one("SELECT words FROM house")
    version, known = context.lists
    if row is not None and row["words"] != version:
        raise ListsChanged
    return known.get(publication, NONE)


def stored(tx: Tx) -> tuple[int, list[Row]]:
    """The version of all lists, and their rows."""
    row = tx.one("SELECT words FROM house")
    rows = tx.all("SELECT publication, kind, language, entry FROM word ORDER BY entry")
    return (row["words"] if row is not None else 0), rows


def made(rows: Sequence[Row]) -> Mapping[int, Lists]:
    """By publication. Takes a while for long lists: not for a transaction."""
    publications = {row["publication"] for row in rows}
    return {one: lists([row for row in rows if row["publication"] == one]) for one in publications}


def lists(rows: Sequence[Row]) -> Lists:
    """Of rows with kind, language and entry."""
    words = (
        Entry(row["kind"], row["entry"], row["language"])
        for row in rows
        if row["kind"] in ("banned", "suspect")
    )
    allow = frozenset(row["entry"] for row in rows if row["kind"] == "allow")
    deny = frozenset(row["entry"] for row in rows if row["kind"] == "deny")
    return Lists(Lexicon(words), Domains(allow, deny))


# The aspect of decisions: whether each of some entries ("kind\tlanguage\tentry") is listed


def _entry(about: Mapping[str, Any], key: str) -> dict[str, Any]:
    kind, language, entry = key.split("\t")
    return {"p": about["publication"], "kind": kind, "language": language, "entry": entry}


def words_stand(
    tx: Tx, about: Mapping[str, Any], was: Mapping[str, bool], now: Mapping[str, bool]
) -> bool:
    """Whether the lists are as a decision left them."""
    one = (
        "SELECT 1 FROM word WHERE publication = :p AND kind = :kind AND language = :language"
        " AND entry = :entry"
    )
    return all((tx.one(one, _entry(about, key)) is not None) == on for key, on in now.items())


def apply_words(
    tx: Tx,
    context: Context,
    about: Mapping[str, Any],
    was: Mapping[str, bool],
    now: Mapping[str, bool],
) -> None:
    """List what is to be listed, and take off the rest."""
    add = (
        "INSERT INTO word (publication, kind, language, entry)"
        " VALUES (:p, :kind, :language, :entry) ON CONFLICT DO NOTHING"
    )
    remove = (
        "DELETE FROM word WHERE publication = :p AND kind = :kind AND language = :language"
        " AND entry = :entry"
    )
    for key, listed in now.items():
        tx.run(add if listed else remove, _entry(about, key))
