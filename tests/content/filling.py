"""Run by the tests: says that it is ready, waits for a word, runs, and says what its table adds up to."""

from __future__ import annotations

import sys
from pathlib import Path

from lmrs.answer.run import run
from lmrs.host.host import Host

HERE = Path(__file__).parent

if __name__ == "__main__":
    host = Host(plugin_dir=HERE / "plugins", strict=True)
    print("ready", flush=True)
    sys.stdin.readline()
    pipeline = run(HERE / "frozen.yaml", out=sys.argv[1], host=host, device="cpu")
    print(f"{pipeline.answering.table('text').vectors.double().sum().item():.17g}", flush=True)
