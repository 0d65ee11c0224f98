"""Pictures beside a data set: a folder, an archive, a column of files; and what is refused."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from lmrs.data import pictures as module
from lmrs_plugins.errors import InputError

EVENTS = "user,item,timestamp\n" + "".join(f"u{n % 3},{n % 4},{n}\n" for n in range(24))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "events.csv").write_text(EVENTS)
    (folder / "items.csv").write_text("id,title,poster\n0,a,zero.jpg\n1,b,deep/one.png\n2,c,\n3,d,gone.jpg\n")
    return folder


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def folder(path: Path, entries: dict[str, bytes]) -> Path:
    for name, content in entries.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def held(loaded, data: Path, **settings) -> dict[str, bytes]:
    bundle = loaded(data / "events.csv", options={"items": "items.csv"}, **settings).bundle
    return dict(zip(bundle.vocabularies["item"].ids, bundle.images["item"].to_pylist(), strict=True))


@pytest.mark.parametrize("make", [folder, zipped])
def test_files_are_named_by_ids(make, data, loaded) -> None:
    place = data.parent / ("pictures.zip" if make is zipped else "pictures")
    make(place, {"0.jpg": b"zero", "deep/%31.PNG": b"one", "notes.txt": b"no picture", "9.jpg": b"of nobody"})
    assert held(loaded, data, images=str(place)) == {"0": b"zero", "1": b"one", "2": b"", "3": b""}


@pytest.mark.parametrize("make", [folder, zipped])
def test_files_are_named_by_a_column(make, data, loaded) -> None:
    place = data.parent / ("pictures.zip" if make is zipped else "pictures")
    make(place, {"zero.jpg": b"zero", "deep/one.png": b"one", "3.jpg": b"not named"})
    found = held(loaded, data, images=str(place), image_column="poster")
    assert found == {"0": b"zero", "1": b"one", "2": b"", "3": b""}


def test_an_archive_in_the_folder_of_the_data_is_found(read, tmp_path) -> None:
    source = tmp_path / "small"
    source.mkdir()
    (source / "small.inter").write_text("user_id:token\titem_id:token\nu\ti\nu\tj\nu\tk\n")
    zipped(source / "images.zip", {"j.jpg": b"picture"})
    assert read(source).images["item"].to_pylist() == [{"id": "j", "image": b"picture"}]


@pytest.mark.fault("K: pictures: a column leads out of their folder: {id}")
@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "deep/../../secret.jpg", "..\\secret.jpg", "C:/secret.jpg", "ABSOLUTE"],
    ids=["../", "../ within", "..\\", "a drive", "absolute"],
)
def test_a_column_cannot_lead_out_of_the_folder(name, data, loaded) -> None:
    place = folder(data.parent / "pictures", {"zero.jpg": b"zero"})
    secret = data.parent / "secret.jpg"
    secret.write_bytes(b"secret")
    said = str(secret) if name == "ABSOLUTE" else name
    (data / "items.csv").write_text(f"id,poster\n0,zero.jpg\n1,{said}\n")
    with pytest.raises(InputError, match=r"column poster of items, row 2: .* leads out of the folder of pictures"):
        held(loaded, data, images=str(place), image_column="poster")
    left = held(loaded, data, images=str(place), image_column="poster", policy="quarantine")
    assert sorted(set(left.values())) == [b"", b"zero"]


@pytest.mark.fault("K: pictures: a link leads out of their folder")
def test_links_do_not_lead_out_of_the_folder(data, loaded) -> None:
    place = folder(data.parent / "pictures", {"0.jpg": b"zero"})
    (data.parent / "secret.jpg").write_bytes(b"secret")
    (place / "1.jpg").symlink_to(data.parent / "secret.jpg")
    assert held(loaded, data, images=str(place))["1"] == b""


@pytest.mark.fault("K: pictures: a member of an archive leads out of it: {id}")
@pytest.mark.parametrize("name", ["../1.jpg", "/1.jpg", "deep/../../1.jpg"], ids=["../", "absolute", "../ within"])
def test_members_that_lead_out_are_told(name, data, loaded) -> None:
    place = zipped(data.parent / "pictures.zip", {"0.jpg": b"zero", name: b"harm"})
    with pytest.raises(InputError, match="leads out of the folder of pictures; take it out of there"):
        held(loaded, data, images=str(place))
    assert held(loaded, data, images=str(place), policy="quarantine")["1"] == b""
    assert {one.name for one in data.parent.iterdir()} == {"data", "pictures.zip"}


@pytest.mark.fault("K: pictures: a member of an archive is a link")
def test_members_that_are_links_are_refused(data, loaded) -> None:
    link = zipfile.ZipInfo("1.jpg")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(data.parent / "pictures.zip", "w") as file:
        file.writestr(link, b"/etc/passwd")
    with pytest.raises(InputError, match=r"1\.jpg is a link and no file"):
        held(loaded, data, images=str(data.parent / "pictures.zip"))


@pytest.mark.fault("K: pictures: a zip bomb: {id}")
@pytest.mark.parametrize("size", [1 << 20, 1 << 22], ids=["many small members", "one large member"])
def test_bombs_are_refused(size, data, loaded, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST", 1 << 21)
    place = zipped(data.parent / "pictures.zip", {f"{n}.jpg": bytes(size) for n in range(8)})
    assert place.stat().st_size < 1 << 16
    with pytest.raises(InputError, match="unpacks to more than 2097152 bytes"):
        held(loaded, data, images=str(place))


@pytest.mark.fault("K: pictures: an archive that is cut off, or none")
@pytest.mark.parametrize("spoil", [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"text"])
def test_a_broken_archive_is_named(spoil, data, loaded) -> None:
    place = zipped(data.parent / "pictures.zip", {"0.jpg": b"zero"})
    place.write_bytes(spoil(place.read_bytes()))
    with pytest.raises(InputError, match=r"pictures\.zip: not a whole zip archive"):
        held(loaded, data, images=str(place))


@pytest.mark.fault("I: pictures: a place or a column that is not there, or two files of one item")
def test_what_is_not_there_is_told(data, loaded) -> None:
    with pytest.raises(InputError, match=r"data\.images: .*nowhere is no folder and no \.zip archive"):
        held(loaded, data, images=str(data / "nowhere"))
    place = folder(data.parent / "pictures", {"0.jpg": b"zero"})
    with pytest.raises(InputError, match=r"data\.image_column: items have no 'cover'; they have id, title, poster"):
        held(loaded, data, images=str(place), image_column="cover")
    folder(place, {"deep/0.png": b"another"})
    with pytest.raises(InputError, match="is of the same item as"):
        held(loaded, data, images=str(place))


@pytest.mark.real_data
def test_posters_are_those_of_the_movies(real, loaded) -> None:
    place = real("ml-1m-posters/posters_h144.zip")
    bundle = loaded(real("ml-1m"), images=str(place)).bundle
    held = dict(zip(bundle.vocabularies["item"].ids, bundle.images["item"].to_pylist(), strict=True))
    assert sum(map(bool, held.values())) > 3000
    with zipfile.ZipFile(place) as archive:
        assert held["50"] == archive.read("50.jpg")
