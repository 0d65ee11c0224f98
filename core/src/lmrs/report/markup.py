"""HTML and SVG that escape whatever they are given."""

from __future__ import annotations

import html
import re

Attribute = str | int | float | bool | None

_VOID = frozenset({"meta", "br", "link", "img"})
# Characters that HTML has no place for, whatever wrote them into a title.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class Markup(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


def text(value: object) -> Markup:
    """A value as text, escaped unless it is markup."""
    if isinstance(value, Markup):
        return value
    whole = str(value).encode("utf-8", "replace").decode()
    return Markup(html.escape(_CONTROLS.sub("\ufffd", whole), quote=True))


def join(*children: object) -> Markup:
    """Children one after the other; None is left out."""
    return Markup("".join(text(child) for child in children if child is not None))


def tag(name: str, /, *children: object, **attributes: Attribute) -> Markup:
    """An element.

    An attribute that is None or False is left out, one that is True stands alone; `class_` is `class`, and other
    underscores are hyphens.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        known = key.rstrip("_").replace("_", "-")
        parts.append(known if value is True else f'{known}="{text(_plain(value))}"')
    head = f"<{' '.join(parts)}>"
    return Markup(head if name in _VOID else f"{head}{join(*children)}</{name}>")


def _plain(value: Attribute) -> Attribute:
    """Coordinates to a hundredth of a pixel, so that a file stays small and the same."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
