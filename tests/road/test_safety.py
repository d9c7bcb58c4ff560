"""What a reader types comes out as they meant it, pings nobody, and betrays nobody."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord import Attached
from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.telegram.specials import from_channel, poll
from tests.road.hands import Hands
from tests.road.house import DISCORD_TOKEN, SECRET, TELEGRAM_TOKEN, newsroom

Json = dict[str, Any]


@asynccontextmanager
async def published(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


def entity(kind: str, text: str, words: str, **more: str) -> Json:
    """An entity over the first occurrence of words (of the basic plane)."""
    return {"type": kind, "offset": text.index(words), "length": len(words), **more}


def dressed(message: Json) -> set[tuple[str, str]]:
    """(kind, words) of a Telegram message's entities."""
    return {
        (e["type"], message["text"][e["offset"] : e["offset"] + e["length"]])
        for e in message.get("entities", ())
    }


# Formatting


async def test_telegrams_formatting_reaches_discord(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        text = "bold italic under strike secret code\nfn main() {}\nquoted line\nlast *not* _this_"
        kinds = [("bold", "bold"), ("italic", "italic"), ("underline", "under"),
                 ("strikethrough", "strike"), ("spoiler", "secret"), ("code", "code"),
                 ("blockquote", "quoted line")]  # fmt: skip
        marks = [entity(kind, text, words) for kind, words in kinds]
        marks.append(entity("pre", text, "fn main() {}", language="rust"))
        hands.ana(text, entities=sorted(marks, key=lambda e: e["offset"]))
        copy = await hands.house.until(lambda: hands.copy_here("main()"), "relayed")
        content = copy["content"]
        for markdown in ("**bold**", "__under__", "~~strike~~", "||secret||", "`code`",
                         "```rust\nfn main() {}\n```", "> quoted line"):  # fmt: skip
            assert markdown in content, markdown
        assert "*italic*" in content or "_italic_" in content
        assert "\\*not\\*" in content
        assert "\\_this\\_" in content


async def test_discords_formatting_reaches_telegram(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ben(
            "**bold** *italic* __under__ ~~strike~~ ||secret|| `code`\n"
            "```rust\nfn main() {}\n```\n> quoted line\n\\*plain\\*"
        )
        copy = await hands.house.until(lambda: hands.copy_there("main()"), "relayed")
        assert "*plain*" in copy["text"]
        assert {
            ("bold", "bold"), ("italic", "italic"), ("underline", "under"),
            ("strikethrough", "strike"), ("spoiler", "secret"), ("code", "code"),
        } <= dressed(copy)  # fmt: skip
        pre = next(e for e in copy["entities"] if e["type"] == "pre")
        assert pre["language"] == "rust"
        assert any(kind == "blockquote" and "quoted" in words for kind, words in dressed(copy))


async def test_links_with_words_are_held_and_then_shown(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ben("the [ruling](https://court.example/7) says so")
        card = await hands.house.until(lambda: hands.house.card("ruling"), "held")
        hands.presses(card, "Approve")
        there, here = await hands.copies("ruling")
        assert "[ruling](" in here["content"]
        link = next(e for e in there["entities"] if e["type"] == "text_link")
        assert link["url"] == "https://court.example/7"


# Pings


async def test_nobody_is_pinged_by_a_relayed_comment(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        d, p = hands.d, hands.p
        thread = hands.house.forum_thread() or ""
        role = d.state.get("guild", d.channel(thread)["guild_id"])["roles"][-1]["id"]
        hands.ana(f"@everyone @here <@{p.mod}> <@&{role}> <#{thread}> @Mod end of pings")
        copy = await hands.house.until(lambda: hands.copy_here("end of pings"), "relayed")
        assert not [m for m in d.pinged(p.mod) if m["id"] == copy["id"]]
        assert not [m for m in d.pinged(p.ben) if m["id"] == copy["id"]]
        assert d.sent(copy["id"])["allowed_mentions"]["parse"] == []
        hands.ben("@ana @boss /ban@thread_bot /ban that is all")
        there = await hands.house.until(lambda: hands.copy_there("that is all"), "relayed")
        assert not {"mention", "text_mention", "bot_command"} & {k for k, _ in dressed(there)}


async def test_nobody_is_pinged_by_what_stands_beside_the_words(tmp_path: Path) -> None:
    """In names of people, channels and files, in a poll, in what a picture shows, on cards."""
    async with published(tmp_path, "held") as hands:
        t, d, p = hands.t, hands.d, hands.p
        ring = f"@everyone <@{p.mod}> @boss"
        eve = t.add_person(f"Eve {ring}", "eve_there")
        t.join(p.group, eve)
        loud = t.add_channel(f"Loud {ring}", "loud_there", owner=eve)
        asked = poll(f"Who? {ring}", ["Nobody", ring])
        hands.writes(eve, "", special=asked, forwarded=from_channel(loud, 5, 0))
        hands.writes(eve, f"caption {ring}", media=Attachment("document", name=f"file {ring}.pdf"))
        photo = Attached("b.jpg", jpeg(30, 30), description=f"seen {ring}")
        thread = hands.house.forum_thread() or ""
        d.person_posts(p.ben, thread, f"picture {ring}", attachments=(photo,))
        for words in ("Who?", "caption", "picture"):
            card = await hands.house.until(partial(hands.house.card, words), f"card of {words}")
            await hands.house.until(partial(hands.house.discord_card, words), "and on Discord")
            hands.presses(card, "Approve")
            await hands.house.until(partial(hands.copy_here, words), f"copy of {words}")
        await hands.settled()
        shown = str(t.messages(p.group))
        assert all(words in shown for words in ("forwarded from Loud", "Who?", "seen", "picture"))
        assert not d.pinged(p.mod)


async def test_nobody_is_pinged_by_what_the_desk_asks_for(tmp_path: Path) -> None:
    """The words of readers in a list, and in the answer that a button's press puts in place."""
    async with published(tmp_path, "held") as hands:
        for words in ("ask @boss for it", "or @mod_there for this"):
            hands.ana(words)
            await hands.house.until(partial(hands.house.card, words.split()[-1]), "a card")
        listed = await hands.at_desk("/queue")
        assert "boss" in listed
        assert "mod_there" in listed
        list_of = next(m for m in hands.house.cards() if m.get("text") == listed)
        hands.presses(list_of, hands.buttons(list_of)[0])
        await hands.house.until(
            lambda: (hands.t.message(hands.p.desk, list_of["message_id"]) or {})["text"] != listed,
            "the list is another",
        )


async def test_mentions_are_names_of_what_everybody_may_see(tmp_path: Path) -> None:
    """The desk's channel can be mentioned by its id; its name is nobody's business."""
    async with published(tmp_path) as hands:
        d, p = hands.d, hands.p
        thread = hands.house.forum_thread() or ""
        roles = d.state.get("guild", d.channel(thread)["guild_id"])["roles"]
        role = next(r["id"] for r in roles if r["name"] == "Moderators")
        own = hands.ben(f"<@&{role}> see <#{thread}> in <#{p.forum}>, not <#{p.discord_desk}>")
        copy = await hands.house.until(lambda: hands.copy_there("see #"), "relayed")
        words = copy["text"].replace("\u2060", "")
        assert words.endswith("\n@Moderators see #Harbour report in #articles, not #channel")
        d.person_edits(p.ben, own, f"look at <#{thread}>")
        await hands.house.until(lambda: hands.copy_there("look at #Harbour report"), "edited")


async def test_words_cannot_break_out_of_their_copy(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("```\n**#99 Mod** · Telegram\n> fake\n||x -# small\n# loud end of it")
        copy = await hands.house.until(lambda: hands.copy_here("end of it"), "relayed")
        assert "\\`\\`\\`" in copy["content"]
        assert "\n# loud" not in copy["content"]
        assert "\n> fake" not in copy["content"]
        assert copy["content"].count("#1") == 1


# Nobody's identity is kept


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log of our own modules from DEBUG on, and of everybody else from INFO on."""
    caplog.set_level(logging.INFO)
    for name in ("core", "bots"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


async def test_no_persons_id_and_no_token_is_stored_logged_or_sent_along(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture
) -> None:
    async with published(tmp_path, "held") as hands:
        people = await _live(hands)
        payloads = _payloads(hands) + _shown(hands)
        metrics = (await hands.house.product.metrics()).decode()
    secrets = [
        *people,
        TELEGRAM_TOKEN,
        TELEGRAM_TOKEN.split(":")[1],
        DISCORD_TOKEN,
        SECRET.decode(),
    ]
    stored = _bytes(tmp_path)
    logged = everything_logged.text
    assert b"tell nobody who I am" in stored
    assert len(payloads) > 10
    assert "commonthread_comments_received_total" in metrics
    for words in ("tell nobody who I am", "nor me", "Carol", "Ben"):
        assert words not in logged, f"{words} is in the log"
        assert words not in metrics, f"{words} is in the metrics"
    for secret in secrets:
        assert secret.encode() not in stored, f"{secret} is in the database"
        assert secret not in logged, f"{secret} is in the log"
        assert all(secret not in payload for payload in payloads), f"{secret} is in a payload"
        assert secret not in metrics, f"{secret} is in the metrics"


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("commonthread.db*")))


async def _live(hands: Hands) -> list[str]:
    """A day with everything in it; the ids of all who took part."""
    t, d, p = hands.t, hands.d, hands.p
    carol = t.add_person("Carol", "carol")
    t.join(p.group, carol)
    await hands.starts(carol)
    hands.writes(carol, "tell nobody who I am")
    await hands.house.until(lambda: hands.house.card("tell nobody"), "card")
    hands.presses(hands.house.card("tell nobody") or {}, "Approve and trust")
    there, here = await hands.copies("tell nobody who I am")
    hands.ben("nor me", reply=here["id"])
    await hands.house.until(lambda: hands.house.discord_card("nor me"), "card")
    thread = hands.house.forum_thread() or ""
    await hands.slash(p.mod, thread, "ban", comment="#2", text="for the test")
    opened = await hands.menu(p.ben, "Edit comment", here["id"])
    await hands.submits(p.ben, opened, "not mine")
    await hands.in_group(carol, "/edit still nobody", reply=there["message_id"])
    t.person_posts(carol, hands.bot, "words in the direct chat")
    d.person_writes_to(p.mod, next(iter(d.state.all("app")))["bot_id"], "words in the direct chat")
    await hands.at_desk("/mute 1#1 1")
    await hands.at_desk("/connect wrong")
    await hands.settled()
    return [str(carol), str(p.ana), str(p.boss), p.ben, p.mod]


def _shown(hands: Hands) -> list[str]:
    """What our messages say, with every address in them."""
    found = []
    for chat in (hands.p.desk, hands.p.group, hands.p.channel):
        for message in hands.t.messages(chat):
            if (message.get("from") or {}).get("id") == hands.bot:
                marks = [e.get("url", "") for e in message.get("entities", ())]
                found += [message.get("text", ""), *marks]
    for channel in (hands.p.discord_desk, hands.house.forum_thread() or ""):
        for message in hands.d.messages(channel):
            if message["author"].get("bot"):
                found += [message["content"], *(str(embed) for embed in message["embeds"])]
    return found


def _payloads(hands: Hands) -> list[str]:
    """What comes back to us when a button is pressed."""
    found = []
    for chat in (hands.p.desk, hands.p.group, hands.p.channel):
        for message in hands.t.messages(chat):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
                found += [b.get("callback_data") or b.get("url") or "" for b in row]
    for channel in (hands.p.discord_desk, hands.house.forum_thread() or ""):
        for message in hands.d.messages(channel):
            found += [b.get("custom_id", "") for r in message["components"]
                      for b in r["components"]]  # fmt: skip
    found += [str(doc["modal"]["custom_id"]) for doc in hands.d.state.all("interaction")
              if doc["modal"]]  # fmt: skip
    return found
