"""The spool: what goes in comes out, and nothing else does."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from core.authors import Keys
from core.clock import FakeClock
from core.errors import DiskRefused, StorageError, Unreachable
from core.ports import Take
from core.storage import spool as spools
from core.storage.spool import PIECE, Spool, SpoolFull

KEYS = Keys.derive(b"k" * 32)


async def spool(folder: Path, *, keys: Keys = KEYS, quota: int = 10 * PIECE) -> Spool:
    made = Spool(folder / "spool", keys, FakeClock(), quota)
    await made.open()
    return made


async def kept(into: Spool, data: bytes, step: int = 10_000) -> str:
    async def fetch(take: Take) -> None:
        for start in range(0, len(data), step):
            await take(data[start : start + step])

    return (await into.keep(fetch)).name


async def read(out: Spool, name: str) -> bytes:
    return b"".join([piece async for piece in out.read(name)])


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
async def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    room = await spool(tmp_path)
    name = await kept(room, data)
    assert await read(room, name) == data
    [file] = (tmp_path / "spool").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert room.used == file.stat().st_size
    assert size < 16 or data[:16] not in file.read_bytes()


async def test_the_same_bytes_have_the_same_digest_under_one_key_only(tmp_path: Path) -> None:
    async def fetch(take: Take) -> None:
        await take(b"the same")

    room, other = await spool(tmp_path), await spool(tmp_path / "o", keys=Keys.derive(b"o" * 32))
    first, second = await room.keep(fetch), await room.keep(fetch)
    assert (first.digest, first.size) == (second.digest, 8)
    assert first.name != second.name
    assert (await other.keep(fetch)).digest != first.digest


async def test_who_is_told_to_stop_while_a_file_opens_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, go_on, files = threading.Event(), threading.Event(), list[BinaryIO]()
    create = spools._create

    def slowly(path: Path) -> BinaryIO:
        opening.set()
        go_on.wait()
        files.append(create(path))
        return files[0]

    monkeypatch.setattr(spools, "_create", slowly)
    room = await spool(tmp_path)
    task = asyncio.create_task(kept(room, b"words"))
    await asyncio.to_thread(opening.wait)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files[0].closed
    assert not list((tmp_path / "spool").iterdir())


@pytest.mark.parametrize("harm", ["flip", "cut", "cut a piece", "lengthen", "swap", "other key"])
async def test_a_file_that_was_touched_is_refused(tmp_path: Path, harm: str) -> None:
    room = await spool(tmp_path)
    name = await kept(room, bytes(2 * PIECE + 99))
    file = tmp_path / "spool" / name
    data = bytearray(file.read_bytes())
    if harm == "flip":
        data[PIECE // 2] ^= 1
    elif harm == "cut":
        del data[-1:]
    elif harm == "cut a piece":
        del data[20 + 2 * (PIECE + 16) :]
    elif harm == "lengthen":
        data += bytes(PIECE)
    elif harm == "swap":
        data = bytearray((tmp_path / "spool" / await kept(room, bytes(9))).read_bytes())
    else:
        room = await spool(tmp_path, keys=Keys.derive(b"o" * 32))
    file.write_bytes(data)
    with pytest.raises(StorageError, match="not as it was written"):
        await read(room, name)


async def test_the_quota_holds_and_what_broke_off_leaves_nothing(tmp_path: Path) -> None:
    room = await spool(tmp_path, quota=2 * PIECE)
    with pytest.raises(SpoolFull):
        await kept(room, bytes(3 * PIECE))

    async def broken(take: Take) -> None:
        await take(bytes(PIECE + 5))
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        await room.keep(broken)
    assert room.used == 0
    assert await room.orphans() == []
    await kept(room, bytes(PIECE))


async def test_a_file_is_dropped_once_and_for_all(tmp_path: Path) -> None:
    room = await spool(tmp_path)
    name = await kept(room, b"x")
    assert await room.orphans() == [name]
    await room.drop(name)
    await room.drop(name)
    assert room.used == 0
    with pytest.raises(DiskRefused, match="No such file"):
        await read(room, name)
