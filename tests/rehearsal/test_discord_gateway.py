"""The rehearsal's gateway with the real client: dispatches, resuming, opcodes, close codes."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import discord
import pytest

from tests.rehearsal.discord_house import TOKEN, WANTED, Town, house, town


async def test_a_client_sees_guild_channels_and_its_own_rights() -> None:
    async with town() as t:
        h = t.house
        thread = h.article()
        client = await t.client()
        guild = client.get_guild(int(h.guild))
        assert guild is not None
        forum = guild.get_channel(int(h.forum))
        assert isinstance(forum, discord.ForumChannel)
        assert [tag.name for tag in forum.available_tags] == ["report"]
        assert guild.get_thread(int(thread)) is not None
        assert guild.me.guild_permissions.manage_threads
        assert client.application_id == int(h.bot)
        assert forum.permissions_for(guild.me).send_messages_in_threads


async def test_what_happens_is_told_in_order() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        thread = h.article()
        said = h.side.person_posts(h.ana, thread, "one", reply_to=thread)["id"]
        h.side.preview_resolves(said)
        h.side.person_edits(h.ana, said, "two")
        h.side.person_reacts(h.ben, said, "👍")
        h.side.person_deletes(h.ana, said)
        h.side.person_changes(h.mod, thread, locked=True)
        h.call("PUT", f"/guilds/{h.guild}/bans/{h.ben}")
        await h.world.until(lambda: client.told("member_ban"), "the ban")
        order = [event for event, _ in client.seen]
        assert order[order.index("thread_create") :] == [
            "thread_create",
            "message",
            "message",
            "raw_message_edit",
            "raw_message_edit",
            "raw_reaction_add",
            "raw_message_delete",
            "raw_thread_update",
            "thread_update",
            "member_ban",
        ]
        preview, edit = client.told("raw_message_edit")
        assert preview.data["edited_timestamp"] is None
        assert edit.data["content"] == "two"
        reply = client.told("message")[1]
        assert reply.reference.message_id == int(thread)
        assert isinstance(reply.author, discord.Member)


async def test_direct_messages_and_interactions_arrive() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        h.side.person_writes_to(h.ana, h.bot, "psst")
        await h.world.until(client.texts, "the direct message")
        message = client.told("message")[0]
        assert isinstance(message.channel, discord.DMChannel)
        row = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
        sent = h.send(h.text, "x", components=[{"type": 1, "components": [row]}])
        pressed = h.side.person_presses(h.ana, sent["id"], "Go")
        await h.world.until(lambda: client.told("interaction"), "the press")
        interaction = client.told("interaction")[0]
        await interaction.response.send_message("hi", ephemeral=True)
        assert pressed.text == "hi"
        await interaction.followup.send("more", ephemeral=True)
        await interaction.edit_original_response(content="changed")
        assert pressed.text == "changed\nmore"


async def test_without_the_content_intent_the_text_is_missing() -> None:
    async with town() as t:
        h = t.house
        client = await t.client(message_content=False)
        h.side.person_posts(h.ana, h.text, "secret")
        h.side.person_posts(h.ana, h.text, f"<@{h.bot}> open")
        h.side.person_writes_to(h.ana, h.bot, "direct")
        await h.world.until(lambda: len(client.texts()) == 3, "three messages")
        assert client.texts() == ["", f"<@{h.bot}> open", "direct"]


async def test_a_channel_that_the_bot_cannot_see_is_silent() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        deny = {"id": h.bot, "allow": "0", "deny": str(1 << 10)}
        h.side.set_overwrites(h.news, deny)
        h.side.person_posts(h.ana, h.news, "hidden")
        h.side.person_posts(h.ana, h.text, "seen")
        await h.world.until(client.texts, "the message")
        assert client.texts() == ["seen"]
        h.side.set_overwrites(h.forum, deny)
        post = h.side.person_opens_post(h.mod, h.forum, "Unseen", "x")["id"]
        h.side.set_overwrites(h.forum)
        guild = client.get_guild(int(h.guild))
        assert guild is not None
        await h.world.until(lambda: guild.get_thread(int(post)), "the synced thread")


@pytest.mark.parametrize("kind", ["kill_socket", "op7", "close"])
async def test_a_lost_connection_is_resumed_and_nothing_is_missing(kind: str) -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        h.side.person_posts(h.ana, h.text, "before")
        await h.world.until(client.texts, "the first message")
        t.fault("MESSAGE_CREATE", kind, status=4000)
        h.side.person_posts(h.ana, h.text, "in the gap")
        h.side.person_posts(h.ana, h.text, "after")
        await h.world.until(lambda: len(client.texts()) == 3, "the replay")
        assert client.texts() == ["before", "in the gap", "after"]
        assert len(client.told("resumed")) == 1


async def test_an_invalid_session_starts_anew_and_the_gap_is_lost() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        t.fault("gateway", "op9", body={"d": False})
        await h.world.until(lambda: not t.server.gateway.connected(), "the end of the session")
        h.side.person_posts(h.ana, h.text, "lost")
        await h.world.until(t.server.gateway.connected, "a new session", deadline=30.0)
        h.side.person_posts(h.ana, h.text, "told")
        await h.world.until(client.texts, "the message")
        assert client.texts() == ["told"]
        assert client.told("resumed") == []


async def test_a_dispatch_can_come_twice() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        t.fault("MESSAGE_CREATE", "duplicate")
        h.side.person_posts(h.ana, h.text, "once")
        await h.world.until(lambda: len(client.texts()) == 2, "the duplicate")
        h.side.person_posts(h.ana, h.text, "next")
        await h.world.until(lambda: len(client.texts()) == 3, "the next message")
        assert client.texts() == ["once", "once", "next"]


async def test_a_swallowed_heartbeat_is_not_acknowledged() -> None:
    async with town() as t, _raw(t) as socket:
        t.fault("gateway", "no_ack")
        await socket.send_json({"op": 1, "d": None})
        await socket.send_json({"op": 1, "d": None})
        await _identify(socket)
        kinds = [(await socket.receive_json())["op"] for _ in range(2)]
        assert kinds == [11, 0]


class _raw:
    """A bare WebSocket to the gateway, past its HELLO."""

    def __init__(self, t: Town) -> None:
        self._url = t.server.gateway_url
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> aiohttp.ClientWebSocketResponse:
        socket = await self._session.ws_connect(self._url + "?v=10&encoding=json")
        hello = await socket.receive_json()
        assert hello["op"] == 10
        return socket

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


async def _identify(socket: aiohttp.ClientWebSocketResponse, **more: Any) -> None:
    data = {"token": TOKEN, "intents": WANTED, "properties": {}, **more}
    await socket.send_json({"op": 2, "d": data})


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": TOKEN, "intents": 1 << 40}}, 4013),
        ({"op": 2, "d": {"token": TOKEN, "intents": 1 << 1}}, 4014),
        ({"op": 2, "d": {"token": TOKEN, "intents": 1, "shard": [2, 2]}}, 4010),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 99, "d": {}}, 4001),
        ("no json", 4002),
    ],
)
async def test_close_codes(frame: Any, code: int) -> None:
    async with town() as t, _raw(t) as socket:
        await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        message = await socket.receive()
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert message.data == code


async def test_identifying_twice_is_refused() -> None:
    async with town() as t, _raw(t) as socket:
        await _identify(socket)
        assert (await socket.receive_json())["t"] == "READY"
        assert (await socket.receive_json())["t"] == "GUILD_CREATE"
        await _identify(socket)
        assert (await socket.receive()).data == 4005


async def test_a_client_that_does_not_beat_is_let_go() -> None:
    async with town(heartbeat=0.02) as t, _raw(t) as socket:
        assert (await socket.receive()).data == 4009


async def test_an_unknown_or_old_session_is_not_resumed() -> None:
    async with town() as t, _raw(t) as socket:
        resume = {"token": TOKEN, "session_id": "unknown", "seq": 3}
        await socket.send_json({"op": 6, "d": resume})
        told = await socket.receive_json()
        assert (told["op"], told["d"]) == (9, False)
        await _identify(socket)
        ready = await socket.receive_json()
        assert (await socket.receive_json())["t"] == "GUILD_CREATE"
        session_id = ready["d"]["session_id"]
        await socket.close(code=4000)
        await t.house.world.until(lambda: not t.server.gateway.connected(), "the parting")
        t.house.world.clock.advance(1000)
        async with _raw(t) as other:
            resume = {"token": TOKEN, "session_id": session_id, "seq": 2}
            await other.send_json({"op": 6, "d": resume})
            assert (await other.receive_json())["op"] == 9


async def test_a_session_closed_with_1000_is_over() -> None:
    async with town() as t:
        async with _raw(t) as socket:
            await _identify(socket)
            session_id = (await socket.receive_json())["d"]["session_id"]
            await socket.close(code=1000)
        await t.house.world.until(lambda: not t.server.gateway.connected(), "the parting")
        async with _raw(t) as other:
            resume = {"token": TOKEN, "session_id": session_id, "seq": 1}
            await other.send_json({"op": 6, "d": resume})
            assert (await other.receive_json())["op"] == 9


async def test_members_are_handed_out_by_id() -> None:
    async with town() as t, _raw(t) as socket:
        h = t.house
        await _identify(socket)
        wanted = {"guild_id": h.guild, "user_ids": [h.ana, "1"], "limit": 0, "nonce": "n"}
        await socket.send_json({"op": 8, "d": wanted})
        for _ in range(2):
            await socket.receive_json()
        chunk = await socket.receive_json()
        assert chunk["t"] == "GUILD_MEMBERS_CHUNK"
        assert [m["user"]["id"] for m in chunk["d"]["members"]] == [h.ana]
        assert chunk["d"]["not_found"] == ["1"]


def test_sessions_without_a_socket_number_and_filter() -> None:
    with house() as h:
        session = h.side.connect(TOKEN, 1 << 9)
        h.side.person_posts(h.ana, h.text, "secret")
        assert [f.t for f in session.buffer] == ["READY", "MESSAGE_CREATE"]
        assert [f.s for f in session.buffer] == [1, 2]
        assert session.buffer[-1].d["content"] == ""
        h.side.disconnect(session)
        h.side.person_posts(h.ana, h.text, "lost")
        assert session.seq == 2


async def test_a_bot_that_is_thrown_out_is_told() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        h.side.leaves(h.bot, h.guild)
        await h.world.until(lambda: client.told("guild_remove"), "the removal")
        h.side.bot_joins(h.bot, h.guild)
        await h.world.until(lambda: client.get_guild(int(h.guild)), "the return")


async def test_a_server_that_was_away_is_resumed_on_the_same_port() -> None:
    async with town() as t:
        h = t.house
        client = await t.client()
        port = int(t.server.base_url.rsplit(":", 1)[1])
        await t.server.stop()
        h.side.person_posts(h.ana, h.text, "meanwhile")
        await t.server.start(port)
        await h.world.until(client.texts, "the replay", deadline=30.0)
        assert client.texts() == ["meanwhile"]


async def test_the_product_may_come_back_as_a_new_process() -> None:
    async with town() as t:
        h = t.house
        first = await t.client()
        await first.close()
        await h.world.until(lambda: not t.server.gateway.connected(), "the parting")
        h.side.person_posts(h.ana, h.text, "lost to the gateway")
        second = await t.client()
        h.side.person_posts(h.ana, h.text, "new")
        await h.world.until(second.texts, "the message")
        assert second.texts() == ["new"]
        channel = second.get_channel(int(h.text))
        assert isinstance(channel, discord.TextChannel)
        history = [m.content async for m in channel.history(oldest_first=True)]
        assert history == ["lost to the gateway", "new"]
