"""Addresses that an editor asks to publish, from the command to the preview."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.newsroom.publishing import asked
from tests.road.house import House, newsroom
from tests.road.site import Site, website
from tests.road.test_feeds import desk_says


def asks(house: House, site: Site, *slugs: str) -> None:
    for slug in slugs:
        text = f"/publish {site.link(slug)}"
        house.telegram.person_posts(house.places.boss, house.places.desk, text)


async def waiting(house: House) -> list[str]:
    """The addresses that wait to be read."""
    rows = await house.product.newsroom.look(lambda tx, _: tx.all("SELECT url FROM asked"))
    return [row["url"] for row in rows]


async def test_an_address_outlives_the_end_of_the_program(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website() as site:
        site.held["archive"] = asyncio.Event()
        asks(house, site, "archive")
        await house.until(lambda: "archive" in site.page_asked, "the page is asked")
        await house.stop()
        site.held["archive"].set()
        await house.start()
        await house.until(lambda: house.card("An old report"), "preview")
        assert not await waiting(house)


async def test_one_at_which_the_program_ends_again_and_again_is_given_up(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website() as site:
        site.held["archive"] = asyncio.Event()
        asks(house, site, "archive")
        for _ in range(asked.MOST_TRIES):
            await house.until(lambda: site.page_asked, "the page is asked")
            site.page_asked.clear()
            await house.restart()
        await house.until(lambda: desk_says(house, "cannot be read"), "told")
        assert not await waiting(house)
        asks(house, site, "other")
        await house.until(lambda: house.card("An old report"), "the next has its turn")


async def test_too_many_at_once_are_refused(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website() as site:
        site.held["first"] = asyncio.Event()
        asks(house, site, "first")
        await house.until(lambda: site.page_asked, "the page is asked")
        others = [f"page-{number}" for number in range(asked.MOST)]
        asks(house, site, *others[:-1], others[0], others[-1])
        await house.until(lambda: desk_says(house, "20 addresses wait to be read"), "refused")
        assert len(await waiting(house)) == asked.MOST
        asks(house, site, "x" * asked.LONGEST)
        await house.until(lambda: desk_says(house, "too long"), "refused")
        site.held["first"].set()

        async def read() -> bool:
            return not await waiting(house)

        await house.until_async(read, "all are read")
        assert others[-2] in site.page_asked
        assert others[-1] not in site.page_asked
