"""The Telegram side of the World: the Bot API without a socket, and the people who use it."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram import methods
from bots.rehearsal.telegram.errors import ApiError, unauthorized, unknown_method
from bots.rehearsal.telegram.params import Params, Upload
from bots.rehearsal.telegram.platform import METHODS, Call, Entry
from bots.rehearsal.telegram.reading import Reading
from bots.rehearsal.telegram.showing import Showing
from bots.rehearsal.world import Json, copied

__all__ = ["TelegramSide", "methods"]


class TelegramSide(Showing, Reading):
    """Rules and state of Telegram over one World; synchronous, without sockets.

    Bots act by `call`, people by `person_*`, a rehearsal's author by `add_*`, `link`, `join`,
    `make_admin`; `messages`, `thread` and `texts` read what people see. Everything is kept in
    the World's store, so a new side over the same store goes on where the last one stopped.
    """

    def call(self, token: str, method: str, params: Json | None = None) -> Any:
        """Do a Bot API call and answer its `result`; ApiError for an answer that is not ok.

        params: as decoded JSON or as form text; uploads are `Upload` objects. The automatic
        forward of a channel post may wait for `settle` (the World's switch `forward`), which
        the caller runs after it took the answer. getUpdates answers at once.
        """
        return copied(self.run(token, method, params or {}))

    def run(
        self,
        token: str,
        method: str,
        params: Json,
        fetched: dict[str, Upload | ApiError] | None = None,
    ) -> Any:
        """As `call`, without a copy of the result: read it at once and change nothing in it.

        fetched: what a server got for the URLs among the files; without, none can be reached.
        """
        bot = self.memory.bot_by_token(token)
        if bot is None:
            raise unauthorized()
        entry = self.entry(method)
        self.posting.waiting = []
        call = Call(self, bot, Params(params, fetched), entry.counted)
        try:
            result = entry.run(call)
        finally:
            self.memory.store.commit()
        if not entry.name.startswith("get") or self.updates.moved:
            self.updates.moved = False
            self.world.touch()
        return result

    def entry(self, method: str) -> Entry:
        """The method's table entry; 404 where there is none. Case does not matter."""
        entry = METHODS.get(method.lower())
        if entry is not None and entry.name == "sendRichMessage":
            entry = entry if self.world.switches.rich_messages else None
        if entry is not None and entry.name == "deleteEphemeralMessage":
            entry = entry if self.world.switches.ephemeral_messages != "missing" else None
        if entry is None:
            raise unknown_method()
        return entry

    def settle(self, keys: list[int] | None = None) -> None:
        """Make the automatic forwards that come after their send's answer.

        keys: only these (`posting.waiting` names those of the latest call); all without.
        """
        if self.posting.settle(keys):
            self.world.touch()
