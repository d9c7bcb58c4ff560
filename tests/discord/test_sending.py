"""Sending, editing, deleting, threads: the adapter against the rehearsal's Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bots.rehearsal.world import Switches
from core.errors import Gone, OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.text.model import Rich
from core.views import Part
from tests.discord.house import House, article, comment, house, notice

SEND = "POST /channels/{channel_id}/messages"


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.run()
        yield made


async def test_a_forum_article_is_one_post_with_tags_that_its_labels_name(home: House) -> None:
    target = home.at(home.forum, "forum", purpose="announce")
    part = home.adapter.render(article(labels=("water", "nothing")), target)[0]
    receipt = await home.adapter.send(target, part, "n1")
    (thread,) = home.side.threads(home.forum)
    assert thread["name"] == "A headline"
    assert len(thread["applied_tags"]) == 1
    assert receipt.thread == thread["id"]
    assert receipt.message.startswith(f"{thread['id']}/")
    assert receipt.link == f"https://discord.com/channels/{home.guild}/{thread['id']}"


async def test_a_comment_is_a_real_reply_with_a_nonce_and_without_pings(home: House) -> None:
    root = await home.article()
    at = home.at(home.forum, "forum", thread=root.thread)
    asked = home.side.person_posts(home.ana, str(root.thread), "Is this so?")
    at = home.at(home.forum, "forum", thread=root.thread, reply_to=f"{root.thread}/{asked['id']}")
    part = home.adapter.render(comment(text="@everyone <@1> yes"), at)[0]
    receipt = await home.adapter.send(at, part, "n2")
    again = await home.adapter.send(at, part, "n2")
    assert again == receipt
    sent = home.side.message(receipt.message.split("/")[1])
    assert sent is not None
    assert sent["message_reference"]["message_id"] == asked["id"]
    assert not sent["mention_everyone"]
    body = home.requests("POST", "/messages")[-1]
    assert body["nonce"] == "n2"
    assert body["enforce_nonce"] is True
    assert body["allowed_mentions"] == {"parse": []}


async def test_an_edit_takes_away_what_the_part_no_longer_holds(home: House) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    receipt = await home.adapter.send(at, home.adapter.render(notice("Card"), at)[0], "n3")
    await home.adapter.edit(at, receipt.message, home.adapter.render(notice("Done"), at)[0])
    assert home.side.texts(home.desk) == ["Done"]


async def test_deleting_what_is_gone_is_success_and_editing_it_is_gone(home: House) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    part = home.adapter.render(notice("Card"), at)[0]
    receipt = await home.adapter.send(at, part, "n4")
    await home.adapter.delete(at, receipt.message)
    await home.adapter.delete(at, receipt.message)
    with pytest.raises(Gone) as caught:
        await home.adapter.edit(at, receipt.message, part)
    assert caught.value.what == "message"


async def test_a_text_channel_gets_a_message_and_its_thread_once(home: House) -> None:
    at = home.at(home.text, "text", purpose="announce")
    receipt = await home.adapter.send(at, home.adapter.render(article(), at)[0], "n5")
    assert receipt.thread is None
    first = await home.adapter.open_thread(at, receipt.message, "A headline " * 20)
    second = await home.adapter.open_thread(at, receipt.message, "A headline")
    assert first.thread == second.thread == receipt.message.split("/")[1]
    (thread,) = home.side.threads(home.text)
    assert len(thread["name"]) <= 100


async def test_an_article_in_an_announcement_channel_is_published(home: House) -> None:
    at = home.at(home.news, "announcement", purpose="announce")
    receipt = await home.adapter.send(at, home.adapter.render(article(), at)[0], "n6")
    bare = receipt.message.split("/")[1]

    def crossposted() -> bool:
        message = home.side.message(bare)
        return message is not None and bool(message["flags"] & 1)

    await home.world.until(crossposted, "the crosspost")


async def test_a_new_headline_renames_the_forum_post(home: House) -> None:
    root = await home.article()
    at = home.at(home.forum, "forum", purpose="announce")
    part = home.adapter.render(article("Corrected", labels=("Council",)), at)[0]
    await home.adapter.edit(at, root.message, part)
    (thread,) = home.side.threads(home.forum)
    assert thread["name"] == "Corrected"
    assert len(thread["applied_tags"]) == 1


@pytest.mark.parametrize(
    ("kind", "more", "outcome"),
    [
        ("drop_after", {}, OutcomeUnknown),
        ("drop_before", {}, OutcomeUnknown),
        ("torn", {}, OutcomeUnknown),
        ("status", {"status": 502}, OutcomeUnknown),
        ("429", {"retry_after": 7.5}, RetryLater),
        ("status", {"status": 403, "body": {"code": 50013, "message": "no"}}, Rejected),
        ("status", {"status": 404, "body": {"code": 10003, "message": "no"}}, Gone),
    ],
)
async def test_each_fault_has_its_outcome_and_is_not_repeated_by_the_library(
    home: House, kind: str, more: dict[str, object], outcome: type[Exception]
) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    part = home.adapter.render(notice("Once"), at)[0]
    home.fault(SEND, kind, **more)
    with pytest.raises(outcome) as caught:
        await home.adapter.send(at, part, "n7")
    assert len(home.side.texts(home.desk)) <= 1
    if isinstance(caught.value, RetryLater):
        assert caught.value.after == 7.5
        assert 0 < home.adapter.pace(at, "send") <= 7.5


async def test_a_lost_answer_is_settled_by_the_nonce_or_by_looking(home: House) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    part = home.adapter.render(notice("Once"), at)[0]
    assert await home.adapter.look_for(at, part, "n8") is None
    home.fault(SEND, "drop_after")
    with pytest.raises(OutcomeUnknown):
        await home.adapter.send(at, part, "n8")
    found = await home.adapter.look_for(at, part, "n8")
    assert found is not None
    assert (await home.adapter.send(at, part, "n8")).message == found.message
    home.sink.map.add(found.message)
    assert await home.adapter.look_for(at, part, "n9") is None


@pytest.mark.parametrize("lately", [90.0, 0.0])
async def test_a_forum_post_of_unknown_outcome_is_not_made_twice(
    home: House, monkeypatch: pytest.MonkeyPatch, lately: float
) -> None:
    """Neither shortly after a start, when all is looked for, nor later."""
    monkeypatch.setattr("bots.discord.outward._JUST_STARTED", lately)
    home.fault("POST /channels/{channel_id}/threads", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await home.article()
    receipt = await home.article()
    (thread,) = home.side.threads(home.forum)
    assert receipt.thread == thread["id"]


async def test_a_reply_to_what_is_gone_stands_without_it(home: House) -> None:
    root = await home.article()
    asked = home.side.person_posts(home.ana, str(root.thread), "Is this so?")
    home.side.person_deletes(home.ana, asked["id"])
    at = home.at(home.forum, "forum", thread=root.thread, reply_to=f"{root.thread}/{asked['id']}")
    await home.adapter.send(at, home.adapter.render(comment(), at)[0], "n12")
    assert any("I agree" in text for text in home.side.texts(str(root.thread)))


async def test_nobody_listening_is_unreachable(home: House) -> None:
    at = home.at(home.desk, "text", purpose="desk")
    part = home.adapter.render(notice("Once"), at)[0]
    await home.server.stop()
    with pytest.raises(Unreachable):
        await home.adapter.send(at, part, "n10")


async def test_archived_threads_are_woken_for_an_edit_and_put_back(home: House) -> None:
    root = await home.article()
    assert root.thread is not None
    at = home.at(home.forum, "forum", thread=root.thread)
    receipt = await home.adapter.send(at, home.adapter.render(comment(), at)[0], "n11")
    await home.adapter.apply(at, "locked", "1")
    await home.adapter.apply(at, "archived", "1")
    await home.adapter.edit(at, receipt.message, home.adapter.render(comment(text="B"), at)[0])
    thread = home.side.channel(root.thread)
    assert thread["thread_metadata"]["archived"]
    assert thread["thread_metadata"]["locked"]
    assert "B" in home.side.texts(root.thread)[-1]


async def test_a_thread_is_slow_and_its_messages_are_marked_although_it_sleeps(home: House) -> None:
    root = await home.article()
    assert root.thread is not None
    at = home.at(home.forum, "forum", thread=root.thread)
    receipt = await home.adapter.send(at, home.adapter.render(comment(), at)[0], "n12")
    await home.adapter.apply(at, "slow", "3600")
    assert home.side.channel(root.thread)["rate_limit_per_user"] == 3600
    await home.adapter.apply(at, "archived", "1")
    marked = replace(at, reply_to=receipt.message)

    for value, wanted in (("1", (True, ["⭐"])), ("1", (True, ["⭐"])), ("0", (False, []))):
        await home.adapter.apply(marked, "pinned", value)
        await home.adapter.apply(marked, "starred", value)
        shown = next(m for m in home.side.messages(root.thread) if "#" in m["content"])
        assert (shown["pinned"], [one["emoji"]["name"] for one in shown.get("reactions", [])]) == (
            wanted
        )
    await home.adapter.delete(at, receipt.message)
    await home.adapter.apply(marked, "pinned", "0")
    await home.adapter.apply(marked, "starred", "0")


async def test_where_a_server_has_no_room_the_quietest_thread_goes_to_the_archive() -> None:
    async with house(switches=Switches(active_threads=2)) as home:
        await home.adapter.start()
        first, second = await home.article("First"), await home.article("Second")
        assert first.thread is not None
        assert second.thread is not None
        home.side.person_posts(home.ana, first.thread, "Still talking")
        third = await home.article("Third")
        assert third.thread is not None
        assert _archived(home) == {second.thread}
        news = home.at(home.text, "text", purpose="announce")
        sent = await home.adapter.send(news, home.adapter.render(article(), news)[0], "n30")
        opened = await home.adapter.open_thread(news, sent.message, "Talk")
        assert _archived(home) == {first.thread, second.thread}
        for style in ("bot", "webhook"):
            asleep = min(_archived(home))
            at = home.at(home.forum, "forum", style=style, thread=asleep)
            await home.adapter.send(at, home.adapter.render(comment(), at)[0], f"n31-{style}")
            assert asleep not in _archived(home)
            assert len(_archived(home)) == 2
        assert opened.thread in _archived(home)


async def test_without_a_thread_of_ours_to_archive_the_refusal_is_told() -> None:
    async with house(switches=Switches(active_threads=0)) as home:
        await home.adapter.start()
        with pytest.raises(Rejected, match="160006"):
            await home.article()


def _archived(home: House) -> set[str]:
    threads = home.side.state.threads(guild_id=home.guild)
    return {thread["id"] for thread in threads if thread["archived"]}


async def test_a_limit_on_old_edits_holds_nothing_else_up() -> None:
    async with house(switches=Switches(old_edits=1)) as home:
        await home.adapter.start()
        at = home.at(home.text, "text", purpose="announce")
        old = await home.adapter.send(at, home.adapter.render(notice("Old"), at)[0], "n40")
        home.world.clock.advance(3600)
        part = home.adapter.render(notice("Changed"), at)[0]
        await home.adapter.edit(at, old.message, part)
        with pytest.raises(RetryLater) as waits:
            await home.adapter.edit(at, old.message, part)
        assert waits.value.after > 3000
        fresh = await home.adapter.send(at, home.adapter.render(notice("New"), at)[0], "n41")
        await home.adapter.edit(at, fresh.message, part)


async def test_webhook_style_speaks_under_the_readers_name(home: House) -> None:
    root = await home.article()
    assert root.thread is not None
    asked = home.side.person_posts(home.ana, root.thread, "Is this so?")
    at = home.at(
        home.forum,
        "forum",
        style="webhook",
        thread=root.thread,
        reply_to=f"{root.thread}/{asked['id']}",
    )
    receipt = await home.adapter.send(at, home.adapter.render(comment(), at)[0], "n12")
    bare = receipt.message.split("/")[1]
    message = home.side.message(bare)
    assert message is not None
    assert message["author"]["username"] == "Ana"
    assert receipt.sender == message["webhook_id"]
    await home.adapter.edit(at, receipt.message, home.adapter.render(comment(text="B"), at)[0])
    changed = home.side.message(bare)
    assert changed is not None
    assert "B" in changed["content"]
    assert asked["id"] in changed["content"]
    await home.adapter.delete(at, receipt.message)
    assert home.side.message(bare) is None


async def test_a_webhook_send_of_unknown_outcome_is_not_made_twice(home: House) -> None:
    root = await home.article()
    at = home.at(home.forum, "forum", style="webhook", thread=root.thread)
    part = home.adapter.render(comment(), at)[0]
    home.fault("POST /webhooks/{webhook_id}/{webhook_token}", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await home.adapter.send(at, part, "n13")
    await home.adapter.send(at, part, "n13")
    assert sum("I agree" in text for text in home.side.texts(str(root.thread))) == 1


async def test_a_webhook_that_somebody_removed_is_made_anew(home: House) -> None:
    root = await home.article()
    at = home.at(home.forum, "forum", style="webhook", thread=root.thread)
    part = home.adapter.render(comment(), at)[0]
    first = await home.adapter.send(at, part, "n14")
    home.side.call_as(home.side.owner_of(home.guild), "DELETE", f"/webhooks/{first.sender}")
    part = home.adapter.render(comment(13), at)[0]
    second = await home.adapter.send(at, part, "n15")
    assert second.sender != first.sender


async def test_a_long_comment_is_several_parts(home: House) -> None:
    at = home.at(home.forum, "forum")
    parts = home.adapter.render(comment(text="word " * 900, notes=Rich("edited")), at)
    assert len(parts) == 3
    assert "#12" in parts[0].payload["content"]
    assert "edited" in parts[-1].payload["content"]


async def test_a_webhooks_lost_messages_are_found_after_a_restart(home: House) -> None:
    root = await home.article()
    at = home.at(home.forum, "forum", style="webhook", thread=root.thread)
    first, second = home.adapter.render(comment(text="word " * 700), at)
    home.sink.map.add((await home.adapter.send(at, first, "n16")).message)
    known = next(iter(home.sink.map))
    after = home.at(home.forum, "forum", style="webhook", thread=root.thread, reply_to=known)
    home.fault("POST /webhooks/{webhook_id}/{webhook_token}", "drop_after", times=2)
    for part, where in ((second, after), (home.adapter.render(comment(13), at)[0], at)):
        with pytest.raises(OutcomeUnknown):
            await home.adapter.send(where, part, "n17")
    await home.restart()
    further = await home.adapter.look_for(after, Part("any", {"number": 0}), "")
    assert further is not None
    assert further.message != known
    changed = home.adapter.render(comment(13, text="other words"), at)[0]
    other = await home.adapter.look_for(at, changed, "")
    assert other is not None
    assert other.message not in (known, further.message)


async def test_a_lost_message_is_looked_for_back_to_when_it_was_tried(home: House) -> None:
    root = await home.article()
    assert root.thread is not None
    at = home.at(home.forum, "forum", thread=root.thread)
    part = home.adapter.render(comment(), at)[0]
    home.fault(SEND, "drop_after")
    tried = home.world.clock.now()
    with pytest.raises(OutcomeUnknown):
        await home.adapter.send(at, part, "n18")
    for number in range(620):
        home.side.person_posts(home.ana, root.thread, f"words {number}")
    since = home.at(home.forum, "forum", thread=root.thread, since=tried - 1.0)
    assert await home.adapter.look_for(since, part, "") is not None
