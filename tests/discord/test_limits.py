"""The pace: our own view of Discord's limits, and the library kept from having its own."""

from __future__ import annotations

import logging
import random

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bots.discord import hooks
from bots.discord.buckets import MOST_INVALID, Buckets
from bots.rehearsal.discord.buckets import Buckets as Counts
from bots.rehearsal.discord.buckets import RateLimits
from bots.rehearsal.world import Switches
from core.clock import FakeClock
from core.errors import RetryLater
from core.events import Posted
from tests.discord.house import TOKEN, comment, house, notice


def route(channel: str = "1") -> Route:
    return Route("POST", "/channels/{channel_id}/messages", channel_id=channel)


def headers(remaining: int, after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": "abc",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": str(after),
    }


def spend(buckets: Buckets, one: Route) -> None:
    """A request that is answered at once."""
    with buckets.take(one):
        pass


def test_a_spent_bucket_waits_for_its_channel_only_and_until_its_reset() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    assert buckets.wait(route()) == 0
    buckets.observe(route(), headers(1, 5.0))
    spend(buckets, route())
    assert buckets.wait(route()) == 5.0
    assert buckets.wait(route("2")) == 0
    clock.advance(5.0)
    assert buckets.wait(route()) == 0


def test_answers_that_overtake_each_other_do_not_give_back_what_is_spent() -> None:
    buckets = Buckets(FakeClock())
    buckets.observe(route(), headers(1, 5.0))
    buckets.observe(route(), headers(3, 5.0))
    spend(buckets, route())
    assert buckets.wait(route()) == 5.0


def test_everything_waits_after_a_global_429_and_at_the_limit_for_all() -> None:
    clock = FakeClock()
    buckets = Buckets(clock, per_second=3)
    buckets.block(route(), 3.0, everywhere=True)
    assert buckets.wait(route("2")) == 3.0
    clock.advance(3.0)
    spend(buckets, route("3"))
    spend(buckets, route("4"))
    assert buckets.wait(route("5")) == 1.0
    assert buckets.wait(route("5"), first=True) == 0
    clock.advance(1.0)
    assert buckets.wait(route("5")) == 0


def test_what_has_no_answer_yet_counts_however_long_it_takes() -> None:
    clock = FakeClock()
    buckets = Buckets(clock, per_second=2)
    with buckets.take(route("3")):
        clock.advance(10.0)
        assert buckets.wait(route("5")) > 0
    assert buckets.wait(route("5")) == 1.0
    clock.advance(1.0)
    assert buckets.wait(route("5")) == 0


def test_routes_that_share_a_hash_share_their_bucket() -> None:
    buckets = Buckets(FakeClock())
    other = Route("POST", "/channels/{channel_id}/threads", channel_id="1")
    buckets.observe(route(), headers(2, 5.0))
    buckets.observe(other, headers(0, 5.0))
    assert buckets.wait(route()) == 5.0
    named = Route("PATCH", "/channels/{channel_id}", metadata="name", channel_id="1")
    buckets.observe(named, {**headers(0, 600.0), "X-RateLimit-Bucket": "renames"})
    assert buckets.wait(Route("PATCH", "/channels/{channel_id}", channel_id="1")) == 0


def test_the_first_request_of_a_webhook_tells_how_many_threads_may_use_it_at_once() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    hook = Route(
        "POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id="5", webhook_token="t"
    )
    assert buckets.wait(hook) == 0
    with buckets.take(hook):
        assert buckets.wait(hook) > 0
        told = {**headers(4, 2.0), "X-RateLimit-Limit": "5"}
        buckets.observe(hook, told)
        assert buckets.wait(hook) == 0
    for _ in range(4):
        spend(buckets, hook)
    assert buckets.wait(hook) == 2.0
    clock.advance(2.0)
    late = [buckets.take(hook) for _ in range(5)]
    for one in late:
        one.__enter__()
    assert buckets.wait(hook) > 0
    for one in late:
        one.__exit__(None, None, None)


def test_many_refused_requests_stop_everything_before_discord_does() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for _ in range(MOST_INVALID):
        buckets.observe(route(), {"X-RateLimit-Scope": "shared"}, 429)
    assert buckets.wait(route()) == 0
    for _ in range(MOST_INVALID):
        buckets.observe(route(), {}, 403)
        clock.advance(0.01)
    assert buckets.wait(route("2")) > 500
    clock.advance(600)
    assert buckets.wait(route("2")) == 0


@pytest.mark.parametrize("seed", range(10))
def test_no_delay_of_a_request_makes_too_many(seed: int) -> None:
    """Requests arrive late and are answered later; Discord's count refuses none."""
    chance, clock = random.Random(seed), FakeClock()
    ours = Buckets(clock)
    theirs = Counts(RateLimits(enabled=True))
    for _ in range(600):
        one = route(str(chance.randrange(1 + 60 * (seed % 2))))
        clock.advance(ours.wait(one))
        with ours.take(one):
            clock.advance(chance.random() * 0.02)
            parts = {"channel_id": str(one.channel_id)}
            said = theirs.take(
                "POST /channels/{channel_id}/messages", parts, {}, "bot", clock.monotonic()
            )
            assert said.retry_after is None
            clock.advance(chance.random() * 0.02)
            ours.observe(
                one,
                {
                    "X-RateLimit-Bucket": said.bucket,
                    "X-RateLimit-Limit": str(said.limit),
                    "X-RateLimit-Remaining": str(said.remaining),
                    "X-RateLimit-Reset-After": str(said.reset_after),
                },
            )


async def test_the_sixth_message_waits_without_a_request() -> None:
    async with house(limits=RateLimits(enabled=True)) as home:
        await home.run()
        at = home.at(home.desk, "text", purpose="desk")
        part = home.adapter.render(notice("Card"), at)[0]
        for number in range(5):
            await home.adapter.send(at, part, f"n{number}")
        assert 0 < home.adapter.pace(at, "send") <= 5.0
        assert home.adapter.pace(at, "delete") == 0
        before = len(home.calls)
        with pytest.raises(RetryLater) as caught:
            await home.adapter.send(at, part, "n5")
        assert 0 < caught.value.after <= 5.0
        assert len(home.calls) == before


async def test_a_429_from_cloudflare_stops_everything_for_a_while() -> None:
    async with house() as home:
        await home.run()
        at = home.at(home.desk, "text", purpose="desk")
        part = home.adapter.render(notice("Card"), at)[0]
        home.fault(
            "POST /channels/{channel_id}/messages",
            "429",
            body={},
            headers={"Via": "", "Retry-After": "30"},
        )
        with pytest.raises(RetryLater) as caught:
            await home.adapter.send(at, part, "n1")
        assert caught.value.after == 30.0
        assert home.adapter.pace(home.at(home.text, "text"), "send") > 20


@pytest.mark.parametrize("equal", [True, False])
async def test_no_promise_of_discord_is_needed_that_it_does_not_make(equal: bool) -> None:
    switches = Switches(forum_id_equal=equal, nonce_window=0.0)
    async with house(switches=switches) as home:
        await home.run()
        root = await home.article()
        assert root.thread is not None
        at = home.at(home.forum, "forum", thread=root.thread)
        part = home.adapter.render(comment(), at)[0]
        sent = await home.adapter.send(at, part, "n1")
        found = await home.adapter.look_for(at, part, "n1")
        assert found is not None
        assert found.message == sent.message
        again = await home.article()
        assert again.message == root.message
        home.side.person_posts(
            home.ana, root.thread, "a reply", reply_to=sent.message.split("/")[1]
        )
        (posted,) = await home.sink.first(Posted)
        assert posted.reply_number == 12


def test_the_hooks_fit_the_installed_library() -> None:
    moved = "discord.py moved: read bots/discord/hooks.py against the new release, then RELEASE"
    assert discord.__version__ == hooks.RELEASE, moved
    for owner, name in (
        (HTTPClient, "request"),
        (HTTPClient, "get_ratelimit"),
        (HTTPClient, "static_login"),
        (DiscordWebSocket, "from_client"),
        (DiscordWebSocket, "poll_event"),
        (DiscordWebSocket, "received_message"),
        (DiscordWebSocket, "DEFAULT_GATEWAY"),
        (Route, "BASE"),
        (discord.VoiceClient, "warn_nacl"),
        (discord.VoiceClient, "warn_dave"),
    ):
        assert hasattr(owner, name), moved


def test_another_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "__version__", "2.8.0")
    with pytest.raises(RuntimeError, match="hooks"):
        hooks.check()


async def test_no_global_of_the_library_is_changed() -> None:
    async with house() as home:
        await home.run()
        assert Route.BASE == "https://discord.com/api/v10"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


async def test_no_log_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with house() as home:
        await home.run()
        root = await home.article()
        at = home.at(home.forum, "forum", style="webhook", thread=root.thread)
        part = home.adapter.render(comment(), at)[0]
        home.fault("POST /webhooks/{webhook_id}/{webhook_token}", "status", status=503)
        with pytest.raises(Exception, match="503") as caught:
            await home.adapter.send(at, part, "n1")
        await home.sink.until(lambda: "commands" in home.sink.cursors)
        home.side.person_commands(home.ana, home.text, "help")
        await home.world.until(lambda: home.requests("DELETE", "@original"), "the end")
        secrets = [w["token"] for w in home.side.state.all("webhook")]
        assert secrets
        for secret in (TOKEN, *secrets):
            assert secret not in caplog.text
            assert secret not in repr(caught.value)
