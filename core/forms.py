"""Forms (modals), decided from the token that asks for them alone, so that no look-up stands
between a press and the form (a platform gives 3 seconds)."""

from __future__ import annotations

from core.i18n import texts
from core.views import Field, Form

EDIT, REPLY = "menu-edit", "menu-reply"
"""What a message's menu asks for."""
DOOR = "c"
"""First letter of a door's token: comment on an article, or reply to a comment."""


def form(token: str, language: str) -> Form | None:
    """The form that a button's action or a menu entry ("menu-edit", "menu-reply") opens.

    language: the person's ("es-MX"), "" for English. None where the token opens no form.
    """
    t = texts(language)
    if token == EDIT:
        return Form(t("Edit your comment"), token, (Field("text", t("New text")),))
    if token == REPLY:
        return Form(t("Reply"), token, (Field("text", t("Your reply")),))
    if token.startswith(DOOR):
        return Form(t("Comment"), token, (Field("text", t("Your comment")),))
    return None
