"""Every kind of channel on both platforms, and several of them at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, Permission
from bots.rehearsal.world import Fault, Switches
from core.errors import UserError
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan, Rules
from core.newsroom.setup import admin
from core.text.model import Rich
from tests.road.house import TELEGRAM_TOKEN, House, newsroom

Json = dict[str, Any]
CROSSPOSTED = 1
BOT_ID = int(TELEGRAM_TOKEN.split(":")[0])


async def publication(house: House, mode: str = "open", name: str = "The Paper") -> int:
    return await house.product.newsroom.change(
        lambda tx, c: admin.add_publication(tx, c, name, mode=mode)
    )


async def add(
    house: House, platform: str, place: object, purpose: Purpose = Purpose.DISCUSS, **more: str
) -> None:
    """Connect a place for the first publication."""
    adapter = house.product.adapters[platform]
    await house.product.newsroom.add_channel(ChannelPlan(1, purpose, **more), adapter, str(place))


async def publish(house: House, headline: str = "Harbour report", words: str = "One.") -> int:
    draft = Draft(headline, f"https://paper.example/{headline}", headline, body=Rich(words),
                  labels=("report",), published=1_790_000_000.0)  # fmt: skip
    return await house.product.newsroom.publish_draft_now(None, draft)


async def threads(house: House, article: int, count: int) -> None:
    """Wait until so many threads of an article are open."""

    async def born() -> bool:
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one(
                "SELECT count(*) AS n FROM thread WHERE article = :a", {"a": article}
            )
        )
        return row is not None and row["n"] == count

    await house.until_async(born, f"{count} threads")


def guild(house: House) -> str:
    return str(house.discord.channel(house.places.forum)["guild_id"])


def discord_channel(house: House, name: str, kind: str) -> str:
    """A channel in which only the bot posts, and everybody may write in threads."""
    server = guild(house)
    roles = house.discord.state.get("guild", server)["roles"]
    bot = next(str(role["id"]) for role in roles if role["name"] == "Commonthread")
    closed = overwrite(server, deny=Permission.SEND_MESSAGES)
    return house.discord.add_channel(
        server, name, kind, overwrites=(closed, overwrite(bot, allow=BOT))
    )


def in_chat(house: House, chat: int, words: str) -> Json | None:
    found = [m for m in house.telegram.messages(chat) if words in m.get("text", "")]
    return found[-1] if found else None


def in_threads(house: House, channel: str, words: str) -> Json | None:
    """A message in any thread of a Discord channel."""
    for thread in house.discord.threads(channel):
        for message in house.discord.messages(str(thread["id"])):
            if words in message["content"]:
                return message
    return None


def only_thread(house: House, channel: str) -> str | None:
    found = house.discord.threads(channel)
    return str(found[0]["id"]) if len(found) == 1 else None


# Telegram


@pytest.mark.parametrize("forward", ["after", "before"])
async def test_channel_with_group_whenever_the_forward_comes(tmp_path: Path, forward: str) -> None:
    switches = Switches(forward=forward)
    async with newsroom(tmp_path, mode="open", switches=switches) as house:
        await house.publish()
        t, p = house.telegram, house.places
        t.person_posts(p.ana, p.group, "Under the forward", under=house.root())
        await house.until(lambda: house.thread_message("Under the forward"), "relayed")
        articles = [m for m in house.group() if "Harbour report" in m["text"]]
        assert len(articles) == 1, "the forward alone, no root of ours beside it"


async def test_comments_before_the_post_is_recorded_are_kept(tmp_path: Path) -> None:
    """The forward and a comment under it overtake the answer to the send."""
    switches = Switches(forward="before")
    async with newsroom(tmp_path, mode="open", switches=switches) as house:
        t, p = house.telegram, house.places
        late = Fault("telegram", "sendMessage", "drop_after", where=_into(p.channel))
        house.world.faults.add(late)
        await publish(house)
        root = await house.until(house.root, "the forward")
        t.person_posts(p.ana, p.group, "Quicker than the answer", under=root)
        await house.until(lambda: house.thread_message("Quicker"), "relayed")
        await house.until(
            lambda: (
                "conversation on Telegram"
                in house.discord.messages(house.forum_thread() or "")[0]["embeds"][0]["description"]
            ),
            "linked",
        )
        posts = [m for m in t.messages(p.channel) if "Harbour report" in m.get("text", "")]
        assert len(posts) == 1


def _into(chat: int) -> Callable[[Json], bool]:
    return lambda params: str(params.get("chat_id")) == str(chat)


async def test_a_forward_that_comes_after_our_own_root(tmp_path: Path) -> None:
    """The group is told of the post late: what stands in between is taken back."""
    rules, switches = Rules(forward_wait=0.0), Switches(forward="missing")
    async with newsroom(tmp_path, mode="open", rules=rules, switches=switches) as house:
        await publish(house)
        own = await house.until(lambda: house.group_message("Harbour report"), "our own root")
        await threads(house, 1, 2)
        t, p = house.telegram, house.places
        t.world.switches.forward = "after"
        doc = t.memory.messages(t.known_chat(p.channel)["key"])[-1]
        t.posting.settle(t.posting.forward_later([doc]))
        t.world.touch()
        await house.until(house.root, "the forward")
        await house.until(
            lambda: own["message_id"] not in [m["message_id"] for m in house.group()], "ours goes"
        )
        t.person_posts(p.ana, p.group, "Under the late one", under=house.root())
        await house.until(lambda: house.thread_message("Under the late one"), "relayed")


@pytest.mark.parametrize("first", [0, 1], ids=["in their order", "the later one first"])
async def test_a_post_sent_twice_keeps_the_one_with_the_thread(tmp_path: Path, first: int) -> None:
    """The answer to the first send is lost and no forward tells of it, so the post is sent again;
    then the forwards of both come. One post stays, and the conversation below it goes on."""
    rules = Rules(forward_wait=0.0)
    switches = Switches(forward="missing", mirror_deletes=True)
    async with newsroom(tmp_path, mode="open", rules=rules, switches=switches) as house:
        t, p = house.telegram, house.places

        def posts() -> list[Json]:
            return [m for m in t.messages(p.channel) if "Harbour report" in m.get("text", "")]

        late = Fault("telegram", "sendMessage", "drop_after", where=_into(p.channel))
        house.world.faults.add(late)
        article = await publish(house)
        await threads(house, article, 2)
        await house.until(lambda: len(posts()) == 2, "sent twice")
        t.world.switches.forward = "before"
        docs = t.memory.messages(t.known_chat(p.channel)["key"])[-2:]
        t.posting.forward_later([docs[first]])
        t.world.touch()
        await house.until(house.root, "a forward")
        await house.until(lambda: not own_roots(house), "our own root goes")
        t.posting.forward_later([docs[1 - first]])
        t.world.touch()
        await house.until(lambda: len(posts()) == 1, "one post stays")
        assert posts()[0]["message_id"] == docs[first]["id"]
        root = house.root()
        t.person_posts(p.ana, p.group, "Under the one that stays", under=root)
        await house.until(lambda: house.thread_message("Under the one that stays"), "relayed")
        house.discord.person_posts(p.ben, house.forum_thread() or "", "And back")
        answer = await house.until(lambda: in_chat(house, p.group, "And back"), "relayed back")
        assert answer["message_thread_id"] == root


def own_roots(house: House) -> list[Json]:
    """Roots of our own in the group."""
    return [
        m for m in house.group()
        if "Harbour report" in m["text"] and not m.get("is_automatic_forward")
    ]  # fmt: skip


async def test_group_without_channel(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, p = house.telegram, house.places
        alone = t.add_group("Talk", owner=p.boss)
        t.make_admin(alone, BOT_ID)
        t.join(alone, p.ana)
        await publication(house)
        await add(house, "telegram", alone)
        await add(house, "discord", p.forum)
        article = await publish(house)
        await threads(house, article, 2)
        root = in_chat(house, alone, "Harbour report")
        assert root
        t.person_posts(p.ana, alone, "In the group", reply_to=root["message_id"])
        copy = await house.until(lambda: house.thread_message("In the group"), "relayed")
        house.discord.person_posts(p.ben, house.forum_thread() or "", "Back", reply_to=copy["id"])
        answer = await house.until(lambda: in_chat(house, alone, "Back"), "relayed back")
        assert answer["reply_to_message"]["text"] == "In the group"
        t.person_posts(p.ana, alone, "Beside every thread")
        t.person_posts(p.ana, alone, "Again", reply_to=answer["message_id"])
        await house.until(lambda: house.thread_message("Again"), "relayed")
        assert house.thread_message("Beside every thread") is None


async def test_a_topic_for_each_article(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, d, p = house.telegram, house.discord, house.places
        group = t.add_group("Topics", forum=True, owner=p.boss)
        t.make_admin(group, BOT_ID)
        t.join(group, p.ana)
        await publication(house)
        await add(house, "telegram", group)
        await add(house, "discord", p.forum)
        first, second = await publish(house), await publish(house, "Bridge report")
        await threads(house, first, 2)
        await threads(house, second, 2)
        topics = {doc["name"]: int(key) for key, doc in t.known_chat(group)["topics"].items()}
        assert set(topics) == {"Harbour report", "Bridge report"}
        t.person_posts(p.ana, group, "About the bridge", topic=topics["Bridge report"])
        copy = await house.until(
            lambda: house.thread_message("About the bridge", "Bridge report"), "relayed"
        )
        d.person_posts(p.ben, house.forum_thread("Bridge report") or "", "Yes", reply_to=copy["id"])
        answer = await house.until(lambda: in_chat(house, group, "Yes"), "relayed back")
        assert answer["message_thread_id"] == topics["Bridge report"]
        assert house.thread_message("About the bridge") is None
        await _correct_title(house, second, "Bridge report, corrected")
        await house.until(
            lambda: (
                t.known_chat(group)["topics"][str(topics["Bridge report"])]["name"]
                == "Bridge report, corrected"
            ),
            "the topic is renamed",
        )
        await house.product.newsroom.command(None, "lock", str(first))
        await house.until(
            lambda: t.known_chat(group)["topics"][str(topics["Harbour report"])]["closed"],
            "the topic is closed",
        )


async def _correct_title(house: House, article: int, headline: str) -> None:
    draft = Draft("Bridge report", "https://paper.example/Bridge report", headline,
                  body=Rich("One."), labels=("report",), published=1_790_000_000.0)  # fmt: skip
    assert await house.product.newsroom.publish_draft_now(None, draft) == article


# Discord


@pytest.mark.parametrize("kind", ["text", "announcement"])
async def test_message_and_thread(tmp_path: Path, kind: str) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, d, p = house.telegram, house.discord, house.places
        place = discord_channel(house, "news", kind)
        await publication(house)
        await add(house, "telegram", p.channel, Purpose.ANNOUNCE)
        await add(house, "telegram", p.group)
        await add(house, "discord", place)
        article = await publish(house)
        await threads(house, article, 2)
        messages = [m for m in d.messages(place) if m["embeds"]]
        assert len(messages) == 1
        thread = only_thread(house, place)
        assert thread
        assert d.channel(thread)["name"] == "Harbour report"
        d.person_posts(p.ben, thread, "From the thread")
        answer = await house.until(lambda: house.group_message("From the thread"), "relayed")
        t.person_posts(p.ana, p.group, "And back", reply_to=answer["message_id"])
        copy = await house.until(lambda: in_threads(house, place, "And back"), "relayed back")
        assert copy["message_reference"]
        if kind == "announcement":
            await house.until(
                lambda: d.messages(place)[0]["flags"] & CROSSPOSTED, "published to followers"
            )
        await house.product.newsroom.command(None, "lock", str(article))
        await house.until(lambda: d.channel(thread)["thread_metadata"]["locked"], "locked")


async def test_webhook_style(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, d, p = house.telegram, house.discord, house.places
        server = guild(house)
        bot = next(r for r in d.state.get("guild", server)["roles"] if r["name"] == "Commonthread")
        d.set_role(server, bot["id"], BOT | Permission.MANAGE_WEBHOOKS)
        roles = overwrite(bot["id"], allow=BOT | Permission.MANAGE_WEBHOOKS)
        closed = overwrite(server, deny=Permission.SEND_MESSAGES)
        d.set_overwrites(p.forum, closed, roles)
        await publication(house)
        await add(house, "telegram", p.channel, Purpose.ANNOUNCE)
        await add(house, "telegram", p.group)
        await add(house, "discord", p.forum, style="webhook")
        article = await publish(house)
        await threads(house, article, 2)
        sent = t.person_posts(p.ana, p.group, "Under my own name", under=house.root())
        copy = await house.until(lambda: house.thread_message("Under my own name"), "relayed")
        assert copy["author"]["username"] == "Ana"
        assert copy["webhook_id"]
        assert "#1" in copy["content"]
        thread = house.forum_thread() or ""
        said = d.person_posts(p.ben, thread, "An answer", reply_to=copy["id"])
        back = await house.until(lambda: house.group_message("An answer"), "relayed back")
        assert back["reply_to_message"]["text"] == "Under my own name"
        t.person_posts(p.ana, p.group, "To Ben", reply_to=back["message_id"])
        answer = await house.until(lambda: house.thread_message("To Ben"), "answered")
        assert "discord.com/channels/" in answer["content"], "a link in place of a reply"
        assert "> #2 Ben: An answer" in answer["content"]
        d.person_edits(p.ben, said["id"], "Changed")
        await house.until(lambda: house.thread_message("> #2 Ben: Changed"), "quoted as it is")
        await house.product.newsroom.command(None, "remove", f"{article}#2")
        removed = "> #2: This comment was removed."
        await house.until(lambda: house.thread_message(removed), "quoted no more")
        t.person_edits(p.ana, p.group, sent["message_id"], "Under my own name, edited")
        edited = await house.until(lambda: house.thread_message("name, edited"), "edited")
        assert edited["id"] == copy["id"]
        await house.product.newsroom.command(None, "remove", f"{article}#3")
        await house.until(lambda: not house.thread_message("To Ben"), "removed")
        assert house.thread_message("name, edited")


# Several at once


async def test_two_forums_and_telegram_relay_among_all(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, d, p = house.telegram, house.discord, house.places
        other = d.add_channel(guild(house), "foreign-desk", "forum", overwrites=_forum(house))
        await publication(house)
        await add(house, "telegram", p.channel, Purpose.ANNOUNCE)
        await add(house, "telegram", p.group)
        await add(house, "discord", p.forum)
        await add(house, "discord", other)
        article = await publish(house)
        await threads(house, article, 3)
        there = only_thread(house, other) or ""
        d.person_posts(p.ben, there, "From the second forum")
        copy = await house.until(lambda: house.thread_message("From the second forum"), "first")
        one = await house.until(lambda: house.group_message("From the second forum"), "group")
        assert copy["content"].startswith("#1 **Ben**")
        t.person_posts(p.ana, p.group, "To both", reply_to=one["message_id"])
        first = await house.until(lambda: house.thread_message("To both"), "first forum")
        second = await house.until(lambda: in_threads(house, other, "To both"), "second forum")
        assert first["message_reference"]["message_id"] == copy["id"]
        assert second["message_reference"]
        post = await house.until(lambda: in_chat(house, p.channel, "#foreign-desk"), "both linked")
        assert post["text"].count("The conversation on Discord") == 2
        await house.until(
            lambda: (
                "The conversation on Discord, #foreign-desk"
                in d.messages(house.forum_thread() or "")[0]["embeds"][0]["description"]
            ),
            "the forums link to each other",
        )


def _forum(house: House) -> tuple[Json, ...]:
    server = guild(house)
    roles = house.discord.state.get("guild", server)["roles"]
    bot = next(str(role["id"]) for role in roles if role["name"] == "Commonthread")
    closed = overwrite(server, deny=Permission.SEND_MESSAGES)
    return closed, overwrite(bot, allow=BOT)


# Setting up


async def test_announce_and_discuss_find_each_other_in_either_order(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        p = house.places
        await publication(house)
        await add(house, "telegram", p.group)
        await add(house, "telegram", p.channel, Purpose.ANNOUNCE)
        await add(house, "discord", p.forum)
        article = await publish(house)
        await threads(house, article, 2)
        assert len([m for m in house.group() if "Harbour report" in m["text"]]) == 1


async def test_what_cannot_work_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        p = house.places
        await publication(house)
        for platform, place, purpose, more, words in (
            ("telegram", "-1009999999999", Purpose.DISCUSS, {}, "does not see"),
            ("telegram", "@nobody_there", Purpose.DISCUSS, {}, "does not see"),
            ("telegram", "talk", Purpose.DISCUSS, {}, "is no Telegram chat"),
            ("telegram", p.channel, Purpose.DISCUSS, {}, "People cannot write in a channel"),
            ("telegram", p.group, Purpose.DISCUSS, {"names": "anonymous", "way": "door"},
             "People can write in this group"),
            ("telegram", p.group, Purpose.DISCUSS, {"names": "anonymous"}, "need --way door"),
            ("discord", "123456789012345678", Purpose.DISCUSS, {}, "does not see"),
            ("discord", p.forum, Purpose.DISCUSS, {"names": "anonymous", "way": "door"},
             "but its way in is the door"),
            ("discord", p.forum, Purpose.ANNOUNCE, {}, "A forum is for"),
            ("discord", p.forum, Purpose.DESK, {}, "Everyone can read"),
        ):  # fmt: skip
            with pytest.raises(UserError, match=words):
                await add(house, platform, place, purpose, **more)
        assert not await house.product.newsroom.look(admin.channels)


async def test_a_place_belongs_to_one_publication(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        room = house.product.newsroom
        other = await room.change(lambda tx, c: admin.add_publication(tx, c, "Another"))
        plan = ChannelPlan(other, Purpose.DISCUSS)
        with pytest.raises(UserError, match="belongs to another publication"):
            await room.add_channel(plan, house.product.adapters["discord"], house.places.forum)


async def code(house: House, purpose: Purpose | None) -> str:
    plan = ChannelPlan(1, purpose) if purpose else None
    return await house.product.newsroom.change(lambda tx, c: admin.make_code(tx, c, plan, 1))


async def connected(house: House) -> set[tuple[str, str, str]]:
    every = await house.product.newsroom.look(admin.channels)
    return {(channel.platform, channel.place, channel.purpose.value) for channel in every}


async def test_connect_from_chat(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, d, p = house.telegram, house.discord, house.places
        await publication(house)
        wanted: set[tuple[str, str, str]] = set()
        for chat, purpose in (
            (p.channel, Purpose.ANNOUNCE), (p.group, Purpose.DISCUSS), (p.desk, Purpose.DESK),
        ):  # fmt: skip
            t.person_posts(p.boss, chat, f"/connect {await code(house, purpose)}")
            wanted.add(("telegram", str(chat), purpose.value))

            async def there(now: frozenset[tuple[str, str, str]] = frozenset(wanted)) -> bool:
                return await connected(house) == now

            await house.until_async(there, purpose.value)
        given = await code(house, Purpose.DESK)
        d.person_commands(p.mod, p.discord_desk, "connect", {"text": given})
        await house.until(
            lambda: any("Connected" in m["content"] for m in d.ephemeral_to(p.mod)), "Discord desk"
        )
        assert ("discord", p.discord_desk, "desk") in await connected(house)
        typed = [m for m in house.group() if not m.get("is_automatic_forward")]
        assert "/connect" not in str(typed), "the code does not stand in the group"
        assert not in_chat(house, p.channel, "/connect"), "nor in the channel"


async def test_a_code_is_good_until_it_worked_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, connect=False) as house:
        t, p = house.telegram, house.places
        await publication(house)
        given = await code(house, Purpose.DISCUSS)
        stranger = t.add_group("Elsewhere", owner=p.boss)
        t.make_admin(stranger, BOT_ID, can_manage_chat=True)
        t.person_starts(p.boss, BOT_ID)
        t.person_posts(p.boss, stranger, f"/connect {given}")
        told = await house.until(
            lambda: in_chat(house, p.boss, "cannot be used yet"), "what is missing"
        )
        assert "delete messages" in told["text"]
        t.person_posts(p.boss, p.group, f"/connect {given}")
        await house.until(lambda: in_chat(house, p.boss, "Connected"), "connected")
        t.person_posts(p.boss, p.desk, f"/connect {given}")
        await house.until(lambda: in_chat(house, p.boss, "wrong or older"), "used up")


async def test_a_moderator_by_code_in_the_direct_chat(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        t, p = house.telegram, house.places
        t.person_starts(p.ana, BOT_ID)
        t.person_posts(p.ana, BOT_ID, "/queue")
        await house.until(lambda: in_chat(house, p.ana, "only moderators"), "refused")
        t.person_posts(p.ana, BOT_ID, f"/connect {await code(house, None)}")
        await house.until(lambda: in_chat(house, p.ana, "moderator now"), "on the roster")
        t.person_posts(p.ana, BOT_ID, "/queue")
        await house.until(lambda: in_chat(house, p.ana, "Nothing waits"), "allowed")
