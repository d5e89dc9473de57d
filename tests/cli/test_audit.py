"""`wethink data audit` where it ends by itself; the served page is tested in tests/datasets/audit."""

import importlib.util
import json
import socket

import pytest

from tests.datasets.audit.conftest import rows_file, write_labels  # noqa: F401  a fixture
from wethink_plugins.datasets.audit.sample import draw, read_sample, write_sample

CAN_SERVE = importlib.util.find_spec("fastapi") and importlib.util.find_spec("uvicorn")
needs_serve = pytest.mark.skipif(not CAN_SERVE, reason="needs the serve extra")


@pytest.fixture
def folder(tmp_path, rows_file):  # noqa: F811
    write_sample(draw(rows_file, size=12, by=["source"]), tmp_path / "audit")
    return tmp_path / "audit"


@pytest.fixture
def taken():
    """A port on which nothing can be served, so that the command ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@needs_serve
@pytest.mark.parametrize("words", [["audit"], ["audit", "start"]])
def test_the_file_may_follow_audit_or_start_before_or_behind_the_options(tmp_path, wethink, rows_file, taken, words):  # noqa: F811
    for i, arguments in enumerate(([rows_file, "--sample", "9"], ["--sample", "9", rows_file])):
        out = tmp_path / f"out{i}"
        code, _, errors = wethink("data", *words, *arguments, "--out", out, "--port", taken)
        assert code == 2 and errors == [line for line in errors if f"port {taken} can't be used" in line] != []
        assert len(read_sample(out).rows) == 9 and not (out / "labels-x.jsonl").exists()


@needs_serve
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sample", "10"], "--sample: the sample here was drawn with 12, not 10; leave it out to go on"),
        (["--seed", "3"], "--seed: the sample here was drawn with 0, not 3"),
        (["--by", "question_type"], "--by: the sample here was drawn with source, not question_type"),
        (["other.jsonl"], "FILE: the sample here was drawn with"),
        (["--annotator", "a/b"], "--annotator: 'a/b' can't be part of a file name"),
    ],
)
def test_a_folder_keeps_its_sample(folder, wethink, words, says):
    before = (folder / "sample.jsonl").read_bytes()
    code, _, errors = wethink("data", "audit", *words, "--out", folder)
    assert code == 2 and len(errors) == 1 and says in errors[0]
    assert (folder / "sample.jsonl").read_bytes() == before and not list(folder.glob("labels-*"))


@needs_serve
def test_the_same_settings_go_on(folder, wethink, taken):
    words = ["--sample", "12", "--seed", "0", "--by", "source", "--out", folder, "--port", taken]
    code, _, errors = wethink("data", "audit", *words)
    assert code == 2 and "port" in errors[0]


@needs_serve
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sample", "9"], "no FILE to draw it from"),
        (["none.jsonl"], "none.jsonl: no such file"),
        (["rows.jsonl", "--by", "source,,x"], "--by"),
        (["rows.jsonl", "--sample", "0"], "--sample"),
        (["rows.jsonl", "--port", "70000"], "--port"),
    ],
)
def test_what_cannot_be_drawn_is_exit_code_2(tmp_path, wethink, rows_file, monkeypatch, words, says):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    code, _, errors = wethink("data", "audit", *words)
    assert code == 2 and says in " ".join(errors) and not (tmp_path / "audit").exists()


@pytest.mark.skipif(bool(CAN_SERVE), reason="the serve extra is installed")
def test_without_the_extra_it_says_what_to_install(tmp_path, wethink, rows_file):  # noqa: F811
    code, _, errors = wethink("data", "audit", rows_file, "--out", tmp_path / "audit")
    assert code == 2 and len(errors) == 1 and "pip install 'wethink-plugins[serve]'" in errors[0]


def test_report_of_rows_that_are_all_right(folder, wethink):
    write_labels(folder, "ann", dict.fromkeys(range(12), "yyy"))
    code, printed, errors = wethink("data", "audit", "report", folder)
    assert (code, errors) == (0, []) and "100.0 % (7" in printed and "to 100.0)" in printed and "12 yes" in printed
    assert "0 rows got a no" in printed


def test_report_of_two_annotators(tmp_path, folder, wethink, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the folder is called audit, as it is by default
    write_labels(
        folder, "ann", {**dict.fromkeys(range(10), "yyy"), 3: ("yny", "that <b>sign</b> isn't there"), 10: "y--"}
    )
    write_labels(folder, "bo", {**dict.fromkeys(range(10), "yyu"), 3: "yny", 4: "nyy", 5: ("yyy", "fine")})
    code, printed, errors = wethink("data", "audit", "report", "--json", "--out", "out/report.html")
    found = json.loads(printed)
    assert code == 1 and len(errors) == 1 and "unfinished: 2 of 12 rows" in errors[0]
    assert [(one["name"], one["done"], one["partly"]) for one in found["annotators"]] == [("ann", 10, 1), ("bo", 10, 0)]
    grounding, factuality = (found["rates"][name]["overall"] for name in ("grounding", "factuality"))
    assert [grounding[name] for name in ("yes", "no", "unsure", "split", "open")] == [9, 1, 0, 0, 2]
    assert [factuality[name] for name in ("yes", "no", "unsure", "split", "open")] == [10, 0, 0, 1, 1]
    assert 0.5 < grounding["low"] < grounding["rate"] < grounding["high"] <= 1
    assert found["agreement"]["grounding"]["kappa"] == 1 and found["agreement"]["factuality"]["percent"] == 0.9
    assert [(one["place"], one["comments"]) for one in found["bad"]] == [
        (3, {"ann": "that <b>sign</b> isn't there"}),
        (4, {}),
    ]
    assert [one["place"] for one in found["commented"]] == [5]
    assert sum(one["file_rows"] for one in found["rates"]["grounding"]["strata"]) == 30
    page = (tmp_path / "out" / "report.html").read_text()
    assert "that &lt;b&gt;sign&lt;/b&gt;" in page and "<b>sign" not in page and "Unfinished: 2 of 12" in page
    text = wethink("data", "audit", "report")[1]
    assert "agreement on grounding: 100.0 % of pairs on 10 rows, kappa 1.000" in text
    assert "factuality" in text and "(ann: that <b>sign</b> isn't there)" in text


def test_report_of_three_annotators_has_each_pair(folder, wethink):
    for name in ("ann", "bo", "cy"):
        write_labels(folder, name, {**dict.fromkeys(range(12), "yyy"), len(name): "nyy"})
    found = json.loads(wethink("data", "audit", "report", folder, "--json", "--out", folder / "report.html")[1])
    assert found["agreement"]["factuality"]["kappa"] is None and found["agreement"]["factuality"]["alpha"] is not None
    assert len(found["agreement"]["factuality"]["pairs"]) == 3
    assert "ann and bo" in (folder / "report.html").read_text()


def test_report_without_pictures_or_with_an_annotator_who_said_nothing(folder, wethink, rows_file):  # noqa: F811
    for picture in (rows_file.parent / "images").iterdir():
        picture.unlink()
    write_labels(folder, "ann", {0: "nyy"})
    (folder / "labels-bo.jsonl").touch()
    code, printed, _ = wethink("data", "audit", "report", folder, "--json", "--out", folder / "report.html")
    assert code == 1 and [one["name"] for one in json.loads(printed)["annotators"]] == ["ann"]
    assert "no such file: images/a.png" in (folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (None, "nothing is marked yet"),
        ("", "nothing is marked yet"),
        ('{"place": 0, "id": "x", "field": "factuality", "value": "yes"}\n', "labels-ann.jsonl:1: is about row 'x'"),
        ("{}{}\n", "labels-ann.jsonl:1: not valid JSON"),
    ],
)
def test_report_of_what_is_no_audit(folder, wethink, labels, says):
    if labels is not None:
        (folder / "labels-ann.jsonl").write_text(labels)
    code, printed, errors = wethink("data", "audit", "report", folder)
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]


def test_report_of_a_folder_without_sample(tmp_path, wethink):
    code, _, errors = wethink("data", "audit", "report", tmp_path)
    assert code == 2 and "holds no sample" in errors[0]


def test_help_names_both_verbs(wethink):
    code, printed, _ = wethink("data", "audit", "--help")
    assert code == 0 and "start" in printed and "report" in printed
