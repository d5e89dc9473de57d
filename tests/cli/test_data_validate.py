"""What `wethink data validate` prints and writes."""

import json
import os
import pty
import subprocess
import sys

import pytest

from tests.datasets.builders import row, write_rows

MESSY = [
    row(0, answer="<answer>3</answer>"),
    row(1, answer=""),
    row(2, category="vqa"),
    row(3, source="chartqa"),
    "{broken",
]


def test_the_summary_names_values_sources_and_defects(tmp_path, wethink):
    code, printed, errors = wethink("data", "validate", write_rows(tmp_path, MESSY))
    assert code == 1 and len(errors) == 3
    for text in (
        'aliases: {question_type: {"vqa": fill_in_blank}}',
        "wrapped_answer",
        "broken_line",
        "unknown_source",
        "GPL-3.0",
        "MathVista",
        "(not in the registry)",
        "5 rows read, 2 accepted, 3 rejected",
        str(tmp_path / "rows.rejects.jsonl"),
    ):
        assert text in printed
    kept = [json.loads(line) for line in (tmp_path / "rows.rejects.jsonl").read_text().splitlines()]
    assert [one["kind"] for one in kept] == ["missing_field", "unknown_value", "broken_line"]


def test_as_json_it_is_all_in_one_value(tmp_path, wethink):
    (tmp_path / "own.yaml").write_text("sources: {chartqa: {quota: 5}}")
    file = write_rows(tmp_path, MESSY)
    _, printed, _ = wethink("data", "validate", file, "--json", "--sources", tmp_path / "own.yaml")
    value = json.loads(printed)
    assert value["defects"]["missing_field"] == 1 and value["prompt_tokens"] is None and value["fixed"] is None
    assert {one["name"]: one["over"] for one in value["sources"]} == {"chartqa": -4, "images": None}
    assert {(one["field"], one["value"]) for one in value["values"]} >= {("category", "vqa"), ("abilities", "maths")}


def test_rejects_of_an_earlier_run_go(tmp_path, wethink):
    wethink("data", "validate", write_rows(tmp_path, MESSY))
    assert wethink("data", "validate", write_rows(tmp_path, [row(0)]))[0] == 0
    assert not (tmp_path / "rows.rejects.jsonl").exists()


def test_where_rejects_cannot_be_kept_a_line_says_so(tmp_path, wethink):
    file = write_rows(tmp_path, MESSY)
    (tmp_path / "rows.rejects.jsonl").mkdir()
    code, _, errors = wethink("data", "validate", file)
    assert code == 1 and "not kept" in errors[0] and "--rejects" in errors[0]
    code, printed, errors = wethink("data", "validate", file, "--rejects", tmp_path / "rows.rejects.jsonl")
    assert (code, printed, len(errors)) == (2, "", 1)


def test_fix_writes_the_good_rows_and_says_what_changed(tmp_path, wethink):
    file = write_rows(tmp_path, MESSY)
    code, printed, _ = wethink("data", "validate", file, "--fix", tmp_path / "fixed.jsonl")
    assert code == 1 and "what was changed" in printed and f"wrote {tmp_path / 'fixed.jsonl'}: 2 rows" in printed
    code, printed, errors = wethink("data", "validate", tmp_path / "fixed.jsonl", "--json")
    value = json.loads(printed)
    assert (code, errors, value["accepted"], value["repairs"]) == (0, [], 2, {})


@pytest.mark.parametrize(
    "options",
    [["--fix", "rows.jsonl"], ["--fix", "out.parquet"], ["--fixed-images", "out"], ["--report", "rows.jsonl"]],
)
def test_wrong_outputs_are_refused_before_anything_is_read(tmp_path, wethink, monkeypatch, options):
    file = write_rows(tmp_path, MESSY)
    monkeypatch.chdir(tmp_path)
    text = file.read_text()
    assert wethink("data", "validate", "rows.jsonl", *options)[0] == 2
    assert file.read_text() == text and sorted(f.name for f in tmp_path.iterdir()) == ["images", "rows.jsonl"]


@pytest.mark.parametrize(("options", "shown"), [([], True), (["--quiet"], False)])
def test_progress_is_for_a_terminal_only(tmp_path, options, shown):
    """On a terminal of its own: stderr is one, stdout is a file."""
    file = write_rows(tmp_path, [row(i) for i in range(50)])
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "wethink_plugins.cli.main", "data", "validate", str(file), *options]
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}, text=True
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        told += part
    os.close(ours)
    assert ended.returncode == 0 and "50 rows read" in ended.stdout
    assert (b"rows.jsonl" in told) == shown


def test_the_page_is_written_where_asked(tmp_path, wethink):
    pytest.importorskip("wethink_plugins.datasets.validation_page")
    file = write_rows(tmp_path, MESSY)
    code, printed, _ = wethink("data", "validate", file, "--report", tmp_path / "pages" / "report.html")
    assert code == 1 and f"wrote {tmp_path / 'pages' / 'report.html'}" in printed.splitlines()
    page = (tmp_path / "pages" / "report.html").read_text(encoding="utf-8")
    assert "missing_field" in page and [f.name for f in (tmp_path / "pages").iterdir()] == ["report.html"]


def test_without_a_judge_rows_are_checked_and_those_that_need_one_counted(tmp_path, wethink):
    told = row(1, category="descriptive", reward="model", answer="A red square lies on a table beside a cup.")
    code, printed, errors = wethink("data", "validate", write_rows(tmp_path, [row(0), told]), "--json")
    assert (code, json.loads(printed)["need_judge"]) == (0, 1)
    assert "1 row needs a judge model" in errors[-1]


def test_a_field_nested_too_deeply_is_one_reject(tmp_path, wethink):
    deep = json.dumps(row(1)).removesuffix("}") + ', "extra_one": ' + "[" * 900 + "]" * 900 + "}"
    code, printed, errors = wethink("data", "validate", write_rows(tmp_path, [row(0), deep, row(2)]))
    assert code == 1
    assert "3 rows read, 2 accepted, 1 rejected" in printed
    assert any("extra_one: is nested too deeply" in error for error in errors)


def test_a_pipe_is_not_waited_for(tmp_path, wethink):
    os.mkfifo(tmp_path / "rows.jsonl")
    code, _, errors = wethink("data", "validate", tmp_path / "rows.jsonl")
    assert code == 2
    assert "is not a file" in errors[0]
