import re

import environments
import pytest


def test_locks_pin_everything_exactly_and_hold_no_paths():
    for name in environments.GIGABYTES:
        lines = (environments.LOCKS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if not line.startswith("#")]
        assert pins and all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in pins)
        assert not any(line.lower().startswith("wethink") for line in pins)


def steps(log: list[str], fail: str = "", **inputs: str) -> list[environments.Step]:
    def run(name):
        def act(environment):
            log.append(name)
            if name == fail:
                raise environments.SetupError("no")
            python = environments.python_of(environment)
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()

        return act

    return [
        environments.Step(name, inputs.get(name, "same"), run(name)) for name in ("environment", "torch", "packages")
    ]


def test_steps_are_done_once_and_again_when_their_inputs_change(tmp_path):
    log: list[str] = []
    assert environments.build("x", tmp_path, steps(log))
    assert not environments.build("x", tmp_path, steps(log))
    assert environments.build("x", tmp_path, steps(log, packages="other"))
    assert log == ["environment", "torch", "packages", "packages"]


def test_an_interrupted_installation_goes_on(tmp_path):
    log: list[str] = []
    with pytest.raises(environments.SetupError):
        environments.build("x", tmp_path, steps(log, fail="packages"))
    environments.build("x", tmp_path, steps(log))
    assert log == ["environment", "torch", "packages", "packages"]


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(environments.sys, "version_info", (3, 11, 0))
    monkeypatch.setattr(environments.shutil, "disk_usage", lambda path: type("U", (), {"free": 1e9})())
    with pytest.raises(environments.SetupError, match="GB free"):
        environments.check_machine(["sft", "grpo"], tmp_path)
