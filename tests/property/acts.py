"""What can happen in the machine: people write and decide, platforms fail, the program dies."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.rehearsal.discord.errors import ApiError as DiscordError
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.world import Fault
from core.feeds.model import Draft
from core.newsroom.publishing import articles
from core.text.model import Rich
from tests.crash.boundary import Crash
from tests.property import seen
from tests.property.model import Memory, Said
from tests.property.seen import Seen
from tests.property.town import Town

HEADLINE = "Harbour report"
COMMANDS = ("approve", "reject", "remove", "restore", "trust", "ban", "unban")
BUTTONS = ("Approve", "Approve", "Approve", "Ban", "Approve and trust", "Undo")
WAVE_BUTTONS = (
    "Reject all", "Reject all as spam", "Approve the first, reject the rest", "Approve all",
    "Show more", "Undo",
)  # fmt: skip
MUTES = ("1 hour", "24 hours", "7 days", "30 days")
RAID = "everybody knows that the mayor sold the harbour, resign now and give the money back to us"
MODES = ("open", "new", "held", "held-soft")
TELEGRAM_CALLS = ("sendMessage", "editMessageText", "deleteMessage", "getUpdates", "*")
MESSAGES = "/channels/{channel_id}/messages"
ONE = f"{MESSAGES}/{{message_id}}"
DISCORD_CALLS = (f"POST {MESSAGES}", f"PATCH {ONE}", f"DELETE {ONE}", f"GET {MESSAGES}", "*")
KINDS = ("429", "status", "drop_before", "drop_after", "torn")
GATEWAY = ("kill_socket", "op7", "op9", "duplicate")


@dataclass(frozen=True)
class Act:
    """One thing that happens; the numbers choose among what there is at that moment."""

    name: str
    a: int = 0
    b: int = 0


def article(correction: str) -> Draft:
    """The article, as corrected so far."""
    return Draft(
        HEADLINE, "https://paper.example/harbour-report", HEADLINE, deck=f"Known {correction}.",
        byline="Pen Name", body=Rich("One.\n\nTwo."), published=1_790_000_000.0,
    )  # fmt: skip


class Players:
    """Everybody who acts on the town. `do` never fails where a platform says no."""

    def __init__(self, town: Town, memory: Memory) -> None:
        self.town = town
        self.memory = memory
        t, d, p = town.telegram, town.discord, town.places
        others = [t.add_person(name, name.lower()) for name in ("Carla", "Dora")]
        for person in others:
            t.join(p.group, person)
        self.on_telegram = [p.ana, *others]
        guild = d.channel(p.forum)["guild_id"]
        self.on_discord = [
            p.ben,
            d.add_person("Eve", guild=guild),
            d.add_person("Finn", guild=guild),
        ]
        self._writers: dict[str, int | str] = {}

    async def do(self, act: Act) -> None:
        """Let it happen, where it can."""
        method: Callable[[int, int], Awaitable[None]] = getattr(self, f"_{act.name}")
        try:
            await method(act.a, act.b)
        except (Refused, NotPossible, DiscordError):
            return

    # Readers

    async def _telegram_posts(self, a: int, b: int) -> None:
        person = self.on_telegram[b % 3]
        answered = self._answered(seen.on_telegram(self.town), a)
        mark, text = self._words(long=b % 7 == 6)
        sent = self.into_group(person, text, answered.id if answered else "", _marked(answered))
        self._said(mark, "telegram", str(sent), answered, person)

    def into_group(self, person: int, text: str, answered: str, quote: str = "") -> int:
        """Write into the article's thread on Telegram, in reply to a message (or to what is
        marked of it) or to the root."""
        t, p = self.town.telegram, self.town.places
        root, own = self.town.root(), self._own_root()
        if not answered and root is not None:
            return int(t.person_posts(person, p.group, text, under=root)["message_id"])
        number = int(answered) if answered else own
        if number is None:
            raise Refused("no thread yet")
        sent = t.person_posts(person, p.group, text, reply_to=number, quote=quote)
        return int(sent["message_id"])

    def _own_root(self) -> int | None:
        found = (m for m in self.town.group() if HEADLINE in m["text"] and m["from"]["is_bot"])
        return next((int(m["message_id"]) for m in found), None)

    async def _discord_posts(self, a: int, b: int) -> None:
        person, thread = self.on_discord[b % 3], self.town.forum_thread()
        if thread is None:
            return
        answered = self._answered(seen.on_discord(self.town), a)
        mark, text = self._words(long=b % 7 == 6, most=1900)
        sent = self.town.discord.person_posts(
            person, thread, text, reply_to=answered.id if answered else None
        )
        self._said(mark, "discord", sent["id"], answered, person)

    def reveal(self, message: Seen) -> None:
        """Somebody answers a message on Telegram that the program does not know of."""
        person = self.on_telegram[0]
        mark, text = self._words(long=False)
        sent = self.into_group(person, text, message.id, _marked(message))
        self._said(mark, "telegram", str(sent), message, person)

    def _answered(self, found: list[Seen], a: int) -> Seen | None:
        """Every other comment answers another one, more often a late one."""
        known = [one for one in found if one.marks or (one.ours and one.number)]
        return known[-1 - (a // 2) % len(known)] if known and a % 2 else None

    def _words(self, *, long: bool, most: int = 3900, of: Said | None = None) -> tuple[str, str]:
        base = of.mark if of else f"w{len(self.memory.said) + 1}"
        mark = f"{base}r{len(of.wordings) + 1 if of else 1}"
        filler = "words and more words " * (most // 21) if long else "words"
        return mark, f"{mark}a {filler} {mark}b"

    def _said(
        self, mark: str, side: str, message: str, answered: Seen | None, person: int | str
    ) -> None:
        base = mark.split("r")[0]
        said = Said(base, side, message, [mark], self._of(answered))
        self.memory.said.append(said)
        self._writers[base] = person

    def _of(self, message: Seen | None) -> Said | None:
        """Whose comment a message shows: by its words, or by the number of a copy."""
        if message is None:
            return None
        if message.marks:
            return self.memory.by_mark(f"{message.marks[0]}a")
        return next((s for s in self.memory.said if s.number == message.number), None)

    async def _edits(self, a: int, b: int) -> None:
        said = self._own(a)
        if said is None:
            return
        mark, text = self._words(long=b % 3 == 2, most=1900, of=said)
        person = self._writers[said.mark]
        if said.side == "telegram":
            self.town.telegram.person_edits(
                int(person), self.town.places.group, int(said.message), text
            )
        else:
            self.town.discord.person_edits(str(person), said.message, text)
        said.wordings.append(mark)
        said.disturb()

    async def _deletes(self, a: int, b: int) -> None:
        """On Telegram nobody tells the program."""
        said = self._own(a)
        if said is None:
            return
        person = self._writers[said.mark]
        if said.side == "telegram":
            self.town.telegram.person_deletes(
                int(person), self.town.places.group, int(said.message)
            )
        else:
            self.town.discord.person_deletes(str(person), said.message)
        said.withdrawn = True
        said.disturb()

    def _own(self, a: int) -> Said | None:
        said = [s for s in self.memory.living()]
        return said[-1 - a % len(said)] if said else None

    async def _reacts(self, a: int, b: int) -> None:
        for one in seen.on_discord(self.town)[-1 - a % 3 :][:1]:
            self.town.discord.person_reacts(self.on_discord[b % 3], one.id, "👍")

    async def _author_commands(self, a: int, b: int) -> None:
        """/edit or /delete, naming the comment by its number."""
        said = self._own(a)
        if said is None or not said.number:
            return
        mark, text = self._words(long=b % 5 == 4, most=1900, of=said)
        name = "edit" if b % 2 else "delete"
        words = text if b % 2 else ""
        if said.side == "telegram":
            line = f"/{name} #{said.number} {words}".strip()
            self.into_group(int(self._writers[said.mark]), line, "")
        elif (thread := self.town.forum_thread()) is not None:
            options = {"comment": f"#{said.number}", **({"text": words} if words else {})}
            self.town.discord.person_commands(str(self._writers[said.mark]), thread, name, options)
        said.disturb()
        if words:
            said.maybe.append(mark)
            said.wordings.append(mark)
        else:
            said.withdrawn = True

    # Moderators

    async def _presses(self, a: int, b: int) -> None:
        side = ("telegram", "discord")[b % 2]
        label = BUTTONS[(b // 2) % len(BUTTONS)]
        found = [card for card in seen.cards(self.town, side) if label in card[2]]
        if not found:
            return
        card = found[a % len(found)]
        known = side == "discord" or await self._known(card[0])
        self._press(side, card[0], label)
        about = self._about(card[1]) if label != "Undo" else None
        if about is None:
            self._all_touched()
        elif not known:
            about.disturb()  # What it shows may have changed since.
        else:
            name = "approve" if label.startswith("Approve") else label
            about.disturb(name, certain=side == "telegram")

    async def _known(self, card: str) -> bool:
        """Whether the program knows of a message at the desk on Telegram."""
        rows = await self.town.rows(
            "SELECT 1 FROM message m JOIN channel c ON c.id = m.channel WHERE c.purpose = 'desk'"
            " AND c.platform = 'telegram' AND m.platform_id = :card", card=card
        )  # fmt: skip
        return bool(rows)

    def _about(self, card: str) -> Said | None:
        """The comment that a card shows: its words come after those that it answers, and the last
        part of a long one may have none of them, only the number."""
        marks = re.findall(r"\b(w\d+r\d+)[ab]\b", card)
        if marks:
            return self.memory.by_mark(f"{marks[-1]}a")
        head = re.search(r"\d+#(\d+)\b", card)
        return next((s for s in self.memory.said if head and s.number == int(head[1])), None)

    async def _rejects(self, a: int, b: int) -> None:
        """With a reason, from the list that opens: on Telegram in the card's own buttons."""
        found = [c for c in seen.cards(self.town, "telegram") if {"Reject", "insult"} & set(c[2])]
        if not found:
            return
        card = found[a % len(found)]
        label = "insult" if "insult" in card[2] else "Reject"
        known = await self._known(card[0])
        self._press("telegram", card[0], label)
        about = self._about(card[1])
        if about is None:
            self._all_touched()
        elif label == "insult":
            about.disturb("reject" if known else "")

    async def _raids(self, a: int, b: int) -> None:
        """Six comments that say nearly the same, of three people on Telegram."""
        for person in self.on_telegram * 2:
            base = f"w{len(self.memory.said) + 1}"
            text = f"{base}r1a {RAID}{'!' * (a % 3)} {base}r1b"
            sent = self.into_group(person, text, "")
            self._said(f"{base}r1", "telegram", str(sent), None, person)

    async def _presses_wave(self, a: int, b: int) -> None:
        """A button of a wave's card, whose comments are decided in the order of things."""
        side = ("telegram", "discord")[b % 2]
        found = [
            (card, label)
            for card in seen.cards(self.town, side) if seen.WAVE.search(card[1])
            for label in WAVE_BUTTONS if label in card[2]
        ]  # fmt: skip
        if found:
            card, label = found[a % len(found)]
            self._press(side, card[0], label)
            self._all_decided()

    def _press(self, side: str, message: str, label: str) -> None:
        p = self.town.places
        if side == "telegram":
            self.town.telegram.person_presses(p.boss, p.desk, int(message), label)
        else:
            self.town.discord.person_presses(p.mod, message, label)

    def _all_decided(self) -> None:
        for said in self.memory.said:
            said.decided = True
            said.disturb()

    async def _mutes(self, a: int, b: int) -> None:
        """For how long is asked in the card's own buttons on Telegram. It changes no comment."""
        cards = seen.cards(self.town, "telegram")
        found = [c for c in cards if {"Mute", MUTES[b % 4]} & set(c[2])]
        if found:
            card = found[a % len(found)]
            self._press("telegram", card[0], "Mute" if "Mute" in card[2] else MUTES[b % 4])

    async def _amends(self, a: int, b: int) -> None:
        """Edit and approve, which tells on Telegram how to send the words; then the words."""
        found = [c for c in seen.cards(self.town, "telegram") if "Edit and approve" in c[2]]
        about = self._about(found[a % len(found)][1]) if found else None
        if about is None:
            return
        self._press("telegram", found[a % len(found)][0], "Edit and approve")
        if about.number and b % 3:
            mark, text = self._words(long=False, of=about)
            p = self.town.places
            self.town.telegram.person_posts(p.boss, p.desk, f"/amend 1#{about.number} {text}")
            about.wordings.append(mark)
            about.maybe.append(mark)
            about.decided = True
            about.disturb()

    async def _queues(self, a: int, b: int) -> None:
        """/queue at the desk, or a button of one of its pages, however old."""
        p = self.town.places
        found = [
            (card, label)
            for card in seen.cards(self.town, "telegram")
            for label in card[2] if label[:1] in "✓✗…›‹"
        ]  # fmt: skip
        if not found or b % 3 == 0:
            self.town.telegram.person_posts(p.boss, p.desk, "/queue")
            return
        card, label = found[a % len(found)]
        self._press("telegram", card[0], label)
        self._all_decided()

    async def _commands(self, a: int, b: int) -> None:
        name = COMMANDS[a % len(COMMANDS)]
        thread = self.town.forum_thread()
        numbered = [s for s in self.memory.said if s.number]
        if not numbered or thread is None:
            return
        said = numbered[-1 - (b // 2) % len(numbered)]
        p = self.town.places
        if b % 2:
            self.into_group(p.boss, f"/{name} #{said.number}", "")
        else:
            options = {"comment": f"#{said.number}"}
            self.town.discord.person_commands(p.mod, thread, name, options)
        if name in ("approve", "reject", "remove", "restore"):
            said.disturb(name, certain=bool(b % 2))

    async def _replies_with_command(self, a: int, b: int) -> None:
        """/remove in reply to a message that shows a comment, or by its menu."""
        found = seen.everything(self.town)
        shown = [one for one in found if one.marks]
        if not shown:
            return
        one = shown[a % len(shown)]
        p = self.town.places
        if one.side == "telegram":
            self.into_group(p.boss, "/remove", one.id, _marked(one))
        else:
            self.town.discord.person_uses_menu(p.mod, "Remove", one.id)
        said = self._of(one)
        if said is not None:
            said.disturb("remove", certain=False)

    async def _undoes(self, a: int, b: int) -> None:
        self.into_group(self.town.places.boss, "/undo", "")
        self._all_touched()

    def _all_touched(self) -> None:
        for said in self.memory.said:
            said.disturb()

    async def _mode(self, a: int, b: int) -> None:
        self.into_group(self.town.places.boss, f"/mode {MODES[a % 4]}", "")

    async def _locks(self, a: int, b: int) -> None:
        self.into_group(self.town.places.boss, ("/lock", "/unlock", "/unlock")[a % 3], "")

    async def _takes_by_hand(self, a: int, b: int) -> None:
        """A moderator deletes a message with the platform's own menu."""
        found = [one for one in seen.everything(self.town) if one.marks]
        if not found:
            return
        one = found[a % len(found)]
        p = self.town.places
        of_it = [self._of(each) for each in found if (each.side, each.id) == (one.side, one.id)]
        if one.side == "telegram":
            self.town.telegram.person_deletes(p.boss, p.group, int(one.id))
        else:
            self.town.discord.person_deletes(p.mod, one.id)
        for said in of_it:
            if said is None:
                continue
            said.disturb()
            if one.side == "telegram":
                said.taken = True
            elif not one.ours:
                said.withdrawn = True

    async def _takes_card(self, a: int, b: int) -> None:
        found = seen.cards(self.town, "discord")
        if found:
            self.town.discord.person_deletes(self.town.places.mod, found[a % len(found)][0])

    # The desk's other work, and the world's

    async def _corrects(self, a: int, b: int) -> None:
        if not self.town.running or self.town.death.dead.is_set():
            return
        self.memory.corrections += 1
        correction = f"c{self.memory.corrections}c"
        room = self.town.product.newsroom
        number = (await self.town.rows("SELECT id FROM article"))[0]["id"]
        try:
            await room.change(lambda tx, c: articles.correct(tx, c, number, article(correction)))
        except Crash:
            correction = ""  # whether it was stored, nobody was told
        self.memory.correction = correction

    async def _telegram_fails(self, a: int, b: int) -> None:
        call, kind = TELEGRAM_CALLS[a % len(TELEGRAM_CALLS)], KINDS[b % len(KINDS)]
        self._fault("telegram", call, kind, 1 + (a // 8) % 2)
        self.memory.doubtful |= kind in ("drop_after", "torn")
        self.memory.refused = True

    async def _discord_fails(self, a: int, b: int) -> None:
        call, kind = DISCORD_CALLS[a % len(DISCORD_CALLS)], KINDS[b % len(KINDS)]
        self._fault("discord", call, kind, 1 + (a // 8) % 2)

    def _fault(self, platform: str, call: str, kind: str, times: int) -> None:
        if not self.town.death.dead.is_set():
            fault = Fault(platform, call, kind, times=times, status=502, retry_after=1.0)
            self.town.world.faults.add(fault)

    async def _gateway_fails(self, a: int, b: int) -> None:
        call = ("gateway", "MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_UPDATE")[a % 4]
        self.town.world.faults.add(Fault("discord", call, GATEWAY[b % len(GATEWAY)]))
        self.memory.interrupted = True

    async def _tells_twice(self, a: int, b: int) -> None:
        self.town.world.faults.add(Fault("telegram", "getUpdates", "duplicate", times=1 + a % 3))

    async def _stops(self, a: int, b: int) -> None:
        self.memory.interrupted = True
        if self.town.death.dead.is_set():
            await self.town.revive()
            self.memory.doubtful = True
        await self.town.stop()

    async def _starts(self, a: int, b: int) -> None:
        if not self.town.running:
            await self.town.start()

    async def _crashes(self, a: int, b: int) -> None:
        if self.town.running:
            self.memory.interrupted = self.memory.doubtful = True
            self.town.death.arm(1 + a % 12, after=bool(b % 2))

    async def _waits(self, a: int, b: int) -> None:
        for _ in range(1 + a % 6):
            await self.town.pause(0.03)


def _marked(answered: Seen | None) -> str:
    """Of a message that shows several, people mark the head of the one that they mean."""
    return f"#{answered.number}" if answered is not None and answered.shared else ""
