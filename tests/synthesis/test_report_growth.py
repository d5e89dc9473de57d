"""The report shows what a run did to the set that it extends, and the notes of all its rounds."""

import json

import pytest

from tests.synthesis.made_runs import MadeRun
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.growing.diversity import diversity_of
from wethink_plugins.synthesis.growing.growth import FILE
from wethink_plugins.synthesis.records import RoundRecord
from wethink_plugins.synthesis.report import run_figures, run_page
from wethink_plugins.synthesis.report.growth import notes_of

DEAD, THIN = "ocr with descriptive: none of 50 items was accepted", "maths: <3> of 100 came out as asked"


def rows(first, number):
    return [
        Row.read({
            "problem": f"Which word stands {place} lines below the {'lamp tree door cup'.split()[place % 4]}?",
            "answer": str(place), "category": "fill_in_blank", "abilities": ["reasoning", "ocr"],
            "image_path": f"set/{place}.png",
        })
        for place in range(first, first + number)
    ]  # fmt: skip


def made(folder, notes=((), ())):
    run = MadeRun(folder, images=12)
    for closed, said in enumerate(notes):
        for _ in range(4):
            run.add()
        run.ledger.close_round(RoundRecord(round=closed, notes=said))
    return run


def test_before_added_and_after_stand_side_by_side(tmp_path):
    run = made(tmp_path / "run")
    run.run.extends = 1234
    base, added = rows(0, 1234), rows(5000, 8)
    sets = {"before": base, "added": added, "after": base + added}
    told = {name: diversity_of(some, draw=100).as_dict() for name, some in sets.items()}
    (tmp_path / "run" / FILE).write_text(json.dumps({**told, "wanted": {}}))
    figures = run_figures(run.run)
    assert figures["growth"]["after"]["rows"] == 1242
    page = run_page(figures).html()
    assert "The set that it extends" in page and "1,234" in page and "1,242" in page
    assert "ocr" in page and "fill_in_blank" in page and str(told["after"]["nearest"])[:5] in page


@pytest.mark.parametrize(
    "content", [None, "", "{half", "[1]", '{"before": 1}', '{"before": {}, "added": {}, "after": {}}']
)
def test_a_run_that_has_not_told_yet_still_has_a_page(tmp_path, content):
    run = made(tmp_path / "run")
    run.run.extends = 10
    if content is not None:
        (tmp_path / "run" / FILE).write_text(content)
    assert "What each stage lets through" in run_page(run_figures(run.run)).html()


def test_a_run_that_extends_nothing_shows_no_growth_even_beside_an_old_file(tmp_path):
    run = made(tmp_path / "run")
    (tmp_path / "run" / FILE).write_text('{"before": {}, "added": {}, "after": {}}')
    figures = run_figures(run.run)
    assert figures["growth"] is None and figures["notes"] == []
    page = run_page(figures).html()
    assert "The set that it extends" not in page and "What plans could not give" not in page


def test_notes_of_all_rounds_are_told_with_their_rounds(tmp_path):
    run = made(tmp_path / "run", [(DEAD,), (DEAD, THIN)])
    figures = run_figures(run.run)
    assert figures["notes"] == [{"first": 1, "last": 2, "note": DEAD}, {"first": 2, "last": 2, "note": THIN}]
    page = run_page(figures).html()
    assert "1 to 2" in page and DEAD in page and "maths: &lt;3&gt; of 100" in page


def test_a_note_that_comes_back_is_told_again():
    records = [RoundRecord(round=number, notes=(DEAD,) if number != 1 else ()) for number in range(-1, 4)]
    assert [(one["first"], one["last"]) for one in notes_of(records)] == [(0, 1), (3, 4)]
