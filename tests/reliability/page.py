"""The tables of `docs/reliability.md`; `python tests/reliability/page.py` brings the page up to date.

Words are written by hand. Generated are the total and, between `<!-- A -->` and `<!-- /A -->`, the cases of group A.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a program it stands alone

from reliability.collected import ROOT, Fault, faults

PAGE = ROOT / "docs" / "reliability.md"
REPAIR = "python tests/reliability/page.py"
_TOTAL = re.compile(r"<!-- total -->.*?<!-- /total -->", re.S)


def filled(text: str, found: Sequence[Fault]) -> str:
    """The page with the tables of these tests."""
    for group in sorted({fault.group for fault in found}):
        begin, end = f"<!-- {group} -->", f"<!-- /{group} -->"
        if begin not in text or end not in text:
            raise ValueError(f"{PAGE.name} has no place for group {group}: {begin} {end}")
    for group in re.findall(r"<!-- ([A-L]) -->", text):
        table = _table([fault for fault in found if fault.group == group])
        begin, rest = text.split(f"<!-- {group} -->", 1)
        text = f"{begin}<!-- {group} -->\n{table}<!-- /{group} -->{rest.split(f'<!-- /{group} -->', 1)[1]}"
    return _TOTAL.sub(f"<!-- total -->**{len(found)}**<!-- /total -->", text)


def _table(found: Sequence[Fault]) -> str:
    if not found:
        return ""
    cases: dict[str, list[Fault]] = {}
    for fault in found:
        cases.setdefault(fault.case, []).append(fault)
    rows = [f"| {case} | {len(some)} | {_links(some)} |" for case, some in cases.items()]
    head = [f"{len(found)} tests of {len(cases)} cases:", "", "| case | tests | where |", "|---|---|---|"]
    return "\n".join(["", *head, *rows, "", ""])


def _links(found: Sequence[Fault]) -> str:
    files = sorted({fault.file for fault in found})
    return ", ".join(f"[{Path(file).stem}]({os.path.relpath(ROOT / file, PAGE.parent)})" for file in files)


if __name__ == "__main__":
    collected = faults()  # takes a while; whatever is written meanwhile stays
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), collected), encoding="utf-8")
