"""What the weights of a stage start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_RUN = re.compile(r"run\s+(\S.*?)(?:\s+sha256:([0-9a-f]{64}))?")


@dataclass(frozen=True)
class StageInit:
    """The stage before (`keep`), new weights (`fresh`), or those of a finished run (`run PATH`).

    Of a run, `sha256` is the digest of its weights; empty where any will do.
    """

    kind: Literal["keep", "fresh", "run"] = "keep"
    path: str = ""
    sha256: str = ""

    @staticmethod
    def of(text: str) -> StageInit:
        """As in a recipe.

        Raises
        ------
        ValueError
            It says something else.
        """
        plain = {"keep": StageInit(), "fresh": StageInit("fresh")}
        if text in plain:
            return plain[text]
        found = _RUN.fullmatch(text.strip())
        if found is None:
            raise ValueError("should be keep, fresh or run PATH")
        return StageInit("run", found[1], found[2] or "")

    def __str__(self) -> str:
        if self.kind != "run":
            return self.kind
        return f"run {self.path} sha256:{self.sha256}" if self.sha256 else f"run {self.path}"
