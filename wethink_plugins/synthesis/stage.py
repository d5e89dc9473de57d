"""What a step of the pipeline is, and how one is found by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.config import StageSettings
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.vocabulary import Role

if TYPE_CHECKING:
    from wethink_plugins.synthesis.asking.desk import Desk


class Options(BaseModel):
    """A stage's own settings, with defaults: extend it. A key of the YAML that isn't there is a ConfigError."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage:
    """One step. It reads fields of the draft (`needs`) and fills in others (`gives`); `Rejected` ends the item.

    `roles`: role -> whether it is shown the picture. `prompts`: the files it uses, by name. `needs_target`: it may only
    begin when the plan of the item's round is there; stages before the first such one run ahead.
    Building one raises ConfigError for a prompt, role or option of the YAML that the stage hasn't got.
    `run` must depend on nothing but the draft and the replies: a resumed run makes it again from the store.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    gives: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[Mapping[Role, bool]] = {}
    prompts: ClassVar[tuple[str, ...]] = ()
    needs_target: ClassVar[bool] = False
    Options: ClassVar[type[Options]] = Options

    def __init__(self, settings: StageSettings) -> None:
        self.settings = settings
        self.options: Any = _options(type(self), settings)
        unknown = set(settings.prompts) - set(self.prompts)
        if unknown:
            raise ConfigError(
                f"has no prompt {', '.join(sorted(unknown))}",
                fix=f"its prompts: {', '.join(self.prompts) or 'none'}",
                field=f"stages.{self.name}.prompts",
            )
        if settings.role is not None and len(self.roles) != 1:
            raise ConfigError(
                "has no one role that could be given away", fix="use roles:", field=f"stages.{self.name}.role"
            )

    def role(self, own: Role | None = None) -> Role:
        """Who does it: as the YAML says, else the stage's own (`own` where it has several)."""
        given = own or self.settings.role
        return given if given is not None else next(iter(self.roles))

    async def run(self, draft: Draft, desk: Desk) -> None:
        """Does it: asks at the desk, writes what it `gives` into the draft. Rejected ends the item for good."""
        raise NotImplementedError


def _options(kind: type[Stage], settings: StageSettings) -> Options:
    try:
        return kind.Options.model_validate(settings.options)
    except ValidationError as error:
        first = error.errors()[0]
        known = ", ".join(kind.Options.model_fields) or "none"
        where = ".".join(("stages", kind.name, *map(str, first["loc"])))
        raise ConfigError(str(first["msg"]), fix=f"its options: {known}", field=where) from None
