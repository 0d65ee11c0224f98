"""Rankings and right answers as TREC has them, so that any tool of information retrieval can recompute the numbers.

- A **run** line is `QUERY Q0 ROW RANK SCORE TAG`: the best rows of each case, as many as there are up to a depth; what
  was not ranked, seen rows among it, is not there.
- A **qrels** line is `QUERY 0 ROW 1`: every right answer, those that were not ranked too. A case without any has none.
- A query is a case: the id of its user, or `USER/1`, `USER/2`, … in the order of the cases where any user has several;
  without users, the key of the case.
- Ids are those of the data, but blanks, control characters and `%` in them are percent-encoded (RFC 3986, UTF-8).
- Scores are exact: as many digits as tell a 32-bit float from its neighbours. Tied rows are written with their equal
  scores, the lower row first; trec_eval ignores the written rank and puts them in the reverse order of their ids, where
  our metrics give them the expected rank.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.placed import Placed
from lmrs_plugins import Bundle, Examples, InputError

# What no id may hold in a file whose columns are apart by blanks; `%` so that it can be read back.
_UNFIT = re.compile(r"[\s%\x00-\x1f\x7f-\xa0\ufeff]")


def escaped(id_: str) -> str:
    """An id without blanks: `Blade Runner` is `Blade%20Runner`; `urllib.parse.unquote` reads it back.

    Raises
    ------
    InputError
        The id is empty.
    """
    if not id_:
        raise InputError("an id is empty: a TREC file has no place for it; name it in the data")
    return _UNFIT.sub(lambda found: quote(found.group(), safe=""), id_)


def queries(examples: Examples, bundle: Bundle) -> list[str]:
    """(C,) what each case is called, no two alike."""
    users = examples.columns.get("user")
    if not isinstance(users, np.ndarray) or (users < 0).any():
        return [str(key) for key in examples.keys]
    ids = bundle.vocabularies["user"].ids
    names = {int(user): escaped(str(ids[user])) for user in np.unique(users)}
    if len(names) == len(users):
        return [names[int(user)] for user in users]
    met: dict[int, int] = {}
    found = []
    for user in users.tolist():
        met[user] = met.get(user, 0) + 1
        found.append(f"{names[user]}/{met[user]}")
    return found


def run_lines(placed: Placed, named: Sequence[str], ids: Sequence[str], tag: str, depth: int) -> list[str]:
    """Lines of the run; `named` is (C,) queries, `ids` the id of every row as it is written."""
    rows, scores = placed.top[:, :depth], placed.scores[:, :depth]
    written = scores.astype(str)
    return [
        f"{query} Q0 {ids[row]} {rank} {score} {tag}\n"
        for query, mine, theirs in zip(named, rows.tolist(), written.tolist(), strict=True)
        for rank, (row, score) in enumerate(zip(mine, theirs, strict=True), 1)
        if row >= 0
    ]


def qrels_lines(placed: Placed, named: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Lines of the right answers, rows of a case ascending."""
    owners = placed.owners()
    order = np.lexsort((placed.positives, owners))
    pairs = zip(owners[order].tolist(), placed.positives[order].tolist(), strict=True)
    return [f"{named[case]} 0 {ids[row]} 1\n" for case, row in pairs]


def tied(placed: Placed) -> int:
    """How many right answers share their score with another candidate: where 0, other tools find the same numbers."""
    shared: npt.NDArray[np.bool_] = placed.level > 1
    return int(shared.sum())
