"""What a run is said to ask of its judge."""

import pytest

from tests.doctor.setups import JUDGED, RULED, SetUp
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.hosts import DEFAULTS
from wethink_plugins.doctor.judge import Measured
from wethink_plugins.doctor.plan import plan_of
from wethink_plugins.doctor.recipe import Recipe

# 6 rows, 2 a step, 5 answers each; measured: 0.5 s, 800 tokens asked and 20 answered.
CASES = [
    ("all judged", JUDGED, {}, (3, 10, 0.5, 3 * 10 * (800 * 0.5 + 20 * 2) / 1e6)),
    ("half of them", [*JUDGED[:3], *RULED[3:]], {}, (3, 5, 0.5, 3 * 5 * (800 * 0.5 + 20 * 2) / 1e6)),
    ("none", RULED, {}, (3, 0, 0.0, 0.0)),
    ("four at once", JUDGED, {"max_concurrency": 4}, (3, 10, 1.5, 3 * 10 * (800 * 0.5 + 20 * 2) / 1e6)),
    ("no prices", JUDGED, {"usd_per_million": None}, (3, 10, 0.5, None)),
]


@pytest.mark.parametrize(("why", "rows", "endpoint", "expected"), CASES, ids=[case[0] for case in CASES])
def test_calls_time_and_money(tmp_path, why, rows, endpoint, expected):
    assert _plan(tmp_path, rows, endpoint) == pytest.approx(expected)


def test_a_rate_limit_takes_its_time(tmp_path):
    limited = _plan(tmp_path, JUDGED, {}, rate={"requests_per_minute": 60})
    assert limited[2] == pytest.approx(10)


def _plan(folder, rows, endpoint, **judge):
    setup = SetUp(folder, "easyr1", rows)
    prices = {"prompt": 0.5, "completion": 2}
    known = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "usd_per_million": prices, **endpoint}
    setup.reward["judge"] = {"endpoints": [known], **judge}
    case = Case("easyr1", Recipe(setup.write(), (), DEFAULTS["easyr1"]), folder=folder)
    case.cache["measured"] = Measured(0.5, 800, 20)
    found = plan_of(case)
    return found.steps, found.calls_a_step, found.seconds_a_step, found.usd
