"""Commands, buttons, forms and the direct chat: from an Invoked event to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.authors import tag
from core.errors import UserError
from core.events import Edited, Invoked
from core.i18n import texts
from core.model import Channel, Purpose
from core.newsroom import articles, commands, door
from core.newsroom.context import Context
from core.newsroom.decide import Actor, decide_comment, undo
from core.newsroom.faces import REASONS, card_rows, reject_menu
from core.newsroom.target import Call
from core.ports import Tx
from core.text.model import Rich
from core.views import Answer

ANONYMOUS_ADMIN = "admin"


def invoked(tx: Tx, context: Context, event: Invoked) -> Answer:
    """What the person gets. A refusal is an answer too; nothing is changed by one."""
    if not first_time(tx, context, event):
        return Answer()
    call = call_of(tx, context, event)
    try:
        return _dispatch(tx, context, event, call)
    except UserError as refusal:
        return Answer(Rich(str(refusal)), alert=str(refusal), public=_openly(event, call))


def first_time(tx: Tx, context: Context, event: Invoked | Edited) -> bool:
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
    tongue = house.publications[publication].language if publication else person.language
    name = person.name if own else texts(tongue)("an admin of this group")
    return Call(
        actor=Actor(own or ANONYMOUS_ADMIN, name, person.language),
        publication=publication,
        moderator=_moderates(house.moderators, channel, publication, own, person.admin),
        tag=own,
        platform=event.platform,
        channel=channel,
        thread=event.thread,
        message=event.message,
        reply_number=event.reply_number,
        argument=event.argument,
        text=event.text or Rich(event.fields.get("text", "").strip()),
        private=event.private,
    )


def _moderates(
    roster: frozenset[tuple[int, str]],
    channel: Channel | None,
    publication: int | None,
    own: str,
    admin: bool,
) -> bool:
    if publication is None:
        return False
    return (publication, own) in roster or (channel is not None and admin)


def _dispatch(tx: Tx, context: Context, event: Invoked, call: Call) -> Answer:
    if event.token:
        return _pressed(tx, context, event, call)
    if event.command == "start":
        return _started(tx, context, call)
    if event.command:
        answer = commands.run(tx, context, event.command, call)
        return replace(answer, public=_openly(event, call))
    if event.private:
        return door.words(tx, context, call)
    return Answer()


def _openly(event: Invoked, call: Call) -> bool:
    """A command of the desk is answered there, before everybody who works there."""
    at_desk = call.channel is not None and call.channel.purpose == Purpose.DESK
    return bool(event.command) and (at_desk or call.private)


def _started(tx: Tx, context: Context, call: Call) -> Answer:
    """The direct chat was opened, perhaps by a deep link whose payload is a door's token."""
    payload = call.argument.strip()
    if payload.startswith("i"):
        return _policy(tx, context, call, payload)
    if payload.startswith("c") and (place := door.by_token(tx, payload[1:])) is not None:
        return door.open_door(tx, context, call, *place)
    if payload:
        raise UserError(call.t("This link is not valid any more."))
    return commands.run(tx, context, "help", _about_nothing(call))


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
    if token in ("menu-edit", "menu-reply"):
        call.argument = ""
        return commands.run(tx, context, token.removeprefix("menu-"), call)
    if kind == "c" and (place := door.by_token(tx, token[1:])) is not None:
        if event.fields:
            return door.submit(tx, context, call, *place, call.text)
        return door.open_door(tx, context, call, *place)
    if kind == "s":
        return door.send(tx, context, call, token[1:])
    if kind == "x":
        return door.cancel(tx, context, call, token[1:])
    if kind in "kupd":
        return _desk_button(tx, context, call, kind, token[1:])
    raise UserError(call.t("This button does nothing any more."))


def _desk_button(tx: Tx, context: Context, call: Call, kind: str, rest: str) -> Answer:
    if not call.moderator or call.publication is None:
        raise UserError(call.t("Sorry, only moderators can do that."))
    if kind == "k":
        return _card_button(tx, context, call, rest)
    table = "decision" if kind == "u" else "article"
    row = tx.one(
        f"SELECT id, publication FROM {table} WHERE token = :token",  # noqa: S608  our own names
        {"token": rest},
    )
    if row is None or row["publication"] != call.publication:
        raise UserError(call.t("This button does nothing any more."))
    doing = {"u": undo, "p": articles.publish_draft, "d": articles.discard_draft}[kind]
    decided = doing(tx, context, call.actor, row["id"])
    return Answer(Rich(decided.text), alert=decided.text)


ACTIONS: Mapping[str, str] = {"a": "approve", "t": "approve-trust", "b": "ban-reject"}


def _card_button(tx: Tx, context: Context, call: Call, rest: str) -> Answer:
    """`token:revision:verb`; the decision is on the revision that the card showed."""
    token, _, tail = rest.partition(":")
    revision, _, verb = tail.partition(":")
    row = tx.one(
        "SELECT c.id, a.publication FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.token = :token",
        {"token": token},
    )
    if row is None or row["publication"] != call.publication or not revision.isdecimal():
        raise UserError(call.t("This button does nothing any more."))
    publication = context.house(tx).publications[row["publication"]]
    if verb in ("r", "m"):
        listed = reject_menu(call.t, token, int(revision))
        rows = listed if verb == "r" else card_rows(tx, context, publication, row["id"])
        words = call.t("Why is it rejected?") if verb == "r" else ""
        return Answer(Rich(words), menu=rows)
    action, reason = ACTIONS.get(verb, ""), ""
    if verb[:1] == "r" and verb[1:].isdecimal() and int(verb[1:]) < len(REASONS):
        action, reason = "reject", REASONS[int(verb[1:])]
    if not action:
        raise UserError(call.t("This button does nothing any more."))
    decided = decide_comment(
        tx, context, call.actor, action, row["id"], revision=int(revision), reason=reason
    )
    return Answer(Rich(decided.text), alert=decided.text)
