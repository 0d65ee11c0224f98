"""How long it takes to find and load 200 plugins, beside only reading their entry points.

Each is measured in a process of its own, the best of five: what a command line pays before it does anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PLUGINS = 200
TIMES = 5
MODULE = """
from lmrs_plugins import Card, Port, hookimpl

@hookimpl
def lmrs_encoders():
    return [
        Card(family="encoder", name=f"part-{n}", summary="one of ten", load=f"{__name__}:Part",
             gives={"": Port("item", "vectors")}, evaluation="rows")
        for n in range(10)
    ]
"""
METADATA = "Metadata-Version: 2.1\nName: bench-{n}\nVersion: 1.0\nRequires-Dist: lmrs-plugins>=0.1,<0.2\n"
STATEMENTS = {
    "python alone": "pass",
    "entry points read": "from importlib.metadata import entry_points; found = len(entry_points(group='lmrs'))",
    "entry points loaded": (
        "from importlib.metadata import entry_points\n"
        "found = len([e.load() for e in entry_points(group='lmrs') if e.name.startswith('bench')])"
    ),
    "host": "from lmrs.host.host import Host\nfound = len(Host().plugins)",
}
TIMED = "import time\nstart = time.perf_counter()\nfound = 0\n{statement}\nprint(time.perf_counter() - start, found)"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        alone = seconds("entry points read", "")[0]
        print(f"{'':22} {'seconds':>8} {'ratio':>6}  found   ({PLUGINS} plugins of 10 components, best of {TIMES})")
        bare = seconds("entry points read", folder)[0]
        for name in STATEMENTS:
            taken, found = seconds(name, folder)
            print(f"{name:22} {taken:8.3f} {taken / bare:6.2f}  {found}")
        taken, found = seconds("host", "")
        print(f"{'host, as installed':22} {taken:8.3f} {taken / alone:6.2f}  {found}   (without the 200)")


def install(folder: Path) -> None:
    """Plugins as a module and a folder of metadata each."""
    for n in range(PLUGINS):
        (folder / f"bench_{n}.py").write_text(MODULE)
        info = folder / f"bench_{n}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(n=n))
        (info / "entry_points.txt").write_text(f"[lmrs]\nbench-{n} = bench_{n}\n")


def seconds(name: str, folder: str) -> tuple[float, int]:
    """The best time of a statement, and what it found; a first run that is not counted compiles the modules."""
    command = [sys.executable, "-c", TIMED.format(statement=STATEMENTS[name])]
    environ = {**os.environ, "PYTHONPATH": folder}
    said = [subprocess.run(command, env=environ, capture_output=True, text=True, check=True) for _ in range(TIMES + 1)]
    times = [one.stdout.split() for one in said[1:]]
    return min(float(taken) for taken, _ in times), int(times[0][1])


if __name__ == "__main__":
    main()
