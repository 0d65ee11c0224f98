"""How nodes become an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from lmrs_plugins.env import Env
    from lmrs_plugins.options import Options
    from lmrs_plugins.step import Step


@dataclass(frozen=True)
class Answer:
    """A list that a scorer made itself, by beam or by generation.

    `rows` is (B, K) rows of the answer's subject, best first, -1 where the list is shorter; `scores` is (B, K);
    `reasons` holds texts or paths, one list an example.
    """

    rows: Tensor
    scores: Tensor
    reasons: list[list[Any]] = field(default_factory=list)
    facts: Mapping[str, object] = field(default_factory=dict)


class Scorer(Protocol):
    """An `nn.Module`. One of `score` and `answer`; the card's traits say `reranks` or `answers` where that is so."""

    def __init__(self, env: Env, options: Options) -> None: ...

    def score(self, step: Step) -> Tensor:
        """(B, n): a number for every row of the answer's subject, or (B, K) for `step.candidates()` where given.

        Higher is better; -inf is never recommended. A scorer marked `reranks` is only ever called with candidates.
        """
        ...

    def answer(self, step: Step, top: int, allowed: Tensor | None) -> Answer:
        """The best `top`; `allowed` is (B, n) true where a row may be given, None where all may."""
        ...
