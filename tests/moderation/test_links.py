"""Links, also those in disguise; lists of domains; accounts that are called."""

from __future__ import annotations

import pytest

from core.moderation.links import Domains, links, mentions, within, worst
from core.text.model import Rich, link

LISTS = Domains(frozenset({"paper.example", "foo.com"}), frozenset({"bad.example"}))


@pytest.mark.parametrize(
    ("text", "reason", "shown"),
    [
        ("see https://a.example/x.", "link", "https://a.example/x"),
        ("www.bar.com", "link", "www.bar.com"),
        ("canal.mx/foo", "link", "canal.mx/foo"),
        ("t.me/+abc", "invite", "t.me/+abc"),
        ("join discord.gg/xyz", "invite", "discord.gg/xyz"),
        ("https://chat.whatsapp.com/Ab1", "invite", "https://chat.whatsapp.com/Ab1"),
        ("bit.ly/3x", "short_link", "bit.ly/3x"),
        ("hxxps://other.example/y", "hidden_link", "hxxps://other.example/y"),
        ("go to spam dot com now", "hidden_link", "spam dot com"),
        ("spam punto com", "hidden_link", "spam punto com"),
        ("spam[.]com/x", "hidden_link", "spam[.]com/x"),
        ("hxxps://sub.bad.example/y", "denied_link", "hxxps://sub.bad.example/y"),
        ("foo.com and bit.ly/3x", "short_link", "bit.ly/3x"),
    ],
)
def test_the_most_serious_link_is_told(text: str, reason: str, shown: str) -> None:
    assert worst(links(Rich(text)), LISTS) == (reason, {"link": shown})


@pytest.mark.parametrize(
    "text",
    ["foo.com", "https://news.paper.example/x", "end.Begin", "U.S.A.", "told.me so", "5.44",
     "the dot com train", "Mr.Smith", "es el punto es claro", "the com port", "ana@correo.mx"],
)  # fmt: skip
def test_what_is_allowed_or_no_link_is_passed(text: str) -> None:
    assert worst(links(Rich(text)), LISTS) is None


def test_the_address_behind_words_counts() -> None:
    assert worst(links(link("here", "https://bad.example/x")), LISTS) == (
        "denied_link", {"link": "https://bad.example/x"},
    )  # fmt: skip


def test_a_listed_domain_holds_everything_below_it_and_nothing_beside() -> None:
    assert within("news.paper.example", LISTS.allow) == "paper.example"
    assert within("newspaper.example", LISTS.allow) == ""
    assert within("example", LISTS.allow) == ""


def test_an_account_is_called_and_a_time_is_not() -> None:
    assert mentions("@ana and @juan_p, @0301, @5:44, mail@x.com") == ["@ana", "@juan_p"]
