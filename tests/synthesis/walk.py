"""One item's record as a text for people, each step with who was asked and what was said."""

import json

from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.row import row_of


def walk(record):
    draft = record.draft
    steps = [
        ("describe", "what the describer sees", _quoted(draft.description)),
        *[step for number, turn in enumerate(draft.dialogue, 1) for step in _turn(number, turn)],
        ("dialogue", _ended(draft.stopped), ""),
        ("merge", "the refined description, written with the image in view", _quoted(draft.detail)),
        ("the plan", "what this item is asked to be, set before its round began", _code(_target(draft.target))),
        ("ask", "the reasoner's question, from the refined description", _quoted(problem_of(draft))),
        ("screen", "no rule finds a fault", ""),
        *[("check", _checked(check), "") for check in draft.checks],
        *[("answer", f"who {who}: **{said.answer}**", _quoted(said.reasoning)) for who, said in _answers(draft)],
        ("agree", f"{'the same' if draft.agreement.agree else 'not the same'}, by {draft.agreement.by}: {draft.agreement.why}", ""),
        ("arbitrate", f"the arbiter sees the image and finds right: **{draft.arbitration.choice}**", _quoted(draft.arbitration.why)),
        ("refine", f"the chain of thought, rewritten to speak of the image; before it was \"{draft.raw_cot}\"", _quoted(draft.cot)),
        ("classify", f"domain: {draft.domain}", ""),
        ("the row", "as `rows.jsonl` has it", _code(json.dumps(row_of(record.item, draft), indent=1))),
    ]  # fmt: skip
    parts = [
        f"**{name}**{_asked(draft, name)}: {what}\n" + (f"\n{text}\n" if text else "") for name, what, text in steps
    ]
    return "\n".join(parts) + f"\nIn all {len(draft.calls)} calls, {_tokens(draft)} tokens."


def _asked(draft, stage):
    roles = dict.fromkeys(f"{call.role} ({call.model})" for call in draft.calls if call.stage == stage)
    return f", {', '.join(roles)}" if roles else ""


def _turn(number, turn):
    told = "\n".join(
        f"> - {question} — {answer}" for question, answer in zip(turn.questions, turn.answers, strict=True)
    )
    yield "dialogue", f"turn {number}, missing: {', '.join(turn.missing)}", told


def _ended(stopped):
    return "the reasoner has enough and asks no more" if stopped == "enough" else "the last turn that is allowed"


def _target(target):
    return json.dumps(target.model_dump(exclude={"avoid"}), indent=1)


def _checked(check):
    abilities = "" if check.abilities is None else f"; it needs {', '.join(check.abilities)}"
    return f"`{check.stage}` finds it {'valid' if check.valid else 'not valid: ' + check.problem}{abilities}"


def _answers(draft):
    names = {"vision": "sees the image", "text": "reads the refined description"}
    return [(names[who], draft.answers[who]) for who in names]


def _tokens(draft):
    return sum(call.prompt_tokens + call.completion_tokens for call in draft.calls)


def _quoted(text):
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines())


def _code(text):
    return f"```json\n{text}\n```"
