"""What the buttons of a wave's card do: `w`, the wave's token, a verb, and how many comments had
been folded when the card was shown, so that a press decides on no later ones.

One press may be about a thousand comments. A transaction decides on some of them, and the desk's
loop goes on with the others, also after a restart.
"""

from __future__ import annotations

from core.errors import UserError
from core.model import Role
from core.newsroom.context import Context
from core.newsroom.decisions.decide import decide_comment
from core.newsroom.decisions.log import Actor, undo
from core.newsroom.desks.waves import by_token, to_decide, to_take_back
from core.newsroom.outgoing.plan import raise_delivery
from core.newsroom.target import Call, whole
from core.ports import Row, Tx
from core.text.model import Rich
from core.views import Answer

MORE = 7
"""So many more are shown at each press, up to MOST."""
MOST = 17
AT_ONCE = 250
"""Comments that one transaction decides on."""
UNDO_SECONDS = 600.0
DECIDING, BACK = ("r", "s", "o", "a"), "u"
_LAST = 2**62


def pressed(tx: Tx, context: Context, call: Call, rest: str) -> Answer:
    """A button of a wave's card. Raises UserError where it does nothing (any more)."""
    token, _, tail = rest.partition(":")
    verb, _, count = tail.partition(":")
    row, number = by_token(tx, token, call.publication), whole(count)
    if row is None or number is None or verb not in (*DECIDING, BACK, "m"):
        raise UserError(call.t("This button does nothing any more."))
    if verb == "m":
        tx.run(
            "UPDATE wave SET shown = min(shown + :more, :most) WHERE id = :w",
            {"more": MORE, "most": MOST, "w": row["id"]},
        )
        refresh_wave(tx, row["id"])
        return Answer()
    stops = verb == BACK and row["doing"] in DECIDING and number == row["acts"]
    if row["doing"] and not stops:
        raise UserError(call.t("It is being decided already."))
    said = (
        _begin_back(tx, context, call, row, number)
        if verb == BACK
        else _begin(tx, context, call, row, verb, number)
    )
    return Answer(Rich(said), alert=said)


def refresh_wave(tx: Tx, wave: int) -> None:
    """Its cards show how it stands now."""
    for row in tx.all(
        "SELECT channel FROM delivery WHERE subject = 'wave' AND subject_id = :w AND want > 0",
        {"w": wave},
    ):
        raise_delivery(tx, "wave", wave, row["channel"], 1)


def _begin(tx: Tx, context: Context, call: Call, row: Row, verb: str, number: int) -> str:
    """Each comment that still waits, in the wording that was seen, by a decision of its own."""
    if not to_decide(tx, row["id"], number, 0, 1):
        raise UserError(call.t("Everything in it is decided already."))
    _set(tx, row["id"], acts=row["acts"] + 1, doing=verb, upto=number, past=0)
    done, left = _decide(tx, context, call.actor, row["id"])
    if left:
        return call.t("{n} are decided, {more} more follow at once.", n=done, more=left)
    return call.t.n("{n} decided.", "{n} decided.", done)


def _begin_back(tx: Tx, context: Context, call: Call, row: Row, act: int) -> str:
    """What one press decided, where it still stands so."""
    last = to_take_back(tx, row["id"], act, _LAST, 1)
    if not last:
        raise UserError(call.t("This button does nothing any more."))
    if context.clock.now() >= last[0]["at"] + UNDO_SECONDS:
        raise UserError(call.t("That was more than 10 minutes ago: /history takes back each."))
    _set(tx, row["id"], doing=BACK, upto=act, past=_LAST)
    done, left = _take_back(tx, context, call.actor, row["id"])
    if left:
        return call.t("{n} are taken back, {more} more follow at once.", n=done, more=left)
    if not done:
        raise UserError(call.t("Something else was decided since. Undo that first."))
    return call.t.n("{n} taken back.", "{n} taken back.", done)


def go_on(tx: Tx, context: Context, publication: int) -> None:
    """The next part of what was begun on the waves of a publication, in the name of who began."""
    rows = tx.all(
        "SELECT id, doing, acts, upto FROM wave WHERE publication = :p AND doing <> '' LIMIT 1",
        {"p": publication},
    )
    for row in rows:
        act = row["upto"] if row["doing"] == BACK else row["acts"]
        actor = _who(tx, row["id"], act, back=row["doing"] == BACK)
        if actor is None:
            _set(tx, row["id"], doing="")
        else:
            part = _take_back if row["doing"] == BACK else _decide
            part(tx, context, actor, row["id"])
        context.touch_desk(tx, publication)


def expire(tx: Tx, context: Context) -> None:
    """Take Undo from the cards whose time for it is over."""
    now = context.clock.now()
    for row in tx.all("SELECT id FROM wave WHERE undo_until <= :now", {"now": now}):
        _set(tx, row["id"], undo_until=None)
        refresh_wave(tx, row["id"])


def _who(tx: Tx, wave: int, act: int, *, back: bool) -> Actor | None:
    joined = "d.undoes = w.decision" if back else "d.id = w.decision"
    row = tx.one(
        f"SELECT d.actor, d.actor_name FROM wave_act w JOIN decision d ON {joined}"  # noqa: S608  our own words
        " WHERE w.wave = :w AND w.act = :act ORDER BY d.id DESC LIMIT 1",
        {"w": wave, "act": act},
    )
    return Actor(row["actor"], row["actor_name"]) if row is not None else None


def _decide(tx: Tx, context: Context, actor: Actor, wave: int) -> tuple[int, int]:
    """The next part of a press that decides; how many are decided, and how many are left."""
    row = _wave(tx, wave)
    found = to_decide(tx, wave, row["upto"], row["past"], AT_ONCE)
    verb, done = row["doing"], 0
    for one in found:
        action, reason = ("approve" if verb in "ao" else "reject"), "spam" * (verb == "s")
        try:
            decided = decide_comment(
                tx, context, actor, action, one["id"], revision=one["revision"], reason=reason
            )
        except UserError:
            continue  # It is no such comment any more, and stays as it is.
        tx.insert("wave_act", {"wave": wave, "act": row["acts"], "decision": decided.id})
        verb, done = "r" if verb == "o" else verb, done + 1
    past = found[-1]["id"] if found else row["past"]
    left = len(to_decide(tx, wave, row["upto"], past, None))
    until = context.clock.now() + UNDO_SECONDS
    _set(tx, wave, doing=verb if left else "", past=past, undo_until=until)
    _shown(tx, context, row)
    return done, left


def _take_back(tx: Tx, context: Context, actor: Actor, wave: int) -> tuple[int, int]:
    """The next part of taking a press back, its last decisions first."""
    row = _wave(tx, wave)
    found = to_take_back(tx, wave, row["upto"], row["past"], AT_ONCE)
    done = 0
    for one in found:
        try:
            undo(tx, context, actor, one["id"], Role.MODERATOR)
        except UserError:
            continue  # Somebody decided otherwise since, and that stays.
        done += 1
    past = found[-1]["id"] if found else row["past"]
    left = len(to_take_back(tx, wave, row["upto"], past, None)) if done else 0
    _set(tx, wave, doing=BACK if left else "", past=past)
    _shown(tx, context, row)
    return done, left


def _shown(tx: Tx, context: Context, row: Row) -> None:
    refresh_wave(tx, row["id"])
    context.touch_desk(tx, row["publication"])


def _wave(tx: Tx, wave: int) -> Row:
    return tx.all("SELECT * FROM wave WHERE id = :w", {"w": wave})[0]


def _set(tx: Tx, wave: int, **values: object) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    tx.run(f"UPDATE wave SET {names} WHERE id = :wave", {**values, "wave": wave})  # noqa: S608  our own names
