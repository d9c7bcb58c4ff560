"""What fetching gives and how it fails: the words shared by the core and its fetcher.

FetchError                 nothing was read; `advice` is in the message
 ├── BadAddress            no address that may be asked
 │    └── PrivateAddress   it leads into a private network
 ├── NotReached            nobody answered
 │    ├── NameUnknown      its name does not exist or cannot be looked up
 │    ├── TimedOut         it took too long
 │    └── NotSecure        its certificate or encryption is wrong
 ├── TooManyRedirects      it sends us round
 ├── TooLarge              more than may be read
 └── Garbled               what came is no proper HTTP
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import UserError
from core.i18n import FALLBACK, Texts

LIMIT = 15 * 1024 * 1024
"""Most bytes of a body, after decompression."""

FEEDS = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
PAGES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
"""Values for the Accept header."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status.

    url: where it came from after redirects; body: decompressed, b"" with 304; etag and
    last_modified: to be sent back next time; permanent_redirects: the addresses named by 301 and
    308, as long as nothing temporary came between (the last one is where the feed lives now);
    retry_after: seconds to wait, None where nothing was said.
    """

    status: int
    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    permanent_redirects: tuple[str, ...] = ()
    retry_after: float | None = None


class FetchError(UserError):
    """Nothing could be read from an address. The message is for people and says what to do, in
    English and with the host's name; `explained` says it shortly in another language."""


class BadAddress(FetchError):
    """It is no http or https address."""


class PrivateAddress(BadAddress):
    """It, or one that it redirects to, lies in a private or reserved network."""


class NotReached(FetchError):
    """No answer came: refused, reset, unroutable."""


class NameUnknown(NotReached):
    """The host's name could not be looked up."""


class TimedOut(NotReached):
    """Connecting or the whole answer took too long."""


class NotSecure(NotReached):
    """TLS failed: expired or foreign certificate, no common protocol."""


class TooManyRedirects(FetchError):
    """It redirects in a circle, too often, or to nowhere."""


class TooLarge(FetchError):
    """The body, decompressed, is larger than the limit."""


class Garbled(FetchError):
    """The answer breaks HTTP or its own compression."""


_SHORT = {
    "BadAddress": "The address is not valid. Copy it again from the browser.",
    "PrivateAddress": "The address leads into a private network, where nothing is asked.",
    "NotReached": "The site does not accept connections now. It will be tried again.",
    "NameUnknown": "There is no server of that name, or it cannot be looked up now.",
    "TimedOut": "The site took too long to answer. It will be tried again.",
    "NotSecure": "The site's encryption is not valid. Its owner has to mend it.",
    "TooManyRedirects": "The address redirects in a circle, too often, or to nowhere.",
    "TooLarge": "What the address answers is too large.",
    "Garbled": "The site's answer broke off, or is no proper one.",
    "FeedUnreadable": "What the address answers is no feed that can be read.",
    "DocumentError": "What the address answers cannot become an article.",
}


def explained(error: str, kind: str, t: Texts) -> str:
    """Why nothing could be read, for people. kind: the name of the error's class."""
    if t.language == FALLBACK or kind not in _SHORT:
        return error
    return t(_SHORT[kind])
