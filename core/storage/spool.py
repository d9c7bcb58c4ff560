"""The spool: bytes that people sent, sealed in files beside the database until they are not
needed any more.

A file is a header and pieces. Each piece is encrypted and authenticated on its own (AES-256-GCM
under a key of that file), bound to its place and to the file's name; the last one says that it
is the last. So a file that was cut, reordered, exchanged or changed is refused, and reading and
writing take the memory of one piece.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.authors import Keys
from core.clock import Clock
from core.ending import wait_out
from core.errors import DiskRefused, StorageError
from core.ports import Take

T = TypeVar("T")

PIECE = 256 * 1024
"""Bytes of plain text in a piece."""
MAGIC = b"CTS1"
SALT = 16
TAG = 16
NAME_BYTES = 18


class SpoolFull(StorageError):
    """The quota does not allow these bytes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written: the file's name, its plain bytes, and the keyed hash that names them."""

    name: str
    size: int
    digest: str


class Spool:
    """One folder of sealed files.

    quota: bytes on the disk, at most. Only one program uses a folder at a time.
    """

    def __init__(self, folder: Path, keys: Keys, clock: Clock, quota: int) -> None:
        self._folder = folder
        self._keys = keys
        self._clock = clock
        self._quota = quota
        self._used = 0
        self._writing: set[str] = set()

    @property
    def used(self) -> int:
        """Bytes on the disk."""
        return self._used

    async def open(self) -> None:
        """Make the folder and count what is in it. Raises DiskRefused."""
        self._used = await _on_disk(self._count)

    def _count(self) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sum(file.stat().st_size for file in self._folder.iterdir())

    async def keep(self, fetch: Callable[[Take], Awaitable[None]]) -> Kept:
        """Write what `fetch` gives to the function that it is called with; durable on return.

        Raises SpoolFull, DiskRefused, or what `fetch` raised: then nothing is left.
        """
        name = self._clock.token(NAME_BYTES)
        self._writing.add(name)
        try:
            return await self._keep(name, fetch)
        finally:
            self._writing.discard(name)

    async def _keep(self, name: str, fetch: Callable[[Take], Awaitable[None]]) -> Kept:
        path = self._folder / name
        sealer = _Sealer(name, self._clock.key(SALT), self._keys)
        file = await _opened(lambda: _create(path), path.unlink)
        writer = _Writer(self, file, sealer)
        try:
            try:
                await fetch(writer.take)
                await writer.end()
            finally:
                await asyncio.shield(asyncio.to_thread(file.close))
            await _on_disk(lambda: _sync_folder(self._folder))
        except BaseException:
            self._used -= writer.written
            with suppress(OSError):
                path.unlink()
            raise
        return Kept(name, writer.size, sealer.digest.hexdigest())

    def claim(self, count: int) -> None:
        """Count bytes that are about to be written. Raises SpoolFull."""
        if self._used + count > self._quota:
            raise SpoolFull("the spool is full")
        self._used += count

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """The plain bytes of a file, in pieces. Raises StorageError where it is not there, or
        not as it was written."""
        file = await _opened(lambda: (self._folder / name).open("rb"))
        try:
            opener = await _on_disk(lambda: _opener(file, name, self._keys))
            while (piece := await _on_disk(lambda: opener.piece(file))) is not None:
                yield piece
        finally:
            file.close()

    async def drop(self, name: str) -> None:
        """Delete a file; one that is gone is success. Raises DiskRefused."""
        await _on_disk(lambda: self._drop(name))

    def _drop(self, name: str) -> None:
        path = self._folder / name
        with suppress(FileNotFoundError):
            size = path.stat().st_size
            path.unlink()
            self._used -= size

    async def orphans(self) -> list[str]:
        """The files that are there and not being written."""
        found: list[str] = await _on_disk(
            lambda: [file.name for file in self._folder.iterdir() if file.is_file()]
        )
        return [name for name in found if name not in self._writing]


class _Writer:
    """Gathers what comes into pieces and writes them sealed."""

    def __init__(self, spool: Spool, file: BinaryIO, sealer: _Sealer) -> None:
        self._spool = spool
        self._file = file
        self._sealer = sealer
        self._waiting = bytearray()
        self.size = 0
        self.written = 0

    async def take(self, data: bytes) -> None:
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > PIECE:
            piece = bytes(self._waiting[:PIECE])
            del self._waiting[:PIECE]
            await self._write(piece, last=False)

    async def end(self) -> None:
        await self._write(bytes(self._waiting), last=True)
        await _on_disk(lambda: _sync(self._file))

    async def _write(self, piece: bytes, *, last: bool) -> None:
        ahead = TAG + (0 if self.written else len(self._sealer.head))
        self._spool.claim(len(piece) + ahead)
        self.written += len(piece) + ahead
        await _on_disk(lambda: self._sealer.write(self._file, piece, last=last))


class _Sealer:
    """Seals the pieces of one file in order. The digest names the plain bytes."""

    def __init__(self, name: str, salt: bytes, keys: Keys) -> None:
        self.head = MAGIC + salt
        self.digest = hashlib.blake2b(key=keys.digests, digest_size=16)
        self._box = _box(keys, salt)
        self._name = name.encode()
        self._number = 0

    def write(self, file: BinaryIO, piece: bytes, *, last: bool) -> None:
        self.digest.update(piece)
        if not self._number:
            file.write(self.head)
        file.write(self._box.encrypt(_nonce(self._number, last=last), piece, self._name))
        self._number += 1


class _Opener:
    """Opens the pieces of one file in order."""

    def __init__(self, box: AESGCM, name: str) -> None:
        self._box = box
        self._name = name.encode()
        self._number = 0
        self._over = False

    def piece(self, file: BinaryIO) -> bytes | None:
        """The next piece, None after the last."""
        if self._over:
            return None
        sealed = file.read(PIECE + TAG)
        last = len(sealed) < PIECE + TAG or not file.peek(1)  # type: ignore[attr-defined]
        try:
            plain = self._box.decrypt(_nonce(self._number, last=last), sealed, self._name)
        except InvalidTag:
            raise StorageError("a file of the spool is not as it was written") from None
        self._number += 1
        self._over = last
        return plain


def _opener(file: BinaryIO, name: str, keys: Keys) -> _Opener:
    head = file.read(len(MAGIC) + SALT)
    if len(head) != len(MAGIC) + SALT or not head.startswith(MAGIC):
        raise StorageError("a file of the spool is not as it was written")
    return _Opener(_box(keys, head[len(MAGIC) :]), name)


def _box(keys: Keys, salt: bytes) -> AESGCM:
    return AESGCM(hmac.new(keys.spool, salt, hashlib.sha256).digest())


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _opened(work: Callable[[], BinaryIO], undo: Callable[[], None] | None = None) -> BinaryIO:
    """The file that `work` opens. Whoever is told to stop meanwhile leaves none open: it is closed,
    and `undo` is called. Raises DiskRefused."""
    opening = asyncio.ensure_future(_on_disk(work))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(DiskRefused):
            await wait_out(opening)
            opening.result().close()
            if undo is not None:
                undo()
        raise


async def _on_disk(work: Callable[[], T]) -> T:
    """Run on a thread. Raises DiskRefused, whose words name no file."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DiskRefused(f"the spool's disk refuses: {reason}") from None
