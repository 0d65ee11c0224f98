"""The one place that knows what an error means to a person, and to a script."""

from __future__ import annotations

import errno
import json
import sys
import traceback
from dataclasses import dataclass

from lmrs.model.memory import lacks_memory
from lmrs_plugins.errors import Cancelled, InputError, LmrsError, PluginError

INTERRUPTED = 130
BROKEN_PIPE = 141
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR)


class ReaderGone(Exception):  # noqa: N818 - it is nobody's error
    """Whoever read our output has gone: `| head`, for one."""


@dataclass(frozen=True)
class Failure:
    """`kind` is `input`, `plugin`, `internal` or `cancelled`; `code` the exit code."""

    kind: str
    message: str
    code: int


def explain(error: BaseException) -> Failure:
    """What to say about an error."""
    if isinstance(error, Cancelled):
        return Failure("cancelled", str(error), error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        return Failure("cancelled", "interrupted", INTERRUPTED)
    if isinstance(error, LmrsError):
        kinds = {InputError: "input", PluginError: "plugin"}
        kind = next((kind for base, kind in kinds.items() if isinstance(error, base)), "internal")
        return Failure(kind, str(error), error.exit_code)
    usage = getattr(error, "format_message", None)  # typer's own, whose class moves between its versions
    if usage is not None:
        return Failure("input", _usage(error, str(usage())), 2)
    if isinstance(error, OSError) and error.errno in _DISK:
        return Failure("input", f"{error.filename or 'a file'}: {error.strerror}", 2)
    if lacks_memory(error):
        return Failure("input", "out of memory; take a smaller batch: --set stages.0.sampler.batch=32", 2)
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("lmrs"):
        library = error.name.partition(".")[0]
        return Failure("input", f"{library} is not installed, and lmrs needs it: `pip install lmrs` brings it", 2)
    return Failure("internal", f"a fault of ours, {_place(error)}; LMRS_TRACEBACK=1 shows where it comes from", 1)


def report(error: BaseException, as_json: bool) -> int:
    """Say it on standard error, in one line; the exit code."""
    failure = explain(error)
    message = " ".join(failure.message.split())
    if as_json:
        line = json.dumps({"error": {"kind": failure.kind, "message": message}}, ensure_ascii=False)
    else:
        line = f"error: {message}"
    print(line, file=sys.stderr)
    return failure.code


def _usage(error: BaseException, message: str) -> str:
    context = getattr(error, "ctx", None)
    return f"{message.rstrip('.')}; see `{context.command_path} --help`" if context is not None else message


def _place(error: BaseException) -> str:
    """Type, message and line of an error."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"
