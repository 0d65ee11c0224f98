"""Being asked to stop, at a moment of one's own choice."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Interrupts:
    """While it is entered, SIGTERM and SIGINT only set `requested`; the loop looks at it and saves before it goes.

    A SIGINT after any earlier request raises `KeyboardInterrupt` at once: somebody is in a hurry. Outside the main
    thread, where Python allows no handlers, nothing is ever requested.

    Parameters
    ----------
    requested
        Number of the first signal that came, or None.
    """

    def __init__(self) -> None:
        self.requested: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupts:
        self.requested = None
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._before:
            number, handler = self._before.popitem()
            # None: it was set by something other than Python, which alone could set it again.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)  # type: ignore[arg-type]

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.requested is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.requested is None:
            self.requested = number
