"""Checks of fusions: nodes that join several inputs, of which some may be absent."""

from __future__ import annotations

import torch

from lmrs_plugins.testing import nodes
from lmrs_plugins.testing.bench import Bench
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.encodings import check_finite, check_form


def check(case: Case) -> None:
    """All that holds of a node, for one input and for several, with and without masks."""
    with case.check("ports"):
        case.require(
            len(case.card.takes) > 1 or any(port.many for port in case.card.takes.values()),
            "it takes one node only: mark its port `many`, or offer it as an encoder",
        )
    bench = nodes.check(case)
    view = bench.view()
    with case.check("absent"):
        for node in (node for wire in bench.wires.values() for node in wire):
            node.there = torch.zeros_like(node.there)
        if view is not None and view.mask is not None:
            view = view.replace(mask=torch.zeros_like(view.mask))
        with torch.no_grad():
            found = bench.run(bench.build().eval(), view)
        check_finite(case, found)
        for one in found.values():
            gone = one.mask is not None and not bool(one.mask.any())
            case.require(gone, "where all inputs are absent, its mask has to be false: give the union of their masks")
    for name, several, masked in (("single", 1, True), ("unmasked", 2, False)):
        with case.check(name):
            other = Bench.of(case, several=several, masked=masked)
            module = other.build().eval()
            seen = other.view()
            with torch.no_grad():
                found = other.run(module, seen)
            check_finite(case, found)
            for output, port in case.card.gives.items():
                width = module.width[output] if isinstance(module.width, dict) else module.width
                check_form(case, output, port, found[output], tuple(found[output].main.shape[:-1]), width)
