"""Authors without identities: tags, pseudonyms, and the sealing of what must be kept.

Everything here is keyed by the deployment's SECRET_KEY, which lies outside of the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from core.errors import StorageError
from core.i18n import pick
from core.words import ADJECTIVES, NOUNS, SPANISH_ADJECTIVES, SPANISH_NOUNS


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys derived from the SECRET_KEY, one for each use."""

    tags: bytes
    seal: bytes

    @classmethod
    def derive(cls, secret: bytes) -> Keys:
        """secret: at least 16 random bytes."""
        return cls(_derive(secret, b"author tag"), _derive(secret, b"seal"))


def _derive(secret: bytes, use: bytes) -> bytes:
    return hmac.new(secret, b"commonthread/" + use, hashlib.sha256).digest()


def tag(keys: Keys, platform: str, identity: str) -> str:
    """The HMAC tag of a platform identity: 128 bits, URL-safe. The same person, the same tag."""
    data = f"{platform}\0{identity}".encode()
    digest = hmac.new(keys.tags, data, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def pseudonym(names_key: str, author: str, language: str) -> str:
    """The two-word name of an author in one thread: stable there, unlinkable elsewhere.

    names_key: the thread's own random key (hex); author: the tag.
    """
    digest = hmac.new(bytes.fromhex(names_key), author.encode(), hashlib.sha256).digest()
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
