"""Fetching: from a server on this machine that breaks off, lies, or is not there."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lmrs.data import download
from lmrs.data.archive import members
from lmrs.data.download import fetch
from lmrs.data.readers.grouplens import MovieLens1M, MovieLens100K
from lmrs.data.readers.options import DownloadOptions
from lmrs_plugins.errors import InputError

BODY = bytes(range(256)) * 1000
SHA = hashlib.sha256(BODY).hexdigest()


@dataclass
class Server:
    """What it gives: `body`, cut after `cut` bytes as many times as `breaks` says.

    With `stall` it falls silent after so many bytes, once, until `going` is set.
    """

    address: str = ""
    body: bytes = BODY
    cut: int = 0
    breaks: int = 0
    ranges: bool = True
    status: int = 0
    stall: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)
    going: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            state.asked.append(wanted)
            start = int(wanted[6:-1]) if wanted and state.ranges else 0
            if state.status or start >= len(state.body):
                self.send_error(state.status or 416)
                return
            rest = state.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if state.breaks:
                state.breaks -= 1
                rest = rest[: state.cut]
            if state.stall and not state.going.is_set():
                self.wfile.write(rest[: state.stall])
                state.stalled.set()
                state.going.wait(60)
                return
            self.wfile.write(rest)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{http.server_port}/set.zip"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    state.going.set()
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_file_is_fetched_once(server, tmp_path):
    target = tmp_path / "cache" / "set.zip"
    for _ in range(2):
        assert fetch(server.address, SHA, len(BODY), target).read_bytes() == BODY
    assert server.asked == [""]


@pytest.mark.fault("K: interrupted: the server breaks off")
def test_what_breaks_off_is_gone_on_with(server, tmp_path):
    server.cut, server.breaks = 100_000, 1
    assert fetch(server.address, SHA, len(BODY), tmp_path / "set.zip").read_bytes() == BODY
    assert server.asked == ["", "bytes=100000-"]


@pytest.mark.fault("K: interrupted: the next try goes on")
def test_what_was_kept_of_an_earlier_try_is_gone_on_with(server, tmp_path):
    server.cut, server.breaks = 1000, 3
    target = tmp_path / "set.zip"
    with pytest.raises(InputError, match="3000 bytes are kept") as error:
        fetch(server.address, SHA, len(BODY), target)
    assert "\n" not in str(error.value)
    assert not target.exists()
    assert fetch(server.address, SHA, len(BODY), target).read_bytes() == BODY
    assert server.asked[-1] == "bytes=3000-"


@pytest.mark.fault("K: interrupted: a server that cannot go on")
def test_a_server_without_ranges_starts_again(server, tmp_path):
    server.ranges = False
    (tmp_path / "set.zip.part").write_bytes(BODY[:5000])
    assert fetch(server.address, SHA, len(BODY), tmp_path / "set.zip").read_bytes() == BODY


@pytest.mark.fault("K: interrupted: what was kept is no beginning of the file")
@pytest.mark.parametrize("kept", [b"wrong" * 100, BODY + b"more"])
def test_a_wrong_beginning_is_thrown_away(kept, server, tmp_path):
    (tmp_path / "set.zip.part").write_bytes(kept)
    assert fetch(server.address, SHA, len(BODY), tmp_path / "set.zip").read_bytes() == BODY


@pytest.mark.fault("K: interrupted: before the last step")
def test_a_whole_part_needs_only_its_name(server, tmp_path):
    (tmp_path / "set.zip.part").write_bytes(BODY)
    assert fetch(server.address, SHA, len(BODY), tmp_path / "set.zip").read_bytes() == BODY


@pytest.mark.fault("K: sha256 differs: in the cache")
def test_a_damaged_file_in_the_cache_is_fetched_again(server, tmp_path):
    target = tmp_path / "set.zip"
    target.write_bytes(BODY[:-1] + b"?")
    assert fetch(server.address, SHA, len(BODY), target).read_bytes() == BODY


@pytest.mark.fault("K: sha256 differs: another file")
def test_another_file_than_asked_for_is_refused(server, tmp_path):
    server.body = b"<html>Please log in</html>"
    with pytest.raises(InputError, match="sha256 differs"):
        fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")
    server.body = BODY * 2
    with pytest.raises(InputError, match="more bytes"):
        fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")
    assert not (tmp_path / "set.zip").exists()


@pytest.mark.fault("K: a server that says no")
def test_a_server_that_says_no(server, tmp_path):
    server.status = 404
    with pytest.raises(InputError, match="the server says 404"):
        fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")


@pytest.mark.fault("K: no network")
def test_no_network_is_one_clear_line(tmp_path, monkeypatch, datasets, read):
    monkeypatch.setenv("LMRS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match="cannot be fetched") as error:
        read("ml-1m", options={"address": "http://127.0.0.1:9/ml-1m.zip"})
    assert "--data" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.fault("K: a cache that cannot be written")
def test_a_cache_that_cannot_be_written(tmp_path, server):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="LMRS_CACHE"):
        fetch(server.address, SHA, len(BODY), tmp_path / "file" / "set.zip")


KILLED = """
import sys
from pathlib import Path
from lmrs.data.download import fetch
fetch(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
"""


@pytest.mark.fault("K: interrupted: kill -9")
def test_a_fetch_that_is_killed_is_gone_on_with(server, tmp_path):
    server.stall = 100_000
    target = tmp_path / "set.zip"
    part = tmp_path / "set.zip.part"
    call = [sys.executable, "-c", KILLED, server.address, SHA, str(len(BODY)), str(target)]
    with subprocess.Popen(call) as process:
        assert server.stalled.wait(60)
        while not part.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    server.going.set()
    assert not target.exists()
    kept = part.stat().st_size
    assert fetch(server.address, SHA, len(BODY), target).read_bytes() == BODY
    assert server.asked[-1] == (f"bytes={kept}-" if kept else "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["set.zip", "set.zip.lock"]


@pytest.mark.fault("K: interrupted: Ctrl-C")
def test_a_fetch_that_the_user_stops_keeps_what_it_has(server, tmp_path, monkeypatch):
    copy = download._copy

    def stopped(*arguments: object) -> int:
        copy(*arguments)
        raise KeyboardInterrupt

    server.cut, server.breaks = 1000, 1
    with monkeypatch.context() as patch:
        patch.setattr(download, "_copy", stopped)
        with pytest.raises(KeyboardInterrupt):
            fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")
    assert (tmp_path / "set.zip.part").stat().st_size == 1000
    assert fetch(server.address, SHA, len(BODY), tmp_path / "set.zip").read_bytes() == BODY
    assert server.asked == ["", "bytes=1000-"]


@pytest.mark.fault("K: full disk")
def test_a_full_disk_is_said_and_nothing_has_the_name(server, tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "_copy", full)
    with pytest.raises(InputError, match=r"set\.zip: cannot be written \(No space left on device\); set LMRS_CACHE"):
        fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")
    assert not (tmp_path / "set.zip").exists()


@pytest.mark.fault("K: a server that falls silent")
def test_a_server_that_falls_silent_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_TIMEOUT", 0.2)
    server.stall = 1000
    with pytest.raises(InputError, match=r"cannot be fetched .*timed out"):
        fetch(server.address, SHA, len(BODY), tmp_path / "set.zip")
    assert len(server.asked) == 3


@pytest.mark.fault("K: two processes want one file")
def test_two_at_once_fetch_once(server, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        wanted = [pool.submit(fetch, server.address, SHA, len(BODY), tmp_path / "set.zip") for _ in range(2)]
        found = [one.result() for one in wanted]
    assert [one.read_bytes() == BODY for one in found] == [True, True]
    assert server.asked == [""]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("ftp//nowhere", id="no address", marks=pytest.mark.fault("K: address: none")),
        pytest.param(
            "gopher://127.0.0.1/x", id="unknown scheme", marks=pytest.mark.fault("K: address: unknown scheme")
        ),
        pytest.param("http://127.0.0.1:99999/x", id="port", marks=pytest.mark.fault("K: address: port out of range")),
        pytest.param("http://127.0.0.1/a b", id="blank", marks=pytest.mark.fault("K: address: with a blank in it")),
        pytest.param(
            "file:///no/such/file.zip", id="file", marks=pytest.mark.fault("K: address: file that is not there")
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_one_clear_line(address, tmp_path):
    with pytest.raises(InputError, match="cannot be fetched") as error:
        fetch(address, SHA, len(BODY), tmp_path / "set.zip")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "set.zip").exists()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("?key=s3cret", id="query", marks=pytest.mark.fault("I: secrets masked: key in an address")),
        pytest.param("?key=s3cret x", id="bad query", marks=pytest.mark.fault("I: secrets masked: in what others say")),
    ],
)
def test_a_key_in_an_address_is_never_repeated(query, server, tmp_path):
    server.status = 403
    with pytest.raises(InputError) as error:
        fetch(server.address + query, SHA, len(BODY), tmp_path / "set.zip")
    assert f"{server.address}?…" in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.fault("I: secrets masked: password in an address")
def test_a_password_in_an_address_is_refused_and_not_repeated(read):
    with pytest.raises(InputError, match=r"data\.options\.address: a user or password is in it") as error:
        read("ml-1m", options={"address": "https://me:s3cret@example.org/ml-1m.zip"})
    assert "s3cret" not in str(error.value)


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


ML_1M = {
    "ml-1m/ratings.dat": b"1::10::5::978300760\n1::20::3::978300761\n1::30::4::978300762\n",
    "ml-1m/movies.dat": "10::Café (1995)::Comedy|Drama\n20::B::War\n".encode("latin-1"),
    "ml-1m/users.dat": b"1::F::1::10::48067\n",
    "../escape.txt": b"never unpacked",
}
ML_100K = {
    "ml-100k/u.data": b"1\t10\t5\t881250949\n1\t20\t3\t881250950\n1\t30\t3\t881250951\n",
    "ml-100k/u.item": "10|Café|01-Jan-1995||http://x|0|1|1\n20|B||||1|0|0\n30|C||||0|0|0\n".encode("latin-1"),
    "ml-100k/u.user": b"1|24|M|technician|85711\n",
    "ml-100k/u.genre": b"unknown|0\nComedy|1\nDrama|2\n\n",
}


@pytest.mark.fault("K: member of another name, ../ and absolute: ignored")
@pytest.mark.parametrize(
    ("reader", "files", "categories"),
    [
        (MovieLens1M, ML_1M, [["Comedy", "Drama"], ["War"]]),
        (MovieLens100K, ML_100K, [["Comedy", "Drama"], ["unknown"], None]),
    ],
)
def test_named_sets_come_from_the_cached_archive(reader, files, categories, server, tmp_path, monkeypatch):
    server.body = _zip(files)
    monkeypatch.setenv("LMRS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reader, "sha256", hashlib.sha256(server.body).hexdigest())
    tables = reader(DownloadOptions(address=server.address)).read(None, "strict")
    assert tables.interactions.column("item").to_pylist() == ["10", "20", "30"]
    assert tables.interactions.column("rating").to_pylist()[0] == 5.0
    assert tables.tables["item"].column("categories").to_pylist() == categories
    assert tables.tables["item"].column("title").to_pylist()[0].startswith("Café")
    assert tables.tables["user"].column("age").to_pylist() in ([1.0], [24.0])
    assert not list(tmp_path.rglob("escape.txt"))


def test_official_checksums_are_of_the_published_size_of_a_sha256():
    assert {len(MovieLens100K.sha256), len(MovieLens1M.sha256)} == {64}
    assert MovieLens100K(DownloadOptions())._address == "https://files.grouplens.org/datasets/movielens/ml-100k.zip"


@pytest.mark.fault("K: zip bomb")
def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(_zip({"a": b"\0" * 1_000_000}))
    with pytest.raises(InputError, match="unpacks to more than 1000 bytes"):
        members(path, ["a"], 1000)


@pytest.mark.fault("K: damaged archive")
@pytest.mark.parametrize("keep", [0, 10, 60])
def test_a_damaged_archive_is_refused(keep, tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(_zip({"a": b"hello" * 50})[:keep])
    with pytest.raises(InputError, match="not a whole zip archive"):
        members(path, ["a"], 1000)


def test_a_folder_as_it_comes_out_of_the_archive(tmp_path, read):
    for files in (ML_1M, ML_100K):
        for name, data in files.items():
            if not name.startswith(".."):
                (tmp_path / name).parent.mkdir(exist_ok=True)
                (tmp_path / name).write_bytes(data)
    assert read(tmp_path / "ml-1m").interactions.num_rows == 3
    assert read(tmp_path / "ml-100k").interactions.num_rows == 3
    (tmp_path / "ml-1m" / "ratings.dat").write_bytes(b"1::10::5::978300760\n1::20::good::1\n")
    with pytest.raises(InputError, match=r"ratings\.dat, row 2: rating is 'good'"):
        read(tmp_path / "ml-1m")
