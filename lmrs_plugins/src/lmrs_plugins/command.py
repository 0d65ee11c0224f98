"""Commands that plugins add to the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from lmrs_plugins.bundle import Bundle
    from lmrs_plugins.options import Options


class Console(Protocol):
    """What the host does for a command."""

    def data(self, source: str, changes: Sequence[str] = ()) -> Bundle:
        """A data set by its name or path, read and split as for a recipe.

        `changes` are keys of a recipe's `data` section, `min_user=5`; an `InputError` says what is wrong with either.
        """
        ...

    def write(self, path: Path, content: bytes) -> None:
        """Write a file: all of it, or nothing and an `InputError` where it cannot be written."""
        ...


@dataclass(frozen=True)
class Told:
    """What a command has to say: `plain` as JSON, where that is asked for, and otherwise `lines` for people."""

    plain: Mapping[str, Any]
    lines: Sequence[str]


class Command(Protocol):
    """`lmrs PLUGIN NAME`, of the plugin's name and that on the card.

    What one types are its options: a field without a default is an argument, in the order of the fields; any other,
    `most_shown`, is `--most-shown`. Fields are str, int, float, bool (False by default), Path, a Literal of texts, one
    of them or None, or a list of them; their descriptions are the help, below the docstring of the class and above
    `examples`, which are command lines. `--json`, `--plugins` and `--no-plugin` are the host's, for every command.
    """

    examples: ClassVar[tuple[str, ...]]

    def __init__(self, options: Options) -> None: ...

    def run(self, console: Console) -> Told:
        """Do it, and say what there is to say; an `InputError` in one line where the user has to mend something."""
        ...
