"""patches/easyr1: known versions get it, anything else is left alone; what it hands over reaches the adapter."""

import shutil
import subprocess
import sys

import pytest

from tests.easyr1.conftest import EasyR1
from tests.hosts.conftest import CHECKOUT

pytestmark = pytest.mark.easyr1
APPLY = CHECKOUT / "patches" / "easyr1" / "apply.py"
TARGET = "verl/workers/reward/function.py"


def run(*arguments):
    return subprocess.run([sys.executable, APPLY, *arguments], capture_output=True, text=True)


@pytest.fixture
def copy(easyr1, tmp_path):
    """Sources that a test may change."""
    shutil.copytree(easyr1.sources / "verl", tmp_path / "verl")
    return EasyR1(easyr1.version, tmp_path, easyr1.host)


def test_columns_reach_the_reward(copy):
    before = (copy.sources / TARGET).read_bytes()
    done = run(copy.sources)
    if copy.version == "v0.3.1":
        assert done.returncode == 1 and "no version known" in done.stderr
        assert (copy.sources / TARGET).read_bytes() == before
        return
    assert done.returncode == 0, done.stderr
    given = copy.answer("patched.py")
    assert given["extra_info"] == {
        "id": "r1",
        "question": "2+2?",
        "uid": "u",
        "multi_modal_data": {"images": ["a.png"]},
    }
    assert "in already" in run(copy.sources).stdout
    assert run(copy.sources, "--remove").returncode == 0
    assert (copy.sources / TARGET).read_bytes() == before


def test_a_file_that_somebody_changed_is_left_alone(copy):
    file = copy.sources / TARGET
    file.write_text(file.read_text() + "# mine\n")
    done = run(copy.sources)
    assert done.returncode == 1 and file.read_text().endswith("# mine\n")
    assert run(copy.sources / "verl").returncode == 2
