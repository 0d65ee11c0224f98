"""Everything trains."""

from __future__ import annotations

from lmrs.builtin.options import Everything as Options
from lmrs_plugins import Env, Group, Tune


class Everything:
    """All parameters in one group but those that are to stay: pre-training, or tuning of the whole model."""

    def __init__(self, env: Env, options: Options) -> None:
        self._rate, self._frozen = options.rate, options.frozen

    def apply(self, tune: Tune) -> None:
        """Nothing is injected."""

    def groups(self, tune: Tune) -> list[Group]:
        still = {name for entry in self._frozen for name in tune.find(entry)}
        return [Group([name for name in tune.names() if name not in still], self._rate)]

    def release(self, tune: Tune) -> None:
        """Nothing was injected."""
