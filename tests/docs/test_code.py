"""The pages' Python, YAML and JSON: read by what is meant to read it, and run where it can be."""

from __future__ import annotations

import ast
import doctest
import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
import yaml

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.datasets.builders import write_rows
from tests.docs.code import missing, of_language, reader_of, synthesis_with
from tests.docs.python_runs import HOST_CODE, RUNS, names_for
from wethink_plugins.config import WeThinkConfig

PYTHON = of_language("python", "py")
# Settings of others, by what stands in them.
FOREIGN = {
    "reward_manager: {name: wethink}": "verl",
    "reward_function_kwargs": "EasyR1",
    "import_path: ray.serve": "Ray Serve",
}


def by_place(block):
    return block.place


@pytest.mark.parametrize("block", [b for b in PYTHON if not b.text.startswith(">>>")], ids=by_place)
def test_python_compiles_and_what_it_imports_of_ours_exists(block):
    assert missing(ast.parse(block.text, block.place)) == []


@pytest.mark.parametrize("block", [b for b in PYTHON if b.text.startswith(">>>")], ids=by_place)
def test_python_at_the_prompt_says_what_the_page_shows(block):
    test = doctest.DocTestParser().get_doctest(block.text, {}, block.place, block.page, block.line)
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0


@pytest.mark.parametrize("block", [b for b in PYTHON if b.place.partition(":")[0] in RUNS], ids=by_place)
def test_python_runs_and_prints_what_its_comments_say(block, tmp_path, monkeypatch):
    if module := next((m for m in HOST_CODE if f"from {m}" in block.text or f"import {m}" in block.text), None):
        pytest.skip(f"needs {module}")
    if block.text.startswith(">>>"):
        pytest.skip("run as a dialogue above")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WETHINK_TOKEN", "for-this-test")
    monkeypatch.setenv("WETHINK_JOURNAL", str(tmp_path / "journal"))
    names, said = names_for(tmp_path, block), StringIO()
    with redirect_stdout(said):
        exec(compile(names.pop("__text__"), block.place, "exec"), names)
    shown = re.findall(r"^print\(.*\)\s+# (.*)$", block.text, re.MULTILINE)
    assert said.getvalue().splitlines() == shown


def test_every_yaml_and_json_is_ours_or_named_as_somebody_elses():
    for block in of_language("yaml", "json", "jsonl"):
        if not any(mark in block.text for mark in FOREIGN):
            assert reader_of(value_of(block)) or "question_type" in block.text, f"{block.place}: read by nothing"


def test_settings_of_others_still_stand_in_a_page():
    texts = [block.text for block in of_language("yaml")]
    assert [mark for mark in FOREIGN if not any(mark in text for text in texts)] == []


@pytest.mark.parametrize("block", of_language("yaml", "json", "jsonl"), ids=by_place)
def test_yaml_and_json_are_taken_by_what_reads_them(block, tmp_path):
    value = value_of(block)
    reader = reader_of(value)
    if reader == "reward":
        WeThinkConfig.load(value)
    if reader == "synthesis":
        from wethink_plugins.synthesis.config import SynthesisConfig

        (tmp_path / "run.yaml").write_text(yaml.safe_dump(synthesis_with(value)))
        SynthesisConfig.load(tmp_path / "run.yaml")
    if reader == "row":
        from wethink_plugins.datasets.validate import validate

        file = write_rows(tmp_path, [{**value, "image_path": "images/a.png"}])
        found = validate(file, tmp_path, {"judge": {"offline": True}})
        assert (len(found.rows), found.rejects) == (1, ())


def value_of(block):
    if block.language == "yaml":
        return yaml.safe_load(block.text)
    return json.loads(block.text if block.language == "json" else block.text.splitlines()[0])
