"""What is said of a node whose workers see something else than the driver; a real cluster is in tests/hosts."""

import pytest

from wethink_plugins.doctor.probes.ray import look
from wethink_plugins.doctor.ray_nodes import compared

HERE = {"package": "0.1.0", "variables": {"KEY": "aa"}, "files": {"/w.yaml": "cc"}}
CASES = [
    ("the same", {}, None, ""),
    ("no answer", {"error": "dead"}, "error", "doesn't answer: dead"),
    ("no package", {"package": None}, "error", "has no wethink-plugins"),
    ("another version", {"package": "0.0.9"}, "error", "has wethink-plugins 0.0.9, and here it is 0.1.0"),
    ("no variable", {"variables": {"KEY": None}}, "error", "KEY is set here and not in the workers of node n:1"),
    ("another value", {"variables": {"KEY": "bb"}}, "warning", "KEY has another value"),
    ("no file", {"files": {"/w.yaml": None}}, "error", "/w.yaml isn't on node n:1"),
    ("another file", {"files": {"/w.yaml": "dd"}}, "error", "/w.yaml is another file on node n:1"),
]


@pytest.mark.parametrize(("why", "seen", "level", "says"), CASES, ids=[case[0] for case in CASES])
def test_compared(why, seen, level, says):
    found = list(compared("n:1", HERE, {**HERE, **seen}))
    assert [one.level for one in found] == ([level] if level else [])
    assert all(says in one.text and one.fix for one in found)


def test_a_look_tells_digests_and_no_values(tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", "secret-value")
    monkeypatch.delenv("GONE", raising=False)
    (tmp_path / "w.yaml").write_text("judge: {}\n")
    seen = look(["KEY", "GONE"], [str(tmp_path / "w.yaml"), str(tmp_path / "gone")])
    assert seen["package"] and "secret" not in str(seen)
    assert seen["variables"]["KEY"] and seen["variables"]["GONE"] is None
    assert [bool(digest) for digest in seen["files"].values()] == [True, False]
