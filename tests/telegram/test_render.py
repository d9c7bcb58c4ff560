"""Views to parts, the guard around readers' texts, and the pace."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.rehearsal.telegram.entities import detected
from bots.telegram import ids
from bots.telegram.guard import WORD_JOINER, guarded
from bots.telegram.pace import Pace
from bots.telegram.render import gather, hashtags, render, texts
from bots.telegram.text import MAX_ENTITIES, utf16_len
from core.clock import FakeClock
from core.errors import UserError
from core.ports import Target
from core.text.model import Rich, Span, Style, bold, link
from core.views import Button, CommentView, NoticeView, Part
from tests.telegram.house import article

CHANNEL = Target("-100111", "channel", "announce")
GROUP = Target("-100777", "group", "discuss", thread="55")
FORUM = Target("-100888", "forum_group", "discuss")


def shown(part: Part) -> str:
    return str(part.payload["text"])


def test_a_short_article_is_whole_and_says_nothing_of_reading_on() -> None:
    (part,) = render(article(labels=("Port", "City hall")), CHANNEL, "bot")
    assert part.kind == "article"
    assert shown(part) == (
        "Harbour deal\n\nThe council met.\n\nComments are moderated.\n#Port #City_hall"
    )
    assert part.payload["link_preview_options"] == {"is_disabled": True}


def test_a_long_article_is_cut_and_leads_on() -> None:
    body = Rich("\n\n".join(f"Paragraph {n}. " + "Word 🌊 " * 40 for n in range(60)))
    view = article(body=body, read_on=link("Read on", "https://example.org/a"), labels=("Port",))
    (part,) = render(view, CHANNEL, "bot")
    text = shown(part)
    assert utf16_len(text) <= 4096
    assert utf16_len(text) > 3000
    assert "\nRead on\n\nComments are moderated.\n#Port" in text
    assert {"text_link"} == {e["type"] for e in part.payload["entities"]}


def test_a_picture_is_the_preview_above_and_goes_with_a_withdrawal() -> None:
    view = article(image="https://example.org/p.jpg")
    (part,) = render(view, CHANNEL, "bot")
    assert part.payload["link_preview_options"] == {
        "url": "https://example.org/p.jpg",
        "prefer_large_media": True,
        "show_above_text": True,
    }
    gone = article(image="https://example.org/p.jpg", withdrawn=Rich("This was withdrawn."))
    (part,) = render(gone, CHANNEL, "bot")
    assert part.payload["link_preview_options"] == {"is_disabled": True}
    assert "The council met." not in shown(part)
    assert "This was withdrawn." in shown(part)


def test_a_forum_group_gets_a_topic_with_a_name_within_its_limit() -> None:
    (part,) = render(article(title="🌊 long " * 60), FORUM, "bot")
    assert part.kind == "topic"
    assert 0 < len(part.payload["name"]) <= 128


def comment(**changes: object) -> CommentView:
    values: dict[str, object] = {
        "number": 12,
        "name": "Ana",
        "head": bold("#12 Ana") + " · Discord",
        "text": Rich("Well said."),
    }
    return CommentView(**{**values, **changes})  # type: ignore[arg-type]


def test_a_comment_with_quote_and_notes() -> None:
    view = comment(quote=Rich("5:44 Ben: first"), notes=Rich("1 photo"))
    (part,) = render(view, GROUP, "bot")
    assert shown(part) == "#12 Ana · Discord\n5:44 Ben: first\nWell said.\n1 photo"
    assert [e["type"] for e in part.payload["entities"]] == ["bold", "blockquote"]


def test_a_long_comment_keeps_head_first_and_notes_last() -> None:
    view = comment(
        text=Rich("Long words. " * 900),
        notes=Rich("edited"),
        buttons=((Button("Reply", "c1", door=True),),),
    )
    first, *middle, last = render(view, GROUP, "bot")
    assert shown(first).startswith("#12 Ana · Discord\n")
    assert shown(last).endswith("edited")
    for part in (*middle, last):
        assert shown(part).startswith("#12 …\n")
    assert "reply_markup" not in first.payload
    assert last.payload["reply_markup"]["inline_keyboard"][0][0]["url"].endswith("start=c1")
    assert all(utf16_len(shown(part)) <= 4096 for part in (first, *middle, last))


def test_every_part_of_a_long_card_tells_what_it_belongs_to() -> None:
    rows = ((Button("Approve", "a"),),)
    first, *further = render(NoticeView(Rich("word " * 2000), rows, again="3#12"), GROUP, "bot")
    assert len(further) == 2
    assert not shown(first).startswith("3#12")
    assert all(shown(part).startswith("3#12 …\n") for part in further)
    assert "reply_markup" in further[-1].payload


def test_buttons_of_every_kind() -> None:
    rows = ((Button("Yes", "a1", tone="good"), Button("Web", url="https://example.org")), ())
    (part,) = render(NoticeView(Rich("A card"), rows), GROUP, "bot")
    assert part.payload["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Yes", "callback_data": "a1", "style": "success"},
            {"text": "Web", "url": "https://example.org"},
        ]
    ]


@given(st.text(max_size=300), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_fits_and_is_json(said: str, times: int) -> None:
    styled = Rich(said * times, (Span(0, len(said), Style.BOLD),) if said and times else ())
    for part in render(comment(text=styled), GROUP, "bot"):
        json.dumps(part.payload)
        assert 0 < utf16_len(shown(part)) <= 4096
        assert len(part.payload.get("entities", ())) <= MAX_ENTITIES
    (part,) = render(article(body=styled), CHANNEL, "bot")
    assert utf16_len(shown(part)) <= 4096


def plain(rich: Rich, *labels: str) -> Part:
    """A comment's copy as one message, with a row for each button."""
    rows = tuple((Button(label, "c" + label),) for label in labels)
    (part,) = render(NoticeView(rich, rows), GROUP, "bot")
    return part


def test_several_texts_make_one_message_with_their_dress_and_their_buttons() -> None:
    made = gather([plain(Rich("🔥🔥"), "a"), plain(bold("b")), plain(Rich("c ") + bold("d"), "e")])
    assert made is not None
    assert made.payload["text"] == "🔥🔥\n\nb\n\nc d"
    assert made.payload["entities"] == [
        {"type": "bold", "offset": 6, "length": 1},
        {"type": "bold", "offset": 11, "length": 1},
    ]
    rows = made.payload["reply_markup"]["inline_keyboard"]
    assert [button["text"] for (button,) in rows] == ["a", "e"]


def test_what_one_message_cannot_hold_is_not_gathered() -> None:
    assert gather([plain(Rich("a" * 2047)), plain(Rich("b" * 2047))])
    assert gather([plain(Rich("a" * 2047)), plain(Rich("b" * 2048))]) is None
    dressed = Rich("a " * 51, tuple(Span(2 * n, 2 * n + 1, Style.BOLD) for n in range(51)))
    assert gather([plain(dressed), plain(dressed.slice(0, 98))])
    assert gather([plain(dressed), plain(dressed)]) is None
    labels = [str(number) for number in range(11)]
    assert gather([plain(Rich("a"), *labels), plain(Rich("b"), *labels[:9])])
    assert gather([plain(Rich("a"), *labels), plain(Rich("b"), *labels)]) is None


def test_only_texts_are_gathered() -> None:
    text = plain(Rich("a"))
    assert gather([text, replace(text, kind="article")]) is None
    assert gather([text, replace(text, payload={"caption": "b", "as": "photo"})]) is None


def test_texts_of_nothing() -> None:
    assert texts(Rich("  ")) == []


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("Human rights", "human rights"), "#Human_rights #human_rights"),
        (("2024", "--", "a-b"), "#a_b"),
        (("Año",), "#Año"),
        (tuple("abcdefghijkl"), "#a #b #c #d #e #f #g #h #i #j"),
    ],
)
def test_hashtags(labels: tuple[str, ...], expected: str) -> None:
    assert hashtags(labels) == expected


def test_readers_can_neither_ping_nor_command() -> None:
    text = Rich("ask @boss or /ban him, mail a@b.example, see https://x.example/@boss/a, at @0301")
    safe = guarded(text).text
    assert f"@{WORD_JOINER}boss or /{WORD_JOINER}ban" in safe
    assert "a@b.example" in safe
    assert safe.replace(WORD_JOINER, "") == text.text


@pytest.mark.parametrize(
    "text", ["@@stranger", "/@stranger", "https://@stranger", "see a.example/a)@stranger"]
)
def test_no_sign_before_a_name_lets_it_ping(text: str) -> None:
    assert "mention" in {kind for kind, _, _ in detected(text)}
    assert "mention" not in {kind for kind, _, _ in detected(guarded(Rich(text)).text)}


def test_what_is_noted_of_a_comment_pings_nobody_either() -> None:
    """A poll's question is a reader's words, a forwarded channel's title somebody's."""
    view = comment(notes=Rich("forwarded from @stranger\nPoll: @stranger, /ban or not?"))
    (part,) = render(view, GROUP, "bot")
    assert {kind for kind, _, _ in detected(part.payload["text"])} == set()


@pytest.mark.parametrize(
    "address",
    [
        "https://x.example/file/1aB-/view",
        "https://x.example/?from=@boss&to=/x",
        "https://x.example/El_(a)/~/map",
        "tiktok.com/@boss",
    ],
)
def test_the_guard_leaves_addresses_as_they_lead(address: str) -> None:
    assert guarded(Rich(f"see {address}, @boss")).text == f"see {address}, @{WORD_JOINER}boss"


def test_the_guard_moves_spans_and_leaves_code_alone() -> None:
    text = Rich("@ab @cd @ef", (Span(4, 7, Style.CODE), Span(8, 11, Style.BOLD)))
    safe = guarded(text)
    assert safe.text == f"@{WORD_JOINER}ab @cd @{WORD_JOINER}ef"
    assert [safe.text[s.start : s.end] for s in safe.spans] == ["@cd", f"@{WORD_JOINER}ef"]


def test_a_link_to_a_user_is_a_mention_in_disguise() -> None:
    assert guarded(link("hello", "tg://user?id=5")).spans == ()
    assert guarded(link("hello", "https://t.me/x")).spans != ()


def test_links_of_every_kind_of_chat() -> None:
    public = {"id": -100777, "username": "harbour"}
    private = {"id": -1001234, "title": "Talk"}
    assert ids.link(public, 5) == "https://t.me/harbour/5"
    assert ids.link(public, 9, "5") == "https://t.me/harbour/9?thread=5"
    assert ids.link(private, 9, "topic:7") == "https://t.me/c/1234/7/9"
    assert ids.link({"id": -55}, 9) == ""


def test_doors_take_only_what_a_link_can_carry() -> None:
    with pytest.raises(ValueError, match="deep link"):
        ids.door("bot", "a b")


@pytest.mark.parametrize("place", ["", "harbour", "-12x", "@no"])
def test_places_that_are_none(place: str) -> None:
    with pytest.raises(UserError):
        ids.reference(place)


def test_the_pace_of_one_chat() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for _ in range(3):
        assert pace.wait(5) == 0
        pace.spent(5)
    assert pace.wait(5) == pytest.approx(1.0)
    assert pace.wait(6) == 0
    clock.advance(1)
    assert pace.wait(5) == 0


def test_a_group_gets_twenty_a_minute() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for _ in range(20):
        pace.spent(-100)
        clock.advance(1)
    assert pace.wait(-100) == pytest.approx(40)
    assert pace.wait(-100, "delete") == 0
    clock.advance(40)
    assert pace.wait(-100) == 0


def test_thirty_a_second_in_all() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for chat in range(30):
        pace.spent(-chat - 1)
    assert pace.wait(-1000) == pytest.approx(1)


def test_a_scale_of_nothing_switches_off_all_but_refusals() -> None:
    clock = FakeClock()
    pace = Pace(clock, 0)
    for _ in range(100):
        pace.spent(-100)
    assert pace.wait(-100) == 0
    pace.refused(-100, 9)
    assert pace.wait(-100) == pytest.approx(9)
