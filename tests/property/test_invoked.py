"""Commands, buttons, forms and words in the direct chat as nobody should send them: each gets an
answer, nobody does what they may not, and the next command works."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord import render as discord
from bots.telegram import render as telegram
from bots.telegram.text import utf16_len
from core.commands import BY_NAME
from core.events import Attachment, Invoked, Person
from core.newsroom import Newsroom
from core.ports import Row
from core.text.model import Rich
from core.views import Answer
from tests.property.office import (
    HIDDEN,
    NOW,
    PEOPLE,
    PLACES,
    THREADS,
    Dump,
    Office,
    at_desk,
    copy_of,
    dump,
    furnish,
    opened,
    own,
)

TRIES = 12
"""Events of one example, on one newsroom."""
HUGE = "9" * 5000
MEDIA: tuple[tuple[Attachment, ...], ...] = (
    (),
    (Attachment("photo", size=9, reference="f1", key="k1"),),
    (Attachment("file", "\ud83d/../x", -1, "f2", mime="\ud83d"), Attachment("location")),
    (Attachment("video", size=10**30, reference="f3", words=HUGE, seconds=-(10**30)),),
    (Attachment("", reference="\ud83d"), Attachment("poll", HUGE, words="\n\n")),
)
TARGETS = (
    "", "#1", "#2", "1#2", "1#3", "1#4", "1#6", "2#1", "2#2", "1#7", "#0", "0#0", "-1", "#-1", "3",
    "1", "2", "#9999999999999999999", f"{2**63}", f"{2**63}#{2**63}", HUGE, f"#{HUGE}",
    f"{HUGE}#1", "٣#١", "²", "#²", "1#1#1", "##", "#", "https://t.me/c/2/1010",
    "https://t.me/c/" + HUGE + "/" + HUGE, "https://discord.com/channels/1/955/1011", "http://[::1",
    "https://paper.example/harbour", "https://paper.example/elsewhere", "HTTPS://" + "a" * 3000,
)  # fmt: skip
WORDS = (
    "", " ", "\0", "a\0b", "x" * 100_000, "\ud83d", "\udc00 half", "\u202etxet", "\r\n\x85\u2028",
    "' OR 1=1; DROP TABLE comment; --", "%s {n} {} :id ?", "**_~`||> #[a](javascript:1) <@&1>",
    "@everyone <@1> <#2>", "\n" * 3000, "a\nb\n" * 500, "nan", "inf", "-inf", "1e309", "1e-300",
    "24", "0", "-5", "1_0", "٢٤", "open", "new", "held", "held-soft", "default", "off topic",
    "c" * 64, "i", "c", "👩‍👩‍👧" * 900, "́" * 5000, "zebra",
)  # fmt: skip
NAMES = (*BY_NAME, "start", "HELP", "", "nonsense", "x" * 5000, "\ud83d", "help me", "--", "None")
VERBS = ("a", "r", "m", "t", "b", "x", "", "r0", "r-1", "r²", "r" + HUGE, "zz", "a:a", "\0")
PAGES = ("-1", "w1", "r2", "a1", "p99999", "z1", "-0", "-1.a1.sabc.clinks", "qa", "qu", "qo", "qp")
WAVE_VERBS = (*"rsoamu", "x", "", "rr", HUGE, "\0")
REVISIONS = ("1", "2", "0", "-1", "", "99", "²", "٢", HUGE, f"{2**63}", "1.0", "\ud83d")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return asyncio.run(furnish(tmp_path_factory.mktemp("office") / "furnished.db"))


# What is tried


@st.composite
def tokens(draw: st.DrawFn, known: list[str], most: int) -> str:
    """A button's token: a real one, one that was tampered with, or noise."""
    real = draw(st.sampled_from(known))
    how = draw(st.sampled_from(("real", "real", "cut", "longer", "revision", "noise", "letters")))
    if how == "cut":
        return real[: draw(st.integers(1, len(real)))]
    if how == "longer":
        return real + draw(st.sampled_from(WORDS))
    if how == "revision" and real[0] == "k":
        pieces = real.split(":")
        return ":".join((pieces[0], draw(st.sampled_from(REVISIONS)), draw(st.sampled_from(VERBS))))
    if how == "revision" and real[0] == "q":
        pieces = real.split(":")
        pieces[draw(st.integers(0, len(pieces) - 1))] = draw(st.sampled_from((*PAGES, *REVISIONS)))
        return ":".join(pieces)
    if how == "revision" and real[0] == "w":
        wave, verb = real.partition(":")[0], draw(st.sampled_from(WAVE_VERBS))
        return f"{wave}:{verb}:{draw(st.sampled_from(REVISIONS))}"
    if how == "noise":
        return draw(st.sampled_from("kupdcisxmqwahft")) + draw(st.text(max_size=most - 1))
    if how == "letters":
        return draw(st.text(st.characters(max_codepoint=126), min_size=1, max_size=most))
    return real


@st.composite
def tries(draw: st.DrawFn, made: Office) -> Invoked:
    """One event, by somebody, somewhere."""
    platform = draw(st.sampled_from(("telegram", "discord")))
    person = draw(st.sampled_from((*PEOPLE.values(), Person("", "", admin=True))))
    if draw(st.integers(0, 19)) == 0:
        person = replace(person, name=draw(st.sampled_from(WORDS)), language="x" * 99 + "\0")
    where = draw(st.sampled_from((*PLACES[platform], "desk", "thread", "direct", "nowhere")))
    threads = (None, *THREADS[platform], "", "topic:x", HUGE)
    odd = (*made.messages[platform], "", "0", "x/y", HUGE, "\ud83d", "955/")
    event = Invoked(
        platform, person, NOW,
        place={"direct": None, "nowhere": "404"}.get(where, PLACES[platform].get(where)),
        private=where == "direct",
        thread=None if where == "direct" else draw(st.sampled_from(threads)),
        message=draw(st.none() | st.sampled_from(odd)),
        reply_number=draw(st.sampled_from((None, None, 1, 2, 0, -1, 10**9))),
        quote=draw(st.sampled_from(("", "", "#2", "open", "\ud83d", "#" + "9" * 9))),
        key=draw(st.sampled_from(("", "", "q1", "m\ud83d"))),
    )  # fmt: skip
    words = " ".join((draw(st.sampled_from(TARGETS)), draw(st.sampled_from(WORDS))))
    kind = draw(st.sampled_from(("command", "command", "press", "press", "form", "words")))
    if event.private and kind in ("command", "words"):
        media, album = draw(st.sampled_from(MEDIA)), draw(st.sampled_from(("", "a1", "\ud83d")))
        words = words if draw(st.booleans()) else ""
        event = replace(event, attachments=media, album=album)
    if kind == "command":
        name = draw(st.sampled_from(NAMES))
        return replace(event, command=name, argument=words, text=Rich(words))
    if kind == "words":
        return replace(event, argument=words, text=Rich(words))
    most = 64 if platform == "telegram" else 100
    event = replace(event, token=draw(tokens(made.tokens, most)))
    if kind == "press":
        return event
    field = draw(st.sampled_from(("text", "text", "", "other", "\ud83d")))
    return replace(event, fields={field: words}, text=Rich(words if field == "text" else ""))


# What must hold


def rights(event: Invoked) -> set[int]:
    """The publications in which whoever did it may decide, at that place."""
    roster = {"11": 1, "12": 2}.get(event.person.identity)
    if event.private:
        return {roster} - {None} if roster else set()
    names = {place: name for name, place in PLACES[event.platform].items()}
    name = names.get(event.place or "")
    here = None if name is None else 2 if name.startswith("foreign") else 1
    return {here} if here and (here == roster or event.person.admin) else set()


def changed(before: Dump, after: Dump) -> list[tuple[str, Any, Any]]:
    """(table, row before, row after) of everything that is different."""
    found = []
    for table, rows in after.items():
        for key in rows.keys() | before[table].keys():
            was, now = before[table].get(key), rows.get(key)
            if was != now:
                found.append((table, was, now))
    return found


def check_changes(made: Office, event: Invoked, before: Dump, after: Dump) -> None:
    """Nobody changed what is not theirs, and what they wrote is not shown unread."""
    who = next((n for n, p in PEOPLE.items() if p.identity == event.person.identity), None)
    mine = made.tag(event.platform, who) if who else "nobody"
    for table, was, now in changed(before, after):
        row = now or was
        if row["of"] in rights(event):
            continue
        assert row["by"] == mine, f"{table}: {was} became {now}"
        if table == "comment" and now["shown"] > (was["shown"] if was else 0):
            assert is_open(after, now), f"shown without a decision: {now}"
        if table == "comment" and was is None and standing(before, now) == "banned":
            assert now["state"] == "rejected", "a banned person commented"


def is_open(after: Dump, comment: Any) -> bool:
    """A moderator let comments of this article, or of this author, through."""
    article = next(r for r in after["article"].values() if r["id"] == comment["article"])
    return article["mode"] in ("open", "new") or standing(after, comment) == "trusted"


def standing(there: Dump, comment: Any) -> str:
    """That of a comment's author."""
    rows = [r for r in there["author"].values() if r["tag"] == comment["author"]]
    return next((r["standing"] for r in rows if r["of"] == comment["of"]), "ordinary")


def check_shown(rows: list[Row]) -> None:
    """What is wanted somewhere is what may be read."""
    assert not rows, f"wanted without approval: {[dict(row) for row in rows]}"


def check_answer(made: Office, event: Invoked, answer: Answer | None) -> None:
    """It can be sent on both platforms, and tells nobody what they may not read."""
    if answer is None:
        return
    whole = answer.text or Rich(answer.alert)
    rows = (*answer.buttons, *answer.menu)
    parts = [telegram.parameters(part, []) for part in telegram.texts(whole)]
    keyboard = telegram.keyboard(rows, "thread_bot", private=event.private)
    assert all(utf16_len(part["text"]) <= 4096 for part in parts)
    assert len(parts) <= 12, "an answer floods the chat"
    assert all(len(b.get("callback_data", "").encode()) <= 64 for row in keyboard for b in row)
    bodies = discord.answers(answer)
    assert all(len(body.get("content") or "") <= 2000 for body in bodies)
    json.dumps([parts, keyboard, list(bodies), answer.alert], ensure_ascii=False).encode()
    if not rights(event):
        told = json.dumps([whole.text, answer.alert, [b.label for row in rows for b in row]])
        mine = event.person.identity == PEOPLE["author"].identity
        seen = [words for words in HIDDEN if words in told and words not in event.argument]
        assert mine or not seen, f"told to anybody: {seen}"


WANTED = (
    "SELECT d.*, c.state, c.shown FROM delivery d JOIN comment c ON c.id = d.subject_id"
    " WHERE d.subject = 'comment' AND d.role = 'copy' AND d.want > 0 AND d.shown_revision > 0"
    " AND (c.shown = 0 OR d.shown_revision > c.shown OR c.state NOT IN ('published', 'held'))"
)


async def attempt(made: Office, room: Newsroom, event: Invoked) -> None:
    before = await room.look(dump)
    answer = await room.handle(event)
    check_answer(made, event, answer)
    check_changes(made, event, before, await room.look(dump))
    check_shown(await room.look(lambda tx, _: tx.all(WANTED)))


async def works_as_ever(room: Newsroom) -> None:
    """What people do every day is answered as it should be."""
    helped = await room.handle(own("help", "", "discord"))
    assert helped is not None
    assert "/help" in helped.text.text
    one = "SELECT * FROM comment WHERE article = 1 AND number = 8"
    held = await room.look(lambda tx, _: tx.one(one))
    assert held is not None
    if held["state"] == "held":
        token = f"k{held['token']}:{held['revision']}:a"
        pressed = await room.handle(replace(at_desk(""), token=token))
        assert pressed is not None
        assert pressed.alert == "Published #8."
    told = await room.handle(at_desk("queue"))
    assert told is not None
    assert told.text


async def run(made: Office, events: list[Invoked]) -> None:
    async with opened(copy_of(made, made.database.with_name("copy.db"))) as room:
        for event in events:
            await attempt(made, room, event)
        await works_as_ever(room)


@settings(max_examples=40)
@given(data=st.data())
def test_whatever_is_invoked_is_answered_and_changes_nothing_that_it_may_not(
    made: Office, data: st.DataObject
) -> None:
    asyncio.run(run(made, data.draw(st.lists(tries(made), min_size=TRIES, max_size=TRIES))))


@pytest.mark.campaign
@pytest.mark.timeout(900)
@settings(max_examples=1500)
@given(data=st.data())
def test_whatever_is_invoked_for_long(made: Office, data: st.DataObject) -> None:
    asyncio.run(run(made, data.draw(st.lists(tries(made), min_size=TRIES, max_size=TRIES))))


async def answered(made: Office, events: list[Invoked]) -> None:
    async with opened(copy_of(made, made.database.with_name("each.db"))) as room:
        for event in events:
            check_answer(made, event, await room.handle(event))
        await works_as_ever(room)


@pytest.mark.campaign
async def test_every_command_answers_every_odd_argument(made: Office) -> None:
    words = [word for word in (*TARGETS, *WORDS) if word not in ("8", "1#8")]
    odd = [at_desk(name, word) for name in BY_NAME for word in words]
    await answered(made, [event for event in odd if event.command not in ("approve", "undo")])
    await answered(made, [at_desk(name, word) for name in ("approve", "undo") for word in words])


async def test_every_button_answers_whatever_stands_behind_its_token(made: Office) -> None:
    cards = [t.partition(":")[0] for t in made.tokens if t[0] == "k" and t.endswith(":a")][:2]
    tails = [f"{card}:{number}:{verb}" for card in cards for number in REVISIONS for verb in VERBS]
    await answered(made, [replace(at_desk(""), token=tail) for tail in tails])


async def test_every_button_of_a_wave_or_a_page_answers_whatever_stands_in_it(
    made: Office,
) -> None:
    """Cut at every place, with every verb, and with what stands in other buttons."""
    waves = [t.partition(":")[0] for t in made.tokens if t[0] == "w" and ":r:" in t]
    assert len(waves) == 2, "one of each publication"
    odd = [f"{wave}:{verb}:{number}" for wave in waves for verb in WAVE_VERBS if verb not in "rsoa"
           for number in REVISIONS]  # fmt: skip
    own = next(t for t in made.tokens if t.startswith("qa:"))
    for real in (f"{waves[0]}:r:6", own, own.replace("qa", "qo"), "qp:w2.a1.clinks"):
        odd += [real[:end] for end in range(1, len(real))]
    item = own.removeprefix("qa:").rpartition(":")[0]
    odd += [f"q{verb}:{item}:{page}" for verb in ("", "z", "aa", "u", "p") for page in PAGES]
    odd += [f"qa:{item}:{page}" for page in ("", "z1", "-", "w1.x", "-1.a" + HUGE, "-123456")]
    async with opened(copy_of(made, made.database.with_name("odd.db"))) as room:
        before = await room.look(dump)
        for token in odd:
            event = replace(at_desk(""), token=token)
            answer = await room.handle(event)
            check_answer(made, event, answer)
            assert answer is not None, token
        left = [c for c in changed(before, await room.look(dump)) if c[0] != "wave"]
        assert left == [], "only how much a wave's card shows may change"
        await works_as_ever(room)


async def test_buttons_of_another_publication_do_nothing(made: Office) -> None:
    """What a moderator of one publication learned of another's card."""
    async with opened(copy_of(made, made.database.with_name("abroad.db"))) as room:
        before = await room.look(dump)
        foreign = await room.look(lambda tx, _: tx.all("SELECT * FROM wave WHERE publication = 2"))
        items = await room.look(
            lambda tx, _: tx.all("SELECT token, revision FROM comment WHERE article = 2")
        )
        tokens = [f"w{row['token']}:{verb}:6" for row in foreign for verb in "rsoamu"]
        tokens += [f"q{v}:{r['token']}:{r['revision']}:-1" for r in items for v in "arxo"]
        for token in tokens:
            answer = await room.handle(replace(at_desk(""), token=token))
            assert answer is not None
            assert answer.alert == "This button does nothing any more.", token
        assert changed(before, await room.look(dump)) == []


async def test_what_was_taken_down_is_not_quoted_to_who_replies(made: Office) -> None:
    async with opened(copy_of(made, made.database.with_name("down.db"))) as room:
        for number in (2, 3, 4, 5):
            answer = await room.handle(own("reply", f"1#{number}", "telegram"))
            assert answer is not None
            assert answer.alert == "It is not up any more."
        begun = await room.handle(own("reply", "1#6", "telegram"))
        assert begun is not None
        assert "as it was" in begun.text.text
        assert "zebra" not in begun.text.text


async def test_a_policy_and_a_changed_comment_are_no_longer_than_a_comment(made: Office) -> None:
    async with opened(copy_of(made, made.database.with_name("long.db"))) as room:
        for event in (at_desk("policy", "y" * 3501), own("edit", "1#1 " + "y" * 3501, "telegram")):
            answer = await room.handle(event)
            assert answer is not None
            assert answer.alert.startswith("That is too long")
