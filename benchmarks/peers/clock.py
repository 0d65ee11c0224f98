"""What every side of `speed.py` keeps: seconds since its process was started, by phase, and scores at points of it.

The parent gives three arguments: the folder with the data, a folder to write into, and the moment of the start. Keeping
scores is the benchmark's doing and stops the clock.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


class Clock:
    """Phases follow each other: `mark` ends one and names it."""

    def __init__(self) -> None:
        self.data, self.out = Path(sys.argv[1]), Path(sys.argv[2])
        self._started, self._stopped = float(sys.argv[3]), 0.0
        self._last = 0.0
        self._phases: dict[str, float] = {}
        self._points: list[dict[str, Any]] = []

    def now(self) -> float:
        """Seconds since the start, without those that the benchmark itself took."""
        return time.time() - self._started - self._stopped

    def mark(self, phase: str) -> None:
        """What has passed since the mark before was this phase."""
        now = self.now()
        self._phases[phase] = self._phases.get(phase, 0.0) + now - self._last
        self._last = now

    def point(self, epoch: int, own: float | None, scores: Any = None) -> None:
        """An epoch is over. `own` is the side's own validation NDCG@10; `scores` makes the (users, items) matrix."""
        point: dict[str, Any] = {"epoch": epoch, "seconds": self.now(), "phases": dict(self._phases), "own": own}
        if scores is not None:
            import numpy as np

            begun = time.time()
            point["scores"] = f"scores-{epoch}.npy"
            np.save(self.out / point["scores"], np.asarray(scores(), dtype=np.float32))
            self._stopped += time.time() - begun
        self._points.append(point)
        print(f"  epoch {epoch}, {point['seconds']:.1f} s, own NDCG@10 {own}", flush=True)

    def write(self, **more: Any) -> None:
        """The last thing that a side does."""
        found = {"seconds": self.now(), "phases": self._phases, "points": self._points, **more}
        (self.out / "clock.json").write_text(json.dumps(found, indent=1))
