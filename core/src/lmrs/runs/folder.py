"""The folder of one run: where everything lies, and who may write it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from lmrs.runs.atomic import explained, make_folder, sweep, write_file
from lmrs.runs.errors import CorruptError
from lmrs.runs.events import Events
from lmrs.runs.lock import Lock
from lmrs.runs.provenance import versions
from lmrs_plugins.errors import InputError, LmrsError

Status = Literal["running", "stopped", "failed", "finished"]

_FACTS = "run.json"
_FORMAT = 1
# What is removed when a run is replaced; nothing else in the folder is touched.
_OURS = (
    *("recipe.yaml", "model", "results", "data", "stage-data", "checkpoints", "artifacts", "metrics.jsonl"),
    "report.html",
)


class RunFolder:
    """`recipe.yaml` (resolved), `run.json`, `data/`, `stage-data/`, `checkpoints/`, `artifacts/`, `model/`, `results/`,
    `metrics.jsonl` and `report.html` of one run.

    Made by `create` or `open`; closed with `close`, or by leaving its `with` block. Only a folder opened for writing,
    which one process at a time can do, may be changed.
    """

    def __init__(self, path: Path, facts: dict[str, Any], lock: Lock | None) -> None:
        self.path = path
        self.facts = facts
        self.checkpoints = path / "checkpoints"
        self.artifacts = path / "artifacts"
        self.model = path / "model"
        self.results = path / "results"
        self.data = path / "data"
        self.report = path / "report.html"
        self.events = Events(path / "metrics.jsonl")
        self._lock = lock

    @classmethod
    def create(
        cls,
        path: Path,
        recipe: str,
        *,
        seed: int,
        fingerprint: str,
        stage_data: Mapping[int, str] | None = None,
        plugins: Mapping[str, str] | None = None,
        distributions: Iterable[str] = (),
        overwrite: bool = False,
    ) -> RunFolder:
        """Begin a run in `path`, which must be missing or empty.

        Parameters
        ----------
        recipe
            The resolved recipe, YAML.
        fingerprint
            Digest of the data, which a resumed run must meet again.
        stage_data
            Digests of the data of stages that train on others, by the index of the stage.
        plugins
            Plugin to version.
        distributions
            Of which the versions are noted besides the host's own requirements.
        overwrite
            Replace another run. A folder that is no run is never replaced.

        Raises
        ------
        InputError
            There is something in `path`, or it cannot be written.
        """
        path = path.absolute()
        facts = {
            "format": _FORMAT,
            "status": "running",
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": seed,
            "fingerprint": fingerprint,
            **({"stage_data": {str(stage): one for stage, one in stage_data.items()}} if stage_data else {}),
            "recipe": hashlib.sha256(recipe.encode()).hexdigest(),
            "plugins": dict(plugins or {}),
            "versions": versions(distributions),
        }
        lock = Lock(path / "lock")
        with explained(path):
            new = not path.exists()
            _refuse(path, overwrite)
            make_folder(path)
            lock.acquire()
            try:
                _refuse(path, overwrite)
                _begin(path, recipe, facts)
            except BaseException:
                lock.release()
                if new:
                    shutil.rmtree(path, ignore_errors=True)
                raise
        return cls(path, facts, lock)

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> RunFolder:
        """An existing run.

        Raises
        ------
        InputError
            It is no run, a newer version wrote it, or, for writing, another process holds it.
        """
        path = path.absolute()
        facts = _read(path)
        if not write:
            return cls(path, facts, None)
        lock = Lock(path / "lock")
        lock.acquire()
        try:
            run = cls(path, _read(path), lock)
            with explained(path):
                # A writer that was killed may have left a folder moved aside.
                for parent in (path, run.checkpoints, run.artifacts):
                    sweep(parent)
        except BaseException:
            lock.release()
            raise
        return run

    @property
    def status(self) -> Status:
        """How the run stands; `running` is also what a killed one says."""
        status: Status = self.facts["status"]
        return status

    def recipe(self) -> str:
        """The resolved recipe, YAML."""
        try:
            return (self.path / "recipe.yaml").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CorruptError(f"{self.path / 'recipe.yaml'}: cannot be read; start the run anew") from error

    def note(self, status: Status | None = None, **facts: object) -> None:
        """Set the status and add plain facts to `run.json`."""
        self._own()
        self.facts = {**self.facts, **facts, **({"status": status} if status else {})}
        write_file(self.path / _FACTS, _json(self.facts))

    @property
    def stage_data(self) -> dict[int, str]:
        """Digests of the data of stages that train on others than are asked about, by the index of the stage."""
        return {int(stage): str(digest) for stage, digest in self.facts.get("stage_data", {}).items()}

    def data_of(self, fingerprint: str) -> Path:
        """Where data of stages lie."""
        return self.path / "stage-data" / fingerprint[:16]

    def check_fingerprint(self, fingerprint: str, stage: int | None = None) -> None:
        """Refuse to go on with other data than the run began with; those of a stage, where it has its own."""
        began = self.facts["fingerprint"] if stage is None else self.stage_data[stage]
        if began != fingerprint:
            raise InputError(f"{self.path}: the data have changed since this run began; start a new run with --out")

    def check_recipe(self) -> None:
        """Refuse a recipe that was changed after the run began: with another schedule it would go on and never tell.

        Runs of before this was noted are believed.
        """
        now = hashlib.sha256(self.recipe().encode()).hexdigest()
        if self.facts.get("recipe", now) != now:
            file = self.path / "recipe.yaml"
            raise InputError(f"{file}: changed since this run began; put it back, or start a new run of it with --out")

    def write_result(self, name: str, result: Mapping[str, object]) -> Path:
        """Store `results/NAME.json`."""
        self._own()
        path = self.results / f"{name}.json"
        write_file(path, _json(result))
        return path

    def _own(self) -> None:
        if self._lock is None:
            raise LmrsError(f"{self.path} was opened for reading only")

    def close(self) -> None:
        """Let others write."""
        if self._lock:
            self._lock.release()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _begin(path: Path, recipe: str, facts: Mapping[str, object]) -> None:
    """Replace what is in `path` by a new run; killed on the way, it leaves a failed one that may be replaced again."""
    write_file(path / _FACTS, _json({**facts, "status": "failed"}))
    for name in _OURS:
        place = path / name
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink(missing_ok=True)
    write_file(path / "recipe.yaml", recipe.encode())
    write_file(path / _FACTS, _json(facts))


def _refuse(path: Path, overwrite: bool) -> None:
    """Say why `path` cannot become a run, if so."""
    if not path.exists() or (path.is_dir() and all(_trace(place.name) for place in path.iterdir())):
        return
    if not (path / _FACTS).is_file():
        raise InputError(f"{path}: there is something else here; choose another folder with --out")
    if not overwrite:
        status = _read(path)["status"]
        advice = "" if status == "finished" else f"go on with it by `lmrs resume {path}`, "
        raise InputError(f"{path}: a {status} run is here; {advice}choose another folder with --out, or --overwrite it")


def _trace(name: str) -> bool:
    """Whether a process that died before its run began has left this, or a file manager."""
    return name in ("lock", "lock-takeover") or name.startswith((".lock-", ".tmp-", ".DS_Store"))


def _read(path: Path) -> dict[str, Any]:
    """`run.json`."""
    file = path / _FACTS
    try:
        facts = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no run; give the folder that `lmrs run` wrote") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError):
        raise CorruptError(f"{file}: no JSON; the run cannot be used") from None
    wanted = {"format", "status", "seed", "fingerprint", "plugins", "versions"}
    if not isinstance(facts, dict) or not wanted <= facts.keys():
        raise CorruptError(f"{file}: not the description of a run")
    if facts["format"] != _FORMAT:
        raise InputError(f"{file}: format {facts['format']}, this version reads {_FORMAT}; update lmrs")
    return facts
