import json
from pathlib import Path

import pytest
from stages import Stage, run_stages


class Log:
    """Remembers what it was told."""

    def __init__(self):
        self.told: list[tuple[str, str]] = []

    def skipped(self, stage, seconds):
        self.told.append(("skipped", stage.name))

    def started(self, stage):
        self.told.append(("started", stage.name))

    def finished(self, stage, seconds):
        self.told.append(("finished", stage.name))

    def failed(self, stage):
        self.told.append(("failed", stage.name))

    def take(self) -> dict[str, str]:
        last = {name: what for what, name in self.told}
        self.told = []
        return last


def writer(name: str, text: str = "x"):
    def run(partial: Path) -> None:
        (partial / name).mkdir()
        (partial / name / "file").write_text(text)

    return run


def chain(**changes) -> list[Stage]:
    stages = {
        "one": Stage("one", "One", writer("one"), ["one"]),
        "two": Stage("two", "Two", writer("two"), ["two"], ["one"]),
        "three": Stage("three", "Three", writer("three"), ["three"], ["two"]),
    }
    return list({**stages, **changes}.values())


def test_a_second_run_skips_everything(tmp_path):
    log = Log()
    run_stages(chain(), tmp_path, log)
    assert set(log.take().values()) == {"finished"}
    run_stages(chain(), tmp_path, log)
    assert set(log.take().values()) == {"skipped"}


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_it_goes_on_at_the_stage_that_failed(tmp_path, kind):
    def breaks(partial: Path) -> None:
        (partial / "two").mkdir()
        (partial / "two" / "half").write_text("half")
        raise kind

    log = Log()
    with pytest.raises(kind):
        run_stages(chain(two=Stage("two", "Two", breaks, ["two"], ["one"])), tmp_path, log)
    assert log.take() == {"one": "finished", "two": "failed"}
    assert not (tmp_path / "two").exists()
    run_stages(chain(), tmp_path, log)
    assert log.take() == {"one": "skipped", "two": "finished", "three": "finished"}
    assert [file.name for file in (tmp_path / "two").iterdir()] == ["file"]


def test_what_a_killed_run_left_is_thrown_away(tmp_path):
    left = tmp_path / ".partial" / "one" / "one"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    run_stages(chain(), tmp_path, Log())
    assert [file.name for file in (tmp_path / "one").iterdir()] == ["file"]


def test_changed_settings_run_the_stage_and_all_after_it(tmp_path):
    log = Log()
    run_stages(chain(), tmp_path, log)
    log.take()
    run_stages(chain(two=Stage("two", "Two", writer("two", "new"), ["two"], ["one"], {"seed": 1})), tmp_path, log)
    assert log.take() == {"one": "skipped", "two": "finished", "three": "finished"}
    assert (tmp_path / "two" / "file").read_text() == "new"


def test_a_changed_source_runs_the_stage(tmp_path):
    source = tmp_path / "source.py"
    stages = chain(three=Stage("three", "Three", writer("three"), ["three"], ["two"], sources=[source]))
    log = Log()
    for text, expected in (("a", "finished"), ("a", "skipped"), ("b", "finished")):
        source.write_text(text)
        run_stages(stages, tmp_path / "out", log)
        assert log.take()["three"] == expected


@pytest.mark.parametrize("stamp", ["", "{", json.dumps({"inputs": "other"})])
def test_a_broken_or_old_stamp_counts_as_none(tmp_path, stamp):
    run_stages(chain(), tmp_path, Log())
    (tmp_path / "stages" / "two.json").write_text(stamp)
    log = Log()
    run_stages(chain(), tmp_path, log)
    assert log.take() == {"one": "skipped", "two": "finished", "three": "skipped"}


def test_output_that_was_removed_is_made_again(tmp_path):
    run_stages(chain(), tmp_path, Log())
    (tmp_path / "one" / "file").unlink()
    (tmp_path / "one").rmdir()
    log = Log()
    run_stages(chain(), tmp_path, log)
    assert log.take()["one"] == "finished"


def test_files_are_outputs_too(tmp_path):
    def run(partial: Path) -> None:
        (partial / "a.json").write_text("{}")

    for _ in range(2):
        (tmp_path / "stages" / "a.json").unlink(missing_ok=True)
        run_stages([Stage("a", "A", run, ["a.json"])], tmp_path, Log())
    assert (tmp_path / "a.json").read_text() == "{}"
    assert not list((tmp_path / ".partial").iterdir())
