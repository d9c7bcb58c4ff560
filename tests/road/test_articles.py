"""What a channel gets of an article, in one message, on both platforms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.world import Switches
from core.errors import UserError
from core.feeds.document import from_file
from core.feeds.model import Draft, Image
from core.newsroom import Rules
from core.newsroom.setup import admin, register
from core.text.model import Rich
from tests.road.house import House, newsroom

LINK = "https://paper.example/harbour"
IMAGE = "https://paper.example/pier.jpg"
DRAFT = Draft(
    "harbour", LINK, "Harbour report", deck="What we know", byline="Pen Name",
    body=Rich("One.\n\nTwo."), images=(Image(IMAGE, "A pier"),), labels=("report", "Port life"),
    published=1_790_000_000.0,
)  # fmt: skip


async def publish(house: House, draft: Draft = DRAFT) -> int:
    return await house.product.newsroom.publish_draft_now("The Paper", draft)


def post(house: House, words: str = "Harbour report") -> dict[str, Any] | None:
    found = [m for m in house.telegram.messages(house.places.channel) if words in m.get("text", "")]
    return found[-1] if found else None


def embed(house: House, headline: str = "Harbour report") -> dict[str, Any] | None:
    thread = house.forum_thread(headline)
    if thread is None:
        return None
    message: dict[str, Any] = house.discord.messages(thread)[0]
    return message


async def shown(house: House, headline: str = "Harbour report") -> tuple[Any, Any]:
    """The Telegram post and the forum's first message once they are there and linked."""
    await house.until(
        lambda: post(house) and "The conversation on Discord" in post(house)["text"],  # type: ignore[index]
        "Telegram's post links to the thread",
    )
    await house.until(
        lambda: embed(house) and "conversation on Telegram" in str(embed(house)["embeds"]),  # type: ignore[index]
        "the forum post links to Telegram",
    )
    return post(house), embed(house)


async def test_telegram_gets_one_message_with_everything(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await publish(house)
        message, _ = await shown(house)
        lines = message["text"].split("\n")
        about = "Pen Name · September 21, 2026, 14:13"
        assert lines[:3] == ["Harbour report", about, "What we know"]
        of_headline = [e for e in message["entities"] if e["offset"] == 0]
        assert {e["type"] for e in of_headline} == {"bold", "text_link"}
        assert {e.get("url") for e in of_headline} == {None, LINK}
        assert message["link_preview_options"] == {
            "url": IMAGE, "prefer_large_media": True, "show_above_text": True
        }  # fmt: skip
        assert "#report #Port_life" in message["text"]
        assert "removed as soon as they are seen" in message["text"]
        posts = [m for m in house.telegram.messages(house.places.channel) if m.get("text")]
        assert len(posts) == 1


async def test_discord_gets_one_post_with_everything(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await publish(house)
        _, message = await shown(house)
        description = message["embeds"][0]["description"]
        assert description.startswith(f"[**Harbour report**](<{LINK}>)")
        assert "Pen Name · September 21, 2026, 14:13" in description
        assert "_What we know_" in description
        assert "Two." in description
        assert message["embeds"][0]["image"]["url"] == IMAGE
        thread = house.discord.threads(house.places.forum)[0]
        tags = house.discord.channel(house.places.forum)["available_tags"]
        assert [tag["name"] for tag in tags if tag["id"] in thread["applied_tags"]] == ["report"]


async def test_links_to_the_other_thread_lead_there(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await publish(house)
        message, first = await shown(house)
        urls = [e["url"] for e in message["entities"] if e["type"] == "text_link"]
        assert any(str(house.forum_thread()) in url for url in urls if url != LINK)
        wanted = f"https://t.me/thepaper/{message['message_id']}"
        assert wanted in first["embeds"][0]["description"]
        assert "conversation on Telegram" not in message["text"]


async def test_a_long_body_is_cut_at_a_good_place(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        words = "\n\n".join(f"Paragraph {n} of the report, with words in it." for n in range(400))
        await publish(house, replace(DRAFT, body=Rich(words)))
        message, first = await shown(house)
        for text in (message["text"], first["embeds"][0]["description"]):
            body, _, rest = text.partition("Read on")
            assert rest
            kept = body.rstrip().removesuffix("[").rstrip()
            assert kept.endswith(("words in it.", "…")), kept[-60:]
            assert len(text) <= 4096
        link = next(
            e for e in message["entities"]
            if message["text"].encode("utf-16-le")[2 * e["offset"] :][: 2 * e["length"]]
            == "Read on".encode("utf-16-le")
        )  # fmt: skip
        assert link["url"] == LINK


async def test_the_policy_is_a_tap_away(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        room = house.product.newsroom
        await room.change(
            lambda tx, c: register.set_publication(tx, c, 1, {"policy": "Be kind to the sources."})
        )
        await room.change(
            lambda tx, c: admin.add_publication(tx, c, "The Other Paper", policy="Another policy.")
        )
        await publish(house)
        message, first = await shown(house)
        t, d, p = house.telegram, house.discord, house.places
        button = next(
            b for row in message["reply_markup"]["inline_keyboard"] for b in row
            if b["text"] == "Policy"
        )  # fmt: skip
        t.person_opens(p.ana, button["url"])
        told = await house.until(
            lambda: [m for m in t.messages(p.ana) if "Be kind" in m.get("text", "")], "policy"
        )
        assert "Another policy" not in told[0]["text"]
        d.person_presses(p.ben, first["id"], "Policy")
        alone = await house.until(lambda: d.ephemeral_to(p.ben), "policy on Discord")
        assert "Be kind to the sources." in alone[-1]["content"]


async def test_the_publications_language(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.product.newsroom.change(
            lambda tx, c: register.set_publication(
                tx, c, 1, {"languages": "es,en", "zone": "America/Mexico_City"}
            )
        )
        await publish(house, replace(DRAFT, language="fr"))
        message = await house.until(lambda: post(house), "post")
        assert "21 de septiembre de 2026, 08:13" in message["text"]


async def test_a_correction_changes_every_message_and_no_more(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await publish(house)
        await shown(house)
        before = len(house.telegram.messages(house.places.group))
        await publish(house, replace(DRAFT, body=Rich("One and a half."), images=()))
        await house.until(lambda: post(house, "One and a half."), "Telegram")
        first = await house.until(
            lambda: "One and a half." in str(embed(house)) and embed(house), "Discord"
        )
        assert "image" not in first["embeds"][0]
        assert len(house.telegram.messages(house.places.group)) == before
        with pytest.raises(UserError, match="published already"):
            await publish(house, replace(DRAFT, body=Rich("One and a half."), images=()))


async def test_retract_says_so_and_closes(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        number = await publish(house)
        await shown(house)
        t, d, p = house.telegram, house.discord, house.places
        t.person_posts(p.boss, p.desk, f"/retract {number} A source was in danger")
        await house.until(lambda: "withdrawn" in str(post(house)), "Telegram says so")
        await house.until(lambda: "withdrawn" in str(embed(house)), "Discord says so")
        message, first = post(house), embed(house)
        assert message
        assert first
        assert "A source was in danger" in message["text"]
        assert "One." not in message["text"]
        assert "Comments are closed." in message["text"]
        assert message["link_preview_options"] == {"is_disabled": True}
        thread = house.forum_thread() or ""
        await house.until(lambda: d.channel(thread)["thread_metadata"]["locked"], "locked")
        t.person_posts(p.ana, p.group, "And now?", under=house.root())
        await house.until(lambda: not house.group_message("And now?"), "closed on Telegram")
        t.person_posts(p.boss, p.desk, "/undo")
        await house.until(lambda: "One." in str(post(house)), "back")
        await house.until(lambda: not d.channel(thread)["thread_metadata"]["locked"], "open")


async def test_a_file_is_published_without_preview(tmp_path: Path) -> None:
    text = (
        "---\ntitle: From a file\ndeck: By hand\nbyline: Pen Name\ndate: 2026-03-01\n"
        "labels: [report]\nlink: https://paper.example/by-hand\n---\n\nA **bold** word.\n"
    )
    async with newsroom(tmp_path) as house:
        await publish(house, from_file("report.md", text))
        message = await house.until(lambda: post(house, "From a file"), "Telegram")
        assert "A bold word." in message["text"]
        await house.until(lambda: "**bold**" in str(embed(house, "From a file")), "Discord")


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await publish(house)
        await shown(house)
        t, d, p = house.telegram, house.discord, house.places
        t.person_posts(p.ana, p.group, "Before the night", under=house.root())
        copy = await house.until(lambda: house.thread_message("Before the night"), "relayed")
        counts = len(t.messages(p.channel)), len(d.threads(p.forum))
        await house.restart()
        thread = house.forum_thread() or ""
        d.person_posts(p.ben, thread, "After the night", reply_to=copy["id"])
        answer = await house.until(lambda: house.group_message("After the night"), "relayed")
        assert answer["text"].startswith("#2 Ben")
        assert answer["reply_to_message"]["text"] == "Before the night"
        await publish(house, replace(DRAFT, body=Rich("Changed overnight.")))
        await house.until(lambda: post(house, "Changed overnight."), "corrected")
        assert (len(t.messages(p.channel)), len(d.threads(p.forum))) == counts


async def test_a_channel_post_that_no_forward_follows(tmp_path: Path) -> None:
    rules = Rules(forward_wait=0.0)
    switches = Switches(forward="missing")
    async with newsroom(tmp_path, mode="open", rules=rules, switches=switches) as house:
        await publish(house)
        t, p = house.telegram, house.places
        root = await house.until(lambda: house.group_message("Harbour report"), "a root of ours")
        assert not root.get("is_automatic_forward")
        await house.until(
            lambda: [m for m in house.cards() if "did not forward" in m.get("text", "")], "told"
        )
        t.person_posts(p.ana, p.group, "Here after all", under=root["message_id"])
        await house.until(lambda: house.thread_message("Here after all"), "relayed")
