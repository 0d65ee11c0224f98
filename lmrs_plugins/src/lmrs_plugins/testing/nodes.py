"""What holds of every node of the model graph, encoder or fusion."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn

from lmrs_plugins.encoding import Encoding
from lmrs_plugins.testing import bindings
from lmrs_plugins.testing.bench import Bench
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.encodings import Outputs, check_finite, check_form, check_same, probe_sum
from lmrs_plugins.testing.growth import check_growth
from lmrs_plugins.testing.modules import check_gradients, check_saved, check_seed, is_module
from lmrs_plugins.testing.parts import check_parts
from lmrs_plugins.testing.surroundings import seeded
from lmrs_plugins.testing.views import longer, scrambled
from lmrs_plugins.view import View

NOISE = 1e3


def check(case: Case) -> Bench:
    """All checks of a node; returns the bench that it stood on."""
    with case.check("build"):
        bench = Bench.of(case)
        module = bench.build()
        is_module(case, module)
        widths = _widths(case, module)
        _check_signature(case, module)
    with case.check("binding"):
        bindings.check(case, bench)
    with case.check("shape"):
        view = bench.view()
        module.eval()
        found = _evaluated(bench, module, view)
        for name, port in case.card.gives.items():
            check_form(case, name, port, found[name], _leading(bench, view, port.form, found[name]), widths[name])
    with case.check("finite"):
        check_finite(case, found)
    if hasattr(bench.binding, "keys"):
        with case.check("keys"):
            _check_missing(case, bench, found)
    check_seed(case, bench.build)
    with case.check("repeat"):
        expected = "two calls in evaluation mode differ: no randomness and no state that moves in evaluation"
        check_same(case, found, _evaluated(bench, module, view), expected, exact=True)
    check_gradients(case, module, lambda: probe_sum(bench.run(module, view)), bench.leaves())
    module.eval()
    check_saved(
        case,
        bench.build,
        lambda one, other: check_same(
            case,
            _evaluated(bench, one, view),
            _evaluated(bench, other, view),
            "saved and loaded it computes something else: register what it keeps as parameters or persistent buffers",
            exact=True,
        ),
    )
    _check_alone(case, bench, module, view, found)
    _check_masking(case, bench, module, view, found)
    check_parts(case, module)
    check_growth(case, bench, module)
    return bench


def _evaluated(bench: Bench, module: nn.Module, view: View | None, noise: float = 0.0) -> Outputs:
    with torch.no_grad(), seeded(9):
        return bench.run(module, view, noise)


def _check_missing(case: Case, bench: Bench, found: Outputs) -> None:
    """A row whose key says that it is missing is masked."""
    missing = torch.from_numpy(bench.binding.keys(bench.rows()) == b"")
    for encoding in found.values():
        masked = torch.zeros_like(missing) if encoding.mask is None else ~encoding.mask.reshape(len(missing), -1).any(1)
        case.require(
            bool(masked[missing].all()),
            'the key of a row is b"", and it is not masked: a missing row is absent, everywhere alike',
        )


def _widths(case: Case, module: Any) -> dict[str, int]:
    width = getattr(module, "width", None)
    widths: dict[str, int] = dict(width) if isinstance(width, dict) else dict.fromkeys(case.card.gives, width or 0)
    case.require(
        set(widths) == set(case.card.gives) and all(isinstance(one, int) and one > 0 for one in widths.values()),
        f"its `width` is {width!r}: set the d of what it gives, a dict by the names of `gives` where there are several",
    )
    return widths


def _check_signature(case: Case, module: nn.Module) -> None:
    parameters = inspect.signature(module.forward).parameters
    for name, parameter in parameters.items():
        case.require(
            parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD),
            f"its forward takes *{name}: let it name what it reads",
        )
    for port in case.card.takes:
        case.require(
            port in parameters, f"its forward has no parameter {port!r}, the name of its port: rename one of them"
        )


def _leading(bench: Bench, view: View | None, form: str, found: Any) -> tuple[int, ...]:
    """The shape that an output has before its width."""
    if bench.case.card.evaluation == "view":
        assert view is not None
        axes = view.mask.shape if view.mask is not None else next(iter(view.rows.values())).shape
        return tuple(axes[:2]) if form == "states" or found.main.ndim > 2 else tuple(axes[:1])
    if view is None or bench.case.card.evaluation == "table":
        return (bench.env.count(bench.subject()),) if len(bench.case.card.gives) == 1 else tuple(found.main.shape[:-1])
    rows = tuple(view[view.field_of(bench.subject())].shape)
    if form == "states":
        shape: tuple[int, ...] = () if found.states is None else tuple(found.states.shape)
        bench.case.require(
            len(shape) == len(rows) + 2,
            f"its card gives states of rows, and they have shape {shape}: return (n, tokens, d) as `states`",
        )
        return (*rows, shape[-2])
    return rows


def _check_alone(case: Case, bench: Bench, module: nn.Module, view: View | None, found: Outputs) -> None:
    """A row or sequence gives alone what it gives in a batch, and a lookup at any shape what it gives in the table."""
    evaluation = case.card.evaluation
    if evaluation == "table":
        return
    with case.check("alone"):
        expected = "a row gives something else alone than among others: let nothing pass between the rows of a batch"
        if evaluation == "lookup":
            whole = {name: one[torch.from_numpy(bench.rows())] for name, one in _evaluated(bench, module, None).items()}
            check_same(case, found, whole, "forward(None) is not the whole table in order of rows")
            square = bench.square()
            shaped = _evaluated(bench, module, square)
            flat = {name: one[torch.arange(4).reshape(2, 2)] for name, one in found.items()}
            for name, port in case.card.gives.items():
                check_form(case, name, port, shaped[name], (2, 2), flat[name].main.shape[-1])
            check_same(case, shaped, flat, expected)
            return
        assert view is not None
        count = len(bench.rows()) if evaluation == "rows" else len(next(iter(view.map(lambda one: one).rows.values())))
        for place in sorted({0, 1, count // 2, count - 1} & set(range(count))):
            if evaluation == "rows":
                one = bench.at(bench.rows()[place : place + 1])
            else:
                one = view.map(lambda array, at=place: array[at : at + 1])  # type: ignore[misc]
            alone = _evaluated(bench, module, one)
            single = {name: _as_long(encoding[[place]], alone[name]) for name, encoding in found.items()}
            check_same(case, single, alone, expected)


def _as_long(one: Encoding, alone: Encoding) -> Encoding:
    """A row among others without the padding that it has not alone."""
    length = alone.main.shape[1] if one.states is not None else 0
    padded = one.mask is not None and one.states is not None and not bool(one.mask[:, length:].any())
    return one[:, :length] if padded else one


def _check_masking(case: Case, bench: Bench, module: nn.Module, view: View | None, found: Outputs) -> None:
    """What stands under a false mask, or more of it, changes nothing."""
    if case.card.takes and any(port.form in ("vectors", "states") for port in case.card.takes.values()):
        with case.check("masking"):
            expected = (
                "what stands under a false mask of an input reaches its output: weigh it by nothing, or mask attention"
            )
            check_same(case, found, _evaluated(bench, module, view, NOISE), expected)
            if case.card.evaluation == "view" and view is not None:
                expected = "a row under a false mask or a special code reaches its output: such a row means nothing"
                check_same(case, found, _evaluated(bench, module, scrambled(view, bench.wires)), expected)
    if case.card.evaluation == "view" and view is not None and view.mask is not None:
        with case.check("padding"):
            length = view.mask.shape[1]
            more = _evaluated(bench, module, longer(view), NOISE)
            cut = {name: one[:, :length] if one.main.ndim > 2 else one for name, one in more.items()}
            where = view.mask if next(iter(found.values())).main.ndim > 2 else None
            expected = (
                "three more positions of padding change its output: count positions from the left, and mask attention"
            )
            check_same(case, found, cut, expected, where=where)
