import json
import random
from collections import Counter

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.config import Aliases
from wethink_plugins.datasets.audit.sample import draw, read_sample, write_sample
from wethink_plugins.datasets.audit.strata import allocate, stratum_of
from wethink_plugins.errors import WeThinkError

ALLOCATIONS = [
    ("in proportion", {"a": 900, "b": 100}, 20, {"a": 18, "b": 2}),
    ("one at least", {"a": 9990, "b": 9, "c": 1}, 20, {"a": 18, "b": 1, "c": 1}),
    ("never more than there are", {"a": 2, "b": 3, "c": 500}, 300, {"a": 1, "b": 2, "c": 297}),
    ("all of them", {"a": 2, "b": 3}, 200, {"a": 2, "b": 3}),
    ("as many as strata", {"a": 50, "b": 3, "c": 1}, 3, {"a": 1, "b": 1, "c": 1}),
    ("ties go by name", {"b": 5, "a": 5}, 3, {"a": 2, "b": 1}),
]


@pytest.mark.parametrize(("why", "sizes", "wanted", "given"), ALLOCATIONS, ids=[case[0] for case in ALLOCATIONS])
def test_allocation(why, sizes, wanted, given):
    found = allocate({(name,): size for name, size in sizes.items()}, wanted)
    assert found == {(name,): number for name, number in given.items()}


def test_allocation_is_within_one_of_proportion():
    dice = random.Random(0)
    for _ in range(50):
        sizes = {(str(i),): dice.randrange(100, 5000) for i in range(dice.randrange(1, 12))}
        wanted = dice.randrange(120, 300)
        found = allocate(sizes, wanted)
        assert sum(found.values()) == wanted
        exact = {name: size * wanted / sum(sizes.values()) for name, size in sizes.items()}
        assert all(abs(found[name] - max(1, exact[name])) <= 1.001 for name in sizes)


STRATA = [
    (
        "as written",
        {"source": "gqa", "category": "Multiple-Choice", "reward": "rule"},
        ("gqa", "multiple_choice", "rule"),
    ),
    ("first folder", {"image_path": "coco/train/1.jpg", "category": "x"}, ("coco", "x", "(none)")),
    ("first of several images", {"image_path": ["sam/1.jpg", "gqa/1.jpg"]}, ("sam", "(none)", "(none)")),
    ("nothing", {}, ("(none)", "(none)", "(none)")),
    ("of another type", {"source": 3, "category": ["b", "a"], "image_path": 5}, ("3", "a, b", "(none)")),
    ("our aliases", {"category": "vqa"}, ("(none)", "descriptive", "(none)")),
]


@pytest.mark.parametrize(("why", "record", "stratum"), STRATA, ids=[case[0] for case in STRATA])
def test_stratum_of_any_record(why, record, stratum):
    aliases = Aliases(question_type={"vqa": "descriptive"})
    assert stratum_of(record, ("source", "question_type", "reward_method"), aliases) == stratum


def test_the_sample_has_each_stratum_and_is_the_same_in_any_order(rows_file):
    sample = draw(rows_file, size=12)
    assert len(sample.rows) == 12 and sample.population == 30 and sum(sample.strata.values()) == 30
    assert {row.stratum for row in sample.rows} == set(sample.strata)
    assert Counter(row.stratum[0] for row in sample.rows)["coco"] in (7, 8)  # 18 of 30
    assert draw(rows_file, size=12) == sample
    lines = rows_file.read_text().splitlines()
    random.Random(1).shuffle(lines)
    rows_file.write_text("\n".join(lines))
    again = draw(rows_file, size=12)
    assert [row.id for row in again.rows] == [row.id for row in sample.rows]
    assert [row.id for row in draw(rows_file, size=12, seed=1).rows] != [row.id for row in sample.rows]


def test_rows_of_one_id_are_drawn_one_by_one(tmp_path):
    """By the hash of the id alone they would all come, or none."""
    file = write_rows(tmp_path, [row(i // 10) for i in range(200)])
    ids = Counter(one.id for one in draw(file, size=100).rows)
    assert len(ids) == 20 and max(ids.values()) < 10


def test_a_sample_is_read_as_it_was_written_and_its_bytes_are_the_same(tmp_path, rows_file):
    sample = draw(rows_file, size=12)
    for name in ("one", "two"):
        write_sample(sample, tmp_path / name)
    assert read_sample(tmp_path / "one") == sample
    for file in ("sample.jsonl", "audit.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_rows_that_no_trainer_could_read_are_drawn_too(tmp_path):
    rows = [
        row(0, answer=None),
        row(1, category="vqa"),
        row(2, id=None, problem="\ud800"),
        row(2, image_path=7),
        row(2),
    ]
    write_sample(draw(write_rows(tmp_path, rows), by=["question_type"]), tmp_path / "audit")
    assert len(read_sample(tmp_path / "audit").rows) == 5


def test_pictures_as_bytes_stay_in_the_file(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist([{**row(0), "images": [{"bytes": b"x" * 999}]}]), file)
    write_sample(draw(file), tmp_path / "audit")
    assert read_sample(tmp_path / "audit").rows[0].record["problem"] == row(0)["problem"]
    assert (tmp_path / "audit" / "sample.jsonl").stat().st_size < 900


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"size": 3}, "3 rows can't hold one of each of 6 strata; give --sample 6"),
        ({"by": ["topic"]}, "no row has topic"),
        ({"images": "nowhere"}, "no such folder"),
    ],
)
def test_a_sample_that_cannot_be_drawn(rows_file, tmp_path, settings, says):
    if "images" in settings:
        settings = {"images": tmp_path / settings["images"]}
    with pytest.raises(WeThinkError, match=says):
        draw(rows_file, **settings)


def test_an_empty_file_has_no_sample(tmp_path):
    with pytest.raises(WeThinkError, match="holds no rows"):
        draw(write_rows(tmp_path, []))


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("sample.jsonl", lambda text: "\n".join(text.splitlines()[1:])),
        ("sample.jsonl", lambda text: ""),
        ("sample.jsonl", lambda text: text.replace('"line"', '"number"')),
        ("audit.json", lambda text: text[:50]),
        ("audit.json", lambda text: json.dumps({**json.loads(text), "strata": []})),
        ("audit.json", lambda text: "[]"),
    ],
)
def test_a_changed_sample_is_refused(tmp_path, rows_file, file, change):
    write_sample(draw(rows_file, size=12), tmp_path)
    (tmp_path / file).write_text(change((tmp_path / file).read_text()))
    with pytest.raises(WeThinkError, match="not as it was written"):
        read_sample(tmp_path)
