"""Virtual environments of their own, for tests of what is installed rather than of what lies in the clone.

Such an environment holds wheels, and sees of the libraries in the development environment exactly what those wheels
declare: each library is linked, not installed, so making one takes a second, needs no network, and an import that no
`dependencies` list accounts for fails. Nothing of the clone is on its path.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = {
    "lmrs-plugins": ROOT / "lmrs_plugins",
    "lmrs": ROOT / "core",
    "lmrs-graph": ROOT / "plugins" / "lmrs-graph",
    "lmrs-sequence": ROOT / "plugins" / "lmrs-sequence",
    "lmrs-multimodal": ROOT / "plugins" / "lmrs-multimodal",
    "lmrs-text": ROOT / "plugins" / "lmrs-text",
    "lmrs-stranger": ROOT / "tests" / "stranger" / "plugin",
}


def build(name: str, folder: Path) -> Path:
    """The wheel of a distribution of the workspace, built into `folder`."""
    before = set(folder.glob("*.whl"))
    call = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*call, "--wheel-dir", str(folder), str(DISTRIBUTIONS[name])], check=True)
    (made,) = set(folder.glob("*.whl")) - before
    return made


def needs(requires: Iterable[str] | None, extra: str = "") -> list[Requirement]:
    """The requirements among `Requires-Dist` that hold on this machine."""
    all_of_them = [Requirement(text) for text in requires or ()]
    return [need for need in all_of_them if need.marker is None or need.marker.evaluate({"extra": extra})]


def closure(names: Iterable[str]) -> set[str]:
    """These distributions, as installed here, and all that they need; those of the workspace are left out."""
    found: set[str] = set()
    left = [(name, "") for name in names]
    while left:
        name, extra = left.pop()
        name = re.sub(r"[-_.]+", "-", name).lower()
        if (name, extra) in found or name in DISTRIBUTIONS:
            continue
        found.add((name, extra))
        for need in needs(metadata.requires(name), extra):
            left += [(need.name, wanted) for wanted in ("", *need.extras)]
    return {name for name, _ in found}


def link(names: Iterable[str], folder: Path) -> None:
    """Link what these distributions installed at the top of site-packages; programs and start-up files are left out."""
    for name in names:
        distribution = metadata.distribution(name)
        for top in {Path(str(file)).parts[0] for file in distribution.files or ()}:
            if top not in ("..", "__pycache__") and not top.endswith(".pth") and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))).resolve())


@dataclass(frozen=True)
class Environment:
    """A virtual environment. `libraries` is where what is linked lies."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def libraries(self) -> Path:
        return self.folder / "libraries"

    @staticmethod
    def create(folder: Path) -> Environment:
        """An empty environment, without even pip."""
        venv.create(folder, symlinks=True, with_pip=False)
        environment = Environment(folder)
        environment.libraries.mkdir()
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "libraries.pth").write_text(f"{environment.libraries}\n")
        return environment

    def install(self, *wheels: Path) -> None:
        """Install wheels, and make the libraries that they declare visible; pip checks that nothing is missing."""
        for wheel in wheels:
            (described,) = metadata.distributions(path=[str(wheel)])
            link(closure(need.name for need in needs(described.requires)), self.libraries)
        self._pip("install", "--no-index", *map(str, wheels))

    def uninstall(self, name: str) -> None:
        self._pip("uninstall", "--yes", name)

    def _pip(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "pip", "--quiet", "--python", self.python, *arguments], check=True)

    def run(self, *command: str, cwd: Path | None = None, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run `lmrs …`, `python …` or another program of this environment, outside the clone; both streams are kept."""
        foreign = ("PYTHON", "LMRS_", "VIRTUAL_ENV", "XDG_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        clean.update(HOME=str(self.folder / "home"), OMP_NUM_THREADS="1", NO_COLOR="1", COLUMNS="200")
        program = str(self.folder / "bin" / command[0])
        where = cwd or self.folder
        return subprocess.run(
            [program, *command[1:]], cwd=where, env=clean, capture_output=True, text=True, timeout=timeout, check=False
        )
