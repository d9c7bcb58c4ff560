"""Messages in a group that one person alone sees, on the rehearsal's Telegram."""

from __future__ import annotations

from typing import Any

import pytest

from bots.rehearsal.telegram.errors import ApiError
from bots.rehearsal.world import Switches
from tests.rehearsal.telegram_house import House, build

Json = dict[str, Any]


def newest(person: int) -> Json:
    return {"ephemeral_message_parameters": {"receiver_user_id": person}}


def older(person: int) -> Json:
    return {"receiver_user_id": person}


def whispers(house: House, chat: int, form: Json, **more: Any) -> Json:
    made: Json = house.call("sendMessage", chat_id=chat, text="For you", **form, **more)
    return made


@pytest.mark.parametrize(("known", "form"), [("10.2", older), ("10.3", newest)])
def test_one_person_sees_it_where_they_read_and_nobody_else_does(known: str, form: Any) -> None:
    house = build(switches=Switches(ephemeral_messages=known))
    house.side.join(house.group, house.ana)
    _, root = house.article()
    before = house.side.messages(house.group)
    made = whispers(house, house.group, form(house.ana), reply_parameters={"message_id": root})
    assert (made["message_id"], made["receiver_user"]["id"]) == (0, house.ana)
    assert house.side.messages(house.group) == before
    assert house.side.ephemeral(house.group, house.ana) == [made]
    assert made["message_thread_id"] == root
    assert house.side.ephemeral(house.group, house.ben) == []
    assert house.updates() == []
    gone = {"chat_id": house.group, "ephemeral_message_id": made["ephemeral_message_id"]}
    with pytest.raises(ApiError, match="not found"):
        house.call("deleteEphemeralMessage", **gone, receiver_user_id=house.ben)
    assert house.call("deleteEphemeralMessage", **gone, receiver_user_id=house.ana) is True
    assert house.side.ephemeral(house.group, house.ana) == []


@pytest.mark.parametrize(
    ("known", "form"),
    [("missing", newest), ("ignored", newest), ("10.2", newest), ("10.3", older)],
)
def test_what_a_server_does_not_know_it_ignores_and_everybody_reads(known: str, form: Any) -> None:
    house = build(switches=Switches(ephemeral_messages=known))
    house.side.join(house.group, house.ana)
    made = whispers(house, house.group, form(house.ana))
    assert "ephemeral_message_id" not in made
    assert "For you" in house.side.texts(house.group)


@pytest.mark.parametrize(("known", "code"), [("missing", 404), ("ignored", 400), ("10.3", 400)])
def test_a_server_that_has_the_methods_finds_nothing_to_delete(known: str, code: int) -> None:
    house = build(switches=Switches(ephemeral_messages=known))
    at = {"chat_id": house.group, "receiver_user_id": house.ana, "ephemeral_message_id": 0}
    with pytest.raises(ApiError) as refused:
        house.call("deleteEphemeralMessage", **at)
    assert refused.value.code == code


def test_only_admins_of_supergroups_send_one_and_only_to_people_in_them() -> None:
    house = build(switches=Switches(ephemeral_messages="10.3"))
    with pytest.raises(ApiError, match="USER_ID_INVALID"):
        whispers(house, house.group, newest(house.ana))
    with pytest.raises(ApiError, match="USER_ID_INVALID"):
        whispers(house, house.group, newest(house.bot))
    house.side.person_starts(house.ana, house.bot)
    for chat in (house.channel, house.ana):
        with pytest.raises(ApiError, match="BOT_NOT_ADMIN"):
            whispers(house, chat, newest(house.ana))
    other = house.side.add_group("No admins", owner=house.owner)
    house.side.join(other, house.bot)
    house.side.join(other, house.ana)
    with pytest.raises(ApiError, match="BOT_NOT_ADMIN"):
        whispers(house, other, newest(house.ana))
