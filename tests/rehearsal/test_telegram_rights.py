"""Rights, forums, migration, limits and faults, without sockets."""

from __future__ import annotations

from typing import Any

import pytest

from bots.rehearsal.telegram import ApiError, Dropped, FloodLimits, Refused, apply_faults
from bots.rehearsal.world import Fault
from tests.rehearsal.schemas_telegram import load
from tests.rehearsal.telegram_house import START, TOKEN, build
from tests.rehearsal.telegram_rules import fails, only_message

HOUR = 3600


# who may what


def test_private_chats_open_block_and_open_again() -> None:
    house = build()

    def send() -> Any:
        return house.call("sendMessage", chat_id=house.ana, text="psst")

    assert fails(send) == "403 Forbidden: bot can't initiate conversation with a user"
    house.side.person_starts(house.ana, house.bot, "c_abc-1")
    started = only_message(house)
    assert started["chat"] == {
        "id": house.ana,
        "type": "private",
        "first_name": "Ana",
        "username": "ana_reads",
    }
    assert started["text"] == "/start c_abc-1"
    assert started["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    send()
    house.side.person_blocks(house.ana, house.bot)
    assert fails(send) == "403 Forbidden: bot was blocked by the user"
    house.side.person_posts(house.ana, house.bot, "hello again")
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"]
        for update in house.fresh()
        if "my_chat_member" in update
    ]
    assert statuses == ["kicked", "member"]
    assert house.side.texts(house.ana) == ["/start c_abc-1", "psst", "hello again"]
    with pytest.raises(Refused):
        house.side.person_starts(house.ana, house.bot, "no spaces")
    opened = house.side.person_opens(house.ben, "https://t.me/paper_bot?start=a_1")
    assert opened["text"] == "/start a_1"
    house.side.person_blocks(house.ana, house.bot)
    house.side.person_deletes(house.ana, house.bot, started["message_id"])
    assert fails(send) == "403 Forbidden: bot was blocked by the user"


def test_a_bot_that_was_thrown_out_or_left() -> None:
    house = build()
    house.side.remove_bot(house.group)
    (update,) = house.fresh()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    send = {"chat_id": house.group, "text": "x"}
    assert fails(lambda: house.call("sendMessage", **send)) == (
        "403 Forbidden: bot was kicked from the supergroup chat"
    )
    house.call("leaveChat", chat_id=house.channel)
    send["chat_id"] = house.channel
    assert fails(lambda: house.call("sendMessage", **send)) == (
        "403 Forbidden: bot is not a member of the channel chat"
    )
    other = house.side.add_group("Elsewhere")
    assert fails(lambda: house.call("getChat", chat_id=other)) == (
        "400 Bad Request: chat not found"
    )
    assert house.call("getChat", chat_id="@the_paper")["id"] == house.channel


def test_rights_are_checked() -> None:
    house = build()
    house.side.make_admin(house.channel, house.bot, can_delete_messages=True)
    assert (
        fails(lambda: house.call("sendMessage", chat_id=house.channel, text="x"))
        == "400 Bad Request: need administrator rights in the channel chat"
    )
    house.side.make_admin(house.group, house.bot, can_delete_messages=True)
    for method, text in (
        ("banChatMember", "not enough rights to restrict/unrestrict chat member"),
        ("restrictChatMember", "not enough rights to restrict/unrestrict chat member"),
    ):
        assert fails(
            lambda method=method: house.call(  # type: ignore[misc]
                method, chat_id=house.group, user_id=house.ana, permissions={}
            )
        ).endswith(text)
    said = house.side.person_posts(house.ana, house.group, "x")["message_id"]
    assert fails(
        lambda: house.call("pinChatMessage", chat_id=house.group, message_id=said)
    ).endswith("not enough rights to manage pinned messages in the chat")


def test_bans_restrictions_and_their_end() -> None:
    house = build()
    where = {"chat_id": house.group, "user_id": house.ana}
    house.call("banChatMember", **where, until_date=int(START) + 600)
    member = house.call("getChatMember", **where)
    assert (member["status"], member["until_date"]) == ("kicked", int(START) + 600)
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, house.group, "x")
    house.world.clock.advance(601)
    house.side.person_posts(house.ana, house.group, "back")
    house.call("banChatMember", **where, until_date=int(START) + 610)
    assert house.call("getChatMember", **where)["until_date"] == 0
    assert house.call("unbanChatMember", **where, only_if_banned=True)
    house.side.join(house.group, house.ana)
    house.call("restrictChatMember", **where, permissions={"can_send_messages": False})
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, house.group, "x")
    everything = dict.fromkeys(("can_send_messages", "can_send_other_messages"), True)
    house.call("restrictChatMember", **where, permissions=everything)
    assert house.call("getChatMember", **where)["status"] == "member"
    admin = {"chat_id": house.group, "user_id": house.owner}
    assert fails(lambda: house.call("banChatMember", **admin)).endswith("can't remove chat owner")
    house.side.make_admin(house.group, house.ben)
    admin["user_id"] = house.ben
    assert fails(lambda: house.call("banChatMember", **admin)).endswith(
        "user is an administrator of the chat"
    )


def test_who_writes_as_a_channel_or_as_the_group() -> None:
    house = build()
    own = house.side.add_channel("Ana's own")
    house.side.person_posts(house.ana, house.group, "as channel", as_chat=own)
    message = only_message(house)
    assert (message["from"]["id"], message["sender_chat"]["id"]) == (136817688, own)
    house.call("banChatSenderChat", chat_id=house.group, sender_chat_id=own)
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, house.group, "again", as_chat=own)
    house.call("unbanChatSenderChat", chat_id=house.group, sender_chat_id=own)
    house.side.make_admin(house.group, house.ben, is_anonymous=True, custom_title="editor")
    house.fresh()
    house.side.person_posts(house.ben, house.group, "/queue", anonymous_admin=True)
    message = only_message(house)
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == house.group
    assert message["author_signature"] == "editor"


def test_looking_up_members() -> None:
    house = build()
    admins = house.call("getChatAdministrators", chat_id=house.group)
    assert {admin["user"]["id"] for admin in admins} == {house.owner, house.bot}
    own = house.call("getChatMember", chat_id=house.channel, user_id=house.bot)
    assert own["can_post_messages"]
    assert house.call("getChatMemberCount", chat_id=house.group) == 2
    assert house.call("getChatMember", chat_id=house.group, user_id=house.ben)["status"] == "left"
    assert house.call("getMe")["can_read_all_group_messages"] is False


# forums and migration


def test_forum_topics() -> None:
    house = build()
    forum = house.side.add_group("Forum", forum=True)
    house.side.make_admin(forum, house.bot)
    house.fresh()
    topic = house.call("createForumTopic", chat_id=forum, name="An article")["message_thread_id"]
    assert "forum_topic_created" in only_message(house)
    send = {"chat_id": forum, "text": "x"}
    sent = house.call("sendMessage", **send, message_thread_id=topic)
    assert sent["is_topic_message"]
    assert sent["reply_to_message"]["message_id"] == topic
    for unknown in (1, 999):
        assert (
            fails(
                lambda n=unknown: house.call("sendMessage", **send, message_thread_id=n)  # type: ignore[misc]
            )
            == "400 Bad Request: message thread not found"
        )
    said = house.side.person_posts(house.ana, forum, "in the topic", topic=topic)
    reply = {"message_id": said["message_id"]}
    assert house.call("sendMessage", **send, reply_parameters=reply)["message_thread_id"] == topic
    where = {"chat_id": forum, "message_thread_id": topic}
    house.call("closeForumTopic", **where)
    assert fails(lambda: house.call("closeForumTopic", **where)).endswith("TOPIC_NOT_MODIFIED")
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, forum, "late", topic=topic)
    house.call("reopenForumTopic", **where)
    house.call("editForumTopic", **where, name="Corrected")
    assert house.side.topics(forum)[topic]["name"] == "Corrected"
    house.call("deleteForumTopic", **where)
    assert house.side.thread(forum, topic) == []
    assert fails(lambda: house.call("createForumTopic", chat_id=house.group, name="n")) == (
        "400 Bad Request: the chat is not a forum"
    )


def test_a_group_becomes_a_supergroup() -> None:
    house = build()
    group = house.side.add_group("Small", basic=True, owner=house.owner)
    house.side.make_admin(group, house.bot)
    house.fresh()
    new = house.side.migrate(group)
    old_says, new_says = house.fresh()
    assert old_says["message"]["migrate_to_chat_id"] == new
    assert new_says["message"]["migrate_from_chat_id"] == group
    with pytest.raises(ApiError) as caught:
        house.call("sendMessage", chat_id=group, text="x")
    assert caught.value.body() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new},
    }
    house.call("sendMessage", chat_id=new, text="x")


# limits and faults


def test_flood_control_counts_sends_and_edits_but_not_deletions() -> None:
    house = build(limits=FloodLimits(enabled=True, burst=30))
    sent = [
        house.call("sendMessage", chat_id=house.group, text=str(n))["message_id"] for n in range(19)
    ]
    where = {"chat_id": house.group, "message_id": sent[0]}
    house.call("editMessageText", **where, text="edited")
    with pytest.raises(ApiError) as caught:
        house.call("editMessageText", **where, text="again")
    assert caught.value.body() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 60",
        "parameters": {"retry_after": 60},
    }
    for message in sent:
        house.call("deleteMessage", chat_id=house.group, message_id=message)
    house.call("getChatMember", chat_id=house.group, user_id=house.ana)
    house.world.clock.advance(60)
    house.call("sendMessage", chat_id=house.group, text="later")


def test_flood_control_by_chat_and_over_all() -> None:
    limits = FloodLimits(enabled=True, burst=2, overall_per_second=3)
    house = build(limits=limits)
    people = [house.ana, house.ben, house.owner]
    for person in people:
        house.side.person_starts(person, house.bot)
    for person in (house.ana, house.ana, house.ben):
        house.call("sendMessage", chat_id=person, text="x")
    assert "retry after 1" in fails(lambda: house.call("sendMessage", chat_id=people[2], text="x"))
    house.world.clock.advance(1)
    assert "retry after 1" in fails(lambda: house.call("sendMessage", chat_id=house.ana, text="x"))
    house.world.clock.advance(1)
    house.call("sendMessage", chat_id=house.ana, text="x")


def test_faults_without_sockets() -> None:
    house = build()
    params = {"chat_id": house.channel, "text": "An article"}

    def call() -> Any:
        return apply_faults(house.side, TOKEN, "sendMessage", params)

    faults = house.world.faults
    faults.add(Fault("telegram", "sendMessage", "429", retry_after=2.5))
    assert fails(call) == "429 Too Many Requests: retry after 3"
    faults.add(Fault("telegram", "sendMessage", "delay", seconds=9))
    faults.add(Fault("telegram", "sendMessage", "drop_before"))
    with pytest.raises(Dropped) as dropped:
        call()
    assert (dropped.value.applied, house.world.clock.now()) == (False, START + 9)
    assert house.side.texts(house.channel) == []
    faults.add(Fault("telegram", "sendMessage", "drop_after"))
    with pytest.raises(Dropped) as dropped:
        call()
    assert dropped.value.applied
    assert house.side.texts(house.group) == ["An article"]
    assert call()["text"] == "An article"


def test_every_update_fits_the_vendors_schema() -> None:
    schemas = load()
    if schemas is None:
        pytest.skip("the machine-readable Bot API is not on this machine")
    house = build()
    house.call("getUpdates", allowed_updates=["message", "message_reaction", "chat_member"])
    for media in ("photo", "document", "video", "audio", "voice", "animation", "sticker"):
        house.side.person_posts(house.ana, house.group, "with media", media=media)
    said = house.side.person_posts(house.ana, house.group, "x")["message_id"]
    house.side.person_reacts(house.ben, house.group, said, "👍")
    house.side.join(house.group, house.ben)
    house.call("restrictChatMember", chat_id=house.group, user_id=house.ben, permissions={})
    house.call("pinChatMessage", chat_id=house.group, message_id=said)
    answer = {"ok": True, "result": house.updates()}
    assert len(answer["result"]) > 10  # type: ignore[arg-type]
    assert schemas.answer_problems("getUpdates", answer) == []
    for chat in (house.group, house.channel):
        answer = {"ok": True, "result": house.call("getChat", chat_id=chat)}
        assert schemas.answer_problems("getChat", answer) == []
    wrong = schemas.request_problems("sendMessage", {"chat_id": 1, "texte": "x"})
    assert wrong == ["sendMessage: unknown parameter texte", "sendMessage: text missing"]
    assert schemas.request_problems("sendMessage", {"chat_id": 1, "text": "x", "entities": "[{}]"})
