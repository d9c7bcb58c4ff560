"""What one person alone is told in a group: only where the server surely keeps it from others."""

from __future__ import annotations

import pytest

from bots.rehearsal.world import Fault, Switches
from bots.telegram.ephemeral import NOTHING, TRIES
from core.clock import FakeClock
from core.errors import OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.ports import Target
from core.text.model import Rich
from core.views import Button, NoticeView
from tests.telegram.house import House, house

VIEW = NoticeView(Rich("For you alone"), ((Button("Appeal", "aptoken", door=True),),))
KNOWN = ["10.2", "10.3"]


async def told(made: House, near: Target | None = None, view: NoticeView = VIEW) -> None:
    await made.adapter.tell(str(made.reader), view, near or made.discuss())


def calls(made: House) -> list[str]:
    """The methods that are called from now on."""
    every: list[str] = []
    made.audits.append(every.append)
    return every


def whole(made: House) -> list[str]:
    """What everybody reads in the group and, after it, what the reader alone does."""
    alone = made.side.ephemeral(made.group, made.reader)
    return [*made.side.texts(made.group), "|", *[one["text"] for one in alone]]


@pytest.mark.parametrize("known", KNOWN)
async def test_who_never_opened_the_chat_is_told_in_the_thread_and_nobody_else_sees_it(
    known: str,
) -> None:
    async with house(switches=Switches(ephemeral_messages=known)) as made:
        made.side.join(made.group, made.reader)
        _, root = await made.publish()
        before = made.side.messages(made.group)
        await told(made, made.discuss(str(root)))
        assert made.side.messages(made.group) == before
        (shown,) = made.side.ephemeral(made.group, made.reader)
        assert (shown["text"], shown["message_thread_id"]) == ("For you alone", root)
        (button,) = shown["reply_markup"]["inline_keyboard"][0]
        assert button["url"] == "https://t.me/commonthread_bot?start=aptoken"
        assert made.side.ephemeral(made.group, made.admin) == []


async def test_the_server_is_asked_and_tried_once() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        every = calls(made)
        await told(made)
        assert every == [
            "sendMessage", "deleteEphemeralMessage", "sendMessage", "deleteEphemeralMessage",
            "sendMessage",
        ]  # fmt: skip
        every.clear()
        await told(made)
        assert every == ["sendMessage", "sendMessage"]
        assert whole(made) == ["|", "For you alone", "For you alone"]


async def test_a_long_text_is_several_of_them() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        await told(made, view=NoticeView(Rich("word " * 1500), VIEW.buttons))
        shown = made.side.ephemeral(made.group, made.reader)
        assert len(shown) == 2
        assert ["reply_markup" in one for one in shown] == [False, True]


async def test_a_forum_topic_is_where_it_stands() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        forum = made.side.add_group("Forum", owner=made.admin, forum=True)
        made.side.make_admin(forum, made.bot)
        made.side.join(forum, made.reader)
        target = Target(str(forum), "forum_group")
        receipt = await made.adapter.send(target, made.article(target), "n1")
        await told(made, Target(str(forum), "forum_group", thread=receipt.thread))
        (shown,) = made.side.ephemeral(forum, made.reader)
        assert f"topic:{shown['message_thread_id']}" == receipt.thread


async def test_a_root_that_is_gone_does_not_keep_it_from_them() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        await told(made, made.discuss("9999"))
        assert whole(made) == ["|", "For you alone"]


async def test_a_server_without_the_methods_is_sent_nothing_and_asked_once() -> None:
    async with house() as made:
        made.side.join(made.group, made.reader)
        every = calls(made)
        for _ in range(2):
            with pytest.raises(Rejected):
                await told(made)
        assert every == ["sendMessage", "sendMessage"], "to the direct chat"
        assert whole(made) == ["|"]


async def test_a_server_that_shows_it_to_everybody_shows_no_words_and_is_never_tried_again() -> (
    None
):
    async with house(switches=Switches(ephemeral_messages="ignored")) as made:
        made.side.join(made.group, made.reader)
        seen: list[str] = []
        made.world.on_change(lambda: seen.extend(made.side.texts(made.group)))
        every = calls(made)
        with pytest.raises(Rejected):
            await told(made)
        assert set(seen) == {NOTHING}
        assert every[-1] == "deleteMessage"
        assert whole(made) == ["|"]
        every.clear()
        with pytest.raises(Rejected):
            await told(made)
        assert every == ["sendMessage"], "to the direct chat"


async def test_a_server_that_forgets_it_later_is_noticed_and_the_words_are_taken_away() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        await told(made)
        made.world.switches.ephemeral_messages = "ignored"
        for _ in range(2):
            with pytest.raises(Rejected):
                await told(made)
        assert whole(made) == ["|", "For you alone"]


async def test_what_everybody_sees_is_taken_away_although_the_first_tries_fail() -> None:
    clock = FakeClock()
    async with house(clock=clock, switches=Switches(ephemeral_messages="ignored")) as made:
        made.side.join(made.group, made.reader)
        made.world.faults.add(Fault("telegram", "deleteMessage", "status", times=TRIES - 1))
        made.world.faults.add(Fault("telegram", "deleteMessage", "429", retry_after=0.0))
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        clock.sleep = sleep  # type: ignore[method-assign]
        with pytest.raises(Rejected):
            await told(made)
        assert len(slept) == TRIES
        assert whole(made)[0] == NOTHING, "it was tried so often and no more"
        made.adapter._ephemeral._has = None
        made.world.faults.add(Fault("telegram", "deleteMessage", "status", times=TRIES - 1))
        with pytest.raises(Rejected):
            await told(made)
        assert whole(made) == [NOTHING, "|"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("telegram", "deleteEphemeralMessage", "429"), RetryLater),
        (Fault("telegram", "deleteEphemeralMessage", "drop_after"), Rejected),
        (Fault("telegram", "deleteEphemeralMessage", "status"), Rejected),
    ],
)
async def test_an_answer_that_tells_nothing_is_no_for_now(
    fault: Fault, error: type[Exception]
) -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        made.world.faults.add(fault)
        with pytest.raises(error):
            await told(made)
        assert whole(made) == ["|"]
        await told(made)
        assert whole(made) == ["|", "For you alone"]


def to_the_group(params: dict[str, object]) -> bool:
    return str(params["chat_id"]).startswith("-")


def with_words(params: dict[str, object]) -> bool:
    return to_the_group(params) and params["text"] != NOTHING


async def test_an_answer_that_is_lost_is_not_known_for_words_and_harmless_before_them() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        for where, error in ((to_the_group, Unreachable), (with_words, OutcomeUnknown)):
            made.world.faults.add(Fault("telegram", "sendMessage", "drop_after", where=where))
            with pytest.raises(error):
                await told(made)
        assert made.side.texts(made.group) == []


async def test_a_flood_in_the_group_is_told_to_its_pace() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3"), pace=1.0) as made:
        made.side.join(made.group, made.reader)
        fault = Fault("telegram", "sendMessage", "429", retry_after=7.0, where=to_the_group)
        made.world.faults.add(fault)
        with pytest.raises(RetryLater):
            await told(made)
        assert made.adapter.pace(made.discuss(), "send") >= 6.0


async def test_who_closed_the_chat_is_told_nothing_in_the_group() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        made.side.person_starts(made.reader, made.bot)
        made.side.person_blocks(made.reader, made.bot)
        with pytest.raises(Rejected):
            await told(made)
        assert whole(made) == ["|"]


async def test_who_opened_the_chat_is_told_there() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        made.side.join(made.group, made.reader)
        made.side.person_starts(made.reader, made.bot)
        await told(made)
        assert whole(made) == ["|"]
        (shown,) = [m for m in made.side.messages(made.reader) if m["from"]["id"] == made.bot]
        (button,) = shown["reply_markup"]["inline_keyboard"][0]
        assert button["callback_data"] == "aptoken"


async def test_nobody_is_told_where_they_are_not_or_the_bot_is_no_admin_or_nowhere() -> None:
    async with house(switches=Switches(ephemeral_messages="10.3")) as made:
        with pytest.raises(Rejected, match=r"(?i)user_id_invalid"):
            await told(made)
        made.side.join(made.group, made.reader)
        with pytest.raises(Rejected):
            await made.adapter.tell(str(made.reader), VIEW)
        with pytest.raises(Rejected):
            await made.adapter.tell(str(made.channel), VIEW, made.discuss())
        other = made.side.add_group("Not ours", owner=made.admin)
        for member in (made.bot, made.reader):
            made.side.join(other, member)
        with pytest.raises(Rejected, match=r"(?i)bot_not_admin"):
            await told(made, Target(str(other), "group"))
        assert whole(made) == ["|"]
        await told(made)
        assert whole(made) == ["|", "For you alone"], "which says nothing about the server"
