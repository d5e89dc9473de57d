import math
import xml.etree.ElementTree as xml

import pytest

from wethink_plugins.report.chart import Guide, Line, LineChart
from wethink_plugins.report.scale import label, ticks


def drawing(*lines: Line, **options) -> xml.Element:
    return xml.fromstring(str(LineChart("t", lines, **options).svg()))


@pytest.mark.parametrize("lines", [[], [Line("a", [])], [Line("a", [(3, 0.5)])], [Line("a", [(1, 0.5), (2, 0.5)])]])
def test_little_data_still_gives_a_drawing(lines):
    assert drawing(*lines).tag == "svg"


def test_missing_values_are_left_out():
    svg = drawing(Line("a", [(1, 0.1), (2, None), (3, math.nan), (4, 0.4)]))
    [points] = [node.get("points") for node in svg.iter("polyline")]
    assert len(points.split()) == 2


def test_the_read_out_names_every_line_at_a_step():
    svg = drawing(Line("ours", [(1, 0.25), (2, 0.5)]), Line("theirs", [(2, 0.75)]), percent=True)
    titles = [node.text for node in svg.iter("title")]
    assert titles == ["step 1\nours: 25 %", "step 2\nours: 50 %\ntheirs: 75 %"]


def test_guides_widen_the_axis_so_that_they_are_seen():
    svg = drawing(Line("a", [(1, 0.1), (2, 0.2)]), guides=[Guide("aim", 0.9)])
    [height] = [float(node.get("y1")) for node in svg.iter("line") if node.get("class") == "guide"]
    assert 0 < height < 300


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1, 24, [5, 10, 15, 20]),
        (-3, 3, [-2, 0, 2]),
        (0.31, 0.34, [0.31, 0.32, 0.33, 0.34]),
    ],
)
def test_ticks_are_round_and_within(low, high, expected):
    found = ticks(low, high)
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)
    assert found == expected or len(found) >= 3


def test_labels():
    assert [label(0.2), label(12345.0), label(0.2, percent=True)] == ["0.2", "12,345", "20 %"]
