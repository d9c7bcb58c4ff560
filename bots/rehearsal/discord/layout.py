"""Layout components (components v2): what Discord accepts, and the media inside of them.

Source: Discord's documentation, "Components reference". The limit of 4,000 characters over all
text displays is discord.py's word (`LayoutView`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bots.rehearsal.discord import components as parts
from bots.rehearsal.discord.components import (
    ACTION_ROW,
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    SECTION,
    SEPARATOR,
    TEXT_DISPLAY,
    THUMBNAIL,
)
from bots.rehearsal.discord.errors import Form

Json = dict[str, Any]

COMPONENTS = 40
CHARACTERS = 4000
GALLERY_ITEMS = 10
ATTACHED = "attachment://"
_CHOICES = "BASE_TYPE_CHOICES"
_INSIDE = (ACTION_ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR)
_TOP = (*_INSIDE, CONTAINER)
_LINKS = ("http://", "https://", ATTACHED)


def check(form: Form, components: list[Json], names: set[str]) -> None:
    """Note what is wrong with the components of a message.

    names: of the files that the message carries, to which "attachment://name" may point.
    """
    everything = list(parts.walk(components))
    if len(everything) > COMPONENTS:
        message = f"Must be between 1 and {COMPONENTS} in length."
        form.add("components", "BASE_TYPE_BAD_LENGTH", message)
    text = sum(
        len(str(c.get("content") or "")) for c in everything if c.get("type") == TEXT_DISPLAY
    )
    if text > CHARACTERS:
        message = f"Must be {CHARACTERS} or fewer in length."
        form.add("components", "COMPONENT_MAX_TOTAL_TEXT_SIZE_EXCEEDED", message)
    _check_each(form, "components", components, _TOP)
    for path, media, only_files in _media(components, "components"):
        _check_media(form, path, media, names, only_files=only_files)


def _check_each(form: Form, path: str, components: list[Json], kinds: tuple[int, ...]) -> None:
    for index, component in enumerate(components):
        where = f"{path}.{index}"
        kind = component.get("type")
        if kind not in kinds:
            form.add(f"{where}.type", _CHOICES, f"Value must be one of {set(kinds)}.")
        elif kind == ACTION_ROW:
            parts.check_row(form, where, component)
        elif kind == CONTAINER:
            _check_container(form, where, component)
        elif kind == SECTION:
            _check_section(form, where, component)
        elif kind == TEXT_DISPLAY:
            _check_text(form, where, component)
        elif kind == GALLERY:
            form.count(f"{where}.items", component.get("items"), 1, GALLERY_ITEMS)
        elif kind == SEPARATOR and component.get("spacing", 1) not in (1, 2):
            form.add(f"{where}.spacing", _CHOICES, "Value must be one of {1, 2}.")


def _check_container(form: Form, path: str, container: Json) -> None:
    color = container.get("accent_color")
    if color is not None and not 0 <= color <= 0xFFFFFF:
        message = "int value should be between 0 and 16777215."
        form.add(f"{path}.accent_color", "NUMBER_TYPE_MAX", message)
    inner = container.get("components")
    if form.count(f"{path}.components", inner, 1, COMPONENTS):
        assert isinstance(inner, list)
        _check_each(form, f"{path}.components", inner, _INSIDE)


def _check_section(form: Form, path: str, section: Json) -> None:
    inner = section.get("components")
    if form.count(f"{path}.components", inner, 1, 3):
        assert isinstance(inner, list)
        _check_each(form, f"{path}.components", inner, (TEXT_DISPLAY,))
    accessory = section.get("accessory")
    if not accessory:
        form.required(f"{path}.accessory")
    elif accessory.get("type") == BUTTON:
        parts.check_button(form, f"{path}.accessory", accessory)
    elif accessory.get("type") != THUMBNAIL:
        message = f"Value must be one of {{{BUTTON}, {THUMBNAIL}}}."
        form.add(f"{path}.accessory.type", _CHOICES, message)


def _check_text(form: Form, path: str, text: Json) -> None:
    if not text.get("content"):
        form.required(f"{path}.content")
    form.length(f"{path}.content", text.get("content") or None, 1, CHARACTERS)


def _media(components: list[Json], path: str) -> Iterator[tuple[str, Json, bool]]:
    """Path, holder and whether only a file may be meant, of every place for a medium."""
    for index, component in enumerate(components):
        where = f"{path}.{index}"
        kind = component.get("type")
        if kind == GALLERY:
            for number, item in enumerate(component.get("items") or []):
                yield f"{where}.items.{number}", item, False
        elif kind == FILE:
            yield where, component, True
        elif kind == SECTION and (component.get("accessory") or {}).get("type") == THUMBNAIL:
            yield f"{where}.accessory", component["accessory"], False
        yield from _media(component.get("components") or [], f"{where}.components")


def _check_media(form: Form, path: str, holder: Json, names: set[str], *, only_files: bool) -> None:
    key = "file" if only_files else "media"
    url = (holder.get(key) or {}).get("url")
    form.length(f"{path}.description", holder.get("description"), 1, 1024)
    where = f"{path}.{key}.url"
    if not url:
        form.required(where)
    elif not url.startswith(ATTACHED if only_files else _LINKS):
        message = f"Scheme must be one of {ATTACHED if only_files else _LINKS}"
        form.add(where, "URL_TYPE_INVALID_SCHEME", message)
    elif url.startswith(ATTACHED) and url.removeprefix(ATTACHED) not in names:
        code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
        form.add(where, code, "The referenced attachment was not found in attachments")


def media(components: list[Json]) -> Iterator[Json]:
    """Every medium of a message's components: {"url", ...}, to be read or changed."""
    for _, holder, only_files in _media(components, ""):
        yield holder["file" if only_files else "media"]
