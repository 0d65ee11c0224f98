"""Files of pictures become pixels, or count as missing; nothing of them is fatal."""

from __future__ import annotations

import logging
import pickle
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from lmrs_multimodal import pictures as module
from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.decoding import BrokenPictureError, check, each, pixels
from lmrs_multimodal.pictures import Pictures


@pytest.fixture
def look(tiny):
    return architecture(tiny)


def header_of(width: int, height: int, text: bytes = b"") -> bytes:
    """A PNG that says it is of this size, and has hardly any data; a text of its own is compressed."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    said = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text)) if text else b""
    return b"\x89PNG\r\n\x1a\n" + head + said + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20, 30), (30, 20), (16, 16), (7, 5), (300, 41)])
@pytest.mark.parametrize("resize", ["shortest", "longest", "squash"])
def test_pixels_are_those_of_open_clips_own_transforms(resize, size, look, picture, file_of) -> None:
    import lmrs_multimodal.encoders.tower  # noqa: F401  # open_clip needs what it declares

    # isort: split
    from dataclasses import replace

    from open_clip import image_transform

    look = replace(look, resize=resize, fill=7)
    image = picture(*size)
    theirs = image_transform(16, False, mean=(0, 0, 0), std=(1, 1, 1), resize_mode=resize, fill_color=7)(image)
    assert np.array_equal(pixels(file_of(image), look), np.round(theirs.numpy() * 255).astype(np.uint8))


@pytest.mark.fault("F: pictures: {id}")
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.05], ids=["half of a file", "nine tenths of a file", "a header alone"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_cut_off_is_found_at_once(kind, kept, picture, file_of) -> None:
    file = file_of(picture(64, 64), kind)
    check(file)
    with pytest.raises(BrokenPictureError):
        check(file[: max(40, int(kept * len(file)))])


@pytest.mark.fault("F: pictures: {id}")
@pytest.mark.parametrize(
    "data",
    [b"<html>not found</html>", bytes(100), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"x"],
    ids=["a web page", "zeros", "a program (PostScript)", "one byte"],
)
def test_what_is_no_picture_is_told(data) -> None:
    with pytest.raises(BrokenPictureError, match="not a picture"):
        check(data)


@pytest.mark.fault("F: pictures: missing, cut off, not a picture: masked, counted and told once")
def test_broken_pictures_are_masked_and_counted(look, picture, file_of, bundle_of, caplog) -> None:
    module._note.cache_clear()
    good = file_of(picture())
    bundle = bundle_of(good, b"", good[:90], b"no picture", file_of(picture(seed=1), "JPEG"))
    with caplog.at_level(logging.WARNING, "lmrs"):
        for _ in range(2):
            found = Pictures.of(bundle, "item", look)
    view = found.rows(np.arange(5))
    assert view["there"].tolist() == [True, False, False, False, True]
    assert not view["pixels"][1:4].any()
    assert found.cost(np.arange(5)).tolist() == [1, 0, 0, 0, 1]
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("multimodal: 2 of 4 pictures of item in 'small' cannot be used and count as missing (i2: ")
    assert said.endswith("i3: not a picture)")


@pytest.mark.fault("F: pictures: damaged in the middle")
def test_damage_in_the_middle_is_masked_when_it_is_decoded(look, picture, file_of, bundle_of) -> None:
    whole = file_of(picture(200, 200), "PNG")
    middle = len(whole) // 2
    bundle = bundle_of(whole, whole[:middle] + bytes(200) + whole[middle + 200 :])
    view = Pictures.of(bundle, "item", look).rows(np.arange(2))
    assert view["there"].tolist() == [True, False]
    assert not view["pixels"][1].any()


@pytest.mark.fault("F: pictures: a decompression bomb of 20,000 x 20,000 pixels is refused by its header")
@pytest.mark.parametrize("size", [(20_000, 20_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_without_decoding(size, monkeypatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(BrokenPictureError, match=r"pixels|exceeds limit"):
        check(header_of(*size))


@pytest.mark.fault("F: pictures: a compressed text inside that swells a thousand times")
def test_a_text_inside_is_not_unpacked() -> None:
    file = header_of(4, 4, bytes(1 << 26))
    assert len(file) < 1 << 17
    tracemalloc.start()
    with pytest.raises(BrokenPictureError):
        check(file)
    assert tracemalloc.get_traced_memory()[1] < 1 << 23
    tracemalloc.stop()


@pytest.mark.fault("F: pictures: {id}")
@pytest.mark.parametrize(
    ("size", "mode", "kind", "more"),
    [
        ((20, 30), "CMYK", "JPEG", {}),
        ((20, 30), "L", "JPEG", {}),
        ((20, 30), "RGBA", "PNG", {}),
        ((20, 30), "LA", "PNG", {}),
        ((20, 30), "P", "GIF", {}),
        ((20, 30), "1", "PNG", {}),
        ((1, 1), "RGB", "PNG", {}),
        ((20_000, 1), "RGB", "PNG", {}),
        ((1, 20_000), "RGB", "PNG", {}),
        ((2_000, 2_000), "RGB", "JPEG", {}),
    ],
    ids=["CMYK", "grey", "transparent", "grey and transparent", "a palette", "black and white", "1 x 1", "20,000 x 1",
         "1 x 20,000", "4 million pixels"],
)  # fmt: skip
def test_odd_pictures_have_pixels(size, mode, kind, more, look, picture, file_of) -> None:
    assert pixels(file_of(picture(*size, mode=mode), kind, **more), look).shape == (3, 16, 16)


@pytest.mark.fault("F: pictures: animated: the first frame counts")
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_counts(kind, look, picture, file_of) -> None:
    first, second = picture(seed=1), picture(seed=2)
    lossless = {"lossless": True} if kind == "WEBP" else {}
    moving = file_of(first, kind, save_all=True, append_images=[second], **lossless)
    assert np.array_equal(pixels(moving, look), pixels(file_of(first, kind, **lossless), look))


@pytest.mark.fault("F: pictures: 16 bits a channel")
def test_sixteen_bits_are_not_cut_at_eight(look, file_of) -> None:
    deep = Image.fromarray((np.arange(32 * 32, dtype=np.uint16) * 60).reshape(32, 32))
    found = pixels(file_of(deep), look)
    assert 80 < found.mean() < 160


def test_keys_tell_contents_and_looks_apart(look, tiny, picture, file_of, bundle_of) -> None:
    one, other = file_of(picture()), file_of(picture(seed=3))
    found = Pictures.of(bundle_of(one, other, one, b"", b"no picture"), "item", look)
    keys = found.keys(np.arange(5))
    assert keys.dtype == np.dtype("S16")
    assert keys[0] == keys[2] != keys[1]
    assert keys[3:].tolist() == [b"", b""]
    again = Pictures.of(bundle_of(other, one), "item", look)
    assert again.keys(np.array([1, 0])).tolist() == keys[:2].tolist()
    larger = {**tiny, "vision_cfg": {**tiny["vision_cfg"], "image_size": 32}}
    assert Pictures.of(bundle_of(one), "item", architecture(larger)).keys(np.array([0])) != keys[0]


def test_they_travel_to_workers(look, picture, file_of, bundle_of) -> None:
    found = Pictures.of(bundle_of(file_of(picture()), b""), "item", look)
    there = pickle.loads(pickle.dumps(found))
    assert np.array_equal(there.rows(np.arange(2))["pixels"], found.rows(np.arange(2))["pixels"])


def test_rows_that_are_added_later_are_read_and_the_others_stay(look, picture, file_of, bundle_of, monkeypatch) -> None:
    files = [file_of(picture(seed=seed)) for seed in range(3)]
    found = Pictures.of(bundle_of(*files[:2]), "item", look)
    seen = []
    monkeypatch.setattr(module, "check", lambda data: seen.append(data))
    grown = found.on(bundle_of(*files))
    assert seen == files[2:]
    assert grown.keys(np.arange(3))[:2].tolist() == found.keys(np.arange(2)).tolist()
    assert found.on(bundle_of(*files[:2])) is found


def test_parts_are_drawn_in_training_alone(tiny, picture, file_of, bundle_of) -> None:
    found = Pictures.of(bundle_of(file_of(picture())), "item", architecture(tiny), crop=0.3)
    row = np.zeros(1, dtype=np.int64)
    drawn = [found.rows(row, np.random.default_rng(seed))["pixels"] for seed in (1, 1, 2)]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
    assert np.array_equal(found.rows(row)["pixels"][0], pixels(file_of(picture()), found.look))


def test_a_picture_is_decoded_once_in_each_process_and_within_bounds(
    look, picture, file_of, bundle_of, monkeypatch
) -> None:
    decoded = []
    monkeypatch.setattr(module, "each", lambda asked, look: decoded.extend(asked) or each(asked, look))
    found = Pictures.of(bundle_of(*(file_of(picture(seed=seed)) for seed in range(3))), "item", look)
    rows = np.arange(3)
    first, again = found.rows(rows)["pixels"], found.rows(rows)["pixels"]
    assert np.array_equal(first, again)
    assert len(decoded) == 3
    assert len(pickle.dumps(found)) < 2 * sum(len(file.as_py()) for file in found.files) + 4000, "pixels stay behind"
    monkeypatch.setattr(module, "_KEPT", 2 * first[0].nbytes)
    there = pickle.loads(pickle.dumps(found))
    there.rows(rows)
    there.rows(rows)
    assert len(decoded) == 3 + 3 + 1, "two are kept"


@pytest.mark.parametrize("threads", ["1", "4"])
def test_pictures_are_the_same_in_any_number_of_threads(
    threads, look, picture, file_of, bundle_of, monkeypatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    files = [file_of(picture(seed=seed)) for seed in range(8)]
    damaged = files[3][: len(files[3]) // 2] + bytes(len(files[3]) // 2) + files[3][-2:]
    files[3] = damaged
    found = Pictures.of(bundle_of(*files), "item", look).rows(np.arange(8))
    for place, file in enumerate(files):
        (alone,) = each([(file, None)], look)
        assert bool(found["there"][place]) != isinstance(alone, BrokenPictureError)
        if found["there"][place]:
            assert np.array_equal(found["pixels"][place], alone)
