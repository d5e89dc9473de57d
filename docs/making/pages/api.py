"""`reference/api/`: a page an area, filled from docstrings. What stands here is what others may build on."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from pages.table import code, table

FOLDER = "reference/api"
PACKAGE = "wethink_plugins"


@dataclass(frozen=True)
class Area:
    """`names` are dotted, without the package's own name."""

    file: str
    title: str
    about: str
    names: tuple[str, ...]


def _of(module: str, names: str) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for name in names.split())


AREAS = (
    Area(
        "index",
        "The package",
        "Importing it costs nothing: no torch, no network; a name is loaded when it is used. "
        "Errors are one line, and all of one family: file, row, field, what was found, what to do.",
        (
            *"HybridReward Sample Score wethink_reward Row WeThinkConfig WeThinkError".split(),
            *_of("errors", "ConfigError SampleError TermError JudgeRequired JudgeBudgetSpent Unscored Ungradable"),
        ),
    ),
    Area(
        "rewards",
        "Rewards",
        "The parts of the hybrid reward, each usable alone: reading a response, rules, judges, what the unscored get. "
        "What counts as right is in [the answer policy](../../answer-policy.md).",
        (
            *_of("rewards.rules", "grade grade_response grade_batch Policy Verdict policy_of start warm_up"),
            *_of("rewards.response", "read_response format_fault Response"),
            "rewards.format.format_reward",
            *_of("rewards.judge", "Judge Judgement judge_from"),
            *_of("rewards.groups", "imputed_rewards Budget"),
            *_of("rewards.journal", "Journal read_journal"),
            *_of("registry", "registered lookup resolve"),
        ),
    ),
    Area(
        "datasets",
        "Data sets",
        "From a file to the rows that a trainer may see, and to the files that it reads. "
        "The same with commands: [validate](../../data/validate.md), [export](../../data/export.md).",
        (
            "datasets.load",
            *_of("datasets.validate", "validate Validation"),
            *_of("datasets.exporters", "export output_file Layout"),
            *_of("datasets.records", "read_records read_lines"),
            *_of("datasets.rejects", "Reject write_rejects"),
            *_of("datasets.split", "split_by_image Split"),
            "prompts.system_prompt",
        ),
    ),
    Area(
        "adapters",
        "Adapters",
        "What each trainer calls. How to put them into a run: [tasks](../../tasks/easyr1.md), "
        "[all trainers](../../other-trainers.md).",
        (
            "adapters.easyr1.compute_score",
            *_of("adapters.verl", "compute_score register"),
            "adapters.verl_manager.reward_manager_class",
            "datasets.verl_dataset.dataset_class",
            "adapters.trl.make_reward",
            *_of("adapters.numbers", "make_reward shadowed"),
            *_of("adapters.verifiers", "wethink shadow"),
            "service.client.RemoteReward",
        ),
    ),
    Area(
        "endpoints",
        "Calls to models",
        "The client that judges and synthesis ask through: deadlines, retries, rates, ceilings, a store of replies.",
        (
            *_of("endpoints", "Client Call Reply Totals CallFailed CallRefused"),
            *_of("config", "Judge Endpoint Rate Ceiling"),
        ),
    ),
    Area(
        "synthesis",
        "Synthesis",
        "A stage of your own, and a run from Python. [How synthesis works](../../synthesis.md).",
        (
            *_of("synthesis.stage", "Stage Options"),
            "synthesis.asking.desk.Desk",
            *_of("synthesis.rejection", "Rejected Unfinished"),
            *_of("synthesis.records", "Draft ImageRef Target Question Check Answer"),
            "synthesis.config.SynthesisConfig",
            "synthesis.stages.stage_class",
            "synthesis.run.RunFolder",
            "synthesis.running.start.start",
            *_of("synthesis.running.engine", "Engine Progress"),
        ),
    ),
    Area(
        "inference",
        "Inference and evaluation",
        "Responses of a model, and how often they are right. [Inference](../../inference.md), "
        "[evaluation](../../evaluation.md).",
        (
            *_of("inference.run", "generate Outcome"),
            *_of("inference.request", "read_requests Request"),
            "inference.settings.Settings",
            *_of("inference.backend", "Backend Output"),
            *_of("evaluation.responses", "read_items Item"),
            *_of("evaluation.graded", "graded Graded"),
            *_of("evaluation.summary", "summary Group"),
            *_of("evaluation.compare", "comparison Difference"),
            *_of("evaluation.interval", "wilson paired"),
        ),
    ),
)


def documented() -> dict[str, Any]:
    """Dotted name -> the object, of every name on a page."""
    return {f"{PACKAGE}.{name}": _found(name) for area in AREAS for name in area.names}


def _found(name: str) -> Any:
    module, _, own = f"{PACKAGE}.{name}".rpartition(".")
    return getattr(import_module(module), own)


def pages() -> dict[str, str]:
    """Path on the site -> Markdown, in which mkdocstrings fills in each `:::`."""
    return {f"{FOLDER}/{area.file}.md": _page(area) for area in AREAS}


def _page(area: Area) -> str:
    return f"# {area.title}\n\n{area.about}\n\n" + "\n".join(map(_entry, area.names))


def _entry(name: str) -> str:
    """Under the path that it is imported by, which is also its anchor."""
    own = name.rpartition(".")[2]
    return f"::: {PACKAGE}.{name}\n    options:\n      toc_label: {own}\n\n{_fields(_found(name))}"


def _fields(found: Any) -> str:
    """Of a record that checks what it is given: its signature doesn't show them. A YAML's keys have a page of their own."""
    if not (isinstance(found, type) and issubclass(found, BaseModel)) or not found.model_fields:
        return ""
    if found.__module__.endswith(".config"):
        return f"Its keys are in [the configuration]({_yaml(found)}).\n\n"
    rows = [(code(key), code(_type(found, key)), _default(field)) for key, field in found.model_fields.items()]
    return table(("field", "type", "default"), rows) + "\n"


def _yaml(found: type[BaseModel]) -> str:
    return "../configuration/synthesis.md" if "synthesis" in found.__module__ else "../configuration/index.md"


def _type(found: type[BaseModel], key: str) -> str:
    """As it is written in the class, or in the one that it extends."""
    homes = (home for home in found.__mro__ if key in inspect.get_annotations(home))
    return str(inspect.get_annotations(next(homes))[key])


def _default(field: Any) -> str:
    return "needed" if field.is_required() else code(repr(field.get_default(call_default_factory=True)))
