"""Who may do what: rosters, the platforms' rights, and their own roles that count as ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from bots.rehearsal.discord.flags import NOTHING
from core.commands import COMMANDS
from core.errors import UserError
from core.feeds.model import Draft
from core.model import Role
from core.newsroom import cli_actor
from core.newsroom.context import Context
from core.newsroom.decisions import roles
from core.newsroom.decisions.log import undo
from core.newsroom.setup import admin
from core.ports import Tx
from core.text.model import Rich
from tests.road.hands import Hands
from tests.road.test_commands import published

NO_EDITOR = "Sorry, only editors can do that."
NO_OWNER = "Sorry, only owners can do that."


def guild(hands: Hands) -> str:
    return str(hands.d.channel(hands.p.discord_desk)["guild_id"])


async def titled(hands: Hands, title: str, **rights: bool) -> int:
    """Carol, an administrator of the desk with a title, who has spoken to the bot before."""
    carol = hands.t.add_person("Carol")
    hands.t.join(hands.p.desk, carol)
    hands.t.make_admin(hands.p.desk, carol, custom_title=title, **rights or {"can_pin": True})
    await hands.starts(carol)
    return carol


async def desk(hands: Hands, who: int, text: str) -> str:
    """What somebody's command at the Telegram desk is answered."""
    made = hands.t.person_posts(who, hands.p.desk, text)["message_id"]
    found = await hands.house.until(
        lambda: next(
            (m for m in hands.t.messages(hands.p.desk)
             if (m.get("reply_to_message") or {}).get("message_id") == made), None,
        ),
        f"an answer to {text!r}",
    )  # fmt: skip
    return str(found["text"])


async def test_a_moderator_decides_on_comments_and_not_on_articles_or_the_policy(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        p, away = hands.p, "https://paper.example/x"
        carol = await titled(hands, "Night")
        assert await hands.slash(p.mod, p.discord_desk, "retract", article="1") == NO_EDITOR
        assert await hands.slash(p.mod, p.discord_desk, "publish", text=away) == NO_EDITOR
        assert await hands.slash(p.mod, p.discord_desk, "policy", text="Mine") == NO_EDITOR
        assert await hands.slash(p.mod, p.discord_desk, "moderators", text="remove X") == NO_OWNER
        assert await desk(hands, carol, "/retract 1") == NO_EDITOR
        for words, no in ((f"/publish {away}", NO_EDITOR), ("/moderators map N owner", NO_OWNER)):
            assert await desk(hands, carol, words) == no
        assert "Nothing waits." in await desk(hands, carol, "/queue")
        told = await hands.slash(p.mod, p.discord_desk, "help")
        assert "/approve" in told
        assert "/retract" not in told
        assert await hands.log() == []


async def test_a_title_on_telegram_counts_as_a_role_until_it_is_taken(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        carol = await titled(hands, "Night Desk")
        assert await hands.at_desk("/moderators map night desk editor") == (
            "night desk is editor now."
        )
        assert "night desk · editor · whoever has this role on Telegram" in await hands.at_desk(
            "/moderators"
        )
        assert await desk(hands, carol, "/policy Be brief.") == "The policy is changed."
        hands.t.make_admin(hands.p.desk, carol, can_pin=True)
        assert await desk(hands, carol, "/policy Be long.") == NO_EDITOR
        hands.t.join(hands.p.desk, carol)
        assert "only moderators" in await desk(hands, carol, "/queue")
        assert (
            await hands.at_desk("/moderators unmap night desk") == "“night desk” is off the list."
        )
        assert "not on the list" in await hands.at_desk("/moderators unmap night desk")


async def test_a_press_after_the_right_is_gone_does_nothing(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        carol = await titled(hands, "Night")
        hands.ana("first for Carol")
        hands.ana("second for Carol")
        card = await hands.house.until(lambda: hands.house.card("first for"), "card")
        later = await hands.house.until(lambda: hands.house.card("second for"), "card")
        hands.presses(card, "Approve", who=carol)
        await hands.house.until(lambda: hands.house.card("Published by Carol"), "decided")
        hands.t.join(hands.p.desk, carol)
        said = await hands.toast(hands.presses(later, "Approve", who=carol))
        assert said == "Sorry, only moderators can do that."


async def test_a_role_on_discord_counts_as_a_role_until_it_is_taken(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        d, p, where = hands.d, hands.p, guild(hands)
        owner, role = d.owner_of(where), d.add_role(where, "Editors", NOTHING)
        said = await hands.slash(owner, p.discord_desk, "moderators", text="map Nobody editor")
        assert said.startswith("There is no role “Nobody” here, only: ")
        assert "everyone" not in said
        for words in ("Editors", "@editors", f"<@&{role}>"):
            said = await hands.slash(
                owner, p.discord_desk, "moderators", text=f"map {words} editor"
            )
            assert said == "Editors is editor now."
        d.give_role(p.mod, where, role)
        told = await hands.slash(p.mod, p.discord_desk, "moderators")
        assert "Editors · editor · whoever has this role on Discord" in told.replace("**", "")
        assert role not in told
        said = await hands.slash(p.mod, p.discord_desk, "policy", text="Be brief.")
        assert said == "The policy is changed."
        d.take_role(p.mod, where, role)
        assert await hands.slash(p.mod, p.discord_desk, "policy", text="No.") == NO_EDITOR


async def test_the_roster_gives_roles_and_lists_them_by_name(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        ana = hands.p.ana
        code = await hands.house.product.newsroom.change(
            lambda tx, context: admin.make_code(tx, context, None, 1, Role.EDITOR)
        )
        hands.t.person_posts(ana, hands.bot, f"/connect {code}")
        await hands.house.until(
            lambda: "Your role here is editor now." in hands.t.texts(ana), "on the roster"
        )
        assert "Ana · editor · on the roster" in await hands.at_desk("/moderators")
        assert str(ana) not in await hands.at_desk("/moderators")
        assert await hands.in_group(ana, "/policy Be brief.") == "The policy is changed."
        assert await hands.at_desk("/moderators role Ana moderator") == "Ana is moderator now."
        assert await hands.in_group(ana, "/policy Be long.") == NO_EDITOR
        assert "is no role" in await hands.at_desk("/moderators role Ana reader")
        assert "/moderators role NAME editor" in await hands.at_desk("/moderators role Ana")
        assert await hands.at_desk("/moderators remove Ana") == "“Ana” is off the list."
        told = await hands.at_desk("/history")
        for line in ("roles · Ana: Ana: editor", "roles · Boss: Ana: moderator", "Ana: off"):
            assert line in told
        assert "only moderators" in await hands.in_group(ana, "/queue")


async def test_a_preview_is_published_by_an_editor_only(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        draft = Draft("next", "https://paper.example/next", "Next story", body=Rich("One."))
        await hands.house.product.newsroom.preview(1, draft)
        card = await hands.house.until(
            lambda: hands.house.discord_card("Next story"), "a preview at the desk"
        )
        assert (await hands.clicks(card, "Publish")).text == NO_EDITOR
        owner = hands.d.owner_of(guild(hands))
        assert "Published" in (await hands.clicks(card, "Publish", who=owner)).text


def test_every_command_names_a_role() -> None:
    assert {command.who for command in COMMANDS} <= {role.value for role in Role}


async def test_who_is_what_is_taken_back_like_any_decision_and_by_owners_alone(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        d, p, ana = hands.d, hands.p, hands.p.ana
        code = await hands.house.product.newsroom.change(
            lambda tx, context: admin.make_code(tx, context, None, 1, Role.EDITOR)
        )
        hands.t.person_posts(ana, hands.bot, f"/connect {code}")
        await hands.house.until(lambda: "Your role here is" in str(hands.t.texts(ana)), "on it")
        assert await hands.at_desk("/moderators role Ana moderator") == "Ana is moderator now."
        made = [row["id"] for row in await hands.log() if row["action"] == "role"]
        carol = await titled(hands, "Night")
        assert await desk(hands, carol, f"/undo {made[-1]}") == NO_OWNER
        assert "Something else was decided since" in await hands.at_desk(f"/undo {made[0]}")
        assert (await hands.at_desk(f"/undo {made[-1]}")).startswith("Taken back: ")
        assert await hands.in_group(ana, "/policy Be brief.") == "The policy is changed."
        assert await hands.at_desk("/moderators remove Ana") == "“Ana” is off the list."
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        assert await hands.in_group(ana, "/policy Be long.") == "The policy is changed."
        owner, role = d.owner_of(guild(hands)), d.add_role(guild(hands), "Editors", NOTHING)
        d.give_role(p.mod, guild(hands), role)
        await hands.slash(owner, p.discord_desk, "moderators", text="map Editors editor")
        assert "changed" in await hands.slash(p.mod, p.discord_desk, "policy", text="Be brief.")
        assert (await hands.slash(owner, p.discord_desk, "undo")).startswith("Taken back: ")
        assert await hands.slash(p.mod, p.discord_desk, "policy", text="No.") == NO_EDITOR
        await hands.slash(owner, p.discord_desk, "moderators", text="map Editors owner")
        assert "off the list" in await hands.slash(
            owner, p.discord_desk, "moderators", text="unmap Editors"
        )
        assert (await hands.slash(owner, p.discord_desk, "undo")).startswith("Taken back: ")
        assert "Editors" in (await hands.at_desk("/moderators"))


async def test_no_publication_is_left_without_an_owner(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        room = hands.house.product.newsroom
        cli = cli_actor()

        async def refused(work: Callable[[Tx, Context], object]) -> bool:
            try:
                await room.change(work)
            except UserError as why:
                return "nobody would be owner" in str(why)
            return False

        def start(tx: Tx, context: Context) -> int:
            number = admin.add_publication(tx, context, "Small paper")
            roles.appoint(tx, context, number, ("discord", "7", "Eve"), Role.OWNER, cli)
            return number

        number = await room.change(start)
        assert await refused(lambda tx, c: roles.remove(tx, c, number, "Eve", cli))
        (first,) = [row["id"] for row in await hands.log() if row["publication"] == number]
        assert await refused(lambda tx, c: undo(tx, c, cli, first, Role.OWNER))
        await room.change(
            lambda tx, c: roles.appoint(tx, c, number, ("discord", "8", "Max"), Role.OWNER, cli)
        )
        assert await room.change(lambda tx, c: roles.remove(tx, c, number, "Eve", cli)) == 1


async def test_what_was_published_is_withdrawn_by_undo_and_a_discarded_preview_says_how(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        room, owner = hands.house.product.newsroom, hands.d.owner_of(guild(hands))
        for key in ("One", "Two"):
            await room.preview(1, Draft(key, f"https://paper.example/{key}", f"Story {key}"))
            card = await hands.house.until(
                partial(hands.house.discord_card, f"Story {key}"), "card"
            )
            await hands.clicks(card, "Publish" if key == "One" else "Discard", who=owner)
        discarded = (await hands.log())[-1]["id"]
        made = discarded - 1
        assert "/publish brings its preview" in await hands.at_desk(f"/undo {discarded}")
        assert (await hands.at_desk(f"/undo {made}")).startswith("Taken back: ")
        await hands.house.until(
            lambda: any("was withdrawn" in text for text in hands.t.texts(hands.p.channel)),
            "withdrawn where it stood",
        )
