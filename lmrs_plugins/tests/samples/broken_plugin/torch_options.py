"""A strategy with its options in one module."""

from typing import Any

import torch

from lmrs_plugins import Group
from lmrs_plugins import Options as Base


class Options(Base):
    pass


class Everything:
    def __init__(self, env: Any, options: Options) -> None:
        assert torch.__version__

    def apply(self, tune: Any) -> None: ...

    def groups(self, tune: Any) -> list[Group]:
        return [Group(tune.names())]

    def release(self, tune: Any) -> None: ...
