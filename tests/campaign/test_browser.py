"""The rehearsal's page in a real browser, over a World without the product.

What one person does in one column must appear by itself in the other, in every open page.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import load_example
from bots.rehearsal.page import PageServer
from bots.rehearsal.stage import Stage, build_stage
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

Json = dict[str, Any]
HEADLINE = "The Scale That Only Breaks at Night"
NASTY = '<img src=x onerror="document.title=1"> **b** ||s|| `c` \\*plain\\*'
INTENTS = 1 | 1 << 9 | 1 << 15
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), ""
)

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here (Debian: apt install chromium)"),
]


@dataclass
class Room:
    """A browser's page on the rehearsal, and the World behind it. trouble: script errors."""

    world: World
    telegram: TelegramSide
    discord: DiscordSide
    stage: Stage
    page: Page
    url: str
    trouble: list[str]

    def publish(self) -> None:
        """The article on both platforms, as a bot would send it."""
        stage, text = self.stage.telegram, f"{HEADLINE}\nText"
        policy = f"https://t.me/{stage.bot_username}?start=policy"
        post = {
            "chat_id": stage.channel,
            "text": text,
            "entities": [{"type": "bold", "offset": 0, "length": len(HEADLINE)}],
            "link_preview_options": {"url": f"{self.url}/images/cranes.png"},
            "reply_markup": {"inline_keyboard": [[{"text": "Policy", "url": policy}]]},
        }
        self.telegram.call(stage.token, "sendMessage", post)
        self.telegram.settle()
        button = {"type": 2, "style": 1, "label": "Comment", "custom_id": "comment"}
        message = {
            "content": f"**{HEADLINE}**",
            "components": [{"type": 1, "components": [button]}],
        }
        body = {"name": HEADLINE, "message": message}
        path = f"/channels/{self.stage.discord.forum}/threads"
        self.discord.call(self.stage.discord.token, "POST", path, json=body)

    @property
    def thread(self) -> str:
        return str(self.discord.threads(self.stage.discord.forum)[0]["id"])

    @property
    def root(self) -> int:
        root = self.telegram.root_of(self.stage.telegram.channel, 2)
        assert root is not None
        return root

    async def write(self, platform: str, text: str) -> None:
        await self.page.get_by_label(f"Write on {platform}", exact=True).fill(text)
        await self.page.get_by_label(f"Send on {platform}", exact=True).click()


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    world = World()
    telegram, discord = TelegramSide(world), DiscordSide(world)
    stage = build_stage(world, telegram, discord, load_example())
    server = PageServer(world, stage, telegram, discord)
    url = await server.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        made = Room(world, telegram, discord, stage, page, url, [])
        page.on("pageerror", lambda error: made.trouble.append(str(error)))
        page.on("console", lambda said: _note(made.trouble, said.type, said.text))
        await page.goto(url)
        await expect(page.get_by_text("live", exact=True)).to_be_visible()
        yield made
        await browser.close()
    await server.stop()
    world.close()
    assert made.trouble == []


def _note(trouble: list[str], kind: str, text: str) -> None:
    """Failed requests are logged by the browser too; a refusal is no trouble of the page's."""
    if kind == "error" and "409" not in text:
        trouble.append(text)


async def test_an_article_appears_on_both_sides_by_itself(room: Room) -> None:
    await expect(room.page.locator(".dc-empty")).to_be_visible()
    room.publish()
    await expect(room.page.locator("#telegram .tg-text")).to_contain_text(HEADLINE)
    await expect(room.page.locator("#discord .dc-message")).to_contain_text(HEADLINE)
    picture = room.page.locator("#telegram .tg-picture")
    await expect(picture).to_have_attribute("alt", load_example().articles[0].picture.alt)
    await expect(picture).to_have_js_property("naturalWidth", 1200)


async def test_people_write_reply_edit_and_delete_on_telegram(room: Room) -> None:
    page = room.page
    room.publish()
    await expect(page.get_by_placeholder("Leave a comment as Rosal")).to_be_visible()
    await room.write("Telegram", "From **Rosal**")
    mine = page.locator(".tg-message.out")
    await expect(mine.locator("strong")).to_have_text("Rosal")
    await page.get_by_label("You are, on Telegram").select_option(label="El Tuerca")
    theirs = page.locator(".tg-message", has_text="From Rosal")
    await theirs.hover()
    await theirs.get_by_label("Message actions").click()
    await page.get_by_role("menuitem", name="Reply").click()
    await room.write("Telegram", "An answer")
    await expect(mine.locator(".tg-quote")).to_contain_text("From Rosal")
    await mine.get_by_label("Message actions").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Edit").click()
    await room.write("Telegram", "Another answer")
    await expect(mine.locator(".tg-text")).to_contain_text("Another answer edited")
    await mine.get_by_label("Message actions").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(mine).to_have_count(0)
    assert room.telegram.texts(room.stage.telegram.group)[-1] == "From Rosal"


async def test_people_write_reply_and_edit_on_discord(room: Room) -> None:
    page = room.page
    room.publish()
    await expect(page.get_by_placeholder("as tallyman")).to_be_visible()
    await room.write("Discord", "First **words**")
    first = page.locator(".dc-message", has_text="First words")
    await expect(first.locator(".dc-text strong")).to_have_text("words")
    await page.get_by_label("You are, on Discord").select_option(label="Foxglove")
    await expect(first.get_by_label("Edit")).to_have_count(0)
    await first.get_by_label("Reply").click()
    await room.write("Discord", "Second")
    second = page.locator(".dc-message", has_text="Second")
    await expect(second.locator(".dc-reference")).to_contain_text("tallyman")
    await second.get_by_label("Edit").click()
    await room.write("Discord", "Changed")
    await expect(page.locator(".dc-message", has_text="Changed (edited)")).to_be_visible()


async def test_what_happens_on_a_side_shows_without_a_touch(room: Room) -> None:
    room.publish()
    rosal, tallyman = room.stage.telegram_id("rosal"), room.stage.person("tallyman").id
    room.telegram.person_posts(rosal, room.stage.telegram.group, NASTY, under=room.root)
    room.discord.person_posts(tallyman, room.thread, NASTY)
    told = room.page.locator(".tg-message.out .tg-text")
    await expect(told).to_contain_text(NASTY)
    shown = room.page.locator(".dc-message").last
    await expect(shown).to_contain_text('<img src=x onerror="document.title=1"> b s c *plain*')
    await expect(shown.locator(".dc-text strong")).to_have_text("b")
    await expect(shown.locator("img")).to_have_count(0)
    spoiler = shown.locator(".spoiler")
    await expect(spoiler.locator("span")).to_be_hidden()
    await spoiler.press("Enter")
    await expect(spoiler.locator("span")).to_be_visible()
    await expect(room.page).to_have_title("The Tersal Line · Commonthread rehearsal")


async def test_a_moderator_presses_a_button_and_the_card_turns(room: Room) -> None:
    page, stage, telegram = room.page, room.stage.telegram, room.telegram
    keys = {"inline_keyboard": [[{"text": "Approve", "callback_data": "ok"}]]}
    card = {"chat_id": stage.desk, "text": "Held: hello", "reply_markup": keys}
    message = telegram.call(stage.token, "sendMessage", card)["message_id"]
    await expect(page.locator('[data-chat="desk"]')).to_have_count(0)
    await page.get_by_role("button", name="Moderators").click()
    await page.locator('[data-chat="desk"]').click()
    await page.get_by_role("button", name="Approve").click()
    await room.world.until(lambda: telegram.pending(stage.bot), "the press")
    update = telegram.call(stage.token, "getUpdates")[-1]["callback_query"]
    answer = {"callback_query_id": update["id"], "text": "Approved by you"}
    telegram.call(stage.token, "answerCallbackQuery", answer)
    turned = {"chat_id": stage.desk, "message_id": message, "text": "Approved by Inés"}
    telegram.call(stage.token, "editMessageText", turned)
    await expect(page.get_by_text("Approved by you")).to_be_visible()
    await expect(page.locator(".tg-text")).to_contain_text("Approved by Inés")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)


async def test_a_button_opens_a_modal_and_the_answer_is_for_one_person(room: Room) -> None:
    page = room.page
    room.publish()
    session = room.discord.connect(room.stage.discord.token, INTENTS)

    def made() -> list[Json]:
        return [frame.d for frame in session.buffer if frame.t == "INTERACTION_CREATE"]

    await page.locator("#discord").get_by_role("button", name="Comment").click()
    await room.world.until(made, "the press")
    field = {"type": 4, "custom_id": "text", "style": 2, "label": "Your comment"}
    modal = {
        "title": "Comment",
        "custom_id": "c",
        "components": [{"type": 1, "components": [field]}],
    }
    _respond(room, made()[-1], 9, modal)
    await page.get_by_role("dialog").get_by_label("Your comment").fill("Through the door")
    await page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    await room.world.until(lambda: len(made()) == 2, "the submission")
    inside = made()[-1]["data"]["components"][0]["components"][0]
    assert inside["value"] == "Through the door"
    _respond(room, made()[-1], 4, {"content": "It waits for a moderator", "flags": 64})
    hidden = page.locator(".hidden-message")
    await expect(hidden).to_contain_text("Only you can see this")
    await page.get_by_label("You are, on Discord").select_option(label="Foxglove")
    await expect(hidden).to_have_count(0)


def _respond(room: Room, made: Json, kind: int, data: Json) -> None:
    path = f"/interactions/{made['id']}/{made['token']}/callback"
    room.discord.answer(None, "POST", path, json={"type": kind, "data": data})


async def test_menu_and_slash_command(room: Room) -> None:
    page, stage = room.page, room.stage.discord
    room.publish()
    option = {"type": 3, "name": "target", "description": "#12", "required": True}
    registered: list[Json] = [
        {"name": "Report", "type": 3},
        {"name": "approve", "description": "Let it appear", "type": 1, "options": [option]},
    ]
    path = f"/applications/{stage.bot}/commands"
    room.discord.call(stage.token, "PUT", path, json=registered)
    session = room.discord.connect(stage.token, INTENTS)
    await page.locator(".dc-message").first.click(button="right", position={"x": 200, "y": 20})
    await page.get_by_role("menuitem", name="Report").click()
    await room.world.until(lambda: session.buffer[-1].t == "INTERACTION_CREATE", "the menu")
    assert session.buffer[-1].d["data"]["name"] == "Report"
    area = page.get_by_label("Write on Discord", exact=True)
    await area.press_sequentially("/app")
    await expect(page.get_by_role("option", name="/approve")).to_be_visible()
    await area.press("Tab")
    await area.press_sequentially("#12")
    await area.press("Enter")
    await room.world.until(lambda: session.buffer[-1].d["data"]["name"] == "approve", "the command")
    assert session.buffer[-1].d["data"]["options"][0]["value"] == "#12"


async def test_a_deep_link_leads_into_the_chat_with_the_bot(room: Room) -> None:
    room.publish()
    await room.page.get_by_role("button", name="Policy").click()
    await expect(room.page.locator(".tg-message.out")).to_contain_text("/start policy")
    await expect(room.page.locator('[data-chat="private"]')).to_have_attribute(
        "aria-current", "page"
    )


async def test_a_refusal_is_said_and_the_text_is_kept(room: Room) -> None:
    room.publish()
    await expect(room.page.get_by_placeholder("as tallyman")).to_be_visible()
    thread = room.thread
    await room.write("Discord", "x" * 2001)
    await expect(room.page.locator(".toast.bad")).to_contain_text("2000")
    area = room.page.get_by_label("Write on Discord", exact=True)
    await expect(area).to_have_value("x" * 2001)
    assert len(room.discord.messages(thread)) == 1
