"""What is missing before the first article, place by place, and how to grant it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import DeliveryError, UserError
from core.i18n import FALLBACK, texts
from core.model import Channel, House, Mode, Publication, Purpose
from core.newsroom import Newsroom
from core.newsroom.setup import register
from core.ports import Adapter, Inquiry, Inspection

Json = dict[str, Any]

t = texts(FALLBACK)

COLUMNS = {
    "publication": "Publication",
    "place": "Place",
    "purpose": "For",
    "state": "State",
    "what": "What is missing",
    "remedy": "How to grant it",
}
"""The keys of a finding with their headings. state: "ok", "note" or "missing" (fatal)."""


async def findings(room: Newsroom, adapters: Mapping[str, Adapter]) -> list[Json]:
    """Every channel with what is wrong there (one "ok" where nothing is), then what a
    publication as a whole lacks. `fatal` ones keep something from working."""
    house = await room.house()
    found: list[Json] = []
    for channel in house.channels.values():
        found += await _channel(house, channel, adapters.get(channel.platform))
    for publication in house.publications.values():
        found += _publication(house, publication)
    for feed in await room.look(lambda tx, c: register.feeds(tx, c, None)):
        if feed["problem"]:
            about = {"publication": feed["publication"], "place": feed["url"], "purpose": "feed"}
            found.append(_finding(about, feed["problem"], "", fatal=feed["gone"]))
    if not house.publications:
        about = {"publication": "", "place": "", "purpose": ""}
        found.append(_finding(about, t("There is no publication."), "publication add NAME"))
    return found


def fatal(found: list[Json]) -> bool:
    """Whether something keeps the program from doing its work."""
    return any(one["state"] == "missing" for one in found)


def _finding(about: Json, what: str, remedy: str, *, fatal: bool = True) -> Json:
    return {**about, "state": "missing" if fatal else "note", "what": what, "remedy": remedy}


async def _channel(house: House, channel: Channel, adapter: Adapter | None) -> list[Json]:
    about = {
        "publication": house.publications[channel.publication].name,
        "place": f"{channel.title} ({channel.platform}:{channel.place})",
        "purpose": channel.purpose.value,
    }
    if adapter is None:
        setting = f"{channel.platform.upper()}_BOT_TOKEN"
        return [_finding(about, t("The bot has no token there."), t("Set {name}.", name=setting))]
    wanted = Inquiry(channel.place, channel.purpose.value, channel.way, channel.style)
    try:
        seen = await adapter.inspect(wanted)
    except UserError as error:
        return [_finding(about, str(error), t("Or forget it: channel remove."))]
    except DeliveryError as error:
        words = t("It could not be looked at: {reason}.", reason=error.reason)
        return [_finding(about, words, t("Try again."))]
    problems = [_finding(about, p.what, p.remedy, fatal=p.fatal) for p in seen.problems]
    problems += [_finding(about, *gap) for gap in _linked(house, channel, seen)]
    if channel.dead:
        words = t("Nothing could be sent there: {reason}", reason=channel.dead)
        problems.append(_finding(about, words, t("When it is mended, connect it again.")))
    return problems or [{**about, "state": "ok", "what": "", "remedy": ""}]


def _linked(house: House, channel: Channel, seen: Inspection) -> Iterator[tuple[str, str]]:
    """A discussion group is of use only together with its channel, and the other way round."""
    if channel.purpose == Purpose.DESK or not seen.linked:
        return
    other = house.by_place.get((channel.platform, seen.linked))
    wanted = Purpose.DISCUSS if channel.purpose == Purpose.ANNOUNCE else Purpose.ANNOUNCE
    if other is None or other.purpose != wanted:
        yield (
            t("Its discussion group is not connected.")
            if wanted == Purpose.DISCUSS
            else t("Its channel is not connected."),
            f"channel add {channel.platform}:{seen.linked} --for {wanted.value}",
        )


def _publication(house: House, publication: Publication) -> Iterator[Json]:
    about = {"publication": publication.name, "place": "", "purpose": ""}
    if not house.of(publication.id, Purpose.DISCUSS):
        yield _finding(
            {**about, "purpose": "discuss"},
            t("Nobody can comment anywhere."),
            "channel add PLATFORM:ID --for discuss",
        )
    if not house.of(publication.id, Purpose.DESK) and publication.mode != Mode.OPEN:
        yield _finding(
            {**about, "purpose": "desk"},
            t("Comments wait, and no desk shows them."),
            t("channel add PLATFORM:ID --for desk; or decide here: queue, approve, reject"),
            fatal=False,
        )
