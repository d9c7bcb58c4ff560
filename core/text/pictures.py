"""The address of a picture, out of the many attributes in which pages keep it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.feeds.model import Image
from core.text.tools import safe_url

# Pages that load pictures late keep a placeholder in `src`.
_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "src")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_CANDIDATE = re.compile(r"([^\s,]\S*)(?:\s+([0-9.]+)([wx]))?\s*(?:,|$)")
_LONGEST_SET = 20_000


def picture(attributes: Mapping[str, str], base_url: str) -> Image | None:
    """The picture of an `img` (or `source`): the largest candidate of its source set, else its
    source. None for a tracking pixel and for an address that is not http or https."""
    if _tiny(attributes.get("width")) or _tiny(attributes.get("height")):
        return None
    for address in _addresses(attributes):
        url = safe_url(address, base_url)
        if url.lower().startswith(("http://", "https://")):
            return Image(url, " ".join(attributes.get("alt", "").split()))
    return None


def _addresses(attributes: Mapping[str, str]) -> list[str]:
    sets = [best for name in _SETS if (best := largest(attributes.get(name, "")))]
    return sets + [attributes[name] for name in _SOURCES if attributes.get(name)]


def largest(source_set: str) -> str:
    """The candidate with the greatest width or density of a `srcset`; "" where it has none."""
    best, most = "", -1.0
    for found in _CANDIDATE.finditer(source_set[:_LONGEST_SET].strip()):
        url, size = found[1].rstrip(","), _float(found[2])
        if size > most and not url.startswith("data:"):
            best, most = url, size
    return best


def _float(number: str | None) -> float:
    try:
        return float(number or 1)
    except ValueError:
        return 0.0


def _tiny(size: str | None) -> bool:
    return size is not None and size.strip().removesuffix("px") in ("0", "1", "2")
