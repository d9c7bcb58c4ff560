"""What the page lets a person do, by name, and the traces that their presses leave.

Every action takes the person and a JSON body and returns a JSON object; `Refusal` carries the
platform's own words where it does not let them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.rehearsal.discord.errors import ApiError as DiscordError
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.invoking import Interaction
from bots.rehearsal.discord.rules import commands
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.discord.writing import Attached
from bots.rehearsal.page.files import kept_path
from bots.rehearsal.page.press import Impossible, Press
from bots.rehearsal.page.typed import Unreadable, slash_command, telegram_text
from bots.rehearsal.stage import Stage, StagePerson
from bots.rehearsal.telegram.errors import ApiError as TelegramError
from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.media import Attachment
from bots.rehearsal.telegram.people import Press as Tap
from bots.rehearsal.telegram.pictures import dimensions
from bots.rehearsal.telegram.side import TelegramSide

Json = dict[str, Any]
Action = Callable[[StagePerson, Json], Json]

_KEPT = 50
"""How many presses of one person are remembered."""

_REFUSALS = (Refused, TelegramError, NotPossible, Unreadable, Impossible)


class Refusal(Exception):
    """The platform does not let this person do that; the text is for them."""


class BadRequest(Exception):
    """The request names no known action or lacks a field."""


class Actions:
    """The hands of the page over both sides."""

    def __init__(
        self, telegram: TelegramSide, discord: DiscordSide, stage: Stage, press: Press
    ) -> None:
        self._stage = stage
        self._telegram = TelegramHands(telegram, stage)
        self._discord = DiscordHands(discord, stage)
        self._press = press

    def act(self, body: Json) -> Json:
        """Do `body["do"]` as the person `body["as"]`. Raises Refusal and BadRequest.

        A press, command, menu or modal answers `{"trace": id}`: the state that is served to
        this person carries under that id what became of it.
        """
        try:
            person = self._stage.person(str(body["as"]))
            run = self._find(person, str(body["do"]))
            return run(person, body)
        except _REFUSALS as error:
            raise Refusal(str(error) or type(error).__name__) from error
        except DiscordError as error:
            raise Refusal(_discord_words(error)) from error
        except (KeyError, ValueError, TypeError) as error:
            raise BadRequest(f"this request cannot be read: {error!r}") from error

    def _find(self, person: StagePerson, name: str) -> Action:
        hands = self._telegram if person.platform == "telegram" else self._discord
        newsroom = {"publish": self._publish, "correct": self._correct, "withdraw": self._withdraw}
        return {**hands.actions, **newsroom}[name]

    def _publish(self, _: StagePerson, body: Json) -> Json:
        self._press.publish(str(body["slug"]))
        return {}

    def _correct(self, _: StagePerson, body: Json) -> Json:
        self._press.correct(str(body["slug"]))
        return {}

    def _withdraw(self, _: StagePerson, body: Json) -> Json:
        self._press.withdraw(str(body["slug"]))
        return {}

    def traces(self, person: StagePerson) -> dict[str, Json]:
        """What became of this person's latest presses, commands and modals, by trace."""
        hands = self._telegram if person.platform == "telegram" else self._discord
        return hands.traces(person)


def _discord_words(error: DiscordError) -> str:
    """The first error of a form where there is one, else the error's message."""
    node: Any = error.extra.get("errors")
    while isinstance(node, dict) and node and "_errors" not in node:
        node = next(iter(node.values()))
    if isinstance(node, dict) and node.get("_errors"):
        return str(node["_errors"][0]["message"])
    return error.message


def _remember(kept: dict[str, list[str]], person: StagePerson, trace: str) -> Json:
    kept[person.key] = [*kept.get(person.key, []), trace][-_KEPT:]
    return {"trace": trace}


class TelegramHands:
    """What people do on Telegram. `chat` in a body: "channel", "group", "desk" or "private"."""

    def __init__(self, side: TelegramSide, stage: Stage) -> None:
        self._side = side
        self._stage = stage.telegram
        self._taps: dict[str, Tap] = {}
        self._kept: dict[str, list[str]] = {}
        self.actions: dict[str, Action] = {
            "write": self._write,
            "edit": self._edit,
            "delete": self._delete,
            "press": self._tap,
            "start": self._start,
        }

    def _chat(self, body: Json) -> int:
        stage = self._stage
        chats = {"channel": stage.channel, "group": stage.group, "desk": stage.desk}
        return {**chats, "private": stage.bot}[str(body["chat"])]

    def _write(self, person: StagePerson, body: Json) -> Json:
        text, entities = telegram_text(str(body["text"]))
        media = None
        if body.get("file"):
            path = kept_path(self._side.world, str(body["file"]))
            media = _attachment(path, str(body.get("name", "")), str(body.get("mime", "")))
        message = self._side.person_posts(
            int(person.id),
            self._chat(body),
            text,
            entities=entities,
            media=media,
            reply_to=_number(body.get("reply_to")),
            under=_number(body.get("under")),
        )
        return {"message": message["message_id"]}

    def _edit(self, person: StagePerson, body: Json) -> Json:
        text, entities = telegram_text(str(body["text"]))
        chat, number = self._chat(body), int(body["message"])
        self._side.person_edits(int(person.id), chat, number, text, entities=entities)
        return {}

    def _delete(self, person: StagePerson, body: Json) -> Json:
        self._side.person_deletes(int(person.id), self._chat(body), int(body["message"]))
        return {}

    def _tap(self, person: StagePerson, body: Json) -> Json:
        tap = self._side.person_presses(
            int(person.id), self._chat(body), int(body["message"]), str(body["button"])
        )
        if tap.url:
            return {"url": tap.url}
        self._taps[tap.id] = tap
        return _remember(self._kept, person, tap.id)

    def _start(self, person: StagePerson, body: Json) -> Json:
        self._side.person_starts(int(person.id), self._stage.bot, str(body.get("payload", "")))
        return {}

    def traces(self, person: StagePerson) -> dict[str, Json]:
        """Presses by trace: answered, text, alert, url."""
        found = {}
        for trace in self._kept.get(person.key, []):
            tap = self._taps[trace]
            found[trace] = {"answered": tap.answered, "text": tap.text}
            found[trace] |= {"alert": tap.alert, "url": tap.opened}
        return found


class DiscordHands:
    """What people do on Discord. A trace is the interaction's id."""

    def __init__(self, side: DiscordSide, stage: Stage) -> None:
        self._side = side
        self._stage = stage.discord
        self._kept: dict[str, list[str]] = {}
        self.actions: dict[str, Action] = {
            "write": self._write,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "unreact": self._unreact,
            "press": self._press,
            "submit": self._submit,
            "menu": self._menu,
            "command": self._command,
        }

    def _write(self, person: StagePerson, body: Json) -> Json:
        text, channel = str(body["text"]), str(body["channel"])
        if channel == "direct":
            channel = self._side.direct_chat(person.id, self._stage.bot)
        reply_to = body.get("reply_to")
        to = str(reply_to) if reply_to else None
        files = tuple(self._attached(one) for one in body.get("files", ()))
        message = self._side.person_posts(person.id, channel, text, reply_to=to, attachments=files)
        return {"message": message["id"]}

    def _values(self, given: Json) -> Json:
        """What a modal was filled with; files are objects as in `write`."""
        return {
            name: [self._attached(one) if isinstance(one, dict) else one for one in value]
            if isinstance(value, list) else value
            for name, value in given.items()
        }  # fmt: skip

    def _attached(self, one: Json) -> Attached:
        """A file that POST /api/file has kept. ValueError where there is none."""
        return Attached(
            str(one["name"]),
            kept_path(self._side.world, str(one["file"])),
            description=str(one.get("description") or ""),
            spoiler=bool(one.get("spoiler")),
            content_type=str(one.get("type") or ""),
        )

    def _react(self, person: StagePerson, body: Json) -> Json:
        self._side.person_reacts(person.id, str(body["message"]), str(body["emoji"]))
        return {}

    def _unreact(self, person: StagePerson, body: Json) -> Json:
        self._side.person_unreacts(person.id, str(body["message"]), str(body["emoji"]))
        return {}

    def _edit(self, person: StagePerson, body: Json) -> Json:
        self._side.person_edits(person.id, str(body["message"]), str(body["text"]))
        return {}

    def _delete(self, person: StagePerson, body: Json) -> Json:
        self._side.person_deletes(person.id, str(body["message"]))
        return {}

    def _press(self, person: StagePerson, body: Json) -> Json:
        values = tuple(str(value) for value in body.get("values", ()))
        made = self._side.person_presses(
            person.id, str(body["message"]), str(body["button"]), values=values
        )
        return _remember(self._kept, person, made.id)

    def _submit(self, person: StagePerson, body: Json) -> Json:
        opened = Interaction(self._side.state, str(body["trace"]))
        made = self._side.person_submits(person.id, opened, self._values(body["values"]))
        return _remember(self._kept, person, made.id)

    def _menu(self, person: StagePerson, body: Json) -> Json:
        made = self._side.person_uses_menu(person.id, str(body["name"]), str(body["message"]))
        return _remember(self._kept, person, made.id)

    def _command(self, person: StagePerson, body: Json) -> Json:
        known = commands.of_application(self._side.state, self._stage.bot, self._stage.guild)
        name, options = slash_command(
            str(body["text"]), [one for one in known if one["type"] == commands.CHAT]
        )
        made = self._side.person_commands(person.id, str(body["channel"]), name, options)
        return _remember(self._kept, person, made.id)

    def traces(self, person: StagePerson) -> dict[str, Json]:
        """Interactions by trace: answered, failed, loading, modal (where one opened), text."""
        found: dict[str, Json] = {}
        for trace in self._kept.get(person.key, []):
            made = Interaction(self._side.state, trace)
            found[trace] = {
                "answered": made.response_type is not None,
                "failed": made.failed,
                "loading": made.loading,
                "modal": made.modal,
            }
        return found


def _attachment(path: Path, name: str, mime: str) -> Attachment:
    """A file as the app sends it: pictures, videos and sounds as such, all else as a document."""
    family = mime.split("/")[0]
    kind = {"image": "photo", "video": "video", "audio": "audio"}.get(family, "document")
    if mime == "image/gif":
        kind = "animation"
    elif kind == "photo" and dimensions(path) is None:
        kind = "document"
    return Attachment(kind, path, name=name, mime=mime)


def _number(value: Any) -> int | None:
    return int(value) if value else None
