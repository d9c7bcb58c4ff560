"""Keeps core/i18n/*.po in line with the code.

    python -m tools.catalogues missing    list what is not translated; fails where something is
    python -m tools.catalogues update     add new texts, drop unused ones, put all in order

A new text is added with an empty translation, to be written into the .po file by hand.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools.messages import ROOT, Use, find

FOLDER = ROOT / "core" / "i18n"
WIDTH = 98
_DATED = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team",
          "Generated-By", "Project-Id-Version", "Report-Msgid-Bugs-To")  # fmt: skip
"""Lines of the header that differ with every run, or say nothing."""


def catalogues() -> list[Path]:
    """The catalogue of every language but English, which stands in the code."""
    return sorted(FOLDER.glob("*.po"))


def read(path: Path) -> Catalog:
    """A catalogue as it lies there."""
    with path.open("rb") as source:
        return read_po(source, locale=path.stem)


def template(uses: Iterable[Use]) -> Catalog:
    """The texts of the code in alphabetical order, each with the files in which it stands."""
    made = Catalog(fuzzy=False)
    for use in sorted(uses, key=lambda use: (use.text, use.path)):
        text = (use.text, use.plural) if use.plural else use.text
        made.add(text, locations=[(use.path, 0)])
    return made


def updated(catalogue: Catalog, wanted: Catalog) -> str:
    """The text of the .po file with exactly the wanted texts, translations kept."""
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# What people read, in this language. Kept by: make texts"
    out = io.BytesIO()
    write_po(out, catalogue, width=WIDTH, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}:' for name in _DATED))]
    return "\n".join(kept).strip() + "\n"


def untranslated(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    """The wanted texts without a translation, or with a doubtful one."""
    for message in wanted:
        if message.id:
            known = catalogue.get(_key(message))
            forms = known.string if known and not known.fuzzy else ""
            if not forms or not all([forms] if isinstance(forms, str) else forms):
                yield _key(message)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _missing(wanted: Catalog) -> int:
    lacking = 0
    for path in catalogues():
        for text in untranslated(read(path), wanted):
            lacking += 1
            sys.stdout.write(f"{path.name}: {text}\n")
    return int(lacking > 0)


def _update(wanted: Catalog) -> int:
    for path in catalogues():
        path.write_text(updated(read(path), wanted), encoding="utf-8")
    return _missing(wanted)


ACTIONS: dict[str, Callable[[Catalog], int]] = {"missing": _missing, "update": _update}


def main(arguments: list[str]) -> int:
    """The exit status: 0 all is translated, 1 something is not, 2 wrong use or unreadable code."""
    action = ACTIONS.get(arguments[0]) if len(arguments) == 1 else None
    if action is None:
        sys.stderr.write(__doc__ or "")
        return 2
    found = find()
    if found.unreadable:
        sys.stderr.write("Cannot tell these texts:\n" + "\n".join(found.unreadable) + "\n")
        return 2
    return action(template(found.uses))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
