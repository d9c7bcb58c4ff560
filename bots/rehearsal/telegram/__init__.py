"""Telegram, played on this machine.

`TelegramSide(world)` holds the platform's rules and state and needs no socket; `TelegramServer
(world, side)` serves it as the Bot API over HTTP, so that a client library needs no more than
another base URL (`http://127.0.0.1:PORT/bot`, files below `/file/bot`).

    world = World()
    side = TelegramSide(world)
    bot = side.add_bot("Desk", "desk_bot", "7000000001:rehearsal")
    channel, group = side.add_channel("The Paper"), side.add_group("The Paper: comments")
    side.link(channel, group)
    side.make_admin(channel, bot)
    side.make_admin(group, bot)
    url = await TelegramServer(world, side).start()

Bots speak to the server (or to `side.call`); people act by `side.person_posts`,
`person_presses` and so on; `side.messages`, `side.thread` and `side.texts` show what people
see. `World.switches` sets what nobody knows about the real platform, `World.faults` what goes
wrong, `FloodLimits` the limits. Not played: webhooks, inline mode, payments, business accounts,
ephemeral messages, `parse_mode` other than HTML, what Telegram makes of a medium (a GIF stays
one), the server's stretching of polls that repeat one offset within 3 s.
"""

from bots.rehearsal.telegram.errors import ApiError, Dropped, Refused
from bots.rehearsal.telegram.faults import apply_faults
from bots.rehearsal.telegram.flood import FloodLimits
from bots.rehearsal.telegram.media import Attachment
from bots.rehearsal.telegram.params import Upload
from bots.rehearsal.telegram.people import Press
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide

__all__ = [
    "ApiError",
    "Attachment",
    "Dropped",
    "FloodLimits",
    "Press",
    "Refused",
    "TelegramServer",
    "TelegramSide",
    "Upload",
    "apply_faults",
]
