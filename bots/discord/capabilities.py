"""What Discord can do, as data."""

from core.ports import Capabilities

CAPABILITIES = Capabilities(
    text_limit=2000,
    unit="utf16",
    edits=True,
    deletes=True,
    delete_age=0,
    nonce_window=60,
    reads_back=True,
    settles_by_forward=False,
    forms=True,
    private_answers=True,
    deletions_told=True,
    locks=True,
    lane="thread",
)
"""Sources, Discord's documentation: "Message" (2000 characters, nonce and enforce_nonce for
"the past few minutes", of which the maintainers promise no number: one minute is trusted),
"Threads" (locking), "Receiving and Responding" (modals, ephemeral answers)."""
