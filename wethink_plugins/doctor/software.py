"""Which framework is here, and versions of other packages that are known not to go with it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, warning

_LABELS = {"easyr1": "EasyR1", "verl": "verl", "llamafactory": "LLaMA-Factory"}
_INSTALL = {
    "easyr1": "clone https://github.com/hiyouga/EasyR1 and run doctor in that folder, or pip install --no-deps -e it",
    "verl": "pip install verl in this environment, or run doctor with the environment that trains",
    "llamafactory": "pip install llamafactory in this environment, or run doctor with the environment that trains",
}
_OTHERS = {"easyr1": "verl", "verl": "easyr1"}
_MATH = "from math_verify import parse, verify; assert verify(parse('$1/2$'), parse('$0.5$'))"
# Chosen: it answers in seconds, where the machine isn't busy with other things.
_PATIENCE_S = 300


def framework(case: Case) -> Iterator[Finding]:
    found, label = case.framework, _LABELS[case.host]
    if found.name == "none":
        yield error("framework", f"{label} isn't here", _INSTALL[case.host])
    elif found.name == _OTHERS.get(case.host):
        other = _LABELS[found.name]
        fix = f"{_INSTALL[case.host]}; or `wethink doctor {found.name}`, if it is {other} that you train with"
        yield error("framework", f"`import verl` is {other} {found.version} here, not {label}", fix)
    elif found.name == "unknown":
        yield error(
            "framework", f"{found.folder} is neither EasyR1 nor verl", f"move it away, then {_INSTALL[case.host]}"
        )
    elif case.host == "easyr1" and not found.at_least("0.3.1"):
        yield error(
            "framework", f"EasyR1 {found.version} has no image paths and no chat template", "use v0.3.1 or later"
        )
    else:
        yield ok("framework", f"{label} {found.version or 'of unknown version'} in {found.folder}")


def packages(case: Case) -> Iterator[Finding]:
    """Each trap was met: see the recipes' lock files for versions that work."""
    omegaconf, hub, transformers = map(_version, ("omegaconf", "huggingface_hub", "transformers"))
    if case.host == "easyr1" and omegaconf >= (2, 4):
        yield error(
            "omegaconf",
            f"{_text(omegaconf)} refuses EasyR1's configuration (trainer.logger)",
            'pip install "omegaconf<2.4"',
        )
    if (0,) < transformers < (5,) and hub >= (1,):
        text = f"{_text(hub)} isn't taken by transformers {_text(transformers)}, which fails to import"
        yield error("huggingface_hub", text, 'pip install "huggingface_hub<1.0"')
    if case.host != "llamafactory":
        yield from _math_verify(case)


def _math_verify(case: Case) -> Iterator[Finding]:
    """Whether it works here, which its parser's runtime decides; asked in a process of its own, since it may hang."""
    wanted = case.config is None or case.config.rules.symbolic == "full"
    if not _version("math-verify"):
        yield ok("math-verify", "isn't installed: formulas that our own evaluator can't settle count as wrong")
        return
    try:
        done = subprocess.run([sys.executable, "-c", _MATH], capture_output=True, text=True, timeout=_PATIENCE_S)
        fault = done.stderr.strip().splitlines()[-1] if done.returncode else ""
    except subprocess.TimeoutExpired:
        fault = f"no answer within {_PATIENCE_S} s"
    if fault and wanted:
        fix = 'pip install "math-verify[antlr4_9_3]" (omegaconf needs that antlr4), or set rules.symbolic: own'
        yield warning("math-verify", f"is installed and doesn't work: {fault}", fix)
    elif not fault:
        yield ok("math-verify", f"{_text(_version('math-verify'))} works")


def _version(name: str) -> tuple[int, ...]:
    """(0,) never; empty where it isn't installed."""
    try:
        return tuple(int(part) for part in re.findall(r"\d+", version(name))[:3])
    except PackageNotFoundError:
        return ()


def _text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
