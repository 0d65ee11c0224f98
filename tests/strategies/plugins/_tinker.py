"""Components of `tinker`."""

from __future__ import annotations

import torch
from _tinker_options import Adapter as Options
from torch import nn

from lmrs_plugins import Encoding, Env, Group, Tune


class Beside(nn.Module):
    """y = W x + B A x; renames `weight` to `base.weight`, as adapters do."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + self.up(self.down(x))


class Adapter:
    def __init__(self, env: Env, options: Options) -> None:
        self.options, self.seed = options, env.seed

    def apply(self, tune: Tune) -> None:
        before = set(tune.names())
        names = tune.targets(self.options.node)[self.options.kind]
        tune.inject(self.options.node, lambda module: self._wrap(module, names))
        self.mine = [name for name in tune.names() if name not in before]

    def _wrap(self, module: nn.Module, names: list[str]) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            for place, name in enumerate(names):
                old = module.get_submodule(name)
                new = Beside(old, self.options.rank)
                rude = self.options.rude and not place
                module.set_submodule(name, nn.Linear(old.in_features, old.out_features) if rude else new)

    def groups(self, tune: Tune) -> list[Group]:
        return [Group([*self.mine, *tune.find("objective.*")])]

    def release(self, tune: Tune) -> None:
        if self.options.end != "leave":
            tune.inject(self.options.node, self._take_out)

    @torch.no_grad()
    def _take_out(self, module: nn.Module) -> None:
        for name, one in [(name, one) for name, one in module.named_modules() if isinstance(one, Beside)]:
            if self.options.end == "merge":
                one.base.weight += one.up.weight @ one.down.weight
            module.set_submodule(name, one.base)


class Restless(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width = env.widths["of"]
        self.map = nn.Linear(self.width, self.width)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, of: Encoding) -> Encoding:
        self.calls += 1
        return Encoding(vectors=self.map(of.main), mask=of.mask)
