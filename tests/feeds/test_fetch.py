"""The fetcher against real servers on this machine, and against look-ups that lie."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bots.fetch import MOST_REDIRECTS, Fetcher
from core.clock import FakeClock
from core.feeds.fetching import (
    BadAddress,
    FetchError,
    Garbled,
    NameUnknown,
    NotReached,
    NotSecure,
    PrivateAddress,
    TimedOut,
    TooLarge,
    TooManyRedirects,
)
from tests.feeds.servers import (
    AGENT,
    MIB,
    NOW,
    Handler,
    Names,
    answering,
    fails,
    local,
    raw_serving,
    serving,
)


async def test_an_answer_with_all_that_matters() -> None:
    seen: list[web.BaseRequest] = []

    async def handler(request: web.BaseRequest) -> web.Response:
        seen.append(request)
        headers = {"ETag": '"v1"', "Last-Modified": "Tue, 02 Jan 2024 10:00:00 GMT"}
        headers["Set-Cookie"] = "track=1"
        return web.Response(body=b"<rss/>", content_type="application/rss+xml", headers=headers)

    async with serving(handler) as url, local() as fetcher:
        got = await fetcher.get(f"{url}/feed")
        await fetcher.get(f"{url}/feed", accept="text/html")
    assert (got.status, got.body, got.url) == (200, b"<rss/>", f"{url}/feed")
    assert got.content_type.startswith("application/rss+xml")
    assert (got.etag, got.last_modified) == ('"v1"', "Tue, 02 Jan 2024 10:00:00 GMT")
    assert (got.permanent_redirects, got.retry_after) == ((), None)
    first, second = seen
    assert first.headers["User-Agent"] == (
        "Commonthread/0.1 (+feed reader; contact desk@ledger.example)"
    )
    assert "atom" in first.headers["Accept"]
    assert second.headers["Accept"] == "text/html"
    assert first.headers["Accept-Encoding"] == "gzip, deflate"
    assert "If-None-Match" not in first.headers
    assert "Cookie" not in second.headers


async def test_conditional_get() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        assert request.headers["If-None-Match"] == '"v1"'
        assert request.headers["If-Modified-Since"] == "yesterday"
        return web.Response(status=304, headers={"ETag": '"v1"'})

    async with serving(handler) as url, local() as fetcher:
        got = await fetcher.get(url, etag='"v1"', last_modified="yesterday")
        assert (got.status, got.body, got.etag) == (304, b"", '"v1"')


async def test_stored_values_cannot_add_headers() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        assert "If-None-Match" not in request.headers
        return web.Response(text="x")

    async with serving(handler) as url, local() as fetcher:
        assert (await fetcher.get(url, etag="a\r\nX: y")).status == 200


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2000 22:14:20 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
    ],
)
async def test_retry_after(value: str, seconds: float | None) -> None:
    async with serving(answering(b"later", 503, {"Retry-After": value})) as url, local() as fetcher:
        got = await fetcher.get(url)
        assert (got.status, got.body, got.retry_after) == (503, b"", seconds)


@pytest.mark.parametrize("status", [404, 410, 500])
async def test_other_statuses_are_answers(status: int) -> None:
    async with serving(answering(b"x" * 100, status)) as url, local() as fetcher:
        assert (await fetcher.get(url)).status == status


def redirecting(steps: dict[str, tuple[int, str]]) -> Handler:
    """A handler that redirects from path to place and answers elsewhere with its path."""

    async def handler(request: web.BaseRequest) -> web.Response:
        status, place = steps.get(request.path, (200, ""))
        if status == 200:
            return web.Response(text=request.path_qs)
        return web.Response(status=status, headers={"Location": place})

    return handler


async def test_redirects_are_followed_and_permanent_ones_told() -> None:
    steps = {"/a": (301, "/b"), "/b": (308, "c?x=1"), "/c": (302, "/d"), "/d": (301, "/e")}
    async with serving(redirecting(steps)) as url, local() as fetcher:
        got = await fetcher.get(f"{url}/a")
        assert got.url == f"{url}/e"
        assert got.body == b"/e"
        assert got.permanent_redirects == (f"{url}/b", f"{url}/c?x=1")


async def test_a_temporary_redirect_is_no_move() -> None:
    steps = {"/a": (307, "/b"), "/b": (301, "/c")}
    async with serving(redirecting(steps)) as url, local() as fetcher:
        assert (await fetcher.get(f"{url}/a")).permanent_redirects == ()


async def test_as_many_redirects_as_allowed() -> None:
    steps = {f"/{n}": (302, f"/{n + 1}") for n in range(MOST_REDIRECTS)}
    async with serving(redirecting(steps)) as url, local() as fetcher:
        assert (await fetcher.get(f"{url}/0")).body == b"/5"
        steps["/5"] = (302, "/6")
        with pytest.raises(TooManyRedirects):
            await fetcher.get(f"{url}/0")


async def test_a_circle() -> None:
    async with serving(redirecting({"/a": (301, "/b"), "/b": (301, "/a")})) as url:
        assert isinstance(await fails(f"{url}/a"), TooManyRedirects)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("http://169.254.169.254/latest/meta-data/", PrivateAddress),
        ("http://[::ffff:10.0.0.1]/", PrivateAddress),
        ("http://0xa9fea9fe/", PrivateAddress),
        ("//192.168.1.1/", PrivateAddress),
        ("file:///etc/passwd", BadAddress),
        ("gopher://x.example/", BadAddress),
        ("http://[::1", BadAddress),
        ("javascript:alert(1)", BadAddress),
    ],
)
async def test_redirects_are_checked_on_every_hop(place: str, kind: type[FetchError]) -> None:
    async with serving(redirecting({"/a": (302, place)})) as url:
        assert isinstance(await fails(f"{url}/a"), kind)


async def test_a_redirect_without_a_place_is_an_answer() -> None:
    async with serving(answering(status=302)) as url, local() as fetcher:
        assert (await fetcher.get(url)).status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1:8080/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/",
        "http://224.0.0.1/",
        "http://user:pass@192.168.0.1/",
        "http://[fe80::1%25eth0]/",
    ],
)
async def test_private_addresses_in_the_url(url: str) -> None:
    names = Names()
    error = await fails(url, Fetcher(FakeClock(NOW), AGENT, resolver=names))
    assert isinstance(error, PrivateAddress)
    assert "pass" not in str(error)
    assert names.asked == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.9.8.7", "169.254.169.254", "::1", "fd00::1", "64:ff9b::a00:1"]
)
async def test_names_that_lead_inside(address: str) -> None:
    names = Names(evil_example=[[address]])
    error = await fails("http://evil.example/", Fetcher(FakeClock(NOW), AGENT, resolver=names))
    assert isinstance(error, PrivateAddress)
    assert "evil.example" in str(error)


async def test_loopback_may_be_allowed_and_nothing_else() -> None:
    names = Names(evil_example=[["10.0.0.1", "192.168.0.1"]])
    fetcher = Fetcher(FakeClock(NOW), AGENT, allow_loopback=True, resolver=names)
    assert isinstance(await fails("http://evil.example/", fetcher), PrivateAddress)


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    """Rebinding: the addresses of the one look-up are the ones connected to, each time anew."""
    async with serving(answering(b"inside")) as url:
        port = url.rpartition(":")[2]
        names = Names(evil_example=[["127.0.0.1"], ["10.0.0.1"]])
        fetcher = Fetcher(FakeClock(NOW), AGENT, allow_loopback=True, resolver=names)
        async with fetcher:
            assert (await fetcher.get(f"http://evil.example:{port}/")).body == b"inside"
            with pytest.raises(PrivateAddress):
                await fetcher.get(f"http://evil.example:{port}/")
    assert names.asked == ["evil.example", "evil.example"]


async def test_of_mixed_addresses_only_the_allowed_are_used() -> None:
    async with serving(answering(b"ok")) as url:
        port = url.rpartition(":")[2]
        names = Names(mixed_example=[["10.0.0.1", "127.0.0.1", "169.254.169.254"]])
        async with Fetcher(FakeClock(NOW), AGENT, allow_loopback=True, resolver=names) as fetcher:
            assert (await fetcher.get(f"http://mixed.example:{port}/")).body == b"ok"


async def test_an_unknown_name() -> None:
    error = await fails("http://nowhere.example/", Fetcher(FakeClock(NOW), AGENT, resolver=Names()))
    assert isinstance(error, NameUnknown)
    assert "nowhere.example" in str(error)


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "x.example", "http://", "http://[", "http://x.example:99999/"]
)
async def test_what_is_no_address(url: str) -> None:
    assert isinstance(await fails(url), BadAddress)


async def test_nobody_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    error = await fails(f"http://127.0.0.1:{port}/")
    assert type(error) is NotReached


async def test_no_tls_where_tls_was_asked_for() -> None:
    async with serving(answering()) as url:
        error = await fails(url.replace("http://", "https://"))
    assert isinstance(error, NotSecure | NotReached)


async def test_a_certificate_that_nobody_signed(tmp_path_factory: pytest.TempPathFactory) -> None:
    context = _self_signed(tmp_path_factory)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        error = await fails(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    finally:
        server.close()
        await server.wait_closed()
    assert isinstance(error, NotSecure)
    assert "certificate" in str(error)


def _self_signed(folder: pytest.TempPathFactory) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(key.public_key())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    certificate = builder.not_valid_after(datetime(2090, 1, 1, tzinfo=UTC)).sign(
        key, hashes.SHA256()
    )
    path = folder.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def encoded(body: bytes, encoding: str) -> Handler:
    """A handler that sends these very bytes under a Content-Encoding."""
    return answering(body, headers={"Content-Encoding": encoding})


PLAIN = b"<rss>" + bytes(range(256)) * 2_000 + b"</rss>"
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(PLAIN), "gzip"),
        (gzip.compress(PLAIN), "x-gzip"),
        (gzip.compress(PLAIN[:1000]) + gzip.compress(PLAIN[1000:]), "GZIP"),
        (gzip.compress(PLAIN) + b"\x00" * 100, "gzip"),
        (zlib.compress(PLAIN), "deflate"),
        (BARE.compress(PLAIN) + BARE.flush(), "deflate"),
        (PLAIN, "identity"),
    ],
    ids=range(7),
)
async def test_compression(body: bytes, encoding: str) -> None:
    async with serving(encoded(body, encoding)) as url, local() as fetcher:
        assert (await fetcher.get(url)).body == PLAIN


async def test_highly_compressed_bodies_arrive_whole() -> None:
    plain = b"a" * (5 * MIB + 17)
    for body, encoding in ((gzip.compress(plain), "gzip"), (zlib.compress(plain), "deflate")):
        async with serving(encoded(body, encoding)) as url, local() as fetcher:
            assert (await fetcher.get(url)).body == plain


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(PLAIN)[:-20], "gzip"),
        (b"no gzip at all", "gzip"),
        (zlib.compress(PLAIN)[:-20], "deflate"),
        (PLAIN, "br"),
        (PLAIN, "gzip, gzip"),
        (gzip.compress(b"") * 5_000, "gzip"),
    ],
    ids=range(6),
)
async def test_broken_compression(body: bytes, encoding: str) -> None:
    async with serving(encoded(body, encoding)) as url:
        assert isinstance(await fails(url), Garbled)


async def test_a_bomb_is_stopped_at_the_limit_in_little_memory() -> None:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(300)) + packer.flush()
    async with serving(encoded(bomb, "gzip")) as url, local() as fetcher:
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge, match="larger than 4 MiB"):
                await fetcher.get(url, limit=4 * MIB)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 * MIB


async def test_a_large_body_is_refused_by_its_length_and_while_it_comes() -> None:
    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    async with serving(answering(b"x" * 2_000_000)) as url, local() as fetcher:
        with pytest.raises(TooLarge):
            await fetcher.get(url, limit=1_000_000)
        assert len((await fetcher.get(url, limit=2_000_000)).body) == 2_000_000
    async with serving(endless) as url, local() as fetcher:
        with pytest.raises(TooLarge):
            await fetcher.get(url, limit=1_000_000)


async def test_a_server_that_never_answers() -> None:
    released = asyncio.Event()

    async def silent(request: web.BaseRequest) -> web.Response:
        await released.wait()
        return web.Response()

    async with serving(silent) as url:
        assert isinstance(await fails(url, local(total_seconds=0.2)), TimedOut)
        released.set()


async def test_a_body_that_trickles() -> None:
    released = asyncio.Event()

    async def trickle(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"<rss>")
        await released.wait()
        return response

    async with serving(trickle) as url:
        assert isinstance(await fails(url, local(total_seconds=0.2)), TimedOut)
        released.set()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Garbled),
        (b"220 smtp.example ESMTP\r\n", Garbled),
        (b"", NotReached),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", Garbled),
    ],
    ids=range(4),
)
async def test_answers_that_are_no_http(answer: bytes, kind: type[FetchError]) -> None:
    async with raw_serving(answer) as url:
        assert isinstance(await fails(url), kind)


async def test_long_headers_of_real_sites_are_read() -> None:
    policy = "default-src " + "https://cdn.example " * 1_000
    async with (
        serving(answering(b"ok", headers={"Content-Security-Policy": policy})) as url,
        local() as fetcher,
    ):
        assert (await fetcher.get(url)).body == b"ok"


async def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(answering(b"direct")) as url, local() as fetcher:
        assert (await fetcher.get(url)).body == b"direct"


async def test_a_login_in_the_url_is_used_and_not_told() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response(text=request.headers.get("Authorization", ""))

    async with serving(handler) as url, local() as fetcher:
        got = await fetcher.get(url.replace("://", "://user:pass@") + "/f")
        assert got.body.startswith(b"Basic ")
        assert got.url == f"{url}/f"


async def test_closing_twice_and_reading_after_is_fine() -> None:
    async with serving(answering(b"x")) as url:
        fetcher = local()
        await fetcher.get(url)
        await fetcher.close()
        await fetcher.close()
        assert (await fetcher.get(url)).status == 200
        await fetcher.close()
