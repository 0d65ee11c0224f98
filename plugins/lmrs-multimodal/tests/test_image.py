"""Pictures through CLIP's image tower."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lmrs_multimodal.encoders.image import Image
from lmrs_multimodal.encoders.options import Image as Options
from lmrs_plugins import Env, InputError


def built(bundle, **options) -> tuple[Image, object]:
    said = Options(**options)
    binding = Image.bind(Env(bundle), said)
    torch.manual_seed(0)
    return Image(Env(bundle, binding=binding), said).eval(), binding


def run(module, binding, rows):
    view = binding.rows(np.asarray(rows))
    with torch.no_grad():
        return module(torch.from_numpy(view["pixels"]), torch.from_numpy(view["there"]))


@pytest.fixture
def bundle(picture, file_of, bundle_of):
    return bundle_of(file_of(picture()), b"", file_of(picture(seed=1), "JPEG"), b"no picture")


@pytest.fixture
def saved(tiny, tmp_path):
    """A folder as open_clip leaves it, and the model."""
    from open_clip import CLIP

    torch.manual_seed(3)
    model = CLIP(**tiny).eval()
    folder = tmp_path / "saved"
    folder.mkdir()
    about = {"model_cfg": tiny, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.25] * 3, "resize_mode": "squash"}}
    (folder / "open_clip_config.json").write_text(json.dumps(about))
    tensors = {name: one.contiguous() for name, one in model.state_dict().items()}
    save_file(tensors, folder / "open_clip_model.safetensors")
    return folder, model


def test_vectors_are_those_of_open_clip(saved, bundle, picture) -> None:
    from open_clip import image_transform

    folder, model = saved
    module, binding = built(bundle, model=str(folder), weights="pretrained")
    theirs = image_transform(16, False, mean=(0.5,) * 3, std=(0.25,) * 3, resize_mode="squash")(picture())
    with torch.no_grad():
        wanted = model.encode_image(theirs[None])
    assert torch.allclose(run(module, binding, [0]).vectors, wanted, atol=1e-5)


@pytest.mark.fault("F: pictures: a row without one, or with a broken one, is absent, alone and among others")
def test_missing_and_broken_pictures_are_absent(bundle, tiny) -> None:
    module, binding = built(bundle, model=tiny)
    found = run(module, binding, [0, 1, 2, 3])
    assert found.mask.tolist() == [True, False, True, False]
    assert not found.vectors[~found.mask].any()
    assert torch.allclose(found.vectors[2], run(module, binding, [2]).vectors[0], atol=1e-6)
    none = run(module, binding, [1, 3])
    assert none.vectors.shape == (2, 16)
    assert not none.mask.any()


def test_parts_name_every_parameter_once_from_the_input_upwards(bundle, tiny) -> None:
    module, _ = built(bundle, model=tiny, width=8)
    said = module.parts()
    assert list(said) == ["embeddings", "layer.0", "layer.1", "head", "project"]
    for name, _ in module.named_parameters():
        owners = [
            part for part, starts in said.items() if any(name == one or name.startswith(f"{one}.") for one in starts)
        ]
        assert len(owners) == 1, name
    inner = dict(module.named_modules())
    assert all(name in inner for names in module.targets().values() for name in names)
    assert len(module.targets()["feed-forward"]) == 4


def test_an_architecture_is_found_by_its_name(bundle) -> None:
    assert Image.bind(Env(bundle), Options(model="ViT-B-32")).look.size == (224, 224)
    with pytest.raises(InputError, match="no architecture of open_clip; did you mean 'ViT-B-32'"):
        Image.bind(Env(bundle), Options(model="ViT-B32"))


@pytest.mark.fault("E: a CLIP model's weights as a pickle: {id}")
@pytest.mark.parametrize("end", ["pt", "pth", "bin", "ckpt", "pkl"])
def test_pickles_are_refused(end, bundle, tiny, tmp_path) -> None:
    path, trace = tmp_path / f"weights.{end}", tmp_path / "trace"
    path.write_bytes(pickle.dumps(Evil(trace)))
    with pytest.raises(InputError, match="is a pickle, which may run code when it is read"):
        built(bundle, model=tiny, weights=str(path))
    assert not trace.exists()


@pytest.mark.fault("E: a pickle that calls itself safetensors: a CLIP model")
def test_a_pickle_under_another_name_is_not_read(bundle, tiny, tmp_path) -> None:
    path, trace = tmp_path / "weights.safetensors", tmp_path / "trace"
    path.write_bytes(pickle.dumps(Evil(trace)))
    with pytest.raises(InputError, match=r"weights\.safetensors is damaged"):
        built(bundle, model=tiny, weights=str(path))
    assert not trace.exists()


class Evil:
    def __init__(self, trace) -> None:
        self.trace = str(trace)

    def __reduce__(self):
        return (open, (self.trace, "w"))


@pytest.mark.fault("D: a CLIP model's weights: {id}")
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda tensors: {"logit_scale": tensors["logit_scale"]}, "is of another model than"),
        (lambda tensors: {**tensors, "visual.proj": torch.zeros(16, 4)}, r"proj is \(16, 4\) in the file"),
        (
            lambda tensors: {**tensors, "visual.transformer.resblocks.2.ln_1.weight": torch.zeros(16)},
            "has more layers than",
        ),
    ],
    ids=["of another architecture", "of another size", "with a layer more"],
)
def test_weights_that_do_not_fit_are_named(spoil, said, saved, bundle) -> None:
    path = saved[0] / "open_clip_model.safetensors"
    save_file(spoil(load_file(path)), path)
    with pytest.raises(InputError, match=said):
        built(bundle, model=str(saved[0]), weights="pretrained")


@pytest.mark.fault("D: a CLIP model's weights: {id}")
@pytest.mark.parametrize("kept", [0, 4, 0.5], ids=["empty", "4 bytes", "half"])
def test_truncated_weights_are_named(kept, saved, bundle) -> None:
    path = saved[0] / "open_clip_model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"safetensors is damaged .*; fetch it again"):
        built(bundle, model=str(saved[0]), weights="pretrained")


@pytest.mark.fault("I: multimodal: {id}")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": {"embed_dim": 8}}, "needs vision_cfg, text_cfg to be a CLIP model"),
        ({"weights": "pretrained"}, "are those of a folder"),
        ({"weights": "nowhere.safetensors"}, "there are no weights nowhere.safetensors"),
        ({"model": {"embed_dim": 8, "vision_cfg": {"image_size": 0}, "text_cfg": {}}}, "has pictures of size 0"),
        ({"model": {"embed_dim": 8, "vision_cfg": {"depth": 3}, "text_cfg": {}}}, "open_clip cannot build"),
    ],
    ids=["a model without its parts", "pretrained without a folder", "weights that are not there", "no pixels",
         "an architecture that open_clip cannot build"],
)  # fmt: skip
def test_wrong_options_are_one_line(options, said, bundle, tiny) -> None:
    with pytest.raises(InputError, match=said) as caught:
        built(bundle, **{"model": tiny, **options})
    assert "\n" not in str(caught.value)
