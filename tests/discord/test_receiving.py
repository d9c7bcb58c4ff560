"""What people do on the rehearsal's Discord, as it reaches the sink: live and after an absence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.discord import catchup, inbound, interactions
from bots.discord.cursors import Cursors
from bots.rehearsal.discord.flags import Intent
from bots.rehearsal.world import Fault
from core.errors import OutcomeUnknown, UserError
from core.events import Deleted, Edited, Invoked, Posted, Reacted
from core.text.model import Rich, bold
from core.views import Answer, Button, File
from tests.discord.house import PATIENCE, House, Quick, article, comment, house, notice


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.run()
        yield made


async def watched(home: House, title: str = "A headline") -> str:
    """An article's thread that the newsroom knows."""
    root = await home.article(title)
    assert root.thread is not None
    home.sink.threads.append((home.forum, root.thread, root.message))
    home.sink.map.add(root.message)
    return root.thread


async def test_a_comment_its_edit_and_its_deletion_arrive_in_order(home: House) -> None:
    thread = await watched(home)
    said = home.side.person_posts(home.ana, thread, "I was **there**.")
    home.side.person_edits(home.ana, said["id"], "I was here.")
    home.side.person_deletes(home.ana, said["id"])
    await home.sink.first(Deleted)
    posted, edited, deleted = home.sink.events
    assert isinstance(posted, Posted)
    assert isinstance(edited, Edited)
    assert isinstance(deleted, Deleted)
    assert (posted.place, posted.thread) == (home.forum, thread)
    assert posted.message == edited.message == deleted.messages[0] == f"{thread}/{said['id']}"
    assert (posted.person.identity, posted.person.name) == (home.ana, "Ana")
    assert not posted.person.admin
    assert posted.text.text == "I was there."
    assert posted.text.spans
    assert abs(posted.at - home.world.clock.now()) < 60
    assert edited.text.text == "I was here."


async def test_a_reply_to_our_copy_tells_its_number(home: House) -> None:
    thread = await watched(home)
    at = home.at(home.forum, "forum", thread=thread)
    copy = await home.adapter.send(at, home.adapter.render(comment(41), at)[0], "c1")
    home.side.person_posts(home.mod, thread, "No.", reply_to=copy.message.split("/")[1])
    (posted,) = await home.sink.first(Posted)
    assert posted.reply_to == copy.message
    assert posted.reply_number == 41
    assert posted.person.admin


async def test_what_is_no_comment_is_left_alone(home: House) -> None:
    thread = await watched(home)
    at = home.at(home.text, "text", purpose="announce")
    receipt = await home.adapter.send(at, home.adapter.render(article(), at)[0], "t1")
    await home.adapter.open_thread(at, receipt.message, "A headline")
    home.side.person_posts(home.ana, home.text, "beside the thread")
    foreign = home.side.person_opens_post(home.ana, home.forum, "Mine", "not an article")
    home.side.person_posts(home.ana, foreign["id"], "not a comment")
    home.side.person_posts(home.ana, thread, "a comment")
    await home.sink.first(Posted)
    assert [event.text.text for event in home.sink.all(Posted)] == ["a comment"]


async def test_a_storage_that_refuses_gets_the_same_event_again_before_the_next(
    home: House,
) -> None:
    thread = await watched(home)
    home.sink.refuse = lambda event: home.sink.refused < 3
    home.side.person_posts(home.ana, thread, "one")
    home.side.person_posts(home.ana, thread, "two")
    said = await home.sink.first(Posted, 2)
    assert home.sink.refused == 3
    assert [event.text.text for event in said] == ["one", "two"]


async def test_an_event_that_breaks_the_newsroom_is_put_aside_and_the_next_goes_on(
    home: House,
) -> None:
    thread = await watched(home)
    home.sink.breaks = lambda event: isinstance(event, Posted) and event.text.text == "one"
    home.side.person_posts(home.ana, thread, "one")
    home.side.person_posts(home.ana, thread, "two")
    said = await home.sink.first(Posted)
    assert [event.text.text for event in said] == ["two"]
    ((platform, key, raw, error),) = home.sink.quarantined
    assert platform == "discord"
    assert key.startswith("MESSAGE_CREATE:")
    assert b"one" in raw
    assert error.startswith("RuntimeError in handle")


async def test_a_killed_socket_is_resumed_without_loss_or_repetition(home: House) -> None:
    thread = await watched(home)
    home.side.person_posts(home.ana, thread, "one")
    await home.sink.first(Posted)
    home.fault("gateway", "kill_socket")
    await home.world.until(lambda: not home.server.gateway.connected(home.bot), "the kill")
    home.side.person_posts(home.ana, thread, "two")
    home.side.person_posts(home.ana, thread, "three")
    said = await home.sink.first(Posted, 3)
    assert [event.text.text for event in said] == ["one", "two", "three"]


@pytest.mark.parametrize("kind", ["op7", "close"])
async def test_a_reconnect_on_request_loses_nothing(home: House, kind: str) -> None:
    thread = await watched(home)
    home.fault("gateway", kind, status=4000)
    home.side.person_posts(home.ana, thread, "one")
    home.side.person_posts(home.ana, thread, "two")
    said = await home.sink.first(Posted, 2)
    assert [event.text.text for event in said] == ["one", "two"]


async def test_a_connection_that_ends_as_soon_as_it_stands_is_tried_ever_more_seldom() -> None:
    clock = Quick()
    async with house(clock=clock) as made:
        await made.run()
        clock.waits.clear()
        ends = Fault(
            "discord", "gateway", "close", times=7, status=4000, where=lambda about: not about["t"]
        )
        made.world.faults.add(ends)
        made.world.touch()
        await made.world.until(lambda: not ends.times, "the last end")
        await made.world.until(lambda: made.server.gateway.connected(made.bot), "standing")
        assert max(clock.waits) >= 16  # Half of the 32 seconds before the seventh try.


async def test_a_lost_session_is_caught_up_by_reading(home: House) -> None:
    thread = await watched(home)
    home.side.person_posts(home.ana, thread, "one")
    await home.sink.first(Posted)
    home.fault("MESSAGE_CREATE", "op9", body={"d": False})
    home.side.person_posts(home.ana, thread, "two")
    await home.world.until(lambda: not home.server.gateway.connected(home.bot), "the end")
    home.side.person_posts(home.ana, thread, "three")
    said = await home.sink.first(Posted, 3)
    assert [event.text.text for event in said] == ["one", "two", "three"]


async def test_an_absence_is_read_oldest_first_with_edits_and_deletions(home: House) -> None:
    thread = await watched(home)
    one, two, _ = (home.side.person_posts(home.ana, thread, t) for t in ("1", "2", "3"))
    await home.sink.first(Posted, 3)
    await home.halt()
    home.sink.events.clear()
    home.side.person_edits(home.ana, one["id"], "one, corrected")
    home.side.person_deletes(home.ana, two["id"])
    for number in range(130):
        home.side.person_posts(home.ana, thread, f"new {number}")
    home.adapter = home.new_adapter()
    await home.run()
    said = await home.sink.first(Posted, 130)
    assert [event.text.text for event in said] == [f"new {n}" for n in range(130)]
    assert [e.text.text for e in home.sink.all(Edited)] == ["one, corrected"]
    assert [e.messages for e in home.sink.all(Deleted)] == [(f"{thread}/{two['id']}",)]
    home.side.person_posts(home.ana, thread, "live")
    said = await home.sink.first(Posted, 131)
    assert said[-1].text.text == "live"


async def test_edits_and_deletions_during_an_absence_are_found(home: House) -> None:
    thread = await watched(home)
    one, two, _ = (home.side.person_posts(home.ana, thread, t) for t in ("1", "2", "3"))
    await home.sink.first(Posted, 3)
    await home.halt()
    home.sink.events.clear()
    home.side.person_edits(home.ana, one["id"], "one, corrected")
    home.side.person_deletes(home.ana, two["id"])
    home.adapter = home.new_adapter()
    await home.run()
    (edited,) = await home.sink.first(Edited)
    assert edited.text.text == "one, corrected"
    (deleted,) = home.sink.all(Deleted)
    assert deleted.messages == (f"{thread}/{two['id']}",)
    assert not home.sink.all(Posted)


async def test_what_happened_far_back_during_an_absence_is_found_and_told_once(
    home: House,
) -> None:
    thread = await watched(home)
    said = [home.side.person_posts(home.ana, thread, f"{n}") for n in range(250)]
    await home.sink.first(Posted, 250)
    await home.halt()
    home.sink.events.clear()
    home.side.person_deletes(home.ana, said[3]["id"])
    home.side.person_edits(home.ana, said[4]["id"], "changed")
    home.side.person_reacts(home.mod, said[5]["id"], "👍")
    for number in ("last", "very last"):
        home.adapter = home.new_adapter()
        await home.run()
        home.side.person_posts(home.ana, thread, number)
        await home.sink.first(Posted, len(home.sink.all(Posted)) + 1)
        home.sink.map -= {m for event in home.sink.all(Deleted) for m in event.messages}
        home.sink.counted |= {e.message: e.counts for e in home.sink.all(Reacted)}
        await home.halt()
    (deleted,) = home.sink.all(Deleted)
    assert deleted.messages == (f"{thread}/{said[3]['id']}",)
    assert {e.text.text for e in home.sink.all(Edited)} == {"changed"}
    (reacted,) = home.sink.all(Reacted)
    assert (reacted.message, reacted.counts) == (f"{thread}/{said[5]['id']}", {"👍": 1})
    assert [e.text.text for e in home.sink.all(Posted)] == ["last", "very last"]


async def test_an_edit_from_before_the_cursor_is_not_told_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catchup, "_EDIT_OVERLAP", 0.0)
    thread = await watched(home)
    said = home.side.person_posts(home.ana, thread, "one")
    home.side.person_edits(home.ana, said["id"], "one, changed")
    home.world.clock.advance(5)
    home.side.person_posts(home.ana, thread, "two")
    await home.sink.first(Posted, 2)
    await home.halt()
    home.sink.events.clear()
    home.adapter = home.new_adapter()
    await home.run()
    home.side.person_posts(home.ana, thread, "three")
    await home.sink.first(Posted)
    assert not home.sink.all(Edited)


async def test_a_cursor_is_written_down_and_read_again(home: House) -> None:
    for kept, read in ((None, 0), ("30 10 20", 30), ("rubbish", 0), ("", 0)):
        home.sink.cursors = {"7": kept} if kept is not None else {}
        cursors = Cursors(home.sink, home.clock)
        assert await cursors.load("7") == read
        await cursors.handled("7", "20")
        await cursors.flush()
        assert home.sink.cursors["7"] == str(max(read, 20))


async def test_a_thread_without_a_cursor_is_read_after_its_newest_known_message(
    home: House,
) -> None:
    thread = await watched(home)
    old = home.side.person_posts(home.ana, thread, "old")
    await home.sink.first(Posted)
    await home.halt()
    home.sink.events.clear()
    home.sink.cursors.clear()
    home.sink.threads = [(home.forum, thread, f"{thread}/{old['id']}")]
    home.side.person_posts(home.ana, thread, "new")
    home.adapter = home.new_adapter()
    await home.run()
    said = await home.sink.first(Posted)
    assert [event.text.text for event in said] == ["new"]
    assert said[0].person.name == "Ana"


async def test_more_than_fits_into_memory_is_read_again_when_the_storage_is_back(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await watched(home)
    monkeypatch.setattr(inbound, "_FULL", 3)
    home.sink.refuse = lambda event: home.sink.refused < 30
    for number in range(10):
        home.side.person_posts(home.ana, thread, f"{number}")
    said = await home.sink.first(Posted, 10)
    assert [event.text.text for event in said] == [f"{n}" for n in range(10)]


async def test_a_thread_that_was_deleted_during_an_absence_is_told(home: House) -> None:
    thread = await watched(home)
    await home.halt()
    home.side.call_as(home.side.owner_of(home.guild), "DELETE", f"/channels/{thread}")
    home.adapter = home.new_adapter()
    await home.run()
    (deleted,) = await home.sink.first(Deleted)
    assert deleted.messages == (f"{thread}/{thread}",)


async def test_reactions_to_a_known_message_are_counted(home: House) -> None:
    thread = await watched(home)
    at = home.at(home.forum, "forum", thread=thread)
    copy = await home.adapter.send(at, home.adapter.render(comment(), at)[0], "r1")
    home.sink.map.add(copy.message)
    for person in (home.ana, home.mod):
        home.side.person_reacts(person, copy.message.split("/")[1], "👍")
    await home.sink.until(
        lambda: any(event.counts == {"👍": 2} for event in home.sink.all(Reacted))
    )


async def test_comments_in_a_thread_that_a_person_opened_first_are_ours_too(home: House) -> None:
    at = home.at(home.text, "text", purpose="announce")
    receipt = await home.adapter.send(at, home.adapter.render(article(), at)[0], "o1")
    bare = receipt.message.split("/")[1]
    home.side.call_as(
        home.mod, "POST", f"/channels/{home.text}/messages/{bare}/threads", {"name": "first"}
    )
    opened = await home.adapter.open_thread(at, receipt.message, "A headline")
    home.side.person_posts(home.ana, str(opened.thread), "a comment")
    (posted,) = await home.sink.first(Posted)
    assert (posted.place, posted.thread) == (home.text, opened.thread)


async def test_what_stands_in_a_thread_that_an_earlier_try_made_is_read(home: House) -> None:
    at = home.at(home.text, "text")
    receipt = await home.adapter.send(at, home.adapter.render(article(), at)[0], "t1")
    path = "POST /channels/{channel_id}/messages/{message_id}/threads"
    home.fault(path, "drop_after")
    with pytest.raises(OutcomeUnknown):
        await home.adapter.open_thread(at, receipt.message, "A headline")
    await home.halt()
    (thread,) = home.side.threads(home.text)
    home.side.person_posts(home.ana, thread["id"], "early words")
    await home.restart()
    again = await home.adapter.open_thread(at, receipt.message, "A headline")
    assert again.thread == thread["id"]
    (posted,) = await home.sink.first(Posted)
    assert posted.text.text == "early words"


async def test_a_slash_command_is_deferred_privately_and_answered(home: House) -> None:
    home.sink.reply = lambda invoked: Answer(Rich(f"{invoked.command}: {invoked.argument}"))
    await home.world.until(lambda: home.requests("PUT", "/commands"), "the commands")
    made = home.side.person_commands(
        home.mod, home.desk, "reject", {"text": "too long", "comment": "#12"}
    )
    await home.world.until(lambda: made.text, "the answer")
    assert made.text == "reject: \\#12 too long" or made.text == "reject: #12 too long"
    (invoked,) = home.sink.all(Invoked)
    assert invoked.person.admin
    assert invoked.person.language == "es-ES"
    assert (invoked.place, invoked.thread, invoked.private) == (home.desk, None, False)
    assert made.messages[0]["flags"] & 64
    assert home.side.ephemeral_to(home.mod)


async def test_the_files_of_an_answer_are_shown_to_the_person_alone(home: House) -> None:
    files = (
        File("mine.json", "application/json", b'["what I wrote"]'),
        File("week.png", "image/png", b"\x89PNG", alt="Comments by day"),
    )
    home.sink.reply = lambda invoked: Answer(Rich("Here."), files=files)
    await home.world.until(lambda: home.requests("PUT", "/commands"), "the commands")
    made = home.side.person_commands(home.ana, home.desk, "help")
    await home.world.until(lambda: made.text, "the answer")
    (message,) = made.messages
    named = [(one["filename"], one["size"]) for one in message["attachments"]]
    assert named == [("mine.json", 16), ("week.png", 4)]
    assert message["attachments"][1]["description"] == "Comments by day"
    assert message["flags"] & 64
    home.sink.reply = lambda invoked: Answer(Rich("word " * 700), files=files[:1])
    long = home.side.person_commands(home.ana, home.desk, "help")
    await home.world.until(lambda: len(long.messages) == 2 and not long.loading, "both messages")
    assert [len(m["attachments"]) for m in long.messages] == [0, 1]


async def test_a_button_is_acknowledged_and_answered_privately(home: House) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    view = notice("Card", buttons=((Button("Approve", "a-random", tone="good"),),))
    card = await home.adapter.send(at, home.adapter.render(view, at)[0], "b1")
    home.sink.reply = lambda invoked: Answer(Rich("done"))
    made = home.side.person_presses(home.mod, card.message.split("/")[1], "Approve")
    await home.world.until(lambda: made.messages, "the answer")
    (invoked,) = home.sink.all(Invoked)
    assert (invoked.token, invoked.message) == ("a-random", card.message)
    assert made.messages[-1]["flags"] & 64
    assert home.side.texts(home.desk) == ["Card"]


async def test_an_ephemeral_list_is_paged_in_place(home: House) -> None:
    more = Button("More", "page-2")
    home.sink.reply = lambda invoked: Answer(
        Rich("page 2") if invoked.token else Rich("page 1"),
        buttons=() if invoked.token else ((more,),),
    )
    await home.world.until(lambda: home.requests("PUT", "/commands"), "the commands")
    made = home.side.person_commands(home.mod, home.desk, "queue")
    await home.world.until(lambda: made.text == "page 1", "the first page")
    home.side.person_presses(home.mod, made.messages[0]["id"], "More")
    await home.world.until(lambda: made.text == "page 2", "the second page")
    assert not made.messages[0]["components"]


async def test_a_door_opens_a_form_whose_text_comes_back_with_its_token(home: House) -> None:
    thread = await watched(home)
    at = home.at(home.forum, "forum", thread=thread)
    view = notice("Join in", buttons=((Button("Comment", "c-token", door=True),),))
    sent = await home.adapter.send(at, home.adapter.render(view, at)[0], "d1")
    pressed = home.side.person_presses(home.ana, sent.message.split("/")[1], "Comment")
    await home.world.until(lambda: pressed.modal, "the form")
    home.sink.reply = lambda invoked: Answer(Rich("thank you"))
    submitted = home.side.person_submits(home.ana, pressed, {"text": "I *saw* it."})
    await home.world.until(lambda: submitted.text, "the answer")
    assert submitted.text == "thank you"
    (invoked,) = home.sink.all(Invoked)
    assert invoked.token == "c-token"
    assert invoked.fields == {"text": "I *saw* it."}
    assert invoked.text.text == "I saw it."
    assert (invoked.place, invoked.thread) == (home.forum, thread)


async def test_a_form_begins_with_the_words_that_it_is_about_and_waits_for_them_a_moment(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = home.at(home.desk, "text")
    view = notice("A card", buttons=((Button("Edit", "ktoken:1:e"),),))
    sent = await home.adapter.send(at, home.adapter.render(view, at)[0], "k1")

    async def opened() -> dict[str, object]:
        pressed = home.side.person_presses(home.mod, sent.message.split("/")[1], "Edit")
        await home.world.until(lambda: pressed.modal, "the form")
        assert pressed.modal
        component: dict[str, object] = pressed.modal["components"][0]["component"]
        return component

    monkeypatch.setattr(interactions, "_WORDING_SECONDS", 0.01)
    assert "value" not in await opened()
    home.sink.words.set_result(bold("It *was* so"))
    assert (await opened())["value"] == r"**It \*was\* so**"


async def test_a_message_menu_with_a_form_keeps_its_target_out_of_the_form(home: House) -> None:
    thread = await watched(home)
    at = home.at(home.forum, "forum", thread=thread)
    copy = await home.adapter.send(at, home.adapter.render(comment(7), at)[0], "m1")
    await home.world.until(lambda: home.requests("PUT", "/commands"), "the commands")
    chosen = home.side.person_uses_menu(home.ana, "Reply", copy.message.split("/")[1])
    await home.world.until(lambda: chosen.modal, "the form")
    assert chosen.modal is not None
    assert copy.message.split("/")[1] not in chosen.modal["custom_id"]
    home.side.person_submits(home.ana, chosen, {"text": "I agree."})
    (invoked,) = await home.sink.first(Invoked)
    assert invoked.token == "menu-reply"
    assert (invoked.message, invoked.reply_number) == (copy.message, 7)


async def test_a_message_menu_without_a_form_is_a_command_on_its_target(home: House) -> None:
    thread = await watched(home)
    said = home.side.person_posts(home.ana, thread, "hm")
    await home.world.until(lambda: home.requests("PUT", "/commands"), "the commands")
    home.side.person_uses_menu(home.mod, "Approve", said["id"])
    (invoked,) = await home.sink.first(Invoked)
    assert (invoked.command, invoked.message) == ("approve", f"{thread}/{said['id']}")


async def test_unchanged_commands_are_not_sent_again(home: House) -> None:
    await home.sink.until(lambda: "commands" in home.sink.cursors)
    await home.restart()
    await asyncio.sleep(0)
    await home.article("Something else to wait for")
    assert len(home.requests("PUT", "/commands")) == 1


async def test_a_wrong_token_is_refused_in_words_without_the_token(home: House) -> None:
    wrong = home.new_adapter()
    wrong._token = "wrong-secret"
    with pytest.raises(UserError) as caught:
        await wrong.start()
    await wrong.stop()
    assert "DISCORD_BOT_TOKEN" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)


async def test_a_missing_intent_says_what_to_switch_on() -> None:
    async with house() as made:
        made.side.set_intents(made.bot, int(Intent(0)))
        await made.adapter.start()
        with pytest.raises(UserError, match="Message Content"):
            await asyncio.wait_for(made.adapter.run(made.sink), PATIENCE)


@pytest.mark.parametrize("answer", [{"status": 502}, {"headers": {"Content-Type": "text/html"}}])
async def test_a_platform_that_is_away_at_the_start_is_found_later(answer: dict[str, Any]) -> None:
    async with house() as made:
        made.fault("GET /users/@me", "status", times=3, **{"status": 200, **answer})
        await made.run()
        assert made.adapter.healthy()
