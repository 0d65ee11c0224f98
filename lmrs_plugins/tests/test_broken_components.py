"""Every slip is caught, in one line that names plugin, component and cure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lmrs_plugins.testing import check_plugin
from lmrs_plugins.testing import plugin as whole_check

HOOKS = {"strategy": "lmrs_strategies"}


@dataclass(frozen=True)
class Slip:
    """A component that stands in for a good one, and what has to be said of it."""

    instead_of: str
    load: str
    said: str
    changes: dict[str, Any] = field(default_factory=dict)


SLIPS = [
    # encoders
    Slip("item-id", "encoders:WrongWidth", r"\(shape\): the shape is \(24, 8\), expected \(24, 9\): rows by `width`"),
    Slip("item-id", "encoders:NoWidth", r"\(build\): its `width` is None: set the d of what it gives"),
    Slip("item-id", "encoders:OneTable", r"\(growth\): its 'blocks.0' changes when item grows by a block: keep one"),
    Slip(
        "item-id", "encoders:NumpySeed", r"\(seed\): two builds under one seed differ in 'blocks.0': draw from torch's"
    ),
    Slip(
        "title", "encoders:WrongMask", r"\(shape\): the mask has shape \(24, 4\), expected \(24,\): one value a vector"
    ),
    Slip("title", "encoders:FloatMask", r"\(shape\): the mask is torch.float32, expected bool"),
    Slip("title", "encoders:NoEncoding", r"\(shape\): forward returns Tensor: return an Encoding"),
    Slip("title", "encoders:DividesByNothing", r"\(finite\): values are not finite .*: divide by at least 1"),
    Slip(
        "title", "encoders:DeadParameter", r"\(gradient\): no gradient reaches its parameter 'forgotten.weight': use it"
    ),
    Slip("title", "encoders:UnsavedConstant", r"\(saved\): saved and loaded it computes something else: register"),
    Slip("title", "encoders:Centred", r"\(alone\): a row gives something else alone than among others"),
    Slip("title", "encoders:Noisy", r"\(repeat\): two calls in evaluation mode differ"),
    Slip(
        "title", "encoders:CannotTravel", r"\(binding\): its binding cannot be pickled to a worker .*: hold plain data"
    ),
    Slip(
        "title", "encoders:KeepsTensors", r"\(binding\): its binding takes its Tensor along to the workers: keep plain"
    ),
    Slip(
        "title", "encoders:RandomBinding", r"\(binding\): its binding gives something else for the same rows without a"
    ),
    Slip("title", "encoders:WholeKeys", r"\(binding\): its binding's keys\(\) have shape .* one digest of type S16 a"),
    Slip("title", "encoders:PythonsHash", r"\(binding\): its binding's keys\(\) differ unpickled: make them of the"),
    Slip("title", "encoders:KeysByPlace", r"\(binding\): its binding's keys\(\) of a row depend on the rows beside it"),
    Slip("title", "encoders:KeysOfLength", r"\(binding\): its binding gives one key to rows with other inputs: what"),
    Slip("title", "encoders:NothingIsMissing", r'\(keys\): the key of a row is b"", and it is not masked: a missing'),
    Slip(
        "title", "encoders:FitsAnew", r"\(binding\): its binding gives something else of old rows `on` data with more"
    ),
    Slip("attention", "encoders:TwiceInParts", r"\(parts\): its parameter 'place' is in 2 of its parts"),
    Slip(
        "attention", "encoders:UnknownTarget", r"\(targets\): its target 'key' of kind 'attention' is no inner module"
    ),
    Slip("attention", "encoders:LooksAtPadding", r"\(padding\): three more positions of padding change its output"),
    Slip("attention", "encoders:AttendsToNothing", r"\(finite\): values are not finite"),
    Slip(
        "attention", "encoders:IgnoresAbsence", r"\(masking\): what stands under a false mask of an input reaches its"
    ),
    Slip("attention", "encoders:WrongPort", r"\(build\): its forward has no parameter 'over', the name of its port"),
    Slip("attention", "encoders:TakesAnything", r"\(build\): its forward takes \*more: let it name what it reads"),
    Slip("attention", "encoders:WantsTime", r"\(shape\): its forward wants 'time', .*pass inputs=\{'attention': View"),
    Slip(
        "item-id",
        "nowhere:Nothing",
        r"\(card\): its card names 'broken_plugin.nowhere:Nothing', which cannot be loaded",
    ),
    Slip(
        "title",
        "",
        r"\(needs\): it needs item.colour, which generated data lack: pass check_plugin\(…, bundle=…\)",
        {"needs": ("item.colour",)},
    ),
    # fusions
    Slip("mean", "encoders:ForgetsMask", r"\(masking\): what stands under a false mask of an input reaches its output"),
    Slip("mean", "encoders:AlwaysThere", r"\(absent\): where all inputs are absent, its mask has to be false"),
    Slip("mean", "encoders:FirstOnly", r"\(inputs\): no gradient reaches what one of its ports gives: use it, or drop"),
    Slip("mean", "encoders:Crashes", r"\(shape\): RuntimeError: out of luck \(.*encoders.py:\d+\)$"),
    # objectives
    Slip("next-item", "steps:Means", r"\(additive\): term 'ce' is .* return sums, never means"),
    Slip("next-item", "steps:CountsRows", r"\(additive\): term 'ce' counts 1 on a batch and 2 on its two halves"),
    Slip("next-item", "steps:OtherCounts", r"\(counts\): counts\(\) says \{'ce': \d+\}, terms \{'ce': \d+\}"),
    Slip("next-item", "steps:NotSummed", r"\(terms\): the sum of term 'ce' has shape \(3,\): a scalar"),
    Slip("next-item", "steps:NoPair", r"\(terms\): term 'ce' is Tensor: return \(sum, count\)"),
    Slip("next-item", "steps:Detached", r"\(terms\): the sum of term 'ce' has no gradient: do not detach it"),
    Slip(
        "next-item",
        "steps:PullsMore",
        r"\(terms\): it gets 'item' through the view 'negative', which its card does not",
    ),
    Slip(
        "next-item",
        "steps:ReadsMore",
        r"\(terms\): it reads input.item, which its card does not list: add it to `reads`",
    ),
    Slip("next-item", "steps:UsesAbsent", r"\(masking\): term 'ce' changes with vectors or states whose mask is false"),
    Slip("next-item", "steps:NothingIsNan", r"\(empty\): term 'ce' is nan where every position is masked"),
    Slip("next-item", "steps:DeadHead", r"\(gradient\): no gradient reaches its parameter 'head.weight'"),
    # scorers
    Slip("dot", "steps:Across", r"\(candidates\): a candidate scores something else"),
    Slip("dot", "steps:NaNs", r"\(scores\): a score is NaN or \+inf"),
    Slip(
        "dot",
        "steps:Transposed",
        r"\(scores\): scores have shape \(24, \d+\), expected \(\d+, 24\): one for each of the 24",
    ),
    Slip("dot", "steps:OtherCandidates", r"\(candidates\): a candidate scores something else than the same row in the"),
    Slip("best", "steps:Forbidden", r"\(answers\): an answer gives a row that is not `allowed`"),
    Slip("best", "steps:Unsorted", r"\(answers\): an answer is not sorted: best first"),
    Slip("best", "steps:Repeats", r"\(answers\): an answer gives a row twice"),
    # transforms
    Slip("next", "steps:Undeclared", r"\(views\): it makes the view \['extra'\], which its card does not promise"),
    Slip("next", "steps:Missing", r"\(views\): its card promises the view \['negative'\], which it does not make"),
    Slip("next", "steps:OtherValues", r"\(views\): view 'input' has values \['place'\], its card promises \[\]"),
    Slip(
        "next", "steps:TensorViews", r"\(views\): view 'input': gives 'item' as Tensor: arrays are numpy in the workers"
    ),
    Slip(
        "next",
        "steps:PaddingRow",
        r"\(views\): view 'input': gives 'item' beyond the 24 rows of 'item': pad with a false",
    ),
    Slip("next", "steps:SharedDraws", r"\(alone\): view 'negative': 'item' of an example depends on the others"),
    Slip("next", "steps:KeepsEnv", r"\(travels\): it takes its Env along to the workers: keep plain arrays"),
    Slip("next", "steps:NeedsRng", r"\(evaluation\): AttributeError: 'NoneType' object has no attribute 'uniform'"),
    Slip("next", "steps:NeedsHistory", r"\(short\): IndexError"),
    # samplers
    Slip("users", "steps:SameOrder", r"\(shuffled\): two epochs are the same: draw from the epoch, or mark the card"),
    Slip("users", "steps:Remembers", r"\(epoch\): two calls of epoch\(0, 5\) differ: seed by the arguments alone"),
    Slip("users", "steps:BatchKeys", r"\(examples\): an example depends on the other keys of its batch"),
    Slip(
        "users",
        "steps:MoreColumns",
        r"\(examples\): its examples have columns \['item', 'time', 'user'\], its card names",
    ),
    Slip(
        "users", "steps:HalfTheUsers", r"\(covers\): \d+ of \d+ users with two or more training events are in no batch"
    ),
    # the rest
    Slip("low-rank", "rest:NeverReleases", r"\(release\): after release\(\) parameters are .* merge or drop what was"),
    Slip(
        "low-rank",
        "rest:Replaces",
        r"\(apply\): after apply\(\) \['history.layers.0.query.bias'\] is gone: wrap a module",
    ),
    Slip("low-rank", "rest:Twice", r"\(groups\): \['item.weight'\] is in two groups: name each once"),
    Slip("low-rank", "rest:UnknownNames", r"\(groups\): it groups \['item.table'\], which is no parameter"),
    Slip("low-rank", "rest:TrainsNothing", r"\(groups\): nothing trains: groups\(\) names no parameter"),
    Slip("norms", "rest:DropsAbsent", r"\(aligned\): its array 'vectors' has first axis \d+ for 24 rows of item"),
    Slip("norms", "rest:OtherPort", r"\(make\): it exports 'item', which is no port of its card: it takes of"),
    Slip(
        "norms",
        "rest:Texts",
        r"\(make\): its array 'names' is ndarray of <U1: numbers in numpy arrays; texts belong in",
    ),
    Slip("norms", "rest:RandomArtifact", r"\(repeat\): it leaves something else the second time"),
    Slip("last", "rest:Leaks", r"\(leak\): a case of 'valid' sees the event that it asks for"),
    Slip("last", "rest:SeesTest", r"\(leak\): a case of 'valid' changes with events of 'test'"),
    Slip("last", "rest:NoAnswers", r"\(cases\): a case has no positive: leave it out"),
    Slip("hit", "rest:CountsPadding", r"\(padding\): it changes as `top` is padded with -1"),
    Slip("hit", "rest:Relative", r"\(alone\): the value of a case depends on the other cases"),
    Slip("hit", "rest:WrongWay", r"\(better\): it gets worse as ranks get better: mend it, or `higher_is_better`"),
    Slip("hit", "rest:Summed", r"\(values\): values have shape \(2,\): one a case, or a single one for all"),
    Slip("hit", "rest:Infinite", r"\(values\): a value is infinite"),
    Slip("hit", "rest:NeedsEvents", r"\(unknown\): AttributeError"),
    Slip("pairs", "rest:RecognisesAll", r"\(recognises\): it recognises 'notes.bin', which is none of its own"),
    Slip("pairs", "rest:PythonError", r"\(refuses\): IsADirectoryError"),
    Slip("busiest", "rest:NoExamples", r"\(help\): it has no `examples`: a tuple of command lines"),
    Slip("busiest", "rest:OthersExample", r"\(help\): its example 'lmrs run bert4rec' is no command line of its own"),
    Slip("busiest", "rest:SaysOnce", r"\(run\): it says or writes something else the second time"),
    Slip("busiest", "rest:OneText", r"\(run\): its line 'u11\\nu7.* is not one line of text"),
    Slip(
        "busiest",
        "",
        r"\(typed\): its option 'names' is dict\[str, str\], which cannot be typed: text, number,",
        {"options": "broken_plugin.rest:Table"},
    ),
    Slip("busiest", "", r"\(typed\): its option 'plugins' is the host's, for", {"options": "broken_plugin.rest:Own"}),
]
ARGUMENTS = {"busiest": {"source": "any"}}
"""What has no default."""


@pytest.fixture
def said_of(samples: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lines about a plugin that offers these cards, by hook; its imports are not looked at."""
    monkeypatch.setattr(whole_check, "probe", lambda *_: ([], []))

    def run(offers: dict[str, list[Any]], **arguments: Any) -> list[str]:
        broken_plugin = import_module("broken_plugin")
        plugin = import_module("broken_plugin.offers").Plugin(**offers)
        monkeypatch.setattr(broken_plugin, "current", plugin, raising=False)
        try:
            check_plugin("broken_plugin:current", **arguments)
        except AssertionError as error:
            return str(error).split("\n")
        return []

    return run


def cards(slip: Slip) -> dict[str, list[Any]]:
    like = import_module("broken_plugin.offers").like
    card = like(slip.instead_of, slip.load, **slip.changes)
    offers = {HOOKS.get(card.family, f"lmrs_{card.family}s"): [card]}
    if card.family in ("objective", "scorer"):  # they are looked at through the good transform
        offers["lmrs_transforms"] = [like("next", "")]
    return offers


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.load or slip.instead_of)
def test_slip(slip: Slip, said_of: Callable[..., list[str]]) -> None:
    given = {name: said for name, said in ARGUMENTS.items() if name == slip.instead_of}
    lines = said_of(cards(slip), options=given)
    assert len(lines) == 1, lines
    assert lines[0].startswith("broken_plugin:current: ")
    assert re.search(rf" {slip.instead_of!r} {slip.said}", lines[0]), lines[0]
