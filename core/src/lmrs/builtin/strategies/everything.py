"""Everything trains."""

from __future__ import annotations

from lmrs.builtin.options import Everything as Options
from lmrs_plugins import Env, Group, Tune


class Everything:
    """All parameters in one group: pre-training, or tuning of the whole model."""

    def __init__(self, env: Env, options: Options) -> None:
        self._rate = options.rate

    def apply(self, tune: Tune) -> None:
        """Nothing is injected."""

    def groups(self, tune: Tune) -> list[Group]:
        return [Group(tune.names(), self._rate)]

    def release(self, tune: Tune) -> None:
        """Nothing was injected."""
