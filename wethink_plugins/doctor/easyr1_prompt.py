"""What the model will be asked under EasyR1: the chat template, the format prompt, and the two rendered together.

EasyR1 has no key for a system prompt, and replaces a template or a format prompt that it can't find by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, one_line, warning
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.model_folder import chat_template, special_tokens
from wethink_plugins.prompts.chat_template import compiled, render, without_system_prompt

# Right in every version, and the checkpoints have it too.
_MAKE = (
    "wethink prompt easyr1 --model {model} --copy COPY, then worker.actor.model.model_path: COPY "
    "and data.override_chat_template: null"
)
_TEMPLATE = "data.override_chat_template"
# What a prompt has to say for answers to have the form that is paid.
_MARKS = {"wethink": "<answer>", "think_open": "<answer>", "boxed": "\\boxed"}


def template_is_text(case: Case) -> bool:
    """Up to v0.3.2 EasyR1 takes the template itself under this key; later versions, by the same key, a file."""
    reader = case.framework.folder / "utils" / "tokenizer.py" if case.framework.folder is not None else None
    return reader is not None and reader.is_file() and "open(override_chat_template" not in _read(reader)


def template_files(case: Case) -> Iterator[Finding]:
    named = case.recipe.text(_TEMPLATE)
    if template_is_text(case) and named and "{%" not in named:
        text = (
            f"{_TEMPLATE}: EasyR1 {case.framework.version} takes the template's text, so each prompt would be {named}"
        )
        yield error("prompt", text, _make(case))
    for key in (_TEMPLATE, "data.format_prompt"):
        named = case.recipe.text(key)
        if key == _TEMPLATE and template_is_text(case):
            continue
        if named and "{here}" not in named and not case.path(named).is_file():
            text = f"{key}: no such file: {case.path(named)}; EasyR1 would say so in one line and train without it"
            yield error("prompt", text, _make(case) if "template" in key else f"correct the path, or set {key}: null")
    if file := _file(case, "data.format_prompt"):
        text = _read(file)
        if "content" not in text:
            yield error("prompt", f"{file} doesn't show the question", "write {{ content }} where it belongs")
    if case.recipe.is_set("data.system_prompt"):
        yield error("prompt", "data.system_prompt is no key of EasyR1 since April 2025", _make(case))


def asks_for_the_form(case: Case) -> Iterator[Finding]:
    """The prompt, rendered for the first row, and whether it asks for what the format reward pays."""
    if any(_broken(case, key) for key in (_TEMPLATE, "data.format_prompt")):
        return
    try:
        rendered = _rendered(case)
    except Exception as problem:  # noqa: BLE001  a template of somebody's own may raise anything
        yield error("prompt", f"the chat template can't be rendered: {one_line(problem)}", _make(case))
        return
    if rendered is None and case.model.startswith(("/", "~")):
        fix = f"wethink prompt easyr1 --model MODEL --copy {case.model} makes it"
        yield error("prompt", f"worker.actor.model.model_path: no such folder: {case.model}", fix)
        return
    if rendered is None:
        fix = "give the model's folder with --model"
        yield warning("prompt", f"can't be shown: {case.model or 'the model'} isn't on this machine", fix)
        return
    style = case.config.style if case.config is not None else "wethink"
    if case.uses_our_reward and _MARKS[style] not in rendered:
        text = f"nothing in it asks for {_MARKS[style]}, so the format of style {style} would never be paid"
        yield error(
            "prompt", text, _make(case) if style != "boxed" else "set data.format_prompt to one that asks for it"
        )
        return
    yield ok("prompt", f"asks for {_MARKS[style]}, as style {style} pays", rendered)


def template_of_this_model(case: Case) -> Iterator[Finding]:
    """A template that was made from another model's own has other marks for turns and images."""
    file = _file(case, _TEMPLATE)
    if file is None or case.model_folder is None:
        return
    own = without_system_prompt(_read(file))
    if own != _read(file) and own.strip() != without_system_prompt(chat_template(case.model_folder)).strip():
        yield error("prompt", f"{file} was made from the template of another model than {case.model}", _make(case))


def template_of(case: Case) -> str:
    """The one that the prompts are rendered with. WeThinkError where there is none."""
    if template_is_text(case) and case.recipe.text(_TEMPLATE):
        return case.recipe.text(_TEMPLATE)
    file = _file(case, _TEMPLATE)
    return _read(file) if file is not None else chat_template(case.model_folder or Path(case.model))


def message_of(case: Case, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As EasyR1 builds it: the format prompt around the question, `<image>` turned into parts."""
    question = record.get(case.recipe.text("data.prompt_key"))
    question = question if isinstance(question, str) else "<image>QUESTION"
    format_prompt = _file(case, "data.format_prompt")
    if format_prompt is not None:
        question = str(compiled(_read(format_prompt).strip()).render(content=question))
    return [{"role": "user", "content": _parts(question)}]


def _rendered(case: Case) -> str | None:
    if not case.recipe.text(_TEMPLATE) and case.model_folder is None:
        return None
    rows = rows_of(case)
    tokens = special_tokens(case.model_folder) if case.model_folder is not None else {}
    return render(template_of(case), message_of(case, rows.sample[0][1] if rows and rows.sample else {}), tokens)


def _parts(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for i, piece in enumerate(text.split("<image>")):
        found += [{"type": "image"}] if i else []
        found += [{"type": "text", "text": piece}] if piece else []
    return found


def _file(case: Case, key: str) -> Path | None:
    named = case.recipe.text(key)
    if key == _TEMPLATE and template_is_text(case):
        return None
    return case.path(named) if named and case.path(named).is_file() else None


def _broken(case: Case, key: str) -> bool:
    if key == _TEMPLATE and template_is_text(case):
        return bool(case.recipe.text(key)) and "{%" not in case.recipe.text(key)
    return bool(case.recipe.text(key)) and _file(case, key) is None


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _make(case: Case) -> str:
    return _MAKE.format(model=case.model or "MODEL")
