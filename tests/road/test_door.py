"""The door: anonymous comments through the bot, on both platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, Permission
from bots.rehearsal.telegram.errors import Refused
from core.authors import pseudonym
from core.errors import UserError
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan
from core.newsroom.setup import admin
from core.text.model import Rich
from tests.road.house import TELEGRAM_TOKEN, WRITING, House, newsroom

Json = dict[str, Any]


def button(message: Json, label: str) -> Json:
    """A button of a Telegram message."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(found for row in rows for found in row if found["text"] == label)


def post(house: House, words: str = "Harbour report") -> Json:
    return next(
        m for m in house.telegram.messages(house.places.channel) if words in m.get("text", "")
    )


def direct(house: House, person: int, words: str) -> Json | None:
    """The newest message of the direct chat with these words."""
    found = [m for m in house.telegram.messages(person) if words in m.get("text", "")]
    return found[-1] if found else None


async def enters(house: House, person: int, url: str, text: str) -> Json:
    """Follow a deep link and write; the preview."""
    house.telegram.person_opens(person, url)
    await house.until(lambda: direct(house, person, "Write your comment now"), "asked for words")
    house.telegram.person_posts(person, person, text)
    return await house.until(lambda: _preview(house, person, text), "preview")  # type: ignore[no-any-return]


def _preview(house: House, person: int, text: str) -> Json | None:
    found = direct(house, person, text)
    return found if found and "reply_markup" in found else None


def _other(found: Json | None, known: Json) -> Json | None:
    return found if found and found["message_id"] != known["message_id"] else None


async def comments(house: House, person: int, text: str, url: str = "") -> None:
    """Write a comment on Telegram, from the button to Send."""
    link = url or button(post(house), "Comment")["url"]
    preview = await enters(house, person, link, text)
    house.telegram.person_presses(person, person, preview["message_id"], "Send")
    await house.until(lambda: direct(house, person, "Thank you"), "thanked")


async def submits(house: House, person: str, message: str, label: str, text: str) -> None:
    """Write a comment on Discord, from the button through the form."""
    pressed = house.discord.person_presses(person, message, label)
    await house.until(lambda: pressed.modal, "the form")
    sent = house.discord.person_submits(person, pressed, {"text": text})
    await house.until(lambda: sent.text, "answered")


def first(house: House, headline: str = "Harbour report") -> str:
    """The first message of the forum post."""
    thread = house.forum_thread(headline) or ""
    return str(house.discord.messages(thread)[0]["id"])


async def approve(house: House, words: str) -> None:
    card = await house.until(lambda: house.card(words), "card")
    boss, desk = house.places.boss, house.places.desk
    house.telegram.person_presses(boss, desk, card["message_id"], "Approve")


async def rows(house: House, sql: str) -> list[Json]:
    found = await house.product.newsroom.look(lambda tx, _: [dict(r) for r in tx.all(sql)])
    return list(found)


async def test_telegram_from_the_button_to_both_platforms(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        await house.publish()
        t, p = house.telegram, house.places
        assert "anonymous" in post(house)["text"]
        with pytest.raises(Refused):
            t.person_posts(p.ana, p.group, "Under my name", under=house.root())
        preview = await enters(house, p.ana, button(post(house), "Comment")["url"], "I saw *it*")
        assert not house.card("I saw"), "nothing is sent before Send"
        t.person_presses(p.ana, p.ana, preview["message_id"], "Send")
        thanks = await house.until(lambda: direct(house, p.ana, "Thank you"), "thanked")
        assert "waits for a moderator" in thanks["text"]
        assert "/delete 1#1" in thanks["text"]
        card = await house.until(lambda: house.card("I saw *it*"), "card")
        assert "Ana" not in card["text"]
        assert not house.group_message("I saw")
        await approve(house, "I saw *it*")
        there = await house.until(lambda: house.thread_message("I saw"), "on Discord")
        here = await house.until(lambda: house.group_message("I saw"), "on Telegram")
        name = preview["text"].split("\n")[0]
        assert len(name.split()) == 2
        assert here["text"].split("\n")[0] == f"#1 {name} · Telegram"
        assert f"#1 **{name}** · Telegram" in there["content"]
        assert "I saw \\*it\\*" in there["content"]
        assert "Ana" not in str([house.group(), there])
        assert not await rows(house, "SELECT 1 FROM delivery WHERE role = 'origin'")


async def test_discord_from_the_button_to_both_platforms(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        await house.publish()
        d, p = house.discord, house.places
        await submits(house, p.ben, first(house), "Comment", "The cranes **stopped**")
        told = d.ephemeral_to(p.ben)[-1]["content"]
        assert "waits for a moderator" in told
        await approve(house, "The cranes stopped")
        here = await house.until(lambda: house.thread_message("stopped"), "on Discord")
        there = await house.until(lambda: house.group_message("stopped"), "on Telegram")
        assert "Ben" not in here["content"] + there["text"]
        assert there["text"].split("\n")[0].endswith("· Discord")
        assert any(e["type"] == "bold" for e in there["entities"][1:])


async def test_replies_through_the_door_on_both(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, d, p = house.telegram, house.discord, house.places
        await comments(house, p.ana, "Who owns the pier?")
        copy = await house.until(lambda: house.thread_message("Who owns"), "on Discord")
        await submits(house, p.ben, copy["id"], "Reply", "The port authority")
        answer = await house.until(lambda: house.group_message("port authority"), "on Telegram")
        assert "Who owns the pier?" in answer["reply_to_message"]["text"]
        there = await house.until(lambda: house.thread_message("port authority"), "in the thread")
        assert there["message_reference"]["message_id"] == copy["id"]
        await comments(house, p.ana, "Says who?", button(answer, "Reply")["url"])
        asked = direct(house, p.ana, "In reply to #2")
        assert asked
        assert "The port authority" in asked["text"]
        third = await house.until(lambda: house.thread_message("Says who?"), "relayed")
        assert third["message_reference"]["message_id"] == there["id"]
        used = d.person_uses_menu(p.ben, "Reply", third["id"])
        await house.until(lambda: used.modal, "the form of the menu")
        d.person_submits(p.ben, used, {"text": "The register does"})
        last = await house.until(lambda: house.group_message("The register does"), "by the menu")
        assert "Says who?" in last["reply_to_message"]["text"]
        assert t.messages(p.ana)


async def test_pseudonyms_by_thread(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        await house.publish("Bridge report")
        p = house.places
        for words in ("One remark", "Two remarks"):
            await comments(house, p.ana, words)
            await house.until(lambda words=words: house.group_message(words), "shown")  # type: ignore[misc]
        await comments(house, p.ana, "Elsewhere", button(post(house, "Bridge"), "Comment")["url"])
        await house.until(lambda: house.group_message("Elsewhere"), "shown")
        found = await rows(house, "SELECT article, name, author FROM comment ORDER BY id")
        assert found[0]["name"] == found[1]["name"]
        assert found[0]["name"] != found[2]["name"]
        keys = await rows(house, "SELECT names_key FROM article ORDER BY id")
        assert found[0]["name"] == pseudonym(keys[0]["names_key"], found[0]["author"], "en")


async def test_a_spanish_article_has_spanish_names(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        draft = Draft("puerto", "https://paper.example/puerto", "Informe del puerto",
                      body=Rich("Uno."), published=1_790_000_000.0, language="es-MX")  # fmt: skip
        await house.product.newsroom.publish_draft_now(None, draft)
        await house.until(lambda: house.root("Informe"), "forwarded")
        await house.until(lambda: house.forum_thread("Informe del puerto"), "post")
        shown = post(house, "Informe del puerto")
        assert "anónimos" in shown["text"]
        await comments(house, house.places.ana, "Lo vi", button(shown, "Comentar")["url"])
        await house.until(lambda: house.group_message("Lo vi"), "shown")
        found = (await rows(house, "SELECT c.name, c.author, a.names_key FROM comment c"
                                   " JOIN article a ON a.id = c.article"))[0]  # fmt: skip
        assert found["name"] == pseudonym(found["names_key"], found["author"], "es")


async def test_doors_of_a_group_without_channel_and_a_text_channel(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door", connect=False) as house:
        room, t, d, p = house.product.newsroom, house.telegram, house.discord, house.places
        await room.change(lambda tx, c: admin.add_publication(tx, c, "The Paper", mode="open"))
        alone = t.add_group("Talk", owner=p.boss)
        t.make_admin(alone, int(TELEGRAM_TOKEN.split(":")[0]))
        t.set_permissions(alone, **dict.fromkeys(WRITING, False))
        server = str(d.channel(p.forum)["guild_id"])
        roles = d.state.get("guild", server)["roles"]
        bot = next(str(r["id"]) for r in roles if r["name"] == "Commonthread")
        closed = Permission.SEND_MESSAGES | Permission.SEND_MESSAGES_IN_THREADS
        text = d.add_channel(
            server, "news", overwrites=(overwrite(server, deny=closed), overwrite(bot, allow=BOT))
        )
        plan = ChannelPlan(1, Purpose.DISCUSS, "anonymous", "door")
        await room.add_channel(plan, house.product.adapters["telegram"], str(alone))
        await room.add_channel(plan, house.product.adapters["discord"], text)
        draft = Draft("harbour", "https://paper.example/harbour", "Harbour report",
                      body=Rich("One."), published=1_790_000_000.0)  # fmt: skip
        await room.publish_draft_now(None, draft)
        root = await house.until(lambda: _in(t.messages(alone), "Harbour report"), "root")
        thread = await house.until(lambda: d.threads(text), "thread")
        await comments(house, p.ana, "From the group", button(root, "Comment")["url"])
        copy = await house.until(
            lambda: _in(d.messages(str(thread[0]["id"])), "From the group"), "in the thread"
        )
        await submits(house, p.ben, copy["id"], "Reply", "From the text channel")
        await house.until(lambda: _in(t.messages(alone), "From the text channel"), "in the group")
        message = next(m for m in d.messages(text) if m["embeds"])
        await submits(house, p.ben, message["id"], "Comment", "Under the message")
        await house.until(lambda: _in(t.messages(alone), "Under the message"), "in the group")


def _in(messages: list[Json], words: str) -> Json | None:
    return next((m for m in messages if words in (m.get("text") or m.get("content") or "")), None)


async def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        p = house.places
        preview = await enters(house, p.ana, button(post(house), "Comment")["url"], "Me too")
        name = preview["text"].split("\n")[0]
        await submits(house, p.ben, first(house), "Comment", "I was first")
        await house.until(lambda: house.group_message("I was first"), "shown")
        await house.product.newsroom.change(
            lambda tx, _: tx.run("UPDATE comment SET name = :n", {"n": name})
        )
        house.telegram.person_presses(p.ana, p.ana, preview["message_id"], "Send")
        shown = await house.until(lambda: house.group_message("Me too"), "shown")
        assert shown["text"].split("\n")[0] == f"#2 {name} 2 · Telegram"


async def test_authors_change_and_withdraw_theirs(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, d, p = house.telegram, house.discord, house.places
        await comments(house, p.ana, "First words")
        await house.until(lambda: house.thread_message("First words"), "shown")
        t.person_posts(p.ana, p.ana, "/edit 1#1 Second words")
        await house.until(lambda: house.thread_message("Second words"), "changed on Discord")
        await house.until(lambda: house.group_message("Second words"), "changed on Telegram")
        copy = house.thread_message("Second words")
        assert copy
        used = d.person_uses_menu(p.ben, "Withdraw comment", copy["id"])
        await house.until(lambda: used.text, "answered")
        await house.until(lambda: "Only its author" in str(d.ephemeral_to(p.ben)), "refused")
        await submits(house, p.ben, first(house), "Comment", "From the form")
        mine = await house.until(lambda: house.thread_message("From the form"), "shown")
        opened = d.person_uses_menu(p.ben, "Edit comment", mine["id"])
        await house.until(lambda: opened.modal, "the form")
        d.person_submits(p.ben, opened, {"text": "From the menu"})
        await house.until(lambda: house.group_message("From the menu"), "changed")
        d.person_uses_menu(p.ben, "Withdraw comment", mine["id"])
        await house.until(lambda: not house.group_message("From the menu"), "withdrawn there")
        await house.until(lambda: not house.thread_message("From the menu"), "withdrawn here")
        t.person_posts(p.ana, p.ana, "/delete 1#1")
        await house.until(lambda: not house.group_message("Second words"), "withdrawn")
        await house.until(lambda: not house.thread_message("Second words"), "withdrawn there")


async def test_an_earlier_preview_sends_nothing(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, p = house.telegram, house.places
        old = await enters(house, p.ana, button(post(house), "Comment")["url"], "Draft one")
        t.person_posts(p.ana, p.ana, "Draft two")
        new = await house.until(lambda: _preview(house, p.ana, "Draft two"), "second preview")
        pressed = t.person_presses(p.ana, p.ana, old["message_id"], "Send")
        await house.until(lambda: pressed.answered, "answered")
        assert "It changed since" in pressed.text
        again = await house.until(
            lambda: _other(_preview(house, p.ana, "Draft two"), new), "the newest, shown again"
        )
        await house.until(
            lambda: "Send" not in str(direct(house, p.ana, "Draft one")), "the old one's are gone"
        )
        t.person_presses(p.ana, p.ana, again["message_id"], "Cancel")
        await house.until(lambda: direct(house, p.ana, "nothing was sent"), "cancelled")
        await house.until(
            lambda: "Send" not in str(direct(house, p.ana, "Draft two")), "its buttons are gone"
        )
        assert not await rows(house, "SELECT 1 FROM comment")
        pressed = t.person_presses(p.ana, p.ana, new["message_id"], "Send")
        await house.until(lambda: pressed.answered, "answered once more")
        assert "no longer waiting" in pressed.text
        assert not await rows(house, "SELECT 1 FROM comment")


async def test_a_closed_thread_has_no_door(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        number = await house.publish()
        p = house.places
        url = button(post(house), "Comment")["url"]
        message = first(house)
        await house.product.newsroom.command(None, "lock", str(number))
        await house.until(lambda: "Comment" not in str(post(house)["reply_markup"]), "button gone")
        house.telegram.person_opens(p.ana, url)
        await house.until(lambda: direct(house, p.ana, "closed"), "told")
        await house.until(
            lambda: "Comments are closed" in str(house.discord.message(message)), "said there"
        )


async def test_forged_tokens_do_nothing(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        p = house.places
        house.telegram.person_opens(p.ana, "https://t.me/thread_bot?start=cAAAAAAAAAAAA")
        await house.until(lambda: direct(house, p.ana, "not valid"), "told")
        message = first(house)
        token = (await rows(house, "SELECT token FROM article"))[0]["token"]
        assert f"c{token}" in str(house.discord.message(message)), "random ids only"
        identities = (str(p.ana), str(p.ben))
        shown = str([house.group(), house.telegram.messages(p.channel)])
        assert not any(identity in shown for identity in identities)


async def test_anonymous_needs_the_door_and_closed_places(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        room, p = house.product.newsroom, house.places
        telegram = house.product.adapters["telegram"]
        open_group = house.telegram.add_group("Open", owner=p.boss)
        house.telegram.make_admin(open_group, int(TELEGRAM_TOKEN.split(":")[0]))
        for names, way, words in (
            ("anonymous", "chat", "need --way door"),
            ("named", "door", "door is anonymous"),
            ("anonymous", "door", "People can write in this group"),
        ):
            plan = ChannelPlan(1, Purpose.DISCUSS, names, way)
            with pytest.raises(UserError, match=words):
                await room.add_channel(plan, telegram, str(open_group))


async def test_a_draft_at_the_door_survives_a_restart(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, p = house.telegram, house.places
        preview = await enters(house, p.ana, button(post(house), "Comment")["url"], "Over night")
        await house.restart()
        t.person_presses(p.ana, p.ana, preview["message_id"], "Send")
        await house.until(lambda: house.thread_message("Over night"), "sent")
