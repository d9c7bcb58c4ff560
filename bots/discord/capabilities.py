"""What Discord can do, as data."""

from core.ports import Capabilities

DEFAULT_UPLOAD = 10 * 1024 * 1024
TIER_UPLOADS = {2: 50 * 1024 * 1024, 3: 100 * 1024 * 1024}
"""Bytes of one file by a server's boost tier; every other has the default."""

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
    slow=21_600,
    window=500,
    tell_every=2.0,
    longest_mute=28 * 86400.0 - 60,
    upload_limit=TIER_UPLOADS[3],
    alts=True,
    clears_media=True,
    names_commands=True,
)
"""Sources, Discord's documentation: "Message" (2000 characters, nonce and enforce_nonce for
"the past few minutes", of which the maintainers promise no number: one minute is trusted),
"Threads" (locking), "Channel" (rate_limit_per_user), "Receiving and Responding" (modals, ephemeral
answers)."""
