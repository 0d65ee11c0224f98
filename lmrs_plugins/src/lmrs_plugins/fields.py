"""The columns of a row as one text, or as several that stay apart: what every encoder of texts reads."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from lmrs_plugins.options import Options

if TYPE_CHECKING:
    from lmrs_plugins.bundle import Bundle


class Fields(Options):
    """Options of whatever reads the texts of rows."""

    subject: Literal["item", "user"] = Field(default="item", description="whose texts: item, user")
    fields: list[str] = Field(
        default=["title"],
        min_length=1,
        description="columns of the subject; lists are joined by commas, what is missing or empty is passed over",
    )
    template: str = Field(
        default="",
        description="how the fields make one text, `{title}. Plot: {plot}`; a missing field goes with what stands "
        "around it. Empty: one after the other, with a blank between",
    )

    @model_validator(mode="after")
    def _filled(self) -> Self:
        asked = [name for _, name, _, _ in Formatter().parse(self.template) if name is not None]
        unknown = [name for name in asked if name not in self.fields]
        if unknown:
            raise ValueError(f"the template names {unknown[0]!r}, none of the fields: {', '.join(self.fields)}")
        if self.template and not asked:
            raise ValueError("the template names no field; say {title} where the title goes")
        return self


def texts_of(bundle: Bundle, options: Fields, first: int = 0, apart: bool = False) -> list[tuple[str, ...]]:
    """The texts of each row from `first` on: one, or one a field that stay `apart`; none where nothing is there."""
    columns = {name: bundle.values(options.subject, name).slice(first).to_pylist() for name in options.fields}
    pieces = _pieces(options.template)
    found = []
    for row in range(bundle.count(options.subject) - first):
        said = {name: text for name, column in columns.items() if (text := as_text(column[row]))}
        if apart:
            found.append(tuple(said[name] for name in options.fields if name in said))
        else:
            plain = (said[name] for name in options.fields if name in said)
            joined = _filled(pieces, said) if pieces else " ".join(plain)
            found.append((joined,) if joined else ())
    return found


def as_text(value: Any) -> str:
    """A value of a column as text, empty where it says nothing."""
    if value is None or value != value:
        return ""
    if isinstance(value, list):
        return ", ".join(text for one in value if (text := as_text(one)))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    # Half of a surrogate pair, as broken files have it, is no text and would stop the tokenizer.
    return str(value).encode(errors="replace").decode().strip()


def _pieces(template: str) -> list[tuple[str, str, str]]:
    """What stands before a field, the field, and what stands behind it.

    Of what stands between two fields the part up to its first blank belongs to the one before: of `. Plot: ` that is
    the full stop, so that neither a missing title nor a missing plot leaves anything behind.
    """
    pieces: list[tuple[str, str, str]] = []
    for text, name, _, _ in Formatter().parse(template):
        before = text
        if pieces:
            behind = text if name is None else text[: len(text) - len(re.sub(r"^\S*\s*", "", text))]
            pieces[-1] = (*pieces[-1][:2], behind)
            before = text[len(behind) :]
        if name is not None:
            pieces.append((before, name, ""))
    return pieces


def _filled(pieces: list[tuple[str, str, str]], said: dict[str, str]) -> str:
    return "".join(f"{before}{said[name]}{behind}" for before, name, behind in pieces if name in said).strip()
