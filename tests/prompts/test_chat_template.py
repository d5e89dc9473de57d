"""The chat template that puts the system prompt into a model, and writing it into the model's folder."""

import json

import pytest

from tests.prompts.models import IGNORES, PARTS_ONLY, QWEN_LIKE, REFUSES, model
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import chat_template, special_tokens
from wethink_plugins.prompts import system_prompt
from wethink_plugins.prompts.apply import apply_to, example, template_for
from wethink_plugins.prompts.chat_template import render, with_system_prompt, without_system_prompt

QUESTION = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "How many?"}]}]
EXPECTED = f"""\
<|im_start|>system
{system_prompt()}<|im_end|>
<|im_start|>user
<|vision_start|><|image_pad|><|vision_end|>How many?<|im_end|>
<|im_start|>assistant
"""


def test_the_default_system_text_gives_way_to_the_prompt():
    assert "You are here to help." in render(QWEN_LIKE, QUESTION)
    assert render(with_system_prompt(QWEN_LIKE, system_prompt()), QUESTION) == EXPECTED


def test_a_system_turn_of_ones_own_still_wins():
    turns = [{"role": "system", "content": "Be brief."}, *QUESTION]
    made = with_system_prompt(QWEN_LIKE, system_prompt())
    assert render(made, turns) == render(QWEN_LIKE, turns) and "FIRST" not in render(made, turns)


@pytest.mark.parametrize(
    "prompt", ["Say \"so\" and 'so'.", "a\\b\n{{ c }} {% if %}", "先思考 🤔", "#} {#", "{# wethink: end #}"]
)
def test_any_prompt_is_taken_literally(prompt):
    made = with_system_prompt(QWEN_LIKE, prompt)
    assert f"system\n{prompt}<|im_end|>" in render(made, QUESTION)


def test_twice_is_once_and_the_model_s_own_can_be_had_back():
    once = with_system_prompt(QWEN_LIKE, "first")
    assert with_system_prompt(with_system_prompt(once, "second"), "first") == once
    assert without_system_prompt(once) == QWEN_LIKE


def test_a_template_that_takes_parts_and_special_tokens():
    made = with_system_prompt(PARTS_ONLY, "Think.", {"bos_token": "<s>"})
    assert render(made, QUESTION, {"bos_token": "<s>"}).startswith("<s>[system]Think.")


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (REFUSES, "System role not supported"),
        (IGNORES, "it renders"),
        ("{% for %}", "Expected"),
        ("no turns", "it renders"),
    ],
)
def test_a_template_without_place_for_it_is_an_error(template, says):
    with pytest.raises(WeThinkError, match=says):
        with_system_prompt(template, "Think.")


PLACES = [
    ("tokenizer_config.json",),
    ("chat_template.json",),
    ("chat_template.jinja",),
    ("chat_template.jinja", "chat_template.json", "tokenizer_config.json"),
]


@pytest.mark.parametrize("places", PLACES)
def test_apply_changes_every_place_and_nothing_else(tmp_path, places):
    folder = model(tmp_path / "model", places=places, padding_side="left")
    assert sorted(file.name for file in apply_to(folder, system_prompt())) == sorted(places)
    made = template_for(folder, system_prompt())
    for place in places:
        text = (folder / place).read_text()
        assert (text if place.endswith(".jinja") else json.loads(text)["chat_template"]) == made
    assert json.loads((folder / "tokenizer_config.json").read_text())["padding_side"] == "left"
    before = {file: file.read_bytes() for file in folder.iterdir()}
    apply_to(folder, system_prompt())
    assert {file: file.read_bytes() for file in folder.iterdir()} == before, "done twice"


def test_of_named_templates_the_default_is_changed(tmp_path):
    entries = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": QWEN_LIKE}]
    folder = model(tmp_path / "model", places=(), chat_template=entries, bos_token={"content": "<s>"})
    assert chat_template(folder) == QWEN_LIKE and special_tokens(folder) == {"bos_token": "<s>"}
    apply_to(folder, "Think.")
    written = json.loads((folder / "tokenizer_config.json").read_text())["chat_template"]
    assert written[0] == entries[0] and "Think." in written[1]["template"]


def test_a_shared_cache_is_not_changed(tmp_path):
    blob = model(tmp_path / "blobs") / "tokenizer_config.json"
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer_config.json").symlink_to(blob)
    with pytest.raises(WeThinkError, match="is a link"):
        apply_to(tmp_path / "model", "Think.")
    assert "Think." not in blob.read_text()


@pytest.mark.parametrize("places", [(), ("chat_template.jinja",)])
def test_nothing_is_written_where_something_is_wrong(tmp_path, places):
    folder = model(tmp_path / "model", REFUSES, places=places)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(WeThinkError):
        apply_to(folder, "Think.")
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_an_example_shows_what_the_model_reads(tmp_path):
    folder = model(tmp_path / "model")
    assert example(folder, template_for(folder, system_prompt())) == EXPECTED.replace("How many?", "QUESTION")
