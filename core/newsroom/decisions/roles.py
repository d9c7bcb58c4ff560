"""Who is what: the rosters, the platforms' own roles that count as one of ours, and `/moderators`.

Besides these, whoever may do everything in a connected place is an owner, and its other admins are
moderators: see `core.newsroom.invoked`.
"""

from __future__ import annotations

from core.authors import tag
from core.errors import DeliveryError, UserError
from core.i18n import FALLBACK, Texts, texts
from core.model import Role
from core.newsroom.context import Context
from core.newsroom.decisions import aspects, roster
from core.newsroom.decisions.log import Actor, record
from core.newsroom.decisions.roster import Entries, Listed
from core.newsroom.target import Call
from core.ports import Adapter, Tx
from core.text.model import Rich, bold, join
from core.views import Answer

t = texts(FALLBACK)


def named(t: Texts, role: Role) -> str:
    """A role's name for people."""
    return {
        Role.READER: t("reader"),
        Role.MODERATOR: t("moderator"),
        Role.EDITOR: t("editor"),
        Role.OWNER: t("owner"),
    }[role]


def role_of(t: Texts, word: str) -> Role:
    """The role that a word names, in English or in the person's language. Raises UserError."""
    given = [role for role in Role if role != Role.READER]
    for role in given:
        if word.casefold() in (role.value, named(t, role).casefold()):
            return role
    listed = ", ".join(named(t, role) for role in given)
    raise UserError(t("“{word}” is no role. There are: {roles}.", word=word, roles=listed))


def mapping(call: Call) -> tuple[int, str, Role]:
    """What `/moderators map NAME ROLE` says: the publication, the platform's role, and ours.
    Raises UserError."""
    call.require(Role.OWNER)
    call.take()
    return (call.publication or 0, *_name_and_role(call))


def told(t: Texts, name: str, role: Role) -> str:
    """That somebody is something now; "" = whoever reads it."""
    if not name:
        return t("Your role here is {role} now.", role=named(t, role))
    return t("{name} is {role} now.", name=name, role=named(t, role))


def _name_and_role(call: Call) -> tuple[str, Role]:
    name, _, word = call.argument.strip().rpartition(" ")
    if not name:
        raise UserError(_usage(call.t))
    return name.strip(), role_of(call.t, word)


def _usage(t: Texts) -> str:
    return t(
        "Write /moderators alone for the list; for changes /moderators map ROLE editor (a role of"
        " the Discord server or a title of the Telegram group), /moderators unmap ROLE,"
        " /moderators role NAME editor or /moderators remove NAME."
    )


def moderators(tx: Tx, context: Context, call: Call) -> Answer:
    """`/moderators`: the list, or a change to it by an owner. (`map` asks the platform first: see
    `Newsroom.handle`.)"""
    word = call.take()
    publication = call.publication or 0
    if not word:
        return Answer(join(listed(tx, publication, call.t), "\n"))
    call.require(Role.OWNER)
    if word == "role":
        name, role = _name_and_role(call)
        changed = _set(tx, context, publication, name, role, call.actor)
        said = told(call.t, name, role)
    elif word in ("remove", "unmap"):
        name = call.argument.strip()
        taking = remove if word == "remove" else unmap
        changed = taking(tx, context, publication, name, call.actor)
        said = call.t("“{name}” is off the list.", name=name)
    else:
        raise UserError(_usage(call.t))
    if not changed:
        raise UserError(call.t("“{name}” is not on the list: see /moderators.", name=name))
    return Answer(Rich(said), alert=said)


def _change(
    tx: Tx, context: Context, publication: int, actor: Actor, aspect: str, was: Entries,
    now: Entries, what: str,
) -> None:  # fmt: skip
    """Make a change and write it into the log of decisions, so that it can be taken back.
    Raises UserError where nobody would be owner any more."""
    roster.require_owner(tx, actor.texts, publication, {aspect: now})
    before, after = {aspect: dict(was)}, {aspect: dict(now)}
    record(tx, context, publication, actor, "role", reason=what, before=before, after=after)
    about = {"publication": publication, "article": None, "comment": None, "author": None}
    aspects.bring(tx, context, about, before, after)


def appoint(
    tx: Tx, context: Context, publication: int, person: tuple[str, str, str], role: Role,
    actor: Actor,
) -> None:  # fmt: skip
    """Put a person (platform, identity, name) on the roster; only their tag is kept.
    Raises UserError."""
    platform, identity, name = person
    own = tag(context.keys, platform, identity)
    was = {own: roster.on_roster(tx, publication).get(own)}
    now: dict[str, Listed] = {own: [name, role.value]}
    what = f"{name}: {role.value}"
    _change(tx, context, publication, actor, roster.ROSTER, was, now, what)


def listed(tx: Tx, publication: int, t: Texts) -> list[Rich | str]:
    """Everybody by name and role, and why; a line each."""
    lines = [
        (Role(row["role"]), row["name"], t("on the roster"))
        for row in tx.all(
            "SELECT name, role FROM moderator WHERE publication = :p", {"p": publication}
        )
    ]
    for row in mapped(tx, publication):
        where = t("whoever has this role on {platform}", platform=row["platform"].capitalize())
        lines.append((Role(row["role"]), row["title"], where))
    lines.sort(key=lambda line: (-list(Role).index(line[0]), line[1]))
    told: list[Rich | str] = [
        bold(name) + f" · {named(t, role)} · {why}" for role, name, why in lines
    ]
    told.append(
        t("Owner as well: whoever owns a connected group or server, or may name its"
          " administrators. Moderator as well: its other administrators.")
    )  # fmt: skip
    return told


def mapped(tx: Tx, publication: int | None) -> list[dict[str, str]]:
    """The platforms' roles that count as one of ours: platform, title, role."""
    rows = tx.all(
        "SELECT platform, title, role FROM role_map WHERE :p IS NULL OR publication = :p"
        " ORDER BY platform, title",
        {"p": publication},
    )
    return [{name: row[name] for name in ("platform", "title", "role")} for row in rows]


async def ask(adapter: Adapter, place: str, words: str) -> tuple[str, str]:
    """A platform's role as `Adapter.role` tells it. Raises UserError, also where the platform
    cannot be asked."""
    try:
        return await adapter.role(place, words)
    except DeliveryError as trouble:
        raise UserError(t("The platform could not be asked ({reason}). Send it again.",
                          reason=trouble.reason)) from trouble  # fmt: skip


def map_role(
    tx: Tx, context: Context, publication: int, platform: str, found: tuple[str, str], role: Role,
    actor: Actor,
) -> None:  # fmt: skip
    """Let a platform's role (its key and its name) count as one of ours."""
    key, title = found
    name = roster.key_of(platform, key)
    was = {name: roster.in_map(tx, publication).get(name)}
    now: dict[str, Listed] = {name: [title, role.value]}
    what = f"{title}: {role.value}"
    _change(tx, context, publication, actor, roster.MAPPED, was, now, what)


def unmap(tx: Tx, context: Context, publication: int, title: str, actor: Actor) -> int:
    """Let the platforms' roles of that name count for nothing; how many there were."""
    was = roster.in_map(tx, publication, title.removeprefix("@"))
    return _take_off(tx, context, publication, actor, roster.MAPPED, was, title)


def remove(tx: Tx, context: Context, publication: int, name: str, actor: Actor) -> int:
    """Take everybody of that name off the roster; how many."""
    was = roster.on_roster(tx, publication, name)
    return _take_off(tx, context, publication, actor, roster.ROSTER, was, name)


def _take_off(
    tx: Tx, context: Context, publication: int, actor: Actor, aspect: str, was: Entries, name: str
) -> int:
    if was:
        off = dict.fromkeys(was)
        _change(tx, context, publication, actor, aspect, was, off, f"{name}: off")
    return len(was)


def _set(tx: Tx, context: Context, publication: int, name: str, role: Role, actor: Actor) -> int:
    was = roster.on_roster(tx, publication, name)
    now: dict[str, Listed] = {key: [name, role.value] for key in was}
    if was == now and was:
        raise UserError(actor.texts("That is so already."))
    if was:
        what = f"{name}: {role.value}"
        _change(tx, context, publication, actor, roster.ROSTER, was, now, what)
    return len(was)
