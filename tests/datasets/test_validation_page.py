"""The page: one file that asks for nothing, whatever is in the rows."""

import re

import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.composition import Composition
from wethink_plugins.datasets.validate import validate
from wethink_plugins.datasets.validation_page import write_page

HOSTILE = "</td></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e"


def page_of(folder, rows):
    composition = Composition()
    found = validate(write_rows(folder, rows), config=JUDGED, observers=[composition])
    return write_page(found, composition, folder / "report.html").read_text(encoding="utf-8")


def test_hostile_texts_stay_text(tmp_path):
    html = page_of(
        tmp_path,
        [
            row(1, abilities=[HOSTILE], source=HOSTILE),
            row(HOSTILE, category=HOSTILE),
            row(3, image_path=f"{HOSTILE}/1.png"),
            row(4, reward=HOSTILE),
            row(5, problem=f"<image>\n{HOSTILE}"),
            row(6, answer=f"<answer>{HOSTILE}</answer>", category="descriptive", reward="model"),
            row(7, problem="\ud800 \0"),
        ],
    )
    assert "<script" not in html and "<img" not in html and "\u202e" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 6
    assert not re.findall(r"(?:src|href)=\"", html) and "url(" not in html
    assert "default-src 'none'" in html


def test_no_fault_is_said_and_nothing_is_listed(tmp_path):
    html = page_of(tmp_path, [row(1, problem="How many?", source="coco")])
    assert "Nothing is wrong with any row" in html
    assert "<th>found</th>" not in html and "Left out" not in html and "Unknown values" not in html


def test_nothing_accepted(tmp_path):
    html = page_of(tmp_path, [row(i, problem="") for i in range(7)])
    assert "0 of 7 rows can be used" in html
    assert "first 5 of 7 rows" in html
    assert "Abilities" not in html


def test_text_rows_alone_have_no_images(tmp_path):
    html = page_of(tmp_path, [row(1, image_path=None)])
    assert "1 accepted row without an image" in html
    assert "longer side" not in html


@pytest.mark.parametrize(("sources", "listed", "more"), [(40, 40, ""), (70, 60, "And 10 more sources with 10 rows")])
def test_many_sources(tmp_path, sources, listed, more):
    html = page_of(tmp_path, [row(i, source=f"source-{i:03}") for i in range(sources)])
    assert len(set(re.findall(r">source-\d{3}<", html))) == listed
    assert more in html


def test_long_texts_make_no_long_page(tmp_path):
    rows = [row(i, problem="word " * 20_000, abilities=["x" * 30_000], category="y" * 30_000) for i in range(9)]
    rows += [
        row(20 + i, problem=f"{'word ' * 20_000}{i}", abilities=["x" * 30_000], source="z" * 30_000) for i in range(9)
    ]
    assert len(page_of(tmp_path, rows)) < 200_000


def test_unknown_values_come_with_the_line_for_the_yaml(tmp_path):
    html = page_of(tmp_path, [row(1, category="VQA"), row(2, category="VQA", answer="5"), row(3, category=None)])
    assert "aliases: {question_type: {&#34;VQA&#34;: fill_in_blank}}" in html
    assert "(nothing)" in html


def test_several_unknown_values_come_with_one_line_for_the_yaml(tmp_path):
    html = page_of(tmp_path, [row(1, category="VQA"), row(2, category="yes/no", answer="5"), row(3, reward="gpt")])
    both = "{&#34;VQA&#34;: fill_in_blank, &#34;yes/no&#34;: fill_in_blank}"
    assert f"aliases: {{question_type: {both}, reward_method: {{&#34;gpt&#34;: auto}}}}" in html
    assert html.count("aliases: {") == 1
