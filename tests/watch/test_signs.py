"""Each sickness that is planted into a recorded run is named, and healthy runs are left in peace."""

import pytest

from tests.watch.runs import HEALTHY, SICK, every, judged, recorded
from wethink_plugins.watch.journal import Verdicts
from wethink_plugins.watch.signs import Run, signs
from wethink_plugins.watch.steps import steps_of


def run_of(lines, host=None):
    verdicts = Verdicts()
    for line in lines:
        verdicts.add(line)
    return Run(steps_of(lines), host or {}, verdicts)


def names(run):
    return [sign.name for sign in signs(run)]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_has_no_sign(name):
    assert names(run_of(recorded(name))) == []


@pytest.mark.parametrize("steps", [1, 2, 5, 9, 15, 30])
@pytest.mark.parametrize("name", HEALTHY)
def test_nor_has_it_while_it_is_young(name, steps):
    assert names(run_of([line for line in recorded(name) if line["step"] <= steps])) == []


@pytest.mark.parametrize(("name", "sicken"), SICK, ids=[f"{place}-{name}" for place, (name, _) in enumerate(SICK)])
@pytest.mark.parametrize("healthy", HEALTHY)
def test_a_planted_sickness_is_named(name, sicken, healthy):
    found = signs(run_of(sicken(recorded(healthy))))
    assert name in [sign.name for sign in found]
    assert all(sign.seen and sign.cause for sign in found)


def test_entropy_and_kl_of_the_hosts_log():
    lines = [line for line in recorded() if line["step"] <= 12]
    for place, line in enumerate(lines):
        line["accuracy"] = float(place % 3 == 0)
    steps = range(1, 13)
    host = {
        "entropy": {step: 1.0 if step < 6 else 0.01 for step in steps},
        "kl": {step: 0.01 if step < 9 else 4.0 for step in steps},
    }
    assert {"entropy_collapse", "kl_blow_up"} <= set(names(run_of(lines, host)))
    calm = {"entropy": dict.fromkeys(steps, 1.0), "kl": dict.fromkeys(steps, 0.01)}
    assert not {"entropy_collapse", "kl_blow_up"} & set(names(run_of(lines, calm)))


def test_nothing_at_all():
    assert names(run_of([])) == []


def untagged(line, _):
    line["answer"] = None
    line.update(accuracy=0.0, format=0.0, overall=0.0, method="none")


def dead_judge(line, place):
    """What has an answer is unscored; a few repeat the same words."""
    line.update(status="unscored", overall=None, accuracy=None, method="model")
    line["answer"] = "a nice picture" if place % 2 else line["answer"]


CAUSES = [
    ("untagged", every(untagged), "no_answer", "dead_groups"),
    ("dead judge", every(dead_judge, where=judged), "judge_fails", "constant_answer"),
]


@pytest.mark.parametrize(("why", "sicken", "cause", "effect"), CAUSES, ids=[case[0] for case in CAUSES])
def test_the_cause_stands_before_what_it_brings_about(why, sicken, cause, effect):
    found = names(run_of(sicken(recorded())))
    assert found[0] == cause and effect in found


def test_golds_are_not_blamed_where_there_are_no_answers():
    assert "never_right" not in names(run_of(every(untagged)(recorded())))
