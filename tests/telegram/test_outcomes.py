"""One test for each operation and each way in which it can fail: what the adapter says of it, and
whether it was done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from telegram.error import BadRequest

from bots.rehearsal.world import Fault
from bots.telegram.api import Api, NoChange, NoChat, OtherForm, refusal
from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected, RetryLater
from core.ports import Target
from core.text.model import Rich
from core.views import CommentView, Part
from tests.spooled import picture
from tests.telegram.house import TOKEN, House, article, house
from tests.tried import Tried


async def _send(h: House) -> Tried:
    part = h.article()
    return Tried(
        lambda: h.adapter.send(h.announce(), part, "n1"),
        lambda: any("Harbour deal" in text for text in h.side.texts(h.channel)),
    )


async def _edit(h: House) -> Tried:
    made = await h.adapter.send(h.announce(), h.article(), "n1")
    changed: Part = h.adapter.render(article(title="x", foot=_foot()), h.announce())[0]
    return Tried(
        lambda: h.adapter.edit(h.announce(), made.message, changed),
        lambda: any("It was corrected." in text for text in h.side.texts(h.channel)),
    )


def _foot() -> Any:
    return type(article().foot)("It was corrected.")


async def _delete(h: House) -> Tried:
    made = await h.adapter.send(h.announce(), h.article(), "n1")
    return Tried(
        lambda: h.adapter.delete(h.announce(), made.message),
        lambda: not any("Harbour deal" in text for text in h.side.texts(h.channel)),
    )


async def _apply(h: House) -> Tried:
    topics = h.side.add_group("Topics", owner=h.admin, forum=True)
    h.side.make_admin(topics, h.bot)
    at = Target(str(topics), "forum_group", "discuss")
    made = await h.adapter.send(at, h.adapter.render(article(), at)[0], "n1")
    inside = Target(str(topics), "forum_group", thread=made.thread)
    return Tried(
        lambda: h.adapter.apply(inside, "locked", "1"),
        lambda: any("forum_topic_closed" in m for m in h.side.messages(topics)),
    )


def _with_pictures(h: House, root: int, *names: str) -> tuple[Target, list[Part]]:
    at, shown = h.discuss(str(root)), tuple(picture(name) for name in names)
    view = CommentView(12, "Ana", Rich("#12 Ana"), Rich("Look."), media=shown)
    return at, list(h.adapter.render(view, at))


def _photos(h: House) -> list[str]:
    """What stands below the photos of the group."""
    found = h.side.messages(h.group)
    return [message.get("caption", "") for message in found if "photo" in message]


async def _photo(h: House) -> Tried:
    _, root = await h.publish()
    at, (part,) = _with_pictures(h, root, "a")
    return Tried(lambda: h.adapter.send(at, part, "n2"), lambda: len(_photos(h)) == 1)


async def _album(h: House) -> Tried:
    _, root = await h.publish()
    at, parts = _with_pictures(h, root, "a", "b")
    return Tried(lambda: h.adapter.send_group(at, parts, "n2"), lambda: len(_photos(h)) == 2)


async def _caption(h: House) -> Tried:
    _, root = await h.publish()
    at, (part,) = _with_pictures(h, root, "a")
    made = await h.adapter.send(at, part, "n2")
    changed = replace(part, payload={**part.payload, "caption": "Other"})
    return Tried(lambda: h.adapter.edit(at, made.message, changed), lambda: _photos(h) == ["Other"])


async def _exchange(h: House) -> Tried:
    _, root = await h.publish()
    at, (part,) = _with_pictures(h, root, "a")
    made = await h.adapter.send(at, part, "n2")
    changed = replace(part, payload={**part.payload, "caption": "Other"})
    return Tried(
        lambda: h.adapter.edit_media(at, made.message, changed), lambda: _photos(h) == ["Other"]
    )


async def _copy(h: House) -> Tried:
    _, root = await h.publish()
    said = h.side.person_posts(h.reader, h.group, "", media="photo", under=root)
    desk = h.side.add_group("Desk", owner=h.admin)
    h.side.make_admin(desk, h.bot)
    at, number = h.discuss(str(root)), str(said["message_id"])
    return Tried(
        lambda: h.adapter.copy(at, number, Target(str(desk), "group", "desk")),
        lambda: any("photo" in message for message in h.side.messages(desk)),
    )


async def _topic(h: House) -> Tried:
    topics = h.side.add_group("Topics", owner=h.admin, forum=True)
    h.side.make_admin(topics, h.bot)
    at = Target(str(topics), "forum_group", "discuss")
    part = h.adapter.render(article(), at)[0]
    return Tried(
        lambda: h.adapter.send(at, part, "n1"),
        lambda: any("forum_topic_created" in message for message in h.side.messages(topics)),
    )


async def _rich(h: House) -> Tried:
    at = Target(str(h.channel), "channel", "announce", style="rich")
    part = h.adapter.render(article(), at)[0]
    return Tried(
        lambda: h.adapter.send(at, part, "n1"),
        lambda: any("rich_message" in message for message in h.side.messages(h.channel)),
    )


OPERATIONS = {
    "send": ("sendMessage", _send),
    "rich": ("sendRichMessage", _rich),
    "topic": ("createForumTopic", _topic),
    "photo": ("sendPhoto", _photo),
    "album": ("sendMediaGroup", _album),
    "caption": ("editMessageCaption", _caption),
    "exchange": ("editMessageMedia", _exchange),
    "copy": ("copyMessage", _copy),
    "edit": ("editMessageText", _edit),
    "delete": ("deleteMessage", _delete),
    "apply": ("closeForumTopic", _apply),
}
FAULTS: dict[str, tuple[dict[str, Any], type[DeliveryError], bool]] = {
    "time-out before the effect": ({"kind": "drop_before"}, OutcomeUnknown, False),
    "time-out after the effect": ({"kind": "drop_after"}, OutcomeUnknown, True),
    "torn answer": ({"kind": "torn"}, OutcomeUnknown, True),
    "502": ({"kind": "status", "status": 502}, OutcomeUnknown, False),
    "500": ({"kind": "status", "status": 500}, OutcomeUnknown, False),
    "429": ({"kind": "429", "retry_after": 7}, RetryLater, False),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_is_said_of_a_call_and_whether_it_was_done(operation: str, fault: str) -> None:
    method, prepare = OPERATIONS[operation]
    how, outcome, done = FAULTS[fault]
    async with house() as h:
        tried = await prepare(h)
        h.world.faults.add(Fault("telegram", method, **how))
        with pytest.raises(outcome) as caught:
            await tried.act()
        assert type(caught.value) is outcome
        assert TOKEN not in str(caught.value)
        assert tried.done() is done


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_refused_connection_is_surely_not_done(operation: str) -> None:
    _, prepare = OPERATIONS[operation]
    async with house() as h:
        tried = await prepare(h)
        await h.server.stop()
        await tried.refused()


@pytest.mark.parametrize(
    ("words", "kind", "what"),
    [
        ("Bad Request: message is not modified: specified new message", NoChange, ""),
        ("Bad Request: TOPIC_NOT_MODIFIED", NoChange, ""),
        ("Bad Request: there is no text in the message to edit", OtherForm, ""),
        ("Bad Request: there is no caption in the message to edit", OtherForm, ""),
        ("Bad Request: message to edit not found", Gone, "message"),
        ("Bad Request: message to delete not found", Gone, "message"),
        ("Bad Request: MESSAGE_ID_INVALID", Gone, "message"),
        ("Bad Request: message identifier is not specified", Gone, "message"),
        ("Bad Request: message to be replied not found", Gone, "reply"),
        ("Bad Request: message to reply not found", Gone, "reply"),
        ("Bad Request: message thread not found", Gone, "thread"),
        ("Bad Request: TOPIC_DELETED", Gone, "thread"),
        ("Bad Request: TOPIC_ID_INVALID", Gone, "thread"),
        ("Bad Request: chat not found", NoChat, ""),
        ("Forbidden: bot can't initiate conversation with a user", NoChat, ""),
        ("Bad Request: not enough rights", Rejected, ""),
    ],
)
def test_what_a_refusal_means(words: str, kind: type[Rejected], what: str) -> None:
    found = refusal(words)
    assert type(found) is kind
    assert getattr(found, "what", "") == what


def test_no_refusal_repeats_the_token() -> None:
    told = Api(TOKEN)._meaning(BadRequest(f"wrong address /bot{TOKEN}/sendMessage"))
    assert type(told) is Rejected
    assert TOKEN not in told.reason


async def test_an_album_counts_as_each_of_its_pictures() -> None:
    async with house(pace=1.0) as h:
        _, root = await h.publish()
        at, parts = _with_pictures(h, root, *(str(number) for number in range(10)))
        await h.adapter.send_group(at, parts, "n2")
        assert h.adapter.pace(at, "send") < 20
        await h.adapter.send_group(at, parts, "n3")
        assert h.adapter.pace(at, "send") > 50
        assert h.adapter.pace(at, "delete") == 0
