"""What Telegram can do through the Bot API, as data, and its numbers."""

from __future__ import annotations

from core.ports import Capabilities

TEXT_LIMIT = 4096
TOPIC_NAME_LIMIT = 128
TOAST_LIMIT = 200
COMMAND_DESCRIPTION_LIMIT = 256
LONG_POLL_SECONDS = 50
BATCH = 100

CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    unit="utf16",
    edits=True,
    deletes=True,
    delete_age=48 * 3600,
    nonce_window=0,
    reads_back=False,
    settles_by_forward=True,
    forms=False,
    private_answers=False,
    deletions_told=False,
    locks=False,
    lane="channel",
)
