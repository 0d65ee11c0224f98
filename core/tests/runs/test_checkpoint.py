from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lmrs.runs import checkpoint, tensors
from lmrs.runs.atomic import verify
from lmrs.runs.checkpoint import Checkpoint, Checkpoints
from lmrs.runs.errors import CorruptError
from lmrs_plugins.errors import InputError, LmrsError

Make = Callable[..., Checkpoint]
FILES = ["model.safetensors", "optimizer.safetensors", "random.safetensors", "best.safetensors", "state.json"]


def same(a: dict[str, torch.Tensor] | None, b: dict[str, torch.Tensor] | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def saved(folder: Path, state: Make, *steps: int) -> list[Path]:
    store = Checkpoints(folder)
    return [store.save(step, state(step)) for step in steps]


def test_everything_comes_back(tmp_path: Path, state: Make) -> None:
    saved(tmp_path, state, 7)
    found, was = Checkpoints(tmp_path).newest(), state(7)
    assert found is not None
    assert found.step == 7
    assert same(found.model, was.model)
    assert same(found.optimizer, was.optimizer)
    assert same(found.best, was.best)
    assert found.optimizer_facts == was.optimizer_facts
    assert found.position == was.position
    assert found.random["python"] == was.random["python"]
    assert torch.equal(found.random["torch"], was.random["torch"])


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "none").newest() is None
    (tmp_path / "something").mkdir()
    assert Checkpoints(tmp_path).newest() is None


def test_without_a_best_there_is_no_file_of_it(tmp_path: Path, state: Make) -> None:
    given = state(1)
    given.best = None
    path = Checkpoints(tmp_path).save(1, given)
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.best is None
    assert not (path / "best.safetensors").exists()


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_last_are_kept_and_each_is_sound_alone(tmp_path: Path, state: Make, keep: int) -> None:
    store = Checkpoints(tmp_path, keep=keep)
    for step in range(10, 70, 10):
        path = store.save(step, state(step))
        assert path.is_dir()
    left = sorted(path.name.partition("-")[2] for path in tmp_path.iterdir())
    assert left == [f"step-{step}" for step in (40, 50, 60)[3 - keep :]]
    for path in tmp_path.iterdir():
        verify(path)


def test_an_unchanged_best_is_not_written_again_and_never_shared_by_those_kept(
    tmp_path: Path, state: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    save = tensors.save
    monkeypatch.setattr(tensors, "save", lambda path, *more: (written.append(path.name), save(path, *more))[1])
    store = Checkpoints(tmp_path)
    for step in range(1, 6):
        store.save(step, state(step, best=4))
        inodes = [(path / "best.safetensors").stat().st_ino for path in tmp_path.iterdir()]
        assert len(set(inodes)) == len(inodes)
    assert written.count("best.safetensors") == 2
    store.save(6, state(6, best=6))
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert same(found.best, state(6, best=6).best)
    assert written.count("best.safetensors") == 3


def test_a_best_changed_in_place_is_written_again(tmp_path: Path, state: Make) -> None:
    store, best = Checkpoints(tmp_path), {"w": torch.zeros(4)}
    for step in range(1, 5):
        given = state(step)
        given.best = best
        best["w"].fill_(step)
        store.save(step, given)
        found = Checkpoints(tmp_path).newest()
        assert found is not None
        assert same(found.best, {"w": torch.full((4,), float(step))})


@pytest.mark.fault("D: a damaged best epoch is not taken over")
def test_a_damaged_best_is_not_taken_over(tmp_path: Path, state: Make) -> None:
    store = Checkpoints(tmp_path)
    first = store.save(1, state(1))
    store.save(2, state(2))
    spoil(first / "best.safetensors", -1)
    store.save(3, state(3))
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.step == 3
    assert same(found.best, state(3).best)


@pytest.mark.fault("C: file system without links")
def test_where_links_are_not_allowed_the_best_is_written(
    tmp_path: Path, state: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    saved(tmp_path, state, 1, 2, 3, 4)
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.step == 4


def spoil(path: Path, at: int) -> None:
    """Flip one bit of the byte `at`."""
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def truncate(part: int) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, path.stat().st_size * part // 100)


HARM: dict[str, Callable[[Path], object]] = {
    **{f"truncated-{part}": truncate(part) for part in (0, 1, 50, 99)},
    "first-bit": lambda path: spoil(path, 0),
    "middle-bit": lambda path: spoil(path, path.stat().st_size // 2),
    "last-bit": lambda path: spoil(path, -1),
    "missing": Path.unlink,
}


@pytest.mark.parametrize("file", [*FILES, "manifest.json"])
@pytest.mark.parametrize(
    "harm",
    [pytest.param(do, id=name, marks=pytest.mark.fault(f"D: newest damaged: {name}")) for name, do in HARM.items()],
)
def test_a_damaged_newest_is_passed_over_with_a_warning(
    tmp_path: Path, state: Make, harm: Callable[[Path], object], file: str
) -> None:
    paths = saved(tmp_path, state, 10, 20, 30)
    harm(paths[-1] / file)
    store = Checkpoints(tmp_path)
    found = store.newest()
    assert found is not None
    assert found.step == 20
    assert same(found.model, state(20).model)
    assert len(store.warnings) == 1
    assert paths[-1].name in store.warnings[0]
    assert file in store.warnings[0]


@pytest.mark.fault("D: after falling back the damaged one goes first")
def test_after_falling_back_the_damaged_one_goes_first(tmp_path: Path, state: Make) -> None:
    paths = saved(tmp_path, state, 10, 20)
    spoil(paths[1] / "model.safetensors", -1)
    store = Checkpoints(tmp_path)
    assert store.newest() is not None
    store.save(15, state(15))
    assert sorted(path.name.partition("-")[2] for path in tmp_path.iterdir()) == ["step-10", "step-15"]
    again = Checkpoints(tmp_path)
    found = again.newest()
    assert found is not None
    assert found.step == 15
    assert again.warnings == []


@pytest.mark.fault("D: an older step saved later is the newest")
def test_the_order_of_saving_decides_not_the_step(tmp_path: Path, state: Make) -> None:
    saved(tmp_path, state, 20, 15, 15)
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.step == 15
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.fault("D: all are damaged: typed error")
def test_all_damaged_is_one_typed_line(tmp_path: Path, state: Make) -> None:
    for path in saved(tmp_path, state, 10, 20):
        truncate(50)(path / "model.safetensors")
    store = Checkpoints(tmp_path)
    with pytest.raises(CorruptError, match="every checkpoint is damaged") as caught:
        store.newest()
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    assert len(store.warnings) == 2


FORGED: dict[str, tuple[str, bytes]] = {
    "state-not-json": ("state.json", b"{"),
    "state-a-list": ("state.json", b"[]"),
    "state-empty-object": ("state.json", b'{"format": 1}'),
    "state-of-a-later-format": ("state.json", b'{"format": 2}'),
    "state-not-utf8": ("state.json", b'{"\xff'),
    "state-nested": ("state.json", b"[" * 100_000),
    "state-names-a-missing-tensor": (
        "state.json",
        b'{"format": 1, "step": 1, "optimizer": {}, "position": {}, "random": {"$tensor": "gone"}}',
    ),
    "model-no-safetensors": ("model.safetensors", b"nothing of the kind"),
}


@pytest.mark.fault("D: forged under a fitting manifest: {id}")
@pytest.mark.parametrize(("file", "data"), FORGED.values(), ids=FORGED)
def test_a_forged_file_under_a_fitting_manifest_is_passed_over(
    tmp_path: Path, state: Make, reseal: Callable[[Path], None], file: str, data: bytes
) -> None:
    path = saved(tmp_path, state, 10, 20)[-1]
    (path / file).write_bytes(data)
    reseal(path)
    store = Checkpoints(tmp_path)
    found = store.newest()
    assert found is not None
    assert found.step == 10
    assert file in store.warnings[0]


@pytest.mark.fault("D: NaN in the weights of a checkpoint, on loading")
def test_nan_weights_are_refused_on_loading(tmp_path: Path, state: Make, reseal: Callable[[Path], None]) -> None:
    path = saved(tmp_path, state, 10, 20)[-1]
    bad = state(20).model
    bad["item.weight"][3, 1] = float("nan")
    tensors.save(path / "model.safetensors", bad)
    reseal(path)
    store = Checkpoints(tmp_path)
    found = store.newest()
    assert found is not None
    assert found.step == 10
    assert "item.weight holds NaN" in store.warnings[0]


@pytest.mark.fault("D: NaN in the weights, on saving")
def test_nan_weights_are_refused_on_saving_and_cost_no_checkpoint(tmp_path: Path, state: Make) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, state(1))
    bad = state(2)
    bad.model["head.bias"][0] = float("nan")
    with pytest.raises(InputError, match=r"diverged at step 2.*head\.bias"):
        store.save(2, bad)
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.step == 1


def test_a_buffer_that_may_be_infinite_is_let_through(tmp_path: Path, state: Make) -> None:
    given = state(1)
    given.model["mask"] = torch.tensor([0.0, float("-inf")])
    Checkpoints(tmp_path, finite=lambda name: name != "mask").save(1, given)
    found = Checkpoints(tmp_path, finite=lambda name: name != "mask").newest()
    assert found is not None
    assert found.model["mask"][1] == float("-inf")


@pytest.mark.fault("E: link out of a checkpoint: the one before is taken")
def test_a_link_out_of_a_checkpoint_is_refused(tmp_path: Path, state: Make) -> None:
    paths = saved(tmp_path / "run", state, 10, 20)
    outside = tmp_path / "outside.safetensors"
    (paths[1] / "model.safetensors").rename(outside)
    (paths[1] / "model.safetensors").symlink_to(outside)
    store = Checkpoints(tmp_path / "run")
    found = store.newest()
    assert found is not None
    assert found.step == 10
    assert "a link that leads outside" in store.warnings[0]


@pytest.mark.fault("C: disk full in the library that writes tensors")
def test_a_full_disk_costs_no_checkpoint(tmp_path: Path, state: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path, state, 10, 20)
    save = checkpoint.tensors.save_file

    def full(given: object, path: Path, *more: object) -> None:
        if path.name == "optimizer.safetensors":
            raise checkpoint.tensors.safetensors.SafetensorError("I/O error: No space left on device (os error 28)")
        save(given, path, *more)

    monkeypatch.setattr(checkpoint.tensors, "save_file", full)
    with pytest.raises(InputError, match="the disk is full") as caught:
        Checkpoints(tmp_path).save(30, state(30))
    assert "--out" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001-step-10", "000002-step-20"]
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    assert found.step == 20


@pytest.mark.fault("D: a folder of checkpoints that may not be read")
def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match="cannot be read"):
        Checkpoints(tmp_path).newest()


def test_what_cannot_be_kept_is_refused_before_anything_is_written(tmp_path: Path, state: Make) -> None:
    given = state(1)
    given.position["best"] = torch.ones(1)
    with pytest.raises(LmrsError, match="position/best"):
        Checkpoints(tmp_path).save(1, given)
    given.position["best"] = object()
    with pytest.raises(LmrsError, match="position/best"):
        Checkpoints(tmp_path).save(1, given)
    assert list(tmp_path.iterdir()) == []


def test_at_least_one_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="keep is 0"):
        Checkpoints(tmp_path, keep=0)


def test_the_state_is_json_that_others_can_read(tmp_path: Path, state: Make) -> None:
    path = saved(tmp_path, state, 3)[0]
    body = json.loads((path / "state.json").read_text())
    assert body["step"] == 3
    assert body["position"]["epoch"] == 3
