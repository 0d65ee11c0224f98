"""PyG's own parts, imported in one place: it compiles some of itself by what torch has deprecated, and says so."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"`torch\.jit", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message=r"`torch\.jit", category=FutureWarning)
    from torch_geometric import nn
    from torch_geometric.data import HeteroData
    from torch_geometric.nn import MessagePassing
    from torch_geometric.utils import softmax

__all__ = ["HeteroData", "MessagePassing", "nn", "softmax"]
