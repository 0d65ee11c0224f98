"""Cases and how their answers are scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lmrs_plugins.bundle import Bundle
    from lmrs_plugins.env import Env
    from lmrs_plugins.examples import Examples
    from lmrs_plugins.options import Options
    from lmrs_plugins.ragged import Ragged


@dataclass(frozen=True)
class Cases:
    """Questions with known answers.

    Parameters
    ----------
    examples
        C cases, as columns; what the scorer's draw looks at.
    positives
        C lists of rows of the task's subject: the right answers.
    seen
        C lists of rows that are not to be recommended again.
    candidates
        C lists of rows that are ranked, where the data fix them (impressions, a file of negatives); None: all rows.
    """

    examples: Examples
    positives: Ragged
    seen: Ragged
    candidates: Ragged | None = None


class Task(Protocol):
    """What is asked of the model."""

    subject: str
    """What is recommended: `item`, `tag`, `drug`."""

    def __init__(self, env: Env, options: Options) -> None: ...

    def cases(self, bundle: Bundle, part: str) -> Cases:
        """The cases of `valid` or `test`; a case looks only at events before its own."""
        ...

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        """Cases without an answer, for serving: histories of item rows; a user's row, or -1 for one never seen."""
        ...
