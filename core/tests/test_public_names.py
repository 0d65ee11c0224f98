"""What `import lmrs` offers."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import lmrs


def test_no_name_is_that_of_a_room():
    """Importing a room puts its module on the package under its name, and would hide a function called so."""
    rooms = {module.name for module in pkgutil.iter_modules(lmrs.__path__)}
    assert rooms & set(lmrs.__all__) == set()


def test_every_name_is_there_after_all_has_been_imported():
    names = "[name for name in lmrs.__all__ if not isinstance(getattr(lmrs, name), str | Callable)]"
    program = f"from typing import Callable; import lmrs.answer.run, lmrs.report.html; print({names})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
