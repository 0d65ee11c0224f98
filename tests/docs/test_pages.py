"""What the pages show is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lmrs.host.host import Host
from lmrs.recipe.check import prepared

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"^lmrs ([a-z]+(?: (?:show|schema|make|draw))?)(.*)$", re.M)


def blocks(page: str, language: str) -> list[str]:
    """Fenced blocks of a page."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    (block,) = blocks("README.md", "python")
    done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "NDCG@10" in done.stdout
    assert len(done.stdout.strip().splitlines()) == 6, "metrics, then five recommendations"


def test_the_recipe_of_the_ideas_fits(tmp_path: Path) -> None:
    (block,) = blocks("docs/ideas.md", "yaml")
    path = tmp_path / "sasrec.yaml"
    path.write_text(block, encoding="utf-8")
    assert list(prepared(path, Host().registry).model) == ["item", "history"]


PAGES = (
    "README.md",
    *(
        f"docs/{name}.md"
        for name in (
            *("benchmarks", "cold-start", "edits", "evaluation", "folders", "graphs"),
            *("images", "mixed", "scale", "text"),
        )
    ),
)


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist_with_their_options(page: str) -> None:
    text = "\n".join(blocks(page, "sh")).replace("\\\n", " ")
    found = COMMAND.findall(text)
    assert found, "no command on the page"
    for name, rest in found:
        shown = subprocess.run(
            [sys.executable, "-m", "lmrs.cli.main", *name.split(), "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0, f"lmrs {name}: {shown.stderr}"
        for option in re.findall(r"(--[a-z-]+)", rest.split("#")[0]):
            assert option in shown.stdout, f"lmrs {name} has no {option}"


def test_the_recipe_of_the_texts_fits(tmp_path: Path) -> None:
    _, block = blocks("docs/text.md", "yaml")
    path = tmp_path / "texts.yaml"
    path.write_text(f"name: texts\ndata: {{source: synthetic}}\ntask: next-item\n{block}", encoding="utf-8")
    assert [stage.name for stage in prepared(path, Host().registry).stages] == ["read", "tune"]
