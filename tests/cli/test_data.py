import json
import subprocess
import sys

import pytest

from tests.datasets.builders import row, write_rows

GOOD = row(0)
BAD = {
    "no answer": (row(1, answer=None), ["row r1: answer: is missing", "fill it in"]),
    "no image": (row(1, image_path="images/x.png"), ["row r1: image_path: no such image", "--images"]),
    "unknown reward": (
        row(1, reward="gpt"),
        ["row r1: reward: unknown reward method 'gpt'", "aliases: {reward_method:"],
    ),
    "unknown type": (
        row(1, category="vqa"),
        ["row r1: category: unknown question type 'vqa'", "aliases: {question_type:"],
    ),
    "no judge": (
        row(1, category="descriptive", reward="auto"),
        ["row r1: reward: 1 of 2 rows need a judge", "judge: {offline: true}"],
    ),
    "broken line": ('{"id": "r1", "pro', ["rows.jsonl:2: not valid JSON", "repair or remove it"]),
    "image tag": (row(1, refined_cot="<image>"), ["row r1: refined_cot: holds a literal <image>", "change the text"]),
}
# Nothing can be said of the other rows: the configuration for them is at fault.
UNUSABLE = ("no judge",)


@pytest.mark.parametrize("host", ["verl", "trl", "llamafactory"])
@pytest.mark.parametrize("case", BAD)
def test_bad_input_gives_clear_lines_and_no_output(tmp_path, wethink, host, case):
    if (host, case) == ("llamafactory", "no judge"):
        pytest.skip("fine-tuning needs no judge")
    bad, parts = BAD[case]
    file = write_rows(tmp_path, [GOOD, bad])
    out = tmp_path / "out" if host == "llamafactory" else tmp_path / "out" / "a.parquet"
    code, printed, errors = wethink("data", "export", host, file, "--out", out)
    assert code == (2 if case in UNUSABLE else 1) and printed == ""
    assert len(errors) <= 2 and all(part in errors[0] for part in (str(file), *parts))
    left = [f.name for f in (tmp_path / "out").rglob("*")] if (tmp_path / "out").exists() else []
    assert all(name.endswith(".rejects.jsonl") for name in left)


@pytest.mark.parametrize("case", [case for case in BAD if case not in UNUSABLE])
def test_validate_finds_the_same(tmp_path, wethink, case):
    bad, parts = BAD[case]
    code, _, errors = wethink("data", "validate", write_rows(tmp_path, [GOOD, bad]))
    assert code == 1
    assert len(errors) == 1 and all(part in errors[0] for part in parts)


@pytest.mark.parametrize("text", ["weights: {accuracy: 0.7", "weights:\n\t- x", "wieghts: {}", "[]"])
@pytest.mark.parametrize("verb", ["validate", "export"])
def test_a_malformed_yaml_is_one_line(tmp_path, wethink, text, verb):
    config = tmp_path / "w.yaml"
    config.write_text(text)
    host, out = (["verl"], ["--out", tmp_path / "a.parquet"]) if verb == "export" else ([], [])
    code, printed, errors = wethink("data", verb, *host, write_rows(tmp_path, [GOOD]), *out, "--config", config)
    assert (code, printed, len(errors)) == (2, "", 1) and str(config) in errors[0]
    assert not (tmp_path / "a.parquet").exists()


def test_one_bad_case_through_the_installed_command(tmp_path):
    """In a process of its own: exit code, one line and no traceback are the shell's to see."""
    file = write_rows(tmp_path, [row(1, answer=None)])
    command = [
        sys.executable,
        "-m",
        "wethink_plugins.cli.main",
        "data",
        "export",
        "verl",
        file,
        "--out",
        tmp_path / "a.parquet",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 1 and ended.stdout == "" and "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 2 and "row r1: answer: is missing" in ended.stderr


def test_many_rejects_are_five_lines_and_a_count_and_all_in_the_file(tmp_path, wethink):
    file = write_rows(tmp_path, [row(i, answer=None) for i in range(9)])
    code, _, errors = wethink("data", "export", "verl", file, "--out", tmp_path / "a.parquet")
    assert code == 1 and len(errors) == 7 and "4 more rejected rows" in errors[5]
    assert "a.rejects.jsonl" in errors[6] and "--allow-rejects" in errors[6]
    assert len((tmp_path / "a.rejects.jsonl").read_text().splitlines()) == 9


def test_allow_rejects_exports_the_rest(tmp_path, wethink):
    file = write_rows(tmp_path, [GOOD, row(1, answer=None)])
    code, printed, errors = wethink(
        "data", "export", "verl", file, "--out", tmp_path / "a.parquet", "--allow-rejects", "--json"
    )
    assert code == 0 and len(errors) == 1
    assert json.loads(printed)["accepted"] == 1 and (tmp_path / "a.parquet").exists()


def test_rejects_of_an_earlier_run_are_taken_away(tmp_path, wethink):
    (tmp_path / "a.rejects.jsonl").write_text("{}\n")
    code, printed, errors = wethink(
        "data", "export", "verl", write_rows(tmp_path, [GOOD]), "--out", tmp_path / "a.parquet"
    )
    assert (code, errors) == (0, []) and "1 row, 0 rejected" in printed
    assert not (tmp_path / "a.rejects.jsonl").exists()


def test_an_output_that_was_there_survives_a_failed_export(tmp_path, wethink):
    (tmp_path / "a.parquet").write_text("mine")
    assert (
        wethink("data", "export", "verl", write_rows(tmp_path, [row(answer=None)]), "--out", tmp_path / "a.parquet")[0]
        == 1
    )
    assert (tmp_path / "a.parquet").read_text() == "mine"


def test_unknown_values_are_a_table_printed_once(tmp_path, wethink):
    rows = [row(i, category="vqa") for i in range(30)] + [row(30, reward="gpt")]
    code, printed, errors = wethink("data", "validate", write_rows(tmp_path, rows), "--rejects", tmp_path / "r.jsonl")
    assert code == 1 and len(errors) == 2 and "(30 rows)" in errors[0]
    both = 'aliases: {question_type: {"vqa": fill_in_blank}, reward_method: {"gpt": auto}}'
    assert both in printed and "".join([printed, *errors]).count("aliases: {") == 1
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 31
    assert (
        wethink("data", "validate", tmp_path / "rows.jsonl", "--infer-types")[0] == 1
    )  # the reward method stays unknown


def test_an_export_says_one_line_of_yaml_for_all_unknown_values(tmp_path, wethink):
    rows = [row(0, category="vqa"), row(1, category="yes/no"), row(2)]
    code, _, errors = wethink("data", "export", "verl", write_rows(tmp_path, rows), "--out", tmp_path / "a.parquet")
    (piece,) = [error for error in errors if "aliases: {" in error]
    (tmp_path / "w.yaml").write_text(piece[piece.index("aliases: {") :], encoding="utf-8")
    again = wethink(
        "data", "export", "verl", tmp_path / "rows.jsonl", "--out", tmp_path / "a.parquet", "--config",
        tmp_path / "w.yaml",
    )  # fmt: skip
    assert (code, again[0]) == (1, 0)


def test_validate_as_json(tmp_path, wethink):
    code, printed, _ = wethink("data", "validate", write_rows(tmp_path, [GOOD, row(1, answer="")]), "--json")
    value = json.loads(printed)
    assert code == 1 and (value["read"], value["accepted"], value["rejected"]) == (2, 1, 1)
    assert value["rejects"][0]["field"] == "answer"


@pytest.mark.parametrize(
    "arguments",
    [
        ["data", "export", "nemo", "x.jsonl", "--out", "a"],
        ["data", "export", "verl", "x.jsonl"],
        ["data", "export", "verl", "x.jsonl", "--out", "a.parquet", "--split", "tset"],
        ["data", "validate"],
        ["data", "nothing"],
    ],
)
def test_wrong_usage_is_exit_code_2(wethink, arguments):
    assert wethink(*arguments)[0] == 2


@pytest.mark.parametrize("name", ["none.jsonl", "x.csv"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, wethink, name):
    (tmp_path / "x.csv").write_text("")
    code, _, errors = wethink("data", "validate", tmp_path / name)
    assert code == 2 and len(errors) == 1 and name in errors[0]


def test_a_complaint_can_be_printed_whatever_the_row_holds(tmp_path, wethink):
    code, _, errors = wethink("data", "validate", write_rows(tmp_path, [row(id="\ud800\nx")]))
    assert code == 1 and len(errors) == 1 and "\\ud800" in errors[0]


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"id": "\ud800"}, []),
        ({"id": "\ud800"}, ["--json"]),
        ({"category": "\ud800"}, []),
        ({"reward": "\ud800"}, ["--json"]),
    ],
)
def test_what_no_terminal_can_show_is_printed_escaped(tmp_path, fields, options):
    """In a process of its own: here stdout takes any text, a real one only what UTF-8 can say."""
    file = write_rows(tmp_path, [row(**fields)])
    command = [sys.executable, "-m", "wethink_plugins.cli.main", "data", "validate", file, *options]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert ended.returncode == 1 and "Traceback" not in ended.stderr and "\\ud800" in ended.stdout + ended.stderr


@pytest.mark.parametrize(("host", "out"), [("verl", "file/a.parquet"), ("llamafactory", "file"), ("trl", "b.parquet")])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, wethink, host, out):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "b.rejects.jsonl").mkdir()
    before = sorted(tmp_path.rglob("*"))
    file = write_rows(tmp_path / "data", [GOOD])
    code, printed, errors = wethink("data", "export", host, file, "--out", tmp_path / out)
    assert (code, printed, len(errors)) == (2, "", 1)
    assert [f for f in sorted(tmp_path.rglob("*")) if tmp_path / "data" not in (f, *f.parents)] == before


def test_rejects_never_take_the_place_of_the_rows(tmp_path, wethink):
    file = write_rows(tmp_path, [GOOD])
    text = file.read_text()
    code, _, errors = wethink("data", "validate", file, "--rejects", file)
    assert code == 2 and len(errors) == 1 and file.read_text() == text


def test_a_set_is_reported_side_by_side(tmp_path, wethink):
    rows = [row(i, image_path=None if i % 2 else "images/a.png") for i in range(20)]
    file, out = write_rows(tmp_path, [*rows, row(99, answer=None)]), tmp_path / "out"
    words = ["data", "export", "verl", file, "--out", out, "--val-rows", "4", "--shards", "2", "--allow-rejects"]
    code, printed, _ = wethink(*words)
    assert code == 0 and "20 rows, 1 rejected" in printed
    assert "train/00000-of-00002.parquet and 1 more: 16 rows, 1 picture, up to 10 rows share pictures" in printed
    assert "val.parquet: 4 rows, 0 pictures\n" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "out", "out.rejects.jsonl", "rows.jsonl"]
    sides = json.loads(wethink(*words, "--json")[1])["sides"]
    assert [one["rows"] for one in sides] == [16, 4] and sides[1]["split_by_image"]["images"]["both"] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--val-share", "0.5", "--val-rows", "3"], "not both"),
        (["--format", "csv"], "not one of"),
        (["--shards", "0"], "--shards"),
        (["--val-share", "7"], "7.0 is no share"),
        (["--val-rows", "1", "--split", "test"], "all be of one split"),
    ],
)
def test_a_set_that_cannot_be_is_one_line(tmp_path, wethink, options, says):
    file = write_rows(tmp_path, [row(i) for i in range(3)])
    code, printed, errors = wethink("data", "export", "verl", file, "--out", tmp_path / "out", *options)
    assert code == 2 and printed == "" and says in " ".join(errors) and not (tmp_path / "out").exists()


def test_rows_on_a_list_are_left_out_and_counted(tmp_path, wethink):
    file = write_rows(tmp_path, [row(n) for n in range(4)])
    (tmp_path / "remove.txt").write_text("r1\nr3\nnot-there\n")
    out = tmp_path / "a.parquet"
    code, printed, _ = wethink("data", "export", "trl", file, "--out", out, "--remove", tmp_path / "remove.txt")
    assert code == 0
    assert "2 rows, 0 rejected, 2 left out by" in printed
    pq = pytest.importorskip("pyarrow.parquet")
    assert [one["row_id"] for one in pq.read_table(out).to_pylist()] == ["r0", "r2"]
    assert json.loads((tmp_path / "a.manifest.json").read_text())["counts"]["removed"] == 2
    (tmp_path / "more.txt").write_text("r0\n")
    lists = ("--remove", tmp_path / "remove.txt", "--remove", tmp_path / "more.txt")
    code, printed, errors = wethink("data", "validate", file, *lists)
    assert (code, "1 accepted, 0 rejected, 3 left out" in printed) == (0, True)
    assert any("1 ids to remove are of no row, the first: 'not-there'" in error for error in errors)
    code, _, errors = wethink("data", "validate", file, "--remove", tmp_path / "no.txt")
    assert code == 2
    assert any("no.txt" in error for error in errors)
