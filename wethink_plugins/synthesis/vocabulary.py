"""The closed lists of the pipeline: abilities, roles, and why an item was rejected."""

from __future__ import annotations

from typing import Literal, get_args

# After MM-Vet; every question needs reasoning and at least one more (reviewers of the paper).
REASONING = "reasoning"
Ability = Literal["recognition", "knowledge", "ocr", "spatial_awareness", "maths"]
ABILITIES: tuple[Ability, ...] = get_args(Ability)

Role = Literal["describer", "reasoner", "checker", "vision_answerer", "text_answerer", "judge", "arbiter", "refiner"]
ROLES: tuple[str, ...] = get_args(Role)
# Who does it where the YAML names nobody.
STAND_INS = {"checker": "reasoner", "text_answerer": "reasoner", "vision_answerer": "describer", "judge": "arbiter"}

# What an answerer says who can't tell.
UNKNOWN = "unknown"

Reason = Literal[
    "unreadable_image",
    "refused",
    "failed",
    "invalid_output",
    "bad_question",
    "invalid_question",
    "lacks_ability",
    "no_agreement",
    "bad_answer",
    "bad_reasoning",
    "near_duplicate",
]
REASONS: dict[str, str] = {
    "unreadable_image": "the picture can't be opened",
    "refused": "a server refused the call: content filter, or longer than its context",
    "failed": "a server gave no reply, again and again",
    "invalid_output": "a reply did not have the form that was asked for, nor after the error was shown to the model",
    "bad_question": "a rule found a fault: options, length, words like 'the description', no question at all",
    "invalid_question": "the checker found that it can't be answered, has several answers, or needs no picture",
    "lacks_ability": "it does not need the abilities that it was asked to need",
    "no_agreement": "the answerers disagree and no arbiter settled it",
    "bad_answer": "the final answer is none of the options, or a rule can't grade it against itself",
    "bad_reasoning": "the chain of thought speaks of the description, or does not end in the answer",
    "near_duplicate": "nearly the same question was accepted before",
}
