"""`wethink grade ANSWER --gold GOLD`: one answer, by rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalText
from wethink_plugins.cli.output import say, say_json

if TYPE_CHECKING:
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rules.policy import Policy

# So that an answer like -3 is not taken for an option.
CONTEXT = {"ignore_unknown_options": True}


def grade(
    answer: Annotated[str, typer.Argument(help="The answer; of a text with answer tags, what is in them.")],
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
    """Say right, wrong or undecided, and why. Exit code 0 whatever the verdict."""
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rules import grade as grade_by_rules
    from wethink_plugins.rewards.rules import policy_of
    from wethink_plugins.vocabulary import read_question_type

    settings = WeThinkConfig.load(config)
    texts = [part.strip() for part in options.split("|")] if options else []
    kind = _kind(question_type, settings, gold, texts)
    policy = policy_of(settings.rules)
    _require_gold(gold, texts, read_question_type(question_type, settings.aliases.question_type), policy)
    verdict = grade_by_rules(_inside_tags(answer, settings.style), gold, kind, texts, policy)
    result = {"verdict": verdict.decision, "reason": verdict.reason, "grader": verdict.grader, "question_type": kind}
    if json:
        say_json(result)
    else:
        say(f"{verdict.decision}: {verdict.reason} (grader {verdict.grader}, {kind})")


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


def _inside_tags(answer: str, style: str) -> str:
    from wethink_plugins.rewards.response import read_response

    found = read_response(answer, style).answer if "<answer>" in answer or "\\boxed{" in answer else None
    return answer if found is None else found
