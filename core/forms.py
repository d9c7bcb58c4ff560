"""Forms (modals), decided from the token that asks for them alone, so that no look-up stands
between a press and the form (a platform gives 3 seconds)."""

from __future__ import annotations

from dataclasses import replace

from core.i18n import Texts, texts
from core.views import Field, Form

EDIT, REPLY, REPORT = "menu-edit", "menu-reply", "menu-report"
"""What a message's menu asks for."""
DENY = "an"
"""First letters of the token by which a moderator denies an appeal in words of their own."""
APPEAL = "ap"
"""First letters of the token by which an author appeals against what they were told."""
CARD = "k"
"""First letter of what a desk card's buttons carry; the last says which."""
DOOR = "c"
"""First letter of a door's token: comment on an article, or reply to a comment."""
FILES = 10
"""Files with one comment, at most."""


def begins(token: str) -> bool:
    """The form of this token begins with the words that it is about, where they are at hand."""
    return token == EDIT or (token.startswith(CARD) and token.endswith(":e"))


def form(token: str, language: str, words: str = "") -> Form | None:
    """The form that a button's action or a menu entry ("menu-edit", say) opens.

    language: the person's ("es-MX"), "" for English. words: with which it begins, where `begins`
    tells so; what is longer than it takes is left out. None where the token opens no form.
    """
    t = texts(language)
    if token == EDIT:
        text, files = _with_files(t, t("New text"))
        return Form(t("Edit your comment"), token, (_beginning(text, words), files))
    if token == REPLY:
        return Form(t("Reply"), token, _with_files(t, t("Your reply")))
    if token.startswith(APPEAL):
        label = t("Why should it be looked at again?")
        return Form(t("Appeal"), token, (Field("text", label, limit=1000),))
    if token.startswith(DENY):
        label = t("Why? Its author reads this.")
        return Form(t("Deny"), token, (Field("text", label, limit=500),))
    if token == REPORT:
        why = Field("text", t("What is wrong with it?"), limit=200, required=False)
        return Form(t("Report to the moderators"), token, (why,))
    if begins(token):
        text = Field("text", t("The text as it shall be published"))
        return Form(t("Edit and approve"), token, (_beginning(text, words),))
    if token.startswith(CARD) and token.endswith(":n"):
        note = Field("text", t("For moderators only"), limit=300)
        return Form(t("Note about the author"), token, (note,))
    if token.startswith(DOOR):
        return Form(t("Comment"), token, _with_files(t, t("Your comment")))
    return None


def _beginning(text: Field, words: str) -> Field:
    return replace(text, value=words if len(words) <= text.limit else "")


def _with_files(t: Texts, label: str) -> tuple[Field, Field]:
    """Words, files, or both: a form cannot say "one of the two", so neither is required."""
    note = t("Voices are known again. Files can carry names and places that nobody sees.")
    files = Field("files", t("Pictures or files"), required=False, files=FILES, note=note)
    return (Field("text", label, required=False), files)
