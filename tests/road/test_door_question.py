"""Who is about to endanger somebody is asked first, at the door of both platforms."""

from __future__ import annotations

from pathlib import Path

from tests.road.house import newsroom, read
from tests.road.test_door import _other, button, direct, enters, first, post

WORDS = "José Pérez vive en la calle Juárez, llámenle al 664 123 4567"


async def test_the_preview_on_telegram_asks_and_other_words_take_the_place(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, p = house.telegram, house.places
        preview = await enters(house, p.ana, button(post(house), "Comment")["url"], WORDS)
        assert "These words may endanger somebody:" in preview["text"]
        assert "a telephone number: “664 123 4567”" in preview["text"]
        assert "where somebody lives or works: “José Pérez vive en" in preview["text"]
        assert button(preview, "Send anyway")
        t.person_posts(p.ana, p.ana, "Alguien vive cerca")
        plain = await house.until(lambda: direct(house, p.ana, "Alguien vive cerca"), "preview")
        assert "endanger" not in plain["text"]
        t.person_posts(p.ana, p.ana, WORDS)
        again = await house.until(
            lambda: _other(direct(house, p.ana, "may endanger"), preview), "asked again"
        )
        t.person_presses(p.ana, p.ana, again["message_id"], "Send anyway")
        card = await house.until(lambda: house.card("José Pérez"), "held although open")
        assert "danger to people" in card["text"]


async def test_the_form_on_discord_is_answered_by_the_question(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        d, p = house.discord, house.places
        pressed = d.person_presses(p.ben, first(house), "Comment")
        await house.until(lambda: pressed.modal, "the form")
        sent = d.person_submits(p.ben, pressed, {"text": WORDS})
        await house.until(lambda: sent.text, "answered")
        asked = d.ephemeral_to(p.ben)[-1]
        assert "a telephone number: “664 123 4567”" in read(asked)
        assert not house.card("José Pérez")
        form = d.person_presses(p.ben, asked["id"], "Write it anew")
        await house.until(lambda: form.modal, "the form once more")
        d.person_presses(p.ben, asked["id"], "Send anyway")
        await house.until(
            lambda: any("Thank you" in read(m) for m in d.ephemeral_to(p.ben)), "thanked"
        )
        card = await house.until(lambda: house.discord_card("José Pérez"), "held although open")
        assert "danger to people" in read(card)
