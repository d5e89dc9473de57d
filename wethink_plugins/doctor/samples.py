"""The rows as the reward will see them, and which of them a judge decides."""

from __future__ import annotations

from typing import Any

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.errors import SampleError
from wethink_plugins.sample import Sample


def samples_of(case: Case) -> list[Sample | SampleError]:
    """In the order of the sampled rows; an error in place of a row that nothing can be scored with."""
    if "samples" not in case.cache:
        rows = rows_of(case)
        case.cache["samples"] = [_read(case, number, record) for number, record in rows.sample] if rows else []
    samples: list[Sample | SampleError] = case.cache["samples"]
    return samples


def judged(case: Case) -> list[Sample]:
    """Those of the samples whose answer a judge model grades."""
    from wethink_plugins.config import Aliases
    from wethink_plugins.rewards.question import question_of

    aliases = case.config.aliases if case.config is not None else Aliases()
    found = []
    for sample in samples_of(case):
        try:
            if isinstance(sample, Sample) and question_of(sample, aliases).method == "model":
                found.append(sample)
        except SampleError:
            continue
    return found


def _read(case: Case, number: int, record: dict[str, Any]) -> Sample | SampleError:
    from wethink_plugins.config import Aliases
    from wethink_plugins.rewards.question import question_of

    try:
        sample = _easyr1(case, number, record) if case.host == "easyr1" else _verl(number, record)
        question_of(sample, case.config.aliases if case.config is not None else Aliases())
        return sample
    except SampleError as error:
        return error


def _easyr1(case: Case, number: int, record: dict[str, Any]) -> Sample:
    from wethink_plugins.adapters.easyr1_samples import sample_of

    gold = record.get(case.recipe.text("data.answer_key"))
    return sample_of({"response": "", "ground_truth": gold}, 0, number)


def _verl(number: int, record: dict[str, Any]) -> Sample:
    from wethink_plugins.adapters.verl_sample import sample_of

    turns = [turn for turn in record.get("prompt") or [] if isinstance(turn, dict) and turn.get("role") == "user"]
    question = turns[-1].get("content") if turns else ""
    extra = {"id": f"row {number}", **(record.get("extra_info") or {})}
    gold = (record.get("reward_model") or {}).get("ground_truth")
    return sample_of(
        "", gold, extra, record.get("data_source", ""), question=question if isinstance(question, str) else ""
    )
