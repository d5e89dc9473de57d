"""The journal: every sample once, from every process, whatever happens to the disk."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from wethink_plugins import HybridReward
from wethink_plugins.rewards import journal as journal_module
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
    assert len(list(tmp_path.glob("*.jsonl"))) >= 2
    assert [line["time"] for line in read_journal(tmp_path)] == [0, 1, 2, 3]


def test_a_folder_that_cannot_be_written_costs_lines_and_nothing_else(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    journal = Journal(tmp_path / "file" / "journal")
    journal.write({"time": 1})
    journal.close()
    assert journal.lost == 1
    assert "training goes on" in caplog.text


class Unprintable:
    def __str__(self):
        raise RuntimeError("no text")


LOOP = {}
LOOP["loop"] = LOOP


@pytest.mark.parametrize("line", [LOOP, {(1, 2): 3}, {"id": Unprintable()}], ids=["loop", "key", "value"])
def test_a_line_that_is_no_json_costs_itself_only(tmp_path, caplog, line):
    journal = Journal(tmp_path)
    journal.write(line)
    journal.write({"time": 1})
    journal.close()
    assert list(read_journal(tmp_path)) == [{"time": 1}]
    assert journal.lost == 1
    assert "training goes on" in caplog.text


def test_what_is_scored_after_closing_is_kept_too(tmp_path, sample_of):
    reward = HybridReward.from_config({"journal": {"path": str(tmp_path)}})
    for _ in range(3):
        reward.score(sample_of())
        reward.close()
    assert len(list(read_journal(tmp_path))) == 3


def test_a_full_disk_leaves_whole_lines_and_one_file(tmp_path, monkeypatch):
    write_all = journal_module._write_all

    def full(file, data):
        write_all(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    files = journal_module._Files(tmp_path, 1, 10_000)
    files.append([b'{"time": 1}\n'])
    monkeypatch.setattr(journal_module, "_write_all", full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            files.append([b'{"time": 2}\n'] * 9)
    monkeypatch.setattr(journal_module, "_write_all", write_all)
    files.append([b'{"time": 3}\n'])
    assert [path.read_text() for path in tmp_path.iterdir()] == ['{"time": 1}\n{"time": 3}\n']


def test_two_processes_with_the_same_id_share_no_file(tmp_path):
    for name in (b"one\n", b"two\n"):
        journal_module._Files(tmp_path, 7, 10_000).append([name])
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["one\n", "two\n"]


def test_a_killed_process_loses_no_line_that_was_flushed(tmp_path):
    program = f"""
import os, signal, time
from wethink_plugins.rewards.journal import Journal
journal = Journal({str(tmp_path)!r})
for i in range(100):
    journal.write({{"time": i}})
while not list(journal.folder.glob("*.jsonl")):
    time.sleep(0.05)
time.sleep(0.2)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False, timeout=600)
    assert len(list(read_journal(tmp_path))) == 100


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
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)
    assert len(list(read_journal(tmp_path))) == 3
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
