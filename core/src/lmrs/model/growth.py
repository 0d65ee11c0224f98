"""Vocabularies that grow between stages."""

from __future__ import annotations

from collections.abc import Iterable

from lmrs.data.more_rows import with_rows
from lmrs.recipe.resolved import Growth
from lmrs_plugins import Bundle, InputError, Vocabulary


def grown(bundle: Bundle, growths: Iterable[Growth]) -> Bundle:
    """The bundle with each growth as one more block at the end of its vocabulary; of new rows nothing is known.

    `by` a number appends ids `SUBJECT+0`, …; `by` a subject appends that subject's ids as `OTHER:id`. A subject that
    the data do not know starts with an empty first block (a language model's tokens are counted by its own node).
    """
    for growth in growths:
        vocabularies = bundle.vocabularies
        old = vocabularies.get(growth.subject, Vocabulary(growth.subject, (), (0,)))
        if isinstance(growth.by, int):
            first = len(old) - old.blocks[0]
            ids = [f"{growth.subject}+{number}" for number in range(first, first + growth.by)]
        elif growth.by in vocabularies:
            ids = [f"{growth.by}:{id_}" for id_ in vocabularies[growth.by].ids]
        else:
            there = ", ".join(vocabularies)
            raise InputError(
                f"grow {growth.subject} by {growth.by!r}: the data know no such subject; they have {there}"
            )
        bundle = with_rows(bundle, old.grown(ids))
    return bundle
