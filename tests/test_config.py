"""The YAML: defaults, and one clear line for whatever is wrong in it."""

import pytest

from wethink_plugins import HybridReward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError

BAD = [
    ("weights: {accuracy: 0.7, formt: 0.3}", "weights.formt", "did you mean 'format'"),
    ("wieghts: {}", "wieghts", "did you mean 'weights'"),
    ("style: boxd", "style", "'boxd'"),
    (
        "judge: {tiers: {correct: 2.0, mostly: 0.7, partly: 0.3, wrong: 0.0}}",
        "judge.tiers.correct",
        "less than or equal to 1",
    ),
    ("judge: {tiers: {correct: 0.1, mostly: 0.7, partly: 0.3, wrong: 0.0}}", "judge.tiers", "must not rise"),
    ("judge: {endpoints: [{base_url: x, modle: y}]}", "judge.endpoints", "model"),
    ("judge: {tiers: {correct: 0, mostly: 0, partly: 0, wrong: 0}}", "judge.tiers", "more than wrong"),
    ("weights: {accuracy: 0, format: 0}", "weights", "every reward would be 0"),
    ("weights: {accuracy: .nan}", "weights.accuracy", "nan"),
    ("aliases: {question_type: {mc: choice}}", "aliases.question_type", "multiple_choice"),
    ("weights: [", "not valid YAML", "line"),
    ("judge: {offline: true}\nstyle: boxed\njudge: {}", "judge", "again in line 3"),
    ("judge:\n  offline: true\n  offline: false", "offline", "again in line 3"),
    ("judge: {endpoints: [{base_url: x, model: y, api_key_env: sk-abc}]}", "api_key_env", "no name of an environment"),
    ("judge: {endpoints: [{base_url: x, api_key_env: sk-abc}]}", "judge.endpoints.0.model", "required"),
    ("judge: {endpoints: {api_key_env: sk-abc}}", "judge.endpoints", "list"),
    ("judge: {endpoints: [{base_url: x, model: y, api_key_env: [sk-abc]}]}", "api_key_env", "string"),
    ("judge: {endpoints: [{base_url: x, model: y, api_key: sk-abc}]}", "api_key", "did you mean 'api_key_env'"),
    ("- a\n- b", "list", "recipe show config"),
]


@pytest.mark.parametrize(("text", "field", "says"), BAD)
def test_bad_yaml_is_one_clear_line(tmp_path, text, field, says):
    file = tmp_path / "wethink.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        WeThinkConfig.load(file)
    line = str(caught.value)
    assert "\n" not in line and "sk-abc" not in line
    assert all(part in line for part in (str(file), field, says)), line


def test_missing_file_and_environment(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="no such file"):
        WeThinkConfig.load(tmp_path / "absent.yaml")
    file = tmp_path / "wethink.yaml"
    file.write_text("weights: {accuracy: 0.9, format: 0.1}")
    monkeypatch.setenv("WETHINK_CONFIG", str(file))
    assert WeThinkConfig.load().weights.accuracy == 0.9


@pytest.mark.parametrize("source", [[1], 3, b"x", True])
def test_what_is_no_configuration_is_one_clear_line(source):
    with pytest.raises(ConfigError, match="a path, a mapping"):
        HybridReward.from_config(source)


def test_a_key_may_stand_in_two_sections_and_in_a_merge(tmp_path):
    file = tmp_path / "wethink.yaml"
    endpoint = "{base_url: http://h/v1, model: m}"
    file.write_text(f"judge:\n  endpoints:\n  - &first {endpoint}\n  - {{<<: *first, model: n}}\n")
    assert [endpoint.model for endpoint in WeThinkConfig.load(file).judge.endpoints] == ["m", "n"]


def test_empty_is_all_defaults_and_the_digest_follows_every_setting(tmp_path):
    file = tmp_path / "wethink.yaml"
    file.write_text("")
    assert WeThinkConfig.load(file) == WeThinkConfig()
    assert WeThinkConfig.load({"style": "boxed"}).digest() != WeThinkConfig().digest()


def test_a_judge_prompt_is_looked_for_beside_the_yaml(tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("{reference} {answer}")
    (tmp_path / "wethink.yaml").write_text("judge: {prompt: mine.txt}")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert WeThinkConfig.load("../wethink.yaml").judge.prompt == str(tmp_path / "mine.txt")
    assert WeThinkConfig.load({"judge": {"prompt": "mine.txt"}}).judge.prompt == "mine.txt"
