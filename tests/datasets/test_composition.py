"""What is counted of a file, and that the memory for it has a bound."""

import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.composition import Composition
from wethink_plugins.datasets.lengths import Lengths
from wethink_plugins.datasets.names import LIMIT, OTHERS, Names
from wethink_plugins.datasets.printable import printable
from wethink_plugins.datasets.validate import validate


def composed(folder, rows):
    composition = Composition()
    validate(write_rows(folder, rows), config=JUDGED, observers=[composition])
    return composition


def test_sources_types_and_abilities(tmp_path):
    rows = [
        row(1, abilities="Reasoning, OCR"),
        row(2, abilities=["ocr", "reasoning"], image_path="images/b.png"),
        row(3, category="descriptive", reward="model", answer="Red things.", source="mine"),
        row(4, image_path=None, abilities=None),
        row(5, problem="", image_path="lost/1.png"),
        row(6, problem="", image_path=7),
    ]
    found = composed(tmp_path, rows)
    assert found.rows == {
        ("images", "fill_in_blank"): 2,
        ("mine", "descriptive"): 1,
        ("(no image)", "fill_in_blank"): 1,
    }
    assert found.rejects == {("lost", "missing_field"): 1, ("(no image)", "missing_field"): 1}
    assert found.abilities["fill_in_blank", "Reasoning"] == 2
    assert found.combinations == {"OCR + Reasoning": 2, "maths + recognition": 1, "(none)": 1}
    assert found.methods == {("fill_in_blank", "rule"): 3, ("descriptive", "model"): 1}


def test_lengths_and_images(tmp_path):
    rows = [
        row(1, problem="How?", answer="12", refined_cot="I see."),
        row(2, image_path=["images/a.png", "images/b.png"], refined_cot=None),
    ]
    found = composed(tmp_path, rows)
    assert (found.lengths["problem"].quantile(0), found.lengths["answer"].most()) == (4, 2)
    assert found.lengths["reasoning"].at(0) == 1
    assert found.sizes == {(28, 28): 3}
    assert (found.images_a_row.at(1), found.images_a_row.at(2), len(found.long_side)) == (1, 1, 3)


def test_names_have_a_bound():
    names = Names()
    assert [names(f"n{i}") for i in range(LIMIT + 2)][-3:] == [f"n{LIMIT - 1}", OTHERS, OTHERS]
    assert names("n7") == "n7"
    assert len(names("x" * 10**6)) < 200


@pytest.mark.parametrize(
    ("values", "share", "expected"), [([], 0.5, 0), ([7], 0.5, 7), ([1, 2, 3, 4], 0.5, 2), ([1, 2, 3, 4], 0.95, 4)]
)
def test_quantiles(values, share, expected):
    lengths = Lengths()
    for value in values:
        lengths.add(value)
    assert lengths.quantile(share) == expected


def test_bins_hold_every_value_once():
    lengths = Lengths()
    for value in (0, 1, 9, 10, 99, 100, 10**9):
        lengths.add(value)
    assert lengths.bins((0, 1, 10, 100)) == [("0", 1), ("1–9", 2), ("10–99", 2), ("100 and more", 2)]
    assert Lengths().bins((0, 1)) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\0b\ud800", "a\\u0000b\\ud800"),
        ("\u202eabc", "\\u202eabc"),
        ("a\nb\tc é 日本 😀", "a\nb\tc é 日本 😀"),
        ("x" * 3000, "x" * 2000 + "… (3,000 characters)"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown
    printable(text).encode("utf-8")
