"""Attachment addresses signed anew, and stickers.

Source: Discord's documentation, "Reference" (signed attachment CDN URLs) and "Sticker". Bots
refresh addresses by a route that the clients use and the documentation does not name.
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import files, present
from bots.rehearsal.discord.errors import Form, unknown
from bots.rehearsal.discord.routes import Call, route

Json = dict[str, Any]

REFRESHED_AT_ONCE = 50


@route("POST", "/attachments/refresh-urls")
def refresh(c: Call) -> Json:
    """New addresses for up to 50 old ones, good or ended."""
    urls = c.fields().get("attachment_urls")
    form = Form()
    form.count("attachment_urls", urls, 1, REFRESHED_AT_ONCE)
    form.check()
    assert isinstance(urls, list)
    found = [{"original": url, "refreshed": files.refreshed(c.state, str(url))} for url in urls]
    return {"refreshed_urls": found}


@route("GET", "/stickers/{sticker_id}")
def get_sticker(c: Call) -> Json:
    return present.sticker(c.state.get("sticker", c.path["sticker_id"]))


@route("GET", "/guilds/{guild_id}/stickers")
def list_stickers(c: Call) -> list[Json]:
    guild = c.guild()
    return [present.sticker(s) for s in c.state.all("sticker") if s["guild_id"] == guild["id"]]


@route("GET", "/guilds/{guild_id}/stickers/{sticker_id}")
def get_of_guild(c: Call) -> Json:
    guild = c.guild()
    doc = c.state.get("sticker", c.path["sticker_id"])
    if doc["guild_id"] != guild["id"]:
        raise unknown("sticker")
    return present.sticker(doc)
