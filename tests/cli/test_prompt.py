import json

import pytest

from tests.prompts.models import QWEN_LIKE, model
from wethink_plugins.prompts import system_prompt


def test_the_template_is_printed_or_written_with_the_line_to_paste(tmp_path, wethink):
    folder, out = model(tmp_path / "model"), tmp_path / "chat.jinja"
    code, printed, errors = wethink("prompt", "easyr1", "--model", folder)
    assert (code, errors) == (0, []) and printed.rstrip("\n").endswith(QWEN_LIKE.rstrip("\n"))
    code, printed, _ = wethink("prompt", "easyr1", "--model", folder, "--out", out)
    assert code == 0 and system_prompt() in printed and f"data.override_chat_template={out}" in printed
    assert (
        out.read_text().endswith(QWEN_LIKE)
        and json.loads((folder / "tokenizer_config.json").read_text())["chat_template"] == QWEN_LIKE
    )


def test_apply_names_the_files_it_changed(tmp_path, wethink):
    folder = model(tmp_path / "model", places=("chat_template.jinja", "chat_template.json"))
    code, printed, _ = wethink("prompt", "easyr1", "--model", folder, "--apply", "--json")
    done = json.loads(printed)
    assert code == 0 and len(done["files"]) == 2 and system_prompt() in done["rendered"]
    assert (folder / "chat_template.jinja").read_text() == done["template"]


def test_a_copy_is_named_with_the_settings_that_train_it(tmp_path, wethink):
    folder, out = model(tmp_path / "model"), tmp_path / "copy"
    code, printed, _ = wethink("prompt", "easyr1", "--model", folder, "--copy", out)
    assert code == 0 and system_prompt() in printed
    assert f"worker.actor.model.model_path={out} data.override_chat_template=null" in printed
    assert json.loads((folder / "tokenizer_config.json").read_text())["chat_template"] == QWEN_LIKE
    assert json.loads((out / "tokenizer_config.json").read_text())["chat_template"] != QWEN_LIKE


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("easyr1", "--model", "nowhere"), 2, "no such model folder"),
        (("easyr1", "--model", "."), 2, "holds no chat template"),
        (("verl", "--model", "."), 2, "easyr1"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, wethink, monkeypatch, words, code, says):
    monkeypatch.chdir(tmp_path)
    got, printed, errors = wethink("prompt", *words)
    assert (got, printed) == (code, "") and says in " ".join(errors)
