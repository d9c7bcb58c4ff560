"""The rehearsal's REST API with the real client: faults, rate limits, files, buckets."""

from __future__ import annotations

import io

import aiohttp
import discord
import pytest

from bots.rehearsal.discord import RateLimits
from tests.rehearsal import schemas_discord
from tests.rehearsal.discord_house import TOKEN, Reader, Town, town

MESSAGES = "POST /channels/{channel_id}/messages"


async def talk(t: Town, client: Reader) -> discord.TextChannel:
    channel = client.get_channel(int(t.house.text))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_lost_answer_is_repeated_with_its_nonce_and_not_sent_twice() -> None:
    async with town() as t:
        channel = await talk(t, await t.client())
        await channel.send("kept")
        t.fault(MESSAGES, "drop_after")
        with pytest.raises(aiohttp.ClientError):
            await channel.send("applied", nonce="mine")
        assert (await channel.send("applied", nonce="mine")).content == "applied"
        assert t.house.side.texts(t.house.text) == ["kept", "applied"]


async def test_a_call_dropped_before_it_was_applied_leaves_nothing() -> None:
    async with town() as t:
        channel = await talk(t, await t.client())
        t.fault(MESSAGES, "drop_before")
        with pytest.raises(aiohttp.ClientError):
            await channel.send("x")
        assert t.house.side.texts(t.house.text) == []


async def test_a_torn_answer_was_applied() -> None:
    async with town() as t:
        channel = await talk(t, await t.client())
        t.fault(MESSAGES, "torn")
        with pytest.raises(aiohttp.ClientError):
            await channel.send("x")
        assert t.house.side.texts(t.house.text) == ["x"]


async def test_a_429_is_waited_for_and_one_of_cloudflare_is_not() -> None:
    async with town() as t:
        channel = await talk(t, await t.client())
        t.fault(MESSAGES, "429", retry_after=0.01)
        await channel.send("one")
        t.fault(MESSAGES, "429", retry_after=0.01, headers={"Via": ""})
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("two")
        assert refused.value.status == 429
        assert t.house.side.texts(t.house.text) == ["one"]


async def test_a_fault_can_be_aimed_at_one_call() -> None:
    async with town() as t:
        channel = await talk(t, await t.client())
        body = {"message": "Unknown Channel", "code": 10003}
        t.fault(
            MESSAGES,
            "status",
            status=404,
            body=body,
            where=lambda params: params.get("content") == "bad",
        )
        await channel.send("good")
        with pytest.raises(discord.NotFound) as refused:
            await channel.send("bad")
        assert refused.value.code == 10003


async def test_buckets_are_told_and_held_to() -> None:
    async with town(limits=RateLimits(enabled=True, sends=(2, 5.0)), pace=50.0) as t:
        url = f"{t.server.api_url}/channels/{t.house.text}/messages"
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for left in ("1", "0"):
                async with http.post(url, json={"content": "x"}) as answer:
                    assert answer.status == 200
                    assert answer.headers["X-RateLimit-Remaining"] == left
                    assert answer.headers["Content-Type"] == "application/json"
            async with http.post(url, json={"content": "x"}) as answer:
                told = await answer.json()
                assert (answer.status, told["global"]) == (429, False)
                assert 0 < told["retry_after"] < 0.2
                assert answer.headers["Via"]
                assert answer.headers["X-RateLimit-Scope"] == "user"
            t.house.world.clock.advance(5)
            async with http.post(url, json={"content": "x"}) as answer:
                assert answer.status == 200


async def test_the_overall_limit_is_marked_as_global() -> None:
    async with town(limits=RateLimits(enabled=True, overall=(1, 60.0))) as t:
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            url = f"{t.server.api_url}/users/@me"
            async with http.get(url) as answer:
                assert answer.status == 200
            async with http.get(url) as answer:
                assert (await answer.json())["global"] is True
                assert answer.headers["X-RateLimit-Global"] == "true"


async def test_a_name_changes_twice_in_ten_minutes() -> None:
    async with town(limits=RateLimits(enabled=True)) as t:
        thread = t.house.article()
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            url = f"{t.server.api_url}/channels/{thread}"
            found = []
            for body in ({"name": "a"}, {"name": "b"}, {"name": "c"}, {"locked": True}):
                async with http.patch(url, json=body) as answer:
                    found.append(answer.status)
            assert found == [200, 200, 429, 200]


async def test_the_library_makes_threads_webhooks_and_files() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        channel = await talk(t, client)
        first = await channel.send("An article", file=discord.File(io.BytesIO(b"PNG"), "a.png"))
        assert await first.attachments[0].read() == b"PNG"
        thread = await first.create_thread(name="Talk")
        assert thread.id == first.id
        await thread.send("hello", allowed_mentions=discord.AllowedMentions.none())
        hook = await channel.create_webhook(name="relay")
        masked = await hook.send("hi", username="Ana", thread=thread, wait=True)
        await hook.edit_message(masked.id, content="hey", thread=thread)
        assert h.side.texts(str(thread.id)) == ["hello", "hey"]
        await hook.delete_message(masked.id, thread=thread)
        edited = await thread.edit(locked=True, archived=True, slowmode_delay=30)
        assert edited.locked
        found = [one.id async for one in channel.archived_threads()]
        assert found == [thread.id]
        history = [m.content async for m in channel.history(oldest_first=True, limit=None)]
        assert history == ["An article"]
        await first.edit(content="Corrected", attachments=[])
        await first.delete()
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(first.id)


async def test_the_library_makes_forum_posts_bans_and_crossposts() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        forum = client.get_channel(int(h.forum))
        assert isinstance(forum, discord.ForumChannel)
        post = await forum.create_thread(
            name="Article", content="hi", applied_tags=list(forum.available_tags)
        )
        assert [tag.name for tag in post.thread.applied_tags] == ["report"]
        await post.message.add_reaction("👍")
        await post.message.pin()
        news = client.get_channel(int(h.news))
        assert isinstance(news, discord.TextChannel)
        sent = await news.send("An article")
        await sent.publish()
        assert (await news.fetch_message(sent.id)).flags.crossposted
        guild = forum.guild
        await guild.ban(discord.Object(int(h.ana)), reason="spam, again", delete_message_seconds=0)
        entry = await guild.fetch_ban(discord.Object(int(h.ana)))
        assert entry.reason == "spam, again"
        await guild.unban(discord.Object(int(h.ana)))
        member = await guild.fetch_member(int(h.ben))
        assert member.display_name == "Ben"
        assert [one.id for one in await guild.active_threads()] == [post.thread.id]


async def test_broken_json_is_named() -> None:
    async with town() as t, aiohttp.ClientSession() as http:
        url = f"{t.server.api_url}/channels/{t.house.text}/messages"
        headers = {"Authorization": f"Bot {TOKEN}", "Content-Type": "application/json"}
        async with http.post(url, data=b"{", headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50109)
        async with http.get(f"{t.server.api_url}/users/@me") as answer:
            assert answer.status == 401
            assert await answer.json() == {"message": "401: Unauthorized", "code": 0}


@pytest.mark.skipif(not schemas_discord.present(), reason="the vendor's description is absent")
def test_the_vendors_description_is_held_strictly() -> None:
    path = "/channels/1/messages"
    for body in (
        {"content": "x" * 2001},
        {"content": "x", "colour": "red"},
        {"content": "x", "allowed_mentions": {"parse": ["nobody"]}},
        {"components": [{"type": 1}]},
    ):
        assert schemas_discord.request_problems("POST", path, body)
    quirks = {"content": "x", "attachments": [{"id": 0, "filename": "a"}]}
    assert schemas_discord.request_problems("POST", path, quirks) == []
    assert schemas_discord.answer_problems("GET", "/users/@me", 200, {"id": "1"})
