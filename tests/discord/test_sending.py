"""Sending, editing, deleting, threads: the adapter against the rehearsal's Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.errors import Gone, OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.text.model import Rich
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


async def test_a_forum_post_of_unknown_outcome_is_not_made_twice(home: House) -> None:
    home.fault("POST /channels/{channel_id}/threads", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await home.article()
    receipt = await home.article()
    (thread,) = home.side.threads(home.forum)
    assert receipt.thread == thread["id"]


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
