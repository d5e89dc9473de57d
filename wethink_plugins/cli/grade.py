"""`wethink grade ANSWER --gold GOLD`: one answer, or a whole response, by rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalText
from wethink_plugins.cli.output import say, say_json

if TYPE_CHECKING:
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rules.policy import Policy

# So that an answer like -3 is not taken for an option.
CONTEXT = {"ignore_unknown_options": True}
# Whole or torn, in any case: no bare answer has one.
_TAG = re.compile(r"</?(?:think|answer)\b|</?(?:thin?|answ?e?)$", re.IGNORECASE)


def grade(
    answer: Annotated[str, typer.Argument(help="A bare answer, or a whole response with its tags.")],
    gold: Annotated[str, typer.Option("--gold", help="The right answer.")],
    question_type: Annotated[
        OptionalText, typer.Option("--type", help="multiple_choice or fill_in_blank; default: by options and gold.")
    ] = None,
    options: Annotated[
        OptionalText, typer.Option("--options", help='The option texts in order: "red|green|blue".')
    ] = None,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Say right, wrong or undecided, and why. Exit code 0 whatever the verdict.

    A text with a think or answer tag (style boxed: a \\boxed) is a whole response: its answer is read as the reward reads
    it, and without a closed, unambiguous one it is wrong.
    """
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rules import grade as grade_by_rules
    from wethink_plugins.rewards.rules import grade_response, policy_of
    from wethink_plugins.vocabulary import read_question_type

    settings = WeThinkConfig.load(config)
    texts = [part.strip() for part in options.split("|")] if options else []
    kind = _kind(question_type, settings, gold, texts)
    policy = policy_of(settings.rules)
    _require_gold(gold, texts, read_question_type(question_type, settings.aliases.question_type), policy)
    whole = _is_response(answer, settings.style)
    if whole:
        verdict = grade_response(answer, gold, kind, texts, policy, settings.style)
    else:
        verdict = grade_by_rules(answer, gold, kind, texts, policy)
    result = {"verdict": verdict.decision, "reason": verdict.reason, "grader": verdict.grader, "question_type": kind}
    if json:
        say_json({**result, "read_as": "response" if whole else "answer"})
        return
    say(f"{verdict.decision}: {verdict.reason} (grader {verdict.grader}, {kind})")
    if whole:
        say(_read(answer, settings.style))


def _require_gold(gold: str, options: list[str], asked: str | None, policy: Policy) -> None:
    """`asked`: the question type that --type names."""
    from wethink_plugins.rewards.rules.option import is_option

    if not gold.strip():
        raise typer.BadParameter("the gold is empty", param_hint="--gold")
    if options and asked != "fill_in_blank" and not is_option(gold, options, policy):
        raise typer.BadParameter(f"{gold!r} is no option of {' | '.join(options)}", param_hint="--gold")


def _kind(given: str | None, settings: WeThinkConfig, gold: str, options: list[str]) -> str:
    from wethink_plugins.rewards.question import inferred_type
    from wethink_plugins.vocabulary import read_question_type

    if given is None:
        found = inferred_type(gold, options)
        return "fill_in_blank" if found == "descriptive" else found
    kind = read_question_type(given, settings.aliases.question_type)
    if kind not in ("multiple_choice", "fill_in_blank"):
        why = "descriptive answers go to a judge, not to rules" if kind else f"unknown question type {given!r}"
        raise typer.BadParameter(f"{why}; give multiple_choice or fill_in_blank", param_hint="--type")
    return kind


def _is_response(text: str, style: str) -> bool:
    return bool(_TAG.search(text)) or (style == "boxed" and "\\boxed{" in text)


def _read(response: str, style: str) -> str:
    """What the reward makes of the response besides the verdict."""
    from wethink_plugins.rewards.format import format_reward
    from wethink_plugins.rewards.response import read_response

    found = read_response(response, style).answer
    paid, fault = format_reward(response, style)
    answer = "no answer" if found is None else f"answer {found!r}"
    return f"read as a whole response, style {style}: {answer}, format {paid:.0f}" + (f" ({fault})" if fault else "")
