"""Starts, kills and restarts a scripted model server, and reads what it was asked."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class ModelServer:
    """`with ModelServer(latency_s=0.2, plan={...}) as server:` and ask at `server.base_url`.

    Settings: model, answers_as (its name in replies, if another one), text (the good reply), plan (see `script`),
    context (tokens of a prompt and its reply; words are tokens, counted at /tokenize), latency_s, refuse (request
    fields answered with 400; root_enum: a schema with an enum at its root), key (else 401), reply ("module:function"
    of the request body, instead of text), script (what that is told first), capacity (requests worked on at the same
    time; others wait), log (False: keep none).
    """

    def __init__(self, **settings):
        self.settings = settings
        self.folder = tempfile.TemporaryDirectory(prefix="model-server-")
        self.log_file = Path(self.folder.name) / "log.jsonl"
        self.log_file.touch()
        self.process = None

    def start(self):
        settings = {**self.settings, "log": str(self.log_file) if self.settings.get("log", True) else None}
        command = [sys.executable, "-m", "tests.servers.model", json.dumps(settings)]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        self.settings["port"] = int(self.process.stdout.readline())  # the same one after a restart
        return self

    def kill(self):
        """As by the kernel: no goodbye on any connection. What it has seen of each prompt is forgotten."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def clear_log(self):
        """While it is not running."""
        self.log_file.write_text("")

    def log(self):
        """Every attempt that reached it, in order, over restarts; a line that is being written is not there yet."""
        lines = self.log_file.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def stats(self):
        """How busy it was; see `model.Busy`."""
        with urllib.request.urlopen(f"{self.base_url}/stats", timeout=60) as answer:
            return json.load(answer)

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.settings['port']}/v1"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.folder.cleanup()
