"""What only lists things is cheap: it imports none of the heavy packages.

pydantic is not among them: typer parses with it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "pandas", "pyarrow", "scipy", "accelerate", "rich", "yaml")


def heavy_modules(code: str) -> list[str]:
    ask = f"import sys\n{code}\nprint('heavy:', *(name for name in {HEAVY!r} if name in sys.modules))"
    said = subprocess.run([sys.executable, "-W", "error", "-c", ask], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    return said.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["--version"],
        ["plugins"],
        ["plugins", "--json"],
        ["recipes"],
        ["components"],
        ["components", "--family", "metric", "--json"],
        ["run", "--help"],
        ["demo", "--help"],
        ["data", "show", "--help"],
    ],
    ids=" ".join,
)
def test_listing_imports_nothing_heavy(words):
    assert heavy_modules(f"from lmrs.cli.main import main\nassert main({words!r}) == 0") == []


def test_a_slip_of_the_pen_imports_nothing_heavy():
    code = "import io\nfrom contextlib import redirect_stderr\nfrom lmrs.cli.main import main\n"
    assert heavy_modules(f"{code}with redirect_stderr(io.StringIO()):\n    assert main(['rnu']) == 2") == []


def test_importing_lmrs_imports_nothing_heavy():
    assert heavy_modules("import lmrs\nlmrs.Host()\ndir(lmrs)") == []


def test_data_are_shown_without_torch():
    found = heavy_modules("from lmrs.cli.main import main\nassert main(['data', 'show', 'synthetic']) == 0")
    assert "pyarrow" in found
    assert "torch" not in found


def test_heavy_modules_would_be_noticed():
    assert heavy_modules("import yaml") == ["yaml"]
