"""The wheel with [judge], installed into a Python 3.10 environment as EasyR1's image has it: nothing there changes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.hosts.conftest import CHECKOUT
from tests.servers import ModelServer

pytestmark = pytest.mark.easyr1
HERE = Path(__file__).resolve().parent
PIP = ("-m", "pip", "--disable-pip-version-check")


def run(*command, check=True, **variables):
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), env={**quiet, **variables}, capture_output=True, text=True, cwd=HERE.parent
    )
    assert not check or done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The environment's, without our wheel."""
    found = os.environ.get("PYTHON310") or shutil.which("python3.10")
    if not found:
        pytest.skip("there is no python3.10 here, which EasyR1's image has (set PYTHON310)")
    folder = tmp_path_factory.mktemp("image")
    run(found, "-m", "venv", folder)
    run(folder / "bin/python", *PIP, "install", "-q", "--no-compile", "--no-deps", "-r", HERE / "image_py310.txt")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, *PIP, "wheel", "-q", "--no-deps", "-w", folder, CHECKOUT)
    return next(folder.glob("*.whl"))


def state(python):
    """Every package with its version, and what pip finds wrong with them: torch is missing, on purpose."""
    freeze = {line for line in run(python, *PIP, "freeze", "--all").splitlines() if "wethink" not in line}
    return freeze, set(run(python, *PIP, "check", check=False).splitlines())


def test_no_package_changes_and_the_reward_works(python, wheel, tmp_path):
    before = state(python)
    run(python, *PIP, "install", "-q", f"{wheel}[judge]")
    assert state(python) == before and len(before[0]) > 150
    assert not [line for line in before[1] if "wethink" in line]
    wethink = python.with_name("wethink")
    assert run(wethink, "--version").strip() in wheel.name
    line = next(line for line in run(wethink, "path", "easyr1").splitlines() if "reward_function" in line)
    reward_file = line.split("=", 1)[1].split(":compute_score")[0]
    with ModelServer(text="VERDICT: partly") as server:
        judge = {"endpoints": [{"base_url": server.base_url, "model": "scripted"}], "store": None}
        (tmp_path / "wethink.yaml").write_text(yaml.safe_dump({"judge": judge}))
        run(wethink, "judge", "ping", "--config", tmp_path / "wethink.yaml")
        printed = run(python, HERE / "image_smoke.py", reward_file, tmp_path / "wethink.yaml")
    assert json.loads(printed.splitlines()[-1]) == pytest.approx([1.0, 0.7 * 0.3 + 0.3])
