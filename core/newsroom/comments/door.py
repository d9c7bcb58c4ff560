"""The door: commenting through the bot, under a pseudonym."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.authors import pseudonym, seal, unseal
from core.errors import UserError
from core.events import Attachment
from core.model import Channel, Purpose, State
from core.newsroom.authors import addresses
from core.newsroom.comments.albums import let_gather, newest, words_of
from core.newsroom.comments.asking import warning
from core.newsroom.comments.checking import About, examine
from core.newsroom.comments.intake import add_comment, revise
from core.newsroom.comments.media import MEGABYTE, listed
from core.newsroom.comments.pieces import HELD_ALWAYS, Piece, load, piece_of, take_in
from core.newsroom.context import ERASE_WAKE, Context, dumps
from core.newsroom.decisions.decide import comment_row
from core.newsroom.outgoing.faces import language_of, source
from core.newsroom.outgoing.plan import plan_fresh
from core.newsroom.publishing.slow import early, slow_line, span_words
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich, bold, italic, join
from core.text.tools import first_words
from core.views import LONGEST, Answer, Button, Rows

TELLING = ("voice", "note", "video", "audio", "file", "other")
"""What can tell more of its sender than its sender knows."""
NAMED = ("file", "audio", "poll", "sticker")
"""What keeps its name: the preview shows it, or it is what the thing says."""
UNSEEN = (*HELD_ALWAYS, "other")
"""What no reader is shown."""


def nameless(attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """The same without the names that a device gave and that whoever sends it does not see."""
    return tuple(one if one.kind in NAMED else replace(one, name="") for one in attachments)


def by_token(tx: Tx, token: str) -> tuple[int, int | None] | None:
    """(article, parent comment or None) behind a door's random token, None for a forged one."""
    row = tx.one(
        "SELECT coalesce(merged, id) AS id FROM article WHERE token = :token", {"token": token}
    )
    if row is not None:
        return row["id"], None
    row = tx.one("SELECT id, article FROM comment WHERE token = :token", {"token": token})
    return (row["article"], row["id"]) if row is not None else None


def _door_here(tx: Tx, context: Context, call: Call, publication: int) -> Channel | None:
    """The door that somebody stands before, or any of their platform for the direct chat."""
    here = call.channel
    doors = [c for c in context.house(tx).of(publication, Purpose.DISCUSS) if c.way == "door"]
    if here is not None and here in doors:
        return here
    return next((c for c in doors if c.platform == call.platform), None)


def _article(tx: Tx, call: Call, article: int) -> Row:
    row = tx.one(
        "SELECT id AS article, publication, mode, locked, state, slow, names_key, language,"
        " headline FROM article WHERE id = :id",
        {"id": article},
    )
    if row is None or row["state"] != "published" or row["locked"]:
        raise UserError(call.t("Comments are closed here."))
    return row


def _enter(tx: Tx, context: Context, call: Call, article: int) -> tuple[Row, Channel, str]:
    """(article, channel, the pseudonym). Raises UserError where there is no door."""
    row = _article(tx, call, article)
    channel = _door_here(tx, context, call, row["publication"])
    if channel is None or not call.tag:
        raise UserError(call.t("Write your comment in the thread itself."))
    publication = context.house(tx).publications[row["publication"]]
    language = language_of(publication, row["language"])
    name = _free_name(tx, row, call.tag, pseudonym(row["names_key"], call.tag, language))
    return row, channel, name


def _free_name(tx: Tx, article: Row, author: str, name: str) -> str:
    """The pseudonym, with a number where somebody else has it in this thread already."""
    own = tx.one(
        "SELECT name FROM comment WHERE article = :a AND author = :tag AND way = 'door' LIMIT 1",
        {"a": article["article"], "tag": author},
    )
    if own is not None:
        return str(own["name"])
    taken = {
        row["name"]
        for row in tx.all(
            "SELECT DISTINCT name FROM comment WHERE article = :a AND author <> :tag",
            {"a": article["article"], "tag": author},
        )
    }
    number, free = 2, name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def open_door(tx: Tx, context: Context, call: Call, article: int, parent: int | None) -> Answer:
    """Begin a comment in the direct chat: remember about what, ask for the words."""
    if parent is not None:
        require_readable(call, comment_row(tx, parent))
    row, _, name = _enter(tx, context, call, article)
    _begin(tx, context, call, article, parent)
    lines: list[Rich | str] = [
        call.t("You comment on “{headline}” as {name}.", headline=row["headline"], name=name)
    ]
    if parent is not None:
        lines.append(_about_parent(tx, call, parent))
    lines.append(call.t("Write your comment now. You will see it before it is sent."))
    if call.private:
        lines.append(call.t("You can attach pictures, a video, a voice message or a file."))
    return Answer(join(lines, "\n"), buttons=_report_button(tx, call, parent))


def _report_button(tx: Tx, call: Call, parent: int | None) -> Rows:
    """Who cannot write in the group reports from here."""
    if parent is None or not call.private:
        return ()
    token = comment_row(tx, parent)["token"]
    return ((Button(call.t("Report this comment instead"), "tr" + token),),)


def _begin(tx: Tx, context: Context, call: Call, article: int, parent: int | None) -> None:
    """Somebody is about to comment; what they began before is forgotten."""
    tx.run("DELETE FROM door WHERE tag = :tag", {"tag": call.tag})
    tx.insert(
        "door",
        {
            "tag": call.tag,
            "token": context.clock.token(),
            "article": article,
            "parent": parent,
            "expires": context.clock.now() + context.rules.door_life,
        },
    )


def require_short(call: Call, text: str) -> None:
    """Raises UserError for a text that is longer than `LONGEST`."""
    if len(text) > LONGEST:
        raise UserError(call.t("That is too long: at most {n} characters.", n=LONGEST))


def require_readable(call: Call, comment: Row) -> None:
    """Raises UserError where nobody may read a comment, so that it is not quoted to who begins a
    reply."""
    up = comment["shown"] > 0 or comment["soft"]
    if comment["state"] not in (State.HELD, State.PUBLISHED) or not up:
        raise UserError(call.t("It is not up any more."))


def _about_parent(tx: Tx, call: Call, parent: int) -> Rich:
    row = comment_row(tx, parent)
    words = tx.one(
        "SELECT text FROM revision WHERE comment = :c AND number = :n",
        {"c": parent, "n": row["shown"]},
    )
    quoted = first_words(Rich.load(json.loads(words["text"])), 80) if words is not None else ""
    return italic(call.t("In reply to #{number} {name}: {words}",
                         number=row["number"], name=row["name"], words=quoted))  # fmt: skip


def words(tx: Tx, context: Context, call: Call) -> Answer:
    """A message in the direct chat: the comment that was asked for, shown back before it is sent;
    or a late piece of an album that was sent already."""
    if call.album and (comment := _of_album(tx, call)) is not None:
        return _joins(tx, context, call, comment)
    row = tx.one(
        "SELECT * FROM door WHERE tag = :tag AND expires > :now",
        {"tag": call.tag, "now": context.clock.now()},
    )
    if row is None:
        return Answer(
            Rich(call.t("Press Comment under an article, or Reply on a comment, to write one.")),
            wait=_gathering(context, call),
        )
    if not call.text and not call.attachments:
        raise UserError(call.t("I cannot read that. Write your comment in words."))
    draft = _changed(_draft(context, row), call)
    check(context, call, draft.text, draft.attachments)
    _, _, name = _enter(tx, context, call, row["article"])
    token = _keep(tx, context, call, draft)
    return _preview(call, draft, name, token, _gathering(context, call))


def _keep(tx: Tx, context: Context, call: Call, draft: Draft) -> str:
    """A draft waits to be sent; the token of its Send, so that one under an earlier preview does
    nothing."""
    token = context.clock.token()
    tx.run(
        "UPDATE door SET text = :text, sealed = :sealed, album = :album, token = :token"
        " WHERE tag = :tag",
        {
            "text": dumps(draft.text.dump()),
            "sealed": seal(context.keys, draft.rest()),
            "album": draft.album,
            "token": token,
            "tag": call.tag,
        },
    )
    return token


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment that is not sent yet. album: see `Call.album`. forwarded, via: as in
    `core.events.Posted`, of whatever of the draft is not the person's own."""

    text: Rich
    attachments: tuple[Attachment, ...]
    album: str
    forwarded: str | None = None
    via: str = ""

    def rest(self) -> dict[str, Any]:
        """What is kept sealed, for JSON."""
        attachments = [asdict(one) for one in self.attachments]
        return {"attachments": attachments, "forwarded": self.forwarded, "via": self.via}


def _draft(context: Context, row: Row) -> Draft:
    kept = unseal(context.keys, row["sealed"]) if row["sealed"] is not None else {}
    if isinstance(kept, list):  # An earlier release kept the attachments alone.
        kept = {"attachments": kept}
    attachments = tuple(Attachment(**values) for values in kept.pop("attachments", ()))
    return Draft(Rich.load(json.loads(row["text"])), attachments, row["album"], **kept)


def _changed(draft: Draft, call: Call) -> Draft:
    """One more message: a piece of the draft's album joins it; else words take the place of the
    words, and what is attached that of what was attached."""
    new = written(call, call.text)
    if call.album and call.album == draft.album:
        text = _together(draft.text, call.text)
        joined = draft.attachments + call.attachments
        return _sourced(replace(new, text=text, attachments=joined), draft)
    if call.attachments:
        return new if call.text else _sourced(replace(new, text=draft.text), draft, draft.text)
    kept = replace(new, attachments=draft.attachments, album=draft.album)
    return _sourced(kept, draft, draft.attachments)


def _sourced(new: Draft, draft: Draft, remains: object = True) -> Draft:
    """With the source of what remains of a draft, where what is new has none of its own."""
    if not remains:
        return new
    forwarded = draft.forwarded if new.forwarded is None else new.forwarded
    return replace(new, forwarded=forwarded, via=new.via or draft.via)


def _together(text: Rich, caption: Rich) -> Rich:
    return join([words for words in (text, caption) if words], "\n")


def _gathering(context: Context, call: Call) -> float:
    return context.rules.album_gather if call.album else 0.0


def check(
    context: Context, call: Call, text: Rich, attachments: Sequence[Attachment | Piece]
) -> None:
    """Raises UserError for what no comment through the door can be."""
    if not text and not attachments:
        raise UserError(call.t("A comment needs words."))
    require_short(call, text.text)
    most = context.capabilities[call.platform].download_limit if attachments else 0
    if most and any(one.size > most for one in attachments):
        raise UserError(
            call.t("That is too large: I can take files of at most {n} MB.", n=most // MEGABYTE)
        )


def _preview(
    call: Call, draft: Draft, name: str, token: str, wait: float, anew: str = ""
) -> Answer:
    """anew: the door's token behind a button to write it anew, "" where that needs none."""
    lines: list[Rich | str] = [bold(name)]
    if draft.text:
        lines.append(draft.text)
    lines += source(call.t, {"forwarded": draft.forwarded, "via": draft.via})
    lines += _about(call, draft.attachments)
    if any(one.kind in TELLING for one in draft.attachments):
        lines.append(italic(call.t(
            "Who knows you may know your voice. Files and videos can carry names and places that"
            " nobody sees; a picture that is sent as a photo carries none."
        )))  # fmt: skip
    if draft.attachments:
        lines.append(italic(call.t(
            "Words that you write now take the place of the words; what you attach takes the place"
            " of what is attached."
        )))  # fmt: skip
    asked = warning(call.t, draft.text.text)
    if asked:
        lines += ["", *asked]
    send_ = Button(call.t("Send anyway") if asked else call.t("Send"), "s" + token,
                   tone="" if asked else "good")  # fmt: skip
    again = (Button(call.t("Write it anew"), "c" + anew, door=True),) if anew else ()
    buttons = ((send_, *again, Button(call.t("Cancel"), "x" + token)),)
    return Answer(join(lines, "\n"), buttons=buttons, wait=wait)


def _about(call: Call, attachments: Sequence[Attachment]) -> list[Rich | str]:
    """What was taken of what is attached, and what readers will not see of it."""
    pieces = [piece_of(attachment) for attachment in attachments]
    hidden = [piece for piece in pieces if piece.kind in UNSEEN]
    lines: list[Rich | str] = []
    if seen := listed(call.t, [piece for piece in pieces if piece.kind not in UNSEEN]):
        lines.append(italic(call.t("Attached: {what}", what=seen)))
    if hidden:
        lines.append(italic(call.t("Only named, never shown: {what}", what=listed(call.t, hidden))))
    return lines


def _of_album(tx: Tx, call: Call) -> int | None:
    row = tx.one(
        "SELECT id FROM comment WHERE author = :tag AND album = :album ORDER BY id DESC LIMIT 1",
        {"tag": call.tag, "album": call.album},
    )
    return int(row["id"]) if row is not None else None


def _joins(tx: Tx, context: Context, call: Call, comment: int) -> Answer:
    """One more piece of an album whose comment was sent already."""
    row, about = newest(tx, comment), comment_row(tx, comment)
    text = _together(words_of(row), call.text)
    check(context, call, text, call.attachments)
    if about["state"] not in (State.HELD, State.PUBLISHED):
        raise UserError(call.t("It is not up any more."))
    fresh = take_in(
        tx, context, comment, call.attachments, platform=call.platform, message="", at=0
    )
    revise(tx, context, comment, text, [*load(row["attachments"]), *fresh])
    after = comment_row(tx, comment)
    if after["state"] != State.HELD and after["shown"] != after["revision"]:
        return Answer(Rich(call.t("Your comment was not accepted.")))
    let_gather(tx, context, comment)
    own = f"{about['article']}#{about['number']}"
    words = call.t("What came late of your album was added to {own}.", own=own)
    return Answer(Rich(words), wait=_gathering(context, call))


def attach_anew(tx: Tx, context: Context, call: Call, comment: int) -> list[Piece]:
    """Pieces that take the place of those of a comment that came through the door. Raises
    UserError for other comments, and for what is too large."""
    if comment_row(tx, comment)["way"] != "door":
        raise UserError(call.t("Change what is attached where you wrote the comment."))
    check(context, call, call.text, call.attachments)
    tx.run("UPDATE comment SET album = :a WHERE id = :id", {"a": call.album, "id": comment})
    return take_in(tx, context, comment, call.attachments, platform=call.platform, message="", at=0)


def send(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The Send button below the preview."""
    row = tx.one(
        "SELECT * FROM door WHERE tag = :tag AND expires > :now",
        {"tag": call.tag, "now": context.clock.now()},
    )
    if row is None:
        raise UserError(call.t("This is no longer waiting to be sent."))
    if row["token"] != token:
        return _again(tx, context, call, row)
    answer = submit(tx, context, call, row["article"], row["parent"], _draft(context, row))
    tx.run("DELETE FROM door WHERE tag = :tag", {"tag": call.tag})
    return answer


def _again(tx: Tx, context: Context, call: Call, row: Row) -> Answer:
    """Send under an earlier preview. The newest may never have been seen, because the program
    ended before it was shown; so it is shown now, and nothing is sent."""
    draft = _draft(context, row)
    if not draft.text and not draft.attachments:
        raise UserError(call.t("This is no longer waiting to be sent."))
    _, _, name = _enter(tx, context, call, row["article"])
    words = call.t("It changed since. This is what would be sent now.")
    shown = _preview(call, draft, name, row["token"], 0.0)
    return replace(shown, alert=words, spent=True)


def cancel(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The Cancel button: nothing was sent, the words are deleted."""
    tx.run(
        "DELETE FROM door WHERE token = :token AND tag = :tag", {"token": token, "tag": call.tag}
    )
    tx.wake(ERASE_WAKE)
    return Answer(Rich(call.t("Cancelled; nothing was sent.")), spent=True)


def written(call: Call, text: Rich) -> Draft:
    """A comment of these words, with what came with the call."""
    return Draft(text, call.attachments, call.album, call.forwarded, call.via)


def offer(
    tx: Tx, context: Context, call: Call, article: int, parent: int | None, draft: Draft
) -> Answer:
    """A comment that its author was not shown before: sent at once, but where it may endanger
    somebody they are asked first."""
    if not warning(call.t, draft.text.text):
        return submit(tx, context, call, article, parent, draft)
    check(context, call, draft.text, draft.attachments)
    _, _, name = _enter(tx, context, call, article)
    _begin(tx, context, call, article, parent)
    token, table = _keep(tx, context, call, draft), "article" if parent is None else "comment"
    place = tx.one(
        f"SELECT token FROM {table} WHERE id = :id",  # noqa: S608  our own names
        {"id": article if parent is None else parent},
    )
    forms = context.capabilities[call.platform].forms
    anew = place["token"] if place is not None and forms else ""
    return _preview(call, draft, name, token, 0.0, anew)


def submit(
    tx: Tx, context: Context, call: Call, article: int, parent: int | None, draft: Draft
) -> Answer:
    """A comment through the door, judged like every other; the answer says what became of it."""
    check(context, call, draft.text, draft.attachments)
    row, channel, name = _enter(tx, context, call, article)
    publication = context.house(tx).publications[row["publication"]]
    _require_pace(tx, context, call, row)
    about = About(forwarded=draft.forwarded is not None)
    found = examine(
        tx, context, publication, row, call.tag, draft.text, draft.attachments, about=about
    )
    # No message: the direct chat's own names a person, and nothing is ever done to it.
    comment = add_comment(
        tx, context, publication, row, channel=channel, author=call.tag, name=name,
        language=call.actor.language, posted_at=context.clock.now(), text=draft.text,
        attachments=draft.attachments, found=found, parent=parent, way="door", album=draft.album,
        forwarded=draft.forwarded, via=draft.via,
    )  # fmt: skip
    plan_fresh(tx, comment)
    addresses.remember(tx, context, publication, call.platform, call.tag, call.identity)
    return _thanks(call, comment_row(tx, comment.id), name, draft.attachments)


def _require_pace(tx: Tx, context: Context, call: Call, article: Row) -> None:
    """Raises UserError where a comment comes too early for slow mode, which at the door is always
    the bot's; the words are kept in the direct chat."""
    wait = early(tx, context, article["publication"], article, call.tag, context.clock.now())
    if not wait:
        return
    said = slow_line(call.t, article["slow"], ours=True)
    left = call.t("Yours can be sent in {span}.", span=span_words(call.t, wait))
    if call.private:
        left += " " + call.t("It is kept: press Send again then.")
    raise UserError(f"{said} {left}")


def _thanks(call: Call, stored: Row, name: str, attachments: Sequence[Attachment]) -> Answer:
    said = {
        "held": call.t("Thank you. Your comment waits for a moderator; you appear as {name}.",
                       name=name),
        "published": call.t("Thank you. You appear as {name}.", name=name),
    }.get(stored["state"], call.t("Your comment was not accepted."))  # fmt: skip
    if stored["state"] not in ("held", "published"):
        return Answer(Rich(said), alert=said, spent=True)
    own = f"{stored['article']}#{stored['number']}"
    how = call.t("It is number {own}. To change it, send me /edit {own} and the new words; to"
                 " withdraw it, /delete {own}.", own=own)  # fmt: skip
    return Answer(join([said, *_about(call, attachments), how], "\n"), spent=True)
