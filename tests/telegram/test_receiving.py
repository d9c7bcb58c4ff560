"""What people do on the rehearsal Telegram arrives as events, once and in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from bots.rehearsal.world import Fault, Json
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.polling import STUCK
from bots.telegram.sending import GREY
from core.clock import FakeClock, SystemClock
from core.events import Edited, Event, Invoked, Posted, ThreadOpened
from core.text.model import Rich
from core.views import Answer, Button, File, NoticeView
from tests.telegram.house import PATIENCE, TOKEN, House, house


async def advance_until(h: House, condition: Callable[[], object]) -> None:
    """Let the adapter's own waits pass until the condition is met."""
    clock = h.clock
    assert isinstance(clock, FakeClock)
    never = asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        while not condition():
            clock.advance(60)
            await turn(never)


async def turn(never: asyncio.Event) -> None:
    """Give everybody else's sockets a moment."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(never.wait(), 0.005)


async def test_an_article_opens_its_thread_and_a_comment_names_it() -> None:
    async with house() as h:
        await h.run()
        post, root = await h.publish()
        opened = await h.sink.first(ThreadOpened)
        assert (opened.announce_message, opened.thread) == (post, str(root))
        assert opened.announce_place == str(h.channel)
        said = h.side.person_posts(h.reader, h.group, "Well said", under=root)
        posted = await h.sink.first(Posted)
        assert (posted.thread, posted.reply_to) == (str(root), None)
        assert posted.message == str(said["message_id"])
        assert posted.person.identity == str(h.reader)
        assert not posted.person.admin
        assert len(h.sink.events) == 2


async def test_a_comment_under_an_unknown_root_opens_the_thread_first() -> None:
    async with house() as h:
        _, root = await h.publish()
        h.side.run(TOKEN, "getUpdates", {"offset": -1})
        h.side.person_posts(h.reader, h.group, "Well said", under=root)
        last = h.side.run(TOKEN, "getUpdates", {})[-1]["update_id"]
        h.side.run(TOKEN, "getUpdates", {"offset": last})
        await h.run()
        await h.sink.first(Posted)
        assert [type(event) for event in h.sink.events] == [ThreadOpened, Posted]


async def test_replies_name_what_they_answer_and_our_number() -> None:
    async with house() as h:
        await h.run()
        _, root = await h.publish()
        target = h.discuss(str(root))
        ours = await h.adapter.send(target, h.comment(target), "n2")
        h.side.person_posts(h.reader, h.group, "No", reply_to=int(ours.message))
        posted = await h.sink.first(Posted)
        assert (posted.thread, posted.reply_to) == (str(root), ours.message)
        assert posted.reply_number == 12


async def test_edits_arrive() -> None:
    async with house() as h:
        await h.run()
        _, root = await h.publish()
        said = h.side.person_posts(h.reader, h.group, "Helo", under=root)
        h.side.person_edits(h.reader, h.group, said["message_id"], "Hello")
        edited = await h.sink.first(Edited)
        assert (edited.message, edited.text) == (str(said["message_id"]), Rich("Hello"))


async def test_admins_are_known_and_anonymous_ones_have_no_identity() -> None:
    async with house() as h:
        await h.run()
        h.side.person_posts(h.admin, h.group, "/approve #3 fine")
        h.side.person_posts(h.admin, h.group, "/queue", anonymous_admin=True)
        await h.sink.until(lambda: len(h.sink.events) == 2)
        named, anonymous = h.sink.events
        assert isinstance(named, Invoked)
        assert isinstance(anonymous, Invoked)
        assert (named.command, named.argument, named.person.admin) == ("approve", "#3 fine", True)
        assert (anonymous.person.identity, anonymous.person.admin) == ("", True)


async def test_the_direct_chat_gives_commands_and_plain_words() -> None:
    async with house() as h:
        await h.run()
        h.side.person_starts(h.reader, h.bot, "c_abc")
        h.side.person_posts(h.reader, h.bot, "What I want to say")
        await h.sink.until(lambda: len(h.sink.events) == 2)
        start, words = h.sink.events
        assert isinstance(start, Invoked)
        assert isinstance(words, Invoked)
        assert (start.command, start.argument, start.place) == ("start", "c_abc", None)
        assert (words.command, words.argument, words.private) == ("", "What I want to say", True)
        assert words.person.language == "es"


async def test_every_press_is_answered_even_without_an_answer() -> None:
    async with house() as h:
        await h.run()
        message = await send_with_button(h)
        press = h.side.person_presses(h.reader, h.group, message, "Approve")
        invoked = await h.sink.first(Invoked)
        await h.eventually(lambda: press.answered, "the press is answered")
        assert (invoked.token, invoked.message) == ("a1", str(message))
        assert press.text == ""


async def test_a_press_gets_its_toast_and_its_menu() -> None:
    async with house() as h:
        h.sink.reply = lambda _: Answer(
            alert="Choose", menu=((Button("Spam", "r1", tone="bad"), Button("Other", "r2")),)
        )
        await h.run()
        message = await send_with_button(h)
        press = h.side.person_presses(h.admin, h.group, message, "Approve")
        await h.eventually(lambda: "Spam" in labels(h, message), "the menu appears")
        assert (press.text, press.alert) == ("Choose", False)


async def test_a_public_answer_replies_and_a_private_one_goes_to_the_direct_chat() -> None:
    async with house() as h:
        public = True
        h.sink.reply = lambda _: Answer(Rich("Nothing waits."), public=public)
        await h.run()
        asked = h.side.person_posts(h.admin, h.group, "/queue")
        await h.eventually(lambda: "Nothing waits." in h.side.texts(h.group), "the reply")
        assert h.side.message(h.group, asked["message_id"]) is not None
        public = False
        h.side.person_starts(h.admin, h.bot)
        second = h.side.person_posts(h.admin, h.group, "/queue")["message_id"]
        await h.eventually(
            lambda: h.side.texts(h.admin).count("Nothing waits.") == 2, "the direct answers"
        )
        await h.eventually(lambda: h.side.message(h.group, second) is None, "the command goes")


async def test_the_files_of_an_answer_follow_its_words() -> None:
    table = File("mine.json", "application/json", b'["what I wrote"]')
    picture = File("week.png", "image/png", GREY)
    async with house() as h:
        public = False
        h.sink.reply = lambda _: Answer(Rich("Here."), files=(table, picture), public=public)
        await h.run()
        h.side.person_starts(h.admin, h.bot)
        await h.eventually(lambda: len(h.side.messages(h.admin)) == 4, "the files")
        words, document, photo = h.side.messages(h.admin)[1:]
        assert words["text"] == "Here."
        assert document["document"]["file_name"] == "mine.json"
        assert document["document"]["mime_type"] == "application/json"
        assert document["document"]["file_size"] == len(table.data)
        assert photo["photo"]
        public = True
        asked = h.side.person_posts(h.admin, h.group, "/queue")["message_id"]
        await h.eventually(lambda: "photo" in h.side.messages(h.group)[-1], "the files there")
        for message in h.side.messages(h.group)[-3:]:
            assert message["reply_to_message"]["message_id"] == asked


async def test_files_go_to_nobody_else_where_the_direct_chat_is_closed() -> None:
    async with house() as h:
        file = File("mine.json", "application/json", b"[]")
        h.sink.reply = lambda _: Answer(Rich("All of it."), alert="Open our chat.", files=(file,))
        await h.run()
        h.side.person_posts(h.reader, h.group, "/queue")
        await h.eventually(lambda: "Open our chat." in h.side.texts(h.group), "the short reply")
        assert not any("document" in m for m in h.side.messages(h.group))
        assert "All of it." not in h.side.texts(h.group)


async def test_with_a_closed_direct_chat_a_short_reply_has_to_do() -> None:
    async with house() as h:
        h.sink.reply = lambda _: Answer(Rich("Only moderators can do that."))
        await h.run()
        h.side.person_posts(h.reader, h.group, "/queue")
        await h.eventually(
            lambda: "Only moderators can do that." in h.side.texts(h.group), "the short reply"
        )


async def test_in_the_direct_chat_a_text_stays() -> None:
    async with house() as h:
        h.sink.reply = lambda invoked: Answer(
            Rich("Write your comment."), buttons=((Button("Send", "s1"),),)
        )
        await h.run()
        h.side.person_starts(h.reader, h.bot, "c_abc")
        await h.eventually(lambda: len(h.side.messages(h.reader)) == 2, "the answer")
        h.sink.reply = lambda invoked: Answer(Rich("Thank you."))
        shown = h.side.messages(h.reader)[-1]
        press = h.side.person_presses(h.reader, h.bot, shown["message_id"], "Send")
        await h.eventually(lambda: "Thank you." in h.side.texts(h.reader), "the message")
        assert press.answered
        assert press.text == ""


async def test_an_update_that_comes_twice_does_no_harm() -> None:
    async with house() as h:
        h.world.faults.add(Fault("telegram", "*", "duplicate"))
        await h.run()
        h.side.person_posts(h.reader, h.group, "One")
        h.side.person_posts(h.reader, h.group, "Two")
        await h.sink.until(lambda: {"One", "Two"} <= set(said(h.sink.events)))
        await h.eventually(lambda: h.side.pending(h.bot) == 0, "everything is confirmed")


async def test_events_are_handed_over_in_their_order() -> None:
    async with house() as h:
        _, root = await h.publish()
        for number in range(30):
            h.side.person_posts(h.reader, h.group, str(number), under=root)
        await h.run()
        await h.sink.until(lambda: len(said(h.sink.events)) == 30)
        assert said(h.sink.events) == [str(number) for number in range(30)]


async def test_what_cannot_be_stored_comes_again() -> None:
    async with house() as h:
        h.sink.refuse = lambda event: isinstance(event, Posted) and h.sink.refused < 2
        await h.run()
        _, root = await h.publish()
        h.side.person_posts(h.reader, h.group, "One", under=root)
        h.side.person_posts(h.reader, h.group, "Two", under=root)
        await advance_until(h, lambda: len(said(h.sink.events)) == 2)
        assert h.sink.refused == 2
        assert sorted(said(h.sink.events)) == ["One", "Two"]


async def test_after_a_restart_what_was_not_stored_is_told_again() -> None:
    async with house() as h:
        h.sink.refuse = lambda event: True
        await h.run()
        h.side.person_posts(h.reader, h.group, "One")
        await h.sink.until(lambda: h.sink.refused > 0)
        h.tasks[0].cancel()
        await asyncio.wait(h.tasks)
        await h.adapter.stop()
        h.sink.refuse = lambda event: False
        h.adapter = TelegramAdapter(TOKEN, h.url, SystemClock(), pace=0)
        await h.adapter.start()
        await h.run()
        await h.sink.until(lambda: said(h.sink.events) == ["One"])
        h.tasks[-1].cancel()
        await asyncio.wait(h.tasks)
        await h.adapter.stop()


async def test_an_update_that_cannot_be_read_is_set_aside_and_the_rest_goes_on() -> None:
    async with house() as h:
        bot = h.side.memory.bot(h.bot)
        assert bot is not None
        poison: Json = {"message_id": "what", "chat": {}}
        h.side.updates.add(bot, "message", poison, h.world.clock.now() + 1000)
        h.side.person_posts(h.reader, h.group, "Still here")
        await h.run()
        await h.sink.until(lambda: said(h.sink.events) == ["Still here"])
        assert [(p, b'"what"' in raw) for p, _, raw, _ in h.sink.quarantined] == [
            ("telegram", True)
        ]
        await h.eventually(lambda: h.side.pending(h.bot) == 0, "everything is confirmed")


async def test_a_mistake_in_handling_does_not_stall_the_rest() -> None:
    async with house() as h:
        h.sink.breaks = lambda event: isinstance(event, Posted) and event.text.text == "Bad"
        await h.run()
        h.side.person_posts(h.reader, h.group, "Bad")
        h.side.person_posts(h.reader, h.group, "Good")
        await h.sink.until(lambda: said(h.sink.events) == ["Good"] and h.sink.quarantined)


async def test_a_server_that_does_not_wait_is_not_asked_without_end() -> None:
    async with house() as h:
        await h.run()
        empty = {"ok": True, "result": []}
        at_once = Fault("telegram", "getUpdates", "status", times=1000, status=200, body=empty)
        h.world.faults.add(at_once)
        h.side.person_posts(h.reader, h.group, "One")
        await h.sink.until(lambda: said(h.sink.events) == ["One"])
        never = asyncio.Event()
        for _ in range(50):
            await turn(never)
        assert at_once.times >= 999
        await advance_until(h, lambda: at_once.times < 990)


@pytest.mark.parametrize("trouble", ["the server", "the storage"])
async def test_what_fails_is_not_tried_without_end(trouble: str) -> None:
    async with house() as h:
        await h.run()
        failing = Fault("telegram", "getUpdates", "status", times=1000, status=502)
        never = asyncio.Event()
        if trouble == "the server":
            h.world.faults.add(failing)
        else:
            h.sink.refuse = lambda event: True
        h.side.person_posts(h.reader, h.group, "One")
        while failing.times == 1000 and not h.sink.refused:
            await turn(never)
        for _ in range(50):
            await turn(never)
        assert failing.times >= 999
        assert h.sink.refused <= 1


async def test_another_poller_is_waited_out() -> None:
    async with house() as h:
        h.world.faults.add(Fault("telegram", "getUpdates", "status", times=2, status=409))
        h.tasks.append(asyncio.create_task(h.adapter.run(h.sink)))
        await advance_until(h, lambda: h.server.polling(h.bot) and h.adapter.healthy())
        assert h.adapter.healthy()


async def test_a_webhook_of_earlier_days_is_removed() -> None:
    async with house() as h:
        h.side.run(TOKEN, "setWebhook", {"url": "https://example.org/hook"})
        h.tasks.append(asyncio.create_task(h.adapter.run(h.sink)))
        await advance_until(h, lambda: h.server.polling(h.bot) and h.adapter.healthy())
        assert h.adapter.healthy()


async def test_a_loop_that_does_not_turn_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as h:
        await h.run()
        clock, given, go_on = h.clock, asyncio.Event(), asyncio.Event()
        assert isinstance(clock, FakeClock)
        take = h.sink.handle

        async def hangs(event: Event) -> Answer | None:
            given.set()
            await go_on.wait()
            return await take(event)

        monkeypatch.setattr(h.sink, "handle", hangs)
        h.side.person_posts(h.reader, h.group, "One")
        await asyncio.wait_for(given.wait(), PATIENCE)
        assert h.adapter.healthy()
        clock.advance(STUCK + 1)
        assert not h.adapter.healthy()
        go_on.set()
        await h.sink.until(lambda: said(h.sink.events) == ["One"])
        await h.eventually(h.adapter.healthy, "it turns again")


async def test_a_server_that_comes_back_is_found_again() -> None:
    async with house() as h:
        await h.run()
        port = int(h.url.rsplit(":", 1)[1])
        await h.server.stop()
        await advance_until(h, lambda: not h.adapter.healthy())
        await h.server.start(port)
        h.side.person_posts(h.reader, h.group, "Back?")
        await advance_until(h, lambda: said(h.sink.events) == ["Back?"])
        assert h.adapter.healthy()


def said(events: list[Event]) -> list[str]:
    return [event.text.text for event in events if isinstance(event, Posted)]


def labels(h: House, message: int) -> list[str]:
    shown = h.side.message(h.group, message) or {}
    rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def send_with_button(h: House) -> int:
    view = NoticeView(Rich("A card"), ((Button("Approve", "a1", tone="good"),),))
    part = h.adapter.render(view, h.discuss())[0]
    receipt = await h.adapter.send(h.discuss(), part, "n9")
    return int(receipt.message)
