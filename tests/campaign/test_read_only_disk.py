"""A disk that takes nothing any more while the program runs, as a kernel makes one after an error:
intake stops before anything is acknowledged, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign.test_full_disk import BOT, both_post, cards, settled
from tests.road.house import House, newsroom

pytestmark = pytest.mark.campaign

TOOLS = ("mkfs.ext4", "e2fsck", "mount", "umount", "chattr", "losetup")


def run(*command: str) -> str:
    """What a command says. Raises CalledProcessError."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Disk:
    """An ext4 file system in a file. It has no journal, so that a repair needs none."""

    def __init__(self, folder: Path) -> None:
        self.image = folder / "disk.img"
        self.folder = folder / "disk"
        self.folder.mkdir()
        with self.image.open("wb") as file:
            file.truncate(32 << 20)
        run("mkfs.ext4", "-q", "-O", "^has_journal", str(self.image))

    def mount(self) -> None:
        run("mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder))

    def unmount(self) -> None:
        run("umount", str(self.folder))

    def break_down(self) -> None:
        """What the kernel does when it finds an error: read-only, with files open for writing."""
        os.sync()
        device = Path(run("losetup", "-j", str(self.image)).split(":")[0]).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1")

    def repair(self) -> None:
        """Unmounted, checked, and mounted again."""
        self.unmount()
        done = subprocess.run(["e2fsck", "-fy", str(self.image)], check=False, capture_output=True)
        assert done.returncode in (0, 1)
        self.mount()

    def freeze(self, *, frozen: bool) -> None:
        """Let the database's open files take no writing, or take it again."""
        for name in ("commonthread.db", "commonthread.db-wal"):
            run("chattr", "+i" if frozen else "-i", str(self.folder / name))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of its own, which only root can make."""
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in TOOLS):
        pytest.skip("only root can mount a file system, with the tools for ext4")
    made = Disk(tmp_path)
    try:
        made.mount()
    except subprocess.CalledProcessError:
        pytest.skip("this machine does not let us mount a file system")
    try:
        yield made
    finally:
        made.unmount()


async def _refused(house: House, sent: list[str]) -> None:
    """Comments come until health says that the disk refuses; the last are not acknowledged."""
    while house.product.health()["ok"]:
        assert len(sent) < 100, "the disk takes nothing and everything is taken"
        both_post(house, sent)
        await house.until(lambda: settled(house, sent), "taken or refused")
    assert house.product.health()["disk"]["refuses"]
    both_post(house, sent)
    assert house.telegram.pending(BOT)
    assert set(cards(house)) < set(sent)


async def test_a_disk_that_refuses_for_a_while_is_waited_for(tmp_path: Path, disk: Disk) -> None:
    async with newsroom(tmp_path, disk=disk.folder) as house:
        await house.publish()
        disk.freeze(frozen=True)
        sent: list[str] = []
        try:
            await _refused(house, sent)
        finally:
            disk.freeze(frozen=False)
        await house.until(lambda: set(sent) <= set(cards(house)), "taken once it can be written")
        await house.until(lambda: house.product.health()["ok"], "healthy again")
        assert Counter(cards(house)) == Counter(sent)


async def test_nothing_is_lost_on_a_disk_that_became_read_only(tmp_path: Path, disk: Disk) -> None:
    """Such a disk can only be repaired unmounted, so the program is ended for it."""
    async with newsroom(tmp_path, disk=disk.folder) as house:
        await house.publish()
        sent: list[str] = []
        both_post(house, sent)
        await house.until(lambda: set(sent) <= set(cards(house)), "taken")
        disk.break_down()
        await _refused(house, sent)
        await house.stop()
        disk.repair()
        await house.start()
        await house.until(lambda: set(sent) <= set(cards(house)), "taken from where it was left")
        assert Counter(cards(house)) == Counter(sent)
