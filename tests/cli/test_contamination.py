import json
import sys

import pytest

from tests.datasets.builders import row, write_rows
from tests.datasets.contamination.pictures import encoded, scene, text_of, write_tsv


def made(folder, number):
    file = write_rows(folder, [row(0, image_path="images/c.png")])
    (folder / "images" / "c.png").write_bytes(encoded(scene(number)))
    for name in ("one", "two"):
        write_tsv(folder / f"{name}.tsv", [{"index": 1, "image": text_of(scene(1)), "question": "q"}])
    return ["data", "contamination", file, "--out", folder / "out", "--cache", folder / "kept", "--images", folder]


@pytest.mark.parametrize(("number", "ends"), [(1, 1), (2, 0)])
def test_rows_are_compared_with_all_benchmarks_behind_against(tmp_path, wethink, number, ends):
    pytest.importorskip("faiss", reason="needs the contamination extra")
    command = made(tmp_path, number)
    code, printed, _ = wethink(*command, "--against", tmp_path / "one.tsv", tmp_path / "two.tsv", "--json")
    said = json.loads(printed)
    assert (code, said["rows_matched"], said["removable"]) == (ends, ends, ends)
    assert said["benchmarks"] == {"one": [ends, 0, 0], "two": [ends, 0, 0]}
    assert (tmp_path / "out" / "report.html").exists()


def test_the_kinds_to_remove_are_the_users(tmp_path, wethink):
    pytest.importorskip("faiss", reason="needs the contamination extra")
    command = [*made(tmp_path, 1), "--against", tmp_path / "one.tsv"]
    assert wethink(*command, "--remove", "text,both")[0] == 1
    assert (tmp_path / "out" / "remove.txt").read_text() == ""
    code, _, errors = wethink(*command, "--remove", "pictures")
    assert code == 2 and "'pictures' is not one of" in " ".join(errors)


def test_what_cannot_be_used_is_one_line_and_nothing_is_written(tmp_path, wethink):
    pytest.importorskip("faiss", reason="needs the contamination extra")
    command = made(tmp_path, 1)
    (tmp_path / "bad.tsv").write_text("id\n1\n")
    code, _, errors = wethink(*command, "--against", tmp_path / "bad.tsv")
    assert code == 2 and len(errors) == 1 and "bad.tsv: has no column index" in errors[0]
    assert not (tmp_path / "out").exists()


def test_without_the_extra_one_line_says_what_to_install(tmp_path, wethink, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    code, _, errors = wethink(*made(tmp_path, 1), "--against", tmp_path / "one.tsv")
    assert code == 2 and len(errors) == 1 and "pip install 'wethink-plugins[contamination]'" in errors[0]
