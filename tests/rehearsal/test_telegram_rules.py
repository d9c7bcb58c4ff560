"""The platform's rules, without sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bots.rehearsal.telegram import ApiError, Dropped, FloodLimits, Refused, apply_faults
from bots.rehearsal.world import Fault, Switches
from tests.rehearsal.schemas_telegram import load
from tests.rehearsal.telegram_house import START, TOKEN, House, build

HOUR = 3600


def fails(run: Callable[[], Any]) -> str:
    """The error text of a call that must fail, with its code."""
    with pytest.raises(ApiError) as caught:
        run()
    return f"{caught.value.code} {caught.value.description}"


def only_message(house: House) -> dict[str, Any]:
    (update,) = house.fresh()
    message: dict[str, Any] = update["message"]
    return message


# threads


def test_comments_belong_to_the_thread_of_their_root() -> None:
    house = build()
    _, root = house.article()
    first = house.side.person_posts(house.ana, house.group, "one", under=root)
    second = house.side.person_posts(house.ben, house.group, "two", reply_to=first["message_id"])
    assert first["message_thread_id"] == second["message_thread_id"] == root
    assert first["reply_to_message"]["message_id"] == root
    assert second["reply_to_message"]["message_id"] == first["message_id"]
    assert "is_topic_message" not in second
    ours = house.call(
        "sendMessage",
        chat_id=house.group,
        text="three",
        reply_parameters={"message_id": second["message_id"]},
    )
    assert ours["message_thread_id"] == root
    assert "reply_to_message" not in ours["reply_to_message"]


def test_message_thread_id_is_ignored_outside_of_forums() -> None:
    house = build()
    _, root = house.article()
    sent = house.call("sendMessage", chat_id=house.group, text="lost", message_thread_id=root)
    assert "message_thread_id" not in sent
    assert house.side.thread(house.group, root) == []


def test_a_reply_chain_beside_the_articles_is_its_own_thread() -> None:
    house = build()
    start = house.side.person_posts(house.ana, house.group, "off topic")
    reply = house.side.person_posts(house.ben, house.group, "yes", reply_to=start["message_id"])
    assert "message_thread_id" not in start
    assert reply["message_thread_id"] == start["message_id"]


def test_a_reply_to_what_is_gone() -> None:
    house = build()
    gone = house.side.person_posts(house.ana, house.group, "gone")
    house.side.person_deletes(house.ana, house.group, gone["message_id"])
    reply = {"message_id": gone["message_id"]}

    def answer(**more: Any) -> Any:
        parameters = {**reply, **more}
        return house.call("sendMessage", chat_id=house.group, text="x", reply_parameters=parameters)

    assert fails(answer) == "400 Bad Request: message to be replied not found"
    assert "reply_to_message" not in answer(allow_sending_without_reply=True)


def test_a_deleted_root_leaves_a_dead_thread() -> None:
    house = build()
    _, root = house.article()
    comment = house.side.person_posts(house.ana, house.group, "still here", under=root)
    house.call("deleteMessage", chat_id=house.group, message_id=root)
    assert [m["text"] for m in house.side.thread(house.group, root)] == ["still here"]
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, house.group, "no more", under=root)
    shown = house.side.message(house.group, comment["message_id"])
    assert shown is not None
    assert "reply_to_message" not in shown


def test_a_quote_must_be_part_of_the_message() -> None:
    house = build()
    said = house.side.person_posts(house.ana, house.group, "at 5:44 it rained")

    def quote(text: str) -> Any:
        parameters = {"message_id": said["message_id"], "quote": text}
        return house.call("sendMessage", chat_id=house.group, text="x", reply_parameters=parameters)

    assert quote("5:44")["quote"] == {"text": "5:44", "position": 3, "is_manual": True}
    assert fails(lambda: quote("6:44")).endswith("QUOTE_TEXT_INVALID")


# forwards, edits, deletions


def test_the_automatic_forward_and_its_mirrors() -> None:
    for mirrored in (True, False):
        switches = Switches(mirror_edits=mirrored, mirror_deletes=mirrored)
        house = build(switches=switches)
        post, root = house.article("old")
        chat = house.call("getChat", chat_id=house.group)
        assert chat["pinned_message"]["message_id"] == root
        assert chat["linked_chat_id"] == house.channel
        house.call("editMessageText", chat_id=house.channel, message_id=post, text="new")
        updates = house.fresh()
        assert [update["edited_message"]["text"] for update in updates] == ["new"] * mirrored
        house.call("deleteMessage", chat_id=house.channel, message_id=post)
        assert (house.side.message(house.group, root) is None) == mirrored
        assert house.fresh() == []


def test_callback_keyboards_stay_behind_link_keyboards_come_along() -> None:
    house = build()
    for button, kept in (
        ({"text": "a", "callback_data": "x"}, False),
        ({"text": "a", "url": "https://a.org"}, True),
    ):
        keyboard = {"inline_keyboard": [[button]]}
        house.call("sendMessage", chat_id=house.channel, text="t", reply_markup=keyboard)
        assert ("reply_markup" in only_message(house)) == kept


def test_a_person_posts_in_the_channel() -> None:
    house = build()
    house.side.person_posts(house.owner, house.channel, "by hand")
    post, copy = house.fresh()
    assert post["channel_post"]["sender_chat"]["id"] == house.channel
    assert copy["message"]["is_automatic_forward"]
    with pytest.raises(Refused):
        house.side.person_posts(house.ana, house.channel, "no")


def test_an_edit_that_changes_nothing() -> None:
    house = build()
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}
    sent = house.call("sendMessage", chat_id=house.group, text="same", reply_markup=keyboard)
    where = {"chat_id": house.group, "message_id": sent["message_id"]}
    edit = {**where, "text": "same", "reply_markup": keyboard}
    assert fails(lambda: house.call("editMessageText", **edit)) == (
        "400 Bad Request: message is not modified: specified new message content and reply "
        "markup are exactly the same as a current content and reply markup of the message"
    )
    assert "reply_markup" not in house.call("editMessageText", **where, text="same")
    assert fails(lambda: house.call("editMessageReplyMarkup", **where)).startswith(
        "400 Bad Request: message is not modified"
    )
    assert "reply_markup" in house.call("editMessageReplyMarkup", **where, reply_markup=keyboard)
    assert fails(lambda: house.call("editMessageCaption", **where, caption="c")).endswith(
        "there is no caption in the message to edit"
    )


def test_a_bot_edits_its_own_messages_only() -> None:
    house = build()
    theirs = house.side.person_posts(house.ana, house.group, "mine")
    where = {"chat_id": house.group, "message_id": theirs["message_id"], "text": "x"}
    assert fails(lambda: house.call("editMessageText", **where)).endswith("message can't be edited")
    where["message_id"] = 9999
    assert fails(lambda: house.call("editMessageText", **where)).endswith(
        "message to edit not found"
    )


@pytest.mark.parametrize("limited", [True, False])
def test_the_age_of_what_an_admin_deletes(limited: bool) -> None:
    house = build(switches=Switches(admin_delete_48h=limited))
    old = house.side.person_posts(house.ana, house.group, "old")["message_id"]
    house.world.clock.advance(48 * HOUR + 1)

    def delete() -> Any:
        return house.call("deleteMessage", chat_id=house.group, message_id=old)

    if limited:
        assert fails(delete) == "400 Bad Request: message can't be deleted"
    else:
        assert delete() is True
    assert fails(
        lambda: house.call("deleteMessage", chat_id=house.group, message_id=9999)
    ).endswith("message to delete not found")


def test_deleting_many_and_without_the_right() -> None:
    house = build()
    ids = [house.side.person_posts(house.ana, house.group, text)["message_id"] for text in "abc"]
    assert house.call("deleteMessages", chat_id=house.group, message_ids=[*ids[:2], 9999])
    house.side.make_admin(house.group, house.bot, can_pin_messages=True)
    assert fails(
        lambda: house.call("deleteMessage", chat_id=house.group, message_id=ids[2])
    ).endswith("message can't be deleted")
    house.fresh()
    assert house.side.texts(house.group) == ["c"]


# what bots hear


def test_bots_hear_neither_themselves_nor_deletions_nor_each_other() -> None:
    house = build()
    other = house.side.add_bot("Other", "other_bot", "7000000002:x")
    house.side.make_admin(house.group, other)
    house.fresh()
    sent = house.call("sendMessage", chat_id=house.group, text="mine")
    house.side.call("7000000002:x", "sendMessage", {"chat_id": house.group, "text": "theirs"})
    said = house.side.person_posts(house.ana, house.group, "hello")
    house.side.person_deletes(house.ana, house.group, said["message_id"])
    house.call("deleteMessage", chat_id=house.group, message_id=sent["message_id"])
    assert only_message(house)["text"] == "hello"


def test_privacy_mode() -> None:
    house = build()
    house.side.join(house.group, house.bot)
    house.fresh()
    ours = house.call("sendMessage", chat_id=house.group, text="ours")["message_id"]
    house.side.person_posts(house.ana, house.group, "not for bots")
    house.side.person_posts(house.ana, house.group, "/queue@other_bot")
    house.side.person_posts(house.ana, house.group, "/queue@Paper_bot now")
    house.side.person_posts(house.ana, house.group, "an answer", reply_to=ours)
    heard = [update["message"]["text"] for update in house.fresh()]
    assert heard == ["/queue@Paper_bot now", "an answer"]
    house.side.set_privacy(house.bot, False)
    house.side.person_posts(house.ana, house.group, "now everything")
    assert only_message(house)["text"] == "now everything"


def test_allowed_updates_filter_when_the_update_is_made() -> None:
    house = build()
    said = house.side.person_posts(house.ana, house.group, "hello")
    house.side.person_reacts(house.ben, house.group, said["message_id"], "👍")
    house.side.join(house.group, house.ben)
    kinds = [next(iter(set(update) - {"update_id"})) for update in house.fresh()]
    assert kinds == ["message", "message"]
    house.call("getUpdates", allowed_updates=["message_reaction", "chat_member"])
    house.side.person_posts(house.ana, house.group, "lost")
    house.side.person_reacts(house.ben, house.group, said["message_id"], None)
    house.side.leave(house.group, house.ben)
    reaction, member = house.fresh()
    assert reaction["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert member["chat_member"]["new_chat_member"]["status"] == "left"
    assert house.call("getWebhookInfo")["allowed_updates"] == ["message_reaction", "chat_member"]


def test_updates_grow_old() -> None:
    house = build()
    sent = house.call(
        "sendMessage",
        chat_id=house.group,
        text="card",
        reply_markup={"inline_keyboard": [[{"text": "ok", "callback_data": "ok"}]]},
    )
    press = house.side.person_presses(house.ana, house.group, sent["message_id"], "ok")
    house.side.person_posts(house.ana, house.group, "hello")
    house.world.clock.advance(151)
    assert [set(update) for update in house.updates()] == [{"update_id", "message"}]
    assert fails(lambda: house.call("answerCallbackQuery", callback_query_id=press.id)).endswith(
        "query is too old and response timeout expired or query ID is invalid"
    )
    house.world.clock.advance(24 * HOUR)
    assert house.updates() == []


def test_a_press_on_a_deleted_message_and_forged_data() -> None:
    house = build()
    sent = house.call(
        "sendMessage",
        chat_id=house.group,
        text="card",
        reply_markup={"inline_keyboard": [[{"text": "ok", "callback_data": "ok"}]]},
    )["message_id"]
    house.side.person_presses(house.ana, house.group, sent, "ok", forged="admin:1")
    (update,) = house.fresh()
    assert update["callback_query"]["data"] == "admin:1"
    house.call("deleteMessage", chat_id=house.group, message_id=sent)
    house.side.person_presses(house.ana, house.group, sent, "ok")
    (update,) = house.fresh()
    assert update["callback_query"]["message"]["date"] == 0
    with pytest.raises(Refused):
        house.side.person_presses(house.ana, house.group, sent, "no such button")


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
