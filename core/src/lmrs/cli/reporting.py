"""What a finished run leaves for people to look at: the one place that asks for its report."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def write_report(folder: Path, others: Sequence[Path] = ()) -> Path | None:
    """Write the HTML report of a run, beside those of `others`; its path, or None where there is no report room."""
    if find_spec("lmrs.report") is None or find_spec("lmrs.report.html") is None:
        return None
    import_module("lmrs.report.html").write_report(folder, others)
    report = folder / "report.html"
    return report if report.exists() else None
