"""Addresses: made absolute, made canonical, compared."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

LONGEST = 4096
"""Longer addresses are taken for garbage, in characters."""

_TRACKING_PREFIXES = ("utm_", "at_", "hsa_", "pk_", "mtm_", "piwik_", "matomo_", "fb_action_")
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "twclid",
        "ttclid",
        "yclid",
        "ysclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_hsenc",
        "_hsmi",
        "__hssc",
        "__hstc",
        "__hsfp",
        "hsctatracking",
        "mkt_tok",
        "vero_id",
        "vero_conv",
        "oly_anon_id",
        "oly_enc_id",
        "wickedid",
        "ml_subscriber",
        "ml_subscriber_hash",
        "epik",
        "srsltid",
        "s_cid",
        "wt_mc",
        "wt_zmc",
        "xtor",
        "ncid",
        "cmpid",
        "rb_clickid",
        "li_fat_id",
        "guccounter",
        "_openstat",
    ]
)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)$", re.IGNORECASE)


def absolute(url: str, base: str = "") -> str:
    """`url` resolved against `base`; "" unless the outcome is an http or https address."""
    url = url.strip()
    if not url or len(url) > LONGEST or url.endswith(":") or url.endswith("://"):
        return ""
    try:
        whole = urljoin(base, url) if base else url
        parts = urlsplit(whole)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    return whole.replace(" ", "%20")


def canonical(url: str, base: str = "") -> str:
    """The permalink as it is stored and shown.

    Scheme and host in lower case, the host in its ASCII form, no default port, no credentials,
    no fragment, no tracking parameters; the rest is kept as written. "" for what is not http(s).
    """
    whole = absolute(url, base)
    if not whole:
        return ""
    parts = urlsplit(whole)
    try:
        port = parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    host = _ascii_host(parts.hostname or "")
    place = host if port in (None, 80 if scheme == "http" else 443) else f"{host}:{port}"
    return urlunsplit(SplitResult(scheme, place, parts.path or "/", _kept(parts.query), ""))


def comparable(url: str) -> str:
    """What stays of a canonical permalink when scheme, "www." and a last slash do not count."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    return f"{host}{path}?{parts.query}" if parts.query else f"{host}{path}"


def is_front_page(url: str) -> bool:
    """Whether the address names a site rather than one of its pages."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def looks_like_image(url: str) -> bool:
    """Whether the address ends as picture files do."""
    return bool(_IMAGE_PATH.search(urlsplit(url).path))


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _kept(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _is_tracking(part))


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
