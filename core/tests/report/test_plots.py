"""Plots and their axes, on numbers of every kind."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmrs.report.bar_plot import Bar, bar_plot
from lmrs.report.frame import breadth, shortened
from lmrs.report.line_plot import Line, line_plot
from lmrs.report.scale import scale

NAN, INF = float("nan"), float("inf")
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def drawn(source: str) -> ElementTree.Element:
    """The plot as XML, with every coordinate inside it."""
    plot = ElementTree.fromstring(source)
    width, height = (float(size) for size in plot.attrib["viewBox"].split()[2:])
    for element in plot.iter():
        place = element.attrib.get("d", "") + " ".join(element.attrib.get(name, "") for name in ("x", "y", "width"))
        assert not re.search("nan|inf|e", place), place
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.attrib.get("d", "")):
            assert -1 <= float(x) <= width + 1
            assert -1 <= float(y) <= height + 1
    assert plot.find("title").text
    assert plot.find("desc").text
    return plot


def of(plot: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [element for element in plot.iter() if kind in element.attrib.get("class", "").split()]


def lines(*curves: list[float | None], **more) -> ElementTree.Element:
    named = [Line(f"curve {n}", list(enumerate(curve, start=1))) for n, curve in enumerate(curves)]
    return drawn(line_plot(named, key="k", title="a plot", x="epoch", **more))


def words(plot: ElementTree.Element) -> list[str]:
    return [text.text for text in plot.iter("text")]


def test_no_line_and_no_point_leave_empty_axes():
    for plot in (lines(), lines([]), lines([None, NAN])):
        assert "no numbers to draw" in words(plot)


def test_one_point_is_a_marker_and_no_line():
    plot = lines([0.5])
    assert len(of(plot, "line")) == 1  # the legend's
    assert len([one for one in of(plot, "fill") if one.find("title") is not None]) == 1
    assert "0.50" in words(plot)
    assert "1" in words(plot)


def test_a_line_breaks_where_there_is_no_number():
    plot = lines([1.0, 2.0, NAN, 3.0, 4.0, INF, 5.0])
    assert len(of(plot, "line")) == 1 + 2
    assert [cross.find("title").text for cross in of(plot, "cross")] == [
        "curve 0, epoch 3: nan",
        "curve 0, epoch 6: inf",
    ]
    assert "2 not a number" in plot.find("desc").text


def test_many_points_have_no_markers():
    plot = lines([math.sin(n / 50) for n in range(5000)])
    assert len(of(plot, "fill")) == 1
    assert plot.find("desc").text.startswith("curve 0: 0 at epoch 1 to ")


def test_points_stand_where_their_values_are():
    plot = lines([1.0, 3.0])
    (x1, y1), (x2, y2) = re.findall(r"[ML]([\d.]+) ([\d.]+)", of(plot, "line")[1].attrib["d"])
    assert float(x1) < float(x2)
    assert float(y1) > float(y2)


def test_a_place_is_marked_by_name():
    assert "best MRR" in words(lines([1.0, 2.0, 3.0], mark=(2.0, "best MRR")))
    assert "best MRR" not in words(lines([1.0, 2.0], mark=(9.0, "best MRR")))


def test_more_series_than_colours_are_told_apart_by_marker():
    plot = lines(*([float(n)] for n in range(9)))
    looks = {(one.attrib["class"], one.attrib["d"].split("m", 1)[1]) for one in of(plot, "fill")}
    assert len(looks) == 9


@given(st.lists(st.lists(NUMBERS, max_size=6), max_size=3))
def test_any_numbers_can_be_drawn(curves):
    lines(*curves)
    bars = [Bar(*(curve + [None] * 3)[:3]) for curve in curves]
    drawn(bar_plot([("row", bars)], [f"run {n}" for n in range(len(bars))], key="k", title="bars"))


@given(st.lists(NUMBERS, max_size=5) | st.lists(st.integers(0, 10**9), max_size=5), st.data())
def test_ticks_rise_within_the_scale_and_read_differently(values, data):
    whole = all(isinstance(value, int) for value in values) and data.draw(st.booleans())
    found = scale(values, 0.0, 100.0, whole=whole)
    assert all(one < other for one, other in zip(found.ticks, found.ticks[1:], strict=False))
    assert 1 <= len(found.ticks) <= 12
    assert len({found.label(tick) for tick in found.ticks}) == len(found.ticks)
    assert all(-1e-6 <= found(tick) <= 100 + 1e-6 for tick in found.ticks)
    if whole:
        assert all(tick == round(tick) for tick in found.ticks)


def test_a_bar_ends_at_its_value_with_its_interval_around():
    plot = drawn(bar_plot([("MRR", [Bar(0.2, 0.1, 0.3), Bar(0.4)])], ["mine", "other"], key="k", title="bars"))
    first, second = (float(bar.attrib["width"]) for bar in of(plot, "fill") if bar.attrib["height"] == "13")
    assert second == pytest.approx(2 * first, abs=0.02)
    assert len(of(plot, "whisker")) == 1
    assert {"0.2000", "0.4000", "mine", "other", "MRR"} <= set(words(plot))
    assert "MRR, mine: 0.2000 (0.1000 to 0.3000)" in plot.find("desc").text


def test_a_value_that_is_none_is_said():
    plot = drawn(bar_plot([("MRR", [Bar(None)])], ["mine"], key="k", title="bars"))
    assert "no number" in words(plot)
    assert "no numbers to draw" in words(drawn(bar_plot([], ["mine"], key="k", title="bars")))


def test_long_names_are_cut_and_stay_readable_in_full():
    plot = drawn(line_plot([Line("long " * 40, [(1, 1.0)])], key="k", title="t", x="epoch"))
    assert any(word.endswith("…") for word in words(plot))
    assert "long " * 40 in [title.text for title in plot.iter("title")]
    assert breadth(shortened("漢字" * 30, 100)) <= 100 + 7
