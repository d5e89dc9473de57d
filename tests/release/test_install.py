"""Into an environment of the lowest versions that are allowed, really installed: no package of it changes."""

import os
import shutil
import subprocess

import pytest

from tests.release.conftest import CHECKOUT

pytestmark = pytest.mark.slow
PYTHON = os.environ.get("PYTHON310") or shutil.which("python3.10")


def pip(environment, *words):
    command = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packages(environment):
    """Name -> version. What a file is installed from is left out of it."""
    lines = pip(environment, "list", "--format=freeze").splitlines()
    return dict(line.split("==") for line in lines)


@pytest.fixture(scope="module")
def lowest(tmp_path_factory):
    if PYTHON is None:
        pytest.skip("needs python3.10, for which these versions have wheels: set PYTHON310")
    environment = tmp_path_factory.mktemp("host") / "environment"
    made = subprocess.run([PYTHON, "-m", "venv", str(environment)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"{PYTHON} makes no environment: {made.stderr or made.stdout}")
    pip(environment, "install", "-q", "-r", CHECKOUT / "tests" / "lowest.txt")
    return environment


@pytest.mark.parametrize("extra", ["", "[judge]"])
def test_installing_changes_nothing(lowest, wheel, extra):
    before = packages(lowest)
    pip(lowest, "install", "-q", f"{wheel}{extra}")
    after = packages(lowest)
    assert after.pop("wethink-plugins")
    before.pop("wethink-plugins", None)
    assert after == before


def test_and_the_command_runs_there(lowest, wheel):
    pip(lowest, "install", "-q", wheel)
    command = [str(lowest / "bin" / "wethink"), "grade", "12 cm", "--gold", "0.12 m"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=lowest)
    assert done.returncode == 0 and "right" in done.stdout, done.stdout + done.stderr
    assert pip(lowest, "check").startswith("No broken requirements")
