"""The World's files: real bytes on disk beside its database, never in memory as a whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

CHUNK = 64 * 1024


class Files:
    """Bytes by the name that `keep` gives: a digest, so that equal bytes are kept once.

    folder: where they lie, made at need; None: a folder of this process that goes with it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._given = folder
        self._made: Path | None = None

    def folder(self) -> Path:
        """The folder, which exists."""
        if self._made is None and self._given is None:
            self._made = Path(tempfile.mkdtemp(prefix="rehearsal-"))
            weakref.finalize(self, shutil.rmtree, self._made, ignore_errors=True)
        elif self._made is None and self._given is not None:
            self._given.mkdir(parents=True, exist_ok=True)
            self._made = self._given
        if self._made is None:
            raise AssertionError("a folder was made above")
        return self._made

    def keep(self, data: bytes | Path, size: int | None = None) -> str:
        """Keep bytes or a copy of a file; its name. size: padded with zero bytes up to it, which
        takes no room on disk, so that a test may have very large files."""
        with Incoming(self) as incoming:
            if isinstance(data, bytes):
                incoming.write(data)
            else:
                with data.open("rb") as source:
                    while chunk := source.read(CHUNK):
                        incoming.write(chunk)
            return incoming.done(size)

    def path(self, name: str) -> Path:
        return self.folder() / name

    def size(self, name: str) -> int:
        """The length in bytes."""
        return self.path(name).stat().st_size

    def chunks(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece."""
        with self.path(name).open("rb") as source:
            source.seek(start)
            left = self.size(name) - start if end is None else end - start
            while left > 0 and (chunk := source.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


class Incoming:
    """A file on its way in: `write` pieces, then `done`; without `done` nothing stays."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._digest = hashlib.sha256()
        self.size = 0
        handle, name = tempfile.mkstemp(dir=files.folder(), prefix="in-")
        self._path = Path(name)
        self._handle = os.fdopen(handle, "wb")

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()
        self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        self._digest.update(data)
        self.size += len(data)

    def done(self, size: int | None = None) -> str:
        """The name under which the bytes are kept now. size: as for `Files.keep`."""
        name = self._digest.hexdigest()
        if size is not None and size > self.size:
            self._handle.truncate(size)
            name = f"{name}-{size}"
        self._handle.close()
        self._path.replace(self._files.path(name))
        return name
