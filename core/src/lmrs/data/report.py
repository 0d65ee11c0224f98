"""What happens to rows that cannot be read: one place that knows the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmrs_plugins.dataset import Policy, Problem
from lmrs_plugins.errors import InputError

NAMED = 1000
"""Rows named one by one for each kind of problem in a file; the rest are counted."""


@dataclass(frozen=True)
class MoreProblems(Problem):
    """Stands for `count` further rows with the same fault."""

    count: int = 1


def total(problems: tuple[Problem, ...]) -> int:
    """How many faults these problems stand for."""
    return sum(problem.count if isinstance(problem, MoreProblems) else 1 for problem in problems)


class Report:
    """Collects problems while a data set is read; under `strict` the first one is an error."""

    def __init__(self, policy: Policy) -> None:
        self.policy: Policy = policy
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found so far."""
        return tuple(self._problems)

    @property
    def coerces(self) -> bool:
        """Whether bad values are to be made the best of."""
        return self.policy == "coerce"

    def rows(self, file: str, rows: npt.NDArray[np.int64], say: Callable[[int], str], done: str) -> None:
        """Bad rows of a file.

        Parameters
        ----------
        rows
            (n,) line numbers, ascending.
        say
            From an index into `rows`, what is wrong with that row.
        done
            What becomes of such rows where the policy is not strict: `left out`, `read as missing`.
        """
        if not len(rows):
            return
        if self.policy == "strict":
            raise InputError(f"{file}, row {rows[0]}: {say(0)}; mend it, or set data.policy to quarantine or coerce")
        named = min(len(rows), NAMED)
        self._problems += [Problem(file, int(rows[i]), f"{say(i)}: {done}") for i in range(named)]
        if len(rows) > named:
            rest = len(rows) - named
            message = f"{rest} more rows like the one before, up to row {rows[-1]}: {done}"
            self._problems.append(MoreProblems(file, int(rows[named]), message, rest))

    def whole(self, file: str, row: int, message: str, done: str, cure: str) -> None:
        """A fault of a file's header (`row` 1) or of all of it (0): an error under `strict`, noted otherwise."""
        if self.policy == "strict":
            where = f"{file}, row {row}" if row else file
            raise InputError(f"{where}: {message}; {cure}, or set data.policy to coerce")
        self._problems.append(Problem(file, row, f"{message}: {done}"))
