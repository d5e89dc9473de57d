"""A run on a Ray cluster makes the rows that one process makes, and keeps its promises to servers, store and budget."""

import json
import os
import signal
import time

import pytest
import yaml

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")
pytest.importorskip("ray", reason="needs the extra ray")

from tests.cluster import cluster as a_cluster
from tests.synthesis.scripted import FINAL, Records, Scripted, kill, outputs_of, until

pytestmark = pytest.mark.slow

BEHAVIOURS = [
    "right", "family", "vision_right", "text_right", "neither_right", "unanswerable", "lacks_ability", "bad_reasoning",
    "unreadable", "family", "off_once@ask", "500_once@reply", "filter@describe", "right", "family", "right",
]  # fmt: skip
LATENCY_S = 0.1
PATIENCE_S = 600


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """One for all runs, as a user has it; each is a job of its own there."""
    with pytest.MonkeyPatch.context() as patch, a_cluster(patch, num_cpus=2) as address:
        patch.setenv("RAY_ADDRESS", address)
        yield


def told(folder):
    """The outputs without the run's id, which is another one in each."""
    found = outputs_of(folder)
    lines = [json.loads(line) for line in found["provenance.jsonl"].splitlines()]
    return {**found, "provenance.jsonl": [{**line, "run": ""} for line in lines]}


@pytest.fixture
def scripted(tmp_path):
    with Scripted(tmp_path, 32, BEHAVIOURS, latency_s=LATENCY_S) as scripted:
        yield scripted


def most_at_once(log):
    """Requests that began within less than what the quickest takes: all of them were open together."""
    times = sorted(line["time"] for line in log)
    return max(sum(start <= one < start + 0.9 * LATENCY_S for one in times) for start in times)


def test_the_same_rows_come_out_and_the_limit_holds_over_all_workers(scripted):
    config = scripted.yaml(concurrency=5, models=("eye",), questions_per_image=2)
    scripted.run("run", config, "--out", scripted.folder / "one", "--quiet")
    before = len(scripted.server.log())
    scripted.run("run", config, "--out", scripted.folder / "ray", "--quiet", "--engine", "ray", "--workers", "3")
    assert told(scripted.folder / "ray") == told(scripted.folder / "one")
    assert len(told(scripted.folder / "ray")["rows.jsonl"].splitlines()) > 12
    log = [line for line in scripted.server.log()[before:] if "stage" in line]
    assert 4 <= most_at_once(log) <= 5
    good = [line["digest"] for line in log if line["action"] in FINAL]
    assert len(good) == len(set(good)) == len(Records(scripted.folder / "ray").replies)


def test_killed_and_resumed_no_committed_call_is_made_again(scripted):
    config = scripted.yaml(concurrency=6, models=("eye",))
    scripted.run("run", config, "--out", scripted.folder / "one", "--quiet")
    before, out = len(scripted.server.log()), scripted.folder / "ray"
    ray = ("--quiet", "--engine", "ray", "--workers", "2")
    process = scripted.start("run", config, "--out", out, *ray)
    for count in (50, 120):
        assert until(lambda aim=count: len(scripted.server.log()) - before > aim, process, PATIENCE_S)
        kill(process)
        time.sleep(2)  # the cluster notices, and its actors end
        process = scripted.start("resume", out, *ray)
    text = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, text
    assert told(out) == told(scripted.folder / "one")
    finals = [line["digest"] for line in scripted.server.log()[before:] if line["action"] in FINAL]
    assert len(finals) - len(set(finals)) <= 2 * 6


def test_a_worker_that_dies_costs_no_item(scripted):
    config = scripted.yaml(concurrency=6, models=("eye",))
    scripted.run("run", config, "--out", scripted.folder / "one", "--quiet")
    before, out = len(scripted.server.log()), scripted.folder / "ray"
    process = scripted.start("run", config, "--out", out, "--quiet", "--engine", "ray", "--workers", "2")
    assert until(lambda: len(scripted.server.log()) - before > 60, process, PATIENCE_S)
    worker = next(pid for pid, name in below(os.getpid()) if name.startswith("ray::Worker"))
    os.kill(worker, signal.SIGKILL)
    text = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 and "died" in text[1], text
    assert told(out) == told(scripted.folder / "one")


def below(root):
    """(pid, command line) of its children, and theirs."""
    parents, names = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as stat, open(f"/proc/{entry}/cmdline", "rb") as command:
                parents[int(entry)] = int(stat.read().rpartition(")")[2].split()[1])
                names[int(entry)] = command.read().decode(errors="replace").replace("\0", " ").strip()
        except OSError:
            continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return [(pid, names[pid]) for pid in sorted(found)]


def test_a_ceiling_holds_over_all_workers(scripted):
    config = scripted.yaml(concurrency=6, models=("eye",), limits={"tokens": 20_000})
    out = scripted.folder / "ray"
    scripted.run("run", config, "--out", out, "--json", "--engine", "ray", "--workers", "3", code=1)
    used = sum(prompt + completion for _, _, prompt, completion, _ in Records(out).attempts)
    largest = max(prompt + completion for _, _, prompt, completion, _ in Records(out).attempts)
    assert 20_000 <= used <= 20_000 + 6 * largest
    more = scripted.yaml("more.yaml", concurrency=6, models=("eye",))
    scripted.run("resume", out, "--config", more, "--quiet", "--engine", "ray")
    scripted.run("run", more, "--out", scripted.folder / "one", "--quiet")
    assert told(out) == told(scripted.folder / "one")


def test_what_is_wrong_with_the_settings_is_one_line(scripted):
    config = scripted.yaml(models=("eye",))
    settings = yaml.safe_load(config.read_text())
    settings["models"]["eye"]["endpoints"][0]["api_key_env"] = "NO_SUCH_KEY"
    config.write_text(yaml.safe_dump(settings))
    said = scripted.run("run", config, "--out", scripted.folder / "ray", "--engine", "ray", code=2)
    assert "models.eye" in said and "NO_SUCH_KEY" in said
