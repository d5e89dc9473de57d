"""The pipelines that ship can be loaded, fit together and do what their comments say."""

from pathlib import Path

import pytest
import yaml

from wethink_plugins.shipped import shipped
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.pipeline import Pipeline

FILES = sorted((shipped("data_tools") / "synthesis").glob("*.yaml"))
TAGS = ("stated", "reported", "inferred", "chosen", "placeholder")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_loads_and_has_a_model_for_every_role(file):
    pipeline = Pipeline(SynthesisConfig.load(file))
    assert {"describer", "reasoner", "refiner"} <= set(pipeline.roles)
    config = pipeline.config
    assert config.limits.usd or config.limits.tokens, "none starts without a ceiling"
    assert all(endpoint.base_url.startswith("env:") for model in config.models.values() for endpoint in model.endpoints)
    priced = [endpoint.usd_per_million for model in config.models.values() for endpoint in model.endpoints]
    assert all(priced) or not config.limits.usd, "a ceiling in dollars needs prices"


def test_all_four_are_there():
    assert [file.stem for file in FILES] == ["one_model", "open", "paper", "small"]


def test_the_papers_names_for_every_role_and_stage_what_it_rests_on():
    text = next(file for file in FILES if file.stem == "paper").read_text(encoding="utf-8")
    for section in ("roles", "stages"):
        lines = text.split(f"\n{section}:\n")[1].split("\n\n")[0].splitlines()
        assert all(any(tag in line for tag in TAGS) for line in lines), section
    roles = yaml.safe_load(text)["roles"]
    assert roles["vision_answerer"] != roles["text_answerer"] != roles["arbiter"], "three models, as reported"


def test_the_small_one_asks_less():
    small, paper = (SynthesisConfig.load(Path(FILES[0]).with_name(f"{name}.yaml")) for name in ("small", "paper"))
    assert {one.stage for one in paper.stages} > {one.stage for one in small.stages}
    assert {"dialogue", "merge", "arbitrate"}.isdisjoint(one.stage for one in small.stages)
    assert small.limits.usd <= 5
