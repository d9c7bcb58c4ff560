"""Backups: the database and the spool in one file, made while the program runs; and the way back.

The file is a tar archive: `manifest.json` (schema, time, and a mark by which the key is known
that the backup belongs to), `commonthread.db`, and `spool/` with the files that the database
names. Everything in the spool is sealed; the key itself is never in a backup.
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.storage.upgrade import upgrades

t = texts(FALLBACK)

MANIFEST, DATABASE, SPOOL = "manifest.json", "commonthread.db", "spool/"
FORMAT = 1
_CHUNK = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a file in the spool is called."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is backed up. key_mark: tells whether the key is the one, without telling the key."""

    database: Path
    spool: Path
    key_mark: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds. at: when it was made (Unix seconds, UTC); files: in the spool."""

    at: float
    schema: int
    comments: int
    files: int
    size: int


def back_up(stock: Stock, target: Path, now: float, *, overwrite: bool = False) -> Contents:
    """Write a consistent copy of everything into `target`, readable by its owner only, whole or
    not at all. now: Unix seconds.

    Raises UserError where the target exists or cannot be written, or the copy is not sound.
    """
    if not stock.database.exists():
        raise UserError(t("There is no database at {file} yet.", file=stock.database))
    if target.exists() and not overwrite:
        raise UserError(t("{file} exists already; --force writes over it.", file=target))
    copy = target.with_name(f".{target.name}.db")
    part = target.with_name(f".{target.name}.part")
    with _readable(target), _scratch(copy), _scratch(part):
        _copy_database(stock.database, copy)
        contents = _write(stock, copy, part, now)
        os.replace(part, target)
        _sync(target.parent)
        return contents


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Troubles with a file as words for a person."""
    try:
        yield
    except (OSError, tarfile.TarError, sqlite3.Error, ValueError, KeyError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UserError(t("{file} cannot be used: {reason}.", file=file, reason=reason)) from error


@contextmanager
def _scratch(file: Path) -> Iterator[None]:
    """A new file that only its owner may read, gone afterwards."""
    for beside in _with_logs(file):
        beside.unlink(missing_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    finally:
        for beside in _with_logs(file):
            beside.unlink(missing_ok=True)


def _with_logs(file: Path) -> tuple[Path, ...]:
    return file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))


def _copy_database(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
        _check(new)


def _check(database: sqlite3.Connection) -> None:
    (found,) = database.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise UserError(t("The database in it is damaged: {reason}.", reason=found))


def _write(stock: Stock, copy: Path, part: Path, now: float) -> Contents:
    with closing(sqlite3.connect(copy)) as database:
        schema = int(database.execute("PRAGMA user_version").fetchone()[0])
        comments = int(database.execute("SELECT count(*) FROM comment").fetchone()[0])
        names = _spooled(database)
    files = 0
    with part.open("r+b") as out, tarfile.open(fileobj=out, mode="w") as archive:
        told = {"format": FORMAT, "schema": schema, "at": now, "key": stock.key_mark}
        _add(archive, MANIFEST, json.dumps(told | {"comments": comments}).encode())
        archive.add(copy, DATABASE, filter=_plain)
        for name in names:
            if (file := stock.spool / name).is_file():
                archive.add(file, SPOOL + name, filter=_plain)
                files += 1
        archive.close()
        out.flush()
        os.fsync(out.fileno())
    return Contents(now, schema, comments, files, part.stat().st_size)


def _spooled(database: sqlite3.Connection) -> list[str]:
    """The files that the database knows to be in the spool."""
    known = database.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'attachment'"
    ).fetchone()
    if known is None:
        return []
    rows = database.execute("SELECT DISTINCT file FROM attachment WHERE file <> '' ORDER BY file")
    return [row[0] for row in rows]


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, io.BytesIO(data))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names and numbers of this machine's users."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def restore(stock: Stock, source: Path, aside: str) -> Contents:
    """Put a backup in the place of the database and the spool; what was there is kept beside,
    with `aside` behind its name. No program may be running on it.

    What waited to be sent when the backup was made is looked for before it is sent again, where
    the platform can be read. Raises UserError, and then nothing is changed, where the file is no
    backup, is damaged, belongs to another key or is from a newer release.
    """
    with _readable(source), tarfile.open(source, "r:") as archive:
        contents = _manifest(stock, archive)
        folder = stock.database.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new, spool = folder / f".{aside}.db", folder / f".{aside}.spool"
        with _scratch(new):
            spool.mkdir(mode=0o700)
            try:
                files = _extract(archive, new, spool)
                _settle(new)
                _swap(stock, new, spool, aside)
            finally:
                _remove(spool)
        return Contents(
            contents["at"], contents["schema"], contents["comments"], files, source.stat().st_size
        )


def _manifest(stock: Stock, archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    file = archive.extractfile(first) if first and first.name == MANIFEST else None
    told: dict[str, Any] = json.load(file) if file and first and first.size < _CHUNK else {}
    if told.get("format") != FORMAT:
        raise UserError(t("This is no backup that this release can read."))
    if told["schema"] > upgrades()[-1][0]:
        raise UserError(t("This backup is from a newer release; update Commonthread first."))
    if told["key"] != stock.key_mark:
        raise UserError(
            t("This backup belongs to another secret.key. Put that key back first: without it"
              " nobody who wrote is known again.")
        )  # fmt: skip
    return told


def _extract(archive: tarfile.TarFile, database: Path, spool: Path) -> int:
    """Database and files to their new places; how many files. Names are never used as paths
    before they are checked."""
    files, found = 0, False
    while (member := archive.next()) is not None:
        source = archive.extractfile(member) if member.isfile() else None
        name = member.name.removeprefix(SPOOL)
        if source is None:
            continue
        if member.name == DATABASE:
            found = True
            _pour(source, database)
        elif member.name.startswith(SPOOL) and _NAME.fullmatch(name):
            files += 1
            os.close(os.open(spool / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _pour(source, spool / name)
    if not found:
        raise UserError(t("This is no backup that this release can read."))
    return files


def _pour(source: Any, target: Path) -> None:
    with target.open("r+b") as out:
        while piece := source.read(_CHUNK):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _settle(path: Path) -> None:
    """Check the database, and doubt what was on its way: each delivery that waited to be sent
    may have been sent since, so it gets a try of unknown outcome, which is looked for first."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        _check(database)
        database.execute("BEGIN IMMEDIATE")
        waiting = database.execute(
            "SELECT id, channel FROM delivery WHERE want > 0 AND have = 0 AND gone = 0"
            " AND role = 'copy' AND NOT EXISTS (SELECT 1 FROM shows WHERE delivery = delivery.id)"
        ).fetchall()
        for delivery, channel in waiting:
            made = database.execute("INSERT INTO message (channel) VALUES (?)", (channel,))
            database.execute(
                "INSERT INTO shows (delivery, message) VALUES (?, ?)", (delivery, made.lastrowid)
            )
        database.execute("COMMIT")


def _swap(stock: Stock, new: Path, spool: Path, aside: str) -> None:
    """The old ones aside, the new ones into their place; the database last."""
    for old in (*_with_logs(stock.database), stock.spool):
        if old.exists():
            old.rename(old.with_name(f"{old.name}.{aside}"))
    spool.rename(stock.spool)
    new.rename(stock.database)
    _sync(stock.database.parent)


def _remove(folder: Path) -> None:
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def drop_old_copies(database: Path, before: float) -> int:
    """Delete the copies that upgrades and restores left beside the database and that are older
    than `before` (Unix seconds): what was erased since is still in them. How many."""
    dropped = 0
    for file in database.parent.glob(f"{database.stem}.*before-*"):
        if file.stat().st_mtime >= before:
            continue
        dropped += 1
        _remove(file) if file.is_dir() else file.unlink(missing_ok=True)
    return dropped
