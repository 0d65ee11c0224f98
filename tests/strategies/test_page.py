"""What `docs/strategies.md` shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from strategies.conftest import HERE

from lmrs.cli.main import main
from lmrs.host.host import Host

PAGE = (HERE.parents[1] / "docs" / "strategies.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)[0]


def test_the_table_under_the_recipe_is_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thawed.yaml").write_text(block("yaml"), encoding="utf-8")
    assert main(["recipe", "show", str(tmp_path / "thawed.yaml"), "--parameters"]) == 0
    assert block("text").strip() in capsys.readouterr().out


def test_a_run_is_tuned_by_depth_from_an_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lmrs.runs.model import load_model

    monkeypatch.chdir(tmp_path)
    small = [
        "--set",
        "data.options={users: 24, items: 30}",
        "--set",
        "stages.0.epochs=1",
        "--set",
        "stages.0.stop=null",
    ]
    commands = re.findall(r"^lmrs (run .*?(?:\\\n.*?)*)$", PAGE, re.M)
    assert len(commands) == 2
    for command in commands:
        words = [quoted or bare for quoted, bare in re.findall(r"'([^']*)'|(\S+)", command.replace("\\\n", " "))]
        assert main([*words, *small]) == 0
    first, top = (load_model(tmp_path / "runs" / name / "model")[0] for name in ("first", "top"))
    moved = {name for name in first if bool((first[name] != top[name]).any())}
    assert moved
    assert all(name.startswith("encoder.layers.1.") for name in moved)


def test_strategies_that_it_names_exist() -> None:
    installed = {entry.name for entry in Host().registry.entries("strategy")}
    named = set(re.findall(r"`(pretrain|finetune-[a-z]+|text/[a-z0-9]+)`", PAGE))
    assert {name if "/" in name else f"lmrs/{name}" for name in named} <= installed
    assert len(named) == 6
