"""The adapter against the rehearsal server: sends, edits, deletions, threads, outcomes."""

from __future__ import annotations

import asyncio

import pytest

from bots.rehearsal.world import Fault
from bots.telegram.adapter import TelegramAdapter
from core.clock import FakeClock
from core.errors import (
    DeliveryError,
    Gone,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    Unreachable,
    UserError,
)
from core.events import Moved
from core.ports import Target
from core.text.model import Rich
from core.views import Button, NoticeView
from tests.telegram.house import TOKEN, article, house


async def test_an_article_in_a_channel_is_one_message_with_a_public_link() -> None:
    async with house() as h:
        receipt = await h.adapter.send(h.announce(), h.article(), "n1")
        assert receipt.thread is None
        assert receipt.link == f"https://t.me/harbour/{receipt.message}"
        assert "The council met." in h.shown(h.channel, receipt.message)["text"]


async def test_a_comment_lands_in_the_thread_as_a_reply_to_the_root() -> None:
    async with house() as h:
        _, root = await h.publish()
        target = h.discuss(str(root))
        receipt = await h.adapter.send(target, h.comment(target), "n2")
        assert receipt.thread is None
        number = str(h.group)[4:]
        assert receipt.link == f"https://t.me/c/{number}/{receipt.message}?thread={root}"
        assert [m["message_id"] for m in h.side.thread(h.group, root)] == [int(receipt.message)]


async def test_a_reply_to_a_vanished_comment_is_gone_and_leaves_nothing() -> None:
    async with house() as h:
        _, root = await h.publish()
        said = h.side.person_posts(h.reader, h.group, "First!", under=root)
        h.side.person_deletes(h.reader, h.group, said["message_id"])
        target = h.discuss(str(root), str(said["message_id"]))
        with pytest.raises(Gone) as caught:
            await h.adapter.send(target, h.comment(target), "n2")
        assert caught.value.what == "reply"
        assert h.side.thread(h.group, root) == []


async def test_without_its_root_the_thread_is_gone() -> None:
    async with house() as h:
        _, root = await h.publish()
        h.side.person_deletes(h.admin, h.group, root)
        target = h.discuss(str(root))
        with pytest.raises(Gone) as caught:
            await h.adapter.send(target, h.comment(target), "n2")
        assert caught.value.what == "thread"


async def test_an_article_in_a_group_is_the_root_of_its_own_thread() -> None:
    async with house() as h:
        target = h.discuss()
        receipt = await h.adapter.send(target, h.article(target), "n1")
        assert receipt.thread == receipt.message
        opened = await h.adapter.open_thread(target, receipt.message, "Harbour deal")
        assert opened.thread == receipt.message


async def test_a_notice_in_a_group_opens_no_thread() -> None:
    async with house() as h:
        target = Target(str(h.group), "group", "desk")
        part = h.adapter.render(NoticeView(Rich("3 wait")), target)[0]
        assert (await h.adapter.send(target, part, "n1")).thread is None


async def test_edits_are_seen_and_an_edit_without_change_is_success() -> None:
    async with house() as h:
        target = h.announce()
        receipt = await h.adapter.send(target, h.article(), "n1")
        changed = h.adapter.render(article(body=Rich("Corrected.")), target)[0]
        await h.adapter.edit(target, receipt.message, changed)
        await h.adapter.edit(target, receipt.message, changed)
        assert "Corrected." in h.shown(h.channel, receipt.message)["text"]


async def test_an_edit_of_a_deleted_message_is_gone() -> None:
    async with house() as h:
        target = h.announce()
        receipt = await h.adapter.send(target, h.article(), "n1")
        await h.adapter.delete(target, receipt.message)
        with pytest.raises(Gone) as caught:
            await h.adapter.edit(target, receipt.message, h.article())
        assert caught.value.what == "message"


async def test_deleting_twice_is_success() -> None:
    async with house() as h:
        _, root = await h.publish()
        said = h.side.person_posts(h.reader, h.group, "Spam", under=root)
        target = h.discuss(str(root))
        for _ in range(2):
            await h.adapter.delete(target, str(said["message_id"]))
        assert h.side.thread(h.group, root) == []


async def test_what_may_not_be_deleted_is_rejected() -> None:
    async with house() as h:
        _, root = await h.publish()
        said = h.side.person_posts(h.reader, h.group, "Spam", under=root)
        h.side.make_admin(h.group, h.bot, can_restrict_members=True)
        with pytest.raises(Rejected) as caught:
            await h.adapter.delete(h.discuss(str(root)), str(said["message_id"]))
        assert not isinstance(caught.value, Gone)


@pytest.mark.parametrize(
    ("fault", "outcome", "messages"),
    [
        (Fault("telegram", "sendMessage", "drop_before"), OutcomeUnknown, 0),
        (Fault("telegram", "sendMessage", "drop_after"), OutcomeUnknown, 1),
        (Fault("telegram", "sendMessage", "torn"), OutcomeUnknown, 1),
        (Fault("telegram", "sendMessage", "status", status=502), OutcomeUnknown, 0),
        (Fault("telegram", "sendMessage", "429", retry_after=7), RetryLater, 0),
        (Fault("telegram", "sendMessage", "status", status=403), Rejected, 0),
        (Fault("telegram", "sendMessage", "status", status=401), Unreachable, 0),
    ],
    ids=lambda value: value.kind + str(value.status) if isinstance(value, Fault) else None,
)
async def test_every_failure_tells_whether_it_was_done(
    fault: Fault, outcome: type[DeliveryError], messages: int
) -> None:
    async with house() as h:
        h.world.faults.add(fault)
        with pytest.raises(outcome) as caught:
            await h.adapter.send(h.announce(), h.article(), "n1")
        assert TOKEN not in str(caught.value)
        assert len([t for t in h.side.texts(h.channel) if "Harbour deal" in t]) == messages


async def test_a_flood_refusal_closes_the_chat_for_its_seconds() -> None:
    async with house() as h:
        h.world.faults.add(Fault("telegram", "sendMessage", "429", retry_after=7))
        with pytest.raises(RetryLater) as caught:
            await h.adapter.send(h.announce(), h.article(), "n1")
        assert caught.value.after == 7
        assert h.adapter.pace(h.announce(), "edit") == 7
        assert h.adapter.pace(h.announce(), "delete") == 0
        assert h.adapter.pace(h.discuss(), "send") == 0


async def test_a_closed_port_is_unreachable() -> None:
    async with house() as h:
        await h.server.stop()
        # The first call may still go into the connection that is just dying.
        with pytest.raises(DeliveryError):
            await h.adapter.delete(h.announce(), "1")
        with pytest.raises(Unreachable):
            await h.adapter.send(h.announce(), h.article(), "n1")


async def test_a_call_to_a_migrated_group_does_nothing_and_tells_its_new_id() -> None:
    async with house() as h:
        old = h.side.add_group("Small", owner=h.admin, basic=True)
        h.side.join(old, h.bot)
        new = h.side.migrate(old)
        target = Target(str(old), "group")
        await h.run()
        await h.sink.first(Moved)
        h.sink.events.clear()  # What the group itself told may have been missed.
        with pytest.raises(RetryLater, match=str(new)):
            await h.adapter.send(target, h.comment(target), "n1")
        moved = await h.sink.first(Moved)
        assert (moved.place, moved.to) == (str(old), str(new))


async def test_a_refused_token_says_what_to_do_and_not_the_token() -> None:
    async with house() as h:
        wrong = TelegramAdapter("4242:AAwrong", h.url, FakeClock())
        with pytest.raises(UserError, match="BotFather") as caught:
            await wrong.start()
        assert "AAwrong" not in str(caught.value)


async def test_a_forum_group_gets_one_topic_an_article() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot)
        target = Target(str(forum), "forum_group", "discuss")
        receipt = await h.adapter.send(target, h.article(target), "n1")
        (topic,) = h.side.topics(forum)
        assert receipt.thread == f"topic:{topic}"
        inside = Target(str(forum), "forum_group", "discuss", thread=receipt.thread)
        comment = await h.adapter.send(inside, h.comment(inside), "n2")
        seen = [m["message_id"] for m in h.side.thread(forum, topic)]
        assert int(comment.message) in seen
        await h.adapter.apply(inside, "locked", "1")
        await h.adapter.apply(inside, "locked", "1")
        assert h.side.topics(forum)[topic]["closed"]


async def test_messages_are_pinned_and_marked_and_slow_mode_is_not_telegrams() -> None:
    async with house() as h:
        _, root = await h.publish()
        said = h.side.person_posts(h.reader, h.group, "First!", under=root)
        at = h.discuss(str(root), str(said["message_id"]))
        key = str(h.group)
        for value in ("1", "1", "0", "0"):
            await h.adapter.apply(at, "pinned", value)
            await h.adapter.apply(at, "starred", value)
            chat = h.side.memory.chat(key) or {}
            assert (said["message_id"] in chat["pinned"]) == (value == "1")
            message = h.side.memory.message(key, said["message_id"]) or {}
            mine = [one for every in message["reactions"].values() for one in every]
            assert [one["emoji"] for one in mine] == ["🏆"] * int(value)
        h.side.person_deletes(h.reader, h.group, said["message_id"])
        await h.adapter.apply(at, "pinned", "0")
        await h.adapter.apply(at, "starred", "0")
        with pytest.raises(Rejected):
            await h.adapter.apply(h.discuss(str(root)), "slow", "30")


async def test_a_topic_whose_article_failed_is_used_by_the_next_try() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot)
        target = Target(str(forum), "forum_group", "discuss")
        h.world.faults.add(Fault("telegram", "sendMessage", "429"))
        with pytest.raises(RetryLater):
            await h.adapter.send(target, h.article(target), "n1")
        await h.adapter.send(target, h.article(target), "n1")
        assert len(h.side.topics(forum)) == 1


async def test_a_topic_whose_article_is_refused_is_taken_away() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot)
        target = Target(str(forum), "forum_group", "discuss")
        h.world.faults.add(Fault("telegram", "sendMessage", "status", status=400))
        with pytest.raises(Rejected):
            await h.adapter.send(target, h.article(target), "n1")
        assert h.side.topics(forum) == {}


async def test_a_door_is_a_deep_link_with_the_buttons_action() -> None:
    async with house() as h:
        view = article(buttons=((Button("Comment", "c_abc", door=True),),))
        part = h.adapter.render(view, h.announce())[0]
        receipt = await h.adapter.send(h.announce(), part, "n1")
        press = h.side.person_presses(h.reader, h.channel, int(receipt.message), "Comment")
        assert press.url == "https://t.me/commonthread_bot?start=c_abc"


async def test_a_corrected_headline_renames_its_topic() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot)
        target = Target(str(forum), "forum_group", "discuss")
        receipt = await h.adapter.send(target, h.article(target), "n1")
        inside = Target(str(forum), "forum_group", "discuss", thread=receipt.thread)
        changed = h.adapter.render(article(title="Harbour deal off"), inside)[0]
        for _ in range(2):
            await h.adapter.edit(inside, receipt.message, changed)
        assert [topic["name"] for topic in h.side.topics(forum).values()] == ["Harbour deal off"]


async def test_a_comment_in_a_vanished_topic_tells_that_its_thread_is_gone() -> None:
    async with house() as h:
        forum = h.side.add_group("Forum", forum=True, owner=h.admin)
        h.side.make_admin(forum, h.bot)
        target = Target(str(forum), "forum_group", "discuss", thread="topic:999")
        with pytest.raises(Gone) as caught:
            await h.adapter.send(target, h.comment(target), "n1")
        assert caught.value.what == "thread"


async def test_nothing_is_sent_before_the_log_in() -> None:
    async with house() as h:
        port = int(h.url.rsplit(":", 1)[1])
        await h.server.stop()
        early = TelegramAdapter(TOKEN, h.url, FakeClock(), pace=0)
        await early.start()
        assert not early.healthy()
        await h.server.start(port)
        with pytest.raises(Unreachable):
            await early.send(h.announce(), h.article(), "n1")
        task = asyncio.create_task(early.run(h.sink))
        await h.eventually(lambda: h.server.polling(h.bot), "it logs in and polls")
        await early.send(h.announce(), h.article(), "n1")
        task.cancel()
        await asyncio.wait([task])
        await early.stop()


async def test_what_telegram_cannot_do_is_rejected() -> None:
    async with house() as h:
        with pytest.raises(Rejected):
            await h.adapter.apply(h.discuss("55"), "locked", "1")
        with pytest.raises(Rejected):
            await h.adapter.open_thread(h.announce(), "5", "Harbour deal")
        with pytest.raises(Rejected):
            await h.adapter.look_for(h.announce(), h.article(), "n1")
