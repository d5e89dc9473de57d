"""A run of the real command line against the scripted server, and what its files and the server's log say of it."""

import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from tests.servers import ModelServer
from tests.servers.picture import picture
from tests.servers.synthesis import FAULTS, STAGES, Plate, foretell
from wethink_plugins.cli.main import main
from wethink_plugins.endpoints.call import key_of
from wethink_plugins.synthesis import stages
from wethink_plugins.synthesis.run import RunFolder

CHECKOUT = Path(__file__).resolve().parents[2]
OUTPUTS = ("rows.jsonl", "provenance.jsonl", "rejects.jsonl")
ROLES = {
    "describer": "eye", "reasoner": "mind", "checker": "mind", "vision_answerer": "eye", "text_answerer": "mind",
    "judge": "third", "arbiter": "third", "refiner": "third",
}  # fmt: skip
# What a server answers that ends a call.
FINAL = ("good", "cut", "filter", "context:vllm")


class Scripted:
    """Pictures 0 .. count-1 that behave by the list, a server that plays them, and the YAML of a run over them."""

    def __init__(self, folder, count, behaviours, noise=0, digests=True, **server):
        self.folder, self.count, self.behaviours = Path(folder), count, list(behaviours)
        script = {"behaviours": self.behaviours, "digests": digests}
        self.server = ModelServer(reply="tests.servers.synthesis:player", script=script, **server)
        self.images = self.folder / "images"
        self.images.mkdir(parents=True)
        for number in range(count):
            data = picture(number, noise)
            broken = self.behaviour(number) == "unreadable"
            (self.images / f"{number}.png").write_bytes(data[: len(data) // 2] if broken else data)

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def behaviour(self, number):
        return self.behaviours[number % len(self.behaviours)]

    def yaml(self, name="synthesis.yaml", *, concurrency=8, models=("eye", "mind", "third"), **settings):
        """The file; `settings` go over the usual ones. One model: it has all roles."""
        prices = {"prompt": 1.0, "completion": 2.0}
        endpoint = {"base_url": self.server.base_url, "max_concurrency": concurrency, "usd_per_million": prices}
        model_settings = {"sees": True, "deadline_s": settings.pop("deadline_s", 60)}
        value = {
            "models": {one: {"endpoints": [{**endpoint, "model": one}], **model_settings} for one in models},
            "roles": {role: one if one in models else models[0] for role, one in ROLES.items()},
            "images": [{"source": "plates", "folder": str(self.images)}],
            "stages": list(stages.STAGES),
            "rounds": {"size": 16},
            "seed": 3,
            **settings,
        }
        file = self.folder / name
        file.write_text(yaml.safe_dump(value, sort_keys=False))
        return file

    def start(self, *words, program=("-m", "wethink_plugins.cli.main"), session=True, environment=(), **options):
        """`wethink synth WORDS`, as a shell would start it: in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, *program, "synth", *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), **dict(environment)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=session,
            **options,
        )

    def run(self, *words, code=0, **options):
        """What it printed. Fails on another exit code and on a traceback. In this process, which spares the imports,
        unless it is told how to start one, or is to be a client of Ray's of its own."""
        if options or "--engine" in words:
            process = self.start(*words, **options)
            out, err = process.communicate(timeout=1200)
            ended = process.returncode
        else:
            ended, out, err = self._here(*map(str, words))
        assert ended == code, (ended, out, err)
        assert "Traceback" not in err, err
        return out + err

    def _here(self, *words):
        """(exit code, stdout, stderr) of the same command, called."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(["synth", *words])
        except SystemExit as end:
            return end.code or 0, *(stream.buffer.getvalue().decode() for stream in (out, err))
        finally:
            os.chdir(before)

    @contextlib.contextmanager
    def outage(self, action):
        """Another server in the place of the one that was killed, which does that to every request."""
        port = self.server.settings["port"]
        with ModelServer(port=port, plan={"share": 1.0, "actions": [action]}, log=False):
            yield

    def asked(self):
        """The server's log, without `wethink`'s other requests."""
        return [line for line in self.server.log() if "stage" in line]

    def final_key(self, line):
        """The call store's key of a request that was answered for good, None of another."""
        return (
            key_of(line["digest"], f"{self.server.base_url}\0{line['asked_of']}") if line["action"] in FINAL else None
        )


class Records:
    """A run's ledger and call store, read as anybody may."""

    def __init__(self, folder):
        run = RunFolder.open(folder)
        ledger = run.ledger(reads_only=True)
        self.items, self.accepted = list(ledger.items()), {}
        self.settled = list(ledger.settled())
        self.rounds = ledger.rounds()
        ledger.close()
        self.replies = replies_in(run.calls)
        with contextlib.closing(sqlite3.connect(f"file:{run.calls}?mode=ro", uri=True)) as connection:
            query = "SELECT key, status, prompt_tokens, completion_tokens, usd FROM attempts"
            self.attempts = connection.execute(query).fetchall()


def replies_in(store):
    """Keys of the replies and refusals that are committed."""
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as connection:
        try:
            return {key for (key,) in connection.execute("SELECT key FROM replies")}
        except sqlite3.OperationalError:  # killed before it made its tables
            return set()


def number_of(record):
    return int(Path(record.draft.image.path).stem)


def outputs_of(folder):
    """Bytes by name; the run's own id, which its provenance tells, is taken out."""
    identity = RunFolder.open(folder).id.encode()
    return {name: (folder / name).read_bytes().replace(identity, b"RUN") for name in OUTPUTS}


def expected(scripted, records, repeats=3, **options):
    """Item -> (plate, Foretold), and the ids that should be accepted, near-duplicates of a family taken off."""
    told, accepted, families = {}, set(), 0
    for record in records.items:
        plate = Plate(number_of(record), scripted.behaviour(number_of(record)))
        # Without a target it ended before anybody could ask for a type.
        kind = record.draft.target.question_type if record.draft.target else "fill_in_blank"
        told[record.item] = plate, foretell(plate, kind, **options)
        if told[record.item][1].reason:
            continue
        families += plate.behaviour == "family"
        if plate.behaviour != "family" or families <= repeats:
            accepted.add(record.item)
    return told, accepted


def calls_of(foretold):
    """Prompt -> how many calls end with a reply or a refusal."""
    return sum((one.calls for _, one in foretold.values()), Counter())


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def until(condition, process=None, patience=600.0):
    """False where the process ended before the condition held."""
    end = time.monotonic() + patience
    while not condition():
        if process is not None and process.poll() is not None:
            return False
        assert time.monotonic() < end, "never true"
        time.sleep(0.02)
    return True


__all__ = ["FAULTS", "FINAL", "OUTPUTS", "STAGES", "Records", "Scripted", "json"]
