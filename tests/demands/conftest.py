"""The demands' runs, shared by their tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from demands.trials import PLUGINS, Trials

from lmrs.host.host import Host


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """Every demand's recipe, run once."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    made = Trials(tmp_path_factory.mktemp("demands"), Host(plugin_dir=PLUGINS, strict=True))
    yield made
    made.close()
    torch.set_num_threads(threads)
