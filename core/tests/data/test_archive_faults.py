"""Archives made to do harm. Members are read by name, in memory, so nothing that a name says can reach the disk."""

from __future__ import annotations

import gzip
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from lmrs.data import text
from lmrs.data.archive import members
from lmrs_plugins.errors import InputError

WANTED = "set/events.csv"


def archive(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return path


def mode(name: str, bits: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = bits << 16
    return info


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to read in, with another above it that nothing may be written into."""
    inside = tmp_path / "above" / "inside"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    return inside


def everything(place: Path) -> list[str]:
    top = place.parents[1]
    return sorted(str(Path(folder, name).relative_to(top)) for folder, _, names in os.walk(top) for name in names)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../escape.csv", id="../", marks=pytest.mark.fault("K: ../")),
        pytest.param("set/../../escape.csv", id="../ within", marks=pytest.mark.fault("K: ../ within the name")),
        pytest.param("..\\escape.csv", id="..\\", marks=pytest.mark.fault("K: ..\\, as Windows writes it")),
        pytest.param("/escape.csv", id="absolute", marks=pytest.mark.fault("K: absolute")),
        pytest.param("C:/escape.csv", id="drive", marks=pytest.mark.fault("K: absolute, with a drive")),
        pytest.param("set/events.csv\0.txt", id="zero", marks=pytest.mark.fault("K: zero byte in a name")),
    ],
)
def test_a_member_of_any_name_writes_nothing(name, place):
    path = archive(place / "set.zip", (name, b"harm"), ("set/other.csv", b"good"))
    assert members(path, ["set/other.csv"], 100) == {"set/other.csv": b"good"}
    assert members(path, [name], 100) in ({}, {name: b"harm"}), "its bytes at most, in memory"
    assert everything(place) == ["above/inside/set.zip"]


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(b"/etc/hostname", marks=pytest.mark.fault("K: symbolic link: absolute")),
        pytest.param(b"../../secret", marks=pytest.mark.fault("K: symbolic link: ../")),
        pytest.param(b"other.csv", marks=pytest.mark.fault("K: symbolic link: within the archive")),
    ],
    ids=["absolute", "above", "within"],
)
def test_a_link_is_no_file(target, place):
    path = archive(place / "set.zip", (mode(WANTED, stat.S_IFLNK | 0o777), target), ("set/other.csv", b"good"))
    with pytest.raises(InputError, match=r"set\.zip: set/events\.csv is a link"):
        members(path, [WANTED], 100)
    assert everything(place) == ["above/inside/set.zip"]


@pytest.mark.fault("K: a folder where a file belongs")
def test_a_folder_is_as_good_as_missing(place):
    assert members(archive(place / "set.zip", (WANTED + "/", b"")), [WANTED], 100) == {}


@pytest.mark.fault("K: zip bomb: it lies about its size")
def test_the_size_that_an_archive_states_is_not_believed(place):
    path = archive(place / "set.zip", (WANTED, b"\0" * 1_000_000))
    data = path.read_bytes()
    lie = data.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))
    assert lie != data
    path.write_bytes(lie)
    with pytest.raises(InputError, match=r"set\.zip: (not a whole zip archive|set/events\.csv unpacks to more)"):
        members(path, [WANTED], 1000)


@pytest.mark.fault("K: zip bomb: one within another")
def test_an_archive_within_is_not_unpacked(place):
    inner = archive(place / "inner.zip", ("a", b"\0" * 1_000_000)).read_bytes()
    (place / "inner.zip").unlink()
    assert members(archive(place / "set.zip", (WANTED, inner)), [WANTED], 10_000) == {WANTED: inner}


@pytest.mark.fault("K: zip bomb: in memory no more than is allowed")
def test_a_bomb_takes_no_more_memory_than_is_allowed(place):
    import tracemalloc

    path = archive(place / "set.zip", (WANTED, b"\0" * 50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="unpacks to more than 1000000 bytes"):
            members(path, [WANTED], 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.fault("K: encrypted member")
def test_an_encrypted_member_is_refused(place):
    path = archive(place / "set.zip", (WANTED, b"good"))
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"not a whole zip archive .*encrypted"):
        members(path, [WANTED], 100)


@pytest.mark.fault("K: bits flipped anywhere in an archive")
def test_flipped_bits_are_noticed(place):
    path = archive(place / "set.zip", (WANTED, b"user,item\n" + os.urandom(100)))
    good = members(path, [WANTED], 1000)
    data = path.read_bytes()
    for number in range(len(data)):
        path.write_bytes(data[:number] + bytes([data[number] ^ 1]) + data[number + 1 :])
        try:
            assert members(path, [WANTED], 1000) in (good, {})
        except InputError as error:
            assert str(error).startswith(str(path))  # noqa: PT017 - either outcome is right


@pytest.mark.fault("K: gzip bomb")
def test_a_gzip_bomb_is_refused(place, monkeypatch, read):
    monkeypatch.setattr(text, "_SMALL", 1000)
    path = place / "s.csv.gz"
    path.write_bytes(gzip.compress(b"user,item\n" + b"\0" * 2_000_000))
    with pytest.raises(InputError, match=r"s\.csv\.gz: more than 200 times its \d+ bytes come out of it"):
        read(path)


@pytest.mark.fault("K: gzip file that repeats itself is no bomb")
def test_a_small_file_may_swell(place, read):
    path = place / "s.csv.gz"
    path.write_bytes(gzip.compress(b"user,item\n" + b"a,x\n" * 500_000))
    assert path.stat().st_size * 200 < 2_000_000
    assert read(path).interactions.num_rows == 500_000


@pytest.mark.fault("K: an archive that is a link to itself, a folder, or not there")
@pytest.mark.parametrize("make", [lambda path: path.symlink_to(path), Path.mkdir, lambda path: None])
def test_what_cannot_be_opened_is_one_line(make, place):
    make(place / "set.zip")
    with pytest.raises(InputError, match=r"set\.zip: cannot be read") as error:
        members(place / "set.zip", [WANTED], 100)
    assert "\n" not in str(error.value)


@pytest.mark.fault("K: text with an archive's ending")
def test_text_is_no_archive(place):
    (place / "set.zip").write_bytes(b"<html>Please log in</html>")
    with pytest.raises(InputError, match="not a whole zip archive"):
        members(place / "set.zip", [WANTED], 100)
