"""Commands, buttons, forms and the direct chat: from an Invoked event to its answer."""

from __future__ import annotations

from dataclasses import replace

from core.authors import tag
from core.commands import BY_NAME
from core.errors import UserError
from core.events import Edited, Invoked, Person, Reacted
from core.forms import APPEAL, DENY, EDIT, REPLY, REPORT
from core.i18n import choose, pick, texts
from core.model import Channel, House, Purpose, Role
from core.newsroom import commands
from core.newsroom.authors import privacy, telling
from core.newsroom.comments import door
from core.newsroom.comments.message_map import adopt_asking, known_message
from core.newsroom.comments.removal import take_away
from core.newsroom.context import Context
from core.newsroom.decisions import history
from core.newsroom.decisions.log import ANONYMOUS_ADMIN, Actor, undo
from core.newsroom.desks import appeals, card_press, queue_page, second_look, wave_press
from core.newsroom.desks.reporting import report
from core.newsroom.outgoing.faces import HEAR
from core.newsroom.publishing import articles
from core.newsroom.target import Call
from core.ports import Tx
from core.text.model import Rich, join
from core.views import LONGEST, Answer, Button, Rows


def invoked(tx: Tx, context: Context, event: Invoked) -> Answer:
    """What the person gets. A refusal is an answer too; nothing is changed by one."""
    if not first_time(tx, context, event):
        return Answer()
    call = call_of(tx, context, event)
    if event.private and call.tag:
        telling.heard_privately(tx, context, call.tag)
    answer = _answered(tx, context, event, call)
    if event.said and call.channel is not None and not answer.public:
        take_away(tx, call.channel.id, event.said, context.clock.now())
    return answer


def _answered(tx: Tx, context: Context, event: Invoked, call: Call) -> Answer:
    try:
        return _dispatch(tx, context, event, call)
    except UserError as refusal:
        secret = event.command in BY_NAME and BY_NAME[event.command].secret
        said = Rich(str(refusal))
        if event.fields.get("text", "").strip():
            # A form is gone with its words once it is sent.
            said = join([said, "", event.text.slice(0, LONGEST)], "\n")
        return Answer(said, alert=str(refusal), public=openly(event, call), secret=secret)


def first_time(tx: Tx, context: Context, event: Invoked | Edited | Reacted) -> bool:
    """False where the platform repeats what was handled before. The key names a
    chat, which may be a person, so only its keyed hash is kept."""
    if not event.key:
        return True
    key = tag(context.keys, "invoked", f"{event.platform}:{event.key}")
    added = tx.run(
        "INSERT INTO handled (key, at) VALUES (:key, :now) ON CONFLICT DO NOTHING",
        {"key": key, "now": context.clock.now()},
    )
    return added > 0


def call_of(tx: Tx, context: Context, event: Invoked) -> Call:
    """Who asks, where, about what, and what they may."""
    house = context.house(tx)
    channel = house.by_place.get((event.platform, event.place or ""))
    person = event.person
    own = tag(context.keys, event.platform, person.identity) if person.identity else ""
    publication = channel.publication if channel is not None else None
    if publication is None and event.private:
        known = [p for p, moderator in house.moderators if moderator == own]
        publication = min(known) if known else None
    spoken = house.publications[publication].languages if publication else ()
    tongue = spoken[0] if spoken else person.language
    name = person.name if own else texts(tongue)("an admin of this group")
    return Call(
        actor=Actor(
            own or ANONYMOUS_ADMIN,
            name,
            choose(person.language, *spoken),
            pick(person.language) if _names_commands(context, event) else "",
        ),
        picker=pick(person.language),
        publication=publication,
        role=_role(house, channel, publication, own, person),
        tag=own,
        platform=event.platform,
        channel=channel,
        thread=event.thread,
        message=event.message,
        reply_number=event.reply_number,
        quote=event.quote,
        argument=event.argument,
        text=event.text or Rich(event.fields.get("text", "").strip()),
        attachments=door.nameless(event.attachments),
        album=tag(context.keys, event.platform, f"album:{own}:{event.album}") * bool(event.album),
        forwarded=event.forwarded,
        via=event.via,
        private=event.private,
        identity=person.identity,
    )


def _names_commands(context: Context, event: Invoked) -> bool:
    platform = context.capabilities.get(event.platform)
    return platform is not None and platform.names_commands


def _role(
    house: House, channel: Channel | None, publication: int | None, own: str, person: Person
) -> Role:
    """The highest of what the roster says, and the platform at this moment: by its own rights, and
    by its own roles that count as one of ours."""
    if publication is None:
        return Role.READER
    known = [house.moderators.get((publication, own), Role.READER)]
    if channel is not None:
        known += [Role.OWNER] * person.owner + [Role.MODERATOR] * person.admin
        keys = [(publication, channel.platform, key) for key in person.roles]
        known += [house.roles[key] for key in keys if key in house.roles]
    return max(known, key=list(Role).index)


def _dispatch(tx: Tx, context: Context, event: Invoked, call: Call) -> Answer:
    if event.token:
        return _pressed(tx, context, event, call)
    if event.command == "start":
        return _started(tx, context, call)
    if event.command:
        answer = commands.run(tx, context, event.command, call)
        secret = event.command in BY_NAME and BY_NAME[event.command].secret
        return replace(
            answer, public=openly(event, call), secret=secret, brief=_way_in(context, event, call)
        )
    if event.private and (begun := appeals.begun(tx, context, call)) is not None:
        return appeals.written(tx, context, call, begun)
    if event.private:
        return door.words(tx, context, call)
    return Answer()


def openly(event: Invoked, call: Call) -> bool:
    """A command of the desk is answered there, before everybody who works there."""
    known = BY_NAME.get(event.command)
    at_desk = call.channel is not None and call.channel.purpose == Purpose.DESK
    personal = known is not None and known.personal
    return bool(event.command) and (at_desk or call.private) and not personal


def _started(tx: Tx, context: Context, call: Call) -> Answer:
    """The direct chat was opened, perhaps by a deep link whose payload is a door's token."""
    payload = call.argument.strip()
    if payload.startswith("i"):
        return _policy(tx, context, call, payload)
    if payload.startswith("c") and (place := door.by_token(tx, payload[1:])) is not None:
        return door.open_door(tx, context, call, *place)
    if payload.startswith(APPEAL):  # From a group, where the button is a link.
        return appeals.pressed(tx, context, call, payload.removeprefix(APPEAL), "")
    if payload.startswith(HEAR):
        return Answer(Rich(commands.told_here(call.t)))
    if payload:
        raise UserError(call.t("This link is not valid any more."))
    return commands.run(tx, context, "help", _about_nothing(call))


def _way_in(context: Context, event: Invoked, call: Call) -> Rows:
    """A button that opens the direct chat, for who asks for what is told there alone."""
    known = BY_NAME.get(event.command)
    platform = context.capabilities.get(call.platform)
    if known is None or platform is None or platform.tells_strangers:
        return ()
    if event.command != "help" and not known.personal:
        return ()
    return ((Button(call.t("Open a chat with me"), HEAR, door=True),),)


def _policy(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The policy behind the button of an article: that of its publication."""
    row = tx.one("SELECT publication FROM article WHERE token = :token", {"token": token[1:]})
    if row is None:
        raise UserError(call.t("This link is not valid any more."))
    call.publication = row["publication"]
    return commands.run(tx, context, "policy", _about_nothing(call))


def _about_nothing(call: Call) -> Call:
    call.argument = ""
    return call


def _pressed(tx: Tx, context: Context, event: Invoked, call: Call) -> Answer:
    """A button or a form. A forged or old token does nothing and says so."""
    token, kind = event.token, event.token[:1]
    if kind == "i":
        return _policy(tx, context, call, token)
    if token in (EDIT, REPLY, REPORT):
        call.argument = ""
        return commands.run(tx, context, token.removeprefix("menu-"), call)
    if kind == "c" and (place := door.by_token(tx, token[1:])) is not None:
        if event.fields:
            return door.offer(tx, context, call, *place, door.written(call, call.text))
        return door.open_door(tx, context, call, *place)
    if kind in _OWN:
        return _OWN[kind](tx, context, call, token[1:])
    if token.startswith(APPEAL):
        return appeals.pressed(tx, context, call, token.removeprefix(APPEAL), call.text.text)
    if call.channel is not None and call.channel.purpose == Purpose.DESK:
        _known(tx, context, call, call.channel, token)
    if kind == "a":
        return _second_look(tx, context, call, token)
    if kind in "kupdhqw":
        return _desk_button(tx, context, call, kind, token[1:])
    raise UserError(call.t("This button does nothing any more."))


def _known(tx: Tx, context: Context, call: Call, channel: Channel, token: str) -> None:
    """A message of a desk that a lost answer left out of the map is known by a press on it. Where
    an answer can be shown to one person alone, a button may stand in such a one."""
    subject, table = _ASKING.get(token[:1], ("", ""))
    alone = context.capabilities[channel.platform].private_answers
    if not subject or alone or call.message is None or not call.role.covers(Role.MODERATOR):
        return
    if known_message(tx, channel.id, call.message) is not None:
        return
    own = token.partition(":")[0][2 if subject == "appeal" else 1 :]
    row = tx.one(f"SELECT id FROM {table} WHERE token = :t", {"t": own})  # noqa: S608  our own
    if row is not None:
        adopt_asking(tx, channel, call.message, subject, row["id"])


def _second_look(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """Uphold or Deny below an appeal's card."""
    call.require(Role.MODERATOR)
    verb, rest = token[:2], token[2:]
    if verb not in ("au", "ad", DENY):
        raise UserError(call.t("This button does nothing any more."))
    if verb == DENY and not call.text.text:
        return second_look.how(tx, call, rest)
    words = call.text.text if verb == DENY else ""
    decided = second_look.answer(tx, context, call, rest, uphold=verb == "au", words=words)
    return Answer(Rich(decided.text), alert=decided.text)


def _thread_button(tx: Tx, context: Context, call: Call, rest: str) -> Answer:
    """`r` and a comment's token: a reader's report."""
    place = door.by_token(tx, rest[1:])
    if rest[:1] != "r" or place is None or place[1] is None:
        raise UserError(call.t("This button does nothing any more."))
    return report(tx, context, call, place[1], "")


_ASKING = {
    "k": ("card", "comment"), "w": ("wave", "wave"), "a": ("appeal", "appeal"),
    "p": ("draft", "article"), "d": ("draft", "article"),
}  # fmt: skip
"""What asks a desk something, by how its buttons' tokens begin, and the table of these tokens."""

_OWN = {"s": door.send, "x": door.cancel, "t": _thread_button, "f": privacy.answered}
"""What everybody may press."""


def _desk_button(tx: Tx, context: Context, call: Call, kind: str, rest: str) -> Answer:
    call.require(Role.EDITOR if kind in "pd" else Role.MODERATOR)
    if kind == "q":
        return queue_page.pressed(tx, context, call, rest)
    if kind == "w":
        return wave_press.pressed(tx, context, call, rest)
    if kind == "k":
        return card_press.pressed(tx, context, call, rest)
    if kind == "h":
        publication = context.house(tx).publications[call.publication or 0]
        return history.pressed(tx, context, call, publication, rest)
    table = "decision" if kind == "u" else "article"
    row = tx.one(
        f"SELECT id, publication FROM {table} WHERE token = :token",  # noqa: S608  our own names
        {"token": rest},
    )
    if row is None or row["publication"] != call.publication:
        raise UserError(call.t("This button does nothing any more."))
    if kind == "u":
        decided = undo(tx, context, call.actor, row["id"], call.role)
    else:
        doing = {"p": articles.publish_draft, "d": articles.discard_draft}[kind]
        decided = doing(tx, context, call.actor, row["id"])
    return Answer(Rich(decided.text), alert=decided.text)
