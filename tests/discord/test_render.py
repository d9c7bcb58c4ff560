"""From views to Discord's messages: limits, splitting, names, buttons."""

from __future__ import annotations

import pytest

from bots.discord import container, render
from bots.discord.capabilities import CAPABILITIES
from core.forms import form
from core.ports import Target
from core.text.model import Rich, bold, link
from core.views import Answer, Button
from tests.discord.house import article, comment, notice

FORUM = Target("1", "forum", "announce")
TEXT = Target("1", "text", "announce")


def description(body: str) -> str:
    view = article(body=Rich(body))
    (part,) = render.render(view, FORUM)
    embed = part.payload["embeds"][0]
    return str(embed["description"])


def test_an_article_is_one_message_whose_body_is_cut_with_read_on() -> None:
    shown = description("A sentence of some length. " * 600)
    assert len(shown) <= render.DESCRIPTION
    assert len(shown) > 3500
    assert shown.startswith("A headline")
    assert shown.endswith("read on\n\nComments are moderated.")
    assert "read on" not in description("Short.")


def test_a_body_of_markup_still_fits() -> None:
    assert len(description("*_~|`" * 4000)) <= render.DESCRIPTION


def test_a_withdrawn_article_has_neither_body_nor_picture() -> None:
    view = article(image="https://example.org/a.png", withdrawn=Rich("Withdrawn."))
    (part,) = render.render(view, TEXT)
    embed = part.payload["embeds"][0]
    assert "image" not in embed
    assert "What happened" not in embed["description"]
    assert "Withdrawn" in embed["description"]


def test_a_forum_gets_a_post_and_other_channels_a_message() -> None:
    (post,) = render.render(article("A" * 300, labels=("Water",)), FORUM)
    (message,) = render.render(article(image="https://example.org/a.png"), TEXT)
    assert (post.kind, message.kind) == ("post", "message")
    assert len(post.payload["name"]) == 100
    assert post.payload["labels"] == ["Water"]
    assert message.payload["embeds"][0]["image"] == {"url": "https://example.org/a.png"}


def test_a_picture_without_a_web_address_is_left_out() -> None:
    (part,) = render.render(article(image="/relative.png"), TEXT)
    assert "image" not in part.payload["embeds"][0]


def test_tags_are_matched_by_name_and_demanded_ones_given() -> None:
    tags = [
        {"id": "1", "name": "Meta", "moderated": True},
        {"id": "2", "name": "Water"},
    ]
    channel = {"available_tags": tags, "flags": 1 << 4}
    assert render.tags_for(["#water", "Water", "x"], channel) == ["2"]
    assert render.tags_for(["x"], channel) == ["2"]
    assert render.tags_for(["x"], {**channel, "flags": 0}) == []


def test_a_comments_head_is_bold_its_quote_a_quote_and_links_show_no_preview() -> None:
    view = comment(text="See https://example.org", quote=Rich("Is it so?"), notes=Rich("1 photo"))
    (part,) = render.render(view, Target("1", "forum", thread="2"))
    lines = part.payload["content"].split("\n")
    assert lines[0] == "**#12 Ana · Telegram**"
    assert lines[1] == "> Is it so?"
    assert lines[-1].strip("*_") == "1 photo"
    assert part.payload["flags"] == render.SUPPRESS_EMBEDS


def test_a_head_that_is_dressed_already_keeps_its_dress() -> None:
    view = comment()
    dressed = type(view)(12, "Ana", bold("#12") + " Ana", Rich("x"))
    (part,) = render.render(dressed, TEXT)
    assert part.payload["content"].startswith("**#12** Ana\n")


def test_every_part_is_within_the_limit_and_buttons_stand_under_the_last() -> None:
    view = notice("A sentence. " * 700, buttons=((Button("Undo", "u"),),))
    parts = render.render(view, TEXT)
    assert len(parts) > 2
    assert all(len(p.payload["content"]) <= CAPABILITIES.text_limit for p in parts)
    assert ["components" in p.payload for p in parts] == [False] * (len(parts) - 1) + [True]


def test_a_long_card_is_one_message_with_its_buttons() -> None:
    view = notice("A sentence. " * 400, buttons=((Button("Undo", "u"),),))
    (part,) = render.render(view, TEXT)
    shown = [embed["description"] for embed in part.payload["embeds"]]
    assert sum(map(len, shown)) <= 6000
    assert part.payload["components"]


def test_an_empty_notice_is_still_a_message() -> None:
    (part,) = render.render(notice(""), TEXT)
    assert part.payload["content"]


def test_the_webhook_style_has_the_name_outside_and_the_number_inside() -> None:
    (part,) = render.render(comment(), Target("1", "forum", style="webhook", thread="2"))
    assert part.payload["username"] == "Ana"
    assert part.payload["content"].startswith("**#12 · Telegram**\n")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "Ana"),
        ("  two   words ", "two words"),
        ("dis\u200bcord fan", "dis·cord fan"),
        ("CLYDE", "CLY·DE"),
        ("@everyone", "everyone."),
        ("\u3164\u200b", "…"),
        ("x" * 90, "x" * 80),
    ],
)
def test_names_that_discord_refuses_are_made_fit(name: str, shown: str) -> None:
    assert render.username(name) == shown


def test_rows_hold_at_most_five_buttons_and_unusable_links_are_left_out() -> None:
    row = tuple(Button(str(n), f"a{n}") for n in range(7))
    odd = (Button("x", url="ftp://x"), Button("ok", url="https://example.org"))
    made = render.rows((row, odd, (Button("no", url="javascript:1"),)))
    assert [len(r["components"]) for r in made] == [5, 2, 1]
    assert made[2]["components"][0] == {
        "type": 2,
        "style": 5,
        "label": "ok",
        "url": "https://example.org",
    }


def test_tones_are_colours() -> None:
    ((row),) = render.rows(((Button("y", "1", tone="good"), Button("n", "2", tone="bad")),))
    assert [b["style"] for b in row["components"]] == [3, 4]


def test_bodies_switch_mentions_off_and_an_edit_empties_what_is_missing() -> None:
    (part,) = render.render(notice("x"), TEXT)
    assert render.body_to_send(part.payload)["allowed_mentions"] == {"parse": []}
    edit = render.body_to_edit(part.payload)
    assert edit["embeds"] == []
    assert edit["allowed_mentions"] == {"parse": []}


def test_the_same_view_gives_the_same_parts() -> None:
    first, second = (render.render(article(), FORUM)[0].digest for _ in range(2))
    assert first == second


def test_a_form_fits_discords_limits() -> None:
    wanted = form("c-1", "es")
    assert wanted is not None
    made = render.modal(wanted, wanted.token)
    field = made["components"][0]["component"]
    assert len(made["title"]) <= 45
    assert field["max_length"] <= 4000
    assert field["custom_id"] == "text"
    files = made["components"][1]
    assert len(files["label"]) <= 45
    assert len(files["description"]) <= 100
    assert files["component"]["type"] == 19
    assert files["component"]["max_values"] == 10
    assert not files["component"]["required"]


def test_an_answer_may_be_only_an_alert_and_a_long_one_is_several_messages() -> None:
    (body,) = render.answers(Answer(alert="too late"))
    assert body["content"] == "too late"
    assert len(render.answers(Answer(Rich("word " * 900)))) == 3


def test_a_linked_headline_stays_a_link() -> None:
    view = article()
    linked = type(view)("T", link("T", "https://example.org/a"), Rich("b"), Rich("r"), Rich("f"))
    (part,) = render.render(linked, TEXT)
    assert part.payload["embeds"][0]["description"].startswith("[T](<https://example.org/a>)")


def test_a_rich_article_is_a_container_and_then_an_embed() -> None:
    rich = Target("1", "forum", "announce", style="webhook+rich")
    view = article(
        image="https://example.org/a.png", image_alt="The harbour", body=Rich("Word. " * 2000),
        buttons=((Button("Policy", "i1"),),), labels=("Port",),
    )  # fmt: skip
    (part,) = render.render(view, rich)
    forms = [form.payload for form in part.forms]
    assert [bool(form.get("flags")) for form in forms] == [True, True, False, False]
    assert all((f["name"], f["labels"]) == ("A headline", ["Port"]) for f in forms)
    (box,) = forms[0]["components"]
    assert [c["type"] for c in box["components"]] == [10, 12, 10, 14, 10, 1]
    gallery = box["components"][1]["items"]
    assert gallery == [{"media": {"url": view.image}, "description": "The harbour"}]
    texts = list(container.words(forms[0]["components"]))
    assert 3800 < sum(map(len, texts)) <= container.ALL_TEXT
    assert texts[1].endswith("read on")
    assert 12 not in [c["type"] for c in forms[1]["components"][0]["components"]]
    assert "image" in forms[2]["embeds"][0]
    assert "image" not in forms[3]["embeds"][0]
    assert render.body_to_edit(forms[0])["content"] is None
    assert render.body_to_edit(forms[2])["content"] == ""


def test_a_withdrawn_rich_article_says_only_so() -> None:
    rich = Target("1", "text", "announce", style="rich")
    view = article(image="https://example.org/a.png", withdrawn=Rich("Withdrawn."))
    (part,) = render.render(view, rich)
    assert list(container.words(part.payload["components"])) == [
        "A headline", "Withdrawn.", "Comments are moderated.",
    ]  # fmt: skip


def test_every_part_of_a_very_long_card_tells_what_it_belongs_to() -> None:
    view = notice("A sentence. " * 700, buttons=((Button("Undo", "u"),),), again="3#12")
    first, *further = render.render(view, TEXT)
    assert further
    assert not str(first.payload["content"]).startswith("**3#12")
    assert all(str(part.payload["content"]).startswith("**3#12 …**\n") for part in further)
    assert all(len(str(part.payload["content"])) <= 2000 for part in (first, *further))
