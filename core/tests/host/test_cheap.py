"""Discovery is free: no heavy package is imported by finding out what there is."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "numpy", "pydantic", "pyarrow", "typer", "rich", "scipy", "yaml", "accelerate")
ASK = f"""
import sys
from lmrs.host.host import Host
host = Host()
list(host.registry.entries()), list(host.recipes)
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_a_host_imports_nothing_heavy():
    """With every plugin that is installed here."""
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


def test_heavy_modules_would_be_noticed():
    said = subprocess.run([sys.executable, "-c", f"import numpy\n{ASK}"], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["numpy"]
