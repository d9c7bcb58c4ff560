"""The rehearsal's page in a real browser, over a World without the product.

What one person does in one column must appear by itself in the other, in every open page.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, Route, async_playwright, expect

from bots.rehearsal.discord import Attached, DiscordServer, File, poll_of
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import load_example
from bots.rehearsal.page import PageServer
from bots.rehearsal.stage import Stage, build_stage
from bots.rehearsal.telegram import Attachment, specials
from bots.rehearsal.telegram.pictures import jpeg
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
    platform = DiscordServer(world, discord)
    await platform.start()
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
    await platform.stop()
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
    await room.world.until(
        lambda: any("callback_query" in one for one in telegram.call(stage.token, "getUpdates")),
        "the press",
    )
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
    upload = {"type": 19, "custom_id": "files", "required": False, "max_values": 3}
    modal = {
        "title": "Comment",
        "custom_id": "c",
        "components": [
            {"type": 1, "components": [field]},
            {"type": 18, "label": "Pictures or files", "component": upload},
        ],
    }
    _respond(room, made()[-1], 9, modal)
    await page.get_by_role("dialog").get_by_label("Your comment").fill("Through the door")
    picked: Any = [
        {"name": name, "mimeType": "image/png", "buffer": name.encode()} for name in "ab"
    ]
    await page.get_by_role("dialog").get_by_label("Pictures or files").set_input_files(picked)
    await page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    await room.world.until(lambda: len(made()) == 2, "the submission")
    inside = made()[-1]["data"]["components"][0]["components"][0]
    assert inside["value"] == "Through the door"
    files = made()[-1]["data"]["resolved"]["attachments"].values()
    assert [one["filename"] for one in files] == ["a", "b"]
    _respond(room, made()[-1], 4, {"content": "It waits for a moderator", "flags": 64})
    hidden = page.locator(".hidden-message")
    await expect(hidden).to_contain_text("Only you can see this")
    await page.get_by_label("You are, on Discord").select_option(label="Foxglove")
    await expect(hidden).to_have_count(0)


def _respond(room: Room, made: Json, kind: int, data: Json) -> None:
    path = f"/interactions/{made['id']}/{made['token']}/callback"
    room.discord.answer(None, "POST", path, json={"type": kind, "data": data})


async def test_files_of_every_kind_are_shown_on_discord(room: Room, tmp_path: Path) -> None:
    page, discord, stage = room.page, room.discord, room.stage.discord
    room.publish()
    tallyman = room.stage.person("tallyman").id
    files = (
        Attached("harbour.jpg", jpeg(320, 200, 200), description="The harbour at night"),
        Attached("secret.jpg", jpeg(300, 200, 20), spoiler=True),
        Attached("minutes.pdf", b"%PDF-" + bytes(3000)),
    )
    discord.person_posts(tallyman, room.thread, "Three files", attachments=files)
    shown = page.locator(".dc-message", has_text="Three files")
    picture = shown.get_by_alt_text("The harbour at night")
    await expect(picture).to_have_js_property("naturalWidth", 320)
    await expect(shown.locator("figcaption")).to_have_text("ALT")
    await expect(shown.locator(".dc-file")).to_contain_text("minutes.pdf")
    await expect(shown.locator("img")).to_have_count(1)
    await shown.get_by_label("Spoiler, press to show").click()
    await expect(shown.locator("img").nth(1)).to_have_js_property("naturalWidth", 300)
    fox = discord.add_sticker(stage.guild, "fox", jpeg(64, 64, 128))
    discord.person_posts(tallyman, room.thread, "", stickers=(fox,))
    sticker = page.get_by_alt_text("Sticker: fox")
    await expect(sticker).to_have_js_property("naturalWidth", 64)
    discord.person_speaks(tallyman, room.thread, b"OggS", seconds=75)
    await expect(page.locator(".dc-file", has_text="Voice message")).to_contain_text("1:15")
    discord.person_posts(tallyman, room.thread, "", poll=poll_of("Who knew?", "The mayor", "All"))
    await expect(page.locator(".dc-poll")).to_contain_text("The mayor")
    said = discord.texts(room.thread).index("Three files")
    discord.person_forwards(tallyman, room.thread, discord.messages(room.thread)[said]["id"])
    await expect(page.locator(".dc-forward")).to_contain_text("Three files")
    layout = {
        "flags": 1 << 15,
        "components": [
            {
                "type": 17,
                "components": [
                    {"type": 10, "content": "## A layout"},
                    {"type": 12, "items": [{"media": {"url": "attachment://lead.jpg"}}]},
                    {"type": 14},
                    {"type": 13, "file": {"url": "attachment://n.pdf"}},
                ],
            }
        ],
    }
    sent = (File("files[0]", "lead.jpg", jpeg(400, 200, 90)), File("files[1]", "n.pdf", b"%PDF"))
    path = f"/channels/{room.thread}/messages"
    discord.call(stage.token, "POST", path, json=layout, files=sent)
    box = page.locator(".dc-container")
    await expect(box.locator("img")).to_have_js_property("naturalWidth", 400)
    await expect(box.locator(".dc-file")).to_contain_text("n.pdf")
    await expect(page.locator(".dc-message", has=box).locator(".dc-file")).to_have_count(1)
    await page.screenshot(path=tmp_path / "media.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await box.scroll_into_view_if_needed()
    await page.screenshot(path=tmp_path / "phone.png")


async def test_a_person_attaches_a_file_and_reacts(room: Room) -> None:
    page = room.page
    room.publish()
    await expect(page.get_by_placeholder("as tallyman")).to_be_visible()
    picker = page.get_by_label("Files for Discord")
    picture = FilePayload(name="crane.jpg", mimeType="image/jpeg", buffer=jpeg(200, 100, 60))
    await picker.set_input_files([picture])
    await page.get_by_label("Description of crane.jpg").fill("A crane")
    await page.get_by_label("Send on Discord", exact=True).click()
    shown = page.get_by_alt_text("A crane")
    await expect(shown).to_have_js_property("naturalWidth", 200)
    await expect(page.locator(".composer-files:visible")).to_have_count(0)
    message = page.locator(".dc-message", has=shown)
    await message.get_by_label("More").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="React 👍").click()
    chip = message.locator(".dc-reactions button")
    await expect(chip).to_have_text("👍 1")
    await chip.click()
    await expect(chip).to_have_count(0)


async def test_a_file_waits_where_it_was_chosen(room: Room) -> None:
    page = room.page
    room.publish()
    await expect(page.get_by_placeholder("as tallyman")).to_be_visible()
    under_way: asyncio.Future[Route] = asyncio.Future()
    await page.route("**/api/file", lambda route: under_way.set_result(route))
    picture = FilePayload(name="crane.jpg", mimeType="image/jpeg", buffer=jpeg(200, 100, 60))
    await page.get_by_label("Files for Discord").set_input_files([picture])
    upload = await under_way
    await page.locator(".dc-side-channel").first.click()
    async with page.expect_response("**/api/file"):
        await upload.continue_()
    await expect(page.get_by_text("Open a post to write in it")).to_be_visible()
    await expect(page.locator(".composer-files:visible")).to_have_count(0)
    await page.locator(".dc-side-thread").first.click()
    await page.get_by_label("Description of crane.jpg").fill("A crane")
    await page.get_by_label("Send on Discord", exact=True).click()
    await expect(page.get_by_alt_text("A crane")).to_have_js_property("naturalWidth", 200)
    await page.get_by_role("button", name="Back to").last.click()
    await page.locator(".dc-side-thread").first.click()
    await expect(page.locator(".composer-files:visible")).to_have_count(0)


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


async def test_media_shows_and_a_file_is_attached(room: Room) -> None:
    """SHOT names a file for a picture of the page."""
    page, group = room.page, room.stage.telegram.group
    room.publish()
    tuerca = room.stage.telegram_id("tuerca")

    def post(text: str = "", **more: Any) -> None:
        room.telegram.person_posts(tuerca, group, text, under=room.root, **more)

    post("Under a cover", media=Attachment("photo", jpeg(320, 180, 60), spoiler=True))
    post("Notes", media=Attachment("document", b"text", name="notes.txt"))
    post(media=Attachment("sticker", emoji="🙂"))
    post(special=specials.poll("Who knew?", ["All", "None"]))
    heading = {"type": "heading", "text": "Rich", "size": 2}
    post(special=specials.rich_message(heading, {"type": "paragraph", "text": "Words"}))
    await expect(page.locator(".tg-file")).to_contain_text("notes.txt")
    covered = page.locator(".tg-covered")
    await expect(covered.locator("img")).to_be_hidden()
    await covered.press("Enter")
    await expect(covered.locator("img")).to_have_js_property("naturalWidth", 320)
    await page.locator(".tg-sticker").scroll_into_view_if_needed()
    await expect(page.locator(".tg-sticker")).to_have_js_property("naturalWidth", 512)
    await expect(page.locator(".tg-poll")).to_contain_text("Who knew?")
    await expect(page.locator(".tg-rich h4")).to_have_text("Rich")
    picture = FilePayload(name="p.jpg", mimeType="image/jpeg", buffer=jpeg(200, 100, 30))
    await page.get_by_label("File for Telegram").set_input_files([picture])
    await expect(page.locator("#telegram .composer-files")).to_contain_text("p.jpg")
    await room.write("Telegram", "My picture")
    mine = page.locator(".tg-message.out")
    await expect(mine.locator("img")).to_have_js_property("naturalWidth", 200)
    await expect(mine).to_contain_text("My picture")
    if shot := os.environ.get("SHOT"):
        await page.screenshot(path=shot)
