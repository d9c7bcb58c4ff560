"""What Telegram can do through the Bot API, as data, and its numbers."""

from __future__ import annotations

from core.ports import Capabilities

TEXT_LIMIT = 4096
TOPIC_NAME_LIMIT = 128
TOAST_LIMIT = 200
COMMAND_DESCRIPTION_LIMIT = 256
LONG_POLL_SECONDS = 50
BATCH = 100
CAPTION_LIMIT = 1024
UPLOAD_LIMIT = 50 * 1000 * 1000
PHOTO_LIMIT = 10 * 1000 * 1000
DOWNLOAD_LIMIT = 20 * 1000 * 1000
ALBUM = 10

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
    button_rows=12,
    gathers=True,
    upload_limit=UPLOAD_LIMIT,
    photo_limit=PHOTO_LIMIT,
    download_limit=DOWNLOAD_LIMIT,
    caption_limit=CAPTION_LIMIT,
    album=ALBUM,
    copies=True,
    tell_every=0.5,
    longest_mute=366 * 86400.0,
    tells_strangers=False,
    keeps=24 * 3600.0,
)
