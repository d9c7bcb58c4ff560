"""Setting up: publications, feeds, channels, moderators, and the code that connects a place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from core.authors import tag
from core.errors import UserError
from core.i18n import FALLBACK, Texts, texts
from core.model import Channel, Mode, Purpose, Role
from core.newsroom.context import Context, dumps
from core.newsroom.outgoing.plan import refresh_newest
from core.ports import Inquiry, Inspection, Row, Tx

t = texts(FALLBACK)

CODE_LIFE = 3600.0
STYLES = ("", "rich", "webhook", "webhook+rich")
"""rich: articles in the platform's own rich layout, where it knows one. webhook: comments under
their authors' names, where the platform has webhooks."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """What a channel shall be for. names and way: `named` with `chat`, `anonymous` with `door`."""

    publication: int
    purpose: Purpose
    names: str = "named"
    way: str = "chat"
    style: str = ""


def add_publication(
    tx: Tx, context: Context, name: str, *, tagline: str = "", languages: str = "en",
    zone: str = "UTC", mode: str = "held", policy: str = "",
) -> int:  # fmt: skip
    """A new publication; its id. Raises UserError naming what is wrong and what would be right."""
    if not name.strip():
        raise UserError(t("A publication needs a name."))
    if tx.one("SELECT 1 FROM publication WHERE name = :n", {"n": name.strip()}):
        raise UserError(t("There is a publication “{name}” already.", name=name.strip()))
    tongues = check_languages(languages)
    check_zone(zone)
    if mode not in {m.value for m in Mode}:
        raise UserError(
            t("The mode “{mode}” does not exist: use open, new, held or held-soft.", mode=mode)
        )
    context.forget_house()
    return tx.insert(
        "publication",
        {
            "name": name.strip(),
            "tagline": tagline,
            "languages": ",".join(tongues),
            "zone": zone,
            "mode": mode,
            "policy": policy,
            "created": context.clock.now(),
        },
    )


def check_languages(languages: str) -> list[str]:
    """The codes in a list with commas. Raises UserError for an unknown one or none at all."""
    tongues = [word.strip() for word in languages.split(",") if word.strip()]
    if not tongues:
        raise UserError(t("Name at least one language, for example en or en,es."))
    for tongue in tongues:
        try:
            Locale.parse(tongue.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            raise UserError(
                t("The language “{language}” is unknown: write a code like en.", language=tongue)
            ) from None
    return tongues


def check_zone(zone: str) -> None:
    """Raises UserError where a name is no IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(
            t("The time zone “{zone}” is unknown: write one like Europe/Madrid or UTC.", zone=zone)
        ) from None


def publication_id(tx: Tx, name: str | None) -> int:
    """The publication of that name or number, or the only one where None is given."""
    rows = tx.all("SELECT id, name FROM publication ORDER BY id")
    for row in rows:
        if name is not None and name in (row["name"], str(row["id"])):
            return int(row["id"])
    if name is None and len(rows) == 1:
        return int(rows[0]["id"])
    if not rows:
        raise UserError(t("There is no publication yet: make one with `publication add NAME`."))
    names = ", ".join(f"“{row['name']}”" for row in rows)
    raise UserError(t("Which publication? Name it with --publication: {names}.", names=names))


def add_feed(tx: Tx, context: Context, publication: int, url: str, *, publish_last: int = 0) -> int:
    """Follow a feed from now on; the first reading publishes its newest `publish_last` only."""
    if not re.match(r"^https?://[^\s/]+", url):
        raise UserError(
            t("“{url}” is no address of a feed: it begins with http:// or https://.", url=url)
        )
    if tx.one("SELECT 1 FROM feed WHERE publication = :p AND url = :u",
              {"p": publication, "u": url}):  # fmt: skip
        raise UserError(t("This feed is followed already."))
    return tx.insert(
        "feed",
        {"publication": publication, "url": url, "publish_last": publish_last, "next_at": 0.0},
    )


def add_channel(
    tx: Tx, context: Context, plan: ChannelPlan, platform: str, found: Inspection, t: Texts = t
) -> int:
    """Connect a place that was inspected; its id. Raises UserError for what cannot work."""
    check_plan(plan, t)
    if plan.purpose == Purpose.ANNOUNCE and found.kind in ("forum", "forum_group"):
        raise UserError(t("A forum is for `discuss`: articles appear there with their threads."))
    known = tx.one(
        "SELECT id, publication FROM channel WHERE platform = :pl AND place = :place",
        {"pl": platform, "place": found.place},
    )
    if known is not None and known["publication"] != plan.publication:
        raise UserError(t("This place belongs to another publication already."))
    values = {
        "publication": plan.publication,
        "platform": platform,
        "place": found.place,
        "purpose": plan.purpose.value,
        "kind": found.kind,
        "title": found.title,
        "names": plan.names,
        "way": plan.way,
        "style": plan.style,
        "link": found.link,
        "dead": "",
    }
    if known is None:
        channel = tx.insert("channel", values)
    else:
        channel = int(known["id"])
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        tx.run(f"UPDATE channel SET {assignments} WHERE id = :id",  # noqa: S608  our own names
               {**values, "id": channel})  # fmt: skip
    _pair(tx, platform, found)
    context.forget_house()
    refresh_newest(tx, plan.publication)
    context.touch_desk(tx, plan.publication)
    return channel


def check_plan(plan: ChannelPlan, t: Texts = t) -> None:
    """Raises UserError for names, a way in and a style that do not go together."""
    if plan.names not in ("named", "anonymous") or plan.way not in ("chat", "door"):
        raise UserError(t("Names are named or anonymous, the way in is chat or door."))
    if plan.names == "anonymous" and plan.way != "door":
        raise UserError(
            t(
                "Anonymous comments need --way door: a text typed into a chat shows its writer's"
                " name to everybody's notifications before any bot can remove it."
            )
        )
    if plan.names == "named" and plan.way == "door":
        raise UserError(t("The door is anonymous: add --names anonymous, or use --way chat."))
    if plan.style not in STYLES:
        raise UserError(
            t("The style “{style}” does not exist: leave it out, or use rich, webhook or"
              " webhook+rich.", style=plan.style)
        )  # fmt: skip


def _pair(tx: Tx, platform: str, found: Inspection) -> None:
    """A discussion group and its channel know each other, in whichever order they are added."""
    if not found.linked:
        return
    rows = {
        row["place"]: row
        for row in tx.all(
            "SELECT id, place, purpose FROM channel WHERE platform = :pl AND place IN (:a, :b)",
            {"pl": platform, "a": found.place, "b": found.linked},
        )
    }
    for one, other in ((found.place, found.linked), (found.linked, found.place)):
        here, there = rows.get(one), rows.get(other)
        if here and there and here["purpose"] == "discuss" and there["purpose"] == "announce":
            tx.run(
                "UPDATE channel SET announce = :announce WHERE id = :id",
                {"announce": there["id"], "id": here["id"]},
            )


def remove_channel(tx: Tx, context: Context, channel: int) -> None:
    """Forget a place, with the map of its messages; what stands there stays."""
    tx.run("UPDATE channel SET announce = NULL WHERE announce = :id", {"id": channel})
    tx.run("UPDATE comment SET channel = NULL WHERE channel = :id", {"id": channel})
    tx.run("DELETE FROM channel WHERE id = :id", {"id": channel})
    context.forget_house()


def add_moderator(
    tx: Tx, context: Context, publication: int, platform: str, identity: str, name: str,
    role: Role = Role.MODERATOR,
) -> str:  # fmt: skip
    """Put a person on the roster; only their tag is stored. The tag."""
    own = tag(context.keys, platform, identity)
    tx.run(
        "INSERT INTO moderator (publication, tag, name, role) VALUES (:p, :tag, :name, :role)"
        " ON CONFLICT (publication, tag) DO UPDATE SET name = excluded.name, role = excluded.role",
        {"p": publication, "tag": own, "name": name, "role": role.value},
    )
    context.forget_house()
    return own


def make_code(
    tx: Tx, context: Context, plan: ChannelPlan | None, publication: int,
    role: Role = Role.MODERATOR,
) -> str:  # fmt: skip
    """A code for `/connect`, good for an hour. plan None: who sends it goes on the roster."""
    code = context.clock.token(6).replace("-", "x").replace("_", "y")
    options = {"role": role.value}
    if plan is not None:
        options = {"names": plan.names, "way": plan.way, "style": plan.style}
    tx.insert(
        "connect_code",
        {
            "code": code,
            "publication": publication,
            "purpose": plan.purpose.value if plan is not None else "moderator",
            "options": dumps(options),
            "expires": context.clock.now() + CODE_LIFE,
        },
    )
    return code


def find_code(tx: Tx, context: Context, code: str) -> Row | None:
    """What a code was made for; None for a wrong or expired one."""
    return tx.one(
        "SELECT * FROM connect_code WHERE code = :code AND expires > :now",
        {"code": code, "now": context.clock.now()},
    )


def use_code(tx: Tx, code: str) -> None:
    """The code did what it was made for; it is not good for anything more."""
    tx.run("DELETE FROM connect_code WHERE code = :code", {"code": code})


def channels(tx: Tx, context: Context) -> list[Channel]:
    """Every channel."""
    return list(context.house(tx).channels.values())


def code_options(row: Row) -> dict[str, str]:
    """names, way and style that a code was made for, or the role."""
    options: dict[str, str] = json.loads(row["options"])
    return options


def inquiry(plan: ChannelPlan, place: str) -> Inquiry:
    """What to ask a platform about a place."""
    return Inquiry(place, plan.purpose.value, plan.way, plan.style)
