"""What people do in these tests, in one line each, and what they then read."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.invoking import Interaction
from bots.rehearsal.telegram.people import Press
from core.ports import Row
from tests.road.house import House

Json = dict[str, Any]


class Hands:
    """Ana reads on Telegram, Ben on Discord; Boss moderates on Telegram, Mod on Discord."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.t, self.d, self.p = house.telegram, house.discord, house.places
        self.bot = int(self.t.bots()[0]["id"])

    # Telegram

    def ana(self, text: str, *, reply: int | None = None, **more: Any) -> int:
        """Ana comments under the article, or in reply; the message's id."""
        return self.writes(self.p.ana, text, reply=reply, **more)

    def writes(self, person: int, text: str, *, reply: int | None = None, **more: Any) -> int:
        place: Json = {"reply_to": reply} if reply else {"under": self.house.root()}
        made = self.t.person_posts(person, self.p.group, text, **place, **more)
        return int(made["message_id"])

    def presses(self, card: Json, button: str, *, who: int | None = None, **more: Any) -> Press:
        """Boss (or who) presses a button of a Telegram card."""
        return self.t.person_presses(
            who or self.p.boss, self.p.desk, card["message_id"], button, **more
        )

    async def toast(self, press: Press) -> str:
        """What the press answered."""
        await self.house.until(lambda: press.answered, "the press is answered")
        return press.text

    def buttons(self, message: Json) -> list[str]:
        """A Telegram message's buttons, in order."""
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    async def at_desk(self, text: str, *, reply: int | None = None, **more: Any) -> str:
        """Boss writes a command at the Telegram desk; the bot's reply."""
        made = self.t.person_posts(self.p.boss, self.p.desk, text, reply_to=reply, **more)
        answered = await self.house.until(
            lambda: self._reply_to(self.p.desk, made["message_id"]), f"an answer to {text!r}"
        )
        return str(answered["text"])

    def _reply_to(self, chat: int, message: int) -> Json | None:
        return next(
            (m for m in self.t.messages(chat)
             if (m.get("reply_to_message") or {}).get("message_id") == message
             and m["from"]["id"] == self.bot),
            None,
        )  # fmt: skip

    async def in_group(self, person: int, text: str, *, reply: int | None = None) -> str:
        """Somebody who talks to the bot already writes a command in the group; the answer, which
        comes to their direct chat. The command itself does not stay."""
        before = len(self.t.messages(person))
        made = self.writes(person, text, reply=reply)
        await self.house.until(lambda: len(self.t.messages(person)) > before, f"answer to {text}")
        await self.house.until(
            lambda: all(m["message_id"] != made for m in self.t.messages(self.p.group)),
            "the command does not stay",
        )
        return str(self.t.messages(person)[-1]["text"])

    async def starts(self, person: int) -> None:
        """Open the direct chat with the bot."""
        self.t.person_starts(person, self.bot)
        await self.house.until(lambda: len(self.t.messages(person)) > 1, "welcomed")

    # Discord

    def ben(self, text: str, *, reply: str | None = None) -> str:
        """Ben comments in the article's thread; the message's id."""
        thread = self.house.forum_thread()
        assert thread
        return str(self.d.person_posts(self.p.ben, thread, text, reply_to=reply)["id"])

    async def clicks(self, card: Json, button: str, *, who: str | None = None) -> Interaction:
        """Mod (or who) presses a button of a Discord message; done when it is answered."""
        return await self.answered(
            self.d.person_presses(who or self.p.mod, card["id"], button), f"press of {button}"
        )

    async def slash(self, person: str, channel: str, name: str, **options: str) -> str:
        """A slash command; the private answer."""
        made = await self.house.until(
            lambda: self._slash(person, channel, name, options), f"/{name} is registered"
        )
        return (await self.answered(made, f"/{name}")).text

    def _slash(self, person: str, channel: str, name: str, options: Json) -> Interaction | None:
        try:
            return self.d.person_commands(person, channel, name, options)
        except NotPossible as error:
            if "is registered" in str(error):
                return None
            raise

    async def menu(self, person: str, name: str, message: str) -> Interaction:
        """An entry of a message's menu; answered by words or by a modal."""

        def chosen() -> Interaction | None:
            try:
                return self.d.person_uses_menu(person, name, message)
            except NotPossible:
                return None

        made = await self.house.until(chosen, f"the menu has {name}")
        return await self.answered(made, name)

    async def submits(self, person: str, opened: Interaction, text: str) -> str:
        """Fill in the modal's only input; the private answer."""
        sent = self.d.person_submits(person, opened, {"text": text})
        return (await self.answered(sent, "the modal")).text

    async def answered(self, made: Interaction, what: str) -> Interaction:
        await self.house.until(
            lambda: made.modal or (made.text and not made.loading), f"an answer to {what}"
        )
        return made

    # The copies and the log

    async def copies(self, words: str) -> tuple[Json, Json]:
        """Our copies on both sides, when both are up: (Telegram, Discord)."""
        there = await self.house.until(
            lambda: self.copy_there(words), f"a copy of {words!r} on Telegram"
        )
        here = await self.house.until(
            lambda: self.copy_here(words), f"a copy of {words!r} on Discord"
        )
        return there, here

    async def approved(self, words: str) -> tuple[Json, Json]:
        """Approve what waits; the copies."""
        card = await self.house.until(lambda: self.house.card(words), f"card of {words}")
        self.presses(card, "Approve")
        return await self.copies(words)

    def copy_there(self, words: str) -> Json | None:
        """Our copy of a comment on Telegram."""
        return next(
            (m for m in self.house.group() if words in m["text"] and m["text"].startswith("#")),
            None,
        )

    def copy_here(self, words: str) -> Json | None:
        """Our copy of a comment on Discord."""
        thread = self.house.forum_thread()
        assert thread
        return next(
            (m for m in self.d.messages(thread)
             if words in m["content"] and m["author"].get("bot")),
            None,
        )  # fmt: skip

    async def nowhere(self, words: str) -> None:
        """Wait until no reader can see the words on any side."""

        def gone() -> bool:
            thread = self.house.forum_thread()
            assert thread
            shown = [m["text"] for m in self.house.group()] + self.d.texts(thread)
            return all(words not in text for text in shown)

        await self.house.until(gone, f"{words!r} is nowhere")

    async def log(self) -> list[Row]:
        """The decisions, oldest first."""
        return await self.house.product.newsroom.look(
            lambda tx, _: tx.all("SELECT * FROM decision WHERE action <> 'publish' ORDER BY id")
        )

    async def settled(self) -> None:
        """Wait until every delivery shows what it should."""

        async def level() -> bool:
            row = await self.house.product.newsroom.look(
                lambda tx, _: tx.one("SELECT count(*) AS n FROM delivery WHERE want <> have")
            )
            return row is not None and row["n"] == 0

        await self.house.until_async(level, "every delivery is level")
