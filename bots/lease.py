"""The lease: of two programs for the same bot one works, and the other waits to take over.

Locks of the kernel (flock), which it releases at the holder's death, however it dies: no clock
has to be compared, and nothing is left behind that has to expire. Both must run on one machine.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from io import TextIOWrapper
from logging import getLogger
from pathlib import Path

from core.clock import Clock, utc
from core.errors import UserError
from core.i18n import FALLBACK, texts

log = getLogger(__name__)
t = texts(FALLBACK)

LOOK_EVERY = 0.5
"""Seconds between two looks whether the other program has ended."""


def of_database(database: Path) -> Path:
    """The lock of whoever works on a database."""
    return database.with_name(f"{database.name}.lock")


def of_account(platform: str, token: str, api_url: str) -> Path | None:
    """The lock of a bot's account, for all databases of this user; None where there is no folder
    for it. Its name is a digest: no token can be read from it."""
    folder = Path(tempfile.gettempdir()) / f"commonthread-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid != os.getuid():
            return None
    except OSError:
        return None
    name = hashlib.sha256(f"{platform} {token} {api_url}".encode()).hexdigest()
    return folder / f"{name[:32]}.lock"


@asynccontextmanager
async def held(locks: Iterable[Path], clock: Clock) -> AsyncIterator[None]:
    """Hold every lock. While another program has one, the log says which, and this one waits.

    Raises UserError where a lock's file cannot be used.
    """
    with ExitStack() as stack:
        for path in locks:
            file = stack.enter_context(_opened(path))
            await _wait(file, path, clock)
            _sign(file, clock)
        yield


@contextmanager
def free(database: Path) -> Iterator[None]:
    """Hold a database's lock for as long as nobody may start on it.

    Raises UserError where a program works on it.
    """
    path = of_database(database)
    with _opened(path) as file:
        if not _taken(file):
            raise UserError(
                t("Commonthread runs on {database} ({holder}). Stop it first.",
                  database=database, holder=_holder(path))
            )  # fmt: skip
        yield


@contextmanager
def _opened(path: Path) -> Iterator[TextIOWrapper]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(
            t("{file} cannot be used: {reason}. DATA_DIR and DATABASE must lie in folders of the"
              " user that runs Commonthread.", file=path, reason=reason)
        ) from error  # fmt: skip
    with file:
        yield file


def _taken(file: TextIOWrapper) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(
            t("{file} cannot be locked ({reason}). Put DATA_DIR and DATABASE on a disk of this"
              " machine.", file=file.name, reason=reason)
        ) from error  # fmt: skip
    return True


async def _wait(file: TextIOWrapper, path: Path, clock: Clock) -> None:
    told = False
    while not _taken(file):
        if not told:
            told = True
            log.warning(
                "%s",
                t("Commonthread runs already ({holder}, {lock}). This one waits and takes over when"
                  " that one ends. Ctrl-C stops waiting.", holder=_holder(path), lock=path),
            )  # fmt: skip
        await clock.sleep(LOOK_EVERY)
    if told:
        log.warning("%s", t("The other one has ended: this one takes over."))


def _sign(file: TextIOWrapper, clock: Clock) -> None:
    """Say who has the lock, and since when."""
    with contextlib.suppress(OSError):  # A full disk must not keep the program from starting.
        file.truncate(0)
        file.write(f"{os.getpid()} {utc(clock.now()):%Y-%m-%dT%H:%M:%SZ}\n")
        file.flush()


def _holder(path: Path) -> str:
    """The words for who has a lock, as far as its file says."""
    try:
        pid, since = path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return t("another process")
    return t("process {pid} since {since}", pid=pid, since=since)
