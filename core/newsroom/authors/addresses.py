"""Addresses: the only place where the identity of an author on a platform is kept.

It is sealed under a key outside of the database, and goes when its purpose is over.
"""

from __future__ import annotations

from core.authors import seal, unseal
from core.errors import StorageError
from core.model import Publication
from core.newsroom.context import Context
from core.ports import Tx

TELL, BAN = "tell", "ban"
"""Purposes: to tell what became of a comment; to lift a ban of ours on the platform again."""
DAY, HOUR = 86400.0, 3600.0


_KNOWN = (
    "SELECT EXISTS (SELECT 1 FROM restriction WHERE author = :tag) AS restricted,"
    " EXISTS (SELECT 1 FROM quiet WHERE tag = :tag) AS quiet, (SELECT expires FROM address"
    " WHERE tag = :tag AND publication = :p AND purpose = 'tell') AS expires"
)


def remember(
    tx: Tx, context: Context, publication: Publication, platform: str, author: str, identity: str
) -> None:
    """Somebody wrote to a publication: they can be told what becomes of it for some days
    (`Options.address_days`), unless they want to be told nothing.

    identity: as in `core.events.Person`; "" is nobody in particular.
    """
    if not identity:
        return
    known = tx.all(_KNOWN, {"tag": author, "p": publication.id})[0]
    if known["restricted"]:
        _keep_who_is_banned(tx, context, publication, platform, author, identity)
    days = publication.options.address_days
    if not days or known["quiet"]:
        return
    until = context.clock.now() + days * DAY
    if known["expires"] is None:
        _write(tx, author, publication.id, TELL, platform, seal(context.keys, identity), until)
    elif known["expires"] < until - HOUR:
        tx.run(
            "UPDATE address SET expires = :until"
            " WHERE tag = :tag AND publication = :p AND purpose = 'tell'",
            {"until": until, "tag": author, "p": publication.id},
        )


def _keep_who_is_banned(
    tx: Tx, context: Context, publication: Publication, platform: str, author: str, identity: str
) -> None:
    """Who was to be banned on the platform while nobody knew any more who it is, wrote again."""
    channels = tx.all(
        "SELECT c.id FROM restriction r JOIN channel c ON c.id = r.channel"
        " WHERE r.author = :tag AND c.publication = :p",
        {"tag": author, "p": publication.id},
    )
    if channels and identity_of(tx, context, author, publication.id, BAN) is None:
        _write(tx, author, publication.id, BAN, platform, seal(context.keys, identity), None)
        for row in channels:
            tx.wake(row["id"])


def keep_for_ban(tx: Tx, author: str, publication: int) -> None:
    """Keep who somebody is for as long as a ban of ours stands on the platform, where it is known
    still."""
    tx.run(
        "INSERT INTO address (tag, publication, purpose, platform, sealed, expires)"
        " SELECT tag, publication, 'ban', platform, sealed, NULL FROM address"
        " WHERE tag = :tag AND publication = :p AND purpose = 'tell'"
        " ON CONFLICT (tag, publication, purpose) DO NOTHING",
        {"tag": author, "p": publication},
    )


def _write(
    tx: Tx,
    author: str,
    publication: int,
    purpose: str,
    platform: str,
    sealed: bytes,
    expires: float | None,
) -> None:
    tx.run(
        "INSERT INTO address (tag, publication, purpose, platform, sealed, expires)"
        " VALUES (:tag, :p, :purpose, :platform, :sealed, :expires)"
        " ON CONFLICT (tag, publication, purpose) DO NOTHING",
        {"tag": author, "p": publication, "purpose": purpose, "platform": platform,
         "sealed": sealed, "expires": expires},
    )  # fmt: skip


def identity_of(
    tx: Tx, context: Context, author: str, publication: int, purpose: str
) -> str | None:
    """The identity behind a tag, as long as it is kept for this purpose and can be opened."""
    row = tx.one(
        "SELECT sealed FROM address WHERE tag = :tag AND publication = :p AND purpose = :purpose",
        {"tag": author, "p": publication, "purpose": purpose},
    )
    if row is None:
        return None
    try:
        return str(unseal(context.keys, row["sealed"]))
    except StorageError:
        return None


def is_quiet(tx: Tx, author: str) -> bool:
    """The author wants to be told nothing."""
    return tx.one("SELECT 1 FROM quiet WHERE tag = :tag", {"tag": author}) is not None


def be_quiet(tx: Tx, context: Context, author: str, quiet: bool) -> None:
    """Tell an author nothing any more, or again. What was kept to tell them goes at once."""
    if not quiet:
        tx.run("DELETE FROM quiet WHERE tag = :tag", {"tag": author})
        return
    tx.run(
        "INSERT INTO quiet (tag, at) VALUES (:tag, :now) ON CONFLICT DO NOTHING",
        {"tag": author, "now": context.clock.now()},
    )
    tx.run("DELETE FROM address WHERE tag = :tag AND purpose = 'tell'", {"tag": author})
    tx.run(
        "UPDATE told SET state = 'over' WHERE author = :tag AND state = 'waiting'", {"tag": author}
    )


def expire(tx: Tx, now: float) -> None:
    """Drop what has served, except where a comment of its author still waits for a decision, an
    appeal for its answer, or something to be told."""
    tx.run(
        "DELETE FROM address WHERE expires <= :now AND NOT EXISTS (SELECT 1 FROM comment c"
        " JOIN article a ON a.id = c.article WHERE c.author = address.tag AND c.state = 'held'"
        " AND a.publication = address.publication) AND NOT EXISTS (SELECT 1 FROM appeal p"
        " WHERE p.author = address.tag AND p.publication = address.publication"
        " AND p.state = 'open') AND NOT EXISTS (SELECT 1 FROM told t"
        " WHERE t.author = address.tag AND t.state = 'waiting')",
        {"now": now},
    )
