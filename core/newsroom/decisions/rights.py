"""Who may: the one place that refuses for want of a role."""

from __future__ import annotations

from core.errors import UserError
from core.i18n import Texts
from core.model import Role


def require(t: Texts, role: Role, needed: Role) -> None:
    """Raises UserError, which says what is needed, where `role` does not cover it."""
    if role.covers(needed):
        return
    if needed == Role.MODERATOR:
        raise UserError(t("Sorry, only moderators can do that."))
    if needed == Role.EDITOR:
        raise UserError(t("Sorry, only editors can do that."))
    raise UserError(t("Sorry, only owners can do that."))
