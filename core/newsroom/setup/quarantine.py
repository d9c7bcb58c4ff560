"""What cannot be read is put aside, sealed, and the desk is told once; it can be read again."""

from __future__ import annotations

from typing import Any

from core.authors import unseal
from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_every_desk
from core.ports import Tx

t = texts(FALLBACK)


def put_aside(tx: Tx, context: Context, platform: str, key: str, sealed: bytes, error: str) -> None:
    """Keep what a platform told under its key, for as long as `Rules.quarantine_life` says; a
    repetition changes nothing. error: the kind of mistake and its place, nobody's words."""
    now = context.clock.now()
    added = tx.run(
        "INSERT INTO quarantine (platform, key, sealed, error, at, expires) VALUES"
        " (:platform, :key, :sealed, :error, :now, :expires) ON CONFLICT DO NOTHING",
        {
            "platform": platform,
            "key": key,
            "sealed": sealed,
            "error": error,
            "now": now,
            "expires": now + context.rules.quarantine_life,
        },
    )
    if added:
        tell_every_desk(
            tx, context, f"quarantine:{platform}:{key}",
            lambda t: t("Something from {platform} could not be read ({error}).",
                        platform=platform.capitalize(), error=error),
        )  # fmt: skip


def rows(tx: Tx, context: Context) -> list[dict[str, Any]]:
    """What is kept, oldest first: id, platform, error, at, expires (Unix seconds), replay (it is
    about to be read again). Never what it says."""
    names = ("id", "platform", "error", "at", "expires", "replay")
    found = tx.all("SELECT * FROM quarantine ORDER BY id")
    return [{name: row[name] for name in names} for row in found]


def content(tx: Tx, context: Context, number: int) -> str:
    """What one of them says, as the platform wrote it. Raises UserError where there is none."""
    row = tx.one("SELECT sealed FROM quarantine WHERE id = :id", {"id": number})
    if row is None:
        raise UserError(t("There is no number {n} in quarantine.", n=number))
    return str(unseal(context.keys, row["sealed"]))


def replay(tx: Tx, context: Context, number: int | None) -> int:
    """Let the running program read one of them (None: all) again; how many. Raises UserError."""
    return _one_or_all(tx, "UPDATE quarantine SET replay = 1", number)


def drop(tx: Tx, context: Context, number: int | None) -> int:
    """Delete one of them (None: all); how many. Raises UserError."""
    return _one_or_all(tx, "DELETE FROM quarantine", number)


def _one_or_all(tx: Tx, statement: str, number: int | None) -> int:
    changed = tx.run(f"{statement} WHERE :id IS NULL OR id = :id", {"id": number})
    if number is not None and not changed:
        raise UserError(t("There is no number {n} in quarantine.", n=number))
    return changed


def waiting(tx: Tx, context: Context) -> list[tuple[int, str, str, bytes]]:
    """(id, platform, key, raw) of what is to be read again now."""
    return [
        (row["id"], row["platform"], row["key"], unseal(context.keys, row["sealed"]).encode())
        for row in tx.all("SELECT * FROM quarantine WHERE replay = 1 ORDER BY id LIMIT 20")
    ]


def replayed(tx: Tx, context: Context, number: int, error: str) -> None:
    """It was read ("" as error) and goes, or still cannot be and stays, with the new reason."""
    if not error:
        tx.run("DELETE FROM quarantine WHERE id = :id", {"id": number})
        return
    tx.run(
        "UPDATE quarantine SET replay = 0, error = :error WHERE id = :id",
        {"id": number, "error": error},
    )
