"""What a finished run leaves for people to look at: the one place that asks for its report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lmrs.cli.shell import Shell
from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    from lmrs.report.examples import Example


def report(
    shell: Shell, folder: Path, others: Sequence[Path] = (), examples: Sequence[Example] | int = 4
) -> Path | None:
    """Write the HTML report of a run, beside the results of `others`; its path, or None where it cannot be written."""
    from lmrs.report.html import write_report

    try:
        return write_report(folder, others, examples)
    except InputError as error:  # the run itself is whole
        shell.note(f"no report: {error}")
        return None
