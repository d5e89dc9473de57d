"""The real verifiers pays with our reward, plugged in by configuration; what can't be scored is its error, not a zero."""

import json

import pytest

from tests.hosts.conftest import CHECKOUT, environment
from wethink_plugins.score import METRIC_KEYS

pytestmark = [pytest.mark.host, pytest.mark.slow]
DEAD_JUDGE = "judge: {endpoints: [{base_url: 'http://127.0.0.1:9/v1', model: none}], deadline_s: 1}\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    config = tmp_path_factory.mktemp("verifiers") / "wethink.yaml"
    config.write_text(DEAD_JUDGE)
    program = CHECKOUT / "tests" / "hosts" / "verifiers_run.py"
    done = environment("verifiers").run("python", program, WETHINK_CONFIG=config)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("FOUND"))[6:])


@pytest.mark.parametrize(
    ("case", "rewards"),
    [
        ("right", {"wethink": 1.0}),
        ("wrong", {"wethink": 0.3}),
        ("option", {"wethink": 1.0}),
        ("method", {"ours": 0.5}),
        ("shadow", {"own": 0.25}),
    ],
)
def test_rewards(found, case, rewards):
    assert found[case]["rewards"] == rewards
    assert found[case]["reward"] == sum(rewards.values())
    assert set(found[case]["metrics"]) == {f"wethink/{name}" for name in METRIC_KEYS}
    assert not found[case]["fault"]


def test_a_dead_judge_is_an_error_of_the_trace_and_no_reward(found):
    dead = found["dead judge"]
    assert dead["rewards"] == {"wethink": None}
    assert dead["metrics"]["wethink/unscored"] == 1.0
    assert "Unscored" in dead["fault"]


def test_in_shadow_mode_a_dead_judge_touches_nothing(found):
    shadow = found["shadow of a dead judge"]
    assert (shadow["rewards"], shadow["fault"]) == ({"own": 0.25}, "")
    assert shadow["metrics"]["wethink/unscored"] == 1.0


def test_an_install_adds_packages_and_changes_none(tmp_path):
    """By pip's own plan, with the judge's extra."""
    host, plan = environment("verifiers"), tmp_path / "plan.json"
    there = {p["name"].lower() for p in json.loads(host.run("python", "-m", "pip", "list", "--format=json").stdout)}
    host.run(
        "python", "-m", "pip", "install", "--dry-run", "--quiet", "--report", plan, f"{CHECKOUT}[judge]",
    )  # fmt: skip
    installs = {item["metadata"]["name"].lower() for item in json.loads(plan.read_text())["install"]}
    assert installs & there <= {"wethink-plugins"}
