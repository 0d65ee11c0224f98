"""The `lmrs` program: what was typed goes to its command, what went wrong to one line and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from lmrs.cli import failure


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; its exit code: 0 done, 2 the user's input, 3 a plugin, 1 a fault of ours, 128 + a signal.

    `LMRS_TRACEBACK=1` in the environment lets errors through with their traceback.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    # Threads that wait for work without spinning: on a machine that others use too, a spinning thread doubles the time.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    log, handler = logging.getLogger("lmrs"), _handler(as_json)
    log.addHandler(handler)
    try:
        from lmrs.cli.root import program

        code = program()(args=given, prog_name="lmrs", standalone_mode=False)
        if code == failure.INTERRUPTED:
            raise KeyboardInterrupt
    except failure.ReaderGone:
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failure.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("LMRS_TRACEBACK"):
            raise
        return failure.report(error, as_json)
    finally:
        log.removeHandler(handler)
    return code if isinstance(code, int) else 0


def _handler(as_json: bool) -> logging.Handler:
    """Warnings of the library, one line each on standard error; in JSON mode only an error stands there."""
    handler = logging.NullHandler() if as_json else logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("warning: %(message)s"))
    return handler


if __name__ == "__main__":
    sys.exit(main())
