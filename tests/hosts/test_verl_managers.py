"""compute_score in the reward managers of verl before 0.9, each with its own code (the wheel, without its dependencies)."""

import json
import os
import zipfile

import pytest

from tests.hosts.conftest import CHECKOUT
from wethink_plugins.score import METRIC_KEYS

pytestmark = [pytest.mark.host, pytest.mark.slow]
PROGRAM = CHECKOUT / "tests" / "hosts" / "verl_managers.py"
DEAD_JUDGE = "judge: {endpoints: [{base_url: 'http://127.0.0.1:9/v1', model: none}], deadline_s: 1}\n"


@pytest.fixture(scope="module", params=["0.7.1", "0.8.0"])
def found(request, grpo, task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("verl")
    grpo.run("python", "-m", "pip", "download", "-q", "--no-deps", f"verl=={request.param}", "-d", folder)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    (folder / "wethink.yaml").write_text(DEAD_JUDGE)
    path = os.pathsep.join([str(folder / "site"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = grpo.run("python", PROGRAM, task / "model", PYTHONPATH=path, WETHINK_CONFIG=folder / "wethink.yaml")
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("FOUND"))[6:])
    assert found["version"].startswith(request.param)
    return found


@pytest.mark.parametrize("manager", ["workers", "reward_loop"])
def test_rewards_and_metrics(found, manager):
    right, wrong, _ = found[manager]["rewards"]
    assert (right, wrong) == (1.0, pytest.approx(0.3))
    assert found[manager]["keys"] == sorted([*METRIC_KEYS, "score"])


@pytest.mark.parametrize("manager", ["workers", "reward_loop"])
def test_a_dead_judge_pays_the_mean_so_far_and_counts_it(found, manager):
    """A raise would end the run there."""
    assert found[manager]["rewards"][2] == pytest.approx(0.65)
    assert found[manager]["unscored"] == [0.0, 0.0, 1.0]
