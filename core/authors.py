"""Authors without identities: tags, pseudonyms, and the sealing of what must be kept.

Everything here is keyed by the deployment's SECRET_KEY, which lies outside of the database.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from core.errors import StorageError
from core.i18n import pick
from core.words import ADJECTIVES, NOUNS, SPANISH_ADJECTIVES, SPANISH_NOUNS

SIGN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like others."""
SIGN_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys derived from the SECRET_KEY, one for each use."""

    tags: bytes
    seal: bytes
    spool: bytes
    digests: bytes
    features: bytes
    audit: bytes

    @classmethod
    def derive(cls, secret: bytes) -> Keys:
        """secret: at least 16 random bytes."""
        uses = (b"author tag", b"seal", b"spool", b"digests", b"features", b"audit")
        return cls(*(_derive(secret, use) for use in uses))


def key_mark(secret: bytes) -> str:
    """Tells one SECRET_KEY from another without telling anything of either."""
    return _derive(secret, b"mark").hex()[:32]


def _derive(secret: bytes, use: bytes) -> bytes:
    return hmac.digest(secret, b"commonthread/" + use, "sha256")


def tag(keys: Keys, platform: str, identity: str) -> str:
    """The HMAC tag of a platform identity: 128 bits, URL-safe. The same person, the same tag."""
    data = f"{platform}\0{identity}".encode()
    digest = hmac.digest(keys.tags, data, "sha256")
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def sign(keys: Keys, publication: int, author: str) -> str:
    """A few letters by which moderators of one publication know an author again ("k7f3q"). It
    leads to no tag without the key, and another publication sees other letters.

    author: the tag.
    """
    data = f"sign\0{publication}\0{author}".encode()
    number = int.from_bytes(hmac.digest(keys.tags, data, "sha256")[:8], "big")
    letters = []
    for _ in range(SIGN_LENGTH):
        number, rest = divmod(number, len(SIGN_LETTERS))
        letters.append(SIGN_LETTERS[rest])
    return "".join(letters)


def pseudonym(names_key: str, author: str, language: str) -> str:
    """The two-word name of an author in one thread: stable there, unlinkable elsewhere.

    names_key: the thread's own random key (hex); author: the tag.
    """
    digest = hmac.digest(bytes.fromhex(names_key), author.encode(), "sha256")
    first = int.from_bytes(digest[:4], "big")
    second = int.from_bytes(digest[4:8], "big")
    if pick(language) == "es":
        noun = SPANISH_NOUNS[second % len(SPANISH_NOUNS)]
        return f"{noun} {SPANISH_ADJECTIVES[first % len(SPANISH_ADJECTIVES)]}"
    return f"{ADJECTIVES[first % len(ADJECTIVES)]} {NOUNS[second % len(NOUNS)]}"


def seal(keys: Keys, value: Any) -> bytes:
    """A JSON value, encrypted and authenticated."""
    return _box(keys).encrypt(json.dumps(value).encode())


def unseal(keys: Keys, sealed: bytes) -> Any:
    """What `seal` put in. Raises StorageError when the key is another or the bytes changed."""
    try:
        return json.loads(_box(keys).decrypt(bytes(sealed)))
    except InvalidToken:
        raise StorageError("sealed data cannot be opened: SECRET_KEY is not the one") from None


def _box(keys: Keys) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keys.seal))
