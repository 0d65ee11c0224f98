"""`./dev` itself: what it says where it cannot work, and when it has nothing to do. Nothing here installs anything."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module, with a small workspace of its own to work on."""
    loader = importlib.machinery.SourceFileLoader("dev", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    for name, text in {
        "constraints.txt": "torch==2.13.0\nnumpy==2.4\n",
        "constraints-lowest.txt": "# floors\ntorch==2.10.0\nnumpy==1.0  # of 2006\n",
        "pyproject.toml": '[dependency-groups]\ntest = ["pytest"]\ndev = [{include-group = "test"}, "mypy"]\n',
        "core/pyproject.toml": '[project]\nname = "one"\ndependencies = ["two", "numpy>=1"]\n',
        "plugins/two/pyproject.toml": '[project]\nname = "two"\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    venv = tmp_path / ".venv"
    changed = {"ROOT": tmp_path, "VENV": venv, "BIN": venv / "bin", "STAMP": venv / "set-up"}
    files = {"NEWEST": tmp_path / "constraints.txt", "LOWEST": tmp_path / "constraints-lowest.txt"}
    for name, value in {**changed, **files}.items():
        monkeypatch.setattr(module, name, str(value))
    return module


@pytest.fixture
def steps(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a set-up does, instead of doing it."""
    done: list[str] = []

    def create() -> None:
        done.append("create")
        (Path(dev.BIN)).mkdir(parents=True, exist_ok=True)
        (Path(dev.BIN) / "python").touch()

    monkeypatch.setattr(dev, "create", create)
    monkeypatch.setattr(dev, "install", lambda what, *arguments: done.append(what))
    return done


def test_alone_it_lists_every_command() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev"], capture_output=True, text=True, check=True)
    for name in ("setup", "demo", "test", "lint", "types", "docs", "bench"):
        assert f"./dev {name}" in done.stdout


def test_an_unknown_command_is_the_users_mistake() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev", "tset"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "tset" in done.stderr
    assert "test" in done.stderr


def test_second_set_up_does_nothing(dev: ModuleType, steps: list[str]) -> None:
    dev.setup()
    assert steps == ["create", "torch", "what the workspace stands on", "the workspace"]
    dev.setup()
    assert len(steps) == 4


def test_interrupted_set_up_is_made_anew(dev: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(what: str, *arguments: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dev, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            dev.setup()
    dev.setup()
    assert steps == ["create", "create", "torch", "what the workspace stands on", "the workspace"]


@pytest.mark.parametrize("file", ["constraints.txt", "pyproject.toml", "plugins/two/pyproject.toml"])
def test_changed_requirements_are_brought_up_to_date(dev: ModuleType, steps: list[str], file: str) -> None:
    dev.setup()
    path = Path(dev.ROOT) / file
    path.write_text(path.read_text().replace('"pytest"', '"pytest", "ruff"').replace("2.13.0", "2.13.1") + "# more\n")
    if file == "pyproject.toml":
        assert "ruff" in dev.requirements()[0]
    dev.setup()
    assert steps[4:] == ["torch", "what the workspace stands on", "the workspace"]


def test_members_are_never_asked_of_an_index(dev: ModuleType) -> None:
    assert dev.requirements()[0] == ["mypy", "numpy>=1", "pytest"]


def written(dev: ModuleType) -> list[str]:
    return (Path(dev.VENV) / "constraints.txt").read_text().splitlines()


@pytest.mark.fault("L: newest pins: the environment of ./dev test is that of constraints.txt")
def test_newest_versions_are_those_of_constraints(dev: ModuleType, steps: list[str]) -> None:
    dev.setup()
    assert written(dev) == ["torch==2.13.0", "numpy==2.4"]


@pytest.mark.fault("L: lowest pins: ./dev test --lowest has an environment of its own")
def test_lowest_versions_have_an_environment_of_their_own(dev: ModuleType, steps: list[str]) -> None:
    dev.setup()
    assert dev.use_lowest(["core/tests", "-x"]) == ["core/tests", "-x"]
    assert dev.requirements()[0] == ["numpy>=1", "pytest"], "style and types are not of the lowest versions"
    dev.setup()
    assert Path(dev.VENV).name == ".venv-lowest"
    assert written(dev) == ["torch==2.10.0", "numpy==1.0"]
    assert len(steps) == 8
    dev.setup()
    assert len(steps) == 8


@pytest.mark.fault("L: lowest pins: another torch than the declared one is said")
def test_lowest_versions_with_another_torch_say_so(
    dev: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "call", lambda *command: called.append(command) or 3)
    assert dev.use_lowest(["--torch", "2.13.0", "-k", "metric"]) == ["-k", "metric"]
    dev.setup()
    assert written(dev) == ["torch==2.13.0", "numpy==1.0"]
    capsys.readouterr()
    assert dev.test(["-k", "metric"]) == 3
    assert called == [("python", "-m", "pytest", "-k", "metric")]
    assert capsys.readouterr().out == "dev: under the lowest versions, but torch 2.13.0 where 2.10.0 is declared\n"


def test_a_torch_without_a_version_is_refused(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        dev.use_lowest(["--torch"])
    assert stop.value.code == 2
    assert "--torch wants a version" in capsys.readouterr().err


def test_lowest_versions_want_the_oldest_python(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 14, 0))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("PYTHON", raising=False)
    dev.right_python()
    with pytest.raises(SystemExit):
        dev.right_python(lowest=True)
    assert "no python3.11 here" in capsys.readouterr().err


def test_old_python_gets_one_line(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("PYTHON", raising=False)
    with pytest.raises(SystemExit) as stop:
        dev.right_python()
    message = capsys.readouterr().err
    assert (stop.value.code, message.count("\n")) == (2, 1)
    assert "Python 3.9" in message
    assert "3.11" in message


def test_python_without_venv_gets_one_line(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as stop:
        dev.create()
    message = capsys.readouterr().err
    assert (stop.value.code, message.count("\n")) == (2, 1)
    assert "python3-venv" in message
    assert not Path(dev.VENV).exists()


def test_a_chosen_python_that_is_none_is_refused() -> None:
    environment = {**os.environ, "PYTHON": "/no/such/python"}
    done = subprocess.run(
        [sys.executable, ROOT / "dev", "setup"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "PYTHON=/no/such/python" in done.stderr


def test_an_extra_that_cannot_be_had_is_told_and_nothing_more(
    dev: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(dev.ROOT) / "plugins/two/pyproject.toml"
    path.write_text(path.read_text() + '[project.optional-dependencies]\nlarge = ["weights>=1"]\n')
    asked: list[str] = []
    monkeypatch.setattr(dev, "pip_install", lambda one: asked.append(one) or 1)
    dev.setup()
    assert asked == ["weights>=1"]
    assert "dev: no weights>=1 to be had" in capsys.readouterr().out
    dev.setup()
    assert asked == ["weights>=1"], "the set-up is done"
