"""How long it takes to find and load 200 plugins, beside only reading their entry points, and the limit that we set.

Each is measured in a process of its own, the best of seven: what a command line pays before it does anything. Processor
time stands beside elapsed time: on a machine that does something else too, only that says what the work costs. The exit
code is 1 where the host needs more than the limit.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LIMIT = 0.5
"""Seconds, with everything that has to be imported first."""
PLUGINS = 200
TIMES = 7
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
    "entry points read": "from importlib.metadata import entry_points; found = len(entry_points(group='lmrs'))",
    "entry points loaded": (
        "from importlib.metadata import entry_points\n"
        "found = len([e.load() for e in entry_points(group='lmrs') if e.name.startswith('bench')])"
    ),
    "host": "from lmrs.host.host import Host\nfound = len(Host().plugins)",
}
TIMED = "{statement}\nprint(found)"
LIST = "import sys\nfrom lmrs.cli.main import main\nsys.exit(main(['plugins']))"


@dataclass(frozen=True)
class Measured:
    """Seconds of a process, elapsed and of the processor, from its start to its end; and what it said."""

    elapsed: float
    processor: float
    said: str


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        site.mkdir()
        install(site)
        alone = measured("pass", folder)
        print(
            f"{PLUGINS} plugins of 10 components, best of {TIMES}, without the {alone.elapsed:.3f} s that Python takes"
        )
        print(f"{'':28} {'elapsed':>8} {'processor':>9}  found")
        for name, statement in STATEMENTS.items():
            host = measured(TIMED.format(statement=statement), folder, site)
            show(name, host, alone)
        show("host, without the 200", measured(TIMED.format(statement=STATEMENTS["host"]), folder), alone)
        listed = measured(LIST, folder, site)
        show(
            "all of `lmrs plugins`",
            Measured(listed.elapsed, listed.processor, f"{listed.said.count(' loaded ')}"),
            alone,
        )
    taken = host.processor - alone.processor
    print(f"limit of the host {LIMIT} s: {taken:.3f} s of processor time, {'held' if taken < LIMIT else 'BROKEN'}")
    return int(taken >= LIMIT)


def show(name: str, one: Measured, alone: Measured) -> None:
    print(f"{name:28} {one.elapsed - alone.elapsed:8.3f} {one.processor - alone.processor:9.3f}  {one.said}")


def install(folder: Path) -> None:
    """Plugins as a module and a folder of metadata each."""
    for n in range(PLUGINS):
        (folder / f"bench_{n}.py").write_text(MODULE)
        info = folder / f"bench_{n}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(n=n))
        (info / "entry_points.txt").write_text(f"[lmrs]\nbench-{n} = bench_{n}\n")


def measured(code: str, folder: str, site: Path | None = None) -> Measured:
    """The best of some processes with `site` on their path; the first compiles the modules, as an installer does."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"PYTHONPATH": str(site or ""), "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
    return min((once(code, environ) for _ in range(TIMES + 1)), key=lambda one: (one.processor, one.elapsed))


def once(code: str, environ: dict[str, str]) -> Measured:
    started, spent = time.perf_counter(), children()
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    return Measured(time.perf_counter() - started, children() - spent, done.stdout.strip())


def children() -> float:
    """Processor time of all processes that we waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
