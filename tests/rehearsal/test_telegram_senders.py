"""Special senders, forwards, reactions and invisible edits on the played Telegram."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bots.rehearsal.telegram import Refused, specials
from tests.rehearsal.schemas_telegram import load
from tests.rehearsal.telegram_house import START, House, build
from tests.rehearsal.telegram_rules import fails, only_message

DATE = int(START) - 60
EVERY = ["message", "edited_message", "message_reaction", "message_reaction_count"]


def heard(house: House) -> list[dict[str, Any]]:
    """The waiting updates, which fit the vendor's schema."""
    updates = house.fresh()
    schemas = load()
    if schemas is not None:
        assert schemas.answer_problems("getUpdates", {"ok": True, "result": updates}) == []
    return updates


def test_every_origin_of_a_forward() -> None:
    house = build()
    origins = [
        specials.from_user(house.ben, DATE),
        specials.from_hidden_user("Source", DATE),
        specials.from_chat(house.group, DATE, "Editor"),
        specials.from_channel(house.channel, 7, DATE, "Olga"),
    ]
    for origin in origins:
        house.side.person_posts(house.ana, house.group, "words", forwarded=origin)
    messages = [update["message"] for update in heard(house)]
    shown = [message["forward_origin"] for message in messages]
    assert [origin["type"] for origin in shown] == ["user", "hidden_user", "chat", "channel"]
    assert shown[0]["sender_user"]["id"] == house.ben
    assert shown[1] == {"type": "hidden_user", "date": DATE, "sender_user_name": "Source"}
    assert shown[2]["author_signature"] == "Editor"
    assert shown[3]["message_id"] == 7
    assert not any("is_automatic_forward" in message for message in messages)
    assert {message["from"]["id"] for message in messages} == {house.ana}


def test_people_forward_what_stands_somewhere_and_hidden_ones_stay_hidden() -> None:
    house = build()
    shy = house.side.add_person("Shy", hides_forwards=True)
    first = house.side.person_posts(shy, house.group, "mine")
    house.fresh()
    house.side.person_forwards(house.ana, house.group, first["message_id"], house.group)
    origin = only_message(house)["forward_origin"]
    assert origin == {"type": "hidden_user", "date": first["date"], "sender_user_name": "Shy"}
    with pytest.raises(Refused):
        house.side.person_forwards(house.ana, house.group, 999, house.group)


def test_via_bots_and_guest_bots() -> None:
    house = build()
    guest = house.side.add_foreign_bot("Helper", "helper_bot")
    house.side.person_posts(house.ana, house.group, "a gif", via_bot=guest)
    (update,) = heard(house)
    assert update["message"]["via_bot"]["id"] == guest
    assert update["message"]["from"]["id"] == house.ana
    house.side.guest_bot_posts(guest, house.group, "unheard", caller=house.ana)
    assert house.fresh() == []
    house.side.set_hears_bots(house.bot, True)
    house.side.guest_bot_posts(guest, house.group, "spam", caller=house.ana)
    house.side.guest_bot_posts(
        guest, house.group, "more", caller=house.ana, caller_chat=house.channel, query="q1"
    )
    first, second = (update["message"] for update in heard(house))
    assert (first["from"]["id"], first["from"]["is_bot"]) == (guest, True)
    assert first["guest_bot_caller_user"]["id"] == house.ana
    assert second["guest_bot_caller_chat"]["id"] == house.channel
    assert second["guest_query_id"] == "q1"


def test_messages_without_a_text() -> None:
    house = build()
    paragraph = {"type": "paragraph", "text": "Rich words"}
    for special in (
        specials.rich_message(paragraph),
        specials.story(house.channel, 3),
        specials.paid_media(5),
        specials.checklist("To do", ["one"]),
    ):
        house.side.person_posts(house.ana, house.group, special=special)
    messages = [update["message"] for update in heard(house)]
    kinds = ("rich_message", "story", "paid_media", "checklist")
    assert all(kind in message for kind, message in zip(kinds, messages, strict=True))
    assert not any("text" in message or "caption" in message for message in messages)
    number = messages[0]["message_id"]
    other = specials.rich_message({"type": "paragraph", "text": "Other"})
    house.side.person_replaces(house.ana, house.group, number, other)
    (update,) = heard(house)
    assert update["edited_message"]["rich_message"]["blocks"][0]["text"] == "Other"


def test_reactions_reach_admins_that_asked_for_them() -> None:
    house = build()
    said = house.side.person_posts(house.ana, house.group, "x")["message_id"]
    house.fresh()
    house.side.person_reacts(house.ben, house.group, said, "👍")
    assert house.fresh() == []
    house.call("getUpdates", allowed_updates=EVERY)
    house.side.person_reacts(house.ben, house.group, said, "🔥")
    house.side.person_reacts(house.owner, house.group, said, "👍", as_chat=house.group)
    house.call("setMessageReaction", chat_id=house.group, message_id=said, reaction=[])
    first, second = (update["message_reaction"] for update in heard(house))
    assert (first["user"]["id"], first["old_reaction"][0]["emoji"]) == (house.ben, "👍")
    assert first["new_reaction"] == [{"type": "emoji", "emoji": "🔥"}]
    assert second["actor_chat"]["id"] == house.group
    assert "user" not in second


def test_reactions_in_a_channel_are_counted() -> None:
    house = build()
    house.call("getUpdates", allowed_updates=EVERY)
    post, _ = house.article()
    for person, emoji in ((house.ana, "👍"), (house.ben, "👍"), (house.owner, "🔥")):
        house.side.person_reacts(person, house.channel, post, emoji)
    assert house.fresh() == []
    assert house.side.release_counts() == 1
    (update,) = heard(house)
    counted = update["message_reaction_count"]
    assert [(one["type"]["emoji"], one["total_count"]) for one in counted["reactions"]] == [
        ("👍", 2),
        ("🔥", 1),
    ]
    assert house.side.release_counts() == 0


def test_an_invisible_edit_shows_the_message_as_it_was() -> None:
    house = build()
    said = house.side.person_posts(house.ana, house.group, "x")
    house.fresh()
    house.side.edits_invisibly(house.group, said["message_id"])
    (update,) = heard(house)
    assert update["edited_message"] == said
    house.world.clock.advance(86_401)
    house.side.edits_invisibly(house.group, said["message_id"])
    assert house.fresh() == []


def test_a_group_that_becomes_a_supergroup() -> None:
    house = build()
    old = house.side.add_group("Small", basic=True, owner=house.owner)
    house.side.join(old, house.bot)
    house.side.make_admin(old, house.bot)
    said = house.side.person_posts(house.ana, old, "before")["message_id"]
    house.fresh()
    new = house.side.migrate(old)
    left, came = (update["message"] for update in heard(house))
    assert (left["chat"]["id"], left["migrate_to_chat_id"]) == (old, new)
    assert (came["chat"]["id"], came["migrate_from_chat_id"]) == (new, old)
    with_parameters = fails(lambda: house.call("sendMessage", chat_id=old, text="x"))
    assert with_parameters == "400 Bad Request: group chat was upgraded to a supergroup chat"
    assert house.side.message(old, said) is not None
    for answered in range(said, said + 5):
        reply = {"message_id": answered}
        if house.side.message(new, answered) is None:
            call = partial(house.call, "sendMessage", chat_id=new, text="x", reply_parameters=reply)
            assert fails(call) == "400 Bad Request: message to be replied not found"
    assert house.call("sendMessage", chat_id=new, text="after")["chat"]["id"] == new
    assert house.side.texts(new) == ["after"]
    assert house.side.texts(old) == ["before"]
