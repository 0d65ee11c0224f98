"""Cross-entropy over tokens."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Env, Step


class TokenLoss(nn.Module):
    """-log softmax(logits)[token], summed over the tokens that are asked for.

    Of hidden ones it is BERT's masked-token loss (Devlin et al., NAACL 2019, 3.1), of following ones GPT's (Radford et
    al., 2018, eq. 1). Shapes: logits (N, K, tokens), `target.token` (N, K) with its mask.
    """

    def __init__(self, env: Env) -> None:
        super().__init__()

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        target = step.view("target")
        asked = target.mask
        logits = step.get("text", "input").logits[asked].float()
        loss = functional.cross_entropy(logits, target["token"][asked].long(), reduction="sum")
        return {"loss": (loss, int(asked.sum()))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": int(step.view("target").mask.sum())}
