"""The desk at work on both platforms: claims, pages of what waits, other words, notes, context."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.test_moderation import published, with_button

WORDS = [
    "harbour",
    "notice",
    "river",
    "window",
    "copper",
    "lantern",
    "seldom",
    "marble",
    "thunder",
    "violet",
    "carpet",
    "doctor",
    "orchard",
    "village",
    "pencil",
    "saddle",
    "walnut",
    "ribbon",
    "garden",
    "museum",
    "basket",
    "button",
    "kettle",
    "island",
    "velvet",
]


async def test_the_desk_edits_and_approves_notes_and_reads_the_context_on_both_platforms(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        hands.ana("The first remark")
        card = await hands.house.until(lambda: hands.house.card("The first remark"), "card")
        hands.presses(card, "Approve")
        _, copy = await hands.copies("The first remark")
        hands.ben("an anser", reply=copy["id"])
        other = await hands.house.until(lambda: hands.house.discord_card("an anser"), "card")
        shown = await hands.clicks(other, "Context")
        assert "The first remark" in shown.text
        form = await hands.clicks(other, "Note")
        assert await hands.submits(hands.p.mod, form, "knows the harbour") == (
            "Noted about the author of #2."
        )
        card = await hands.house.until(lambda: hands.house.card("knows the harbour"), "noted")
        hands.presses(card, "Context")
        await hands.house.until(
            lambda: any("It answers:" in m.get("text", "") for m in hands.house.cards()), "context"
        )
        hands.presses(card, "Edit and approve")
        asked = await hands.house.until(lambda: hands.house.told("/amend 1#2"), "how to")
        assert "an anser" in asked["text"]
        said = await hands.at_desk("/amend an answer", reply=card["message_id"])
        assert said == "Published #2 as edited."
        there, here = await hands.copies("an answer")
        assert "edited by the desk" in there["text"]
        assert "edited by the desk" in here["content"]
        other = await hands.house.until(lambda: hands.house.discord_card("an answer"), "decided")
        await hands.clicks(other, "Undo")
        await hands.nowhere("an answer")
        other = await hands.house.until(lambda: hands.house.discord_card("an anser"), "again")
        form = await hands.clicks(other, "Edit and approve")
        assert form.modal
        assert form.modal["components"][0]["component"]["value"] == "an anser"
        said = await hands.submits(hands.p.mod, form, "an answer, by form")
        assert said == "Published #2 as edited."
        await hands.copies("by form")
        assert not any("an anser" in m["text"] for m in hands.house.group())


async def test_ten_cards_and_a_line_for_the_rest(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for number in range(1, 13):
            person = hands.t.add_person(f"Reader {number}")
            hands.t.join(hands.p.group, person)
            hands.writes(person, f"{WORDS[number]} {WORDS[-number]} waits, remark {number:02}")
        line = await hands.house.until(
            lambda: next((m for m in hands.house.cards() if "/queue" in m.get("text", "")), None),
            "the header line",
        )
        await hands.house.until(
            lambda: (
                (hands.t.message(hands.p.desk, line["message_id"]) or {}).get("text")
                == "2 more comments wait: /queue"
            ),
            "two more",
        )
        await hands.settled()
        waiting = [m for m in hands.house.cards() if "Approve" in hands.buttons(m)]
        assert len(waiting) == 10
        assert not hands.house.card("remark 11")
        listed = await hands.at_desk("/queue")
        assert listed.startswith("12 comments wait")
        page = next(m for m in hands.house.cards() if m.get("text", "").startswith("12 comments"))
        assert hands.buttons(page)[:3] == ["✓ 1#1", "✗ 1#1", "… 1#1"]
        assert "1#11" in await hands.at_desk("/queue 2")
        hands.presses(page, "›")
        await _turned(hands, page, "Page 2", "1#12")
        page = hands.t.message(hands.p.desk, page["message_id"]) or {}
        hands.presses(page, "✓ 1#12")
        await _turned(hands, page, "Published #12.", "11 comments wait")
        page = hands.t.message(hands.p.desk, page["message_id"]) or {}
        hands.presses(page, "Undo")
        await _turned(hands, page, "Taken back: ", "12 comments wait")
        hands.presses(waiting[0], "Approve")
        await hands.house.until(lambda: hands.house.card("remark 11"), "the next card opens")
        await hands.house.until(
            lambda: (
                (hands.t.message(hands.p.desk, line["message_id"]) or {}).get("text")
                == "1 more comment waits: /queue"
            ),
            "one more",
        )


async def _turned(hands: Hands, page: dict[str, Any], *words: str) -> None:
    """The page's message shows these words by now."""

    def shows() -> bool:
        text = (hands.t.message(hands.p.desk, page["message_id"]) or {}).get("text", "")
        return all(word in text for word in words)

    await hands.house.until(shows, f"the page shows {words}")


async def test_the_queue_is_worked_off_privately_on_discord(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("one thing")
        hands.ana("another thing")
        await hands.house.until(lambda: hands.house.discord_card("another"), "cards")
        d, p = hands.d, hands.p
        assert "2 comments wait" in await hands.slash(p.mod, p.discord_desk, "queue")
        listed = d.ephemeral_to(p.mod)[-1]

        async def shows(words: str) -> None:
            await hands.house.until(
                lambda: words in (d.message(listed["id"]) or {})["content"], words
            )

        d.person_presses(p.mod, listed["id"], "… 1#1")
        await shows("Comment waits")
        d.person_presses(p.mod, listed["id"], "Reject")
        await shows("Why is it rejected?")
        d.person_presses(p.mod, listed["id"], "off topic")
        await hands.house.until(lambda: hands.house.card("Rejected by Mod: off topic"), "decided")
        assert "1 comment waits" in await hands.slash(p.mod, p.discord_desk, "queue")
        listed = d.ephemeral_to(p.mod)[-1]
        d.person_presses(p.mod, listed["id"], "✗ 1#2")
        await shows("Rejected #2.")
        d.person_presses(p.mod, listed["id"], "Undo")
        await shows("1 comment waits")
        d.person_presses(p.mod, listed["id"], "✓ 1#2")
        await hands.copies("another thing")
        assert await hands.slash(p.mod, p.discord_desk, "queue") == "Nothing waits."


async def test_a_decision_takes_the_list_of_reasons_away_that_somebody_opened(
    tmp_path: Path,
) -> None:
    """However late the card came to show the list."""
    async with published(tmp_path) as hands:
        hands.ana("read by two")
        card = await hands.house.until(lambda: hands.house.card("read by two"), "card")
        other = await hands.house.until(lambda: hands.house.discord_card("read by two"), "other")
        world = hands.house.world
        world.faults.add(Fault("telegram", "editMessageText", "429", retry_after=1, times=1))
        assert await hands.toast(hands.presses(card, "Reject")) == "Why is it rejected?"
        await hands.house.until(lambda: hands.house.discord_card("Being read by Boss"), "claimed")
        await hands.clicks(other, "Approve")
        card = await hands.house.until(lambda: with_button(hands, "read by two", "Undo"), "decided")
        await hands.settled()
        for desk in (hands.house.card("read by two"), hands.house.discord_card("read by two")):
            assert desk
            assert "Being read" not in str(desk)
        assert hands.buttons(hands.house.card("read by two") or {}) == ["Undo", "Remove"]
