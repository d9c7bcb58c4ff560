"""Texts, captions, entities and keyboards at the edge of what the platform takes."""

from __future__ import annotations

from typing import Any

import pytest

from bots.rehearsal.telegram import ApiError, Upload
from bots.rehearsal.telegram.entities import formatted, utf16_length, valid_link
from bots.rehearsal.telegram.pictures import jpeg
from tests.rehearsal.telegram_house import build


def refused(text: str, entities: list[dict[str, Any]] | None = None, mode: str = "") -> str:
    with pytest.raises(ApiError) as caught:
        formatted(text, entities, mode)
    return caught.value.description.removeprefix("Bad Request: ")


def test_html() -> None:
    text, entities = formatted(
        '<b>Bold <i>both</i></b> &lt;tag&gt; <a href="https://a.org/?x=1&amp;y=2">link</a> '
        '<pre><code class="language-py">1 &lt; 2</code></pre><tg-spoiler>s</tg-spoiler>'
        "<blockquote expandable>q</blockquote>😀<u>u</u>",
        None,
        "HTML",
    )
    assert text == "Bold both <tag> link 1 < 2sq😀u"
    assert entities == [
        {"type": "bold", "offset": 0, "length": 9},
        {"type": "italic", "offset": 5, "length": 4},
        {"type": "text_link", "offset": 16, "length": 4, "url": "https://a.org/?x=1&y=2"},
        {"type": "pre", "offset": 21, "length": 5, "language": "py"},
        {"type": "spoiler", "offset": 26, "length": 1},
        {"type": "expandable_blockquote", "offset": 27, "length": 1},
        {"type": "underline", "offset": 30, "length": 1},
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("é<p>x</p>", 'can\'t parse entities: Unsupported start tag "p" at byte offset 2'),
        ("<b>x", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("1 < 2", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        (
            "<b><i>x</b></i>",
            "can't parse entities: Unmatched end tag at byte offset 7, "
            'expected "</i>", found "</b>"',
        ),
    ],
)
def test_html_that_cannot_be_parsed(source: str, text: str) -> None:
    assert refused(source, mode="HTML") == text


def test_what_the_server_finds_by_itself() -> None:
    text = "/queue 😀 @ana_reads see https://a.org/x. and b.org, #Report at 5:44 or a@b.org"
    found = {}
    raw = text.encode("utf-16-le")
    for entity in formatted(text, None, None)[1]:
        start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
        found[raw[start:end].decode("utf-16-le")] = entity["type"]
    assert found == {
        "/queue": "bot_command",
        "@ana_reads": "mention",
        "https://a.org/x": "url",
        "b.org": "url",
        "#Report": "hashtag",
        "a@b.org": "email",
    }


def test_nothing_is_found_in_code_and_no_links_without_a_host() -> None:
    code = {"type": "code", "offset": 0, "length": 5}
    assert formatted("@anna http://localhost/x #1", [code], None)[1] == [code]
    assert formatted("x", [{"type": "text_link", "offset": 0, "length": 1, "url": "no"}], None) == (
        "x",
        [],
    )
    assert valid_link("http://127.0.0.1:8080/a")
    assert not valid_link("http://localhost:8080/a")


def test_entities_are_checked_trimmed_and_capped() -> None:
    bold = {"type": "bold", "offset": 0, "length": 9}
    assert refused("short", [bold]).startswith("entity beginning at UTF-16 offset 0 ends after")
    assert "middle of a UTF-16 symbol" in refused("😀😀", [{**bold, "length": 1}])
    assert refused("x", [{**bold, "type": "blink"}]).startswith("can't parse MessageEntity")
    assert formatted("  ab \n", [{"type": "bold", "offset": 0, "length": 6}], None) == (
        "ab",
        [{"type": "bold", "offset": 0, "length": 2}],
    )
    many = [{"type": "bold", "offset": n, "length": 1} for n in range(150)]
    assert len(formatted("x" * 150, many, None)[1]) == 100


def test_styles_end_around_code() -> None:
    bold = {"type": "bold", "offset": 0, "length": 9}
    code = {"type": "code", "offset": 3, "length": 3}
    inside = {"type": "italic", "offset": 4, "length": 1}
    assert formatted("abc def g", [bold, code, inside], None)[1] == [
        {"type": "bold", "offset": 0, "length": 3},
        code,
        {"type": "bold", "offset": 6, "length": 3},
    ]


def test_lengths_are_counted_in_utf16_units() -> None:
    house = build()

    def send(text: str) -> Any:
        return house.call("sendMessage", chat_id=house.group, text=text)

    assert utf16_length(send("😀" * 2048)["text"]) == 4096
    for text, error in (
        ("😀" * 2048 + "x", "message is too long"),
        (" \n", "message text is empty"),
    ):
        with pytest.raises(ApiError, match=error):
            send(text)
    photo = {"chat_id": house.group, "photo": Upload("p.jpg", "image/jpeg", jpeg(8, 8))}
    house.call("sendPhoto", **photo, caption="<b>" + "x" * 1024 + "</b>", parse_mode="HTML")
    with pytest.raises(ApiError, match="message caption is too long"):
        house.call("sendPhoto", **photo, caption="x" * 1025)


@pytest.mark.parametrize(
    ("button", "error"),
    [
        ({"text": "a", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "a", "url": "nowhere"}, "is invalid: Wrong HTTP URL"),
        ({"text": "", "callback_data": "x"}, "must be non-empty"),
        ({"text": "a", "web_app": {"url": "https://a.org"}}, "BUTTON_TYPE_INVALID"),
    ],
)
def test_buttons_that_are_refused(button: dict[str, Any], error: str) -> None:
    house = build()
    keyboard = {"inline_keyboard": [[button]]}
    with pytest.raises(ApiError, match=error):
        house.call("sendMessage", chat_id=house.group, text="x", reply_markup=keyboard)


def test_copies_forwards_and_the_small_methods() -> None:
    house = build()
    said = house.side.person_posts(house.ana, house.group, "said")["message_id"]
    source = {"chat_id": house.group, "from_chat_id": house.group, "message_id": said}
    copied = house.call("copyMessage", **source)["message_id"]
    forwarded = house.call("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["id"] == house.ana
    assert house.side.texts(house.group) == ["said"] * 3
    where = {"chat_id": house.group, "message_id": copied}
    assert house.call("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert house.side.reactions(house.group, copied)[house.bot]
    assert house.call("pinChatMessage", **where)
    assert house.call("getChat", chat_id=house.group)["pinned_message"]["message_id"] == copied
    assert house.call("unpinChatMessage", **where)
    assert house.call("sendChatAction", chat_id=house.group, action="typing")
    commands = [{"command": "queue", "description": "what waits"}]
    house.call("setMyCommands", commands=commands, scope={"type": "all_chat_administrators"})
    assert house.call("getMyCommands") == []
    scope = {"type": "all_chat_administrators"}
    assert house.call("getMyCommands", scope=scope) == commands
    house.call("deleteMyCommands", scope=scope)
    assert house.call("getMyCommands", scope=scope) == []
    house.call("setChatPermissions", chat_id=house.group, permissions={})
    assert not house.call("getChat", chat_id=house.group)["permissions"]["can_send_messages"]
