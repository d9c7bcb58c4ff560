"""One test for each operation and each way in which it can fail: what the adapter says of it, and
whether it was done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bots.discord.outcomes import INVALID_FORM, judge
from bots.rehearsal.world import Fault
from core.errors import DeliveryError, Gone, OutcomeUnknown, RetryLater, Unreachable
from tests.discord.house import House, article, house, notice
from tests.spooled import picture
from tests.tried import Tried

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        await made.run()
        yield made


def _card(home: House, words: str) -> Any:
    at = home.at(home.desk, "text", purpose="desk")
    return at, home.adapter.render(notice(words), at)[0]


async def _send(home: House) -> Tried:
    at, part = _card(home, "Card")
    return Tried(
        lambda: home.adapter.send(at, part, "n1"), lambda: home.side.texts(home.desk) == ["Card"]
    )


async def _edit(home: House) -> Tried:
    at, part = _card(home, "Card")
    made = await home.adapter.send(at, part, "n1")
    _, changed = _card(home, "Done")
    return Tried(
        lambda: home.adapter.edit(at, made.message, changed),
        lambda: home.side.texts(home.desk) == ["Done"],
    )


async def _delete(home: House) -> Tried:
    at, part = _card(home, "Card")
    made = await home.adapter.send(at, part, "n1")
    return Tried(
        lambda: home.adapter.delete(at, made.message), lambda: home.side.texts(home.desk) == []
    )


async def _look_for(home: House) -> Tried:
    at, part = _card(home, "Card")
    await home.adapter.send(at, part, "n1")
    return Tried(lambda: home.adapter.look_for(at, part, "n1"), lambda: False)


async def _open_thread(home: House) -> Tried:
    at = home.at(home.text, "text", purpose="announce")
    made = await home.adapter.send(at, home.adapter.render(article(), at)[0], "n1")
    return Tried(
        lambda: home.adapter.open_thread(at, made.message, "A headline"),
        lambda: len(home.side.threads(home.text)) == 1,
    )


async def _apply(home: House) -> Tried:
    made = await home.article()
    at = home.at(home.forum, "forum", thread=made.thread)
    return Tried(
        lambda: home.adapter.apply(at, "locked", "1"),
        lambda: bool(home.side.threads(home.forum)[0]["thread_metadata"]["locked"]),
    )


async def _post(home: House) -> Tried:
    at = home.at(home.forum, "forum", purpose="announce")
    part = home.adapter.render(article(), at)[0]
    return Tried(
        lambda: home.adapter.send(at, part, "n1"), lambda: len(home.side.threads(home.forum)) == 1
    )


def _files(home: House) -> list[int]:
    """How many files each message at the desk has."""
    return [len(message["attachments"]) for message in home.side.messages(home.desk)]


def _with_picture(home: House, words: str, name: str = "a") -> Any:
    at = home.at(home.desk, "text", purpose="desk")
    return at, home.adapter.render(notice(words, media=(picture(name),)), at)[0]


async def _file(home: House) -> Tried:
    at, part = _with_picture(home, "Card")
    return Tried(lambda: home.adapter.send(at, part, "n1"), lambda: _files(home) == [1])


async def _exchange(home: House) -> Tried:
    at, part = _with_picture(home, "Card")
    made = await home.adapter.send(at, part, "n1")
    _, changed = _with_picture(home, "Done", "b")
    return Tried(
        lambda: home.adapter.edit_media(at, made.message, changed),
        lambda: home.side.texts(home.desk) == ["Done"],
    )


async def _tell(home: House) -> Tried:
    view, direct = notice("Your comment is up."), home.side.direct_chat(home.bot, home.ana)
    return Tried(
        lambda: home.adapter.tell(home.ana, view),
        lambda: bool(home.side.texts(direct)),
    )


OPERATIONS = {
    "send": ("POST " + MESSAGES, _send),
    "file": ("POST " + MESSAGES, _file),
    "exchange": ("PATCH " + MESSAGE, _exchange),
    "tell": ("POST " + MESSAGES, _tell),
    "post": ("POST /channels/{channel_id}/threads", _post),
    "edit": ("PATCH " + MESSAGE, _edit),
    "delete": ("DELETE " + MESSAGE, _delete),
    "open_thread": ("POST " + MESSAGE + "/threads", _open_thread),
    "apply": ("PATCH /channels/{channel_id}", _apply),
}
EVERYWHERE = {"message": "You are being rate limited.", "retry_after": 7.0, "global": True}
UNKNOWN = {"message": "401: Unauthorized", "code": 0}
FAULTS: dict[str, tuple[dict[str, Any], type[DeliveryError], bool]] = {
    "time-out before the effect": ({"kind": "drop_before"}, OutcomeUnknown, False),
    "time-out after the effect": ({"kind": "drop_after"}, OutcomeUnknown, True),
    "torn answer": ({"kind": "torn"}, OutcomeUnknown, True),
    "502": ({"kind": "status", "status": 502}, OutcomeUnknown, False),
    "500": ({"kind": "status", "status": 500}, OutcomeUnknown, False),
    "a page of a proxy": (
        {"kind": "status", "status": 200, "headers": {"Content-Type": "text/html"}},
        OutcomeUnknown, False,
    ),
    "429 of the bucket": ({"kind": "429", "retry_after": 7}, RetryLater, False),
    "429 of the account": (
        {"kind": "status", "status": 429, "body": EVERYWHERE}, RetryLater, False,
    ),
    "a token that is not accepted": (
        {"kind": "status", "status": 401, "body": UNKNOWN}, RetryLater, False,
    ),
    "a wall before Discord": ({"kind": "status", "status": 403, "body": {}}, RetryLater, False),
}  # fmt: skip


def _twice(how: dict[str, Any]) -> dict[str, Any]:
    """aiohttp by itself repeats, once, what may be repeated (GET, DELETE) where a connection that
    it had kept is closed."""
    return how | {"times": 2}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_is_said_of_a_call_and_whether_it_was_done(
    home: House, operation: str, fault: str
) -> None:
    if (operation, fault) == ("delete", "torn answer"):
        pytest.skip("Discord answers a deletion without a body")
    route, prepare = OPERATIONS[operation]
    how, outcome, done = FAULTS[fault]
    tried = await prepare(home)
    home.fault(route, **_twice(how) if operation == "delete" else how)
    with pytest.raises(outcome) as caught:
        await tried.act()
    assert type(caught.value) is outcome
    assert tried.done() is done


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_reading_that_fails_changed_nothing(home: House, fault: str) -> None:
    how, outcome, _ = FAULTS[fault]
    tried = await _look_for(home)
    home.fault("GET " + MESSAGES, **_twice(how))
    with pytest.raises(RetryLater if outcome is RetryLater else Unreachable):
        await tried.act()


@pytest.mark.parametrize("operation", [*OPERATIONS, "look_for"])
async def test_a_refused_connection_is_surely_not_done(home: House, operation: str) -> None:
    prepare = OPERATIONS[operation][1] if operation in OPERATIONS else _look_for
    tried = await prepare(home)
    await home.server.stop()
    await tried.refused()


async def test_json_that_names_its_character_set_is_read_too() -> None:
    async with house() as home:
        told = {
            "id": home.bot, "username": "B", "discriminator": "0", "bot": True, "avatar": None,
        }  # fmt: skip
        kind = {"Content-Type": "application/json; charset=utf-8"}
        fault = Fault(
            "discord", "GET /users/@me", "status", times=99, status=200, body=told, headers=kind
        )
        home.world.faults.add(fault)
        await home.run()
        assert home.adapter.healthy()
        assert fault.times == 98


def test_a_reply_that_names_nothing_is_told_as_such() -> None:
    response = SimpleNamespace(status=400, reason="Bad Request")
    told = {
        "code": INVALID_FORM,
        "message": "Invalid Form Body",
        "errors": {"message_reference": {"_errors": [{"code": "X", "message": "Unknown message"}]}},
    }
    found = judge(discord.HTTPException(response, told), reading=False)
    assert isinstance(found, Gone)
    assert found.what == "reply"
