"""`wethink judge calibrate | stability` as they are typed."""

import json

import pytest

ROW = {"question": "What is seen?", "reference": "two red cars", "answer": "two red cars", "tier": "correct"}


@pytest.fixture
def rows(tmp_path):
    def write(*lines):
        file = tmp_path / "rows.jsonl"
        file.write_text("".join(json.dumps({**ROW, **line}) + "\n" for line in lines))
        return file

    return write


def test_calibrate_on_what_ships_writes_json_and_a_page(tmp_path, wethink):
    code, printed, errors = wethink("judge", "calibrate", "--offline", "--rounds", 20, "--out", tmp_path / "out")
    assert (code, errors) == (0, [])
    assert "quadratic weights" in printed and "label mostly" in printed and "swapped_entities" in printed
    report = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert report["judge"] == "offline" and report["rows"] == report["with_opinion"] >= 240
    page = (tmp_path / "out" / "calibration.html").read_text()
    assert "<svg" in page and "Judge offline" in page


def test_calibrate_prints_one_json_value(wethink, rows):
    file = rows({}, {"answer": "a dog", "tier": "wrong"})
    code, printed, _ = wethink("judge", "calibrate", file, "--offline", "--json", "--repeats", 2, "--exchange")
    report = json.loads(printed)
    assert (code, report["rows"], report["figures"]["kappa_quadratic"]["value"]) == (0, 2, 1.0)
    assert report["repeats"]["changed"] == report["exchanged"]["changed"] == 0.0


@pytest.mark.parametrize(("least", "code"), [(-1, 0), (0.5, 1)])
def test_pre_flight(wethink, least, code):
    ended, _, errors = wethink("judge", "calibrate", "--offline", "--rounds", 0, "--min-kappa", least)
    assert ended == code and len(errors) == code
    assert all("quadratically weighted kappa is 0." in line and "below 0.5" in line for line in errors)


@pytest.mark.parametrize("least", ["nan", "inf", "1.5"])
def test_a_least_kappa_that_none_can_be_is_wrong_usage(wethink, least):
    code, printed, errors = wethink("judge", "calibrate", "--offline", "--rounds", 0, "--min-kappa", least)
    assert (code, printed) == (2, "") and "between -1 and 1" in " ".join(errors)


def test_one_row_has_no_kappa_and_does_not_pass_as_good(wethink, rows):
    code, _, errors = wethink("judge", "calibrate", rows({}), "--offline", "--min-kappa", 0.1)
    assert code == 1 and "kappa is -" in errors[0]


@pytest.mark.parametrize("verb", ["calibrate", "stability"])
@pytest.mark.parametrize(
    ("line", "options", "says"),
    [
        ({}, (), ["no judge is configured", "--offline"]),
        ({"answer": 3}, ("--offline",), ["rows.jsonl:1", "answer"]),
        ({"tier": "fine"}, ("--offline",), ["rows.jsonl:1", "'fine' is no tier", "correct, mostly, partly, wrong"]),
    ],
)
def test_what_cannot_be_measured_is_one_line(wethink, rows, verb, line, options, says):
    code, printed, errors = wethink("judge", verb, rows(line), *options)
    assert (code, printed, len(errors)) == (2, "", 1) and all(part in errors[0] for part in says)


def test_stability_by_edit(wethink, rows):
    file = rows({"tier": None}, {"tier": None, "answer": "two cars. One is red"})
    code, printed, errors = wethink("judge", "stability", file, "--offline", "--json")
    lines = {line["edit"]: line for line in json.loads(printed)["edits"]}
    assert (code, errors) == (0, [])
    assert lines["thanks"]["changed"] == 1 and lines["asked again"]["changed"] == 0
    assert lines["reordered"]["asked"] == 1
    code, printed, errors = wethink("judge", "stability", file, "--offline", "--max-changed", 0.1)
    assert code == 1 and errors == ["thanks: 1.000 of verdicts change, more than 0.1"] and "white_space" in printed
