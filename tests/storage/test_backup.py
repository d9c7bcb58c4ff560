"""Backups: whole, made while the program runs, and put back without sending again."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import tarfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bots.app import make_stock
from core.errors import UserError
from core.storage.backup import DATABASE, MANIFEST, Stock, back_up, drop_old_copies, restore
from core.storage.upgrade import upgrade
from tests.road.hands import Hands
from tests.road.house import House, newsroom

NOW = 1_790_000_000.0


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """A database with one publication, and a file in the spool that nothing names."""
    path = tmp_path / "commonthread.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        upgrade(db, path)
        db.execute("INSERT INTO publication (name, created) VALUES ('The Paper', 0)")
    spool = tmp_path / "commonthread.spool"
    spool.mkdir()
    (spool / "orphan").write_bytes(b"sealed")
    return Stock(path, spool, "mark")


def names(stock: Stock) -> list[str]:
    with closing(sqlite3.connect(stock.database)) as db:
        return [row[0] for row in db.execute("SELECT name FROM publication")]


def test_a_backup_is_its_owners_and_comes_back(stock: Stock, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    made = back_up(stock, target, NOW)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (made.at, made.comments, made.files, made.size) == (NOW, 0, 0, target.stat().st_size)
    with tarfile.open(target) as archive:
        assert archive.getnames() == [MANIFEST, DATABASE]
        assert {(m.uname, m.uid, m.mode) for m in archive} == {("", 0, 0o600)}
    with closing(sqlite3.connect(stock.database, isolation_level=None)) as db:
        db.execute("UPDATE publication SET name = 'Changed since'")
    restore(stock, target, "before-restore-1")
    assert names(stock) == ["The Paper"]
    kept = stock.database.with_name("commonthread.db.before-restore-1")
    assert names(replace(stock, database=kept)) == ["Changed since"]
    assert list(stock.spool.iterdir()) == []
    assert stat.S_IMODE(stock.database.stat().st_mode) == 0o600
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_nothing_is_written_over_unless_asked(stock: Stock, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    target.write_bytes(b"precious")
    with pytest.raises(UserError, match="--force"):
        back_up(stock, target, NOW)
    assert target.read_bytes() == b"precious"
    back_up(stock, target, NOW, overwrite=True)
    assert tarfile.is_tarfile(target)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_bytes(b"no archive"), "cannot be used"),
        (lambda file: _cut(file), "cannot be used|damaged"),
        (lambda file: _told(file, key="another"), "another secret.key"),
        (lambda file: _told(file, schema=9999), "newer release"),
        (lambda file: _told(file, format=7), "no backup"),
        (lambda file: _damage(file), "damaged|cannot be used"),
    ],
)
def test_what_is_no_sound_backup_changes_nothing(
    stock: Stock, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    target = tmp_path / "backup.tar"
    back_up(stock, target, NOW)
    spoil(target)
    before = stock.database.read_bytes()
    with pytest.raises(UserError, match=words):
        restore(stock, target, "aside")
    assert stock.database.read_bytes() == before
    assert (stock.spool / "orphan").exists()
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {"commonthread.db", "commonthread.spool", "backup.tar"}


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _told(file: Path, **other: object) -> None:
    """The same archive with another manifest."""
    with tarfile.open(file) as archive:
        source = archive.extractfile(MANIFEST)
        assert source
        told = json.load(source) | other
        archive.extract(DATABASE, file.parent / "out", filter="data")
    manifest = file.parent / "out" / MANIFEST
    manifest.write_text(json.dumps(told))
    with tarfile.open(file, "w") as archive:
        archive.add(manifest, MANIFEST)
        archive.add(file.parent / "out" / DATABASE, DATABASE)
    shutil.rmtree(file.parent / "out")


def _damage(file: Path) -> None:
    """Zeros in the middle of the database's pages."""
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = bytes(20_000)
    file.write_bytes(data)


def test_names_in_an_archive_are_no_paths(stock: Stock, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    back_up(stock, target, NOW)
    evil = tmp_path / "evil"
    evil.write_bytes(b"evil")
    with tarfile.open(target, "a") as archive:
        for name in ("spool/../../escaped", "/escaped", "spool/a/b", "spool/.."):
            archive.add(evil, name)
        archive.add("/etc/hostname", "spool/link")
    evil.unlink()
    restore(stock, target, "aside")
    assert sorted(file.name for file in stock.spool.iterdir()) == ["link"]
    assert not (tmp_path.parent / "escaped").exists()
    assert not (tmp_path / "escaped").exists()


def test_old_copies_go(stock: Stock, tmp_path: Path) -> None:
    old, new = tmp_path / "commonthread.db.before-2", tmp_path / "commonthread.db.before-restore-9"
    spool = tmp_path / "commonthread.spool.before-restore-1"
    spool.mkdir()
    for file in (old, new, spool / "a"):
        file.touch()
    for file in (old, spool):
        os.utime(file, (1000, 1000))
    assert drop_old_copies(stock.database, time.time() - 3600) == 2
    assert new.exists()
    assert not old.exists()
    assert not spool.exists()
    assert stock.database.exists()


async def test_a_backup_of_the_running_program_sends_nothing_twice(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        hands.ana("before it all")
        await house.until(lambda: house.thread_message("before it all"), "relayed")
        port = int(house.discord_server.base_url.rsplit(":", 1)[1])
        await house.discord_server.stop()
        hands.ana("on its way")
        await house.until_async(lambda: _refused(house), "a try failed")
        stock = make_stock(house._wiring)
        back_up(stock, tmp_path / "backup.tar", NOW)
        await house.discord_server.start(port)
        await house.until(lambda: house.thread_message("on its way"), "sent after the backup")
        await hands.settled()
        await house.stop()
        restore(stock, tmp_path / "backup.tar", "aside")
        await house.start()
        await hands.settled()
        thread = house.forum_thread()
        assert thread
        texts = [m["content"] for m in house.discord.messages(thread)]
        assert sum("on its way" in text for text in texts) == 1
        assert sum("before it all" in text for text in texts) == 1
        own = house.group_message("on its way")
        assert own
        house.telegram.person_posts(
            house.places.ana, house.places.group, "/delete", reply_to=own["message_id"]
        )
        await house.until(lambda: not house.thread_message("on its way"), "known again")


async def _refused(house: House) -> bool:
    row = await house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT 1 FROM delivery WHERE subject = 'comment' AND attempts > 0")
    )
    return row is not None
