"""Media as Discord takes them: what fits, how each is told of, and words for the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.discord import convert, media
from core.text.model import Rich, Style
from core.text.tools import utf16_len
from core.views import Media
from tests.discord.test_convert import message

MEGABYTE = 1024 * 1024


def medium(size: int, **more: str | bool | int | Rich) -> Media:
    made = Media("photo", "pier.jpg", size, str(size), file="f", mime="image/jpeg")
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_is_too_large_or_not_kept_does_not_go_out() -> None:
    small, large, lost = medium(9 * MEGABYTE), medium(11 * MEGABYTE), medium(1, file="")
    plan = media.chosen((large, small, lost), media.limit(0))
    assert (plan.shown, plan.left) == ((small,), (large, lost))


def test_one_request_holds_so_much_and_the_rest_is_told() -> None:
    first, second, third, last = (medium(9 * MEGABYTE - n) for n in (0, 1, 2, 8 * MEGABYTE))
    plan = media.chosen((first, second, third, last), media.limit(0))
    assert (plan.shown, plan.left) == ((first, second, last), (third,))


@pytest.mark.parametrize(("tier", "most"), [(None, 10), (0, 10), (1, 10), (2, 50), (3, 100)])
def test_a_boosted_server_takes_more(tier: int | None, most: int) -> None:
    assert media.limit(tier) == most * MEGABYTE


def test_what_is_hidden_stays_hidden_and_descriptions_are_kept() -> None:
    shown = [medium(1, alt="the pier"), medium(2, spoiler=True), medium(3, alt="a" * 2000)]
    told = media.described(shown)
    assert [one["filename"] for one in told] == ["pier.jpg", "SPOILER_pier.jpg", "pier.jpg"]
    assert [len(one.get("description", "")) for one in told] == [8, 0, 1024]


def test_a_voice_tells_its_length() -> None:
    (told,) = media.described([medium(1, kind="voice", seconds=0)], voice=True)
    assert told["duration_secs"] == 1.0
    assert told["waveform"]


def test_lines_for_what_is_missing_stand_below_and_stay_within_the_limit() -> None:
    lines = [medium(n, line=Rich(f"no @everyone {n}").dressed(Style.ITALIC)) for n in range(40)]
    assert media.with_lines("said", lines[:1]).replace("\u200b", "") == "said\n_no @everyone 0_"
    assert "@everyone" not in media.with_lines("said", lines)
    full = media.with_lines("a" * 1980, [medium(1, line=Rich("b" * 30)), medium(2, line=Rich("c"))])
    assert full == "a" * 1980 + "\nc"
    assert utf16_len(media.with_lines("🔥" * 999, lines)) <= media.CONTENT


def attached(**more: object) -> dict[str, object]:
    file = {"id": "1", "filename": "a.png", "content_type": "image/png", "url": "u", "size": 5}
    return {**file, **more}


def test_spoilers_and_descriptions_are_read() -> None:
    files = [
        attached(filename="SPOILER_a.png"),
        attached(flags=1 << 3),
        attached(description="the pier"),
    ]
    read = convert.attachments(message(attachments=files))
    assert [one.spoiler for one in read] == [True, True, False]
    assert [one.alt for one in read] == ["", "", "the pier"]
    assert [one.name for one in read] == ["a.png"] * 3


def test_what_was_forwarded_is_attached() -> None:
    inner = {"message": {"content": "", "attachments": [attached()]}}
    reference = {"type": convert.FORWARD, "message_id": "70", "channel_id": "8"}
    payload = message(message_reference=reference, message_snapshots=[inner])
    assert [one.kind for one in convert.attachments(payload)] == ["photo"]


def test_stickers_are_pictures_or_their_names() -> None:
    items = [{"id": str(form), "name": "wave", "format_type": form} for form in (1, 2, 3, 4)]
    read = convert.attachments(message(sticker_items=items))
    assert [(one.kind, one.mime, bool(one.reference)) for one in read] == [
        ("sticker", "image/png", True),
        ("sticker", "image/png", True),
        ("sticker", "", False),
        ("animation", "image/gif", True),
    ]
    assert {one.words for one in read} == {":wave:"}


def test_a_poll_is_its_question_and_its_answers() -> None:
    answers = [{"poll_media": {"text": text}} for text in ("North\npier", "", "South")]
    (read,) = convert.attachments(
        message(poll={"question": {"text": "Which?"}, "answers": [*answers, {}]})
    )
    assert (read.kind, read.name, read.words) == ("poll", "Which?", "North pier\nSouth")
