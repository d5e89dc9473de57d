"""A server that never answers: the run says so with the server's words, and a signal ends it without further tries."""

import json
import re
import signal
import subprocess
import sys

import pytest

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")

from tests.servers import ModelServer
from tests.servers.picture import picture
from tests.synthesis.scripted import CHECKOUT, Records, Scripted

COUNT, IN_FLIGHT = 24, 8
# Says sooner what a real run says after ten seconds.
TALKATIVE = (
    "-c",
    "import sys\n"
    "from wethink_plugins.synthesis.running import silence\n"
    "silence._AFTER_S, silence._EVERY_S = 0.3, 0.1\n"
    "from wethink_plugins.cli.main import main\n"
    "main(sys.argv[1:])\n",
)
# What it does to every request, and what of that a person reads.
FAILING = [
    ("drop", "the connection ended before the answer"),
    ("500", "500 The engine is overloaded"),
    ("429:100000", "429 Rate limit reached"),
]


def failing(folder, action):
    scripted = Scripted(folder, COUNT, ["right"])
    scripted.server = ModelServer(plan={"share": 1.0, "actions": [action]})
    return scripted


@pytest.mark.parametrize(("action", "words"), FAILING)
def test_a_signal_ends_tries_pauses_and_queues_at_once(tmp_path, action, words):
    """Their deadline lies hours ahead, and so does what they would otherwise wait for."""
    with failing(tmp_path, action) as scripted:
        config, out = scripted.yaml(deadline_s=100_000), tmp_path / "out"
        process = scripted.start("run", config, "--out", out, program=TALKATIVE)
        said = ""
        while "no reply of eye" not in said:
            said = process.stderr.readline()
            assert said, "it ended without a word"
        assert words in said
        asked = len(scripted.server.log())
        process.send_signal(signal.SIGTERM)
        printed, err = process.communicate(timeout=600)
        assert process.returncode == 1 and "Traceback" not in err
        assert "stopped: SIGTERM" in printed and "0 of 24 items ended" in printed
        assert len(scripted.server.log()) <= asked + IN_FLIGHT
    assert not Records(out).items, "what a stop cuts short is no item's fault"
    for verb in ("report", "status"):
        first = json.loads(scripted.run(verb, out, "--json"))["calls"]["faults"][0]
        assert words in first["note"] and first["attempts"] >= 3
        shown = " ".join(scripted.run(verb, out).split())
        assert re.search(r"\d+ of \d+ failed attempts: ", shown) and words in shown


@pytest.mark.parametrize(("action", "words"), [("bad", "temperature must be"), ("404", "does not exist")])
def test_a_server_that_refuses_everything_stops_the_run_and_costs_no_item(tmp_path, action, words):
    with failing(tmp_path, action) as scripted:
        said = scripted.run("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet", code=1)
        assert "stopped: eye has answered nothing so far and refuses every request" in said and words in said
        assert len(scripted.server.log()) < 2 * IN_FLIGHT, "what goes out before the fourth refusal is read"
        assert not Records(tmp_path / "out").items
        port = scripted.server.settings["port"]
    with Scripted(tmp_path / "again", 0, ["right"], port=port) as scripted:
        assert "24 of 24 items ended" in scripted.run("resume", tmp_path / "out", "--quiet")


def test_few_pictures_that_are_all_refused_are_rejected_with_the_reason(tmp_path):
    with failing(tmp_path, "bad") as scripted:
        for number in range(2, COUNT):
            (scripted.images / f"{number}.png").unlink()
        scripted.run("run", scripted.yaml(tries=1), "--out", tmp_path / "out", "--quiet")
        ended = Records(tmp_path / "out").items
    assert [item.reason for item in ended] == ["refused", "refused"]
    assert all("temperature must be" in item.detail for item in ended)


def test_the_try_outs_models_say_that_they_do_not_know_other_pictures(tmp_path):
    """The folder of recipes/cpu/tryout.py, with pictures of somebody's own written in the place of its own."""
    recipes = CHECKOUT / "recipes" / "cpu"
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from tryout import write_tryout; from scripted_models import *\n"
        "folder = Path(sys.argv[2]); write_tryout(folder, 8010); scenes = scenes_of(folder)\n"
        "with served(lambda body: reply(body, scenes)) as address:\n"
        "    print(address, flush=True); sys.stdin.read()\n"
    )
    own = tmp_path / "own"
    own.mkdir()
    for number in range(30):
        (own / f"{number}.png").write_bytes(picture(number, 0))
    command = [sys.executable, "-c", script, str(recipes), str(tmp_path / "tryout")]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().strip()
            config = tmp_path / "tryout" / "synthesis.yaml"
            text = config.read_text().replace("http://127.0.0.1:8010/v1", address)
            config.write_text(re.sub(r"folder: .*", f"folder: {own}", text))
            words = ["-m", "wethink_plugins.cli.main", "synth", "run", str(config), "--out", str(tmp_path / "out")]
            ended = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=600, cwd=CHECKOUT)
        finally:
            server.stdin.close()
    assert ended.returncode == 1 and "know only the try-out's pictures" in ended.stderr
    assert "know only the try-out's pictures" in ended.stdout and "0 of 30 items ended" in ended.stdout
