import json

import page
import photographs
import pytest
import summary
from PIL import Image

SCENE = {"cells": [0, 3], "shape": "square", "colour": "red"}
HOSTILE = "<answer>3</answer></dd><script>alert(1)</script>"


@pytest.fixture
def run(tmp_path):
    """A finished run by hand: one test item, a model that writes markup, and a journal of two steps."""
    row = {
        "id": "test-00000-more",
        "problem": "How many if one more is drawn?",
        "answer": "3",
        "image_path": "images/a.png",
        "reward": "rule",
    }
    item = {"id": row["id"], "family": "more", "question_type": "fill_in_blank", "gold": "3", "scene": SCENE}
    write(tmp_path / "data" / "test.jsonl", row)
    write(tmp_path / "data" / "teacher.jsonl", {**item, "teacher": HOSTILE})
    for stage in ("before", "after"):
        write(tmp_path / stage / "answers.jsonl", {**item, stage: HOSTILE})
        write(tmp_path / stage / "blank.jsonl", {**item, "blank": HOSTILE})
    for picture in [
        tmp_path / "data" / "images" / "a.png",
        *(tmp_path / "photographs" / r["image_path"] for r in photographs.read_rows()),
    ]:
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (84, 56), "red").save(picture)
    facts = {
        "split": "train",
        "question_type": "fill_in_blank",
        "response": HOSTILE,
        "format": 0.0,
        "status": "scored",
        "accuracy": 1.0,
    }
    write(
        tmp_path / "journal" / "journal-1-0.jsonl",
        *({**facts, "time": step, "step": step, "group": "g", "overall": 0.7} for step in (1, 2)),
    )
    write(tmp_path / "stages" / "data.json", {"inputs": "x", "seconds": 60.0, "finished": "2000-01-01T00:00:00"})
    return tmp_path


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_report_is_drawn_from_a_run_and_escapes_what_the_model_wrote(run):
    python = run / "sft" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 0.9.5 5.5.4\n")
    python.chmod(0o755)
    summary.write_summary(run, run, seed=4, environments=run, config=page.OFFLINE)
    page.write_page(run, run / "report.html")
    html = (run / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "Seed 4" in html and "llamafactory" in html
    found = json.loads((run / "summary.json").read_text())
    assert set(found) >= {
        "teacher_accuracy",
        "sft_accuracy",
        "grpo_accuracy",
        "blank_accuracy",
        "format_rate",
        "unscored",
        "per_type",
        "seconds",
        "seed",
        "versions",
    }
    assert found["seconds"] == 60.0


def test_every_photograph_has_a_credit_and_all_types_are_there():
    rows = photographs.read_rows()
    assert {row["category"] for row in rows} == {"multiple_choice", "fill_in_blank", "descriptive"}
    assert all(row["credit"] and row["wrong"] != row["answer"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_reward_tells_right_from_wrong_about_photographs():
    for row in photographs.read_rows():
        item = {
            "id": row["id"],
            "gold": row["answer"],
            "question_type": row["category"],
            **photographs.responses_to(row),
        }
        scores = {
            name: summary.reward_scores([item], {row["id"]: row}, name, page.OFFLINE)[0]
            for name in photographs.responses_to(row)
        }
        assert scores["right"]["overall"] == pytest.approx(1.0)
        assert scores["wrong"]["accuracy"] <= 0.3, row["id"]
        assert scores["right, without a chain of thought"]["format"] == 0.0
