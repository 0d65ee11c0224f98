"""From ranks to numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.groups import grouped
from lmrs.evaluation.interval import interval
from lmrs.evaluation.placed import Placed
from lmrs.evaluation.report import LEVEL, Measured, Result, Setting, plain
from lmrs_plugins.metric import Metric, Ranked


def measure(
    ranked: Ranked,
    metrics: Sequence[Metric],
    setting: Setting,
    *,
    keys: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64] | None = None,
    cold: int | None = None,
) -> Result:
    """All metrics of ranked cases, by groups too where they are `Placed`; for `keys` and `groups` see `Result`."""
    measured: list[Measured] = []
    single: dict[str, npt.NDArray[np.float64]] = {}
    for metric in metrics:
        values = np.asarray(metric.values(ranked), dtype=np.float64)
        if len(values) == len(keys):
            single[metric.name] = values
            found = interval(values, groups, LEVEL)
            bounds = (plain(found.mean), plain(found.low), plain(found.high), found.cases)
        else:
            bounds = (plain(float(values[0])), None, None, len(keys))
        measured.append(Measured(metric.name, *bounds, metric.definition, metric.higher_is_better))
    return Result(
        setting=setting,
        measured=tuple(measured),
        cases=len(keys),
        positives=len(ranked.ranks),
        rows=ranked.rows,
        unranked=int(np.isinf(ranked.ranks).sum()),
        cold=cold,
        keys=keys,
        groups=groups,
        values=single,
        groupings=grouped(ranked, metrics, single, setting.subject) if isinstance(ranked, Placed) else (),
    )
