"""Files that are none, or not whole: damaged gzip files, pipes, links and folders."""

from __future__ import annotations

import gzip
import os
from typing import Any

import pytest

from lmrs_plugins.errors import InputError

HEAD = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
GOOD = b"a\tx\t1\t10\na\ty\t2\t20\nb\tx\t3\t30\n"

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: {name}"))


@pytest.mark.fault("F: damaged gzip file")
@pytest.mark.parametrize("cut", [0, 1, 20, 60])
@policies
def test_a_damaged_gzip_file_is_named(cut, policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(gzip.compress(HEAD + GOOD)[:cut])
    with pytest.raises(InputError, match=r"set\.inter\.gz"):
        read(path, policy=policy)


@pytest.mark.parametrize(
    "data",
    [
        case("gzip file that is none", HEAD + GOOD),
        case("gzip file with something behind it", gzip.compress(HEAD + GOOD) + b"more"),
        case("gzip file with a wrong checksum", gzip.compress(HEAD + GOOD)[:-8] + bytes(8)),
    ],
)
@policies
def test_what_is_no_whole_gzip_file_is_refused(data, policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"set\.inter\.gz: not a whole gzip file"):
        read(path, policy=policy)


@pytest.mark.fault("F: gzip file of two parts")
@policies
def test_parts_of_a_gzip_file_are_read_one_after_the_other(policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(gzip.compress(HEAD) + gzip.compress(GOOD))
    assert read(path, policy=policy).interactions.num_rows == 3


@pytest.mark.parametrize(
    "make",
    [
        case("binary file", lambda path: path.write_bytes(b"\x00\x01\x02")),
        case("empty folder", lambda path: path.mkdir()),
        case("named pipe", lambda path: os.mkfifo(path)),
        case("link to itself", lambda path: path.symlink_to(path)),
        case("link to nothing", lambda path: path.symlink_to("nowhere")),
    ],
)
@policies
def test_what_is_no_data_is_refused_at_once(make, policy, tmp_path, read):
    path = tmp_path / "thing.bin"
    make(path)
    with pytest.raises(InputError, match=r"no format that is known|no file, folder or data set") as error:
        read(path, policy=policy)
    assert str(path) in str(error.value)


@pytest.mark.fault("F: folder where a file belongs")
@policies
@pytest.mark.parametrize("format_", ["csv", "parquet", "sequences"])
def test_a_folder_is_no_file(format_, policy, tmp_path, read):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path, policy=policy, format=format_)
