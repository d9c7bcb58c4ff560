"""From Discord's payloads to events: what is a comment, whose it is, what it answers."""

from __future__ import annotations

from typing import Any

import pytest

from bots.discord import convert, ids
from bots.discord.convert import Me, Where
from bots.discord.permissions import Permission, in_channel, moderates

ME = Me("9", {"99"})
WHERE = Where("5", "7")
SNOWFLAKE = str((1_700_000_000_000 - ids.EPOCH_MS) << 22)


def message(**more: Any) -> dict[str, Any]:
    return {
        "id": SNOWFLAKE,
        "channel_id": "7",
        "guild_id": "1",
        "type": 0,
        "content": "Hello <@3> in <#4>",
        "author": {"id": "2", "username": "ana", "global_name": "Ana B"},
        "member": {"nick": "Annie", "roles": []},
        "mentions": [{"id": "3", "username": "bob", "member": {"nick": "Bobby"}}],
        "mention_channels": [{"id": "4", "name": "general"}],
        **more,
    }


def test_a_comment_has_its_writers_nickname_its_time_and_readable_mentions() -> None:
    event = convert.posted(message(), WHERE, ME)
    assert event is not None
    assert (event.place, event.thread, event.message) == ("5", "7", f"7/{SNOWFLAKE}")
    assert (event.person.identity, event.person.name) == ("2", "Annie")
    assert event.at == 1_700_000_000.0
    assert event.text.text == "Hello @Bobby in #general"
    assert event.reply_to is None


@pytest.mark.parametrize(
    "change",
    [
        {"type": 18},
        {"type": 21},
        {"type": 6},
        {"author": {"id": "2", "username": "b", "bot": True}},
        {"webhook_id": "44"},
        {"author": {"id": "2", "username": "d", "system": True}},
    ],
)
def test_system_messages_bots_and_webhooks_are_no_comments(change: dict[str, Any]) -> None:
    assert convert.posted(message(**change), WHERE, ME) is None
    assert convert.edited(message(**change), WHERE) is None


def test_an_update_without_author_or_content_is_skipped() -> None:
    assert convert.edited({"id": "1", "channel_id": "7", "embeds": []}, WHERE) is None
    told = message(edited_timestamp="2023-11-14T22:13:25.500000+00:00")
    event = convert.edited(told, WHERE)
    assert event is not None
    assert event.at == 1_700_000_005.5
    told.pop("content")
    assert convert.edited(told, WHERE) is None


def test_a_reply_names_what_it_answers_and_our_number() -> None:
    reference = {"message_id": "70", "channel_id": "7"}
    ours = {"id": "70", "content": "**#31 Ana** · Telegram\nx #5", "author": {"id": "9"}}
    event = convert.posted(
        message(type=19, message_reference=reference, referenced_message=ours), WHERE, ME
    )
    assert event is not None
    assert (event.reply_to, event.reply_number) == ("7/70", 31)
    by_webhook = {**ours, "author": {"id": "99"}}
    assert convert.number_of(by_webhook, ME) == 31
    somebody = {**ours, "author": {"id": "2"}}
    assert convert.number_of(somebody, ME) is None


def test_a_reply_to_the_starter_answers_the_thread() -> None:
    forum = message(message_reference={"message_id": "7", "channel_id": "7"})
    text = message(
        message_reference={"message_id": "70", "channel_id": "7"},
        referenced_message={"id": "70", "type": 21},
    )
    for payload in (forum, text):
        event = convert.posted(payload, WHERE, ME)
        assert event is not None
        assert event.reply_to is None


def test_a_forwarded_message_is_read_and_is_no_reply() -> None:
    payload = message(
        content="",
        message_reference={"type": 1, "message_id": "70", "channel_id": "8"},
        message_snapshots=[{"message": {"content": "passed **on**"}}],
    )
    event = convert.posted(payload, WHERE, ME)
    assert event is not None
    assert event.text.text == "passed on"
    assert event.reply_to is None


def test_attachments_are_named_by_kind() -> None:
    payload = message(
        attachments=[
            {"filename": "a.png", "content_type": "image/png", "size": 5, "url": "u"},
            {"filename": "b.gif", "content_type": "image/gif"},
            {"filename": "c.pdf"},
        ],
        sticker_items=[{"id": "1", "name": "wave"}],
        poll={"question": {"text": "Which?"}},
    )
    kinds = [a.kind for a in convert.attachments(payload)]
    assert kinds == ["photo", "animation", "file", "sticker", "poll"]
    voice = message(flags=1 << 13, attachments=[{"filename": "v", "content_type": "audio/ogg"}])
    assert convert.attachments(voice)[0].kind == "voice"


def test_deletions_one_and_many() -> None:
    one = convert.deleted({"id": "1", "channel_id": "7"}, "5", 3.0)
    many = convert.deleted({"ids": ["1", "2"], "channel_id": "7"}, "5", 3.0)
    assert one.messages == ("7/1",)
    assert many.messages == ("7/1", "7/2")


def test_words_in_the_direct_chat() -> None:
    said = convert.direct(message(content="/help"))
    assert said is not None
    assert (said.argument, said.private, said.place) == ("/help", True, None)


def interaction(kind: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    member = {"user": {"id": "2", "username": "ana"}, "permissions": str(1 << 13), "nick": None}
    return {
        "id": SNOWFLAKE,
        "token": "t",
        "type": kind,
        "channel_id": "7",
        "guild_id": "1",
        "locale": "es-ES",
        "member": member,
        "data": data,
        **more,
    }


def test_a_command_puts_its_target_first() -> None:
    options = [{"name": "text", "value": "spam"}, {"name": "comment", "value": "#12"}]
    data = {"type": 1, "name": "reject", "options": options}
    event = convert.invoked(interaction(2, data), WHERE, ME)
    assert event is not None
    assert (event.command, event.argument) == ("reject", "#12 spam")
    assert event.person.admin
    assert event.person.language == "es-ES"


def test_a_menu_in_any_language_is_its_command() -> None:
    chosen = {"id": "70", "channel_id": "7", "content": "#4 x", "author": {"id": "9"}}
    data = {
        "type": 3,
        "name": "Approve",
        "target_id": "70",
        "resolved": {"messages": {"70": chosen}},
    }
    event = convert.invoked(interaction(2, data), WHERE, ME)
    assert event is not None
    assert (event.command, event.message, event.reply_number) == ("approve", "7/70", 4)


@pytest.mark.parametrize("labelled", [True, False])
def test_a_submitted_form(labelled: bool) -> None:
    field = {"type": 4, "custom_id": "text", "value": "a **b**"}
    whole = {"type": 18, "component": field} if labelled else {"type": 1, "components": [field]}
    data = {"custom_id": "c-1", "components": [whole]}
    event = convert.invoked(interaction(5, data), WHERE, ME)
    assert event is not None
    assert event.fields == {"text": "a **b**"}
    assert event.text.text == "a b"


def test_files_of_a_submitted_form() -> None:
    """In the person's order; what no field chose, or nothing is known of, is none of theirs."""
    upload = {"type": 19, "custom_id": "files", "values": ["51", "50", "9"]}
    field = {"type": 4, "custom_id": "text", "value": ""}
    files = {
        number: {"id": number, "filename": f"{number}.png", "size": 7, "url": f"https://x/{number}"}
        for number in ("50", "51", "52")
    }
    data = {
        "custom_id": "c-1",
        "components": [{"type": 18, "component": one} for one in (field, upload)],
        "resolved": {"attachments": files},
    }
    event = convert.invoked(interaction(5, data), WHERE, ME)
    assert event is not None
    assert event.fields == {"text": ""}
    assert [(a.kind, a.key, a.size) for a in event.attachments] == [
        ("photo", "51", 7),
        ("photo", "50", 7),
    ]


def test_a_command_in_the_direct_chat_is_private() -> None:
    payload = interaction(2, {"type": 1, "name": "help"}, user={"id": "2", "username": "ana"})
    payload.pop("member")
    event = convert.invoked(payload, None, ME)
    assert event is not None
    assert event.private
    assert not event.person.admin


def test_an_autocomplete_is_nothing_to_us() -> None:
    assert convert.invoked(interaction(4, {"name": "x"}), WHERE, ME) is None


def test_places_and_links() -> None:
    assert ids.place_of("<#123>") == "123"
    assert ids.place_of(" https://discord.com/channels/1/123/5 ") == "123"
    assert ids.place_of("general") == ""
    assert ids.locate("https://discord.com/channels/1/7/70") == ("7", "7/70")
    assert ids.locate("https://discord.com/channels/1/7") == ("7", "7/7")
    assert ids.locate("https://example.org/channels/1/7/70") is None
    assert ids.link("1", "2", "3") == "https://discord.com/channels/1/2/3"
    assert ids.address("5", "https://discord.com/channels/1/5", "7", "7/70") == ids.link(
        "1", "7", "70"
    )
    assert ids.address("5", "", "7", "7/70") == ""
    assert ids.link("", "2") == ""
    assert ids.of_message("7/70") == ("7", "70")


def test_permissions_follow_roles_then_overwrites() -> None:
    view, write = int(Permission.VIEW_CHANNEL), int(Permission.SEND_MESSAGES)
    manage = int(Permission.MANAGE_MESSAGES)
    guild = {"id": "1", "owner_id": "50", "roles": {"1": str(view | write), "6": str(manage)}}
    rules = [
        {"id": "1", "allow": "0", "deny": str(write)},
        {"id": "2", "allow": str(write), "deny": "0"},
    ]
    assert not in_channel(guild, rules, "3", ()) & write
    assert in_channel(guild, rules, "2", ()) & write
    assert moderates(in_channel(guild, rules, "3", ("6",)))
    assert moderates(in_channel(guild, rules, "50", ()))
    hidden = [{"id": "1", "allow": "0", "deny": str(view)}]
    assert in_channel(guild, hidden, "3", ("6",)) == 0


def test_the_number_of_a_copy_stands_at_its_head_and_nowhere_else() -> None:
    def number(content: str, **more: object) -> int | None:
        return convert.number_of({"author": {"id": "9"}, "content": content, **more}, ME)

    assert number("#12 **Ana** · Telegram\n> #7 Ben: words") == 12
    assert number("**#12 · Telegram**\nwords") == 12
    assert number("further words, see #7") is None
    assert number("-# [↪](https://discord.com/channels/1/2/3)\n**#12 · Telegram**") == 12
    assert number("-# [↪](https://discord.com/channels/1/2/3)\nfurther words") is None
    assert number("#12", author={"id": "8"}) is None


def test_a_message_of_a_webhook_of_ours_is_known_by_its_application() -> None:
    me = Me("9", application="5")
    told = {"author": {"id": "77"}, "webhook_id": "77", "content": "**#3 · Telegram**"}
    assert me.wrote({**told, "application_id": "5"})
    assert not me.wrote({**told, "application_id": "6"})
    assert not me.wrote(told)


def test_our_own_mark_is_no_readers_reaction() -> None:
    told = message(
        reactions=[
            {"emoji": {"id": None, "name": "⭐"}, "count": 1, "me": True},
            {"emoji": {"id": None, "name": "👍"}, "count": 3, "me": True},
            {"emoji": {"id": "5", "name": "cat"}, "count": 1, "me": False},
        ]
    )
    assert convert.reacted(told, "5").counts == {"👍": 2, "cat": 1}
