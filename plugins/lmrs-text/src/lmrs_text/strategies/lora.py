"""Low-rank adapters."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
from collections.abc import Mapping, Sequence

from peft import LoraConfig

from lmrs_plugins import Env
from lmrs_text.strategies.adapters import Adapters
from lmrs_text.strategies.options import Lora as Options


class Lora(Adapters):
    """W x + alpha / rank * B A x with W frozen, B zero at the start (Hu et al., ICLR 2022, eq. 3); the work is peft's.

    A is (rank, in), B is (out, rank).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__(env, options)
        self._lora = options

    def config(self, modules: Mapping[str, Sequence[str]]) -> LoraConfig:
        return LoraConfig(
            r=self._lora.rank,
            lora_alpha=self._lora.alpha,
            lora_dropout=self._lora.dropout,
            target_modules=[name for names in modules.values() for name in names],
        )
