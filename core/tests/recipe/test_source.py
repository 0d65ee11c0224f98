"""Reading YAML: values as written, lines of keys, and one line of complaint for anything else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmrs.recipe.source import DEEPEST, LARGEST, parse, read
from lmrs_plugins import InputError


def test_scalars_follow_yaml_1_2() -> None:
    text = "on: off\nyes: no\nrate: 1e-3\nday: 2001-01-01\nclock: 12:30\nnone: ~\nflag: true\nzero: 007\nquoted: '3'\n"
    assert parse(text.encode(), "r.yaml").plain() == {
        "on": "off",
        "yes": "no",
        "rate": 0.001,
        "day": "2001-01-01",
        "clock": "12:30",
        "none": None,
        "flag": True,
        "zero": 7,
        "quoted": "3",
    }


def test_every_key_and_entry_knows_its_line() -> None:
    tree = parse(b"a:\n  b:\n    - 1\n    - c: 2\nd: &x {e: 3}\nf: *x\n", "r.yaml")
    assert tree.where(("a", "b", 1, "c")) == "r.yaml:4"
    assert tree.where(("a", "b", 0)) == "r.yaml:3"
    assert tree.where(("a", "b", 1, "missing", "deeper")) == "r.yaml:4"
    assert tree.where(("f",)) == "r.yaml:6"
    found = tree.at(("d", "e"))
    assert found is not None
    assert (found.mark.line, found.mark.column) == (5, 8)


def test_byte_order_mark_is_read_over() -> None:
    assert parse("\ufeffname: größe".encode(), "r.yaml").plain() == {"name": "größe"}


def case(data: bytes, said: str) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(data, said, marks=pytest.mark.fault(f"I: recipe file: {said}"))


LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 10)) for name in b"bcdefghi"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        case(b"", "r.yaml:1: the file is empty"),
        case(b"# nothing\n", "r.yaml:1: the file is empty"),
        case(b"- a\n- b\n", "r.yaml:1: a recipe is a mapping"),
        case(b"just words", "a recipe is a mapping"),
        case(b"a: 1\nb: 2\na: 3\n", "r.yaml:3: key 'a' stands twice, first at r.yaml:1"),
        case(b"a: 1\n\n'a': 3\n", "r.yaml:3: key 'a' stands twice"),
        case(b"a: 1\nb: \xff\n", "r.yaml:2: not UTF-8"),
        case(b"a: 'open\n", "not YAML"),
        case(b"a:\n\t- 1\n", "r.yaml:2: not YAML"),
        pytest.param(
            b"x: 1\na: !!python/object/apply:os.system [ls]\n",
            "r.yaml:2: tag '!!python/object/apply:os.system'",
            marks=pytest.mark.fault("E: YAML tag that calls a function"),
        ),
        pytest.param(
            b"a: !!python/name:os.system x\n",
            "!!python/name:os.system",
            marks=pytest.mark.fault("E: YAML tag that names a function"),
        ),
        case(b"a: !own 3\n", "tag '!own'"),
        case(b"a: 1\n--- \nb: 2\n", "another document"),
        case(b"a: *nowhere\n", "undefined alias"),
        case(b"a: &a [*a]\n", f"more than {DEEPEST} levels"),
        case(b"a: &a {b: *a}\n", f"more than {DEEPEST} levels"),
        case(LAUGHS, "aliases included"),
        case(b"a: " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        case(b"base: &b {x: 1}\nc:\n  <<: *b\n", "r.yaml:3: merge keys"),
        case(b"? [a, b]\n: 1\n", "a key has to be a name"),
        case(b"'': 1\n", "a key has to be a name"),
        case(b"a: .nan\n", "not a number"),
        case(b"a: -.inf\n", "not a number"),
        case(b"a: 1e999\n", "not a number"),
        case(b"a: " + b"9" * 5000, "not a number"),
        case(b"a: \x00\n", "r.yaml:1: a control character"),
        case(b'a: "\\ud800"\n', "surrogate"),
        case(b'a: "\\UFFFFFFFF"\n', "not YAML"),
        case(b"a" * (LARGEST + 1), "larger than"),
    ],
)
def test_refusals_are_one_line_with_a_place(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(data, "r.yaml")
    message = str(caught.value)
    assert message.startswith("r.yaml")
    assert said in message
    assert "\n" not in message


@pytest.mark.fault("I: missing file: recipe")
def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.yaml: cannot be read \(No such file"):
        read(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.fault("I: recipe file: any bytes")
@given(st.binary(max_size=200))
def test_bytes_never_raise_anything_else(data: bytes) -> None:
    with suppress(InputError):
        assert isinstance(parse(data, "r.yaml").plain(), dict)


@pytest.mark.fault("I: recipe file: anything like YAML")
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t\\x0u9.e~<", max_size=80))
def test_what_looks_like_yaml_never_raises_anything_else(text: str) -> None:
    with suppress(InputError):
        assert isinstance(parse(text.encode(), "r.yaml").plain(), dict)
