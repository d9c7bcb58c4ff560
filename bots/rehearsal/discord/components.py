"""Buttons, menus and modals: what Discord accepts, and how to find one in a message.

Source: Discord's documentation, "Components reference" (limits of each component).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bots.rehearsal.discord.errors import Form

Json = dict[str, Any]

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT_DISPLAY = 1, 2, 3, 4, 9, 10
THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 11, 12, 13, 14, 17, 18, 19
UPLOADS = 10
SELECTS = (3, 5, 6, 7, 8)
LINK_STYLE, PREMIUM_STYLE = 5, 6
_CHOICES = "BASE_TYPE_CHOICES"
_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents first."""
    for component in components:
        yield component
        inner = list(component.get("components") or [])
        inner += [component[k] for k in ("component", "accessory") if component.get(k)]
        yield from walk(inner)


def number(components: list[Json]) -> list[Json]:
    """Copies in which every component has its numeric id, as Discord returns them."""
    taken = {c["id"] for c in walk(components) if c.get("id")}
    following = iter(i for i in range(1, 1000) if i not in taken)

    def copy(component: Json) -> Json:
        made = {**component, "id": component.get("id") or next(following)}
        made = {**_DEFAULTS.get(made["type"], {}), **made}
        for key in ("component", "accessory"):
            if made.get(key):
                made[key] = copy(made[key])
        if "components" in made:
            made["components"] = [copy(c) for c in made["components"]]
        for key in ("media", "file"):
            if made.get(key):
                made[key] = {"url": made[key]["url"]}
        if made["type"] == GALLERY:
            plain = {"description": None, "spoiler": False}
            items = made["items"]
            made["items"] = [{**plain, **i, "media": {"url": i["media"]["url"]}} for i in items]
        return made

    return [copy(component) for component in components]


def check_rows(form: Form, components: list[Json]) -> None:
    """Note what is wrong with a message's rows of buttons and menus."""
    for index, component in enumerate(components):
        path = f"components.{index}"
        if component.get("type") != ACTION_ROW:
            form.add(f"{path}.type", _CHOICES, "Value must be one of {1}.")
        else:
            check_row(form, path, component)


def check_row(form: Form, path: str, row: Json) -> None:
    """Note what is wrong with a row: up to five buttons, or one menu."""
    inner = row.get("components")
    if not form.count(f"{path}.components", inner, 1, 5):
        return
    assert isinstance(inner, list)
    kinds = [c.get("type") for c in inner]
    if any(k in SELECTS for k in kinds) and len(kinds) > 1:
        message = "The specified component exceeds the maximum width"
        form.add(f"{path}.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    for index, component in enumerate(inner):
        where = f"{path}.components.{index}"
        if component.get("type") == BUTTON:
            check_button(form, where, component)
        elif component.get("type") in SELECTS:
            _check_select(form, where, component)
        else:
            form.add(f"{where}.type", _CHOICES, "Value must be one of {2, 3, 5, 6, 7, 8}.")


def check_button(form: Form, path: str, button: Json) -> None:
    """Note what is wrong with a button."""
    style = button.get("style")
    form.length(f"{path}.label", button.get("label"), 0, 80)
    if style not in range(1, 7):
        form.add(f"{path}.style", _CHOICES, "Value must be one of {1, 2, 3, 4, 5, 6}.")
    elif style == LINK_STYLE:
        if not button.get("url"):
            form.required(f"{path}.url")
        form.length(f"{path}.url", button.get("url"), 1, 512)
        if button.get("custom_id"):
            message = "A custom id and url cannot both be specified"
            form.add(
                f"{path}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message
            )
    elif style != PREMIUM_STYLE:
        _check_custom_id(form, path, button)
    if not button.get("label") and not button.get("emoji") and style != PREMIUM_STYLE:
        message = "A label, emoji, or both are required"
        form.add(path, "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", message)


def _check_custom_id(form: Form, path: str, component: Json) -> None:
    if "custom_id" not in component:
        form.required(f"{path}.custom_id")
    form.length(f"{path}.custom_id", component.get("custom_id"), 1, 100)


def _check_select(form: Form, path: str, select: Json) -> None:
    _check_custom_id(form, path, select)
    form.length(f"{path}.placeholder", select.get("placeholder"), 0, 150)
    if select["type"] != STRING_SELECT:
        return
    options = select.get("options")
    if not form.count(f"{path}.options", options, 1, 25):
        return
    assert isinstance(options, list)
    for index, option in enumerate(options):
        for key in ("label", "value"):
            form.length(f"{path}.options.{index}.{key}", option.get(key), 1, 100)
        description = option.get("description")
        form.length(f"{path}.options.{index}.description", description, 0, 100)
    if len({o.get("value") for o in options}) < len(options):
        form.add(f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Duplicated value")


def check_unique(form: Form, components: list[Json]) -> None:
    """Note a custom id that two components share."""
    seen: set[str] = set()
    for component in walk(components):
        name = component.get("custom_id")
        if name is not None and name in seen:
            message = "Component custom id cannot be duplicated"
            form.add("components", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen.add(str(name))


def check_modal(form: Form, modal: Json) -> None:
    """Note what is wrong with a modal: title, custom_id and one to five inputs."""
    for key, high in (("title", 45), ("custom_id", 100)):
        if not modal.get(key):
            form.required(f"data.{key}")
        form.length(f"data.{key}", modal.get(key) or None, 1, high)
    components = modal.get("components")
    if not form.count("data.components", components, 1, 5):
        return
    assert isinstance(components, list)
    for index, component in enumerate(components):
        _check_modal_part(form, f"data.components.{index}", component)
    check_unique(form, components)


def _check_modal_part(form: Form, path: str, part: Json) -> None:
    if part.get("type") == LABEL:
        form.length(f"{path}.label", part.get("label"), 1, 45)
        form.length(f"{path}.description", part.get("description"), 0, 100)
        inner = part.get("component") or {}
        if inner.get("type") == TEXT_INPUT:
            _check_input(form, f"{path}.component", inner, labelled=True)
        elif inner.get("type") in SELECTS:
            _check_select(form, f"{path}.component", inner)
        elif inner.get("type") == FILE_UPLOAD:
            _check_upload(form, f"{path}.component", inner)
    elif part.get("type") == ACTION_ROW:
        inputs = part.get("components")
        if form.count(f"{path}.components", inputs, 1, 1):
            assert isinstance(inputs, list)
            _check_input(form, f"{path}.components.0", inputs[0], labelled=False)
    elif part.get("type") != TEXT_DISPLAY:
        form.add(f"{path}.type", _CHOICES, "Value must be one of {1, 10, 18}.")


def _check_upload(form: Form, path: str, field: Json) -> None:
    _check_custom_id(form, path, field)
    for key, low in (("min_values", 0), ("max_values", 1)):
        if field.get(key) is not None and not low <= field[key] <= UPLOADS:
            message = f"int value should be between {low} and {UPLOADS}."
            form.add(f"{path}.{key}", "NUMBER_TYPE_MAX", message)
    if field.get("required", True) and field.get("min_values") == 0:
        message = "A required component needs at least one value."
        form.add(f"{path}.min_values", "NUMBER_TYPE_MIN", message)


def _check_input(form: Form, path: str, field: Json, *, labelled: bool) -> None:
    if field.get("type") != TEXT_INPUT:
        form.add(f"{path}.type", _CHOICES, "Value must be one of {4}.")
        return
    _check_custom_id(form, path, field)
    if field.get("style") not in (1, 2):
        form.add(f"{path}.style", _CHOICES, "Value must be one of {1, 2}.")
    if not labelled and not field.get("label"):
        form.required(f"{path}.label")
    form.length(f"{path}.label", field.get("label"), 0, 45)
    form.length(f"{path}.placeholder", field.get("placeholder"), 0, 100)
    form.length(f"{path}.value", field.get("value"), 0, 4000)
    for key, low in (("min_length", 0), ("max_length", 1)):
        if field.get(key) is not None and not low <= field[key] <= 4000:
            message = f"int value should be between {low} and 4000."
            form.add(f"{path}.{key}", "NUMBER_TYPE_MAX", message)


def pressable(components: list[Json], name: str) -> Json | None:
    """The button or menu with this custom_id, else with this label; links are not pressable."""
    found = [c for c in walk(components) if c.get("custom_id") and c["type"] in (BUTTON, *SELECTS)]
    by_id = next((c for c in found if c["custom_id"] == name), None)
    return by_id or next((c for c in found if c.get("label") == name), None)
