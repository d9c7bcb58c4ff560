"""Every command once: name, who may, what follows it. Both platforms, the command line's help
and the documents are made from this list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    who: the `core.model.Role` that it needs, as a word. target: it is about a comment (`#12`, a
    link, `3#12` for comment 12 of article 3, or the message replied to or chosen in its menu), an
    "article", or a "subject", which is either.
    argument: what else follows, in words for help texts, "" for nothing.
    menu: the label of an entry in a message's menu, where the platform has such, "" for none.
    form: the entry opens `core.forms.form("menu-" + name)`.
    secret: nobody else is to read the answer, not even where the person cannot be told alone.
    personal: the answer is for the person alone, at a desk too; where they cannot be told alone,
    others may read its `alert`.
    """

    name: str
    description: str
    who: str = "moderator"
    target: str = ""
    argument: str = ""
    menu: str = ""
    form: bool = False
    secret: bool = False
    personal: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("help", "What I can do here", who="reader"),
    Command("policy", "How comments are moderated", who="reader", argument="[new text]"),
    Command("edit", "Change your comment", "reader", "comment", "new text", "Edit comment", True),
    Command("delete", "Withdraw your comment", "reader", "comment", menu="Withdraw comment"),
    Command("reply", "Reply to a comment", "reader", "comment", "text", "Reply", True),
    Command(
        "appeal",
        "Ask another moderator to look again",
        "reader",
        "comment",
        "your reasons",
    ),
    Command(
        "notify",
        "Whether I tell you what becomes of your comments",
        "reader",
        argument="[on|off]",
    ),
    Command(
        "report",
        "Tell the moderators of a comment",
        "reader",
        "comment",
        "[why]",
        "Report",
        form=True,
        secret=True,
    ),
    Command("privacy", "What I keep about you, and for how long", "reader", personal=True),
    Command("export", "Your comments, as a file", "reader", personal=True),
    Command("forget", "Withdraw and erase everything of yours", "reader", personal=True),
    Command(
        "queue",
        "Comments that wait for a decision",
        argument="[pending|reported|withheld|appealed] [page] [article N|check NAME|author SIGN]",
    ),
    Command("approve", "Publish a held comment", target="comment", menu="Approve"),
    Command(
        "amend",
        "Publish a held comment in other words, marked as edited by the desk",
        target="comment",
        argument="text",
    ),
    Command("reject", "Refuse a held comment", target="comment", argument="[reason]"),
    Command("spam", "Take a comment down and learn from it", target="comment"),
    Command(
        "remove",
        "Take a published comment down",
        target="comment",
        argument="[reason]",
        menu="Remove",
    ),
    Command("restore", "Bring a removed or rejected comment back", target="comment"),
    Command(
        "deny",
        "Deny an appeal, with reasons that its author reads",
        target="comment",
        argument="[reasons]",
    ),
    Command(
        "note",
        "Note something about an author, for moderators only",
        target="comment",
        argument="text",
    ),
    Command("undo", "Take back a decision", argument="[decision number]"),
    Command("trust", "Let an author's comments through unheld", target="comment"),
    Command("premoderate", "Hold every comment of an author", target="comment"),
    Command(
        "warn",
        "Warn an author, with points that add up",
        target="comment",
        argument="[points, default 1] [reason]",
    ),
    Command(
        "mute",
        "Refuse an author's comments for a time",
        target="comment",
        argument="[hours, default 24] [--on-platform]",
    ),
    Command(
        "ban",
        "Refuse an author's comments for good",
        target="comment",
        argument="[--on-platform] [reason]",
    ),
    Command("unban", "Lift a ban, a mute or trust", target="comment", argument="[author SIGN]"),
    Command(
        "feature",
        "List a comment first and mark it",
        target="comment",
        argument="[off]",
        menu="Feature",
    ),
    Command("pin", "Pin a comment in its threads", target="comment", argument="[off]", menu="Pin"),
    Command("move", "Let a comment answer another one", target="comment", argument="#7|0"),
    Command("lock", "Stop comments under an article", target="article"),
    Command("unlock", "Allow comments again", target="article"),
    Command("close", "End an article's thread for good", target="article"),
    Command(
        "merge",
        "Make one conversation of an article that was published twice",
        "editor",
        argument="article article",
    ),
    Command(
        "mode",
        "How comments are held",
        target="article",
        argument="[open|new|held|held-soft|default]",
    ),
    Command(
        "slow",
        "How often one author may comment",
        target="article",
        argument="[30s|5m|1h|off]",
    ),
    Command(
        "options", "What this publication sets for itself", "editor", argument="[name] [value]"
    ),
    Command(
        "words",
        "Words and domains that the checks go by",
        argument="[add|remove] [banned|suspect|allow|deny] [es:] [entry, entry]",
    ),
    Command("publish", "Publish an article from its address", "editor", argument="URL"),
    Command("pictures", "Show an article's further pictures in its threads", target="article"),
    Command("retract", "Withdraw an article", "editor", "article", argument="[reason]"),
    Command("why", "What every channel shows of it, and why", target="subject"),
    Command("replay", "Try again what a platform refused", target="subject"),
    Command(
        "history",
        "Past decisions",
        argument="[moderator NAME|author #12|author SIGN|banned|article 3|#12] [page]",
    ),
    Command(
        "moderators",
        "Who moderates here, as what",
        argument="[map ROLE|TITLE editor] [role NAME editor] [remove NAME]",
    ),
    Command("stats", "Numbers of the last days, with a picture", argument="[7d|30d]"),
    Command("transparency", "Draft a month's transparency note", "editor", argument="[YYYY-MM]"),
    Command(
        "connect", "Connect this place with the code that the command line shows", argument="CODE"
    ),
)

BY_NAME = {command.name: command for command in COMMANDS}
