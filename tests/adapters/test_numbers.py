"""A number for every response: what an unscored one gets, when a run is stopped, and shadow mode."""

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import numbers
from wethink_plugins.errors import ConfigError, JudgeBudgetSpent
from wethink_plugins.rewards.journal import read_journal

STORY = {"question_type": "descriptive"}


def responses(*answers):
    return [f"<think>I look.</think><answer>{answer}</answer>" for answer in answers]


@pytest.fixture
def reward():
    return numbers.make_reward(reward=HybridReward.from_config({"judge": {"deadline_s": 2}}, judge=ScriptedJudge()))


def test_an_unscored_response_gets_the_mean_of_its_group(reward):
    answers = ["correct", "wrong", "down", "mostly", "mostly", "mostly"]
    groups = ["a", "a", "a", "b", "b", "b"]
    values = reward(responses(*answers), ["a story"] * 6, group=groups, **STORY)
    assert values == pytest.approx([1.0, 0.3, 0.65, 0.79, 0.79, 0.79])


def test_one_by_one_it_is_the_mean_so_far(reward):
    values = [reward(responses(answer), ["a story"], **STORY)[0] for answer in ("correct", "wrong", "down")]
    assert values == pytest.approx([1.0, 0.3, 0.65])


def test_a_dead_judge_stops_training_and_not_validation(reward):
    assert reward(responses("down"), ["a story"], split="val", **STORY) == [0.0]
    with pytest.raises(JudgeBudgetSpent, match="429"):
        reward(responses("down"), ["a story"], **STORY)


def test_shadow_mode_pays_what_the_own_reward_says(tmp_path):
    config = {"journal": {"path": str(tmp_path)}}
    mine = numbers.shadowed(lambda responses, golds, **columns: [0.25 for _ in responses], config)
    assert mine(responses("4", "5"), ["4", "4"], id=["a", "b"]) == [0.25, 0.25]
    mine.__closure__[0].cell_contents.close()
    lines = list(read_journal(tmp_path))
    assert sorted((line["id"], line["active"], line["accuracy"]) for line in lines) == [
        ("a", 0.25, 1.0),
        ("b", 0.25, 0.0),
    ]


def test_shadow_mode_by_configuration(tmp_path):
    own = tmp_path / "mine.py"
    own.write_text("def mine(responses, golds, **columns):\n    return [0.5 for _ in responses]\n")
    config = {"journal": {"path": str(tmp_path / "journal")}, "shadow": {"active": f"{own}:mine"}}
    assert numbers.make_reward(config)(responses("4"), ["4"]) == [0.5]


def test_a_shadow_of_itself_is_one_clear_error(tmp_path):
    yaml = tmp_path / "wethink.yaml"
    yaml.write_text(f"journal: {{path: {tmp_path}}}\nshadow: {{active: 'own.py:mine'}}\n")
    (tmp_path / "own.py").write_text(
        f"from wethink_plugins.adapters.numbers import make_reward\nours = make_reward({str(yaml)!r})\nmine = ours\n"
    )
    with pytest.raises(ConfigError, match=r"whose shadow.active is .* itself") as caught:
        numbers.make_reward(str(yaml))
    assert len(str(caught.value)) < 600


def test_files_are_looked_for_beside_the_yaml(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.py").write_text("def mine(responses, golds, **columns):\n    return [0.5]\n")
    yaml = tmp_path / "there" / "wethink.yaml"
    yaml.write_text(f"journal: {{path: {tmp_path}}}\nshadow: {{active: 'mine.py:mine'}}\n")
    (tmp_path / "mine.py").write_text("mine = None\n")
    monkeypatch.chdir(tmp_path)
    assert numbers.make_reward(str(yaml))(responses("4"), ["4"]) == [0.5]
