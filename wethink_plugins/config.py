"""One YAML for every trainer: what it may hold, its defaults, and what each key does.

The models below are the whole of it; `wethink recipe show config` prints them with their descriptions.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from wethink_plugins.config_error import as_config_error
from wethink_plugins.errors import ConfigError
from wethink_plugins.kind import kind_of
from wethink_plugins.vocabulary import QUESTION_TYPES, REWARD_METHODS, Style

ENVIRONMENT_VARIABLE = "WETHINK_CONFIG"
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")  # what was found is added to it
    return value


Finite = Annotated[float, AfterValidator(_finite)]
Positive = Annotated[float, Field(gt=0), AfterValidator(_finite)]
Share = Annotated[float, Field(ge=0, le=1)]


# Of the judge's settings; one that isn't named here is taken to matter.
_NO_MATTER_FOR_VERDICTS = {
    "tiers",
    "deadline_s",
    "batch_deadline_s",
    "rate",
    "ceiling",
    "tolerate",
    "on_unscored",
    "store",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weights(_Section):
    accuracy: Annotated[Finite, Field(ge=0)] = Field(
        0.7, description="share of the verdict on the answer (0.7: reported by the paper's reviewers)"
    )
    format: Annotated[Finite, Field(ge=0)] = Field(
        0.3, description="share of the strict think/answer format (0.3: reported)"
    )


class Term(_Section):
    name: str = Field(description="how the term is called in the journal and in errors")
    weight: Finite = Field(description="added to the reward as weight * value; may be negative")
    function: str = Field(
        description="module:function, file.py:function or a registered name; (sample, score) -> finite float"
    )


class Aliases(_Section):
    question_type: dict[str, str] = Field(
        {}, description="own spelling -> multiple_choice | fill_in_blank | descriptive"
    )
    reward_method: dict[str, str] = Field({}, description="own spelling -> rule | model | auto")

    @field_validator("question_type")
    @classmethod
    def _known_type(cls, value: dict[str, str]) -> dict[str, str]:
        return _targets(value, QUESTION_TYPES)

    @field_validator("reward_method")
    @classmethod
    def _known_method(cls, value: dict[str, str]) -> dict[str, str]:
        return _targets(value, REWARD_METHODS)


class Rules(_Section):
    rounding: Literal["strict", "displayed"] = Field(
        "strict",
        description="displayed: a decimal may also agree at the coarser number of digits shown, whatever their count; strict: only from 3 significant digits on",
    )
    units: Literal["optional", "required"] = Field(
        "optional", description="required: a number without the gold's unit is wrong"
    )
    nouns: Literal["any", "gold"] = Field(
        "any",
        description='what is counted: any: "3 dogs" is right for "3", whatever they are; gold: only what the gold names may be named',
    )
    plurals: Literal["same", "different"] = Field("same", description='different: "dogs" is wrong for "dog"')
    dates: Literal["month_first", "day_first"] = Field(
        "month_first",
        description="how 3/5/2021 is read: March 5 or 3 May; 13/5/2021 and 3.5.2021 are day first either way",
    )
    arithmetic: Literal["finished", "any"] = Field(
        "finished",
        description='any: "7 + 5" also counts for 12; finished: a sum or product that is left to do is no answer',
    )
    symbolic: Literal["full", "own"] = Field(
        "full", description="own: never ask math-verify, only the evaluator of this package"
    )
    escalate: bool = Field(
        False, description="true: what no rule can decide goes to the judge instead of counting as wrong"
    )
    timeout_s: Positive = Field(
        1.5, description="longest time one rule may take, in seconds, where it runs in a process of its own"
    )


class Prices(_Section):
    prompt: Annotated[Finite, Field(ge=0)] = Field(description="of a million tokens of what is asked")
    completion: Annotated[Finite, Field(ge=0)] = Field(description="of a million tokens of what is answered")


class Endpoint(_Section):
    """One server of the OpenAI kind (vLLM, SGLang, a hosted one) and the model asked there."""

    base_url: str = Field(
        description="an OpenAI-compatible server, e.g. http://127.0.0.1:8000/v1; env:NAME; router: verl's own"
    )
    model: str = Field(description="the name the server knows the model by")
    api_key_env: str | None = Field(
        None, description="NAME of the environment variable that holds the key; never the key"
    )
    max_concurrency: Annotated[int, Field(ge=1)] = Field(64, description="calls in flight at once, of one process")
    usd_per_million: Prices | None = Field(
        None, description="{prompt: 0.15, completion: 0.6}: prices in dollars; a ceiling in usd needs them"
    )
    identity: str | None = Field(
        None, description="whose replies these are, to the store; null: base_url and model. One name shares them"
    )
    extra_body: dict[str, Any] = Field(
        {}, description="further fields of each request; null takes one away, e.g. {max_tokens: null}"
    )

    @field_validator("api_key_env")
    @classmethod
    def _a_name_and_no_key(cls, value: str | None) -> str | None:
        if value is not None and not VARIABLE_NAME.fullmatch(value):
            raise ValueError(
                "is no name of an environment variable (letters, digits and _; what stands there isn't shown)"
            )
        return value


class Rate(_Section):
    """Limits a minute, of all processes of a run together."""

    requests_per_minute: Positive | None = Field(None, description="over all processes of a run; null: no limit")
    tokens_per_minute: Positive | None = Field(None, description="over all processes of a run; null: no limit")


class Ceiling(_Section):
    """Where calling stops for good, of all processes of a run together; what is then asked stays unscored."""

    usd: Positive | None = Field(None, description="stop calling when this much is spent; null: no limit")
    tokens: Positive | None = Field(None, description="stop calling when this many tokens are used; null: no limit")


class Tolerate(_Section):
    share: Share = Field(
        0.2,
        description="largest share of what needed the judge in a batch that may stay unscored before the run is stopped (chosen)",
    )
    dead_batches: Annotated[int, Field(ge=1)] = Field(
        2, description="batches in a row with no verdict from the judge before the run is stopped (chosen)"
    )


class Judge(_Section):
    """Who scores descriptive answers, and how much may go wrong there. Times are in seconds."""

    endpoints: list[Endpoint] = Field(
        [],
        description="tried in order; the next one takes over when one fails",
    )
    offline: bool = Field(
        False, description="true: a stand-in that compares words and is no model; for trying things out"
    )
    prompt: str = Field(
        "default", description="a registered judge prompt, or a file, looked for beside this YAML first; for endpoints"
    )
    images: bool = Field(False, description="true: the judge sees; each call carries the row's pictures, made small")
    constrain: bool = Field(
        True, description="ask servers that can for nothing but the verdict; false: let the judge write reasons first"
    )
    max_tokens: Annotated[int, Field(ge=1)] = Field(
        1024, description="longest reply, thinking included; a reply that is cut off is no verdict"
    )
    longest_answer: Annotated[int, Field(ge=1)] = Field(
        8000,
        description="in characters (chosen); a longer answer gets the lowest tier unread, so that length never pays",
    )
    tiers: dict[str, Share] = Field(
        {"correct": 1.0, "mostly": 0.7, "partly": 0.3, "wrong": 0.0},
        description="verdict -> accuracy (chosen: the paper's tiers aren't published)",
    )
    deadline_s: Positive = Field(60, description="for one call, retries included")
    batch_deadline_s: Positive = Field(600, description="for all calls of one batch; what is late stays unscored")
    rate: Rate = Field(Rate(), description="limits of the whole run; for endpoints")
    ceiling: Ceiling = Field(Ceiling(), description="hard stop of the whole run; for endpoints")
    tolerate: Tolerate = Field(Tolerate(), description="how much may fail before the run is stopped")
    on_unscored: Literal["auto", "drop", "mean"] = Field(
        "auto",
        description="verl's reward manager, in training. drop: verl leaves the trajectory out; mean: it gets the mean reward so far; auto: drop, but mean where this verl would die of the padding that replaces it (pictures and transformers 5)",
    )
    store: str | None = Field(
        "~/.cache/wethink/calls.sqlite",
        description="cache and ledger of calls, a file; env:NAME; null: none is kept; for endpoints",
    )

    def digest(self) -> str:
        """Twelve hex digits that change with what shapes a verdict, and not with limits or what a tier is worth."""
        shaping = self.model_dump(exclude=_NO_MATTER_FOR_VERDICTS)
        for endpoint in shaping["endpoints"]:
            endpoint.pop("max_concurrency", None)
            endpoint.pop("api_key_env", None)
        return _digest(shaping)

    @field_validator("tiers")
    @classmethod
    def _tiers_reach_both_ends(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) != {"correct", "mostly", "partly", "wrong"}:
            raise ValueError(f"needs exactly correct, mostly, partly, wrong; found {', '.join(value) or 'none'}")
        if not value["correct"] >= value["mostly"] >= value["partly"] >= value["wrong"]:
            raise ValueError("must not rise from correct to wrong")
        if value["correct"] == value["wrong"]:
            raise ValueError("must pay correct more than wrong")
        return value


class JournalFile(_Section):
    path: str | None = Field(
        None, description="folder for one JSON line a scored sample; the WETHINK_JOURNAL variable wins; null: none"
    )
    rotate_mb: Positive = Field(256, description="start a new file when one has grown to this size")


class Shadow(_Section):
    active: str | None = Field(
        None,
        description="module:function or file.py:function, a reward of your own in your trainer's form, that trains while this one is only journalled",
    )


class WeThinkConfig(_Section):
    """The whole configuration; every key has a default."""

    weights: Weights = Field(Weights(), description="reward = accuracy and format, weighted")
    style: Style = Field(
        "wethink",
        description="wethink: <think>..</think><answer>..</answer> | boxed: answer in \\boxed{} | think_open: the prompt has opened <think> already",
    )
    terms: list[Term] = Field(
        [], description="further terms: - {name: length, weight: 0.1, function: my_pkg.my_mod:my_term}"
    )
    aliases: Aliases = Field(Aliases(), description="own spellings in the data")
    rules: Rules = Field(Rules(), description="how answers are checked by rule")
    judge: Judge = Field(Judge(), description="who scores descriptive answers")
    journal: JournalFile = Field(JournalFile(), description="what was scored and why, sample by sample")
    shadow: Shadow = Field(Shadow(), description="score beside another reward without training on this one")

    @field_validator("terms")
    @classmethod
    def _names_are_unique(cls, value: list[Term]) -> list[Term]:
        names = [term.name for term in value]
        if len(set(names)) < len(names):
            raise ValueError("two terms have the same name")
        return value

    @model_validator(mode="after")
    def _something_is_paid(self) -> WeThinkConfig:
        if not any((self.weights.accuracy, self.weights.format, *(term.weight for term in self.terms))):
            raise ValueError("every weight is 0, so every reward would be 0")
        return self

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any] | WeThinkConfig | None = None) -> WeThinkConfig:
        """From a path, a dict, a ready config or None (the file that WETHINK_CONFIG names, else all defaults).

        Raises ConfigError: file, key, what was found, what to do.
        """
        if isinstance(source, cls):
            return source
        if source is None:
            source = os.environ.get(ENVIRONMENT_VARIABLE) or {}
        if isinstance(source, Mapping):
            return cls._validated(source, None)
        if not isinstance(source, str | Path):
            raise ConfigError(f"is {kind_of(source)}", fix="give a path, a mapping or a WeThinkConfig", file="config")
        file = Path(source).expanduser()
        return cls._validated(_read_yaml(file), Path(source))._with_files_beside(file)

    def _with_files_beside(self, file: Path) -> WeThinkConfig:
        """Files that stand beside the YAML, by their full paths: trainers and Ray's workers run in folders of their own."""
        judge = self.judge.model_copy(update={"prompt": _beside(file, self.judge.prompt)})
        terms = [term.model_copy(update={"function": _beside(file, term.function)}) for term in self.terms]
        shadow = self.shadow
        if shadow.active:
            shadow = shadow.model_copy(update={"active": _beside(file, shadow.active)})
        return self.model_copy(update={"judge": judge, "terms": terms, "shadow": shadow})

    @classmethod
    def _validated(cls, values: Mapping[str, Any], file: Path | None) -> WeThinkConfig:
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise as_config_error(error, file, cls) from None

    def digest(self) -> str:
        """Twelve hex digits that change with every setting; in each journal line as `config`."""
        return _digest(self.model_dump())


def _beside(yaml_file: Path, reference: str) -> str:
    """`prompt.txt` or `file.py:function` with the full path of a file that stands beside the YAML; else as it is."""
    named, colon, function = reference.rpartition(":") if ".py:" in reference else (reference, "", "")
    path = Path(named).expanduser()
    if path.is_absolute() or not path.suffix or not (yaml_file.parent / path).is_file():
        return reference
    return f"{(yaml_file.parent / path).resolve()}{colon}{function}"


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def _targets(value: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    for own, target in value.items():
        if target not in names:
            raise ValueError(f"{own}: {target!r} is not one of {', '.join(names)}")
    return value


def _read_yaml(file: Path) -> Mapping[str, Any]:
    import yaml

    from wethink_plugins.unique_keys import RepeatedKey, load_yaml

    try:
        values = load_yaml(file.read_text(encoding="utf-8"))
    except RepeatedKey as error:
        raise ConfigError(str(error), fix="merge the two or remove one", file=file, field=error.key) from None
    except FileNotFoundError:
        raise ConfigError("no such file", fix="check the path or WETHINK_CONFIG", file=file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't be read: {error}", file=file) from None
    except yaml.YAMLError as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", fix="check indentation and quotes there", file=file
        ) from None
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise ConfigError(
            f"holds {kind_of(values)}, not keys and values",
            fix="start from `wethink recipe show config`",
            file=file,
        )
    return values
