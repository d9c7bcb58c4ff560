"""The file with the SECRET_KEY, which tags authors and seals addresses.

It is made at the first start and lies outside of the database, so that a copy of the database
alone tells nobody who wrote what.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from core.clock import Clock
from core.errors import UserError
from core.i18n import FALLBACK, texts

BYTES = 32
_HEX = re.compile(rb"[0-9a-fA-F]{64}\s*")

t = texts(FALLBACK)


def secret_key(path: Path, clock: Clock, *, database: Path | None = None) -> bytes:
    """The deployment's key: 32 bytes, read from `path` or made there (hex, mode 0600).

    database: where it exists and the key does not, the key was lost, and a new one would make a
    stranger of every author: that is refused. Raises UserError, with what to do, for this, for
    a file that others may read, for one that holds no key, and where it cannot be read or made.
    """
    try:
        if not path.exists():
            _refuse_second_key(path, database)
            _make(path, clock)
        return _read(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(
            t(
                "The key file {file} cannot be used: {reason}. Its folder must exist or be"
                " creatable, and belong to the user that runs Commonthread.",
                file=path,
                reason=reason,
            )
        ) from error


def _refuse_second_key(path: Path, database: Path | None) -> None:
    if database is None or not database.exists():
        return
    raise UserError(
        t(
            "The key file {file} is missing, but the database {database} was written with it."
            " Put the file back from its copy, or name its place in SECRET_KEY_FILE. If it is"
            " lost for good, move the database away and start anew.",
            file=path,
            database=database,
        )
    )


def _make(path: Path, clock: Clock) -> None:
    """Write a new key aside and link it into place.

    A link is made whole or not at all, and never over another file: a crash leaves no half key,
    and of two programs that start together both use the first one's key.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{clock.token(6)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(clock.key(BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return
        _sync_folder(path.parent)
    finally:
        aside.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a loss of power; without it the database could outlive its key."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        content = file.read(1024)
    if mode & 0o077:
        raise UserError(
            t("Other users of this machine may read {file}. Run: chmod 600 {file}", file=path)
        )
    if not _HEX.fullmatch(content):
        raise UserError(
            t(
                "{file} holds no key (64 hexadecimal digits). Put it back from its copy. If it"
                " never held one, delete it; a new one is made at the next start.",
                file=path,
            )
        )
    return bytes.fromhex(content.decode("ascii"))
