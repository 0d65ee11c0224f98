"""The contract between the LMRS host and its plugins.

A plugin imports this package and nothing else of LMRS. Read it in this order: `hookspecs` (what can be offered),
`families` (what each kind of component is for), `card` and `ports` (how a component is described without being
imported), then the one file of the family you write for: `encoder`, `transform`, `sampler`, `objective`, `strategy`,
`scorer`, `maker`, `task`, `metric`, `dataset` or `command`.

Names are exported lazily: `from lmrs_plugins import Card, hookimpl` costs neither numpy nor pydantic, so a plugin whose
entry point imports only this package can be listed in milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lmrs_plugins.version import __version__

if TYPE_CHECKING:
    from lmrs_plugins.artifact import Artifact as Artifact
    from lmrs_plugins.bundle import Bundle as Bundle
    from lmrs_plugins.bundle import Graph as Graph
    from lmrs_plugins.bundle import Windows as Windows
    from lmrs_plugins.card import Card as Card
    from lmrs_plugins.command import Console as Console
    from lmrs_plugins.command import Told as Told
    from lmrs_plugins.encoding import Encoding as Encoding
    from lmrs_plugins.encoding import last as last
    from lmrs_plugins.env import Env as Env
    from lmrs_plugins.errors import Cancelled as Cancelled
    from lmrs_plugins.errors import InputError as InputError
    from lmrs_plugins.errors import LmrsError as LmrsError
    from lmrs_plugins.errors import PluginError as PluginError
    from lmrs_plugins.examples import Examples as Examples
    from lmrs_plugins.families import Family as Family
    from lmrs_plugins.hookspecs import hookimpl as hookimpl
    from lmrs_plugins.hookspecs import hookspec as hookspec
    from lmrs_plugins.maker import Making as Making
    from lmrs_plugins.options import Options as Options
    from lmrs_plugins.ports import Port as Port
    from lmrs_plugins.ports import Pull as Pull
    from lmrs_plugins.ports import ViewType as ViewType
    from lmrs_plugins.ragged import Ragged as Ragged
    from lmrs_plugins.randomness import ExampleRandom as ExampleRandom
    from lmrs_plugins.scorer import Answer as Answer
    from lmrs_plugins.step import Step as Step
    from lmrs_plugins.strategy import Group as Group
    from lmrs_plugins.strategy import Tune as Tune
    from lmrs_plugins.stretches import Stretches as Stretches
    from lmrs_plugins.task import Cases as Cases
    from lmrs_plugins.view import View as View
    from lmrs_plugins.vocabulary import Vocabulary as Vocabulary

_HOME = {
    "Answer": "scorer",
    "Artifact": "artifact",
    "Bundle": "bundle",
    "Cancelled": "errors",
    "Card": "card",
    "Cases": "task",
    "Console": "command",
    "Encoding": "encoding",
    "Env": "env",
    "ExampleRandom": "randomness",
    "Examples": "examples",
    "Family": "families",
    "Graph": "bundle",
    "Group": "strategy",
    "InputError": "errors",
    "LmrsError": "errors",
    "Making": "maker",
    "Options": "options",
    "PluginError": "errors",
    "Port": "ports",
    "Pull": "ports",
    "Ragged": "ragged",
    "Step": "step",
    "Stretches": "stretches",
    "Told": "command",
    "Tune": "strategy",
    "View": "view",
    "ViewType": "ports",
    "Vocabulary": "vocabulary",
    "Windows": "bundle",
    "hookimpl": "hookspecs",
    "hookspec": "hookspecs",
    "last": "encoding",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'lmrs_plugins' has no attribute {name!r}")
    return getattr(import_module(f"lmrs_plugins.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
