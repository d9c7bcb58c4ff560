"""Pages of what waits: their order, filters, counts and buttons; and which cards are open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.newsroom.context import Context
from core.newsroom.desks import alarms, queue
from core.newsroom.desks.alarms import oldest_held
from core.ports import Tx
from core.views import Answer
from tests.desk.room import BOSS, MOD, Desk, desk


def _labels(answer: Answer) -> list[list[str]]:
    return [[b.label for b in row] for row in answer.buttons]


def _action(answer: Answer, label: str) -> str:
    return next(b.action for row in answer.buttons for b in row if b.label == label)


async def _say_apart(house: Desk, most: int) -> None:
    """As many remarks that no check finds anything in, whoever wrote so much."""
    for number in range(1, most + 1):
        await house.say(f"remark {number:02}")
    await house.room.change(lambda tx, _: tx.run("UPDATE comment SET risk = 0, withheld = 0"))


async def _risky(house: Desk, comment: int, risk: float, *, withheld: bool = False) -> None:
    await house.room.change(
        lambda tx, _: tx.run(
            "UPDATE comment SET risk = :r, withheld = :w WHERE id = :c",
            {"r": risk, "w": int(withheld), "c": comment},
        )
    )


async def test_the_riskiest_come_first_and_of_the_same_risk_the_oldest(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        for words in ("one", "two", "three", "see https://example.org/x"):
            await house.say(words)
        await _risky(house, 3, 0.7)
        said = (await house.commands(BOSS, "queue")).text.text.splitlines()
        assert said[0] == "4 comments wait · pending 3 · withheld 1"
        assert [line.split(" ")[0] for line in said[1:]] == ["1#4", "1#3", "1#1", "1#2"]
        assert said[1].endswith(
            "see https://example.org/x · it holds a link, https://example.org/x"
        )
        only = (await house.commands(BOSS, "queue withheld")).text.text
        assert "Only: withheld" in only
        assert "1#3" not in only


async def test_pages_are_turned_in_place_and_decided_with_one_tap(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _say_apart(house, 12)
        first = await house.commands(BOSS, "queue")
        assert _labels(first)[0] == ["✓ 1#1", "✗ 1#1", "… 1#1"]
        assert len(_labels(first)) == 9
        assert _labels(first)[-1] == ["›"]
        second = await house.presses(BOSS, _action(first, "›"))
        assert second.replaces
        assert _labels(second)[0][0] == "✓ 1#9"
        assert _labels(second)[-1] == ["‹"]
        done = await house.presses(BOSS, _action(second, "✓ 1#10"))
        assert done.text.text.startswith("Published #10.\n\n11 comments wait")
        assert _labels(done)[-1] == ["‹", "Undo"]
        refused = await house.presses(BOSS, _action(done, "✗ 1#9"))
        assert refused.alert == "Rejected #9."
        back = await house.presses(BOSS, _action(refused, "Undo"))
        assert back.text.text.startswith("Taken back: reject 1#9.\n\n11 comments wait")
        late = await house.presses(MOD, _action(second, "✗ 1#10"))
        assert late.alert == "Comment #10 is published: Boss was first."
        assert len(_labels(await house.commands(MOD, "queue"))) == 5, "as Discord has room for"


async def test_the_last_item_of_a_page_leads_to_the_page_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _say_apart(house, 9)
        second = await house.commands(BOSS, "queue 2")
        done = await house.presses(BOSS, _action(second, "✓ 1#9"))
        assert "8 comments wait" in done.text.text
        assert _labels(done)[0][0] == "✓ 1#1"


async def test_filters_by_article_check_and_the_author_by_a_sign(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.say("mine", who="Ana")
        await house.say("hers https://example.org/x", who="Eve")
        listed = (await house.commands(BOSS, "queue")).text.text
        signs = {line.split(": ")[0].split(" · ")[1] for line in listed.splitlines()[1:]}
        assert len(signs) == 2
        tags = await house.rows("SELECT tag FROM author")
        assert not any(row["tag"] in listed for row in tags)
        sign = next(line for line in listed.splitlines() if "mine" in line).split(" · ")[1][:5]
        for line, seen, unseen in (
            (f"queue author {sign}", "mine", "hers"),
            (f"queue author:{sign.upper()}", "mine", "hers"),
            ("queue check links", "hers", "mine"),
            ("queue article 1", "mine", "nobody"),
        ):
            text = (await house.commands(BOSS, line)).text.text
            assert seen in text, line
            assert unseen not in text, line
        for line in ("queue article 2", "queue author zzzzz", "queue appealed"):
            none = (await house.commands(BOSS, line)).text.text
            assert none == "Nothing of that kind waits. There are: pending 1, withheld 1."
        assert "For example" in (await house.commands(BOSS, "queue nonsense")).text.text
        page = await house.commands(BOSS, f"queue pending article 1 author {sign} check mode")
        for row in page.buttons:
            for button in row:
                assert len(button.action) <= 64, button
        again = await house.presses(BOSS, _action(page, "✓ 1#1"))
        assert f"author {sign}" not in again.text.text
        assert "There are: withheld 1." in again.text.text


async def test_what_readers_reported_is_a_queue_too_and_kept_or_taken_down(tmp_path: Path) -> None:
    async with desk(tmp_path, "open") as house:
        for number, words in enumerate(("one that stays", "another that goes"), start=1):
            await house.say(words)
            await _reported(house, number)
        listed = await house.commands(BOSS, "queue")
        assert "reported 2" in listed.text.text
        assert "Only: reported" in listed.text.text
        kept = await house.presses(BOSS, _action(listed, "✓ 1#1"))
        assert "reported 1" in kept.text.text
        gone = await house.presses(BOSS, _action(kept, "✗ 1#2"))
        assert gone.alert == "Removed #2 everywhere."
        assert "Nothing waits." in gone.text.text


async def _reported(house: Desk, comment: int) -> None:
    row = {"comment": comment, "reporter": "r", "revision": 1, "weight": 1.0, "at": 0.0}
    await house.room.change(lambda tx, _: tx.insert("report", row))


async def test_forged_pages_do_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.say("one")
        token = (await house.token(1))[1:]
        odd = ["q", "qp:", "qp:z1", "qp:p", "qp:-99999999", "qa:x:1:-1", "qa:-1", "qu:none:-1"]
        for forged in (*odd, f"qz:{token}-1", f"qa:{token[:-3]}:9:-1", "qo:x:y:-1"):
            answer = await house.presses(BOSS, forged)
            assert "does nothing" in answer.alert or "changed since" in answer.alert, forged
        assert await house.rows("SELECT * FROM decision WHERE comment = 1") == []


async def test_an_item_opens_its_card_where_the_platform_can_show_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _say_apart(house, 13)
        await house.room.refresh_desks(every=True)
        page = await house.commands(BOSS, "queue 2")
        assert (await house.presses(BOSS, _action(page, "… 1#13"))).alert == "Its card comes below."
        assert (await house.presses(BOSS, _action(page, "… 1#9"))).alert == (
            "Its card is here already."
        )
        assert await _open_on(house, "telegram") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 13]
        await house.room.refresh_desks(every=True)
        assert await _open_on(house, "telegram") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 13]
        assert "Being read by Boss." in (await house.card(13)).text.text
        there = await house.commands(MOD, "queue 2")
        shown = await house.presses(MOD, _action(there, "… 1#5"))
        assert "remark 05" in shown.text.text
        assert _labels(shown)[-1] == ["Back"]
        assert (await house.presses(MOD, _action(shown, "Back"))).text == there.text


async def _open_on(house: Desk, side: str) -> list[int]:
    rows = await house.rows(
        "SELECT c.number FROM delivery d JOIN channel n ON n.id = d.channel"
        " JOIN comment c ON c.id = d.subject_id WHERE d.subject = 'card' AND d.want > 0"
        " AND c.state = 'held' AND n.platform = :side ORDER BY c.number", side=side,
    )  # fmt: skip
    return [row["number"] for row in rows]


async def test_a_flood_of_risky_comments_leaves_cards_for_the_others(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _say_apart(house, 40)
        for number in range(6, 41):
            await _risky(house, number, 0.9, withheld=True)
        await house.room.refresh_desks(every=True)
        assert await _open_on(house, "discord") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("act", ["approve", "reject", "withdraw", "undo", "rewrite", "delete"])
async def test_what_waits_is_counted_as_it_changes(tmp_path: Path, act: str) -> None:
    async with desk(tmp_path) as house:
        for words in ("one", "two", "three https://example.org"):
            await house.say(words)

        def change(tx: Tx, context: Context) -> None:
            row: dict[str, Any] = {"c": 3}
            if act == "withdraw":
                tx.run("UPDATE comment SET state = 'withdrawn' WHERE id = :c", row)
            elif act == "rewrite":
                tx.run("UPDATE comment SET withheld = 0 WHERE id = :c", row)
            elif act == "delete":
                tx.run("DELETE FROM comment WHERE id = :c", row)

        if act in ("approve", "reject", "undo"):
            await house.commands(BOSS, "approve 1#1" if act == "undo" else f"{act} 1#1")
        if act == "undo":
            await house.commands(BOSS, "undo")
        await house.room.change(change)
        real = await house.rows(
            "SELECT withheld, count(*) AS n FROM comment WHERE state = 'held' GROUP BY withheld"
        )
        found = await house.room.look(lambda tx, _: queue.counts(tx, 1))
        assert {("pending", "withheld")[row["withheld"]]: row["n"] for row in real} == {
            name: n for name, n in found.items() if n
        }
        total = await house.room.look(lambda tx, _: queue.held_count(tx, 1))
        assert total == sum(row["n"] for row in real)


async def test_the_header_line_changes_at_most_once_in_three_seconds(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        dues = []
        for number in range(14):
            await house.say(f"remark {number}")
            await house.room.refresh_desks()
            rows = await house.rows("SELECT due, have, want FROM delivery WHERE subject = 'queue'")
            dues.append(rows[0]["due"] - house.clock.now() if rows else None)
            house.clock.advance(0.5)
        assert dues[10:] == [0.0, 2.5, 2.0, 1.5]
        house.clock.advance(10)
        await house.say("one more")
        await house.room.refresh_desks()
        row = await house.row("SELECT due FROM delivery WHERE subject = 'queue'")
        assert row["due"] == house.clock.now()


async def test_the_first_page_reads_no_more_than_it_shows(tmp_path: Path) -> None:
    """By indexes, whatever waits: nothing is sorted."""
    async with desk(tmp_path) as house:

        def plan(tx: Tx, context: Context) -> str:
            sql = queue.PAGE.format(where="c.state = 'held'", order=queue.ORDER)
            values = {"p": 1, "limit": 9, "skip": 0}
            return " ".join(row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", values))

        found = await house.room.look(plan)
        assert "comment_waiting" in found
        assert "TEMP B-TREE" not in found


async def test_the_oldest_is_found_by_the_order_of_the_queue(tmp_path: Path) -> None:
    """An edited comment waits since its newest wording; no look reads more than the first few."""
    async with desk(tmp_path) as house:
        assert await house.room.look(lambda tx, _: oldest_held(tx, 1)) is None
        for number in range(30):
            house.clock.advance(10)
            await house.say(f"remark {number:02}")
        await house.commands(BOSS, "approve 1#1")
        for number in (2, 3, 5):
            house.clock.advance(10)
            await house.edits(number, f"another wording {number}")
        fourth = await house.row("SELECT at FROM revision WHERE comment = 4")
        assert await house.room.look(lambda tx, _: oldest_held(tx, 1)) == fourth["at"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(alarms, "LOOKED_AT", 2)
            assert await house.room.look(lambda tx, _: oldest_held(tx, 1)) == fourth["at"]
        plan = await house.rows("EXPLAIN QUERY PLAN " + alarms.BY_AGE, p=1, past=0, n=200)
        told = " ".join(str(row["detail"]) for row in plan)
        assert "comment_oldest" in told
        assert "SCAN" not in told
        assert "TEMP B-TREE" not in told
