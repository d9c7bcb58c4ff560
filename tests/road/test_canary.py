"""Nobody finds out who somebody is: everything is done once by people whose ids, handles and tokens
are known to the test, and then they are looked for in whatever the program stores, writes, sends
and offers to press."""

from __future__ import annotations

import csv
import io
import json
import logging
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots.app import make_stock
from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from core.authors import Keys, tag
from core.newsroom import Context, Rules
from core.newsroom.authors import forgetting
from core.newsroom.decisions import audit
from core.ports import Tx
from core.storage.backup import back_up
from tests.road.hands import Hands
from tests.road.house import DISCORD_TOKEN, SECRET, TELEGRAM_TOKEN, newsroom
from tests.road.test_door import button, post

Json = dict[str, Any]

HANDLES = ("canaryhandlecarol", "canaryhandledan")
NAMES = ("Carol Canary", "Dan Canary")
"""With what no random token holds: three letters stand in one by chance."""
TOKENS = (TELEGRAM_TOKEN, TELEGRAM_TOKEN.split(":")[1], DISCORD_TOKEN, SECRET.decode())


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log of our own modules from DEBUG on, and of everybody else from INFO on."""
    caplog.set_level(logging.INFO)
    for name in ("core", "bots"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


class Cast:
    """Carol on Telegram and Dan on Discord, both readers; Boss and Mod moderate."""

    def __init__(self, hands: Hands) -> None:
        t, d, p = hands.t, hands.d, hands.p
        self.carol = t.add_person(NAMES[0], HANDLES[0])
        t.join(p.group, self.carol)
        guild = d.channel(p.discord_desk)["guild_id"]
        self.dan = d.add_person(NAMES[1], guild=guild)
        self.ids = [str(self.carol), str(p.boss), str(p.ana), self.dan, p.ben, p.mod]


async def _slash(hands: Hands, who: str, name: str, **options: str) -> str:
    return await hands.slash(who, hands.house.forum_thread() or "", name, **options)


async def _commands(hands: Hands, cast: Cast) -> None:
    """What readers and moderators ask, everywhere where they can."""
    for command in ("/privacy", "/export", "/help", "/policy", "/notify on", "/forget"):
        hands.t.person_posts(cast.carol, hands.bot, command)
        await _slash(hands, cast.dan, command[1:].split()[0])
    for command in ("/queue", "/history", "/history moderator Boss", "/history author 1#1",
                    "/stats", "/moderators", "/options", "/why 1#1", "/replay"):  # fmt: skip
        await hands.at_desk(command)
        name, _, words = command[1:].partition(" ")
        options = {"subject": words} if name == "why" else {"text": words} if words else {}
        await hands.slash(hands.p.mod, hands.p.discord_desk, name, **options)


async def _a_day_in_the_chat(hands: Hands, cast: Cast) -> None:
    await hands.starts(cast.carol)
    hands.writes(cast.carol, "canary words one", media=Attachment("photo", jpeg(40, 30)))
    await hands.house.until(lambda: hands.house.card("canary words one"), "card")
    hands.presses(hands.house.card("canary words one") or {}, "Approve")
    there = await hands.house.until(
        lambda: next((m for m in hands.t.messages(hands.p.group)
                      if "canary words one" in m.get("caption", "") and m["from"]["is_bot"]), None),
        "shown",
    )  # fmt: skip
    thread = hands.house.forum_thread() or ""
    hands.d.person_posts(cast.dan, thread, "canary words two")
    await hands.house.until(lambda: hands.house.discord_card("canary words two"), "card")
    await hands.at_desk("/approve 1#2")
    _, here = await hands.copies("canary words two")
    await _slash(hands, cast.dan, "edit", comment="#2", text="canary words two, mended")
    hands.d.person_posts(cast.dan, thread, "canary words three", reply_to=here["id"])
    await hands.house.until(lambda: hands.house.discord_card("canary words three"), "card")
    await _slash(hands, cast.dan, "report", comment="#1", text="canary report")
    hands.writes(cast.carol, "/report canary report too", reply=there["message_id"])
    await hands.at_desk("/reject 1#3 off topic")
    await _slash(hands, cast.dan, "appeal", comment="#3", text="canary appeal")
    await hands.at_desk("/warn 1#2 1 canary warning")
    await hands.at_desk("/mute 1#1 1 --on-platform")
    await hands.at_desk("/unban 1#1")
    await hands.slash(hands.p.mod, hands.p.discord_desk, "ban", comment="1#2", text="--on-platform")
    await hands.at_desk("/undo")
    await hands.slash(hands.p.mod, hands.p.discord_desk, "undo")
    await _commands(hands, cast)
    await hands.settled()


async def test_nobody_is_found_out_in_the_chat(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture
) -> None:
    async with newsroom(tmp_path, mode="held") as house:
        await house.publish()
        hands = Hands(house)
        cast = Cast(hands)
        await _a_day_in_the_chat(hands, cast)
        found = await _everything(hands, cast, tmp_path, everything_logged)
    _search(found, [*cast.ids, *HANDLES, *TOKENS])
    assert b"canary words two" in found["the database"]


async def test_nobody_is_found_out_at_the_door(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture
) -> None:
    rules = Rules(album_gather=0.2)
    async with newsroom(tmp_path, mode="held", way="door", rules=rules) as house:
        await house.publish()
        hands = Hands(house)
        cast = Cast(hands)
        await _a_day_at_the_door(hands, cast)
        found = await _everything(hands, cast, tmp_path, everything_logged)
    # At the door not even the name is anybody's business.
    _search(found, [*cast.ids, *HANDLES, *TOKENS, *NAMES])
    assert b"canary words" in found["the database"]


async def test_nothing_of_that_day_stays_of_who_is_forgotten(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="held") as house:
        await house.publish()
        hands = Hands(house)
        cast = Cast(hands)
        await _a_day_in_the_chat(hands, cast)
        for number in (1, 2):
            await hands.at_desk(f"/unban 1#{number}")
        keys = Keys.derive(SECRET)
        tags = [tag(keys, "telegram", str(cast.carol)), tag(keys, "discord", cast.dan)]
        words = ["canary words", "canary report", "canary appeal", "canary warning", *tags]
        assert {word for word in words if _stored(tmp_path, word)} == set(words)
        for author in tags:
            await house.product.newsroom.change(partial(_ask, author))
        await house.until(
            lambda: not any(_stored(tmp_path, word) for word in words), "nothing is left"
        )
        report = await house.product.newsroom.look(lambda tx, c: audit.verify(tx, c))
        assert report.problems == ()
        assert report.erased >= 5
        await hands.nowhere("canary words")


def _ask(author: str, tx: Tx, context: Context) -> None:
    forgetting.ask(tx, context, author)


def _stored(folder: Path, word: str) -> bool:
    return any(word.encode() in f.read_bytes() for f in folder.glob("commonthread.db*"))


async def _a_day_at_the_door(hands: Hands, cast: Cast) -> None:
    d = hands.d
    await hands.starts(cast.carol)
    await _through_telegrams_door(hands, cast, "canary words one", None)
    root = next(m for m in d.messages(hands.house.forum_thread() or "") if m["components"])
    opened = await hands.answered(d.person_presses(cast.dan, root["id"], "Comment"), "the form")
    await hands.submits(cast.dan, opened, "canary words two")
    await hands.house.until(lambda: hands.house.discord_card("canary words two"), "card")
    await hands.at_desk("/approve 1#1")
    await hands.at_desk("/reject 1#2 insult")
    await hands.copies("canary words one")
    photo = Attachment("photo", jpeg(40, 30))
    await _through_telegrams_door(hands, cast, "canary words three", photo)
    await _commands(hands, cast)
    await hands.settled()


async def _through_telegrams_door(
    hands: Hands, cast: Cast, words: str, media: Attachment | None
) -> None:
    t, before = hands.t, len(hands.t.messages(cast.carol))
    t.person_opens(cast.carol, button(post(hands.house), "Comment")["url"])
    await hands.house.until(lambda: _said(hands, cast, before, "Write your comment"), "asked")
    more: Json = {"media": media} if media else {}
    t.person_posts(cast.carol, hands.bot, words, **more)
    shown = await hands.house.until(lambda: _said(hands, cast, before + 2, words, "Send"), "shown")
    t.person_presses(cast.carol, hands.bot, shown["message_id"], "Send")
    await hands.house.until(lambda: hands.house.card(words), "card")


def _said(hands: Hands, cast: Cast, after: int, words: str, label: str = "") -> Json | None:
    """What the bot told Carol after so many messages, with a button of this label."""
    for message in hands.t.messages(cast.carol)[after:]:
        fits = words in message.get("text", "") and message["from"]["is_bot"]
        if fits and (not label or label in hands.buttons(message)):
            return message
    return None


# Where they are looked for


async def _everything(
    hands: Hands, cast: Cast, folder: Path, log: pytest.LogCaptureFixture
) -> dict[str, bytes]:
    """All that leaves the program in any direction, by what it is."""
    product, wiring = hands.house.product, hands.house._wiring
    back_up(make_stock(wiring), folder / "backup.tar", 0.0)
    rows = await product.newsroom.look(lambda tx, c: audit.export(tx, c, None, 0, 9e12))
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    return {
        "the database": _files(folder, "commonthread.db*"),
        "a backup": _unpacked(folder / "backup.tar"),
        "the spool": _files(folder / "commonthread.spool", "*"),
        "the names of files": _names(folder),
        "an export of decisions": table.getvalue().encode(),
        "the log": log.text.encode(),
        "the metrics": await product.metrics(),
        "the health page": json.dumps(product.health(), default=str).encode(),
        "what we say on Telegram": _telegram(hands, cast),
        "what we say on Discord": _discord(hands),
    }


def _files(folder: Path, pattern: str) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob(pattern)))


def _names(folder: Path) -> bytes:
    return "\n".join(str(file.relative_to(folder)) for file in folder.rglob("*")).encode()


def _unpacked(archive: Path) -> bytes:
    with tarfile.open(archive) as opened:
        parts = [opened.extractfile(member) for member in opened.getmembers()]
        return b"".join(part.read() for part in parts if part is not None)


def _telegram(hands: Hands, cast: Cast) -> bytes:
    """Words, addresses in them, captions, files' names and buttons of all that the bot sent."""
    p = hands.p
    told: list[str] = []
    for chat in (p.desk, p.group, p.channel, cast.carol, p.ana, p.boss):
        for message in hands.t.messages(chat):
            if (message.get("from") or {}).get("id") == hands.bot:
                told += [message.get("text", ""), message.get("caption", "")]
                told += [str(message.get("entities", "")), str(message.get("reply_markup", ""))]
                told.append(str((message.get("document") or {}).get("file_name", "")))
    assert len(told) > 100
    return "\n".join(told).encode()


def _discord(hands: Hands) -> bytes:
    """Contents, embeds, components and files' names of all that the bot sent, ephemeral messages
    and direct ones too, and the forms that it opened."""
    told: list[str] = []
    state = hands.d.state
    bots = {app["bot_id"] for app in state.all("app")} | {w["id"] for w in state.all("webhook")}
    for channel in state.all("channel"):
        for message in state.messages(channel["id"]):
            if message["author_id"] not in bots:
                continue
            told += [str(message[name]) for name in ("content", "embeds", "components")]
            told.append(str([one["filename"] for one in message["attachments"]]))
    told += [str(doc["modal"]) for doc in hands.d.state.all("interaction") if doc["modal"]]
    assert len(told) > 40
    return "\n".join(told).encode()


def _search(found: dict[str, bytes], secrets: list[str]) -> None:
    for place, data in found.items():
        assert data, f"{place} is empty"
        for secret in secrets:
            assert secret.encode() not in data, f"{secret} is in {place}"
