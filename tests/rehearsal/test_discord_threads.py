"""Threads that sleep and wake, history in pages, reactions, and a gateway that goes away."""

from __future__ import annotations

import time

import aiohttp
import discord
import pytest

from bots.rehearsal.discord import ApiError, DiscordSide
from tests.rehearsal.discord_house import TOKEN, House, house, town

HOUR, DAY = 3600.0, 86_400.0


def archived(h: House, **query: str) -> list[str]:
    found = h.call("GET", f"/channels/{h.forum}/threads/archived/public", **query)
    return [one["id"] for one in found["threads"]]


def active(h: House) -> list[str]:
    return [one["id"] for one in h.call("GET", f"/guilds/{h.guild}/threads/active")["threads"]]


# Asleep and awake


def test_a_thread_falls_asleep_after_its_duration() -> None:
    with house() as h:
        body = {"name": "Hourly", "message": {"content": "x"}, "auto_archive_duration": 60}
        hourly = h.call("POST", f"/channels/{h.forum}/threads", body)["id"]
        weekly = h.article()
        h.world.clock.advance(HOUR - 1)
        h.side.person_posts(h.ana, hourly, "still awake")
        h.world.clock.advance(HOUR - 1)
        assert set(active(h)) == {hourly, weekly}
        session = h.side.connect(TOKEN, 1)
        h.world.clock.advance(2)
        assert active(h) == [weekly]
        assert archived(h) == [hourly]
        told = [f.d for f in session.buffer if f.t == "THREAD_UPDATE"]
        assert [(d["id"], d["thread_metadata"]["archived"]) for d in told] == [(hourly, True)]
        h.call("PATCH", f"/channels/{hourly}", {"archived": False})
        h.world.clock.advance(HOUR + 1)
        assert hourly not in active(h)


def test_it_falls_asleep_after_a_restart_too() -> None:
    with house() as h:
        thread = h.article()
        again = DiscordSide(h.world)
        h.world.clock.advance(8 * DAY)
        answer = again.call(TOKEN, "GET", f"/guilds/{h.guild}/threads/active")
        assert answer["threads"] == []
        assert again.channel(thread)["thread_metadata"]["archived"]


def test_asleep_it_refuses_edits_and_reactions_until_somebody_writes() -> None:
    with house() as h:
        thread = h.article()
        own = h.send(thread, "one")["id"]
        h.side.auto_archive(thread)
        path = f"/channels/{thread}/messages/{own}"
        h.fails(50083, "PATCH", path, {"content": "x"})
        h.fails(50083, "PUT", f"{path}/reactions/👍/@me")
        h.side.person_posts(h.ana, thread, "awake")
        assert thread in active(h)
        h.call("PATCH", path, {"content": "x"})
        h.call("PATCH", f"/channels/{thread}", {"archived": True, "locked": True})
        with pytest.raises(ApiError) as caught:
            h.side.person_posts(h.ana, thread, "too late")
        assert caught.value.code == 160005
        assert thread in archived(h)


def test_archived_threads_are_listed_in_pages_and_not_at_the_start() -> None:
    with house() as h:
        threads = []
        for _ in range(5):
            threads.append(h.article())
            h.world.clock.advance(1)
            h.side.auto_archive(threads[-1])
        awake = h.article()
        path = f"/channels/{h.forum}/threads/archived/public"
        page = h.call("GET", path, limit=2)
        assert [one["id"] for one in page["threads"]] == threads[:2:-1]
        assert page["has_more"]
        last = page["threads"][-1]["thread_metadata"]["archive_timestamp"]
        rest = archived(h, before=last)
        assert rest == threads[2::-1]
        assert archived(h, before=last.replace("+00:00", "Z")) == rest
        h.fails(50035, "GET", path, before="yesterday")
        session = h.side.connect(TOKEN, 1)
        guild = next(frame.d for frame in session.buffer if frame.t == "GUILD_CREATE")
        assert [one["id"] for one in guild["threads"]] == [awake]


def test_a_guild_has_so_many_threads_awake() -> None:
    with house(active_threads=2) as h:
        first, second = h.article(), h.article()
        body = {"name": "x", "message": {"content": "x"}}
        h.fails(160006, "POST", f"/channels/{h.forum}/threads", body)
        h.side.auto_archive(first)
        third = h.article()
        h.fails(160006, "POST", f"/channels/{first}/messages", {"content": "x"})
        h.fails(160006, "PATCH", f"/channels/{first}", {"archived": False})
        assert h.side.texts(first) == ["An article"]
        news = h.send(h.news, "news")["id"]
        h.fails(160007, "POST", f"/channels/{h.news}/messages/{news}/threads", {"name": "n"})
        assert set(active(h)) == {second, third}


def test_old_messages_are_edited_only_so_often() -> None:
    with house(old_edits=2) as h:
        old = h.send(h.text, "old")["id"]
        path = f"/channels/{h.text}/messages"
        for n in range(5):
            h.call("PATCH", f"{path}/{old}", {"content": f"young {n}"})
        h.world.clock.advance(HOUR)
        for n in range(2):
            h.call("PATCH", f"{path}/{old}", {"content": f"old {n}"})
        error = h.fails(30046, "PATCH", f"{path}/{old}", {"content": "too often"})
        assert (error.status, error.extra["retry_after"]) == (429, HOUR)
        fresh = h.send(h.text, "fresh")["id"]
        h.call("PATCH", f"{path}/{fresh}", {"content": "as often as wanted"})
        h.world.clock.advance(HOUR)
        h.call("PATCH", f"{path}/{old}", {"content": "again"})


async def test_a_rule_that_says_429_is_discords_own() -> None:
    async with town(old_edits=1) as t:
        h = t.house
        old = h.send(h.text, "old")["id"]
        h.world.clock.advance(HOUR)
        url = f"{t.server.api_url}/channels/{h.text}/messages/{old}"
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for status in (200, 429):
                async with http.patch(url, json={"content": "x"}) as answer:
                    assert answer.status == status
                    told, headers_told = await answer.json(), answer.headers
        assert headers_told["Via"]
        assert (told["code"], told["global"]) == (30046, False)
        assert 3500 < told["retry_after"] <= 3600


def test_losing_sight_of_a_channel_deletes_no_thread() -> None:
    with house() as h:
        thread = h.article()
        session = h.side.connect(TOKEN, 1)
        h.side.set_overwrites(h.forum, {"id": h.guild, "allow": "0", "deny": str(1 << 10)})
        h.side.person_posts(h.side.owner_of(h.guild), thread, "unseen")
        assert "THREAD_DELETE" not in [frame.t for frame in session.buffer]
        h.fails(50001, "GET", f"/channels/{thread}/messages")


# History


def test_history_comes_in_pages_by_every_bound() -> None:
    with house() as h:
        thread = h.article()
        ids = [thread]
        for n in range(250):
            h.world.clock.advance(1)
            ids.append(h.side.person_posts(h.ana, thread, str(n))["id"])
        path = f"/channels/{thread}/messages"

        def page(**query: object) -> list[str]:
            return [one["id"] for one in h.call("GET", path, **query)]

        assert page() == ids[:-51:-1]
        assert page(limit=100, after=ids[10]) == ids[110:10:-1]
        assert page(limit=100, before=ids[10]) == ids[9::-1]
        assert page(limit=4, around=ids[100]) == [ids[n] for n in (101, 100, 99, 98)]
        found, last = [], "0"
        while got := page(limit=100, after=last):
            found += got[::-1]
            last = got[0]
        assert found == ids
        for query in ({"limit": 101}, {"limit": 0}, {"after": "x"}, {"after": 1, "before": 2}):
            h.fails(50035, "GET", path, **query)


def test_ten_thousand_messages_in_two_hundred_threads_are_read_swiftly() -> None:
    with house() as h:
        threads = [h.article() for _ in range(200)]
        for thread in threads:
            for n in range(50):
                h.side.person_posts(h.ana, thread, f"comment {n}")
        started = time.perf_counter()
        count = len(active(h))
        for thread in threads:
            query = {"limit": 100, "after": thread}
            count += len(h.call("GET", f"/channels/{thread}/messages", **query))
        assert count == 10_200
        assert time.perf_counter() - started < 10


# Reactions, previews


def test_people_react_with_characters_and_own_emoji() -> None:
    with house() as h:
        post = h.side.person_posts(h.ana, h.text, "hello")["id"]
        session = h.side.connect(TOKEN, 1 << 10)
        fox = h.side.add_emoji(h.guild, "fox", b"PNG")
        for person, emoji in ((h.ana, "👍"), (h.ben, "👍"), (h.ben, fox)):
            h.side.person_reacts(person, post, emoji)
        h.side.person_unreacts(h.ana, post, "👍")
        shown = h.call("GET", f"/channels/{h.text}/messages/{post}")["reactions"]
        name, number = fox.split(":")
        assert [(r["emoji"], r["count"]) for r in shown] == [
            ({"id": None, "name": "👍"}, 1),
            ({"id": number, "name": name}, 1),
        ]
        told = [(f.t.removeprefix("MESSAGE_REACTION_"), f.d["emoji"]["name"])
                for f in session.buffer if f.t.startswith("MESSAGE_REACTION")]  # fmt: skip
        assert told == [("ADD", "👍"), ("ADD", "👍"), ("ADD", "fox"), ("REMOVE", "👍")]
        for wrong in ("owl:1", f"owl:{number}", "x"):
            with pytest.raises(ApiError) as caught:
                h.side.person_reacts(h.ana, post, wrong)
            assert caught.value.code == 10014


def test_a_preview_changes_a_message_that_nobody_edited() -> None:
    with house() as h:
        post = h.side.person_posts(h.ana, h.text, "https://example.org/")
        session = h.side.connect(TOKEN, 1 | 1 << 9 | 1 << 15)
        h.side.preview_resolves(post["id"])
        [update] = [f.d for f in session.buffer if f.t == "MESSAGE_UPDATE"]
        assert (update["content"], update["edited_timestamp"]) == (post["content"], None)
        assert update["author"]["id"] == h.ana
        assert update["embeds"][0]["type"] == "link"
        assert {"timestamp", "attachments", "components", "mentions", "flags"} <= set(update)


# The gateway goes away


async def test_what_happens_while_the_gateway_is_away_is_not_told_again() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        kept, gone = (h.side.person_posts(h.ana, h.text, words)["id"] for words in "ab")
        await h.world.until(lambda: len(client.texts()) == 2, "the first two")
        t.server.gateway.go_away()
        h.side.person_posts(h.ana, h.text, "missed")
        h.side.person_edits(h.ana, kept, "edited")
        h.side.person_deletes(h.ana, gone)
        t.server.gateway.come_back()
        await h.world.until(lambda: t.server.gateway.connected(h.bot), "a new session")
        h.side.person_posts(h.ana, h.text, "heard")
        await h.world.until(lambda: "heard" in client.texts(), "what comes after")
        assert client.texts() == ["a", "b", "heard"]
        assert not client.told("raw_message_edit")
        channel = client.get_channel(int(h.text))
        assert isinstance(channel, discord.TextChannel)
        read = [m.content async for m in channel.history(oldest_first=True)]
        assert read == ["edited", "missed", "heard"]


async def test_a_short_break_is_resumed_with_everything() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        t.server.gateway.go_away(forget=False)
        h.side.person_posts(h.ana, h.text, "meanwhile")
        t.server.gateway.come_back()
        await h.world.until(lambda: "meanwhile" in client.texts(), "the replay")
        assert client.told("resumed")
