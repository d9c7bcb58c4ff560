"""Media as the Bot API takes them: as what each is sent, what stands together, what is hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.telegram import media
from bots.telegram.render import render
from core.ports import Target
from core.text.model import Rich, Span, Style, bold, italic
from core.views import Button, CommentView, Media, Part

GROUP = Target("-100777", "supergroup", "discuss", thread="55")
MEGABYTE = 1000 * 1000


def rendered(view: CommentView) -> list[Part]:
    return list(render(view, GROUP, "thread_bot"))


def medium(kind: str, mime: str = "", size: int = 5, **more: bool | int | Rich) -> Media:
    made = Media(kind, "", size, f"{kind}{mime}", file="f", mime=mime)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (medium("photo", "image/jpeg"), "photo"),
        (medium("photo", "image/jpeg", 10 * MEGABYTE + 1), "document"),
        (medium("photo", "image/tiff"), "document"),
        (medium("sticker", "image/webp"), "photo"),
        (medium("video", "video/mp4"), "video"),
        (medium("video", "video/quicktime"), "document"),
        (medium("note", "video/mp4"), "video"),
        (medium("animation", "image/gif"), "animation"),
        (medium("animation", "image/webp"), "document"),
        (medium("voice", "audio/ogg"), "voice"),
        (medium("voice", "audio/wav"), "audio"),
        (medium("audio", "audio/mpeg"), "audio"),
        (medium("audio", "audio/flac"), "document"),
        (medium("file", "image/jpeg"), "document"),
    ],
)
def test_each_is_sent_as_what_shows_it_best(one: Media, shown: str) -> None:
    assert media.shown_as(one) == shown


@pytest.mark.parametrize("kind", ["photo", "video", "animation"])
def test_what_is_hidden_stays_hidden(kind: str) -> None:
    assert media.about(medium(kind, spoiler=True), kind)["has_spoiler"] is True
    assert "has_spoiler" not in media.about(medium(kind), kind)


def test_only_what_has_a_length_or_a_size_tells_it() -> None:
    known = medium("video", seconds=7, width=4, height=3)
    assert media.about(known, "video") == {"duration": 7, "width": 4, "height": 3}
    assert media.about(known, "voice") == {"duration": 7}
    assert media.about(known, "document") == {}


def test_albums_hold_what_may_stand_together() -> None:
    kinds = ["photo", "file", "video", "file", "animation", "photo", "audio"]
    made = media.parts([medium(kind) for kind in kinds], Rich("said"), bold("#1 …"), [])
    told = [(part.payload["as"], part.group, part.payload["caption"]) for part in made]
    assert told == [
        ("photo", 1, "said"),
        ("video", 1, ""),
        ("photo", 1, ""),
        ("document", 2, "#1 …"),
        ("document", 2, ""),
        ("animation", 0, "#1 …"),
        ("audio", 0, "#1 …"),
    ]


def test_an_album_holds_ten() -> None:
    made = media.parts([medium("photo", size=n) for n in range(11)], Rich("said"), Rich("on"), [])
    assert [part.group for part in made] == [1] * 10 + [0]
    assert made[10].payload["caption"] == "on"


def comment(text: str, *shown: Media, rows: tuple[tuple[Button, ...], ...] = ()) -> CommentView:
    return CommentView(3, "Ann", Rich("#3 Ann"), Rich(text), media=shown, buttons=rows)


def test_words_too_long_for_a_caption_follow_their_medium() -> None:
    fits = rendered(comment("a" * 1017, medium("photo")))
    assert [part.payload.get("caption") for part in fits] == ["#3 Ann\n" + "a" * 1017]
    first, second = rendered(comment("a" * 1018, medium("photo")))
    assert first.payload["caption"] == "#3 Ann"
    assert second.payload["text"] == "#3 Ann\n" + "a" * 1018


def test_an_album_has_its_buttons_below_its_words() -> None:
    rows = ((Button("Reply", "cx"),),)
    alone = rendered(comment("said", medium("photo"), rows=rows))
    assert "reply_markup" in alone[0].payload
    *album, words = rendered(comment("said", medium("photo"), medium("video"), rows=rows))
    assert not any("reply_markup" in part.payload for part in album)
    assert "reply_markup" in words.payload


def test_in_words_what_is_missing_stands_below_the_caption() -> None:
    missing = medium("photo", line=italic("Not shown here"))
    (part,) = media.parts([missing], Rich("🔥").dressed(Style.BOLD), Rich(), [[{"text": "x"}]])
    told = media.in_words(part)
    assert told["text"] == "🔥\nNot shown here"
    assert told["entities"] == [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "italic", "offset": 3, "length": 14},
    ]
    assert told["reply_markup"] == {"inline_keyboard": [[{"text": "x"}]]}


def test_nobody_is_mentioned_wherever_the_words_stand() -> None:
    """In the caption, beside what is answered, and in what is told of a medium."""
    told = Rich("@boss_there").dressed(Style.ITALIC)
    view = replace(
        comment("ask @boss_there", medium("photo")),
        head=Rich("#3 @boss_there"), quote=Rich("#2 @boss_there: no"), notes=told,
    )  # fmt: skip
    for long in ("", " a" * 1000):
        parts = rendered(replace(view, text=Rich(view.text.text + long)))
        said = "".join(str(part.payload) for part in parts)
        assert "boss_there" in said
        assert "@boss_there" not in said
    spans = (Span(0, 3, Style.LINK, "tg://user?id=5"),)
    (part,) = rendered(comment("", medium("photo")))
    (other,) = rendered(replace(comment("", medium("photo")), text=Rich("Ann", spans)))
    assert "caption_entities" not in {**part.payload, **other.payload}
