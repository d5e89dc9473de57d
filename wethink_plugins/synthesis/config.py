"""The YAML of a synthesis run: models, roles, stages, images, the mix that is wanted, and limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from wethink_plugins.config import Ceiling, Endpoint, Positive, Rate, Share, _read_yaml, _Section
from wethink_plugins.config_error import as_config_error
from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.vocabulary import ABILITIES, STAND_INS, Role
from wethink_plugins.vocabulary import QUESTION_TYPES

Weight = Annotated[float, Field(ge=0)]


class ModelSettings(_Section):
    """One model, by whatever servers have it."""

    endpoints: Annotated[list[Endpoint], Field(min_length=1)] = Field(
        description="tried in order, as the judge's are: base_url, model, api_key_env, max_concurrency, usd_per_million"
    )
    sees: bool = Field(False, description="true: it takes images; roles that need one must have such a model")
    temperature: Annotated[float, Field(ge=0)] = Field(0.7, description="of every call (chosen)")
    max_tokens: Annotated[int, Field(ge=1)] = Field(4096, description="longest reply, thinking included")
    constrain: bool = Field(True, description="ask servers that can for the reply's JSON schema")
    deadline_s: Positive = Field(600, description="for one call, retries included")
    rate: Rate = Field(Rate(), description="requests and tokens a minute, of this model in this run")


class ImageSource(_Section):
    """Exactly one of folder, shards, parquet and hub."""

    source: str = Field(
        description="its name in the registry of sources, which knows the licence; first folder of paths"
    )
    folder: str | None = Field(None, description="a folder with pictures, at any depth")
    shards: str | None = Field(None, description="tar files: a path, or a pattern like DIR/*.tar")
    parquet: str | None = Field(None, description="parquet files with a column of pictures: a path or a pattern")
    hub: str | None = Field(None, description="a dataset of the Hugging Face hub: ORG/NAME")
    split: str = Field("train", description="of a hub dataset")
    column: str = Field("image", description="of parquet and hub: the column that holds the picture")
    quota: Annotated[int, Field(ge=1)] | None = Field(
        None, description="images taken of it, drawn by the seed; null: all"
    )
    licence: str | None = Field(None, description="where the registry doesn't know it")

    @model_validator(mode="after")
    def _one_place(self) -> ImageSource:
        given = [name for name in ("folder", "shards", "parquet", "hub") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of folder, shards, parquet, hub; found {', '.join(given) or 'none'}")
        return self


class StageSettings(_Section):
    """One step. `stage` is a name, or module:Class of your own; the rest is that stage's own (see docs/synthesis.md)."""

    stage: str = Field(description="a stage's name, or module:Class of your own")
    role: Role | None = Field(None, description="who does it, where it is not the stage's own")
    prompts: dict[str, str] = Field({}, description="prompt name -> file, in the place of the stage's own")
    options: dict[str, Any] = Field({}, description="of the stage: turns, longest, ...")


class Mix(_Section):
    """Shares that are wanted of the accepted rows; they are scaled to a sum of 1."""

    abilities: dict[str, Weight] = Field(
        {
            "recognition": 0.2, "knowledge": 0.1, "ocr": 0.15, "spatial_awareness": 0.15, "maths": 0.1,
            "recognition+knowledge": 0.1, "ocr+maths": 0.1, "recognition+spatial_awareness": 0.1,
        },
        description="combinations that a question needs beside reasoning, joined by + (chosen)",
    )  # fmt: skip
    question_types: dict[str, Weight] = Field(
        {"multiple_choice": 0.4, "fill_in_blank": 0.35, "descriptive": 0.25},
        description="(chosen: the paper's shares aren't published)",
    )
    domains: dict[str, Weight] = Field({}, description="names of your own; none: the model names them, none is steered")

    @field_validator("abilities")
    @classmethod
    def _known_abilities(cls, value: dict[str, float]) -> dict[str, float]:
        unknown = {part for name in value for part in name.split("+")} - set(ABILITIES)
        if unknown or not any(value.values()):
            raise ValueError(f"holds {', '.join(sorted(unknown)) or 'no weight'}; abilities are {', '.join(ABILITIES)}")
        ordered = {"+".join(sorted(name.split("+"), key=ABILITIES.index)): weight for name, weight in value.items()}
        if len(ordered) < len(value):
            raise ValueError("names a combination twice")
        return ordered

    @field_validator("question_types")
    @classmethod
    def _known_types(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) - set(QUESTION_TYPES) or not any(value.values()):
            raise ValueError(f"must be weights of {', '.join(QUESTION_TYPES)}")
        return value


class Rounds(_Section):
    size: Annotated[int, Field(ge=1)] = Field(512, description="items; the mix is looked at after each round (chosen)")
    ahead: Annotated[int, Field(ge=0)] = Field(
        1, description="rounds whose images are described while one is finished; 0 waits at each round's end"
    )
    near_duplicate: Share = Field(
        0.8, description="share of common word triples from which two questions are the same (chosen); 1: none is"
    )
    repeats: Annotated[int, Field(ge=1)] = Field(
        3, description="rows with the same question and the same answer that different images may have (chosen)"
    )
    avoid: Annotated[int, Field(ge=0)] = Field(5, description="accepted questions that the next one is told to avoid")


class Limits(_Section):
    usd: Positive | None = Field(None, description="stop when this much is spent, over all processes of the run")
    tokens: Positive | None = Field(None, description="stop when this many tokens are used")
    seconds: Positive | None = Field(None, description="stop this long after a process of the run has started")


class SynthesisConfig(_Section):
    """The whole YAML of a run; `load` reads one. Keys, defaults and what each does: reference/configuration."""

    models: Annotated[dict[str, ModelSettings], Field(min_length=1)] = Field(description="name -> servers and sampling")
    roles: dict[Role, str] = Field(description="role -> name of a model")
    images: list[ImageSource] = Field([], description="where pictures come from")
    questions_per_image: Annotated[int, Field(ge=1)] = Field(1, description="items of each image")
    stages: Annotated[list[StageSettings], Field(min_length=1)] = Field(description="the pipeline, in order")
    mix: Mix = Field(Mix(), description="what the rows should be made of")
    rounds: Rounds = Field(Rounds(), description="how often it is steered")
    limits: Limits = Field(Limits(), description="hard ceilings; all stop cleanly, `wethink synth resume` goes on")
    seed: int = Field(0, description="of every choice that is drawn")
    reasks: Annotated[int, Field(ge=0)] = Field(
        2, description="how often a model is shown what is wrong with the form of its reply (chosen)"
    )
    tries: Annotated[int, Field(ge=1)] = Field(
        3,
        description="how often an item's call may fail, though the server serves others, before it is given up (chosen)",
    )
    max_pixels: Annotated[int, Field(ge=1)] = Field(
        1_003_520, description="larger images are made smaller before they are sent (chosen: 1280 patches of 28 x 28)"
    )
    store: str | None = Field(
        None, description="call store to share with other runs; null: calls.sqlite in the run's folder"
    )
    sources: str | None = Field(None, description="a registry of sources of your own, over the built-in one")

    @field_validator("stages", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """`- describe` and `- dialogue: {turns: 2}` beside the long form."""
        return [_stage(one) for one in value] if isinstance(value, list) else value

    @model_validator(mode="after")
    def _roles_have_models(self) -> SynthesisConfig:
        for role, name in self.roles.items():
            if name not in self.models:
                raise ValueError(f"roles.{role}: no model is named {name!r}; models: {', '.join(self.models)}")
        return self

    def model_of(self, role: str) -> str | None:
        """Its name, or that of who stands in; None where the YAML gives the role to nobody."""
        return self.roles.get(role) or (self.model_of(STAND_INS[role]) if role in STAND_INS else None)  # type: ignore[call-overload]

    @classmethod
    def load(cls, file: str | Path) -> SynthesisConfig:
        """From a YAML file; paths in it are taken from beside it. Raises ConfigError: file, key, found, what to do."""
        path = Path(file).expanduser()
        values = dict(_read_yaml(path))
        try:
            return cls.model_validate(values)._beside(path.resolve().parent)
        except ValidationError as error:
            raise as_config_error(error, path, cls) from None

    def _beside(self, folder: Path) -> SynthesisConfig:
        images = [one.model_copy(update=_placed(one, folder)) for one in self.images]
        stages = [
            one.model_copy(update={"prompts": {name: _at(folder, file) for name, file in one.prompts.items()}})
            for one in self.stages
        ]
        sources = self.sources and _at(folder, self.sources)
        return self.model_copy(update={"images": images, "stages": stages, "sources": sources})


def _placed(source: ImageSource, folder: Path) -> dict[str, str]:
    names = [name for name in ("folder", "shards", "parquet") if getattr(source, name) is not None]
    return {name: _at(folder, getattr(source, name)) for name in names}


def _at(folder: Path, path: str) -> str:
    return str(folder / Path(path).expanduser())


_OWN = ("stage", "role", "prompts", "options")


def _stage(value: Any) -> Any:
    if isinstance(value, str):
        return {"stage": value}
    if isinstance(value, dict) and "stage" not in value and len(value) == 1:
        ((name, settings),) = value.items()
        settings = dict(settings or {})
        own = {key: settings.pop(key) for key in ("role", "prompts") if key in settings}
        return {"stage": name, **own, "options": settings}
    return value


def require_models(config: SynthesisConfig, role: str, sees: bool) -> str:
    """The model of a role. ConfigError where nobody has the role, or a picture is needed and its model sees none."""
    name = config.model_of(role)
    if name is None:
        raise ConfigError("the pipeline needs it and no model has it", fix=f"add {role}: MODEL", field=f"roles.{role}")
    if sees and not config.models[name].sees:
        raise ConfigError(
            f"{role} is shown the picture, and {name} sees none",
            fix="write sees: true if it takes images, or give the role to a model that does",
            field=f"models.{name}.sees",
        )
    return name


__all__ = [
    "Ceiling", "ImageSource", "Limits", "Literal", "Mix", "ModelSettings", "Rounds", "StageSettings", "SynthesisConfig",
    "require_models",
]  # fmt: skip
