"""What a probe says where the host's own environment isn't."""

import json
import sys
from importlib.metadata import version

from wethink_plugins.doctor.probes import shared


def test_another_environment_than_the_trainings_is_called_that(tmp_path, monkeypatch):
    asked, answer = tmp_path / "asked.json", tmp_path / "answer.json"
    asked.write_text("{}")
    monkeypatch.setattr(sys, "argv", ["probe", str(asked), str(answer)])
    shared.run(lambda *_: version("a-package-that-nobody-has"))
    (found,) = json.loads(answer.read_text())
    assert "isn't the environment" in found["text"] and "a-package-that-nobody-has" in found["text"]
    assert "--files-only" in found["fix"]
