"""Every text that people read exists in every catalogue, whole and in order."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from core.i18n import languages, texts
from tools import catalogues, messages
from tools.messages import Found, Use

REMEDY = "run: make texts (python -m tools.catalogues update), then translate what it lists"


@pytest.fixture(scope="module")
def found() -> Found:
    return messages.find()


@pytest.fixture(params=catalogues.catalogues(), ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


@pytest.fixture
def catalogue(path: Path) -> Catalog:
    return catalogues.read(path)


def pairs(catalogue: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(English forms, translated forms) of every text that is translated; that none is missing
    is one test's affair."""
    for message in catalogue:
        if message.id and all(forms(message.string)):
            yield forms(message.id), forms(message.string)


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def test_spanish_is_there() -> None:
    assert {"en", "es"} <= set(languages())


def test_every_text_can_be_told_from_the_code(found: Found) -> None:
    assert not found.unreadable, "write the text out where it is shown:\n" + "\n".join(
        found.unreadable
    )


def test_every_place_is_given_its_value(found: Found) -> None:
    """A missing value breaks at run time; a text without values shows its braces."""
    wrong = [
        f"{use.path}:{use.line}: {use.text!r} is given {sorted(use.places)}"
        for use in found.uses
        if use.places is not None and use.places != _wanted(use)
    ]
    assert not wrong, "\n".join(wrong)


def _wanted(use: Use) -> frozenset[str]:
    number = frozenset({"n"}) if use.plural else frozenset[str]()
    return messages.places(use.text) | messages.places(use.plural) | number


def test_a_catalogue_holds_exactly_the_texts_of_the_code(path: Path, found: Found) -> None:
    wanted = catalogues.template(found.uses)
    kept = path.read_text(encoding="utf-8")
    assert kept == catalogues.updated(catalogues.read(path), wanted), REMEDY


def test_a_catalogue_is_translated_whole(path: Path, catalogue: Catalog, found: Found) -> None:
    wanted = catalogues.template(found.uses)
    missing = list(catalogues.untranslated(catalogue, wanted))
    assert not missing, f"{path.name}; {REMEDY}:\n" + "\n".join(missing)


def test_translations_have_the_places_of_their_texts(catalogue: Catalog) -> None:
    for english, translated in pairs(catalogue):
        wanted = messages.places(english[-1])
        for form in translated[-1:]:
            assert messages.places(form) == wanted, form
        for form in translated[:-1]:
            assert messages.places(form) <= wanted, form


def test_translations_end_as_their_texts_do(catalogue: Catalog) -> None:
    """A full stop, a colon or a blank that comes or goes breaks what is put together."""
    for english, translated in pairs(catalogue):
        for form in translated:
            for pattern in (r"^\s*", r"[.:?!…]?\s*$"):
                assert re.findall(pattern, form) == re.findall(pattern, english[-1]), form


def test_what_people_type_is_not_translated(catalogue: Catalog) -> None:
    """Commands, names of settings and shell commands stay as they are."""
    fixed = re.compile(r"(?<![\w/}])/[a-z]+\b|\b[A-Z]+(?:_[A-Z]+)+\b|chmod \d+")
    for english, translated in pairs(catalogue):
        for form in translated:
            assert sorted(fixed.findall(form)) == sorted(fixed.findall(english[-1])), form


def test_the_running_program_shows_the_translations(path: Path, catalogue: Catalog) -> None:
    t = texts(path.stem)
    for english, translated in pairs(catalogue):
        values: dict[str, object] = {name: "1" for name in messages.places(english[-1])}
        if len(english) == 1:
            shown = translated[0].format(**values) if values else translated[0]
            assert t(english[0], **values) == shown
        else:
            one, many = english
            del values["n"]
            for count, form in ((1, translated[0]), (2, translated[-1])):
                said = t.n(one, many, count, **values)
                assert said == form.format(n=count, **values)


# --- the tools themselves --------------------------------------------------------------------

COMMANDS = """
class Command:
    name: str
    description: str

COMMANDS = (Command("help", "What I do"), Command("ban", description="Ban them"))
"""
SPOKEN = """
REFUSED = ("No, "
           "never")
NAMES: dict[int, str] = {1: "One", 2: "Two"}

def a(t, x, more):
    t("Plain")
    t(REFUSED)
    t(NAMES[x])
    self.call.t("Yes" if x else "No", name=x)
    actor.texts("Many {a}", **more)
    texts("es")("Direct")
    call.t.n("{n} thing", "{n} things", x)
    t(x.description)
    words = "Local"
    t(words)
    other("Not ours")
    t("")

class B:
    def told(self, key, text):
        def inner():
            return t(text)
        return inner

def c(made):
    made.told("k", "Given")
    made.told("k", text="By name")
"""


def house(folder: Path, source: str) -> Path:
    (folder / "core").mkdir()
    (folder / "bots").mkdir()
    (folder / "core" / "commands.py").write_text(COMMANDS, encoding="utf-8")
    (folder / "core" / "spoken.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return folder


def test_texts_are_found_wherever_they_may_stand(tmp_path: Path) -> None:
    found = messages.find(house(tmp_path, SPOKEN))
    assert not found.unreadable
    assert [use.text for use in found.uses] == [
        "Plain", "No, never", "One", "Two", "Yes", "No", "Many {a}", "Direct", "{n} thing",
        "What I do", "Ban them", "Local", "Given", "By name",
    ]  # fmt: skip
    by_text = {use.text: use for use in found.uses}
    assert by_text["{n} thing"].plural == "{n} things"
    assert by_text["Many {a}"].places is None
    assert by_text["Yes"].places == frozenset({"name"})


@pytest.mark.parametrize(
    "line", ["t(f'{x} y')", "t(unknown)", "t(x)", "t(row['text'])", "t('a' % x)", "t(x.words)"]
)
def test_a_text_that_cannot_be_told_is_reported(tmp_path: Path, line: str) -> None:
    found = messages.find(house(tmp_path, f"def f(x):\n    {line}\n"))
    assert [place.split(":")[0] for place in found.unreadable] == ["core/spoken.py"]


def use(text: str, plural: str = "") -> Use:
    return Use("core/x.py", 1, text, plural, frozenset())


def test_an_update_keeps_adds_drops_and_orders() -> None:
    kept = Catalog(locale="es", fuzzy=False)
    for text, translated in (("Zebra", "Cebra"), ("Gone", "Ido"), ("Apple", "Manzana")):
        kept.add(text, translated)
    wanted = catalogues.template([use("Zebra"), use("New"), use("Apple"), use("One", "Many")])
    text = catalogues.updated(kept, wanted)
    assert re.findall(r'msgid "(\w+)"\nmsg(?:id_plural|str) "(\w*)"', text) == [
        ("Apple", "Manzana"), ("New", ""), ("One", "Many"), ("Zebra", "Cebra"),
    ]  # fmt: skip
    assert "Date" not in text


def test_what_is_doubtful_or_half_done_counts_as_missing() -> None:
    kept = Catalog(locale="es", fuzzy=False)
    kept["Good"] = Message("Good", "Bueno")
    kept["Doubtful"] = Message("Doubtful", "Dudoso", flags=["fuzzy"])
    kept["One"] = Message(("One", "Many"), ("Uno", ""))
    wanted = catalogues.template([use("Good"), use("Doubtful"), use("One", "Many"), use("New")])
    assert sorted(catalogues.untranslated(kept, wanted)) == ["Doubtful", "New", "One"]


def test_wrong_use_of_the_tool_explains_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["what"]) == 2
    assert "python -m tools.catalogues update" in capsys.readouterr().err


def test_nothing_is_missing_by_the_tool_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["missing"]) == 0, capsys.readouterr().out
