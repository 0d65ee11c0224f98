"""A family that only this plugin knows."""

from typing import Protocol

from lmrs_plugins import Env
from lmrs_plugins.testing import Case


class Indexer(Protocol):
    """Rows to codes."""

    def codes(self, row: int) -> list[int]: ...


class Halves:
    """Quotient and remainder by 5."""

    def __init__(self, env: Env) -> None: ...

    def codes(self, row: int) -> list[int]:
        return [row // 5, row % 5]


def check(case: Case) -> None:
    """Codes tell rows apart."""
    with case.check("distinct"):
        indexer = case.build(case.env())
        codes = {tuple(indexer.codes(row)) for row in range(case.bundle.count("item"))}
        case.require(len(codes) == case.bundle.count("item"), "two rows share their codes: use more of them")
