"""Raw updates to events, without any server."""

from __future__ import annotations

from typing import Any

import pytest

from bots.telegram.convert import (
    ANONYMOUS_ADMIN,
    CHANNEL_BOT,
    Admin,
    Handle,
    Known,
    Me,
    chat_of,
    convert,
)
from core.events import Attachment, Edited, Invoked, Moved, Person, Posted, ThreadOpened
from core.text.model import Rich, Span, Style

ME = Me(42, "thread_bot")
GROUP = {"id": -100777, "type": "supergroup", "title": "Talk"}
RITA = {
    "id": 9,
    "is_bot": False,
    "first_name": "Rita",
    "last_name": "Roe",
    "language_code": "es",
}
ROOT = {
    "message_id": 55,
    "date": 1000,
    "chat": GROUP,
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
    "sender_chat": {"id": -100111, "type": "channel", "title": "The Harbour"},
    "is_automatic_forward": True,
    "forward_origin": {
        "type": "channel",
        "date": 999,
        "chat": {"id": -100111, "type": "channel"},
        "message_id": 5,
    },
    "text": "Harbour deal",
}


def message(**more: Any) -> dict[str, Any]:
    base = {"message_id": 60, "date": 2000, "chat": GROUP, "from": RITA, "text": "Hello"}
    return {"update_id": 1, "message": {**base, **more}}


def one(update: dict[str, Any], **known: Any) -> Any:
    (event,) = convert(update, Known(ME, **known))
    return event


def comment(**more: Any) -> dict[str, Any]:
    return message(message_thread_id=55, reply_to_message=ROOT, **more)


def ours(text: str) -> dict[str, Any]:
    sender = {"id": 42, "is_bot": True, "first_name": "Thread"}
    return {"message_id": 58, "date": 1500, "chat": GROUP, "from": sender, "text": text}


def test_an_automatic_forward_opens_a_thread() -> None:
    assert one({"update_id": 1, "message": ROOT}) == ThreadOpened(
        platform="telegram",
        announce_place="-100111",
        announce_message="5",
        place="-100777",
        thread="55",
        message="55",
        text="Harbour deal",
        at=1000.0,
        link="https://t.me/c/111/5",
    )


def test_a_forward_of_a_rich_message_tells_its_words() -> None:
    paragraph = {"type": "paragraph", "text": "Harbour deal"}
    root = {**ROOT, "rich_message": {"blocks": [paragraph]}}
    del root["text"]
    assert one({"update_id": 1, "message": root}).text == "Harbour deal"


def test_a_comment_with_all_that_it_tells() -> None:
    opened, posted = convert(comment(), Known(ME))
    assert isinstance(opened, ThreadOpened)
    assert opened.thread == "55"
    assert posted == Posted(
        platform="telegram",
        place="-100777",
        thread="55",
        message="60",
        person=Person("9", "Rita Roe", "es"),
        text=Rich("Hello"),
        at=2000.0,
        link="https://t.me/c/777/60?thread=55",
    )


def test_a_known_root_is_not_told_again() -> None:
    posted = one(comment(), roots={("-100777", "55")})
    assert isinstance(posted, Posted)


def test_a_reply_names_its_parent_and_our_number() -> None:
    posted = one(message(message_thread_id=55, reply_to_message=ours("#12 Ana · Discord\nYes")))
    assert (posted.reply_to, posted.reply_number) == ("58", 12)


@pytest.mark.parametrize("text", ["Ana #12", "#x", "3 comments wait", "#12345678901"])
def test_other_words_of_ours_carry_no_number(text: str) -> None:
    assert one(message(message_thread_id=55, reply_to_message=ours(text))).reply_number is None


def test_a_number_in_a_readers_message_says_nothing() -> None:
    theirs = {**ours("#12 it is"), "from": RITA}
    assert one(message(message_thread_id=55, reply_to_message=theirs)).reply_number is None


def test_topics_have_threads_of_their_own_kind() -> None:
    created = {**ours(""), "message_id": 7, "forum_topic_created": {"name": "Deal"}}
    posted = one(message(message_thread_id=7, is_topic_message=True, reply_to_message=created))
    assert (posted.thread, posted.reply_to) == ("topic:7", None)


def test_outside_of_every_thread() -> None:
    assert one(message()).thread is None


def test_formatting_is_kept() -> None:
    bold = [{"type": "bold", "offset": 0, "length": 5}]
    assert one(message(entities=bold)).text == Rich("Hello", (Span(0, 5, Style.BOLD),))


def test_admins_are_who_is_listed() -> None:
    assert one(message(), admins={"9": Admin()}).person.admin
    assert not one(message(), admins={"10": Admin()}).person.admin


def test_an_anonymous_admin_is_nobody_in_particular() -> None:
    stand_in = {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group"}
    update = message(sender_chat=GROUP, author_signature="Editor", **{"from": stand_in})
    assert one(update).person == Person("", "Editor", admin=True, roles=("editor",))


def test_a_press_tells_what_an_admin_is_and_not_who_where_they_are_hidden() -> None:
    told = one(press(), admins={"9": Admin(owner=True, title="night desk")}).person
    assert (told.admin, told.owner, told.roles) == (True, True, ("night desk",))
    hidden = one(press(), admins={"9": Admin(owner=True, title="night desk", hidden=True)}).person
    assert hidden == Person("", "", told.language, True, True, ("night desk",))


def test_who_writes_as_a_channel_is_that_channel() -> None:
    stand_in = {"id": CHANNEL_BOT, "is_bot": True, "first_name": "Channel"}
    chat = {"id": -100999, "type": "channel", "title": "Loud"}
    update = message(sender_chat=chat, **{"from": stand_in})
    assert one(update).person == Person("-100999", "Loud")


def test_a_group_that_became_a_supergroup_has_moved() -> None:
    assert one(message(migrate_to_chat_id=-100888)) == Moved(
        "telegram", "-100777", "-100888", 2000.0
    )


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ({"type": "user", "sender_user": RITA, "date": 1}, ""),
        ({"type": "hidden_user", "sender_user_name": "Secret Source", "date": 1}, ""),
        ({"type": "chat", "sender_chat": {"id": -5, "title": "Town talk"}, "date": 1}, "Town talk"),
        (
            {"type": "channel", "chat": {"id": -6, "title": "News"}, "message_id": 3, "date": 1},
            "News",
        ),
        ({"type": "of a later release"}, ""),
    ],
)
def test_what_is_forwarded_names_chats_and_never_people(origin: dict[str, Any], shown: str) -> None:
    event = one(message(forward_origin=origin, forward_sender_name="Secret Source"))
    assert event.forwarded == shown
    assert "Secret" not in repr(event)
    assert one(message()).forwarded is None


def test_what_was_written_through_a_bot_says_so() -> None:
    bot = {"id": 5, "is_bot": True, "first_name": "Gif", "username": "gif"}
    posted = one(message(via_bot=bot))
    assert (posted.person.name, posted.via) == ("Rita Roe", "@gif")


def test_a_guest_bot_speaks_for_whoever_called_it() -> None:
    bot = {"id": 5, "is_bot": True, "first_name": "Guest", "username": "guest_bot"}
    called = one(message(**{"from": bot, "guest_bot_caller_user": RITA, "guest_query_id": "1"}))
    assert (called.person.identity, called.via) == ("9", "@guest_bot")
    loud = {"id": -100999, "type": "channel", "title": "Loud"}
    called = one(message(**{"from": bot, "guest_bot_caller_chat": loud}))
    assert (called.person, called.via) == (Person("-100999", "Loud"), "@guest_bot")


@pytest.mark.parametrize(
    "more",
    [
        {"from": {"id": 5, "is_bot": True, "first_name": "Other"}},
        {"new_chat_members": [RITA]},
        {"pinned_message": ROOT},
        {"migrate_from_chat_id": -888},
        {"text": "/stats@other_bot"},
    ],
)
def test_what_is_no_remark_says_nothing(more: dict[str, Any]) -> None:
    assert convert(message(**more), Known(ME)) == []


def test_unknown_updates_say_nothing() -> None:
    assert convert({"update_id": 1, "novelty": {}}, Known(ME)) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"photo": [{"file_id": "s", "file_size": 1}, {"file_id": "l", "file_size": 9}]},
            Attachment("photo", "", 9, "l"),
        ),
        (
            {
                "animation": {"file_id": "a", "file_name": "x.mp4"},
                "document": {"file_id": "a", "file_name": "x.mp4"},
            },
            Attachment("animation", "x.mp4", 0, "a"),
        ),
        (
            {"document": {"file_id": "d", "file_name": "deal.pdf", "file_size": 7}},
            Attachment("file", "deal.pdf", 7, "d"),
        ),
        (
            {"sticker": {"file_id": "s", "file_unique_id": "u", "emoji": "🦊"}},
            Attachment("sticker", "🦊", 0, "s", "u", mime="image/webp", words="🦊"),
        ),
        (
            {
                "sticker": {
                    "file_id": "s",
                    "emoji": "🦊",
                    "is_animated": True,
                    "thumbnail": {"file_id": "t", "file_unique_id": "tu"},
                }
            },
            Attachment("sticker", "🦊", 0, "t", "tu", words="🦊"),
        ),
        (
            {"sticker": {"file_id": "s", "emoji": "🦊", "is_video": True}},
            Attachment("sticker", "🦊", words="🦊"),
        ),
        (
            {
                "poll": {
                    "id": "1",
                    "question": "Who?",
                    "options": [{"text": "Ana\nB", "voter_count": 0}, {"text": "Ben"}],
                }
            },
            Attachment("poll", "Who?", words="Ana B\nBen"),
        ),
        (
            {"video_note": {"file_id": "v", "file_unique_id": "vu", "length": 240, "duration": 3}},
            Attachment("note", "", 0, "v", "vu", seconds=3, width=240, height=240),
        ),
        (
            {"photo": [{"file_id": "l", "file_size": 2**63}], "has_media_spoiler": True},
            Attachment("photo", "", 2**63, "l", spoiler=True),
        ),
        (
            {"venue": {"title": "Pier"}, "location": {"latitude": 1.0, "longitude": 2.0}},
            Attachment("location", "Pier"),
        ),
        ({"hologram": {"file_id": "h"}}, Attachment("other")),
    ],
)
def test_attachments(content: dict[str, Any], expected: Attachment) -> None:
    update = message(**content, caption="Look", media_group_id="77")
    del update["message"]["text"]
    posted = one(update)
    assert posted.attachments == (expected,)
    assert (posted.text, posted.album) == (Rich("Look"), "77")


def test_new_flags_and_numbers_of_a_message_are_no_attachment() -> None:
    assert one(message(is_notable=True, sender_level_count=5, weight=0.5)).attachments == ()


def test_a_rich_message_is_read_with_its_dress() -> None:
    paragraph = {"type": "paragraph", "text": ["One ", {"type": "bold", "text": "two"}]}
    quote = {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "three"}]}
    update = message(rich_message={"blocks": [paragraph, quote]})
    del update["message"]["text"]
    spans = (Span(4, 7, Style.BOLD), Span(9, 14, Style.QUOTE))
    assert one(update).text == Rich("One two\n\nthree", spans)


def test_a_checklist_is_read_as_a_list_whatever_is_ticked() -> None:
    done = {"id": 2, "text": "water", "completed_by_user": RITA, "completion_date": 2001}
    first = {
        "id": 1,
        "text": "see x",
        "text_entities": [{"type": "bold", "offset": 4, "length": 1}],
    }
    update = message(checklist={"title": "To do", "tasks": [first, done]})
    del update["message"]["text"]
    posted = one(update)
    spans = (Span(0, 5, Style.BOLD), Span(12, 13, Style.BOLD))
    assert posted.text == Rich("To do\n• see x\n• water", spans)
    assert posted.attachments == ()


def test_a_poll_comes_with_all_that_stands_beside_it() -> None:
    options = [{"text": "A", "media": {"location": {"latitude": 1.0}}}, {"text": "B"}]
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    about = {"description": "All of it", "description_entities": bold}
    media = {"photo": [{"file_id": "p"}]}
    update = message(poll={"question": "Who?", "options": options, **about, "media": media})
    del update["message"]["text"]
    posted = one(update)
    assert posted.text == Rich("All of it", (Span(0, 3, Style.BOLD),))
    assert [a.kind for a in posted.attachments] == ["poll", "photo", "location"]


def test_a_die_is_what_fell() -> None:
    update = message(dice={"emoji": "🎲", "value": 4})
    del update["message"]["text"]
    assert (one(update).text, one(update).attachments) == (Rich("🎲 4"), ())


def test_what_is_repeated_of_another_chat_is_a_part_of_the_remark() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Eve Canary"}
    quote = {"text": "loud words", "position": 0}
    posted = one(message(external_reply={"origin": origin}, quote=quote))
    assert posted.text == Rich("loud words\nHello", (Span(0, 10, Style.QUOTE),))
    assert "Canary" not in repr(posted)
    inside = message(reply_to_message={"message_id": 56, "chat": GROUP}, quote=quote)
    assert (one(inside).text, one(inside).quote) == (Rich("Hello"), "loud words")


def test_links_in_a_bots_buttons_are_read_too() -> None:
    rows = [
        [{"text": "Win now", "url": "https://bad.example/x"}, {"text": "7", "callback_data": "7"}],
        [{"text": "Odd", "url": "javascript:x"}],
    ]
    bot = {"id": 5, "is_bot": True, "first_name": "G", "username": "gif"}
    more = {"via_bot": bot, "reply_markup": {"inline_keyboard": rows}}
    said = Rich("Hello\nWin now", (Span(6, 13, Style.LINK, "https://bad.example/x"),))
    assert one(message(**more)).text == said
    assert one({"update_id": 2, "edited_message": message(**more)["message"]}).text == said


def test_an_edit() -> None:
    edited = {"update_id": 1, "edited_message": message(edit_date=2100, text="Bye")["message"]}
    assert one(edited) == Edited(
        "telegram",
        "-100777",
        "60",
        Person("9", "Rita Roe", "es"),
        Rich("Bye"),
        2100.0,
        key="e1:-100777:60",
    )


def test_an_edited_forward_or_direct_message_says_nothing() -> None:
    assert convert({"update_id": 1, "edited_message": ROOT}, Known(ME)) == []
    direct = message(chat={"id": 9, "type": "private"})["message"]
    assert convert({"update_id": 1, "edited_message": direct}, Known(ME)) == []


def test_a_command_with_its_target() -> None:
    update = message(
        text="/Approve@Thread_Bot #12 well\nsaid",
        message_thread_id=55,
        reply_to_message=ours("#12 Ana"),
    )
    event = one(update, admins={"9": Admin()})
    assert isinstance(event, Invoked)
    assert (event.command, event.argument) == ("approve", "#12 well\nsaid")
    assert (event.message, event.reply_number, event.person.admin) == ("58", 12, True)
    assert event.handle == Handle(chat=-100777, message=60, user=9)


def test_a_commands_argument_keeps_its_formatting() -> None:
    bold = [{"type": "bold", "offset": 10, "length": 2}]
    assert one(message(text="/edit #12 no", entities=bold)).text == Rich(
        "#12 no", (Span(4, 6, Style.BOLD),)
    )


def test_a_word_with_a_slash_that_is_no_command_is_a_remark() -> None:
    assert isinstance(one(message(text="/shrug whatever")), Posted)


def test_the_direct_chat() -> None:
    chat = {"id": 9, "type": "private"}
    start = one(message(chat=chat, text="/start c_abc"), admins={"9": Admin()})
    assert (start.command, start.argument, start.place, start.private) == (
        "start",
        "c_abc",
        None,
        True,
    )
    assert not start.person.admin
    words = one(message(chat=chat, text="Plain words"))
    assert (words.command, words.argument, words.text) == ("", "Plain words", Rich("Plain words"))
    odd = one(message(chat=chat, text="/whatever now"))
    assert (odd.command, odd.argument) == ("whatever", "now")


def press(chat: dict[str, Any] = GROUP, **more: Any) -> dict[str, Any]:
    shown = {**ours("#12 Ana"), "chat": chat, **more}
    query = {"id": "77", "from": RITA, "message": shown, "data": "a1", "chat_instance": "1"}
    return {"update_id": 1, "callback_query": query}


def test_a_press() -> None:
    event = one(press(), admins={"9": Admin()}, now=5.0)
    assert (event.token, event.message, event.place) == ("a1", "58", "-100777")
    assert (event.at, event.person.admin, event.reply_number) == (5.0, True, 12)
    assert event.handle == Handle(chat=-100777, message=58, callback="77", user=9)


def test_a_press_in_the_direct_chat_is_never_an_admins() -> None:
    event = one(press({"id": 9, "type": "private"}), admins={"9": Admin()})
    assert (event.place, event.private, event.person.admin) == (None, True, False)


def test_a_press_on_a_message_that_is_gone() -> None:
    update = press()
    update["callback_query"]["message"] = {"chat": GROUP, "message_id": 58, "date": 0}
    assert one(update).message == "58"


def test_a_command_in_a_channel_is_an_admins() -> None:
    chat = {"id": -100111, "type": "channel", "title": "The Harbour"}
    post = {"message_id": 3, "date": 1, "chat": chat, "sender_chat": chat, "text": "/connect X7"}
    event = one({"update_id": 1, "channel_post": post})
    assert (event.command, event.argument, event.place) == ("connect", "X7", "-100111")
    assert event.person == Person("", "The Harbour", admin=True)
    post = {**post, "text": "An announcement"}
    assert convert({"update_id": 1, "channel_post": post}, Known(ME)) == []


@pytest.mark.parametrize("text", [{}, {"message": {"chat": {}}}, {"message": []}])
def test_what_cannot_be_read_raises(text: dict[str, Any]) -> None:
    if not text:
        assert convert(text, Known(ME)) == []
        return
    with pytest.raises((KeyError, TypeError)):
        convert(text, Known(ME))


def test_whose_rights_matter() -> None:
    assert chat_of(message()) == (-100777, False)
    assert chat_of(message(text="/approve")) == (-100777, True)
    assert chat_of(press()) == (-100777, True)
    assert chat_of(message(chat={"id": 9, "type": "private"})) is None
