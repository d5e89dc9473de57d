"""Journals are followed while they grow, are cut off in the middle of a line, and come from several processes."""

import json

import pytest

from tests.watch.runs import recorded
from wethink_plugins.errors import WeThinkError
from wethink_plugins.watch.host_logs import host_values
from wethink_plugins.watch.journal import JournalFollower
from wethink_plugins.watch.run_folder import others_below, run_of
from wethink_plugins.watch.steps import steps_of


def write(file, lines, end="\n"):
    with file.open("a", encoding="utf-8") as journal:
        journal.write("".join(json.dumps(line) + "\n" for line in lines[:-1]) + json.dumps(lines[-1]) + end)


def test_a_growing_journal_of_two_processes_ends_in_the_same_figures(tmp_path):
    lines, follower = recorded(), JournalFollower(tmp_path)
    for start in range(0, len(lines), 200):
        some = lines[start : start + 200]
        write(tmp_path / "journal-1-0.jsonl", some[::2])
        write(tmp_path / "journal-2-0.jsonl", some[1::2])
        assert follower.refresh()
    assert not follower.refresh()
    whole = steps_of(lines)
    for step, expected in zip(follower.steps, whole, strict=True):
        assert (step.step, step.samples, step.length) == (expected.step, expected.samples, expected.length)


def test_a_half_written_line_waits(tmp_path):
    lines, follower = recorded()[:3], JournalFollower(tmp_path)
    text = json.dumps(lines[2])
    write(tmp_path / "journal-1-0.jsonl", [*lines[:2], lines[2]], end="")
    follower.refresh()
    assert sum(step.samples for step in follower.steps) == 2
    with (tmp_path / "journal-1-0.jsonl").open("a") as journal:
        journal.write("\n")
    follower.refresh()
    assert sum(step.samples for step in follower.steps) == 3
    assert text
    assert follower.broken == 0


def test_broken_lines_and_lines_without_a_step_are_counted(tmp_path):
    (tmp_path / "journal-1-0.jsonl").write_text('{"step": null}\n{"half\n[1]\n{"step": 1, "split": "val"}\n')
    follower = JournalFollower(tmp_path)
    follower.refresh()
    assert (follower.broken, follower.without_step, follower.steps) == (1, 1, [])


def test_what_the_hosts_write(tmp_path):
    (tmp_path / "verl.log").write_text(
        "noise\n(TaskRunner pid=1) step:1 - actor/entropy:0.5 - actor/ppo_kl:-1.6e-08 - actor/grad_norm:0.25\n"
        "step:2 - actor/entropy:nan - actor/grad_norm:0.5\n"
    )
    (tmp_path / "easyr1").mkdir()
    (tmp_path / "easyr1" / "experiment_log.jsonl").write_text('{"step": 3, "actor": {"kl_loss": 0.1}}\n{"step": 4, "ac')
    (tmp_path / "trl").mkdir()
    history = [{"step": 5, "kl": 0.2, "entropy": 0.4, "grad_norm": 1.0}, {"step": 6, "train_runtime": 3.0}]
    (tmp_path / "trl" / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    (tmp_path / "verl.jsonl").write_text('{"step": 7, "data": {"actor/entropy": 0.3}}\n')
    assert host_values(tmp_path) == {
        "entropy": {1: 0.5, 5: 0.4, 7: 0.3},
        "kl": {3: 0.1, 5: 0.2},
        "grad_norm": {1: 0.25, 2: 0.5, 5: 1.0},
    }


def test_what_fine_tuning_logged_is_not_the_runs(tmp_path):
    """The demo's run holds the states of its judge's training and of the warm start."""
    history = [{"step": 20, "loss": 3.8, "grad_norm": 1.9}, {"step": 40, "train_loss": 2.0}]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    assert host_values(tmp_path) == {}


def journals(run, *folders):
    """One line in each, with a step that tells it from the others."""
    for number, folder in enumerate(folders, 1):
        (run / folder).mkdir(parents=True, exist_ok=True)
        write(run / folder / f"journal-{number}-0.jsonl", [{"step": number, "overall": 1.0, "accuracy": 1.0}])


def steps_read(run):
    follower = JournalFollower(run)
    follower.refresh()
    return follower.journal.relative_to(run).as_posix(), [step.step for step in follower.steps]


@pytest.mark.parametrize(
    ("folders", "read"),
    [
        (["."], "."),
        ([".", "journal", "arm/journal"], "."),
        (["journal", "faults/none/journal", "faults/some/journal"], "journal"),
        (["journal/today", "arm/journal"], "journal/today"),
        (["arm/journal"], "arm/journal"),
        (["arm/rewards"], "arm/rewards"),
    ],
)
def test_one_runs_journal_is_read_and_no_others(tmp_path, folders, read):
    journals(tmp_path, *folders)
    assert steps_read(tmp_path) == (read, [1])


def test_a_journal_without_files_yet_is_waited_for(tmp_path):
    journals(tmp_path, "arm/journal")
    (tmp_path / "journal").mkdir()
    assert steps_read(tmp_path) == ("journal", [])


def test_several_below_are_refused_by_name(tmp_path):
    journals(tmp_path, "one/journal", "two/journal", "two", "three/rewards")
    with pytest.raises(
        WeThinkError, match=r"4 folders below .*: one, three/rewards, two, two/journal; give one of them"
    ):
        JournalFollower(tmp_path).refresh()


def test_a_run_that_begins_beside_it_changes_nothing(tmp_path):
    journals(tmp_path, "one/journal")
    follower = JournalFollower(tmp_path)
    follower.refresh()
    journals(tmp_path, "one/journal", "two/journal")
    assert follower.refresh()
    assert [(step.step, step.samples) for step in follower.steps] == [(1, 2)]


def test_a_link_to_a_run_is_no_other_run(tmp_path):
    journals(tmp_path, "one/journal")
    (tmp_path / "latest").symlink_to(tmp_path / "one")
    assert steps_read(tmp_path) == ("one/journal", [1])


@pytest.mark.parametrize(
    ("folders", "left_out"),
    [
        (["journal"], []),
        (["journal", "faults/none/journal", "faults/some/journal", "arm"], ["arm", "faults"]),
        ([".", "journal"], ["journal"]),
        (["journal/today"], []),
    ],
)
def test_logs_beside_other_runs_journals_are_theirs(tmp_path, folders, left_out):
    journals(tmp_path, *folders)
    journal = JournalFollower(tmp_path).journal
    assert run_of(tmp_path, journal) == tmp_path
    assert [folder.name for folder in others_below(tmp_path, journal)] == left_out


def test_logs_are_those_of_the_run_below(tmp_path):
    journals(tmp_path, "arm/journal")
    assert run_of(tmp_path, JournalFollower(tmp_path).journal) == tmp_path / "arm"
