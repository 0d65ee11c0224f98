"""What conforms passes, and every family is checked."""

from __future__ import annotations

from pathlib import Path

from lmrs_plugins.testing import check_plugin


def test_a_good_plugin_passes_every_family(samples: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "some.pairs"
    pairs.write_text("ada book\nbel lamp\n")
    report = check_plugin("sample_plugin.plugin", inputs={"pairs": pairs})
    assert report.exempt == {}
    print(report)
