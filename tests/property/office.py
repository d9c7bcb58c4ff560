"""A newsroom with something of everything in its database, made once and copied for each try."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bots.app import Wiring, office
from core.authors import Keys, tag
from core.clock import FakeClock
from core.events import Edited, Invoked, Person, Posted
from core.feeds.model import Draft
from core.model import Purpose, Role
from core.newsroom import ChannelPlan, Context, Newsroom
from core.newsroom.setup import admin
from core.ports import Inspection, Tx
from core.text.model import Rich

SECRET = b"s" * 32
NOW = 1_700_000_000.0
TABLES = (
    "publication", "channel", "moderator", "connect_code", "article", "comment", "revision",
    "author", "decision", "feed", "wave",
)  # fmt: skip
"""What nobody changes without the right to."""
KEY = ("id", "code", "publication", "tag", "comment", "number")

PLACES: dict[str, dict[str, str]] = {
    "telegram": {"announce": "-1001", "thread": "-1002", "desk": "-1003", "foreign": "-1004",
                 "foreign desk": "-1005"},
    "discord": {"announce": "501", "thread": "502", "desk": "503", "foreign": "504",
                "foreign desk": "505"},
}  # fmt: skip
KINDS = {"telegram": {"announce": "channel"}, "discord": {"announce": "text"}}
THREADS = {"telegram": ("55", "56"), "discord": ("955", "956")}
"""Of the own and of the foreign article."""
PEOPLE = {
    "mod": Person("11", "Mod", "en"),
    "foreign mod": Person("12", "Other desk", "es"),
    "author": Person("13", "Ana", "en"),
    "banned": Person("14", "Bad", "en"),
    "reader": Person("15", "Ben", "es-MX"),
}
HIDDEN = {
    "zebra-held": "author", "zebra-removed": "author", "zebra-rejected": "author",
    "zebra-withdrawn": "author", "zebra-edited": "author", "zebra-foreign": "author",
    "zebra-wave": "author",
}  # fmt: skip
"""Words that nobody may read, with who wrote them."""


@dataclass
class Office:
    """Where the database is, and what somebody could know of it."""

    database: Path
    tokens: list[str] = field(default_factory=list, repr=False)
    messages: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def tag(self, platform: str, who: str) -> str:
        """The author tag of somebody."""
        return tag(Keys.derive(SECRET), platform, PEOPLE[who].identity)


@asynccontextmanager
async def opened(database: Path) -> AsyncIterator[Newsroom]:
    """The newsroom over this file, its clock held."""
    async with office(Wiring(database, SECRET), FakeClock(NOW, seed=len(database.name))) as room:
        yield room


def copy_of(made: Office, to: Path) -> Path:
    """A fresh database like the one that was furnished."""
    for left in to.parent.glob(f"{to.name}*"):
        left.unlink()
    shutil.copyfile(made.database, to)
    return to


async def furnish(database: Path) -> Office:
    """Two publications, two articles, comments in every state, cards, decisions, a draft."""
    made = Office(database)
    async with opened(database) as room:
        await room.change(_houses)
        for number, name in enumerate(("harbour", "elsewhere"), start=1):
            draft = Draft(name, f"https://paper.example/{name}", name, body=Rich("Words."))
            await room.publish_draft_now(str(number), draft)
        await room.preview(1, Draft("draft", "https://paper.example/draft", "draft"))
        await room.change(_threads)
        await _say(room)
        await room.refresh_desks(every=True)
        await room.change(_mapped)
        made.tokens = await room.look(_tokens)
        made.messages = {p: await room.look(_messages_of(p)) for p in PLACES}
    return made


def _houses(tx: Tx, context: Context) -> None:
    for number, mode in enumerate(("held", "held"), start=1):
        admin.add_publication(tx, context, f"Paper {number}", mode=mode, languages="en,es")
    plans = {
        "announce": ChannelPlan(1, Purpose.ANNOUNCE),
        "thread": ChannelPlan(1, Purpose.DISCUSS, "anonymous", "door"),
        "desk": ChannelPlan(1, Purpose.DESK),
        "foreign": ChannelPlan(2, Purpose.DISCUSS),
        "foreign desk": ChannelPlan(2, Purpose.DESK),
    }
    for platform, places in PLACES.items():
        for name, plan in plans.items():
            kind = KINDS[platform].get(name, "group" if platform == "telegram" else "text")
            found = Inspection(places[name], name, kind)
            admin.add_channel(tx, context, plan, platform, found)
        for number, who in ((1, "mod"), (2, "foreign mod")):
            person = PEOPLE[who]
            identity, name = person.identity, person.name
            admin.add_moderator(tx, context, number, platform, identity, name, Role.OWNER)


def _threads(tx: Tx, context: Context) -> None:
    for platform, places in PLACES.items():
        for article, name in ((1, "thread"), (2, "foreign")):
            channel = context.house(tx).by_place[platform, places[name]].id
            place = THREADS[platform][article - 1]
            tx.insert("thread", {"article": article, "channel": channel, "place": place})


async def _say(room: Newsroom) -> None:
    """Comments in every state; the numbers are those of the order here."""
    row = await room.look(lambda tx, _: tx.one("SELECT token FROM article WHERE id = 1"))
    token = f"c{row['token']}" if row else ""
    said = ["open", "zebra-held", "zebra-removed", "zebra-rejected", "zebra-withdrawn", "as it was"]
    for number, words in enumerate([*said, "bad", "beyond"]):
        who = "banned" if words == "bad" else "author"
        platform = ("telegram", "discord")[number % 2]
        await room.handle(
            Invoked(platform, PEOPLE[who], NOW, token=token, fields={"text": words},
                    text=Rich(words), place=PLACES[platform]["thread"])
        )  # fmt: skip
    for command, argument in (
        ("approve", "1#1"), ("approve", "1#3"), ("remove", "1#3"), ("reject", "1#4 other"),
        ("approve", "1#6"), ("approve", "1#7"), ("ban", "1#7 for good"), ("lock", "1"),
        ("unlock", "1"),
    ):  # fmt: skip
        await room.handle(at_desk(command, argument))
    await room.handle(own("delete", "1#5", "telegram"))
    await room.handle(own("edit", "1#6 zebra-edited", "discord"))
    abroad = PLACES["telegram"]["foreign"]
    for number, words in enumerate(("zebra-foreign", "abroad"), start=1):
        message = str(70 + number)
        thread = THREADS["telegram"][1]
        await room.handle(
            Posted("telegram", abroad, thread, message, PEOPLE["author"], Rich(words), NOW)
        )
    await room.handle(Edited("telegram", abroad, "72", PEOPLE["author"], Rich("changed"), NOW))
    for number in range(6):
        words = "zebra-wave: everybody knows that the mayor sold the harbour" + "!" * (number % 3)
        await room.handle(
            Invoked("discord", PEOPLE["author"], NOW, token=token, fields={"text": words},
                    text=Rich(words), place=PLACES["discord"]["thread"])
        )  # fmt: skip
        await room.handle(
            Posted("telegram", abroad, thread, str(80 + number), PEOPLE["author"], Rich(words), NOW)
        )


def at_desk(command: str, argument: str = "") -> Invoked:
    """The moderator's command at the Telegram desk."""
    return Invoked(
        "telegram", PEOPLE["mod"], NOW, command=command, argument=argument,
        text=Rich(argument), place=PLACES["telegram"]["desk"],
    )  # fmt: skip


def own(command: str, argument: str, platform: str) -> Invoked:
    """The author's command in the direct chat."""
    return Invoked(
        platform, PEOPLE["author"], NOW, command=command, argument=argument, text=Rich(argument),
        private=True,
    )  # fmt: skip


def _mapped(tx: Tx, context: Context) -> None:
    """As if everything that is wanted had been sent."""
    for row in tx.all("SELECT d.id, d.channel, c.platform FROM delivery d"
                      " JOIN channel c ON c.id = d.channel WHERE d.want > 0"):  # fmt: skip
        bare = str(1000 + row["id"])
        name = bare if row["platform"] == "telegram" else f"955/{bare}"
        message = tx.insert("message", {"channel": row["channel"], "platform_id": name})
        tx.insert("shows", {"delivery": row["id"], "message": message, "position": 0})
    tx.run("UPDATE delivery SET have = want")


def _tokens(tx: Tx, _: Context) -> list[str]:
    """What every button of this newsroom carries."""
    made = ["menu-edit", "menu-reply"]
    for row in tx.all("SELECT token FROM article ORDER BY id"):
        made += [letter + row["token"] for letter in "icpd"]
    for row in tx.all("SELECT token, revision FROM comment ORDER BY id"):
        made.append(f"c{row['token']}")
        made += [f"k{row['token']}:{row['revision']}:{v}" for v in "armtbxhenc"]
        made += [f"k{row['token']}:{row['revision']}:r{n}" for n in (0, 5, 6)]
        made += [f"q{v}:{row['token']}:{row['revision']}:-1" for v in "aro"]
    made += ["qp:-1", "qp:w2.a1.clinks"]
    for row in tx.all("SELECT token, joined FROM wave ORDER BY id"):
        made += [f"w{row['token']}:{v}:{row['joined']}" for v in "rsoam"] + [f"w{row['token']}:u:1"]
    made += [
        f"qu:{row['token']}:-1" for row in tx.all("SELECT token FROM decision ORDER BY id LIMIT 3")
    ]
    return made + ["u" + row["token"] for row in tx.all("SELECT token FROM decision ORDER BY id")]


def _messages_of(platform: str) -> Any:
    def work(tx: Tx, _: Context) -> list[str]:
        rows = tx.all(
            "SELECT m.platform_id FROM message m JOIN channel c ON c.id = m.channel"
            " WHERE c.platform = :p AND m.platform_id IS NOT NULL ORDER BY m.id",
            {"p": platform},
        )
        return [row["platform_id"] for row in rows]

    return work


Dump = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def dump(tx: Tx, _: Context) -> Dump:
    """Every row that only somebody with the right to may change, with the publication and the
    author (or None) that it belongs to as its "of" and "by"."""
    return {table: dict(_rows(tx, table)) for table in TABLES}


def _rows(tx: Tx, table: str) -> Iterable[tuple[tuple[Any, ...], dict[str, Any]]]:
    of_article = {row["id"]: row["publication"] for row in tx.all("SELECT * FROM article")}
    comments = {row["id"]: row for row in tx.all("SELECT * FROM comment")}
    for found in tx.all(f"SELECT * FROM {table}"):
        row = dict(found)
        comment = comments.get(row["comment"]) if table == "revision" else None
        article = comment["article"] if comment is not None else row.get("article")
        owner = row.get("publication", of_article.get(article))
        row["of"] = row["id"] if table == "publication" else owner
        row["by"] = comment["author"] if comment is not None else row.get("author")
        if table == "author":
            row["by"] = row["tag"]
        if table == "decision":
            row["by"] = None
        if table == "article":
            del row["comments"]  # Numbers are given to whoever comments.
        yield tuple(row.get(name) for name in KEY), row
