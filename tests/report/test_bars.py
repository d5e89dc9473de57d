"""Bars in tables, histograms, and tables that fold."""

import re

import pytest

from wethink_plugins.report import Bar, Histogram, Page

HOSTILE = "</td><script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    ("parts", "widths"),
    [([0.25, 0.5], ["25.00%", "50.00%"]), ([2.0], ["100.00%"]), ([float("nan"), -1, float("inf")], ["0.00%"] * 3)],
)
def test_widths_are_always_ones_that_can_be_drawn(parts, widths):
    assert Bar("", parts).widths() == widths


def test_nothing_that_was_handed_in_becomes_markup():
    page = Page("t").table([HOSTILE], [[Bar(HOSTILE, [0.5], HOSTILE)]], legend=[HOSTILE])
    html = page.fold(HOSTILE, [HOSTILE], [[HOSTILE]], HOSTILE).figure(Histogram(HOSTILE, [(HOSTILE, 3)])).html()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 9


@pytest.mark.parametrize("counts", [[], [0], [0, 0], [5], [1, 10**9], [3] * 40])
def test_columns_stand_inside_the_drawing(counts):
    svg = Histogram("h", [(str(place), count) for place, count in enumerate(counts)]).svg()
    rects = re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"', svg)
    assert len(rects) == len(counts)
    for (x, y, width, height), count in zip(rects, counts, strict=True):
        assert float(x) >= 0 and float(x) + float(width) <= 560 and float(y) >= 0 and float(y) + float(height) <= 300
        assert (float(height) > 0) == (count > 0)
    assert "nan" not in svg and "inf" not in svg
