"""Which network addresses may be asked: the public ones, and nothing else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# The standard library's `is_global` differs between Python releases, so the blocks are named
# here (IANA special-purpose registries; RFC 6890, 6598, 6052, 8215, 3056, 4380).
_CLOSED_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Clouds answer for the machine's own secrets at these, outside of the blocks above.
_METADATA_4 = frozenset({IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200")})

_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "3ffe::/16",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_COMPATIBLE = IPv6Network("::/96")


def is_public(address: Address | str) -> bool:
    """Whether an address is globally routable and may be asked.

    An IPv6 address that carries an IPv4 one (mapped, NAT64 with the well-known prefix) is judged
    by that; local NAT64, 6to4 and Teredo are refused whatever they carry, for they lead where
    nobody outside can tell. Text that is no address is not public.
    """
    try:
        address = ip_address(str(address).partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _public_4(address)
    inner = carried(address)
    if inner is not None:
        return (address.ipv4_mapped is not None or address in _NAT64) and _public_4(inner)
    return address in _OPEN_6 and not any(address in block for block in _CLOSED_6)


def carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside of an IPv6 one, by any of the schemes that have one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if address in _NAT64 or address in _COMPATIBLE:
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _NAT64_LOCAL:
        return IPv4Address((number >> 40 & 0xFFFFFF) << 8 | number >> 24 & 0xFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in _TEREDO:
        return IPv4Address(~number & 0xFFFFFFFF)
    return None


def is_loopback(address: Address | str) -> bool:
    """Whether an address is this machine itself, written in any way."""
    try:
        address = ip_address(str(address).partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def literal(host: str) -> Address | None:
    """The address that a URL's host spells out, None where it is a name.

    Reads what the C library's resolver reads too: decimal, octal and hexadecimal numbers with
    one to four parts ("127.1", "0x7f000001", "017700000001").
    """
    host = host.strip("[]").rstrip(".").partition("%")[0]
    try:
        return ip_address(host)
    except ValueError:
        return _old_style(host)


def _public_4(address: IPv4Address) -> bool:
    if address in _METADATA_4:
        return False
    return not any(address in block for block in _CLOSED_4)


def _old_style(host: str) -> IPv4Address | None:
    parts = host.split(".")
    numbers = [_number(part) for part in parts]
    if not 1 <= len(parts) <= 4 or any(number is None for number in numbers):
        return None
    known = [number for number in numbers if number is not None]
    value = known[-1]
    for position, number in enumerate(known[:-1]):
        if number > 255:
            return None
        value += number << (24 - 8 * position)
    fits = known[-1] < 1 << (8 * (5 - len(parts)))
    return IPv4Address(value) if fits else None


def _number(part: str) -> int | None:
    lower = part.lower()
    if not part.isascii() or not part or len(part) > 16:
        return None
    try:
        if lower.startswith("0x"):
            return int(lower[2:] or "0", 16)
        if lower.startswith("0") and len(lower) > 1:
            return int(lower, 8)
        return int(part) if part.isdigit() else None
    except ValueError:
        return None
