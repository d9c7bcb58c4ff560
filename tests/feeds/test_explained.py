"""Why an address could not be read, in the reader's language."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.feeds.errors import DocumentError, FeedUnreadable
from core.feeds.fetching import _SHORT, FetchError, explained
from core.feeds.schedule import Answer, said
from core.i18n import texts


def kinds(base: type[UserError]) -> set[str]:
    """The names of an error's subclasses, and theirs."""
    return {name for one in base.__subclasses__() for name in (one.__name__, *kinds(one))}


def test_english_tells_the_host_and_other_languages_what_kind_it_is() -> None:
    words = "paper.example took too long to answer. It will be tried again."
    assert explained(words, "TimedOut", texts("en")) == words
    answer = Answer(None, words, kind="TimedOut")
    assert said(answer, texts("es")) == (
        "El sitio tardó demasiado en responder. Se volverá a intentar."
    )
    assert said(answer) == words
    assert explained(words, "SomethingElse", texts("es")) == words


@pytest.mark.parametrize(
    "kind", sorted(kinds(FetchError) | {FeedUnreadable.__name__, DocumentError.__name__})
)
def test_every_kind_is_known(kind: str) -> None:
    assert kind in _SHORT
    assert explained("English", kind, texts("es")) not in ("English", _SHORT[kind])
