"""The rehearsal's Discord without sockets: messages, mentions, threads, rights, bans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.discord import ApiError, DiscordSide, File, Permission, overwrite
from bots.rehearsal.discord.flags import BOT, READER
from bots.rehearsal.world import Switches, World
from tests.rehearsal.discord_house import START, TOKEN, house


def test_history_pages_newest_first_in_every_direction() -> None:
    with house() as h:
        ids = [h.send(h.text, str(n))["id"] for n in range(6)]
        path = f"/channels/{h.text}/messages"

        def texts(**params: Any) -> list[str]:
            return [m["content"] for m in h.call("GET", path, **params)]

        assert texts() == ["5", "4", "3", "2", "1", "0"]
        assert texts(limit=2) == ["5", "4"]
        assert texts(before=ids[3], limit=2) == ["2", "1"]
        assert texts(after=ids[1], limit=2) == ["3", "2"]
        assert texts(around=ids[3], limit=3) == ["4", "3", "2"]
        h.fails(50035, "GET", path, limit=101)
        h.fails(50035, "GET", path, limit="many")


def test_what_does_not_exist_is_named_by_its_code() -> None:
    with house() as h:
        h.fails(10003, "GET", "/channels/1")
        h.fails(10008, "GET", f"/channels/{h.text}/messages/1")
        h.fails(10004, "GET", "/guilds/1")
        h.fails(10013, "GET", f"/guilds/{h.guild}/members/1")
        h.fails(10015, "POST", "/webhooks/1/token", {"content": "x"})
        h.fails(50035, "GET", "/channels/abc")
        assert h.fails(0, "GET", "/no/such/route").status == 404
        assert h.fails(0, "PUT", f"/channels/{h.text}/typing").status == 405
        with pytest.raises(ApiError) as wrong:
            h.side.call("wrong", "GET", "/users/@me")
        assert (wrong.value.status, wrong.value.code) == (401, 0)


def test_a_message_has_its_limits_and_says_where_it_broke_them() -> None:
    with house() as h:
        path = f"/channels/{h.text}/messages"
        long = h.fails(50035, "POST", path, {"content": "x" * 2001})
        error = long.body()["errors"]["content"]["_errors"][0]
        assert error["code"] == "BASE_TYPE_MAX_LENGTH"
        h.fails(50006, "POST", path, {"content": "  "})
        h.fails(50035, "POST", path, {"content": "x", "nonce": "n" * 26})
        embed = {"description": "x" * 4097}
        tree = h.fails(50035, "POST", path, {"embeds": [embed]}).body()["errors"]
        assert "description" in tree["embeds"]["0"]
        h.fails(50035, "POST", path, {"embeds": [{"description": "x" * 3001}] * 2})
        h.fails(50035, "POST", path, {"embeds": [{"title": "x"}] * 11})
        assert h.send(h.text, "  kept  ")["content"] == "kept"


def test_components_are_held_to_their_limits() -> None:
    with house() as h:
        path = f"/channels/{h.text}/messages"

        def row(*inner: dict[str, Any]) -> dict[str, Any]:
            return {"content": "x", "components": [{"type": 1, "components": list(inner)}]}

        button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
        assert h.call("POST", path, row(button))["components"][0]["components"][0]["id"] == 2
        h.fails(50035, "POST", path, row({**button, "custom_id": "x" * 101}))
        h.fails(50035, "POST", path, row(button, button))
        h.fails(50035, "POST", path, row({**button, "label": "x" * 81}))
        h.fails(50035, "POST", path, row({"type": 2, "style": 5, "label": "x"}))
        h.fails(50035, "POST", path, row(*[{**button, "custom_id": str(n)} for n in range(6)]))
        h.fails(50035, "POST", path, row({"type": 3, "custom_id": "s", "options": []}))
        text = {"type": 10, "content": "hello"}
        h.fails(50035, "POST", path, {"components": [text]})
        layout = {"flags": 1 << 15, "components": [{"type": 17, "components": [text]}]}
        assert h.call("POST", path, layout)["flags"] == 1 << 15
        h.fails(50035, "POST", path, {**layout, "content": "both"})


def test_a_used_nonce_answers_the_earlier_message_within_the_window() -> None:
    with house(nonce_window=300.0) as h:
        first = h.send(h.text, "once", nonce="n1", enforce_nonce=True)
        again = h.send(h.text, "other text", nonce="n1", enforce_nonce=True)
        assert again["id"] == first["id"]
        assert h.send(h.text, "not enforced", nonce="n1")["id"] != first["id"]
        h.world.clock.advance(301)
        assert h.send(h.text, "later", nonce="n1", enforce_nonce=True)["id"] != first["id"]


def test_a_used_nonce_of_a_deleted_message_is_unknown() -> None:
    with house() as h:
        made = h.send(h.text, "once", nonce="n1", enforce_nonce=True)
        h.call("DELETE", f"/channels/{h.text}/messages/{made['id']}")
        body = {"content": "again", "nonce": "n1", "enforce_nonce": True}
        h.fails(10008, "POST", f"/channels/{h.text}/messages", body)


def test_without_a_window_a_nonce_is_never_remembered() -> None:
    with house(nonce_window=0.0) as h:
        ids = {h.send(h.text, "x", nonce="n", enforce_nonce=True)["id"] for _ in range(2)}
        assert len(ids) == 2


def test_a_reply_to_nothing_fails_unless_it_may() -> None:
    with house() as h:
        parent = h.side.person_posts(h.ana, h.text, "hello")
        reply = {"message_id": parent["id"]}
        made = h.send(h.text, "yes", message_reference=reply)
        assert (made["type"], made["referenced_message"]["content"]) == (19, "hello")
        h.side.person_deletes(h.ana, parent["id"])
        body = {"content": "x", "message_reference": reply}
        error = h.fails(50035, "POST", f"/channels/{h.text}/messages", body)
        assert "message_reference" in error.body()["errors"]
        made = h.send(h.text, "x", message_reference={**reply, "fail_if_not_exists": False})
        assert (made["type"], "message_reference" in made) == (0, False)
        known = h.call("GET", f"/channels/{h.text}/messages", limit=2)[1]
        assert known["referenced_message"] is None


def test_nobody_is_pinged_where_the_sender_allows_nobody() -> None:
    with house() as h:
        role = h.side.add_role(h.guild, "All", Permission(0), mentionable=True)
        h.side.give_role(h.ben, h.guild, role)
        text = f"<@{h.ana}> <@&{role}> @everyone"
        parent = h.side.person_posts(h.ben, h.text, "hello")
        reply = {"message_id": parent["id"]}
        quiet = h.send(h.text, text, allowed_mentions={"parse": []}, message_reference=reply)
        assert (quiet["mentions"], quiet["mention_roles"], quiet["mention_everyone"]) == (
            [],
            [],
            False,
        )
        assert not h.side.pinged(h.ana)
        assert not h.side.pinged(h.ben)
        loud = h.send(h.text, text, message_reference=reply)
        assert {u["id"] for u in loud["mentions"]} == {h.ana, h.ben}
        assert loud["mention_roles"] == [role]
        assert loud["mention_everyone"]
        some = h.send(h.text, text, allowed_mentions={"users": [h.ana]}, message_reference=reply)
        assert [u["id"] for u in some["mentions"]] == [h.ana]
        both = {"parse": ["users"], "users": [h.ana]}
        body = {"content": text, "allowed_mentions": both}
        h.fails(50035, "POST", f"/channels/{h.text}/messages", body)


def test_a_reader_cannot_ping_everyone() -> None:
    with house() as h:
        assert not h.side.person_posts(h.ana, h.text, "@everyone")["mention_everyone"]


def test_who_may_edit_and_delete_what() -> None:
    with house() as h:
        theirs = h.side.person_posts(h.ana, h.text, "hello")["id"]
        path = f"/channels/{h.text}/messages/{theirs}"
        h.fails(50005, "PATCH", path, {"content": "changed"})
        mine = h.send(h.text, "mine")["id"]
        edited = h.call("PATCH", f"/channels/{h.text}/messages/{mine}", {"content": "better"})
        assert edited["edited_timestamp"]
        h.side.set_bot_permissions(h.bot, h.guild, READER)
        h.fails(50013, "DELETE", path)
        h.side.set_bot_permissions(h.bot, h.guild, BOT)
        h.call("DELETE", path)
        h.fails(10008, "DELETE", path)
        with pytest.raises(ApiError):
            h.side.person_deletes(h.ben, mine)
        h.side.person_deletes(h.mod, mine)
        assert h.side.messages(h.text) == []


def test_bulk_deletion_has_its_bounds() -> None:
    with house() as h:
        ids = [h.send(h.text, str(n))["id"] for n in range(3)]
        path = f"/channels/{h.text}/messages/bulk-delete"
        h.fails(50016, "POST", path, {"messages": ids[:1]})
        h.fails(50016, "POST", path, {"messages": [ids[0], ids[0]]})
        h.call("POST", path, {"messages": ids[:2]})
        assert h.side.texts(h.text) == ["2"]
        other = h.send(h.text, "3")["id"]
        h.world.clock.advance(15 * 86400)
        h.fails(50034, "POST", path, {"messages": [ids[2], other]})


def test_crossposting_happens_once_and_in_announcement_channels_only() -> None:
    with house() as h:
        made = h.send(h.news, "An article")["id"]
        path = f"/channels/{h.news}/messages/{made}/crosspost"
        assert h.call("POST", path)["flags"] & 1
        h.fails(40033, "POST", path)
        other = h.send(h.text, "x")["id"]
        h.fails(50024, "POST", f"/channels/{h.text}/messages/{other}/crosspost")


def test_overwrites_decide_in_the_order_everyone_roles_member() -> None:
    with house() as h:
        hidden = overwrite(h.guild, deny=Permission.VIEW_CHANNEL)
        h.side.set_overwrites(h.text, hidden)
        h.fails(50001, "POST", f"/channels/{h.text}/messages", {"content": "x"})
        assert h.side.visible_to(h.ana, h.text) == []
        shown = overwrite(h.bot, allow=Permission.VIEW_CHANNEL)
        h.side.set_overwrites(h.text, hidden, shown)
        h.send(h.text, "x")
        mute = overwrite(h.bot, deny=Permission.SEND_MESSAGES)
        h.side.set_overwrites(h.text, mute)
        h.fails(50013, "POST", f"/channels/{h.text}/messages", {"content": "x"})
        blind = overwrite(h.bot, deny=Permission.READ_MESSAGE_HISTORY)
        h.side.set_overwrites(h.text, blind)
        assert h.call("GET", f"/channels/{h.text}/messages") == []


def test_a_thread_from_a_message_takes_its_id_once() -> None:
    with house() as h:
        made = h.send(h.text, "An article")["id"]
        path = f"/channels/{h.text}/messages/{made}/threads"
        thread = h.call("POST", path, {"name": "Talk"})
        assert (thread["id"], thread["message_count"]) == (made, 0)
        h.fails(160004, "POST", path, {"name": "Talk"})
        origin = h.call("GET", f"/channels/{h.text}/messages/{made}")
        assert (origin["thread"]["id"], origin["flags"] & 32) == (made, 32)
        starter = h.call("GET", f"/channels/{made}/messages")[0]
        assert (starter["type"], starter["message_reference"]["message_id"]) == (21, made)
        h.fails(50024, "POST", f"/channels/{made}/messages/{starter['id']}/threads", {"name": "x"})
        body = {"content": "x", "message_reference": {"message_id": starter["id"]}}
        h.fails(50035, "POST", f"/channels/{made}/messages", body)


@pytest.mark.parametrize("equal", [True, False])
def test_a_forum_post_and_its_first_message(equal: bool) -> None:
    with house(forum_id_equal=equal) as h:
        tag = h.side.channel(h.forum)["available_tags"][0]["id"]
        body = {"name": "Article", "message": {"content": "hi"}, "applied_tags": [tag]}
        made = h.call("POST", f"/channels/{h.forum}/threads", body)
        assert (made["message"]["id"] == made["id"]) is equal
        assert (made["applied_tags"], made["message_count"]) == ([tag], 0)
        assert h.side.texts(made["id"]) == ["hi"]
        h.fails(50035, "POST", f"/channels/{h.forum}/threads", {"name": "x"})
        h.fails(50008, "POST", f"/channels/{h.forum}/messages", {"content": "x"})
        six = {**body, "applied_tags": [str(n) for n in range(6)]}
        h.fails(50035, "POST", f"/channels/{h.forum}/threads", six)


def test_a_forum_may_require_a_tag() -> None:
    with house() as h:
        forum = h.side.add_channel(h.guild, "tagged", "forum", tags=("a",), require_tag=True)
        body: dict[str, Any] = {"name": "Article", "message": {"content": "hi"}}
        h.fails(40067, "POST", f"/channels/{forum}/threads", body)
        tags = [{"name": "b"}, *h.side.channel(forum)["available_tags"]]
        changed = h.call("PATCH", f"/channels/{forum}", {"available_tags": tags})
        assert [t["name"] for t in changed["available_tags"]] == ["b", "a"]
        body["applied_tags"] = [changed["available_tags"][0]["id"]]
        assert h.call("POST", f"/channels/{forum}/threads", body)["applied_tags"]


def test_writing_wakes_a_thread_and_editing_does_not() -> None:
    with house() as h:
        thread = h.article()
        h.call("PATCH", f"/channels/{thread}", {"archived": True})
        path = f"/channels/{thread}/messages/{thread}"
        h.fails(50083, "PATCH", path, {"content": "edited"})
        h.fails(50083, "PUT", f"{path}/reactions/%F0%9F%91%8D/@me")
        h.fails(50083, "PATCH", f"/channels/{thread}", {"name": "renamed"})
        listed = h.call("GET", f"/channels/{h.forum}/threads/archived/public")
        assert [t["id"] for t in listed["threads"]] == [thread]
        assert h.call("GET", f"/guilds/{h.guild}/threads/active")["threads"] == []
        h.side.person_posts(h.ana, thread, "wake up")
        assert not h.side.channel(thread)["thread_metadata"]["archived"]
        assert h.call("PATCH", path, {"content": "edited"})["content"] == "edited"


def test_a_locked_thread_is_for_who_manages_threads() -> None:
    with house() as h:
        thread = h.article()
        h.call("PATCH", f"/channels/{thread}", {"locked": True, "archived": True})
        with pytest.raises(ApiError) as locked:
            h.side.person_posts(h.ana, thread, "hello?")
        assert locked.value.code == 160005
        with pytest.raises(ApiError) as opened:
            h.side.person_changes(h.ana, thread, archived=False)
        assert opened.value.code == 160005
        h.side.person_posts(h.mod, thread, "closed, thank you")
        assert h.side.channel(thread)["thread_metadata"]["locked"]
        h.side.set_bot_permissions(h.bot, h.guild, READER)
        h.fails(50013, "PATCH", f"/channels/{thread}", {"locked": False})
        h.fails(160005, "POST", f"/channels/{thread}/messages", {"content": "x"})


def test_a_rename_leaves_its_line_in_the_thread() -> None:
    with house() as h:
        thread = h.article()
        h.call("PATCH", f"/channels/{thread}", {"name": "Corrected"})
        assert [m["type"] for m in h.side.messages(thread)] == [0, 4]
        line = h.side.messages(thread)[1]["id"]
        h.fails(50021, "DELETE", f"/channels/{thread}/messages/{line}")


def test_the_right_to_write_in_threads_is_its_own() -> None:
    with house() as h:
        thread = h.article()
        deny = overwrite(h.guild, deny=Permission.SEND_MESSAGES_IN_THREADS)
        h.side.set_overwrites(h.forum, deny)
        with pytest.raises(ApiError) as refused:
            h.side.person_posts(h.ana, thread, "x")
        assert refused.value.code == 50013
        h.side.set_overwrites(h.forum, overwrite(h.guild, deny=Permission.SEND_MESSAGES))
        h.side.person_posts(h.ana, thread, "x")
        with pytest.raises(ApiError):
            h.side.person_opens_post(h.ana, h.forum, "mine", "x")


def test_slow_mode_holds_readers_and_not_the_bot() -> None:
    with house() as h:
        thread = h.article()
        h.call("PATCH", f"/channels/{thread}", {"rate_limit_per_user": 30})
        h.side.person_posts(h.ana, thread, "one")
        with pytest.raises(ApiError) as slow:
            h.side.person_posts(h.ana, thread, "two")
        assert slow.value.code == 20016
        h.send(thread, "a")
        h.send(thread, "b")
        h.world.clock.advance(31)
        h.side.person_posts(h.ana, thread, "two")


def test_pins_need_their_own_right_and_leave_a_line() -> None:
    with house() as h:
        made = h.send(h.text, "keep")["id"]
        h.call("PUT", f"/channels/{h.text}/messages/pins/{made}")
        listed = h.call("GET", f"/channels/{h.text}/messages/pins")
        assert [i["message"]["id"] for i in listed["items"]] == [made]
        assert h.side.messages(h.text)[-1]["type"] == 6
        h.side.set_bot_permissions(h.bot, h.guild, BOT & ~Permission.PIN_MESSAGES)
        h.fails(50013, "DELETE", f"/channels/{h.text}/pins/{made}")


def test_webhooks_write_under_a_mask_and_find_their_thread() -> None:
    with house() as h:
        thread = h.article()
        h.fails(50035, "POST", f"/channels/{h.forum}/webhooks", {"name": "My Discord hook"})
        hook = h.call("POST", f"/channels/{h.forum}/webhooks", {"name": "relay"})
        use = f"/webhooks/{hook['id']}/{hook['token']}"
        said: dict[str, Any] = {"content": "hi", "username": "Ana from Telegram"}
        h.fails(220001, "POST", use, said)
        h.fails(220002, "POST", use, {**said, "thread_name": "x"}, thread_id=thread)
        h.fails(10003, "POST", use, said, thread_id=h.text)
        h.fails(50035, "POST", use, {**said, "username": "clyde"}, thread_id=thread)
        h.fails(50027, "POST", f"/webhooks/{hook['id']}/wrong", said, thread_id=thread)
        assert h.call("POST", use, said, thread_id=thread) is None
        made = h.call("POST", use, said, thread_id=thread, wait="true")
        assert made["webhook_id"] == made["author"]["id"] == hook["id"]
        assert made["author"]["username"] == "Ana from Telegram"
        message = f"{use}/messages/{made['id']}"
        h.fails(10008, "PATCH", message, {"content": "x"})
        edited = h.call("PATCH", message, {"content": "better"}, thread_id=thread)
        assert edited["content"] == "better"
        h.call("DELETE", message, thread_id=thread)
        post = h.call("POST", use, {**said, "thread_name": "New"}, wait="true")
        assert h.side.channel(post["channel_id"])["name"] == "New"
        plain = h.call("POST", f"/channels/{h.text}/webhooks", {"name": "plain"})
        path = f"/webhooks/{plain['id']}/{plain['token']}"
        h.fails(220003, "POST", path, {**said, "thread_name": "x"})


def test_a_channel_holds_fifteen_webhooks() -> None:
    with house() as h:
        for n in range(15):
            h.call("POST", f"/channels/{h.text}/webhooks", {"name": str(n)})
        h.fails(30007, "POST", f"/channels/{h.text}/webhooks", {"name": "x"})


def test_a_ban_ends_membership_and_can_take_messages_along() -> None:
    with house() as h:
        h.side.person_posts(h.ana, h.text, "old")
        h.world.clock.advance(3600)
        h.side.person_posts(h.ana, h.text, "new")
        h.call("PUT", f"/guilds/{h.guild}/bans/{h.ana}", {"delete_message_seconds": 60})
        assert h.side.texts(h.text) == ["old"]
        with pytest.raises(ApiError) as gone:
            h.side.person_posts(h.ana, h.text, "again")
        assert gone.value.code == 50001
        assert h.call("GET", f"/guilds/{h.guild}/bans/{h.ana}")["user"]["id"] == h.ana
        h.call("DELETE", f"/guilds/{h.guild}/bans/{h.ana}")
        h.fails(10026, "GET", f"/guilds/{h.guild}/bans/{h.ana}")
        h.fails(50013, "PUT", f"/guilds/{h.guild}/bans/{h.side.owner_of(h.guild)}")


def test_a_timeout_silences_until_it_ends() -> None:
    with house() as h:
        until = "2026-09-21T18:00:00+00:00"
        path = f"/guilds/{h.guild}/members/{h.ana}"
        member = h.call("PATCH", path, {"communication_disabled_until": until})
        assert member["communication_disabled_until"]
        with pytest.raises(ApiError) as silent:
            h.side.person_posts(h.ana, h.text, "x")
        assert silent.value.code == 50013
        h.world.clock.advance(86400)
        h.side.person_posts(h.ana, h.text, "x")
        far = "2027-09-21T18:00:00+00:00"
        h.fails(50035, "PATCH", path, {"communication_disabled_until": far})


def test_direct_chats_are_one_per_pair_and_may_be_closed() -> None:
    with house() as h:
        one = h.call("POST", "/users/@me/channels", {"recipient_id": h.ana})
        assert one["id"] == h.side.direct_chat(h.ana, h.bot)
        h.send(one["id"], "hello")
        h.side.person_writes_to(h.ana, h.bot, "hi")
        assert h.side.texts(one["id"]) == ["hello", "hi"]
        h.side.close_direct_chat(h.ana)
        h.fails(50007, "POST", f"/channels/{one['id']}/messages", {"content": "x"})
        assert h.side.visible_to(h.ben, one["id"]) == []


def test_files_are_kept_with_their_bytes_and_by_id_in_edits() -> None:
    with house() as h:
        body = {"content": "look", "attachments": [{"id": 0, "filename": "a.png"}]}
        path = f"/channels/{h.text}/messages"
        files = (File("files[0]", "a.png", b"PNG"),)
        made = h.side.call(TOKEN, "POST", path, json=body, files=files)
        kept = made["attachments"][0]
        assert (kept["filename"], kept["size"]) == ("a.png", 3)
        keep = {"attachments": [{"id": kept["id"]}]}
        assert h.call("PATCH", f"{path}/{made['id']}", keep)["attachments"] == [kept]
        none = h.call("PATCH", f"{path}/{made['id']}", {"attachments": []})
        assert none["attachments"] == []
        theirs = h.side.person_posts(h.ana, h.text, "", attachments=(("b.jpg", b"J"),))
        assert theirs["attachments"][0]["filename"] == "b.jpg"
        big = (File("files[0]", "big", b"x" * (10 * 1024 * 1024 + 1)),)
        with pytest.raises(ApiError) as large:
            h.side.call(TOKEN, "POST", path, json={}, files=big)
        assert large.value.code == 40005


def test_without_the_content_intent_others_text_is_withheld() -> None:
    with house() as h:
        h.side.set_intents(h.bot, 0)
        h.side.person_posts(h.ana, h.text, "secret")
        h.side.person_posts(h.ana, h.text, f"<@{h.bot}> open")
        h.send(h.text, "mine")
        texts = [m["content"] for m in h.call("GET", f"/channels/{h.text}/messages")]
        assert texts == ["mine", f"<@{h.bot}> open", ""]


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    with house(file) as h:
        thread = h.article()
        reply = h.side.person_posts(h.ana, thread, "hello", reply_to=thread)["id"]
        h.send(thread, "n", nonce="n1", enforce_nonce=True)
    world = World(file, clock=WorldClock(fixed=START), switches=Switches())
    side = DiscordSide(world)
    assert side.texts(thread) == ["An article", "hello", "n"]
    assert side.message(reply) is not None
    body = {"content": "n", "nonce": "n1", "enforce_nonce": True}
    side.call(TOKEN, "POST", f"/channels/{thread}/messages", json=body)
    assert side.texts(thread) == ["An article", "hello", "n"]
    fresh = side.call(TOKEN, "POST", f"/channels/{thread}/messages", json={"content": "o"})
    assert int(fresh["id"]) > int(reply)
    world.close()


def test_a_bot_outside_of_the_guild_finds_nothing() -> None:
    with house() as h:
        h.side.leaves(h.bot, h.guild)
        h.fails(10004, "GET", f"/guilds/{h.guild}")
        h.fails(50001, "GET", f"/channels/{h.text}")
        h.fails(50001, "POST", f"/channels/{h.text}/messages", {"content": "x"})


def test_strangers_write_as_webhooks_and_as_bots() -> None:
    with house() as h:
        thread = h.article()
        made = h.side.webhook_posts(thread, "Ticker", "beep")
        assert (made["author"]["bot"], made["author"]["username"]) == (True, "Ticker")
        other = h.side.add_bot("Other", "other.token")
        h.side.bot_joins(other, h.guild)
        path = f"/channels/{thread}/messages"
        said = h.side.call("other.token", "POST", path, json={"content": "boop"})
        assert said["author"]["bot"]
        assert h.side.texts(thread) == ["An article", "beep", "boop"]


def test_the_page_can_ask_who_and_what_there_is() -> None:
    with house() as h:
        names = [c["name"] for c in h.side.channels(h.guild)]
        assert names == ["articles", "talk", "news"]
        shown = {m["user"]["username"] for m in h.side.members_of(h.guild)}
        assert {"ana", "ben", "mod", "Commonthread"} <= shown
        assert h.side.rights(h.mod, h.forum) & Permission.MANAGE_THREADS
        assert [h.side.kind_of(c) for c in (h.forum, h.text, h.news, h.article())] == [
            "forum",
            "text",
            "announcement",
            "thread",
        ]
