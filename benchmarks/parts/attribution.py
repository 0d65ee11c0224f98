"""Which part of a step its time goes to, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.autograd.profiler import record_function
from torch.profiler import ProfilerActivity, profile

PREFIX = "part: "
BACKWARD = "autograd::engine::evaluate_function"
OF_MODULE = {
    "qkv": "attention",
    "out": "attention",
    "up": "feed-forward",
    "activation": "feed-forward",
    "down": "feed-forward",
    "dropout": "dropout and norms",
    "attention_norm": "dropout and norms",
    "feed_norm": "dropout and norms",
    "norm": "dropout and norms",
}
REST = "residual sums and views"
HOST = "host and Python"


def label(module: nn.Module, part: str) -> None:
    """What runs inside a module's forward belongs to a part, unless an inner module says otherwise."""
    open_ranges: list[Any] = []

    def before(*_: Any) -> None:
        opened = record_function(PREFIX + part)
        opened.__enter__()
        open_ranges.append(opened)

    def after(*_: Any) -> None:
        open_ranges.pop().__exit__(None, None, None)

    module.register_forward_pre_hook(before)
    module.register_forward_hook(after)


def labelled(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    """A function whose calls belong to a part."""

    def wrapped(*arguments: Any, **more: Any) -> Any:
        with record_function(PREFIX + part):
            return function(*arguments, **more)

    return wrapped


def label_transformer(module: nn.Module) -> None:
    """An encoder's own parts, by the names of its modules."""
    label(module, REST)
    for name, inner in module.named_modules():
        part = OF_MODULE.get(name.rpartition(".")[2])
        if part is not None:
            label(inner, part)


@contextmanager
def attributing() -> Iterator[dict[str, float]]:
    """Seconds by part of all that runs inside; filled in at the end."""
    found: dict[str, float] = {}
    with profile(activities=[ProfilerActivity.CPU]) as recorded:
        yield found
    events = sorted(recorded.events(), key=lambda event: event.time_range.start)
    # What makes a node of the backward graph carries its number, and so may others before it: the last one counts.
    made_by = {
        event.sequence_nr: part_of(event, {}) for event in events if event.sequence_nr >= 0 and not backward(event)
    }
    for event in events:
        part = part_of(event, made_by)
        found[part] = found.get(part, 0.0) + event.self_cpu_time_total / 1e6


def backward(event: Any) -> bool:
    """Whether an event runs on the way back."""
    while event is not None:
        if event.name.startswith(BACKWARD):
            return True
        event = event.cpu_parent
    return False


def part_of(event: Any, made_by: dict[int, str]) -> str:
    """The innermost part that an event stands in; on the way back, the part whose operation is undone."""
    while event is not None:
        if event.name.startswith(PREFIX):
            return str(event.name.removeprefix(PREFIX))
        if "scaled_dot_product" in event.name:
            return "attention"
        if event.name.startswith("Optimizer."):
            return "optimiser and clipping"
        if event.name.startswith(BACKWARD):
            return made_by.get(event.sequence_nr, "gradients summed")
        event = event.cpu_parent
    return HOST
