"""Every command once: name, who may, what follows it. Both platforms, the command line's help
and the documents are made from this list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    who: "reader" or "moderator". target: it is about a comment (`#12`, a link, `3#12` for
    comment 12 of article 3, or the message replied to or chosen in its menu) or an "article".
    argument: what else follows, in words for help texts, "" for nothing.
    menu: the label of an entry in a message's menu, where the platform has such, "" for none.
    form: the entry opens `core.forms.form("menu-" + name)`.
    """

    name: str
    description: str
    who: str = "moderator"
    target: str = ""
    argument: str = ""
    menu: str = ""
    form: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("help", "What I can do here", who="reader"),
    Command("policy", "How comments are moderated", who="reader", argument="[new text]"),
    Command("edit", "Change your comment", "reader", "comment", "new text", "Edit comment", True),
    Command("delete", "Withdraw your comment", "reader", "comment", menu="Withdraw comment"),
    Command("reply", "Reply to a comment", "reader", "comment", "text", "Reply", True),
    Command("queue", "Comments that wait for a decision"),
    Command("approve", "Publish a held comment", target="comment", menu="Approve"),
    Command("reject", "Refuse a held comment", target="comment", argument="[reason]"),
    Command(
        "remove",
        "Take a published comment down",
        target="comment",
        argument="[reason]",
        menu="Remove",
    ),
    Command("restore", "Bring a removed or rejected comment back", target="comment"),
    Command("undo", "Take back a decision", argument="[decision number]"),
    Command("trust", "Let an author's comments through unheld", target="comment"),
    Command(
        "mute",
        "Refuse an author's comments for a time",
        target="comment",
        argument="[hours, default 24]",
    ),
    Command("ban", "Refuse an author's comments for good", target="comment", argument="[reason]"),
    Command("unban", "Lift a ban, a mute or trust", target="comment"),
    Command("lock", "Stop comments under an article", target="article"),
    Command("unlock", "Allow comments again", target="article"),
    Command("close", "End an article's thread for good", target="article"),
    Command(
        "mode",
        "How comments are held",
        target="article",
        argument="[open|new|held|held-soft|default]",
    ),
    Command("publish", "Publish an article from its address", argument="URL"),
    Command("retract", "Withdraw an article", target="article", argument="[reason]"),
    Command("history", "Past decisions", target="comment"),
    Command("stats", "Numbers of the last days", argument="[days]"),
    Command(
        "connect", "Connect this place with the code that the command line shows", argument="CODE"
    ),
)

BY_NAME = {command.name: command for command in COMMANDS}
