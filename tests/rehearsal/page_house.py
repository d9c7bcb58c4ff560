"""The rehearsal's page over a World with the stage, as a browser asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import load_example
from bots.rehearsal.page import PageServer
from bots.rehearsal.stage import Stage, Way, build_stage
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

Json = dict[str, Any]


@dataclass
class House:
    """A World with the stage, the page over it and a browser's HTTP client."""

    world: World
    clock: WorldClock
    telegram: TelegramSide
    discord: DiscordSide
    stage: Stage
    page: PageServer
    http: aiohttp.ClientSession

    async def state(self, person: str, beside: str = "") -> Json:
        query = {"as": person} | ({"beside": beside} if beside else {})
        async with self.http.get("/api/state", params=query) as answer:
            assert answer.status == 200, await answer.text()
            state: Json = await answer.json()
            return state

    async def act(self, person: str, do: str, *, expect: int = 200, **body: Any) -> Json:
        async with self.http.post("/api/act", json={"as": person, "do": do, **body}) as answer:
            assert answer.status == expect, await answer.text()
            result: Json = await answer.json()
            return result

    def publish(self) -> tuple[int, int]:
        """A post of the channel by the bot; its id and its root's in the group."""
        stage = self.stage.telegram
        text = {"chat_id": stage.channel, "text": "An article"}
        post = self.telegram.call(stage.token, "sendMessage", text)["message_id"]
        self.telegram.settle()
        root = self.telegram.root_of(stage.channel, post)
        assert root is not None
        return post, root

    def forum_post(self, **message: Any) -> Json:
        """A forum post by the bot: the thread."""
        stage = self.stage.discord
        body = {"name": "An article", "message": {"content": "An article", **message}}
        made: Json = self.discord.call(
            stage.token, "POST", f"/channels/{stage.forum}/threads", json=body
        )
        return made


def made_stage(world: World, way: Way = "chat") -> tuple[TelegramSide, DiscordSide, Stage]:
    telegram, discord = TelegramSide(world), DiscordSide(world)
    return telegram, discord, build_stage(world, telegram, discord, load_example(), way=way)
