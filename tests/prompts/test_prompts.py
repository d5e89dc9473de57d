import pytest

from wethink_plugins.errors import ConfigError
from wethink_plugins.prompts import system_prompt
from wethink_plugins.prompts.builtin import WETHINK

# As in the authors' README and inference.py.
LINES = [
    "You FIRST think about the reasoning process as an internal monologue and then provide the final answer.",
    "The reasoning process MUST BE enclosed within <think> </think> tags. "
    "The final answer MUST BE enclosed within <answer> </answer> tags.",
]


def test_the_wethink_prompt_is_exactly_the_authors():
    assert "\n".join(LINES) == WETHINK
    assert system_prompt() == system_prompt("wethink") == WETHINK


def test_a_prompt_may_be_a_file(tmp_path):
    (tmp_path / "own.txt").write_bytes("\ufeffThink.\r\nThen answer.\n".encode())
    assert system_prompt(str(tmp_path / "own.txt")) == "Think.\nThen answer."


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\xff", b"Look at <image>.", b"Think.<|im_end|>"])
def test_a_file_that_is_no_prompt_is_an_error(tmp_path, content):
    (tmp_path / "own.txt").write_bytes(content)
    with pytest.raises(ConfigError):
        system_prompt(str(tmp_path / "own.txt"))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ConfigError, match="known: wethink"):
        system_prompt("wethnik")
