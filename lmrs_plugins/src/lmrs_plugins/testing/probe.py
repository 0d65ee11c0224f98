"""What importing a plugin costs, seen in a process of its own.

`python -m lmrs_plugins.testing.probe MODULE[:ATTRIBUTE] [MODULE …]` imports the plugin and calls its hooks for cards,
then imports the other modules (those of options), and prints which heavy libraries each half loaded, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module

HEAVY = (
    *("accelerate", "matplotlib", "networkx", "numpy", "open_clip", "pandas", "peft", "PIL", "polars", "pyarrow"),
    *("pydantic", "scipy", "sklearn", "tensorflow", "torch", "torch_geometric", "torchvision", "transformers"),
)


def probe(plugin: str, modules: list[str]) -> tuple[list[str], list[str]]:
    """Heavy libraries that the entry point loads, and those that the modules of options load besides.

    Raises
    ------
    AssertionError
        The plugin cannot be imported in a process of its own.
    """
    command = [sys.executable, "-m", "lmrs_plugins.testing.probe", plugin, *modules]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise AssertionError(f"{plugin}: it cannot be imported in a process of its own: {said}")
    entry, options = json.loads(ran.stdout.splitlines()[-1])
    return entry, options


def _loaded() -> set[str]:
    return {name.partition(".")[0] for name in sys.modules} & set(HEAVY)


def _main(plugin: str, *modules: str) -> None:
    module, _, attribute = plugin.partition(":")
    found: object = import_module(module)
    for part in filter(None, attribute.split(".")):
        found = getattr(found, part)
    for name in dir(found):
        hook = getattr(found, name, None)
        if name.startswith("lmrs_") and callable(hook) and hasattr(hook, "lmrs_impl") and _offers(name):
            hook()
    entry = _loaded()
    for other in modules:
        import_module(other)
    print(json.dumps([sorted(entry), sorted(_loaded() - entry)]))


def _offers(hook: str) -> bool:
    return not hook.startswith(("lmrs_after_", "lmrs_before_", "lmrs_on_"))


if __name__ == "__main__":
    _main(*sys.argv[1:])
