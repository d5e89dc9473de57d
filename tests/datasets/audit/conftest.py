"""An audit in a folder, and the real command that serves it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.datasets.audit.criteria import CRITERIA


class Served:
    """`wethink data audit` in a process of its own."""

    def __init__(self, *words, cwd):
        command = [sys.executable, "-m", "wethink_plugins.cli.main", "data", "audit", *map(str, words), "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)
        text = ""
        while not text.endswith("}\n"):
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read()
            text += line
        self.said = json.loads(text)
        self.url = self.said["url"]

    def get(self, path, **headers):
        return self._ask(urllib.request.Request(self.url + path, headers=headers))

    def post(self, path, body, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        return self._ask(urllib.request.Request(self.url + path, data, headers))

    def mark(self, place, criterion, mark):
        return self.post(f"rows/{place}/mark", {"criterion": criterion, "mark": mark})

    def end(self, number=signal.SIGINT):
        """The exit code, and what is on stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=600)
        return self.process.returncode, errors

    def _ask(self, request):
        """(status, headers, body), JSON as a value."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=600) as reply:
                status, headers, data = reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            status, headers, data = error.code, error.headers, error.read()
        return status, headers, json.loads(data) if "json" in headers["content-type"] else data


@pytest.fixture
def serve():
    """Starts audits; those that still run at the end are killed."""
    pytest.importorskip("fastapi", reason="needs the serve extra")
    pytest.importorskip("uvicorn", reason="needs the serve extra")
    started = []

    def start(*words, cwd):
        started.append(Served(*words, cwd=cwd))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            os.kill(one.process.pid, signal.SIGKILL)
            one.process.communicate()


@pytest.fixture
def rows_file(tmp_path):
    """Thirty rows from three sources, in two types."""
    rows = [
        row(
            i,
            source=("coco", "coco", "gqa", "coco", "ai2d")[i % 5],
            **(
                {"category": "multiple choice", "problem": "Which?\nA. red\nB. blue", "answer": "B"}
                if i % 2
                else {"category": "fill-in-blank"}
            ),
        )
        for i in range(30)
    ]
    return write_rows(tmp_path, rows)


def lines_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def write_labels(folder, annotator, said):
    """`said`: place -> marks as one word a row (`yyn`, `y-u`), or (word, comment)."""
    names = {"y": "yes", "n": "no", "u": "unsure"}
    sample = lines_of(folder / "sample.jsonl")
    events = []
    for place, word in said.items():
        word, comment = word if isinstance(word, tuple) else (word, "")
        marks = [
            (criterion, names[letter]) for criterion, letter in zip(CRITERIA, word, strict=True) if letter in names
        ]
        for field, value in [*marks, *([("comment", comment)] if comment else [])]:
            events.append({"place": place, "id": sample[place]["id"], "field": field, "value": value})
    text = "".join(json.dumps(event) + "\n" for event in events)
    (folder / f"labels-{annotator}.jsonl").write_text(text)
