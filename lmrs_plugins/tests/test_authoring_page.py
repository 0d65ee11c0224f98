"""The page on writing a plugin says what works, and what the test says of what does not."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from lmrs_plugins.testing import Report, check_plugin
from lmrs_plugins.testing import plugin as whole_check

PAGE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
MISTAKES = [
    tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | "))
    for line in PAGE.partition("## Common mistakes")[2].splitlines()
    if line.startswith("| ") and "`" in line
]
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Write the plugin of the page, with one line of one file changed, and make it importable."""

    def write(name: str = "", instead_of: str = "", line: str = "") -> Path:
        for path, text in {"src/lmrs_hello/__init__.py": "", **FILES}.items():
            if name and path.endswith(f"/{name}"):
                assert instead_of in text, f"the page's {name} has no {instead_of!r}"
                text = text.replace(instead_of, line)
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "src"))
        for module in [one for one in sys.modules if one.partition(".")[0] == "lmrs_hello"]:
            monkeypatch.delitem(sys.modules, module)
        return tmp_path

    return write


def test_the_plugin_of_the_page_conforms(written: Written) -> None:
    folder = written()
    names: dict[str, object] = {}
    exec(compile((folder / "tests/test_conforms.py").read_text(), "test_conforms.py", "exec"), names)
    test = names["test_conforms"]
    assert callable(test)
    test()
    report: Report = check_plugin("lmrs_hello.plugin")
    assert set(report.passed) == {"encoder/field-value", "transform/hold-out", "objective/bpr"}


def test_its_entry_point_names_the_module_that_is_there(written: Written) -> None:
    project = tomllib.loads((written() / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["lmrs"] == {"hello": "lmrs_hello.plugin"}
    assert any(line.startswith("lmrs-plugins") for line in project["dependencies"])


def test_a_component_is_short() -> None:
    for name in ("field_value", "hold_out", "bpr"):
        code = FILES[f"src/lmrs_hello/{name}.py"]
        body = re.split(r"^class ", code, flags=re.MULTILINE)[1:]
        assert all(len(one.strip().splitlines()) < 30 for one in body)


def test_the_tree_lists_the_files_of_the_page() -> None:
    listed = set(re.findall(r"[\w.-]+\.(?:toml|py|yaml)", PAGE.partition("```text")[2].partition("```")[0]))
    assert listed == {Path(path).name for path in FILES} | {"__init__.py"}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[0])
def test_a_mistake_gives_the_message_of_the_page(
    mistake: tuple[str, str, str, str, str], written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, name, instead_of, line, said = mistake
    if "imports" not in said:
        monkeypatch.setattr(whole_check, "probe", lambda *_: ([], []))
    written(name, instead_of, line)
    with pytest.raises((AssertionError, ValueError)) as raised:
        check_plugin("lmrs_hello.plugin")
    assert said.replace("`", "") in str(raised.value).replace("`", "")


def test_there_are_mistakes() -> None:
    assert len(MISTAKES) >= 12
