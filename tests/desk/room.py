"""A newsroom in one process, its clock held, with held comments and what moderators do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bots.app import Wiring, office
from core.clock import FakeClock
from core.events import Edited, Invoked, Person, Posted
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan, Newsroom
from core.newsroom.context import Context
from core.newsroom.desks.cards import card_view
from core.newsroom.setup import admin
from core.ports import Inspection, Row, Tx
from core.text.model import Rich
from core.views import Answer, NoticeView

NOW = 1_700_000_000.0
DESKS = {"telegram": "-1003", "discord": "503"}
THREADS = {"telegram": ("-1002", "55"), "discord": ("502", "955")}
BOSS = Person("11", "Boss", "en")
MOD = Person("12", "Mod", "en")
AT = {"Boss": "telegram", "Mod": "discord"}


@dataclass
class Desk:
    """The newsroom; Boss moderates on Telegram, Mod on Discord."""

    room: Newsroom
    clock: FakeClock
    posts: int = 100

    async def say(self, words: str, who: str = "Ana", side: str = "telegram") -> int:
        """Somebody comments; the comment's id."""
        self.posts += 1
        place, thread = THREADS[side]
        await self.room.handle(
            Posted(side, place, thread, str(self.posts), Person(who, who, "en"), Rich(words),
                   self.clock.now())
        )  # fmt: skip
        return int((await self.row("SELECT max(id) AS id FROM comment"))["id"])

    async def edits(self, comment: int, words: str) -> None:
        """The author of a comment on Telegram changes it."""
        row = await self.row("SELECT name FROM comment WHERE id = :c", c=comment)
        message = await self.row(
            "SELECT m.platform_id AS id FROM message m JOIN shows s ON s.message = m.id"
            " JOIN delivery d ON d.id = s.delivery WHERE d.subject = 'comment'"
            " AND d.subject_id = :c AND d.role = 'origin'", c=comment,
        )  # fmt: skip
        person = Person(row["name"], row["name"], "en")
        await self.room.handle(
            Edited("telegram", THREADS["telegram"][0], message["id"], person, Rich(words),
                   self.clock.now())
        )  # fmt: skip

    async def row(self, sql: str, **values: object) -> Row:
        found = await self.room.look(lambda tx, _: tx.one(sql, values))
        assert found is not None
        return found

    async def rows(self, sql: str, **values: object) -> list[Row]:
        return await self.room.look(lambda tx, _: tx.all(sql, values))

    async def token(self, comment: int) -> str:
        """The beginning of what the buttons of a comment's card carry."""
        row = await self.row("SELECT token, revision FROM comment WHERE id = :c", c=comment)
        return f"k{row['token']}:{row['revision']}:"

    async def presses(self, who: Person, token: str) -> Answer:
        """A press at the desk of the moderator's platform."""
        side = AT[who.name]
        answer = await self.room.handle(
            Invoked(side, who, self.clock.now(), token=token, place=DESKS[side])
        )
        assert answer is not None
        return answer

    async def commands(self, who: Person, line: str) -> Answer:
        """A command at the desk."""
        name, _, argument = line.partition(" ")
        side = AT[who.name]
        answer = await self.room.handle(
            Invoked(side, who, self.clock.now(), command=name, argument=argument,
                    text=Rich(argument), place=DESKS[side])
        )  # fmt: skip
        assert answer is not None
        return answer

    async def card(self, comment: int, side: str = "telegram") -> NoticeView:
        """What the card of a comment shows at a desk."""

        def look(tx: Tx, context: Context) -> NoticeView:
            channel = context.house(tx).by_place[side, DESKS[side]]
            publication = context.house(tx).publications[channel.publication]
            view = card_view(tx, context, publication, comment, channel)
            assert isinstance(view, NoticeView)
            return view

        return await self.room.look(look)

    async def labels(self, comment: int, side: str = "telegram") -> list[str]:
        """The buttons of a comment's card."""
        return [b.label for row in (await self.card(comment, side)).buttons for b in row]

    async def wants(self, comment: int, side: str = "telegram") -> int:
        """How often the card was raised."""
        row = await self.row(
            "SELECT raised FROM delivery d JOIN channel n ON n.id = d.channel"
            " WHERE d.subject = 'card' AND d.subject_id = :c AND n.platform = :side",
            c=comment, side=side,
        )  # fmt: skip
        return int(row["raised"])


@asynccontextmanager
async def desk(folder: Path, mode: str = "held") -> AsyncIterator[Desk]:
    """One publication with an article, its threads open, and a desk on each platform."""
    clock = FakeClock(NOW)
    async with office(Wiring(folder / "desk.db", b"s" * 32), clock) as room:
        await room.change(lambda tx, context: _furnish(tx, context, mode))
        draft = Draft("Harbour", "https://paper.example/harbour", "Harbour", body=Rich("Words."))
        await room.publish_draft_now("1", draft)
        await room.change(_open)
        yield Desk(room, clock)


def _furnish(tx: Tx, context: Context, mode: str) -> None:
    admin.add_publication(tx, context, "Paper", mode=mode, languages="en,es")
    for side in DESKS:
        kind = "group" if side == "telegram" else "text"
        for purpose, place in ((Purpose.DISCUSS, THREADS[side][0]), (Purpose.DESK, DESKS[side])):
            found = Inspection(place, purpose.value, kind)
            admin.add_channel(tx, context, ChannelPlan(1, purpose), side, found)
    for person in (BOSS, MOD):
        admin.add_moderator(tx, context, 1, AT[person.name], person.identity, person.name)


def _open(tx: Tx, context: Context) -> None:
    for side, (place, thread) in THREADS.items():
        channel = context.house(tx).by_place[side, place].id
        tx.insert("thread", {"article": 1, "channel": channel, "place": thread})
