"""LMRS: recommenders in the language-model paradigm, composed out of plugins.

    import lmrs

    pipeline = lmrs.run("RECIPE", "path/to/events.csv", out="runs/first")
    pipeline.recommend(history=["i1", "i2"], top=10)
    lmrs.Pipeline.load("runs/first").evaluate()["NDCG@10"]

`import lmrs` imports nothing heavy: what is named here is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lmrs.version import __version__ as __version__

if TYPE_CHECKING:
    from lmrs.answer.listener import Listener as Listener
    from lmrs.answer.measured import compare as compare
    from lmrs.answer.measured import evaluate as evaluate
    from lmrs.answer.measured import export_trec as export_trec
    from lmrs.answer.pipeline import Pipeline as Pipeline
    from lmrs.answer.pipeline import Recommendation as Recommendation
    from lmrs.answer.run import resume as resume
    from lmrs.answer.run import run as run
    from lmrs.host.host import Host as Host

_HOMES = {
    "Host": "lmrs.host.host",
    "Listener": "lmrs.answer.listener",
    "Pipeline": "lmrs.answer.pipeline",
    "Recommendation": "lmrs.answer.pipeline",
    "compare": "lmrs.answer.measured",
    "evaluate": "lmrs.answer.measured",
    "export_trec": "lmrs.answer.measured",
    "resume": "lmrs.answer.run",
    "run": "lmrs.answer.run",
}

__all__ = [
    "Host",
    "Listener",
    "Pipeline",
    "Recommendation",
    "__version__",
    "compare",
    "evaluate",
    "export_trec",
    "resume",
    "run",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'lmrs' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
