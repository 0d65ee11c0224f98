"""How long `lmrs --help` and `lmrs plugins` take, and how many modules they import.

    ./dev bench startup

Prints the median of several runs of each, in seconds and as a multiple of starting Python and doing nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 9
LIMIT = 0.3
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "lmrs --help": [sys.executable, "-m", "lmrs.cli.main", "--help"],
    "lmrs plugins": [sys.executable, "-m", "lmrs.cli.main", "plugins"],
}
MODULES = """
import sys
sys.argv = ["lmrs", *{arguments!r}]
from lmrs.cli.main import main
try:
    main()
except SystemExit:
    pass
print(len(sys.modules), "torch" in sys.modules, file=sys.stderr)
"""


def seconds(command: list[str]) -> float:
    """Median wall time of a command."""
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def modules(arguments: list[str]) -> str:
    """How many modules a command has imported, and whether torch is among them."""
    done = subprocess.run(
        [sys.executable, "-c", MODULES.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    count, torch = done.stderr.split()[-2:]
    return f"{count} modules, torch {'imported' if torch == 'True' else 'not imported'}"


def main() -> None:
    """Measure and print."""
    nothing = seconds(COMMANDS["python -c pass"])
    print(f"python -c pass  {nothing:.3f} s")
    for name, command in list(COMMANDS.items())[1:]:
        taken = seconds(command)
        verdict = "within" if taken <= LIMIT else "over"
        print(f"{name:14}  {taken:.3f} s, {taken / nothing:.1f} x nothing, {verdict} {LIMIT} s; {modules(command[3:])}")


if __name__ == "__main__":
    main()
