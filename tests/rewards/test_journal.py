"""The journal: every sample once, from every process, whatever happens to the disk."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from wethink_plugins import HybridReward
from wethink_plugins.rewards.journal import Journal, read_journal


def test_each_sample_is_one_line_that_can_be_scored_again(tmp_path, sample_of):
    reward = HybridReward.from_config({"journal": {"path": str(tmp_path)}})
    reward.score_batch(
        [sample_of("4", "4", id=f"row-{i}", group="g", meta={"step": 3, "split": "train"}) for i in range(5)]
    )
    reward.close()
    lines = list(read_journal(tmp_path))
    assert [line["id"] for line in lines] == [f"row-{i}" for i in range(5)]
    first = lines[0]
    assert (first["group"], first["step"], first["split"], first["gold"], first["answer"]) == (
        "g",
        3,
        "train",
        "4",
        "4",
    )
    assert (first["status"], first["overall"], first["grader"]) == ("scored", 1.0, "exact")
    assert first["config"] == reward.config.digest()


def test_the_environment_names_the_folder(tmp_path, sample_of, monkeypatch):
    monkeypatch.setenv("WETHINK_JOURNAL", str(tmp_path / "here"))
    reward = HybridReward.from_config({"journal": {"path": str(tmp_path / "there")}})
    reward.score(sample_of())
    reward.close()
    assert len(list(read_journal(tmp_path / "here"))) == 1
    assert not (tmp_path / "there").exists()


def test_rotation_and_hostile_text(tmp_path):
    journal = Journal(tmp_path, rotate_mb=0.001)
    for i in range(4):
        journal.write({"time": i, "response": "\ud800 \x00 \n" + "x" * 2000})
        journal.close()
        journal._start()
    journal.close()
    assert len(list(tmp_path.glob("*.jsonl"))) >= 2
    assert [line["time"] for line in read_journal(tmp_path)] == [0, 1, 2, 3]


def test_a_folder_that_cannot_be_written_costs_lines_and_nothing_else(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    journal = Journal(tmp_path / "file" / "journal")
    journal.write({"time": 1})
    journal.close()
    assert journal.lost == 1
    assert "training goes on" in caplog.text


def test_a_line_cut_short_by_a_kill_is_left_out(tmp_path):
    (tmp_path / "journal-1-0.jsonl").write_text(json.dumps({"time": 1}) + "\n" + '{"time": 2, "resp')
    assert [line["time"] for line in read_journal(tmp_path)] == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_writes_its_own_file(tmp_path):
    program = textwrap.dedent(f"""
        import os, sys
        from wethink_plugins import HybridReward, Sample
        reward = HybridReward.from_config({{"journal": {{"path": {str(tmp_path)!r}}}}})
        sample = Sample("r", None, "q", "<think>a</think><answer>4</answer>", "4")
        reward.score(sample)
        child = os.fork()
        reward.score(sample)
        reward.close()
        if child:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    """)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert len(list(read_journal(tmp_path))) == 3
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
