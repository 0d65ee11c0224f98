"""Hidden tokens and hidden parts of pictures, guessed from all that is left of both."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from lmrs_multimodal.colours import COLOURS
from lmrs_multimodal.objectives.options import MaskedMultimodal as Options
from lmrs_plugins import Encoding, Env, InputError, Step


class MaskedMultimodal(nn.Module):
    """`words`: -log softmax(f(s))[token] at hidden tokens; `parts`: KL(colours || softmax(g(s))) at hidden patches.

    ViLBERT's masked multi-modal modelling (Lu et al., NeurIPS 2019, 3.2), where the distribution of a hidden region is
    that of a detector's classes; here it is that of its colours. f and g are BERT's head, W norm(gelu(V s)), and leave
    with the stage. One of the two streams may be left out.

    Shapes: states (N, L, d) of tokens with `words.token` (N, L), (N, P, d) of patches with `parts.colours` (N, P,
    colours); the masks of `words` and `parts` say which are asked for.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        sizes = {"words": options.vocabulary, "parts": COLOURS}
        self.heads = nn.ModuleDict({name: _head(env.widths[name], sizes[name]) for name in sizes if name in env.widths})
        if not self.heads:
            raise InputError("masked-multimodal: neither `words` nor `parts` is wired; say words: NODE, parts: NODE")

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        found = {}
        for name, head in self.heads.items():
            states, target = step.get(name, "input"), step.view(name)
            asked = _asked(target["mask"], states)
            guess = functional.log_softmax(head(states.main[asked]).float(), dim=-1)
            if name == "words":
                loss = functional.nll_loss(guess, target["token"][asked].long(), reduction="sum")
            else:
                loss = functional.kl_div(guess, target["colours"][asked].float(), reduction="sum")
            found[name] = loss, asked.sum()
        return found


def _head(width: int, size: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width), nn.Linear(width, size))


def _asked(mask: Tensor, states: Encoding) -> Tensor:
    """Where something is to be guessed that has a state."""
    return mask if states.mask is None else mask & states.mask
