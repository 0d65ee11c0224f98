"""What there is not enough memory for, in one line that names the option to lower. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lmrs_plugins import InputError

_WORDS = ("out of memory", "not enough memory", "allocate memory")


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that memory is used up: Python's, or torch's, which says it in words on a CPU."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in _WORDS)


@contextmanager
def enough_memory(where: str, options: Mapping[str, int | None]) -> Iterator[None]:
    """Inside, what is used up is an error of the user's input.

    `options` maps what can be lowered to its value, None where it is not set: `{"model.text.budget": 4096}`.

    Raises
    ------
    InputError
        Memory is used up; it names the options.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        raise InputError(f"out of memory in {where}: {_advice(options)}") from error


def _advice(options: Mapping[str, int | None]) -> str:
    if not options:
        return "take a smaller batch or model, or a device with more memory"
    said = [f"lower {name} ({now} now)" if now else f"set {name}" for name, now in options.items()]
    name, now = next(iter(options.items()))
    return f"{' or '.join(said)}, as in --set {name}={max(1, now // 2) if now else 4096}"
