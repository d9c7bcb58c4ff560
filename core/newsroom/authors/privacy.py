"""What a person is told of themselves: `/privacy`, `/export` and `/forget`, always alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from core.authors import sign
from core.errors import UserError
from core.figures.words import state_words
from core.model import Publication
from core.newsroom.authors import forgetting
from core.newsroom.comments.albums import words_of
from core.newsroom.comments.labels import moment
from core.newsroom.comments.media import listed
from core.newsroom.comments.pieces import load
from core.newsroom.context import Context
from core.newsroom.desks.cards import reason_words
from core.newsroom.target import Call
from core.ports import Row, Tx
from core.text.model import Rich, bold, join
from core.views import Answer, Button, File

Json = dict[str, Any]

DAY = 86400.0
MEGABYTE = 1_000_000
MOST_IN_FILE = 2000
"""Comments in one file of an export."""
YES, NO = "yes", "no"
"""The buttons below the question of /forget. They name nobody: they are about who presses them."""


def _known(call: Call) -> str:
    if not call.tag:
        raise UserError(call.t("I cannot see who you are; send this to me directly."))
    return call.tag


def _elsewhere(call: Call) -> str:
    """What is said in a group to who has no direct chat with the bot: nothing of the rest."""
    return call.t("I tell you this alone: open our direct chat and send it there.")


# /privacy


def privacy(tx: Tx, context: Context, call: Call) -> Answer:
    """What is held about who asks, made from the rows that are there now; what the platform
    itself sees; and the ways out. Raises UserError."""
    author = _known(call)
    blocks = [
        [bold(call.t("What I keep about you")), _who(call), *_held(tx, context, call, author)],
        [bold(call.t("What is kept of everybody")), *_general(context, call)],
        [bold(call.t("What {platform} can see", platform=call.platform.capitalize())),
         *_platform(context, call)],
        [bold(call.t("What you can do")), *_ways(call)],
    ]  # fmt: skip
    text = join([join(lines, "\n") for lines in blocks], "\n\n")
    return Answer(text, alert=_elsewhere(call))


def _who(call: Call) -> str:
    return call.t(
        "Not your account, its number or its name: I know you by a keyed hash of it, and the key is"
        " not in the database. The moderators see the name that is shown with your comments and"
        " your record, never your account.",
    )


def _when(tx: Tx, context: Context, call: Call, seconds: float) -> str:
    """In the person's language, and in the zone of the publication: where somebody asks in
    private, that of the first one."""
    known = context.house(tx).publications
    publication = known.get(call.publication or 0) or next(iter(known.values()))
    return moment(call.t, seconds, publication)


def _held(tx: Tx, context: Context, call: Call, author: str) -> list[Rich | str]:
    parts = (_comments, _files, _records, _addresses, _restrictions, _messages, _appeals,
             _reports, _drafts, _decisions, _staff)  # fmt: skip
    lines: list[str] = []
    for part in parts:
        lines += part(tx, context, call, author)
    return ["· " + line for line in lines or [call.t("Nothing else.")]]


def _comments(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    rows = tx.all(
        "SELECT state, count(*) AS n FROM comment WHERE author = :tag GROUP BY state"
        " ORDER BY state",
        {"tag": author},
    )
    if not rows:
        return []
    counted = ", ".join(f"{state_words(call.t, row['state'])} {row['n']}" for row in rows)
    return [
        call.t("Your comments ({counted}): every wording, the time, the name shown, and what the"
               " checks said. They stay until you let me forget you; what is withdrawn or rejected"
               " is read by moderators only.", counted=counted)
    ]  # fmt: skip


def _files(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one(
        "SELECT count(*) AS n, sum(w.size) AS size, max(w.expires) AS until FROM attachment w"
        " JOIN comment c ON c.id = w.comment WHERE c.author = :tag AND w.state = 'kept'",
        {"tag": author},
    )
    if row is None or not row["n"]:
        return []
    size = f"{row['size'] / MEGABYTE:.1f}"
    return [
        call.t.n("{n} file that you attached ({size} MB), sealed: until {until}, or as long as"
                 " its comment waits.", "{n} files that you attached ({size} MB), sealed: until"
                 " {until}, or as long as their comments wait.", row["n"], size=size,
                 until=_when(tx, context, call, row["until"]))
    ]  # fmt: skip


def _records(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    rows = tx.all("SELECT * FROM author WHERE tag = :tag ORDER BY publication", {"tag": author})
    return [_record(context.house(tx).publications[row["publication"]], call, row)
            for row in rows]  # fmt: skip


def _record(own: Publication, call: Call, row: Row) -> str:
    t = call.t
    standing = {
        "trusted": t("trusted"),
        "premoderated": t("premoderated"),
        "muted": t("muted until {until}", until=moment(t, row["until"] or 0, own)),
        "banned": t("banned"),
    }.get(row["standing"], t("ordinary"))
    return t("Your record at {publication}: {published} published, {rejected} rejected;"
             " standing: {standing}.", publication=own.name, published=row["published"],
             rejected=row["rejected"], standing=standing)  # fmt: skip


def _addresses(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    t, said = call.t, []
    for row in tx.all(
        "SELECT purpose, max(expires) AS until FROM address WHERE tag = :tag GROUP BY purpose",
        {"tag": author},
    ):
        if row["purpose"] == "tell":
            said.append(t("Where I can reach you, sealed, to tell you what becomes of your"
                          " comments: until {until}. /notify off ends it.",
                          until=_when(tx, context, call, row["until"] or 0)))  # fmt: skip
        else:
            said.append(t("Your account, sealed, to lift a ban on the platform again: as long as"
                          " the ban stands."))  # fmt: skip
    if tx.one("SELECT 1 FROM quiet WHERE tag = :tag", {"tag": author}) is not None:
        said.append(t("That you want to be told nothing."))
    return said


def _restrictions(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one("SELECT count(*) AS n FROM restriction WHERE author = :tag", {"tag": author})
    if row is None or not row["n"]:
        return []
    name = call.platform.capitalize()
    return [
        call.t.n("That {platform} restricts you in {n} place for us, and what stood there before:"
                 " as long as it does.", "That {platform} restricts you in {n} places for us, and"
                 " what stood there before: as long as it does.", row["n"], platform=name)
    ]  # fmt: skip


def _messages(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one(
        "SELECT count(*) AS n, max(expires) AS until FROM told WHERE author = :tag",
        {"tag": author},
    )
    if row is None or not row["n"]:
        return []
    return [
        call.t.n("That I told you, or will tell you, of {n} decision: until {until}.",
                 "That I told you, or will tell you, of {n} decisions: until {until}.", row["n"],
                 until=_when(tx, context, call, row["until"]))
    ]  # fmt: skip


def _appeals(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one("SELECT count(*) AS n FROM appeal WHERE author = :tag", {"tag": author})
    if row is None or not row["n"]:
        return []
    return [call.t.n("{n} appeal, in your words.", "{n} appeals, in your words.", row["n"])]


def _reports(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one("SELECT count(*) AS n FROM report WHERE reporter = :tag", {"tag": author})
    if row is None or not row["n"]:
        return []
    return [
        call.t.n("{n} report of a comment, which moderators read without your name.",
                 "{n} reports of comments, which moderators read without your name.", row["n"])
    ]  # fmt: skip


def _drafts(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one("SELECT expires FROM door WHERE tag = :tag", {"tag": author})
    if row is None:
        return []
    return [call.t("What you began to write to me and have not sent: until {until}.",
                   until=_when(tx, context, call, row["expires"]))]  # fmt: skip


def _decisions(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    row = tx.one(
        "SELECT count(*) AS n, coalesce(sum(action = 'note' AND reason != ''), 0) AS notes,"
        " coalesce(sum(action = 'warn'), 0) AS warnings FROM decision WHERE author = :tag",
        {"tag": author},
    )
    if row is None or not row["n"]:
        return []
    said = [
        call.t.n("{n} decision about you or your comments, in a log that is only added to: until"
                 " you let me forget you.", "{n} decisions about you or your comments, in a log"
                 " that is only added to: until you let me forget you.", row["n"])
    ]  # fmt: skip
    if row["warnings"]:
        said.append(call.t.n("Among them {n} warning, with its points.",
                             "Among them {n} warnings, with their points.",
                             row["warnings"]))  # fmt: skip
    if row["notes"]:
        said.append(call.t.n("Among them {n} note about you that moderators wrote and read.",
                             "Among them {n} notes about you that moderators wrote and read.",
                             row["notes"]))  # fmt: skip
    return said


def _staff(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    rows = tx.all(
        "SELECT p.name FROM moderator m JOIN publication p ON p.id = m.publication"
        " WHERE m.tag = :tag ORDER BY p.name",
        {"tag": author},
    )
    made = tx.one("SELECT count(*) AS n FROM decision WHERE actor = :tag", {"tag": author})
    said = []
    if rows:
        names = ", ".join(row["name"] for row in rows)
        said.append(call.t("That you moderate at {names}, under your name.", names=names))
    if made is not None and made["n"]:
        said.append(
            call.t.n("{n} decision that you made, with your name: it stays.",
                     "{n} decisions that you made, with your name: they stay.", made["n"])
        )  # fmt: skip
    return said


def _general(context: Context, call: Call) -> list[Rich | str]:
    t, rules = call.t, context.rules
    days = round(rules.quarantine_life / DAY)
    hours = max(1, round(rules.parked_life / 3600))
    return [
        "· " + t("What came and could not be read: sealed, for {days} days. What belongs to no"
                 " thread yet: sealed, for {hours} h. Nobody can tell which of it is yours.",
                 days=days, hours=hours),
        "· " + t("Hashes of what was pressed and commanded: two days. What the checks have learned:"
                 " counts of words, as hashes, that name nobody; what yours taught is taken back"
                 " when you are forgotten."),
        "· " + t("Backups hold what there was when they were made, as long as the publication keeps"
                 " them; copies made by an update go after two weeks."),
        "· " + t("What moderators were shown at their desk stays there as messages of the platform,"
                 " except for the cards of your comments, which change with them."),
    ]  # fmt: skip


def _platform(context: Context, call: Call) -> list[Rich | str]:
    """Honest about what is out of our hands, by what the platform can do."""
    t, can = call.t, context.capabilities[call.platform]
    name = call.platform.capitalize()
    lines = [
        t("{platform} sees everything that you write in its threads and to me, with your account,"
          " and may keep it after it is deleted.", platform=name),
        t("Where you write in a thread itself, others see your name there at once, also in their"
          " notifications, before I can take anything away."),
    ]  # fmt: skip
    if can.private_answers:
        lines.append(t("What I answer here is shown to you alone; {platform} sees it too.",
                       platform=name))  # fmt: skip
    else:
        lines.append(t("Our direct chat stays with {platform} and in your app; delete it there.",
                       platform=name))  # fmt: skip
    if not can.deletions_told:
        lines.append(t("{platform} does not tell me when you delete a comment there: use /delete.",
                       platform=name))  # fmt: skip
    return ["· " + line for line in lines]


def _ways(call: Call) -> list[Rich | str]:
    t = call.t
    return [
        "· " + t("/export gives you your comments as a file."),
        "· " + t("/delete withdraws one comment, everywhere."),
        "· " + t("/forget withdraws all of them and erases what I keep about you."),
    ]


# /export


def export(tx: Tx, context: Context, call: Call) -> Answer:
    """The comments of who asks, as JSON files. Raises UserError where there are none."""
    author = _known(call)
    rows = tx.all(
        "SELECT c.*, a.headline, a.link, p.number AS answers FROM comment c"
        " JOIN article a ON a.id = c.article LEFT JOIN comment p ON p.id = c.parent"
        " WHERE c.author = :tag ORDER BY c.id",
        {"tag": author},
    )
    if not rows:
        raise UserError(call.t("I have no comments of yours."))
    comments = [_comment(tx, call, row) for row in rows]
    chunks = [comments[i : i + MOST_IN_FILE] for i in range(0, len(comments), MOST_IN_FILE)]
    files = tuple(
        File(_name(number, len(chunks)), "application/json", _json(call, chunk))
        for number, chunk in enumerate(chunks, 1)
    )
    said = call.t.n("Here is your comment.", "Here are your {n} comments.", len(comments))
    return Answer(Rich(said), alert=_elsewhere(call), files=files)


def _name(number: int, of: int) -> str:
    return "comments.json" if of == 1 else f"comments-{number}.json"


def _json(call: Call, comments: list[Json]) -> bytes:
    told = {"platform": call.platform, "comments": comments}
    return json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass")


def _comment(tx: Tx, call: Call, row: Row) -> Json:
    wordings = tx.all(
        "SELECT text, attachments, at FROM revision WHERE comment = :id ORDER BY number",
        {"id": row["id"]},
    )
    decisions = tx.all(
        "SELECT action, reason, at FROM decision WHERE comment = :id ORDER BY id", {"id": row["id"]}
    )
    t = call.t
    return {
        "article": row["headline"],
        "address": row["link"],
        "number": row["number"],
        "in reply to": row["answers"],
        "name": row["name"],
        "written": _iso(row["posted"]),
        "state": row["state"],
        "wordings": [
            {
                "at": _iso(one["at"]),
                "text": words_of(one).text,
                "attached": listed(t, load(one["attachments"])),
            }
            for one in wordings
        ],
        "decisions": [
            {
                "at": _iso(one["at"]),
                "action": one["action"],
                "reason": reason_words(t, one["reason"]),
            }
            for one in decisions
        ],
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


# /forget


def forget(tx: Tx, context: Context, call: Call) -> Answer:
    """Ask before everything is erased. Raises UserError."""
    author, t = _known(call), call.t
    lines: list[Rich | str] = [
        bold(t("Shall I forget you?")),
        t("I withdraw all your comments, on every platform; a reply to one keeps a placeholder with"
          " its number. Then I erase their words, the names shown with them, what you attached,"
          " your record, your appeals, where I can reach you, and who was meant and why in the log"
          " of decisions. This cannot be taken back."),
        *_stays(tx, context, call, author),
        t("It is about this account alone: who you are on another platform I do not know."),
    ]  # fmt: skip
    buttons = ((Button(t("Forget me"), "f" + YES, tone="bad"), Button(t("Cancel"), "f" + NO)),)
    return Answer(join(lines, "\n"), alert=_elsewhere(call), buttons=buttons)


def _signs(tx: Tx, context: Context, author: str) -> list[str]:
    """By which letters the moderators of each publication know an author again."""
    rows = tx.all("SELECT publication FROM author WHERE tag = :tag ORDER BY 1", {"tag": author})
    return [sign(context.keys, row["publication"], author) for row in rows]


def _stays(tx: Tx, context: Context, call: Call, author: str) -> list[str]:
    """What survives, said to whom it concerns."""
    t = call.t
    restricted = tx.one(
        "SELECT 1 FROM author WHERE tag = :tag AND (standing IN ('banned', 'premoderated')"
        " OR (standing = 'muted' AND until > :now))",
        {"tag": author, "now": context.clock.now()},
    )
    said = []
    if restricted is not None:
        said.append(t("A ban, a mute or premoderation stays, and nothing else with it. Keep {sign}:"
                      " by these letters alone the moderators find it again to lift it.",
                      sign=", ".join(_signs(tx, context, author))))  # fmt: skip
    if _staff(tx, context, call, author):
        said.append(t("That you moderate, and the decisions that you made, stay."))
    return said


def answered(tx: Tx, context: Context, call: Call, token: str) -> Answer:
    """The buttons below the question. Raises UserError for a forged one."""
    author, t = _known(call), call.t
    if token == NO:
        said = t("Nothing was erased.")
    elif token == YES:
        forgetting.ask(tx, context, author)
        said = t("You are being forgotten: your comments go everywhere, within moments.")
    else:
        raise UserError(t("This button does nothing any more."))
    return Answer(Rich(said), alert=said, spent=True)
