"""The whole product in a real browser: `python -m bots run`, its page, and a newcomer on it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.e2e.test_run import HEADLINE, PATIENCE, Running, running

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), ""
)
WORDS = "Who counts the trucks at night?"

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here (Debian: apt install chromium)"),
]
expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Visit:
    """A newcomer's browser on the page of the running product."""

    program: Running
    page: Page

    @property
    def telegram(self) -> Locator:
        return self.page.locator("#telegram")

    @property
    def discord(self) -> Locator:
        return self.page.locator("#discord")

    def message(self, words: str) -> Locator:
        """The newest message with these words in what Telegram shows."""
        return self.telegram.locator(".tg-message", has_text=words).last

    async def become(self, role: str) -> None:
        await self.page.get_by_role("button", name=role, exact=True).click()

    async def open(self, chat: str) -> None:
        """A chat of Telegram's list: "channel", "desk", "private"."""
        row = self.telegram.locator(f'[data-chat="{chat}"]')
        await row.click()
        await expect(row).to_have_attribute("aria-current", "page")

    async def open_article(self) -> None:
        """The article's comments on Telegram, and its post on Discord."""
        await self.open("channel")
        await self.message(HEADLINE).locator(".tg-comments").click()
        await self.discord.get_by_role("button", name=HEADLINE).first.click()

    async def newsroom(self, entry: str) -> None:
        """Choose in the newsroom's menu, where it says the same of several: the first."""
        await self.page.get_by_role("button", name="Newsroom").click()
        await self.page.get_by_role("menuitem", name=entry, exact=True).first.click()

    async def write(self, platform: str, text: str) -> None:
        await self.page.get_by_label(f"Write on {platform}", exact=True).fill(text)
        await self.page.get_by_label(f"Send on {platform}", exact=True).click()

    async def decide(self, words: str, button: str, outcome: str) -> None:
        """Press a button of a card at Telegram's desk; the card says what came of it."""
        await self.become("Moderators")
        await self.open("desk")
        card = self.message(words)
        await card.get_by_role("button", name=button, exact=True).click()
        await expect(card).to_contain_text(outcome)
        await self.become("Readers")


@asynccontextmanager
async def visiting(folder: Path, *options: str) -> AsyncIterator[Visit]:
    """The product, played to the end of its example, with the page open in a browser."""
    trouble: list[str] = []
    async with running(folder, *options) as program, async_playwright() as play:
        await program.ready()
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = await browser.new_page(viewport={"width": 1500, "height": 950})
            page.set_default_timeout(PATIENCE * 1000)
            page.on("pageerror", lambda error: trouble.append(str(error)))
            await page.goto(program.url)
            yield Visit(program, page)
        finally:
            await browser.close()
    assert not trouble


async def test_a_reader_writes_a_moderator_approves_and_discord_shows_it(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await visit.open_article()
        await visit.write("Telegram", WORDS)
        await expect(visit.page.get_by_text("a moderator reads them first")).to_be_visible()
        await expect(visit.message(WORDS)).to_have_count(0)
        await visit.decide(WORDS, "Approve", "Published by Inés")
        await visit.open_article()
        shown = visit.discord.locator(".dc-message", has_text=WORDS)
        await expect(shown).to_contain_text(re.compile(r"#\d+ Rosal · Telegram"))
        await expect(visit.message(WORDS)).to_contain_text("Rosal · Telegram")


async def test_through_the_door_from_telegram(tmp_path: Path) -> None:
    async with visiting(tmp_path, "--door") as visit:
        await expect(visit.page.get_by_text("rehearsal · anonymous")).to_be_visible()
        await visit.open("channel")
        comment = visit.message(HEADLINE).get_by_role("button", name="Comment", exact=True)
        await comment.click()
        await expect(visit.message("Write your comment now")).to_be_in_viewport()
        await visit.write("Telegram", WORDS)
        preview = visit.message(WORDS)
        await preview.get_by_role("button", name="Send", exact=True).click()
        await expect(visit.message("waits for a moderator")).to_be_in_viewport()
        await expect(preview.get_by_role("button", name="Send", exact=True)).to_have_count(0)
        await visit.decide(WORDS, "Approve", "Published by Inés")
        await visit.open_article()
        shown = visit.discord.locator(".dc-message", has_text=WORDS)
        await expect(shown).to_contain_text(re.compile(r"#\d+ \w+ \w+ · Telegram"))
        await expect(shown).not_to_contain_text("Rosal")
        await expect(visit.message(WORDS)).to_contain_text("· Telegram")


async def test_a_withdrawn_article_says_so_and_comes_back(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await visit.open("channel")
        await visit.newsroom("Correct a figure")
        await expect(visit.message(HEADLINE)).to_contain_text("214 containers")
        await visit.newsroom("Withdraw")
        await expect(visit.message(HEADLINE)).to_contain_text("This article was withdrawn.")
        await visit.open_article()
        await expect(visit.discord.get_by_text("This article was withdrawn.")).to_be_visible()
        await visit.newsroom("Put back")
        await visit.become("Moderators")
        await visit.open("desk")
        told = await visit.message("left its feed").inner_text()
        undo = re.search(r"/undo \d+", told)
        assert undo
        await visit.write("Telegram", undo.group())
        await expect(visit.discord.get_by_text("This article was withdrawn.")).to_have_count(0)
        await visit.open("channel")
        await expect(visit.message(HEADLINE)).to_contain_text("214 containers")


async def test_through_the_door_from_discord(tmp_path: Path) -> None:
    async with visiting(tmp_path, "--door") as visit:
        await visit.open_article()
        await visit.discord.get_by_role("button", name="Comment", exact=True).click()
        form = visit.page.get_by_role("dialog")
        await form.get_by_label("Your comment").fill(WORDS)
        await form.get_by_role("button", name="Submit").click()
        thanks = visit.discord.locator(".hidden-message", has_text="waits for a moderator")
        await expect(thanks).to_be_visible()
        await visit.decide(WORDS, "Approve", "Published by Inés")
        await visit.open_article()
        await expect(visit.message(WORDS)).to_contain_text("· Discord")
        shown = visit.discord.locator(".dc-message", has_text=WORDS)
        await expect(shown).to_contain_text("· Discord")
        await shown.click(button="right", position={"x": 200, "y": 20})
        await visit.page.get_by_role("menuitem", name="Withdraw comment").click()
        await expect(shown).to_have_count(0)
        await expect(visit.message(WORDS)).to_have_count(0)
