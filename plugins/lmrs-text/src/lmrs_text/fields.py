"""The columns of a row as one text, or as several that stay apart."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

from lmrs_plugins import Bundle
from lmrs_text.options import OfTexts


def texts_of(bundle: Bundle, options: OfTexts, first: int = 0) -> list[tuple[str, ...]]:
    """The texts of each row from `first` on: one, or one a field with `segments`; none where nothing is there."""
    columns = {name: bundle.values(options.subject, name).slice(first).to_pylist() for name in options.fields}
    pieces = _pieces(options.template)
    found = []
    for row in range(bundle.count(options.subject) - first):
        said = {name: text for name, column in columns.items() if (text := as_text(column[row]))}
        if options.segments:
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
            behind = text if name is None else re.match(r"\S*\s*", text)[0]
            pieces[-1] = (*pieces[-1][:2], behind)
            before = text[len(behind) :]
        if name is not None:
            pieces.append((before, name, ""))
    return pieces


def _filled(pieces: list[tuple[str, str, str]], said: dict[str, str]) -> str:
    return "".join(f"{before}{said[name]}{behind}" for before, name, behind in pieces if name in said).strip()
