"""The stages in order, checked to fit together, and one item's way through them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.model import Model
from wethink_plugins.synthesis.asking.template import Template
from wethink_plugins.synthesis.config import SynthesisConfig, require_models
from wethink_plugins.synthesis.records import CallRecord, Draft, ImageRef, Target
from wethink_plugins.synthesis.rejection import Rejected, Unfinished
from wethink_plugins.synthesis.row import STAGE, check_row
from wethink_plugins.synthesis.stage import Stage
from wethink_plugins.synthesis.stages import stage_class

# What a row can't do without (see `output`).
_ROW_NEEDS = ("question", "answer", "cot", "reward_method")


class Outcome:
    """How an item ended: `reason` empty where it passed."""

    def __init__(self, draft: Draft, stage: str = "", reason: str = "", detail: str = "") -> None:
        self.draft, self.stage, self.reason, self.detail = draft, stage, reason, detail


class Pipeline:
    """Of one run; shared by all its items."""

    def __init__(self, config: SynthesisConfig) -> None:
        """ConfigError where stages don't fit together, a role lacks its model, or a prompt can't be read."""
        self.config = config
        self.stages = [stage_class(settings.stage)(settings) for settings in config.stages]
        _check_order(self.stages)
        self.roles = {
            role: require_models(config, role, sees) for stage in self.stages for role, sees in _asked(stage).items()
        }
        self._templates = _templates(self.stages)
        self._place = {stage.name: place for place, stage in enumerate(self.stages)}

    @property
    def ahead(self) -> int:
        """How many stages don't wait for a plan."""
        return next((place for place, stage in enumerate(self.stages) if stage.needs_target), len(self.stages))

    def desk(self, draft: Draft, number: int, models: Mapping[str, Model], load: Callable[[], bytes]) -> Desk:
        """Where one item's stages ask."""
        by_role = {role: models[name] for role, name in self.roles.items()}
        return Desk(
            draft, number, number % self.config.questions_per_image, by_role, self._templates, load,
            self.config.reasks, self.config.max_pixels, tuple(self.config.mix.domains),
        )  # fmt: skip

    async def make(
        self,
        image: ImageRef,
        desk_of: Callable[[Draft], Desk],
        plan: Callable[[], Awaitable[Target]],
        draft: Draft | None = None,
    ) -> Outcome:
        """One item from image to row. Unfinished passes; `plan` is awaited before the first stage that needs it.

        `draft`: one that came as far as its plan and has it now; then only the stages from there on are run.
        """
        stages = self.stages if draft is None else self.stages[self.ahead :]
        draft = draft or Draft(image=image)
        desk, name = desk_of(draft), stages[0].name
        try:
            for stage in stages:
                name = stage.name
                if stage.needs_target and draft.target is None:
                    desk.forget_picture()
                    draft.target = await plan()
                if "answer" in stage.needs and not draft.answer:
                    raise Rejected("no_agreement", "the answerers disagree and this pipeline has no arbiter")
                await stage.run(draft, desk)
            name = STAGE
            check_row(image.id, draft)
        except Rejected as rejection:
            return Outcome(self._ordered(draft), name, rejection.reason, rejection.detail)
        except Unfinished as fault:
            fault.stage, fault.draft = name, self._ordered(draft)
            raise
        return Outcome(self._ordered(draft))

    def _ordered(self, draft: Draft) -> Draft:
        """Calls that were made side by side are noted in whatever order they came back."""

        def place(call: CallRecord) -> Any:
            return self._place[call.stage], call.turn, call.role, call.attempt

        turns = sorted(draft.calls, key=place)
        return draft.model_copy(update={"calls": turns})


def _asked(stage: Stage) -> dict[Any, bool]:
    if stage.settings.role is None:
        return dict(stage.roles)
    return {stage.settings.role: next(iter(stage.roles.values()))}


def _check_order(stages: list[Stage]) -> None:
    had: set[str] = set()
    for stage in stages:
        lacking = [name for name in stage.needs if name not in had]
        if lacking:
            raise ConfigError(
                f"needs {', '.join(lacking)}, which no stage before it gives", fix="put it later, or add the stage",
                field=f"stages.{stage.name}",
            )  # fmt: skip
        had.update(stage.gives)
    names = [stage.name for stage in stages]
    if len(set(names)) < len(names):
        raise ConfigError("a stage stands there twice", fix="remove one", field="stages")
    if missing := [name for name in _ROW_NEEDS if name not in had]:
        raise ConfigError(
            f"no stage gives {', '.join(missing)}", fix="a row needs it: add refine, agree, ask", field="stages"
        )


def _templates(stages: list[Stage]) -> dict[tuple[str, str], Template]:
    found: dict[tuple[str, str], Template] = {}
    for stage in stages:
        for prompt in stage.prompts:
            found[stage.name, prompt] = Template(prompt, stage.settings.prompts.get(prompt))
        found[stage.name, "again"] = Template("again")
    return found
