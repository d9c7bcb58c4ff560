"""Each check on its own: what it says, in which words, and what a trusted author is spared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.i18n import texts
from core.model import Mode, Standing, State, Verdict
from core.moderation.bayes import Chance
from core.moderation.checks import CHECKS
from core.moderation.judge import judge, verdicts
from core.moderation.lexicon import Entry, Lexicon
from core.moderation.links import Domains
from core.moderation.reading import read
from core.moderation.reasons import WORDS, reason_text
from core.moderation.submission import Lists, Record, Submission
from core.options import Options
from core.text.model import Rich

LISTS = Lists(
    Lexicon([
        Entry("banned", "vermin"), Entry("suspect", "clown*"), Entry("suspect", "payaso"),
        Entry("suspect", "gift", "es"),
    ]),
    Domains(frozenset({"paper.example"}), frozenset({"bad.example"})),
)  # fmt: skip


def submitted(text: str = "hello", **values: Any) -> Submission:
    plain = Submission(Rich(text), (), Mode.OPEN, Standing.ORDINARY, 5, False,
                       reading=read(text), lists=LISTS)  # fmt: skip
    return replace(plain, **values)


def said(submission: Submission) -> dict[str, Verdict]:
    return {one.check: one for one in verdicts(submission) if one.reason}


def words(verdict: Verdict, language: str = "en") -> str:
    return reason_text(texts(language), verdict.reason, verdict.values)


def test_an_ordinary_remark_passes_every_check() -> None:
    assert said(submitted("5:44 I was there that night, and it was not so.")) == {}


@pytest.mark.parametrize(
    ("text", "values", "check", "verdict", "english"),
    [
        ("you VERMIN", {}, "words", "reject", "banned word “VERMIN”"),
        ("cl0wns, payaso", {}, "words", "hold", "suspect words “cl0wns”, “payaso”"),
        ("a clown", {"options": Options(suspect_words=False)}, "words", "suspect",
         "suspect word “clown”"),
        ("call 619-555-0134", {}, "phone", "hold",
         "danger to people: a telephone number, “619-555-0134”"),
        ("x", {"attachments": ("location",)}, "attachments", "hold",
         "a location tells where people are"),
        ("", {"attachments": ("photo",)}, "media", "suspect", "no words, only what is attached"),
        ("", {"attachments": ("photo",), "options": Options(media_only=True)}, "media", "hold",
         "no words, only what is attached"),
        ("a pier", {"attachments": ("photo",), "wordless": True}, "media", "suspect",
         "no words, only what is attached"),
        ("x", {"forwarded": True}, "forwards", "suspect", "forwarded: the words of somebody else"),
        ("@aaa @bbb @ccc", {"options": Options(mentions=2)}, "mentions", "hold",
         "it names 3 accounts"),
        ("long", {"options": Options(length=3)}, "length", "hold", "4 characters, more than 3"),
        ("pаyaso", {"lists": Lists()}, "scripts", "hold", "“pаyaso” mixes alphabets"),
        ("a\u200bb", {}, "invisible", "hold", "it hides a character (zero width space)"),
        ("😂" * 13, {}, "emoji", "suspect", "13 emoji"),
        ("😂" * 26, {}, "emoji", "hold", "26 emoji"),
        ("x", {"record": Record(same=2)}, "repeats", "hold",
         "the author said the same 3 times now"),
        ("x", {"record": Record(near=1)}, "repeats", "suspect",
         "the author said nearly the same 2 times now"),
        ("x", {"record": Record(alike=37, authors=21)}, "wave", "hold",
         "37 comments of 21 others are alike"),
        ("x", {"record": Record(alike=9, authors=2)}, "wave", "suspect",
         "9 comments of 2 others are alike"),
        ("x", {"record": Record(ages=(20.0, 40.0, 70.0)), "options": Options(author_pace=2)},
         "pace", "hold", "the author's 3rd comment in 40 s"),
        ("x", {"record": Record(thread=60), "options": Options(thread_pace=60)}, "crowd", "hold",
         "the thread's 61st comment in a minute"),
        ("x", {"slow": 30.0, "record": Record(here=12.0)}, "slow", "reject",
         "slow mode: one comment in 30 s, 18 s too early"),
        ("x", {"record": Record(decided=6, rejected=3)}, "record", "hold",
         "3 of the author's last 6 comments were rejected"),
        ("x", {"learned": Chance(0.93, ("buy",))}, "learned", "suspect",
         "93 % like what was rejected here: “buy”"),
    ],
)  # fmt: skip
def test_a_check_says_exactly_what_it_found(
    text: str, values: dict[str, Any], check: str, verdict: str, english: str
) -> None:
    found = said(submitted(text, **values))[check]
    assert (found.verdict, words(found)) == (verdict, english)
    assert 0.0 <= found.score <= 1.0
    assert words(found, "es") != english


DANGEROUS = "llámame al 664 123 4567"


def test_danger_to_people_is_held_whoever_wrote_it_in_every_mode() -> None:
    for mode in Mode:
        found = verdicts(submitted(DANGEROUS, standing=Standing.TRUSTED, mode=mode))
        assert judge(found) == State.HELD


def test_a_trusted_author_is_spared_what_is_merely_unusual() -> None:
    unusual = submitted(
        "clown pаyaso a\u200bb https://x.example @aaa @bbb @ccc @ddd @eee @fff" + "😂" * 40,
        standing=Standing.TRUSTED, forwarded=True, learned=Chance(0.99, ("x",)), slow=60.0,
        record=Record(ages=(1.0,) * 30, same=9, alike=50, authors=50, thread=999, here=1.0,
                      decided=9, rejected=9),
    )  # fmt: skip
    assert {one.verdict for one in verdicts(unusual)} == {"pass", "suspect"}
    assert judge(verdicts(unusual)) == State.PUBLISHED
    for text in ("vermin", "https://bad.example/"):
        assert judge(verdicts(submitted(text, standing=Standing.TRUSTED))) == State.HELD


def test_an_entry_of_a_language_holds_for_texts_that_may_be_in_it() -> None:
    english = "I was there and they have seen what you did, it was a gift"
    assert said(submitted(english)) == {}
    assert "words" in said(submitted("gift"))


def test_what_past_decisions_say_never_holds() -> None:
    found = verdicts(submitted(learned=Chance(1.0, ("buy", "now"))))
    assert judge(found) == State.PUBLISHED
    assert max(one.score for one in found) == 1.0


def test_switches_turn_checks_off() -> None:
    off = Options(wave=0, author_pace=0, thread_pace=0, rejected_share=0, emoji=0, mentions=0)
    record = Record(ages=(1.0,) * 30, alike=50, authors=50, thread=999, decided=9, rejected=9)
    assert said(submitted("😂" * 99, options=off, record=record)) == {}


def test_every_reason_has_words_in_both_languages() -> None:
    values = dict.fromkeys(("n", "words", "link", "word", "name", "most", "seconds", "wait",
                            "published", "needed", "rejected", "decided", "authors", "percent",
                            "error"), "3")  # fmt: skip
    for reason in WORDS:
        english, spanish = (reason_text(texts(one), reason, values) for one in ("en", "es"))
        assert english != spanish or reason in ("",)
    assert len(CHECKS) == len({check.__name__ for check in CHECKS})
