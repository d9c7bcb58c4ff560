"""Links in a text, also those that are made not to look like one (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.text.model import Rich, Style

SHOWN = 80
"""Characters of a link that are shown."""
MOST = 50
"""Links of one text that are looked at."""

_SHORT_NAMES = (
    "bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd cutt.ly rebrand.ly rb.gy "
    "shorturl.at s.id tiny.cc soo.gd clck.ru vk.cc lnkd.in buff.ly adf.ly linktr.ee t.ly "
    "acortar.link n9.cl short.gy bl.ink u.to x.gd shorte.st ouo.io da.gd gg.gg urlz.fr"
)
SHORTENERS = frozenset(_SHORT_NAMES.split())
_JOINED = re.compile(r"\.[^\s<>\"]")
_BRACKETED = re.compile(r"[\[({]\s?\.")
_INVITES = re.compile(
    r"(?:t\.me|telegram\.me|telegram\.dog)/(?:\+|joinchat/)|discord(?:app)?\.(?:gg|com/invite)/|"
    r"chat\.whatsapp\.com/|tg://(?:join|resolve)|signal\.group/|invite\.viber\.com",
    re.IGNORECASE,
)
_SURE = "com net org info biz gob gov edu mil online site top xyz shop store club live link app dev"
_SHORT = "me mx es io co ru ly gg gl us uk eu de fr it br ar cl tv cc to tk ml pw su in nl ch at"
_NAMES = r"(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,4}"
_REST = r"[^\s<>\"]"
_LINK = re.compile(
    rf"(?<![\w@.])(?:(?:h[tx]{{2}}ps?|ftp|tg)(?::|\[:\]|%3a)//{_REST}{{2,300}}|www\.{_REST}{{2,300}}|"
    rf"(?:t\.me|discord\.gg)/{_REST}{{1,300}}|{_NAMES}(?:(?:{_SURE.replace(' ', '|')})(?![\w@-])"
    rf"(?:[/?:]{_REST}{{0,300}})?|(?:{_SHORT.replace(' ', '|')})[/?]{_REST}{{1,300}}))",
    re.IGNORECASE,
)
_DOT = (
    r"\s?(?:\[\s?\.\s?\]|\(\s?\.\s?\)|\{\.\}|[\[({]\s?(?:dot|punto)\s?[\])}]|"
    r"\s(?:dot|punto)\s|\s\.\s?|\.\s)\s?"
)
_HIDDEN = re.compile(
    r"(?<![\w@.])(?!(?:the|an?|el|un|la|una|de|big|this|este)\b)[a-z0-9-]{2,40}"
    rf"{_DOT}(?:com|net|org|info|biz|xyz|ly|gg|io|ru|(?:com\.)?mx)\b(?:\s?/\s?\S{{1,100}})?",
    re.IGNORECASE,
)
_SIGN_OF_HIDING = re.compile(r"\bdot\b|\bpunto\b|[\[({]\s?\.", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@./])@[A-Za-z][\w.]{2,31}\b(?!\.[A-Za-z]{2})|<@!?\d{15,20}>")


@dataclass(frozen=True, slots=True)
class Link:
    """One link. words: as it stands, or the address behind the words that are linked. domain:
    without "www.". hidden: written so that no machine should take it for one."""

    words: str
    domain: str
    hidden: bool = False

    @property
    def invites(self) -> bool:
        """It leads into another group or server."""
        return bool(_INVITES.search(self.words))

    @property
    def shortened(self) -> bool:
        """Nobody can see where it leads."""
        return self.domain in SHORTENERS


def links(text: Rich) -> list[Link]:
    """Every link of a text, each once, `MOST` at most."""
    found: dict[str, Link] = {}
    for link in _all(text):
        found.setdefault(link.words, link)
        if len(found) >= MOST:
            break
    return list(found.values())


def _all(text: Rich) -> Iterator[Link]:
    for span in text.spans:
        if span.style == Style.LINK:
            yield _link(span.value)
    plain = text.text
    lower = plain.lower()
    joined = "//" in plain or _JOINED.search(plain)
    for match in _LINK.finditer(plain) if joined else ():
        words = match[0].rstrip(".,;:!?)]}'\"»”’")
        yield _link(words)
    spoken = "dot" in lower or "punto" in lower or _BRACKETED.search(plain)
    if spoken and _SIGN_OF_HIDING.search(plain):
        for match in _HIDDEN.finditer(plain):
            if _SIGN_OF_HIDING.search(match[0]):
                yield Link(match[0].strip(), _plain_domain(match[0]), hidden=True)


def _link(words: str) -> Link:
    plain = re.sub(r"^h[tx]{2}p", "http", words.replace("[:]", ":"), flags=re.IGNORECASE)
    hidden = plain.casefold() != words.casefold()
    return Link(words, domain_of(plain), hidden)


def _plain_domain(words: str) -> str:
    spoken = re.sub(_DOT, ".", words, flags=re.IGNORECASE)
    return domain_of(spoken.replace(" ", ""))


def domain_of(address: str) -> str:
    """The domain of an address or of a bare domain, "" where it has none."""
    full = address if "://" in address else f"https://{address}"
    try:
        host = urlsplit(full).hostname or ""
    except ValueError:
        return ""
    return host.strip(".").casefold().removeprefix("www.")


def within(domain: str, listed: Set[str]) -> str:
    """The entry of a list that a domain is or lies below, "" for none."""
    parts = domain.split(".")
    for first in range(len(parts)):
        if (name := ".".join(parts[first:])) in listed:
            return name
    return ""


def mentions(text: str) -> list[str]:
    """Accounts that a text names ("@ana"); "@0301" names a comment."""
    return [match[0] for match in _MENTION.finditer(text)] if "@" in text else []


@dataclass(frozen=True, slots=True)
class Domains:
    """A publication's lists of domains, each with everything below it."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()


def worst(found: list[Link], domains: Domains) -> tuple[str, Mapping[str, str]] | None:
    """(reason, values) of the most serious thing about the links, None where all are allowed."""
    for link in found:
        if within(link.domain, domains.deny):
            return "denied_link", _shown(link)
    left = [link for link in found if not within(link.domain, domains.allow)]
    for link in left:
        if link.invites:
            return "invite", _shown(link)
    for link in left:
        if link.shortened:
            return "short_link", _shown(link)
    for link in left:
        if link.hidden:
            return "hidden_link", _shown(link)
    return ("link", _shown(left[0])) if left else None


def _shown(link: Link) -> dict[str, str]:
    return {"link": link.words[:SHOWN]}
