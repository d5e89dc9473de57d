"""The model's folder that is trained: the prompt in it, the weights those of the model itself."""

import json

import pytest

from tests.prompts.models import REFUSES, model
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import chat_template
from wethink_plugins.prompts.apply import template_for
from wethink_plugins.prompts.model_copy import copy_with


@pytest.fixture
def original(tmp_path):
    """As the hub's cache has it: links to files that other models share."""
    blobs = model(tmp_path / "blobs", places=("chat_template.json", "tokenizer_config.json"), padding_side="left")
    (blobs / "model.safetensors").write_bytes(b"weights")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    for blob in blobs.iterdir():
        (folder / blob.name).symlink_to(blob)
    return folder


def files_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_copy_has_the_prompt_and_the_model_stays_as_it_is(original, tmp_path):
    before, out = files_of(original), tmp_path / "new" / "model"
    written = copy_with(original, out, "Think.")
    assert sorted(file.name for file in written) == ["chat_template.json", "tokenizer_config.json"]
    assert files_of(original) == before
    assert chat_template(out) == template_for(original, "Think.") and "Think." in chat_template(out)
    assert (out / "model.safetensors").resolve() == (tmp_path / "blobs" / "model.safetensors")
    assert json.loads((out / "tokenizer_config.json").read_text())["padding_side"] == "left"
    made = files_of(out)
    assert made.keys() == before.keys()
    copy_with(original, out, "Think.")
    assert files_of(out) == made, "done twice"


def test_another_prompt_takes_the_place_of_the_first(original, tmp_path):
    copy_with(original, tmp_path / "out", "Think.")
    copy_with(original, tmp_path / "out", "Look.")
    assert chat_template(tmp_path / "out") == template_for(original, "Look.")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda out: (out / "notes.txt").write_text("mine"), "holds notes.txt"),
        (lambda out: (out / "model.safetensors").write_bytes(b"others"), "holds model.safetensors"),
        (lambda out: (out / "model.safetensors").symlink_to(out), "holds model.safetensors"),
    ],
)
def test_a_folder_with_anything_else_in_it_is_left_alone(original, tmp_path, spoil, says):
    out = tmp_path / "out"
    out.mkdir()
    spoil(out)
    with pytest.raises(WeThinkError, match=says):
        copy_with(original, out, "Think.")
    assert len(list(out.iterdir())) == 1


@pytest.mark.parametrize("place", [".", "copy", "copy/of/it"])
def test_not_within_the_model_itself(original, place):
    before = files_of(original)
    with pytest.raises(WeThinkError, match="in the model's own folder"):
        copy_with(original, original / place, "Think.")
    assert files_of(original) == before


def test_nothing_is_made_of_a_model_that_takes_no_system_prompt(tmp_path):
    folder = model(tmp_path / "model", REFUSES)
    with pytest.raises(WeThinkError):
        copy_with(folder, tmp_path / "out", "Think.")
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder(original, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(WeThinkError, match="is a file"):
        copy_with(original, tmp_path / "out", "Think.")
