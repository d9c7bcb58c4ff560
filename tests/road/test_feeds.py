"""A feed on the road: what it publishes, corrects and withdraws, as people see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageError
from core.newsroom import Rules
from core.newsroom.outgoing.jobs import Job
from core.newsroom.outgoing.plan import raise_delivery
from core.newsroom.publishing.feeds import Due
from core.newsroom.setup import admin, register
from tests.road.house import House, newsroom
from tests.road.site import Entry, Site, website

QUICK = Rules(missing_wait=0.01, feed_interval=300.0)

ENTRIES = (
    Entry("one", "First report", 1),
    Entry("two", "Second report", 2),
    Entry("three", "Third report", 3),
)


async def follow(house: House, site: Site, last: int = 0) -> int:
    """Follow the site's feed; its number once the first reading is stored."""
    feed = await house.product.newsroom.change(
        lambda tx, c: admin.add_feed(tx, c, 1, site.feed_url, publish_last=last)
    )
    await house.until(lambda: site.feed_answers, "the feed is asked")

    async def read() -> bool:
        row = await _row(house, feed)
        return bool(row["baseline"] == 0)

    await house.until_async(read, "the first reading is stored")
    return feed


async def _row(house: House, feed: int) -> dict[str, Any]:
    row = await house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT * FROM feed WHERE id = :id", {"id": feed})
    )
    assert row is not None
    return dict(row)


async def poll(house: House, feed: int) -> list[int]:
    """Ask the feed now, as the loop does when it is due."""
    row = await _row(house, feed)
    due = Due(feed, row["url"], row["etag"], row["modified"])
    return await house.product.workers.poll(due)


def posts(house: House) -> list[str]:
    """The first line of every post of the Telegram channel."""
    messages = house.telegram.messages(house.places.channel)
    return [m["text"].split("\n")[0] for m in messages if m.get("text")]


def forum(house: House) -> list[str]:
    return [thread["name"] for thread in house.discord.threads(house.places.forum)]


def article(house: House, headline: str) -> dict[str, Any]:
    """The channel's post of an article."""
    return next(
        m for m in house.telegram.messages(house.places.channel) if headline in m.get("text", "")
    )


async def both(house: House, *headlines: str) -> None:
    """Wait until exactly these stand on both platforms, in this order."""
    wanted = list(headlines)
    await house.until(lambda: posts(house) == wanted and forum(house) == wanted, "published")


async def test_the_first_reading_publishes_nothing(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site)
        site.put(Entry("four", "Fourth report", 4))
        assert len(await poll(house, feed)) == 1
        await both(house, "Fourth report")


async def test_the_last_n_of_the_first_reading_oldest_first(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        await follow(house, site, last=2)
        await both(house, "Second report", "Third report")


async def test_new_articles_come_oldest_first(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES[:1]) as site:
        feed = await follow(house, site)
        site.put(Entry("five", "Fifth report", 5), Entry("four", "Fourth report", 4))
        assert len(await poll(house, feed)) == 2
        await both(house, "Fourth report", "Fifth report")


@pytest.mark.parametrize("refused", [False, True], ids=["changed", "database refuses"])
async def test_the_order_holds_where_the_first_cannot_go_out_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES[:1]) as site:
        feed = await follow(house, site)
        room = house.product.newsroom
        begin, changed = room.begin, set[int]()

        async def late(job: Job, *args: Any, **more: Any) -> int | None:
            if job.subject == "article" and not changed:
                changed.add(job.delivery)
                if refused:
                    raise StorageError("not now")
                await room.change(
                    lambda tx, _: raise_delivery(tx, "article", job.subject_id, job.channel.id, 1)
                )
            return await begin(job, *args, **more)

        monkeypatch.setattr(room, "begin", late)
        site.put(Entry("five", "Fifth report", 5), Entry("four", "Fourth report", 4))
        assert len(await poll(house, feed)) == 2
        await both(house, "Fourth report", "Fifth report")
        assert changed


async def test_an_unchanged_feed_answers_304_and_changes_nothing(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=1)
        await both(house, "Third report")
        assert await poll(house, feed) == []
        assert site.feed_answers == [200, 304]
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        assert site.feed_answers[-1] == 200
        await both(house, "Third report", "Fourth report")


async def test_a_changed_id_does_not_announce_twice(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=1)
        await both(house, "Third report")
        site.change("three", key="renewed-three")
        assert await poll(house, feed) == []
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        await both(house, "Third report", "Fourth report")


async def test_a_correction_edits_quietly(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=1)
        await both(house, "Third report")
        thread = await house.until(lambda: house.forum_thread("Third report"), "post")
        before = len(house.telegram.messages(house.places.channel))
        site.change("three", headline="Third report, corrected", words="Two cranes, not three.")
        assert await poll(house, feed) == []
        await both(house, "Third report, corrected")
        await house.until(
            lambda: "Two cranes" in house.discord.messages(thread)[0]["embeds"][0]["description"],
            "the post is edited",
        )
        assert "Two cranes" in article(house, "Third report")["text"]
        assert len(house.telegram.messages(house.places.channel)) == before
        assert [m["type"] for m in house.discord.messages(thread)].count(0) == 1


async def test_what_left_the_feed_and_is_gone_is_withdrawn(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", rules=QUICK) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=2)
        await both(house, "Second report", "Third report")
        thread = await house.until(lambda: house.forum_thread("Third report"), "post")
        site.drop("three")
        site.gone["three"] = 410
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        await house.until(
            lambda: "withdrawn" in article(house, "Third report")["text"], "the post says so"
        )
        assert site.page_asked.count("three") == 3
        await house.until(
            lambda: "withdrawn" in house.discord.messages(thread)[0]["embeds"][0]["description"],
            "the forum post says so",
        )
        await house.until(
            lambda: house.discord.channel(thread)["thread_metadata"]["locked"], "locked"
        )
        assert "The cranes" not in article(house, "Third report")["text"]
        assert "withdrawn" not in article(house, "Second report")["text"]
        root = house.root("Third report")
        ana, group = house.places.ana, house.places.group
        house.telegram.person_posts(ana, group, "Why is it gone?", under=root)
        await house.until(lambda: not house.group_message("Why is it gone?"), "closed there too")


async def test_what_left_the_feed_but_stands_stays(tmp_path: Path) -> None:
    async with newsroom(tmp_path, rules=QUICK) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=2)
        await both(house, "Second report", "Third report")
        site.drop("three")
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        await house.until(lambda: "three" in site.page_asked, "its page is asked")
        await both(house, "Second report", "Third report", "Fourth report")
        assert "withdrawn" not in article(house, "Third report")["text"]


async def test_a_feed_that_moved_waits_for_a_word(tmp_path: Path) -> None:
    old = [Entry(f"n{n}", f"Report number {n}", n) for n in range(1, 6)]
    async with newsroom(tmp_path) as house, website(old) as site:
        feed = await follow(house, site)
        for entry in old:
            site.drop(entry.slug)
            renewed = f"moved-{entry.slug}"
            site.put(Entry(renewed, f"{entry.headline} again", entry.hour, entry.words * 2))
        assert await poll(house, feed) == []
        told = f"commonthread feed moved {feed}"
        await house.until(lambda: desk_says(house, told), "told at the desk")
        await house.product.newsroom.change(
            lambda tx, c: register.feed_moved(tx, c, None, str(feed))
        )

        async def agreed() -> bool:
            return bool((await _row(house, feed))["moved"] == 0)

        await house.until_async(agreed, "read again")
        site.put(Entry("new", "A new report", 9))
        await poll(house, feed)
        await both(house, "A new report")


async def test_a_withdrawal_that_was_undone_stays_undone(tmp_path: Path) -> None:
    async with newsroom(tmp_path, rules=QUICK) as house, website(ENTRIES) as site:
        feed = await follow(house, site, last=1)
        await both(house, "Third report")
        site.drop("three")
        site.gone["three"] = 404
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        await house.until(lambda: "withdrawn" in article(house, "Third report")["text"], "gone")
        told = await house.until(
            lambda: [m for m in house.cards() if "left its feed" in m.get("text", "")], "told"
        )
        number = told[0]["text"].split("/undo ")[1].split()[0]
        house.telegram.person_posts(house.places.boss, house.places.desk, f"/undo {number}")
        await house.until(lambda: "withdrawn" not in article(house, "Third report")["text"], "back")
        asked = site.page_asked.count("three")
        site.put(Entry("five", "Fifth report", 5))
        await poll(house, feed)
        await both(house, "Third report", "Fourth report", "Fifth report")
        assert site.page_asked.count("three") == asked


async def test_a_broken_feed_is_told_and_comes_back(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site)
        site.feed_status = 500
        await poll(house, feed)
        assert (await _row(house, feed))["failures"] == 1
        site.feed_status = 200
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        assert (await _row(house, feed))["failures"] == 0
        await both(house, "Fourth report")


async def test_publish_an_address_preview_then_button(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        await follow(house, site)
        t, d, p = house.telegram, house.discord, house.places
        t.person_posts(p.boss, p.desk, f"/publish {site.link('archive')}")
        preview = await house.until(lambda: house.card("An old report"), "preview")
        other = await house.until(lambda: _discord_preview(house), "preview there too")
        assert "From the archive" in preview["text"]
        assert "Publish" in str(other["components"])
        assert posts(house) == []
        t.person_presses(p.boss, p.desk, preview["message_id"], "Publish")
        await both(house, "An old report")
        await house.until(lambda: not house.card("An old report"), "preview gone")
        await house.until(lambda: not _discord_preview(house), "preview gone there too")
        root = article(house, "An old report")
        assert root["text"].split("\n")[0] == preview["text"].split("\n")[0]
        owner = d.owner_of(str(d.channel(p.forum)["guild_id"]))
        d.person_commands(owner, p.discord_desk, "publish", {"text": site.link("archive")})
        await house.until(lambda: desk_says(house, "published already"), "told that it is known")


async def test_discard_a_preview_and_ask_again(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        t, p = house.telegram, house.places
        for _ in range(2):
            t.person_posts(p.boss, p.desk, f"/publish {site.link('archive')}")
            preview = await house.until(lambda: house.card("An old report"), "preview")
            t.person_presses(p.boss, p.desk, preview["message_id"], "Discard")
            await house.until(lambda: not house.card("An old report"), "preview gone")
        assert posts(house) == []


async def test_publish_takes_the_feeds_entry(tmp_path: Path) -> None:
    """What the first reading remembered is published from the feed's entry, once."""
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site)
        t, p = house.telegram, house.places
        t.person_posts(p.boss, p.desk, f"/publish {site.link('two')}?utm_source=mail")
        preview = await house.until(lambda: house.card("Second report"), "preview")
        assert "What is known" in preview["text"], "the deck of the feed, not of the page"
        assert "Pen Name" in preview["text"]
        site.put(Entry("four", "Fourth report", 4))
        await poll(house, feed)
        await both(house, "Fourth report")
        other = await house.until(lambda: _discord_preview(house, "Second"), "there too")
        owner = house.discord.owner_of(str(house.discord.channel(p.forum)["guild_id"]))
        house.discord.person_presses(owner, other["id"], "Publish")
        await both(house, "Fourth report", "Second report")
        site.change("two", words="Everything moved again.")
        await poll(house, feed)
        await house.until(
            lambda: "moved again" in article(house, "Second report")["text"], "corrected"
        )
        await both(house, "Fourth report", "Second report")


async def test_the_feed_brings_what_waits_as_a_preview(tmp_path: Path) -> None:
    """An article whose preview waits is published by its feed, once; the preview goes."""
    async with newsroom(tmp_path) as house, website(ENTRIES) as site:
        feed = await follow(house, site)
        t, p = house.telegram, house.places
        t.person_posts(p.boss, p.desk, f"/publish {site.link('four')}")
        await house.until(lambda: house.card("An old report"), "preview")
        site.put(Entry("four", "Fourth report", 4))
        assert len(await poll(house, feed)) == 1
        await both(house, "Fourth report")
        await house.until(lambda: not house.card("An old report"), "preview gone")
        assert not house.card("Fourth report")
        assert await poll(house, feed) == []


async def test_an_address_that_fails_is_told_at_the_desk(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house, website() as site:
        t, p = house.telegram, house.places
        site.gone["nowhere"] = 404
        t.person_posts(p.boss, p.desk, f"/publish {site.link('nowhere')}")
        await house.until(lambda: desk_says(house, "answered 404"), "told")
        t.person_posts(p.ana, p.group, f"/publish {site.link('nowhere')}")
        told = await house.until(
            lambda: [m for m in t.messages(p.group) if "only editors" in m.get("text", "")],
            "refused",
        )
        assert len(told) == 1


def desk_says(house: House, words: str) -> bool:
    return any(words in m.get("text", "") for m in house.telegram.messages(house.places.desk))


def _discord_preview(house: House, words: str = "An old report") -> dict[str, Any] | None:
    found = [
        m for m in house.discord.messages(house.places.discord_desk)
        if m["embeds"] and words in m["embeds"][0]["description"] and m["components"]
    ]  # fmt: skip
    return found[-1] if found else None
