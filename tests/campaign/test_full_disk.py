"""A file system that is really full: intake stops before anything is acknowledged, and goes on by
itself when there is room again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.road.house import TELEGRAM_TOKEN, House, newsroom

pytestmark = pytest.mark.campaign

SIZE = "6m"
WORDS = 3000
BOT = int(TELEGRAM_TOKEN.split(":")[0])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("this machine does not let us mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until nothing more goes in."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


async def test_what_arrives_at_a_full_disk_is_kept_by_the_platform(
    tmp_path: Path, disk: Path
) -> None:
    async with newsroom(tmp_path, disk=disk) as house:
        await house.publish()
        ballast = fill(disk)
        sent: list[str] = []
        while house.product.health()["ok"]:
            assert len(sent) < 100, "the disk is full and everything is taken"
            both_post(house, sent)
            await house.until(lambda: settled(house, sent), "taken or refused")
        both_post(house, sent)
        assert house.product.health()["disk"]["refuses"]
        assert house.telegram.pending(BOT)
        taken = len(cards(house))
        assert taken < len(sent)
        ballast.unlink()
        await house.until(lambda: set(sent) <= set(cards(house)), "taken once there is room")
        await house.until(lambda: house.product.health()["ok"], "healthy again")
        assert Counter(cards(house)) == Counter(sent)


def both_post(house: House, sent: list[str]) -> None:
    """A long comment on each platform; its first word is its name. No two are alike, so that each
    has a card of its own."""
    number = len(sent) // 2
    names = [f"T{number:03}", f"D{number:03}"]
    t, d = (f"{name} {words(len(sent) + n)}"[:WORDS] for n, name in enumerate(names))
    thread = house.forum_thread()
    assert thread
    house.telegram.person_posts(house.places.ana, house.places.group, t, under=house.root())
    house.discord.person_posts(house.places.ben, thread, d[:1900])
    sent += names


def words(number: int) -> str:
    """Six hundred words of four letters, other ones for each number."""
    found = []
    for position in range(600):
        value = ((number * 1_000 + position) * 2_654_435_761) % 2**32
        found.append("".join(chr(ord("a") + (value >> shift) % 26) for shift in (0, 7, 14, 21)))
    return " ".join(found)


def cards(house: House) -> list[str]:
    """The names of the comments that have a card at Discord's desk."""
    cards = house.discord.messages(house.places.discord_desk)
    shown = [embed["description"] for card in cards for embed in card["embeds"]]
    return [name for text in shown for name in set(re.findall(r"\b[TD]\d{3}\b", text))]


def settled(house: House, sent: list[str]) -> bool:
    """Everything that was sent is taken, or nothing is any more."""
    return not house.product.health()["ok"] or set(sent) <= set(cards(house))
