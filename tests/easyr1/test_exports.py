"""EasyR1's RLHFDataset reads every layout of an export with odd pictures; and what defects do to it."""

import json
import re

import pytest

from tests.datasets.odd import LITERALS, write_odd
from tests.hosts import defects_page
from tests.hosts.defect_cases import EASYR1, cases_of, key_of, write_easyr1, write_pictures

pytestmark = pytest.mark.easyr1
LAYOUTS = {
    "rows.parquet": (),
    "lines.jsonl": ("--format", "jsonl"),
    "inside.parquet": ("--embed",),
    "shards": ("--shards", "3"),
    "set": ("--shards", "2", "--val-rows", "4", "--embed"),
}


def test_every_layout_loads_with_odd_pictures(easyr1, host, model, tmp_path):
    good, _ = write_odd(tmp_path)
    for out, options in LAYOUTS.items():
        said = host.run(
            "wethink", "data", "export", "easyr1", tmp_path / "odd.jsonl", "--out", tmp_path / out, "--allow-rejects",
            "--json", *options,
        ).stdout  # fmt: skip
        assert json.loads(said[said.index("{\n") : said.rindex("}") + 1])["rejected"] == len(LITERALS)
    (tmp_path / "set/train").rename(tmp_path / "set-train")
    files = [tmp_path / name for name in (*list(LAYOUTS)[:3], "shards/train", "set-train", "set/val.parquet")]
    read = {name: one["rows"] for name, one in easyr1.answer("load_rows.py", model, *files).items()}
    rows = read["rows.parquet"]
    assert len(rows) == good and {json.loads(one["truth"])["v"] for one in rows} == {1}
    assert rows == read["lines.jsonl"] == read["inside.parquet"] == read["train"]
    both = sorted([*read["set-train"], *read["val.parquet"]], key=lambda one: one["id"])
    assert [{**one, "truth": ""} for one in both] == [
        {**one, "truth": ""} for one in sorted(rows, key=lambda one: one["id"])
    ]
    assert [one["pads"] > 0 for one in rows].count(False) == 4 and len(read["val.parquet"]) == 4


def test_defects(easyr1, model, tmp_path):
    if easyr1.version != "HEAD":
        pytest.skip("the dataset class treats them alike in every version")
    write_pictures(tmp_path)
    cases = cases_of(EASYR1)
    for case in cases:
        write_easyr1(case, tmp_path, tmp_path / key_of(case))
    read = easyr1.answer("load_rows.py", model, *(tmp_path / key_of(case) for case in cases))
    found = {case: _seen(read[key_of(case)]) for case in cases}
    wrong = {key_of(case): (case.seen, seen) for case, seen in found.items() if not re.search(case.seen, seen)}
    assert not wrong, json.dumps(wrong, indent=1)
    defects_page.write(found)


def _seen(report):
    if "error" in report:
        return report["error"]
    bad = report["rows"][-1]
    return f"{bad['tokens']} tokens of a question of {bad['question']} are left"
