import re

import pytest
from PIL import Image

from wethink_plugins.report import Card, Cell, Fact, Guide, Line, LineChart, Number, Page, data_uri

HOSTILE = "</dd><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def full_page() -> Page:
    chart = LineChart(
        HOSTILE,
        [Line(HOSTILE, [(1, 0.5), (2, 0.7)]), Line("b", [(1, 0.1)])],
        HOSTILE,
        HOSTILE,
        guides=[Guide(HOSTILE, 0.3)],
    )
    page = Page(HOSTILE, HOSTILE).section(HOSTILE, HOSTILE).note(HOSTILE).numbers(Number(HOSTILE, HOSTILE, HOSTILE))
    page.figure(chart, caption=HOSTILE).table([HOSTILE], [[HOSTILE], [Cell(HOSTILE, "good", HOSTILE)]], HOSTILE)
    return page.gallery([Card(HOSTILE, [Fact(HOSTILE, HOSTILE, "bad", code=True)], caption=HOSTILE)])


def test_nothing_that_was_handed_in_becomes_markup():
    html = full_page().html()
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 18


def test_page_asks_for_nothing_from_outside(tmp_path):
    page = full_page().gallery([Card("picture", [], data_uri(Image.new("RGB", (8, 8))))])
    html = page.write(tmp_path / "page.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)=\"(?!data:)", html)
    assert "url(" not in html and "@import" not in html
    assert "default-src 'none'" in html


def test_write_replaces_whole_and_leaves_nothing_beside(tmp_path):
    target = tmp_path / "new" / "page.html"
    Page("one").write(target)
    Page("two").write(target)
    assert "<h1>two</h1>" in target.read_text(encoding="utf-8")
    assert [file.name for file in target.parent.iterdir()] == ["page.html"]


def test_a_page_that_fails_leaves_the_old_one(tmp_path):
    target = Page("old").write(tmp_path / "page.html")
    broken = Page("new")
    broken.blocks.append({"kind": "table"})
    with pytest.raises(Exception, match="legend"):
        broken.write(target)
    assert "<h1>old</h1>" in target.read_text(encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 1


def test_columns_of_numbers_stand_to_the_right_and_none_is_a_dash():
    html = Page("t").table(["name", "value"], [["a", 0.5], ["b", None], ["c", Cell("+12")]]).html()
    assert '<th class="number">value' in html
    assert "0.500" in html and "–" in html


def test_pictures_are_made_smaller_and_drawings_stay_exact():
    noise = Image.merge("RGB", [Image.effect_noise((1200, 600), 80) for _ in range(3)])
    assert data_uri(noise).startswith("data:image/jpeg;base64,")
    assert noise.size == (1200, 600)
    assert data_uri(Image.new("RGB", (84, 56), "red")).startswith("data:image/png;base64,")
