"""kill -9 at any moment leaves each output as it was or whole, and the next run ends in the same bytes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.datasets.twin import make_twin

MOMENTS = 20
# Ends itself as a file is moved into place for the nth time: the moments between two outputs.
DEADLY = """
import itertools, os, signal, sys
at, calls, whole = int(sys.argv.pop(1)), itertools.count(1), os.replace
def deadly(*words, **named):
    if next(calls) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*words, **named)
os.replace = deadly
from wethink_plugins.cli.main import main
main()
"""
MAIN = ("-m", "wethink_plugins.cli.main")


class Job:
    """A verb over a small twin, and its outputs in a folder of their own."""

    def __init__(self, folder, verb):
        self.twin = make_twin(folder / "twin", 1000)
        self.folder, self.verb = folder, verb
        self.out = folder / "out"
        self.config = folder / "wethink.yaml"
        self.config.write_text("judge: {offline: true}\n")

    def words(self):
        common = [self.twin.file, "--images", self.twin.images, "--config", self.config]
        if self.verb == "validate":
            files = {"--report": "report.html", "--fix": "fixed.jsonl", "--rejects": "rejects.jsonl"}
            files |= {"--fixed-images": "pictures"}
            places = [word for flag, name in files.items() for word in (flag, self.out / name)]
            return ["data", "validate", *common, *places]
        return ["data", "export", self.verb, *common, "--out", self.out / "train.parquet", "--allow-rejects"]

    def start(self, *code):
        return subprocess.Popen(
            [sys.executable, *code, *map(str, self.words())],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def whole(self):
        """Runs to the end; the outputs' bytes by name."""
        program = self.start(*MAIN)
        _, complaint = program.communicate()
        assert program.returncode in (0, 1) and b"Traceback" not in complaint, complaint.decode()
        return self.left()

    def left(self):
        """What stands under a name that somebody would read."""
        files = [file for file in self.out.rglob("*") if file.is_file() and not file.name.startswith(".")]
        return {str(file.relative_to(self.out)): file.read_bytes() for file in files}

    def put_back(self, before):
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        for name, data in before.items():
            (self.out / name).parent.mkdir(parents=True, exist_ok=True)
            (self.out / name).write_bytes(data)


@pytest.fixture(scope="module", params=["validate", "easyr1", pytest.param("trl", marks=pytest.mark.slow)])
def job(request, tmp_path_factory):
    made = Job(tmp_path_factory.mktemp(request.param), request.param)
    start = time.monotonic()
    made.expected = made.whole()
    made.seconds = time.monotonic() - start
    assert len(made.expected) >= 3 and all(made.expected.values())
    return made


def old(job):
    return {name: f"an earlier {name}".encode() for name in job.expected}


def check(job, before):
    """Each file is the old one or the new one; for an export with a manifest that fits what it is about."""
    for name, data in job.left().items():
        assert data in (before.get(name), job.expected[name]), name
    assert set(before) - set(job.left()) <= {name for name in before if "manifest" in name or "rejects" in name}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_between_two_outputs(job, at):
    """And what is made again is the same to the byte, which only holds where any two runs make the same."""
    before = old(job)
    job.put_back(before)
    program = job.start("-c", DEADLY, str(at))
    program.communicate()
    assert program.returncode == -signal.SIGKILL
    check(job, before)
    assert sum(data == job.expected[name] for name, data in job.left().items()) == at - 1
    assert job.whole() == job.expected


def kill_at(job, share, before):
    job.put_back(before)
    program = job.start(*MAIN)
    time.sleep(share * job.seconds)
    os.killpg(program.pid, signal.SIGKILL)
    program.communicate()
    check(job, before)


def test_killed_at_three_moments(job):
    for share in (0.5, 0.8, 0.95):
        kill_at(job, share, old(job))
    assert job.whole() == job.expected


@pytest.mark.slow
def test_killed_at_twenty_random_moments(job):
    dice = random.Random(0)
    for moment in range(MOMENTS):
        kill_at(job, dice.random(), old(job) if moment % 2 else {})
    assert job.whole() == job.expected
