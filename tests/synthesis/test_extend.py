"""A set that is there is extended where it is thin, and its diversity is told before and after."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.synthesis.scripted import Scripted
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.growing.diversity import diversity_of
from wethink_plugins.synthesis.growing.extend import BASE, base_of, keep_base
from wethink_plugins.synthesis.run import RunFolder

MIX = {"abilities": {"ocr": 0.5, "maths": 0.3, "knowledge": 0.2}, "question_types": {"fill_in_blank": 0.5, "multiple_choice": 0.5}}  # fmt: skip


def record(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": f"old-{number}",
        "problem": f"Which word stands in line {number} of the letter on the desk?",
        "answer": "dear",
        "category": "fill-in-blank",
        "abilities": ["reasoning", "OCR"],
        "refined_cot": "I read the letter.",
        "image_path": f"letters/{number}.png",
        **changed,
    }


def write(file: Path, records: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory):
    """(folder, rows, growth as printed) of a run over 60 plates that extends 100 rows which are nearly all OCR."""
    folder = tmp_path_factory.mktemp("extended")
    with Scripted(folder, 60, ["right"] * 5 + ["lacks_ability"]) as scripted:
        base = [record(n) for n in range(90)] + [record(n, abilities="reasoning, maths") for n in range(90, 100)]
        file = write(folder / "base.jsonl", base)
        config = scripted.yaml(mix=MIX, rounds={"size": 20})
        printed = scripted.run("run", config, "--out", folder / "run", "--extend", file, "--json")
        again = scripted.run("resume", folder / "run", "--json")
    rows = [json.loads(one) for one in (folder / "run" / "rows.jsonl").read_text().splitlines()]
    return folder / "run", rows, json.loads(printed), json.loads(again)


def test_rows_are_added_only_where_the_base_is_thin(extended):
    _, rows, _, _ = extended
    assert len(rows) == 50
    assert Counter(tuple(row["abilities"]) for row in rows).keys() == {
        ("reasoning", "knowledge"),
        ("reasoning", "maths"),
    }
    assert Counter(row["category"] for row in rows)["multiple_choice"] > 30, "the base has none"


def test_diversity_before_and_after_is_written_and_printed(extended):
    folder, _, printed, again = extended
    told = json.loads((folder / "diversity.json").read_text())
    assert told == printed["diversity"] == again["diversity"]
    assert (told["before"]["rows"], told["added"]["rows"], told["after"]["rows"]) == (100, 50, 150)
    assert told["before"]["effective_cells"] < 1.5 < 2.5 < told["after"]["effective_cells"]
    assert told["before"]["nearest"] == 1.0, "they differ by a number alone"
    assert told["after"]["nearest"] < 0.9
    assert told["wanted"]["abilities"] == MIX["abilities"]


def test_a_base_that_was_lost_stops_resume(tmp_path: Path):
    folder = tmp_path / "run"
    count = keep_base(folder, write(tmp_path / "rows.jsonl", [record(1), record(2)]))
    with Scripted(tmp_path / "s", 1, ["right"]) as scripted:
        config = scripted.yaml()
        RunFolder.create(folder, SynthesisConfig.load(config), count)
        write(folder / BASE, [record(1)])
        assert "was started with 2" in scripted.run("resume", folder, code=2)
        (folder / BASE).unlink()
        assert "no such file" in scripted.run("resume", folder, code=2)


def test_what_is_kept_of_a_base_is_what_is_looked_at(tmp_path: Path):
    odd = [
        record(1, category="multiple choice", options={"A": "dear", "B": "sir"}, answer="A", extra_key=[1]),
        record(2, domain="letters", image_path=["a/1.png", "a/2.png"], problem="Qu'y a-t-il \ud83d là ? 图"),
    ]
    keep_base(tmp_path / "run", write(tmp_path / "rows.jsonl", odd))
    kept = [json.loads(one) for one in (tmp_path / "run" / BASE).read_text().splitlines()]
    assert kept[0]["category"] == "multiple_choice" and kept[0]["options"] == ["dear", "sir"]
    assert "extra_key" not in kept[0] and "refined_cot" not in kept[0]
    assert kept[1]["domain"] == "letters" and kept[1]["image_path"] == ["a/1.png", "a/2.png"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no row"),
        ("{nonsense\n", "rows.jsonl:1: not valid JSON"),
        (json.dumps(record(1)) + "\n" + json.dumps(record(2, category="essay")), "rows.jsonl:2: category: unknown"),
    ],
    ids=["empty", "no JSON", "unknown type"],
)
def test_a_base_that_cannot_be_read_leaves_no_run_behind(tmp_path: Path, content: str, said: str):
    (tmp_path / "rows.jsonl").write_text(content)
    with Scripted(tmp_path / "s", 1, ["right"]) as scripted:
        words = ("run", scripted.yaml(), "--out", tmp_path / "run")
        assert said in scripted.run(*words, "--extend", tmp_path / "rows.jsonl", code=2).replace("\n", "")
        assert not (tmp_path / "run" / "run.json").exists()
        scripted.run(*words)
        assert not (tmp_path / "run" / "diversity.json").exists()
        assert not (tmp_path / "run" / BASE).exists()
        assert "holds a run already" in scripted.run(
            *words, "--extend", write(tmp_path / "ok.jsonl", [record(1)]), code=2
        )
        assert not (tmp_path / "run" / BASE).exists(), "another run's base is no business of this command"


def rows_of(*records: dict[str, Any]) -> list[Row]:
    return [Row.read(one) for one in records]


def test_diversity_of_known_sets():
    same = diversity_of(rows_of(*(record(1, id=str(n)) for n in range(10))))
    assert (same.rows, same.wordings, same.problems, same.images) == (10, 1, 1, 1)
    assert (same.effective_wordings, same.effective_cells, same.nearest) == (1.0, 1.0, 1.0)
    assert same.triples_per_draw == 10, "a wording of twelve words has ten triples"
    words = ["alpha beta gamma", "delta epsilon zeta", "eta theta iota", "kappa lambda mu"]
    unlike = diversity_of(rows_of(*(record(n, problem=text, abilities=name) for n, (text, name) in enumerate(zip(words, ["ocr", "maths"] * 2, strict=True)))))  # fmt: skip
    assert (unlike.wordings, unlike.effective_wordings, unlike.effective_cells, unlike.nearest) == (4, 4.0, 2.0, 0.0)
    assert unlike.triples_per_draw == 4


def test_distinct_triples_of_a_draw_are_those_of_real_draws():
    rng = random.Random(0)
    made = [record(n, problem=" ".join(rng.choices("a b c d e f g h".split(), k=3))) for n in range(60)]
    told = diversity_of(rows_of(*made), draw=20)
    drawn = [len({one["problem"] for one in rng.sample(made, 20)}) for _ in range(3000)]
    assert told.triples_per_draw == pytest.approx(sum(drawn) / len(drawn), abs=0.1)


def test_diversity_of_nothing():
    told = diversity_of([])
    assert told.rows == 0 and all(
        math.isfinite(value) for value in told.as_dict().values() if not isinstance(value, dict)
    )


def test_the_base_is_read_only_where_the_run_says_that_there_is_one(tmp_path: Path):
    class Run:
        folder, extends = tmp_path, 0

    assert list(base_of(Run())) == []
    Run.extends = 1
    with pytest.raises(WeThinkError, match="no such file"):
        list(base_of(Run()))
