"""What happens with an article is decided by who it is, never by how its feed calls it today."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.feeds.decide import (
    Alias,
    Changed,
    Hold,
    Intent,
    Known,
    Missing,
    New,
    StoredArticle,
    decide,
    digest,
    keys_of,
)
from core.feeds.model import Draft, Image
from core.text.model import Rich, Style

NOW = 1_710_000_000.0
DAY = 86_400.0


def draft(n: int, **changes: object) -> Draft:
    """The n-th article of a blog that publishes daily."""
    made = Draft(
        key=f"id-{n}",
        link=f"https://blog.example/{n}",
        headline=f"Headline number {n}",
        body=Rich(f"The text of article {n}, word for word."),
        published=NOW - 100 * DAY + n * DAY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def stored(n: int, state: str = "published", **changes: object) -> StoredArticle:
    """The n-th article as it is remembered."""
    one = draft(n)
    made = StoredArticle(
        n, frozenset({one.key, one.link}), one.link, one.headline, one.published, digest(one), state
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def run(articles: list[StoredArticle], drafts: list[Draft], moved: bool = False) -> list[Intent]:
    return decide(articles, drafts, baseline=False, now=NOW, moved=moved)


def test_the_first_reading_announces_nothing() -> None:
    intents = decide([], [draft(3), draft(2), draft(1)], baseline=True, now=NOW)
    assert [type(i) for i in intents] == [Known] * 3
    assert [i.draft.key for i in intents if isinstance(i, Known)] == ["id-1", "id-2", "id-3"]


def test_the_first_reading_announces_the_last_n_on_request() -> None:
    intents = decide([], [draft(3), draft(2), draft(1)], baseline=True, last_n=2, now=NOW)
    assert [(type(i), i.draft.key) for i in intents if isinstance(i, New | Known)] == [
        (Known, "id-1"),
        (New, "id-2"),
        (New, "id-3"),
    ]


def test_new_articles_come_oldest_first() -> None:
    intents = run([stored(1)], [draft(2), draft(4), draft(3), draft(1)])
    assert [i.draft.key for i in intents if isinstance(i, New)] == ["id-2", "id-3", "id-4"]


def test_without_dates_the_feeds_order_counts() -> None:
    drafts = [draft(n, published=None) for n in (4, 3, 2)]
    assert [i.draft.key for i in run([], drafts) if isinstance(i, New)] == ["id-2", "id-3", "id-4"]


def test_a_feed_that_lists_the_oldest_first() -> None:
    drafts = [draft(1), draft(2), draft(5, published=None)]
    assert [i.draft.key for i in run([], drafts) if isinstance(i, New)] == ["id-1", "id-2", "id-5"]


def test_nothing_new_is_nothing_to_do() -> None:
    assert run([stored(1), stored(2)], [draft(2), draft(1)]) == []


def test_a_changed_article_is_changed_once() -> None:
    changed = draft(2, headline="Headline number 2, corrected")
    assert run([stored(1), stored(2)], [changed, draft(1)]) == [Changed(2, changed, frozenset())]


def test_a_touched_article_is_not_changed() -> None:
    assert run([stored(1)], [draft(1, updated=NOW)]) == []


def test_http_becomes_https() -> None:
    old = stored(1, keys=frozenset({"http://blog.example/?p=1"}))
    same = draft(1, key="https://blog.example/?p=1")
    assert run([old], [same]) == []


def test_a_new_id_with_the_same_permalink_is_an_alias() -> None:
    assert run([stored(1), stored(2)], [draft(2, key="new-2"), draft(1)]) == [Alias(2, "new-2")]


def test_an_alias_and_a_change_at_once() -> None:
    renewed = draft(2, key="new-2", body=Rich("Another text."))
    assert run([stored(1), stored(2)], [renewed, draft(1)]) == [
        Alias(2, "new-2"),
        Changed(2, renewed, frozenset({"new-2"})),
    ]


def test_www_and_scheme_do_not_make_another_permalink() -> None:
    renewed = draft(2, key="new-2", link="http://www.blog.example/2/")
    intents = run([stored(1), stored(2)], [renewed, draft(1)])
    assert intents[0] == Alias(2, "new-2")
    assert not [i for i in intents if isinstance(i, New)]


def test_a_new_id_and_a_new_permalink_with_the_same_words_is_an_alias() -> None:
    moved = draft(2, key="new-2", link="https://new.example/two")
    intents = run([stored(1), stored(2)], [moved, draft(1)])
    assert intents[0] == Alias(2, "new-2")
    assert not [i for i in intents if isinstance(i, New)]


def test_the_same_title_on_another_day_is_another_article() -> None:
    weekly = draft(9, headline="Headline number 2", body=draft(2).body)
    intents = run([stored(2), stored(1)], [weekly, draft(2), draft(1)])
    assert [type(i) for i in intents] == [New]


def test_the_same_title_on_the_same_day_with_other_words_is_another_article() -> None:
    other = draft(2, key="x", link="https://blog.example/x", body=Rich("Quite another text."))
    assert [type(i) for i in run([stored(2)], [other, draft(2)])] == [New]


def test_one_permalink_for_everything_identifies_nothing() -> None:
    page = "https://blog.example/changes"
    known = [stored(n, link=page, keys=frozenset({f"id-{n}"})) for n in (1, 2)]
    drafts = [draft(n, link=page) for n in (3, 2, 1)]
    news = [i.draft.key for i in run(known, drafts) if isinstance(i, New)]
    assert news == ["id-3"]


def test_a_front_page_as_permalink_identifies_nothing() -> None:
    known = stored(1, link="https://blog.example/", keys=frozenset({"id-1"}))
    fresh = draft(3, link="https://blog.example/")
    assert [type(i) for i in run([known], [fresh])] == [New]


def test_a_permalink_that_everything_else_speaks_against_is_not_believed() -> None:
    page = "https://blog.example/today"
    known = stored(1, link=page, keys=frozenset({"id-1"}))
    assert [type(i) for i in run([known], [draft(5, link=page)])] == [New]


def test_twins_in_one_feed_are_one_article() -> None:
    first, second = draft(2, updated=NOW - 9), draft(2, headline="Newer", updated=NOW)
    assert [i.draft.headline for i in run([stored(1)], [first, second]) if isinstance(i, New)] == [
        "Newer"
    ]


def test_duplicates_under_two_ids_are_announced_once_known() -> None:
    copy = draft(2, key="copy-of-2", link="https://blog.example/2-copy")
    assert run([stored(2)], [copy, draft(2)]) == [Alias(2, "copy-of-2")]


def test_an_old_entry_that_comes_up_from_below_is_not_news() -> None:
    intents = run([stored(5), stored(6)], [draft(6), draft(4)])
    assert [type(i) for i in intents if not isinstance(i, Missing)] == [Known]


def test_what_was_withdrawn_stays_so() -> None:
    assert run([stored(1, "withdrawn")], [draft(1, headline="Back again")]) == []


def test_known_articles_are_kept_up_to_date() -> None:
    changed = draft(1, headline="Other")
    assert run([stored(1, "known")], [changed]) == [Changed(1, changed, frozenset())]


def test_an_article_that_left_the_middle_is_missing() -> None:
    articles = [stored(n) for n in (1, 2, 3)]
    assert run(articles, [draft(3), draft(1)]) == [Missing(2)]


def test_an_article_that_the_window_passed_is_not_missing() -> None:
    assert run([stored(n) for n in (1, 2, 3)], [draft(3), draft(2)]) == []


def test_articles_by_hand_known_ones_and_undated_feeds_miss_nothing() -> None:
    articles = [stored(1), stored(2, fed=False), stored(3, "known"), stored(4)]
    assert run(articles, [draft(4), draft(1)]) == []
    undated = run([stored(n) for n in (1, 2, 3)], [draft(3), draft(1, published=None)])
    assert not [i for i in undated if isinstance(i, Missing)]


def test_an_empty_feed_says_nothing() -> None:
    assert run([stored(1)], []) == []


def test_a_move_is_held_and_nothing_is_announced() -> None:
    articles = [stored(n) for n in range(1, 7)]
    renewed = [draft(n, key=f"wp-{n}") for n in range(6, 0, -1)]
    (hold,) = run(articles, renewed)
    assert isinstance(hold, Hold)
    assert len(hold.drafts) == 6
    assert "6 entries" in hold.reason


def test_a_move_that_heals_nothing_is_held_as_well() -> None:
    articles = [stored(n) for n in range(1, 7)]
    moved = [
        draft(n, key=f"wp-{n}", link=f"https://wp.example/{n}", body=Rich(f"Rewritten {n}"))
        for n in (6, 5, 4, 3)
    ]
    intents = run(articles, moved)
    assert [type(i) for i in intents if not isinstance(i, Missing)] == [Hold]


def test_after_the_move_was_agreed_all_is_healed() -> None:
    articles = [stored(n) for n in range(1, 7)]
    renewed = [draft(n, key=f"wp-{n}") for n in range(7, 0, -1)]
    intents = run(articles, renewed, moved=True)
    assert [i.key for i in intents if isinstance(i, Alias)] == [f"wp-{n}" for n in range(1, 7)]
    assert [i.draft.key for i in intents if isinstance(i, New)] == ["wp-7"]


def test_three_renewed_ids_are_healed_without_asking() -> None:
    articles = [stored(n) for n in range(1, 4)]
    intents = run(articles, [draft(n, key=f"x-{n}") for n in (3, 2, 1)])
    assert [type(i) for i in intents] == [Alias] * 3


def test_many_new_articles_after_a_pause_are_no_move() -> None:
    intents = run([stored(1)], [draft(n) for n in range(12, 2, -1)])
    assert len([i for i in intents if isinstance(i, New)]) == 10


def test_entries_without_id_are_known_by_their_permalink() -> None:
    bare = draft(1, key="")
    known = stored(1, keys=keys_of(bare))
    assert run([known], [bare]) == []
    nothing = draft(1, key="", link="")
    known = stored(1, keys=keys_of(nothing), link="", digest=digest(nothing))
    assert run([known], [nothing]) == []


def test_entries_with_nothing_but_words_survive_a_correction() -> None:
    nothing = draft(1, key="", link="https://blog.example/")
    known = stored(1, keys=keys_of(nothing) | {nothing.link}, link=nothing.link)
    corrected = replace(nothing, body=Rich("Corrected."))
    other = draft(2, key="", link="https://blog.example/")
    intents = run([known], [other, corrected])
    assert [type(i) for i in intents] == [Changed, New]


def test_an_article_by_hand_does_not_make_the_feed_look_old() -> None:
    by_hand = stored(50, fed=False)
    intents = run([stored(1), by_hand], [draft(n) for n in (6, 5, 4, 3, 2)])
    assert [type(i) for i in intents] == [New] * 5


def test_the_digest_ignores_what_readers_do_not_see() -> None:
    one = draft(1)
    assert digest(one) == digest(replace(one, key="other", updated=NOW))
    assert digest(one) == digest(replace(one, deck="", labels=()))
    assert digest(replace(one, images=(Image("https://x.example/a.jpg?w=1"),))) == digest(
        replace(one, images=(Image("https://x.example/a.jpg?w=2"),))
    )


def test_the_digest_notices_what_readers_see() -> None:
    one = draft(1)
    changes: list[dict[str, object]] = [
        {"headline": "x"},
        {"deck": "x"},
        {"byline": "x"},
        {"body": Rich("The text of article 1, word for word!")},
        {"body": one.body.dressed(Style.BOLD)},
        {"labels": ("x",)},
        {"images": (Image("https://x.example/a.jpg"),)},
        {"link": "https://x.example/"},
    ]
    others = {digest(replace(one, **change)) for change in changes}  # type: ignore[arg-type]
    assert digest(one) not in others
    assert len(others) == len(changes)
    assert digest(one).startswith("1:")


numbers = st.lists(st.integers(1, 12), unique=True, max_size=12)


def remember(memory: dict[int, StoredArticle], intents: list[Intent]) -> list[str]:
    """Does what the newsroom does with intents; the headlines that were announced."""
    announced: list[str] = []
    for intent in intents:
        if isinstance(intent, New | Known):
            one, number = intent.draft, len(memory) + 1
            memory[number] = StoredArticle(
                number, intent.keys, one.link, one.headline, one.published, digest(one)
            )
            announced += [one.headline] if isinstance(intent, New) else []
        elif isinstance(intent, Alias):
            old = memory[intent.article_id]
            memory[old.id] = replace(old, keys=old.keys | {intent.key})
        elif isinstance(intent, Changed):
            old = memory[intent.article_id]
            memory[old.id] = replace(old, digest=digest(intent.draft), keys=old.keys | intent.keys)
    return announced


@given(st.lists(st.tuples(numbers, st.sets(st.integers(1, 12))), max_size=8))
def test_no_article_is_ever_announced_twice(polls: list[tuple[list[int], set[int]]]) -> None:
    memory: dict[int, StoredArticle] = {}
    announced: list[str] = []
    for round_, (window, renewed) in enumerate(polls):
        drafts = [
            draft(n, key=f"r{round_}-{n}") if n in renewed else draft(n)
            for n in sorted(window, reverse=True)
        ]
        intents = decide(list(memory.values()), drafts, baseline=round_ == 0, now=NOW)
        announced += remember(memory, intents)
    assert len(announced) == len(set(announced))


@given(numbers, numbers)
def test_deciding_again_changes_nothing(before: list[int], after: list[int]) -> None:
    memory: dict[int, StoredArticle] = {}
    remember(memory, decide([], [draft(n) for n in before], baseline=True, now=NOW))
    drafts = [draft(n) for n in sorted(after, reverse=True)]
    first = decide(list(memory.values()), drafts, baseline=False, now=NOW)
    remember(memory, first)
    again = decide(list(memory.values()), drafts, baseline=False, now=NOW)
    if not any(isinstance(i, Hold) for i in first):
        assert not [i for i in again if not isinstance(i, Missing)]
