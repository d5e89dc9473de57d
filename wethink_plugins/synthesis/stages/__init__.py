"""The steps of the pipeline, one file each, by the names that the YAML uses."""

from __future__ import annotations

from wethink_plugins.errors import ConfigError
from wethink_plugins.registry import resolve
from wethink_plugins.synthesis.stage import Stage
from wethink_plugins.synthesis.stages.agree import Agree
from wethink_plugins.synthesis.stages.answer import AnswerTwice
from wethink_plugins.synthesis.stages.arbitrate import Arbitrate
from wethink_plugins.synthesis.stages.ask import Ask
from wethink_plugins.synthesis.stages.check import CheckQuestion
from wethink_plugins.synthesis.stages.classify import Classify
from wethink_plugins.synthesis.stages.describe import Describe
from wethink_plugins.synthesis.stages.dialogue import Dialogue
from wethink_plugins.synthesis.stages.merge import Merge
from wethink_plugins.synthesis.stages.refine import Refine
from wethink_plugins.synthesis.stages.screen import Screen

STAGES: dict[str, type[Stage]] = {
    stage.name: stage
    for stage in (
        Describe, Dialogue, Merge, Ask, Screen, CheckQuestion, AnswerTwice, Agree, Arbitrate, Refine, Classify,
    )
}  # fmt: skip


def stage_class(name: str) -> type[Stage]:
    """By name, or `module:Class` of your own. ConfigError for anything else."""
    if name in STAGES:
        return STAGES[name]
    if ":" not in name:
        raise ConfigError(
            f"no stage is named {name!r}", fix=f"known: {', '.join(STAGES)}; or module:Class", field="stages"
        )
    found = resolve(name, "stages")
    if not (isinstance(found, type) and issubclass(found, Stage)):
        raise ConfigError(
            f"{name} is no wethink_plugins.synthesis.stage.Stage", fix="derive it from that", field="stages"
        )
    return found
