"""What types the commands of a page: a command that hangs fails its page, and holds nothing."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs import scene
from tests.docs.shell import Command


@pytest.mark.parametrize("text", ["wethink doctor", "sleep 30"])
def test_a_command_that_hangs_is_ended(text, tmp_path, monkeypatch):
    def hangs(words):
        try:
            time.sleep(30)
        except Exception:  # noqa: BLE001 - as a command does
            time.sleep(30)

    monkeypatch.setattr(scene, "_LIMIT_S", 0.5)
    monkeypatch.setattr(scene, "main", hangs)
    (tmp_path / "scene").mkdir()
    ended = scene.Scene(tmp_path / "scene").run(Command("p", 1, text))
    assert (ended.code, ended.said) == (124, "not done within 0.5 s: ")
