"""Learnt scales inside a frozen body."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
from collections.abc import Mapping, Sequence

from peft import IA3Config

from lmrs_text.strategies.adapters import Adapters


class Ia3(Adapters):
    """l * (W x) on attention's maps and W (l * x) on feed-forward ones, W frozen and l one at the start; peft's work.

    Liu et al., NeurIPS 2022, 3.3, scale keys, values and what the feed-forward part's second map takes in:
    `modules: [key, value, output.dense]` of a BERT.
    """

    def config(self, modules: Mapping[str, Sequence[str]]) -> IA3Config:
        return IA3Config(
            target_modules=[name for names in modules.values() for name in names],
            feedforward_modules=list(modules.get("feed-forward", ())),
        )
