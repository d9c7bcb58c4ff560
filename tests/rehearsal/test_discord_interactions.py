"""The rehearsal's Discord without sockets: commands, buttons, modals and their responses."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest

from bots.rehearsal.discord import ApiError, Interaction, NotPossible, Permission, files
from bots.rehearsal.discord.writing import Attached
from tests.rehearsal.discord_house import TOKEN, WANTED, House, house

COMMANDS = [
    {
        "name": "approve",
        "description": "Approve a comment",
        "options": [
            {"name": "target", "description": "Which", "type": 3, "required": True},
            {"name": "count", "description": "How many", "type": 4},
        ],
    },
    {
        "name": "thread",
        "description": "A thread's state",
        "default_member_permissions": str(int(Permission.MANAGE_THREADS)),
        "options": [{"name": "lock", "description": "Lock it", "type": 1, "options": []}],
    },
    {"name": "Reply to this", "type": 3},
]
BUTTONS: list[dict[str, Any]] = [
    {"type": 1, "components": [{"type": 2, "style": 1, "label": "Approve", "custom_id": "a:1"}]},
    {
        "type": 1,
        "components": [
            {
                "type": 3,
                "custom_id": "why",
                "options": [{"label": "Rude", "value": "rude"}, {"label": "Spam", "value": "spam"}],
            }
        ],
    },
]
TEXT = {"type": 4, "style": 2, "custom_id": "text", "max_length": 20}


def register(h: House) -> None:
    h.call("PUT", f"/applications/{h.bot}/commands", COMMANDS)


def card(h: House) -> str:
    return str(h.send(h.text, "A card", components=BUTTONS)["id"])


def respond(h: House, made: Interaction, kind: int, data: Any = None, **query: Any) -> Any:
    body = {"type": kind, "data": data}
    path = f"/interactions/{made.id}/{made.doc['token']}/callback"
    return h.call("POST", path, body, **query)


def follow(h: House, made: Interaction, method: str, tail: str = "", json: Any = None) -> Any:
    return h.call(method, f"/webhooks/{h.bot}/{made.doc['token']}{tail}", json)


def test_a_press_reaches_the_bot_and_its_answer_only_its_person() -> None:
    with house() as h:
        session = h.side.connect(TOKEN, WANTED)
        message = card(h)
        made = h.side.person_presses(h.ana, message, "Approve")
        told = session.buffer[-1]
        assert (told.t, told.d["type"], told.d["data"]["custom_id"]) == (
            "INTERACTION_CREATE",
            3,
            "a:1",
        )
        assert told.d["message"]["id"] == message
        assert (told.d["member"]["user"]["id"], told.d["locale"]) == (h.ana, "es-ES")
        answer = respond(h, made, 4, {"content": "Done", "flags": 64}, with_response="true")
        assert answer["interaction"]["response_message_ephemeral"]
        assert answer["resource"]["message"]["content"] == "Done"
        assert made.text == "Done"
        assert h.side.texts(h.text) == ["A card"]
        assert [m["content"] for m in h.side.visible_to(h.ana, h.text)] == ["A card", "Done"]
        assert len(h.side.visible_to(h.ben, h.text)) == 1
        assert [m["content"] for m in h.side.ephemeral_to(h.ana)] == ["Done"]
        assert session.buffer[-1] is told
        shown = made.messages[0]["id"]
        h.fails(10008, "GET", f"/channels/{h.text}/messages/{shown}")


def test_the_first_response_comes_once_and_within_three_seconds() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        respond(h, made, 6)
        with pytest.raises(ApiError) as twice:
            respond(h, made, 6)
        assert twice.value.code == 40060
        late = h.side.person_presses(h.ana, card(h), "a:1")
        h.world.clock.advance(3.5)
        assert late.failed
        with pytest.raises(ApiError) as unknown:
            respond(h, late, 6)
        assert unknown.value.code == 10062
        with pytest.raises(ApiError) as early:
            follow(h, late, "POST", json={"content": "x"})
        assert early.value.code == 10015


def test_a_deferred_response_is_filled_and_keeps_its_audience() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        respond(h, made, 5, {"flags": 64})
        assert made.loading
        h.world.clock.advance(60)
        follow(h, made, "PATCH", "/messages/@original", {"content": "Now"})
        assert (made.loading, made.text) == (False, "Now")
        assert h.side.texts(h.text) == ["A card"]
        follow(h, made, "POST", json={"content": "More", "flags": 64})
        assert made.text == "Now\nMore"
        h.world.clock.advance(900)
        with pytest.raises(ApiError) as over:
            follow(h, made, "POST", json={"content": "x"})
        assert (over.value.status, over.value.code) == (401, 50027)


def test_the_first_follow_up_fills_what_is_still_loading() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        respond(h, made, 5)
        assert h.side.messages(h.text)[-1]["flags"] & 128
        follow(h, made, "POST", json={"content": "Public"})
        assert h.side.texts(h.text) == ["A card", "Public"]
        follow(h, made, "DELETE", "/messages/@original")
        assert h.side.texts(h.text) == ["A card"]


def test_an_update_changes_the_message_that_was_pressed() -> None:
    with house() as h:
        message = card(h)
        made = h.side.person_presses(h.mod, message, "a:1")
        respond(h, made, 7, {"content": "Approved by Mod", "components": []})
        assert h.side.texts(h.text) == ["Approved by Mod"]
        with pytest.raises(NotPossible):
            h.side.person_presses(h.ben, message, "a:1")
        assert made.messages == []


def test_a_menu_takes_what_it_offers() -> None:
    with house() as h:
        message = card(h)
        made = h.side.person_presses(h.mod, message, "why", values=("spam",))
        assert made.doc["data"]["values"] == ["spam"]
        with pytest.raises(NotPossible):
            h.side.person_presses(h.mod, message, "why", values=("other",))
        with pytest.raises(NotPossible):
            h.side.person_presses(h.mod, message, "no such button")


@pytest.mark.parametrize(
    "part",
    [
        {"type": 1, "components": [{**TEXT, "label": "Your comment"}]},
        {"type": 18, "label": "Your comment", "component": TEXT},
    ],
)
def test_a_modal_opens_and_is_sent_back_filled_in(part: dict[str, Any]) -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        respond(h, made, 9, {"title": "Comment", "custom_id": "c:1", "components": [part]})
        assert made.modal is not None
        with pytest.raises(NotPossible):
            h.side.person_submits(h.ana, made, {"text": "x" * 21})
        with pytest.raises(NotPossible):
            h.side.person_submits(h.ana, made, {"text": ""})
        with pytest.raises(NotPossible):
            h.side.person_submits(h.ana, made, {"other": "x"})
        sent = h.side.person_submits(h.ana, made, {"text": "Hello"})
        data = sent.doc["data"]
        inner = data["components"][0].get("component") or data["components"][0]["components"][0]
        assert (data["custom_id"], inner["value"]) == ("c:1", "Hello")
        with pytest.raises(ApiError) as again:
            respond(h, sent, 9, {"title": "x", "custom_id": "x", "components": [part]})
        assert again.value.code == 50035
        respond(h, sent, 4, {"content": "Thank you", "flags": 64})
        trigger = sent.messages[0]["interaction_metadata"]["triggering_interaction_metadata"]
        assert trigger["id"] == made.id


def test_files_in_a_modal_are_there_for_as_long_as_the_interaction() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        upload = {"type": 19, "custom_id": "files", "min_values": 1, "max_values": 2}
        part = {"type": 18, "label": "Pictures", "component": upload}
        respond(h, made, 9, {"title": "Comment", "custom_id": "c:1", "components": [part]})
        one = Attached("harbour.png", b"\x89PNG", spoiler=True)
        for wrong in ((), (one, one, one), (Attached("film.mp4", b"x", size=11 << 20),)):
            with pytest.raises(NotPossible):
                h.side.person_submits(h.ana, made, {"files": wrong})
        sent = h.side.person_submits(h.ana, made, {"files": [one]})
        data = sent.doc["data"]
        [number] = data["components"][0]["component"]["values"]
        shown = data["resolved"]["attachments"][number]
        assert (shown["filename"], shown["ephemeral"]) == ("SPOILER_harbour.png", True)
        path, _, query = shown["url"].partition("?")
        asked = path.removeprefix(h.side.state.cdn), dict(parse_qsl(query))
        assert files.served(h.side.state, *asked)["filename"] == "SPOILER_harbour.png"
        h.world.clock.advance(901)
        with pytest.raises(ApiError):
            files.served(h.side.state, *asked)


def test_a_modal_has_its_limits() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        part = {"type": 18, "label": "x" * 46, "component": TEXT}
        with pytest.raises(ApiError) as wrong:
            respond(h, made, 9, {"title": "t" * 46, "custom_id": "c", "components": [part]})
        errors = wrong.value.body()["errors"]["data"]
        assert set(errors) == {"title", "components"}
        upload = {"type": 19, "custom_id": "f", "min_values": 0, "max_values": 11}
        part = {"type": 18, "label": "Files", "component": upload}
        with pytest.raises(ApiError) as many:
            respond(h, made, 9, {"title": "t", "custom_id": "c", "components": [part]})
        assert set(many.value.body()["errors"]["data"]["components"]["0"]["component"]) == {
            "min_values",
            "max_values",
        }


def test_errors_of_a_response_are_told_below_its_data() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        with pytest.raises(ApiError) as wrong:
            respond(h, made, 4, {"content": "x" * 2001})
        assert set(wrong.value.body()["errors"]) == {"data"}
        respond(h, made, 4, {"content": "short"})


def test_a_slash_command_checks_its_options() -> None:
    with house() as h:
        register(h)
        made = h.side.person_commands(h.ana, h.text, "approve", {"target": "#1", "count": 2})
        options = {o["name"]: o["value"] for o in made.doc["data"]["options"]}
        assert options == {"target": "#1", "count": 2}
        respond(h, made, 4, {"content": "ok"})
        assert h.side.messages(h.text)[-1]["type"] == 20
        for wrong in ({}, {"target": 5}, {"target": "x", "other": "y"}):
            with pytest.raises(NotPossible):
                h.side.person_commands(h.ana, h.text, "approve", wrong)
        with pytest.raises(NotPossible):
            h.side.person_commands(h.ana, h.text, "nothing")


def test_a_command_is_shown_to_who_may_use_it() -> None:
    with house() as h:
        register(h)
        made = h.side.person_commands(h.mod, h.text, "thread lock")
        assert made.doc["data"]["options"][0]["name"] == "lock"
        with pytest.raises(NotPossible):
            h.side.person_commands(h.ana, h.text, "thread lock")


def test_a_message_command_carries_its_message_even_without_the_content_intent() -> None:
    with house() as h:
        register(h)
        h.side.set_intents(h.bot, 0)
        said = h.side.person_posts(h.ben, h.text, "What is this?")["id"]
        made = h.side.person_uses_menu(h.ana, "Reply to this", said)
        data = made.doc["data"]
        assert data["target_id"] == said
        assert data["resolved"]["messages"][said]["content"] == "What is this?"


def test_commands_keep_their_ids_when_they_are_registered_again() -> None:
    with house() as h:
        register(h)
        path = f"/applications/{h.bot}/commands"
        before = {c["name"]: c["id"] for c in h.call("GET", path)}
        h.call("PUT", path, COMMANDS[:1])
        after = {c["name"]: c["id"] for c in h.call("GET", path)}
        assert after == {"approve": before["approve"]}
        own = f"/applications/{h.bot}/guilds/{h.guild}/commands"
        h.call("PUT", own, [{"name": "here", "description": "x"}])
        assert [c["guild_id"] for c in h.call("GET", own)] == [h.guild]
        h.fails(50035, "PUT", path, [{"name": "Not Lower", "description": "x"}])
        h.fails(50035, "PUT", path, [{"name": "x", "description": ""}])
        h.fails(50035, "PUT", path, [COMMANDS[0], COMMANDS[0]])
        many = [{"name": f"m{n}", "type": 3} for n in range(16)]
        h.fails(30032, "PUT", path, many)


def test_autocomplete_offers_choices() -> None:
    with house() as h:
        register(h)
        made = h.side.person_types(h.ana, h.text, "approve", "target", "#")
        respond(h, made, 8, {"choices": [{"name": "#1", "value": "1"}]})
        assert made.choices == [{"name": "#1", "value": "1"}]


def test_an_ephemeral_message_can_be_pressed_by_its_person_alone() -> None:
    with house() as h:
        made = h.side.person_presses(h.ana, card(h), "a:1")
        respond(h, made, 4, {"content": "Sure?", "flags": 64, "components": BUTTONS[:1]})
        shown = made.messages[0]["id"]
        with pytest.raises(NotPossible):
            h.side.person_presses(h.ben, shown, "a:1")
        again = h.side.person_presses(h.ana, shown, "a:1")
        respond(h, again, 7, {"content": "Yes", "components": []})
        assert made.text == "Yes"


def test_a_press_in_a_direct_chat_has_a_user_and_no_member() -> None:
    with house() as h:
        session = h.side.connect(TOKEN, WANTED)
        chat = h.side.direct_chat(h.ana, h.bot)
        message = h.send(chat, "Choose", components=BUTTONS[:1])["id"]
        made = h.side.person_presses(h.ana, message, "Approve")
        told = session.buffer[-1].d
        assert (told["user"]["id"], "member" in told, told["context"]) == (h.ana, False, 1)
        respond(h, made, 4, {"content": "ok"})
        assert h.side.texts(chat) == ["Choose", "ok"]
