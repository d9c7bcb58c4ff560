"""A second look: an author appeals once, another moderator answers without knowing who decided."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.newsroom.decisions import audit
from core.newsroom.setup import admin
from tests.road.hands import Hands
from tests.road.house import read
from tests.road.test_told import QUICK, published, rejects, says, to_ana, to_ben

Json = dict[str, object]


def appeal_card(hands: Hands, words: str) -> dict[str, object] | None:
    found = [m for m in hands.house.cards() if words in m.get("text", "")
             and m["text"].startswith("Appeal")]  # fmt: skip
    return found[-1] if found else None


def appeal_here(hands: Hands, words: str) -> dict[str, object] | None:
    """The same at the Discord desk."""
    found = [m for m in hands.d.messages(hands.p.discord_desk)
             if words in read(m) and "Appeal" in read(m)]  # fmt: skip
    return found[-1] if found else None


async def exported(hands: Hands) -> list[list[str]]:
    """The rows about comment 1 that an export of the log holds."""
    rows = await hands.house.product.newsroom.look(
        lambda tx, context: audit.export(tx, context, None, 0, 9e12)
    )
    return [row for row in rows if "1#1" in row]


def private_message(hands: Hands, words: str) -> dict[str, object]:
    return next(m for m in hands.t.messages(hands.p.ana) if words in m["text"])


async def presses_appeal(hands: Hands, told: str, reasons: str) -> None:
    """Ana presses Appeal under what she was told and writes her reasons."""
    message = private_message(hands, told)
    before = len(hands.t.messages(hands.p.ana))
    hands.t.person_presses(hands.p.ana, hands.p.ana, int(str(message["message_id"])), "Appeal")
    await hands.house.until(lambda: len(hands.t.messages(hands.p.ana)) > before, "asked for words")
    hands.t.person_posts(hands.p.ana, hands.bot, reasons)


async def test_the_button_in_the_direct_chat_leads_to_another_moderator_and_the_answer_back(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("They were at the harbour")
        await rejects(hands, "They were at the harbour")
        await says(hands, to_ana, "was not published")
        await presses_appeal(hands, "was not published", "It is no insult, it is a fact.")
        await says(hands, to_ana, "Your appeal is with the moderators")
        card = await hands.house.until(
            lambda: appeal_here(hands, "It is no insult"), "the appeal's card on Discord"
        )
        text = read(card).replace("*", "").replace("\\", "")
        assert "1#1 Ana · Telegram" in text
        assert "They were at the harbour" in text
        assert "What was decided: rejected: insult" in text
        assert "Boss" not in text
        other = await hands.house.until(lambda: appeal_card(hands, "It is no insult"), "card")
        said = (await hands.clicks(card, "Uphold")).text
        assert said == "The appeal about 1#1 is upheld."
        there, _ = await hands.copies("They were at the harbour")
        assert there
        told = await says(hands, to_ana, "was upheld")
        assert "Mod" not in told.replace("moderators", "")
        await hands.house.until(
            lambda: "Upheld by Mod" in str((appeal_card(hands, "no insult") or {})["text"]),
            "both cards tell it",
        )
        assert other
        row = (await hands.log())[-1]
        assert (row["action"], row["actor_name"]) == ("uphold", "Mod")
        await hands.at_desk(f"/undo {row['id']}")
        await hands.nowhere("They were at the harbour")
        await hands.house.until(
            lambda: "Uphold" in hands.buttons(appeal_card(hands, "no insult") or {}),
            "the appeal is open again",
        )


async def test_who_decided_does_not_answer_unless_nobody_else_moderates(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("A hard word")
        await rejects(hands, "A hard word")
        await says(hands, to_ana, "was not published")
        said = await hands.in_group(hands.p.ana, "/appeal 1#1 Look again please.")
        assert "Your appeal is with the moderators" in said
        card = await hands.house.until(lambda: appeal_card(hands, "Look again"), "card")
        room = hands.house.product.newsroom
        await room.change(lambda tx, c: admin.add_moderator(tx, c, 1, "discord", "77", "Other"))
        press = hands.presses(card, "Deny")
        assert "another moderator has to look" in await hands.toast(press)
        await room.change(lambda tx, c: tx.run("DELETE FROM moderator WHERE name = 'Other'"))
        press = hands.presses(card, "Deny")
        said = await hands.toast(press)
        assert "is denied" in said
        assert "nobody else moderates here" in said
        told = await says(hands, to_ana, "the decision stands")
        assert "Boss" not in told
        card = await hands.house.until(lambda: appeal_card(hands, "Denied by Boss"), "the answer")
        assert hands.buttons(card) == ["Undo"]


async def test_one_appeal_for_each_decision_by_its_author_alone(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        thread = hands.house.forum_thread()
        assert thread
        hands.ben("Once more")
        await rejects(hands, "Once more")
        await says(hands, to_ben, "was not published")
        assert "Only its author" in await hands.slash(
            hands.p.mod, thread, "appeal", comment="1#1", text="for him"
        )
        assert "Write behind the command" in await hands.slash(
            hands.p.ben, thread, "appeal", comment="1#1"
        )
        said = await hands.slash(hands.p.ben, thread, "appeal", comment="#1", text="Why?")
        assert "Your appeal is with the moderators" in said
        said = await hands.slash(hands.p.ben, thread, "appeal", comment="#1", text="Why??")
        assert "with the moderators already" in said
        await hands.at_desk("/ban 1#1")
        await says(hands, to_ben, "You cannot comment")
        said = await hands.slash(hands.p.ben, thread, "appeal", comment="#1", text="A ban?")
        assert "Your appeal is with the moderators" in said
        await hands.house.until(lambda: appeal_card(hands, "A ban?"), "the ban's own card")
        assert "the author is banned" in str((appeal_card(hands, "A ban?") or {})["text"])


async def test_on_discord_the_button_opens_a_form_in_the_direct_message(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ben("A fair remark")
        await rejects(hands, "A fair remark")
        await says(hands, to_ben, "was not published")
        bot = str(next(iter(hands.d.state.all("app")))["bot_id"])
        message = hands.d.messages(hands.d.direct_chat(hands.p.ben, bot))[-1]
        opened = await hands.clicks(message, "Appeal", who=hands.p.ben)
        assert opened.modal
        said = await hands.submits(hands.p.ben, opened, "It was fair.")
        assert "Your appeal is with the moderators" in said
        card = await hands.house.until(lambda: appeal_card(hands, "It was fair"), "card")
        assert "1#1 Ben · Discord" in str(card["text"])


async def test_a_mute_that_is_appealed_against_with_success_is_over(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.starts(hands.p.ana)
        hands.ana("A remark")
        await hands.house.until(lambda: hands.copy_here("A remark"), "relayed")
        await hands.at_desk("/mute 1#1 48")
        await says(hands, to_ana, "You cannot comment at The Paper until")
        await presses_appeal(hands, "You cannot comment", "I only asked.")
        card = await hands.house.until(lambda: appeal_here(hands, "I only asked"), "card")
        await hands.clicks(card, "Uphold")
        await says(hands, to_ana, "was upheld")
        hands.ana("And here I am again")
        await hands.house.until(lambda: hands.copy_here("And here I am"), "relayed again")


async def _carded(hands: Hands, words: str) -> None:
    await hands.house.until(lambda: hands.house.card(words), f"card of {words}")


async def test_no_more_than_three_appeals_have_a_card_and_the_next_follow(tmp_path: Path) -> None:
    async with published(tmp_path, rules=QUICK) as hands:
        thread = hands.house.forum_thread()
        assert thread
        for number in range(1, 6):
            hands.ben(f"remark {number}")
            await _carded(hands, f"remark {number}")
            await hands.at_desk(f"/reject 1#{number} spam")
            said = await hands.slash(
                hands.p.ben, thread, "appeal", comment=f"1#{number}", text=f"reason {number}"
            )
            assert "with the moderators" in said
        await hands.settled()
        shown = [n for n in range(1, 6) if appeal_card(hands, f"reason {n}")]
        assert shown == [1, 2, 3]
        first = appeal_here(hands, "reason 1")
        assert first
        await hands.clicks(first, "Deny")
        await hands.house.until(lambda: appeal_card(hands, "reason 4"), "the next one")


async def test_what_is_refused_because_of_a_ban_is_appealed_against_with_the_ban(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        thread = hands.house.forum_thread()
        assert thread
        hands.ben("Before it")
        await hands.house.until(lambda: hands.copy_there("Before it"), "relayed")
        await hands.at_desk("/ban 1#1")
        hands.ben("After it")
        await hands.nowhere("After it")
        said = await hands.slash(hands.p.ben, thread, "appeal", comment="#2", text="Why not?")
        assert said == "Nothing was decided about it that can be looked at again."
        said = await hands.slash(hands.p.ben, thread, "appeal", comment="#1", text="Why a ban?")
        assert "Your appeal is with the moderators" in said


async def test_an_author_can_be_told_the_answer_however_long_it_takes(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        thread = hands.house.forum_thread()
        assert thread
        hands.ben("A slow matter")
        await rejects(hands, "A slow matter")
        await says(hands, to_ben, "was not published")
        await hands.slash(hands.p.ben, thread, "appeal", comment="#1", text="Take your time.")
        room = hands.house.product.newsroom
        await room.change(lambda tx, c: tx.run("UPDATE address SET expires = :t",
                                               {"t": c.clock.now() - 1}))  # fmt: skip
        await room.tidy()
        card = await hands.house.until(lambda: appeal_here(hands, "Take your time"), "card")
        await hands.clicks(card, "Uphold")
        await says(hands, to_ben, "was upheld")

        async def gone() -> bool:
            return not await room.look(lambda tx, _: tx.all("SELECT * FROM address"))

        await hands.house.until_async(gone, "then the address goes")


async def test_denied_in_words_of_a_moderator_who_cannot_see_who_decided(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("A plain word")
        await rejects(hands, "A plain word")
        await says(hands, to_ana, "was not published")
        decided = await hands.house.until(lambda: hands.house.card("Rejected by Boss"), "decided")
        await hands.in_group(hands.p.ana, "/appeal 1#1 Please look.")
        await hands.house.until(
            lambda: "by another moderator: insult" in str(hands.house.card("A plain") or {}),
            "the card does not name who decided",
        )
        told = await hands.slash(hands.p.mod, hands.p.discord_desk, "history")
        assert "reject 1#1 · another moderator" in told
        assert "Boss" not in str(await exported(hands))
        told = await hands.slash(
            hands.p.mod, hands.p.discord_desk, "history", text="moderator Boss"
        )
        assert "reject" not in told
        said = await hands.slash(hands.p.mod, hands.p.discord_desk, "approve", comment="1#1")
        assert "another moderator was first" in said
        card = await hands.house.until(lambda: appeal_card(hands, "Please look"), "card")
        said = await hands.toast(hands.presses(card, "Deny, with reasons"))
        assert said == "Send /deny 1#1 and your reasons; the author reads them."
        here = await hands.house.until(lambda: appeal_here(hands, "Please look"), "on Discord")
        opened = await hands.clicks(here, "Deny, with reasons")
        assert opened.modal
        said = await hands.submits(hands.p.mod, opened, "It names a witness.")
        assert "is denied" in said
        told = await says(hands, to_ana, "the decision stands")
        assert "Reason: It names a witness." in told
        assert "Mod" not in told.replace("moderators", "")
        await hands.house.until(
            lambda: "Denied by Mod: It names" in str(appeal_card(hands, "Please look")), "told"
        )
        await hands.house.until(lambda: hands.house.card("Rejected by Boss"), "and who decided")
        assert decided
        assert "Boss" in await hands.slash(hands.p.mod, hands.p.discord_desk, "history")
        assert "Boss" in str(await exported(hands))


async def test_the_queue_lists_appeals_with_buttons_on_both_platforms(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for number, words in enumerate(("First word", "Second word"), 1):
            hands.ana(words)
            await rejects(hands, words)
            await hands.house.until(partial(hands.house.card, "Rejected by"), "rejected")
            hands.writes(hands.p.ana, f"/appeal 1#{number} Please look at {number}.")
            await hands.house.until(partial(appeal_card, hands, f"look at {number}"), "card")
        made = hands.t.person_posts(hands.p.boss, hands.p.desk, "/queue appealed")
        page = await hands.house.until(
            lambda: hands._reply_to(hands.p.desk, made["message_id"]), "the page"
        )
        assert hands.buttons(page) == ["✓ 1#1", "✗ 1#1", "✓ 1#2", "✗ 1#2"]
        told = await hands.slash(hands.p.mod, hands.p.discord_desk, "queue", text="appealed")
        assert "First word" in told
        listed = hands.d.ephemeral_to(hands.p.mod)[-1]
        room = hands.house.product.newsroom
        await room.change(lambda tx, c: admin.add_moderator(tx, c, 1, "discord", "77", "Other"))
        press = hands.presses(page, "✗ 1#1")
        assert "another moderator has to look" in await hands.toast(press)
        said = await hands.slash(
            hands.p.mod, hands.p.discord_desk, "deny", comment="1#1", text="Look at 1."
        )
        assert "is denied" in said
        assert "another moderator has to look" in await hands.at_desk("/deny 1#2")
        hands.d.person_presses(hands.p.mod, listed["id"], "✓ 1#2")
        await hands.copies("Second word")
