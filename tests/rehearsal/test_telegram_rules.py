"""The platform's rules, without sockets."""

from __future__ import annotations

from typing import Any

import pytest

from bots.rehearsal.telegram import Refused
from bots.rehearsal.world import Switches
from tests.rehearsal.telegram_house import build
from tests.rehearsal.telegram_rules import fails, only_message

HOUR = 3600


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
