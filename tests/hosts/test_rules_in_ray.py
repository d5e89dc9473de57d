"""The rules inside a Ray actor, where every trainer calls them: same verdicts as here, hostile answers included."""

import json

import pytest

from wethink_plugins.rewards.rules import grade

pytestmark = pytest.mark.host

ACTOR = """
import json, sys
import ray

@ray.remote
class Reward:
    def graded(self, cases):
        from wethink_plugins.errors import Ungradable
        from wethink_plugins.rewards.rules import grade
        def one(answer, gold):
            try:
                return grade(answer, gold).decision
            except Ungradable:
                return "ungradable"
        return [one(*case) for case in cases]

ray.init(num_cpus=1, include_dashboard=False, logging_level="error", object_store_memory=80_000_000)
print(json.dumps(ray.get(Reward.remote().graded.remote(json.loads(sys.argv[1])), timeout=120)))
"""
CASES = [
    ("three", "3"),
    ("0.12 m", "12 cm"),
    ("\\frac{2}{4}", "1/2"),
    ("x^2+2x+1", "(x+1)^2"),
    ("x^2+2x+2", "(x+1)^2"),
    ("9^9^9^9", "12"),
    ("\\boxed{\\dfrac{5^{(5^{(5^{(5^5)})} - 4)} - 5}{16}}", "12"),
    ("__import__('os').abort()", "12"),
    ("(" * 5000 + "1" + ")" * 5000, "1"),
    ("1 " * 50_000, "1"),
]


def test_the_rules_say_the_same_in_an_actor(grpo, tmp_path):
    done = grpo.run("python", "-c", ACTOR, json.dumps(CASES), cwd=tmp_path, RAY_USAGE_STATS_ENABLED=0)
    there = json.loads(done.stdout.strip().splitlines()[-1])
    assert there == [grade(answer, gold).decision for answer, gold in CASES]
    assert there[:5] == ["right", "right", "right", "right", "wrong"]
    assert "right" not in there[5:8]
