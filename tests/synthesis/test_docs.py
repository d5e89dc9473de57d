"""docs/synthesis.md: its tables and its walk are those of the code; WETHINK_WRITE_DOCS=1 writes them again."""

import os
import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from tests.synthesis.scripted import Records, Scripted
from tests.synthesis.walk import walk
from wethink_plugins.synthesis.config import ImageSource, Limits, Mix, ModelSettings, Rounds, SynthesisConfig
from wethink_plugins.synthesis.pipeline import Pipeline
from wethink_plugins.synthesis.stages import STAGES
from wethink_plugins.synthesis.vocabulary import REASONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "synthesis.md"
WRITTEN_BY = "written by WETHINK_WRITE_DOCS=1 pytest tests/synthesis/test_docs.py"


def check(name, text):
    """The section of the page, or, when it is to be written, into it."""
    page, start, end = PAGE.read_text(encoding="utf-8"), f"<!-- {name}: {WRITTEN_BY} -->", f"<!-- end of {name} -->"
    head, _, rest = page.partition(start)
    old, _, tail = rest.partition(end)
    if os.environ.get("WETHINK_WRITE_DOCS"):
        PAGE.write_text(f"{head}{start}\n\n{text.strip()}\n\n{end}{tail}", encoding="utf-8")
        return
    assert old.strip() == text.strip(), f"docs/synthesis.md is stale at {name}: it is {WRITTEN_BY}"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def test_reasons():
    check("reasons", table(["reason", "means"], [[f"`{name}`", text] for name, text in REASONS.items()]))


def summary(stage):
    """The first sentence of its file: files are written to be read from the top."""
    text = __import__(stage.__module__, fromlist=["x"]).__doc__
    return re.split(r"(?<=\.)\s", " ".join(text.split()))[0]


def options(kind):
    fields = kind.model_fields.items()
    return ", ".join(f"`{name}: {str(field.default).lower() if isinstance(field.default, bool) else field.default}`" for name, field in fields)  # fmt: skip


def test_stages():
    rows = [
        (f"`{name}`", summary(stage), ", ".join(f"{role} (sees)" if sees else role for role, sees in stage.roles.items()),
         ", ".join(f"`{prompt}`" for prompt in stage.prompts), options(stage.Options))
        for name, stage in STAGES.items()
    ]  # fmt: skip
    check("stages", table(["stage", "does", "who", "prompts", "options and their defaults"], rows))


PARTS = [
    ("", SynthesisConfig), ("models.NAME.", ModelSettings), ("images[].", ImageSource), ("mix.", Mix),
    ("rounds.", Rounds), ("limits.", Limits),
]  # fmt: skip


def shown(field):
    if field.is_required():
        return "(must be given)"
    return "" if isinstance(field.default, BaseModel | dict | list) else f"`{'null' if field.default is None else str(field.default).lower()}`"  # fmt: skip


def test_keys():
    rows = [
        (f"`{start}{name}`", shown(field), field.description or "")
        for start, part in PARTS
        for name, field in part.model_fields.items()
    ]
    check("keys", table(["key", "default", "what it does"], rows))


def test_the_example_can_be_run(tmp_path):
    text = re.search(r"```yaml\n(models:.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    file = tmp_path / "my.yaml"
    file.write_text(text)
    assert [stage.name for stage in Pipeline(SynthesisConfig.load(file)).stages] == list(STAGES)
    assert set(yaml.safe_load(text)["roles"]) == {"describer", "reasoner", "arbiter", "refiner"}


def test_the_stage_of_ones_own_can_be_used(tmp_path, monkeypatch):
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    stages = yaml.safe_load(re.search(r"```yaml\n(stages:.*?)```", page, re.DOTALL)[1])["stages"]
    (tmp_path / "my_package").mkdir()
    (tmp_path / "my_package" / "stages.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    text = re.search(r"```yaml\n(models:.*?)```", page, re.DOTALL)[1]
    settings = SynthesisConfig.model_validate({**yaml.safe_load(text), "stages": stages})
    assert [stage.name for stage in Pipeline(settings).stages][2] == "short"


def test_the_walk(tmp_path):
    pytest.importorskip("aiohttp", reason="a run asks servers: pip install 'wethink-plugins[judge]'")
    with Scripted(tmp_path, 3, ["text_right"]) as scripted:
        for number in (0, 1):
            (scripted.images / f"{number}.png").unlink()
        mix = {"abilities": {"ocr+maths": 1}, "question_types": {"multiple_choice": 1}}
        scripted.run("run", scripted.yaml(mix=mix), "--out", tmp_path / "run", "--quiet")
        (record,) = Records(tmp_path / "run").items
    assert record.status == "passed"
    check("walk", walk(record))
