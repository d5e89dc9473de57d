"""Runs Math-Verify's own regression pairs against ours.

    python benchmarks/math_verify_suite.py CHECKOUT [--show] [--peer]

CHECKOUT is a clone of https://github.com/huggingface/Math-Verify. The pairs are read from the test files' syntax
trees; nothing of the checkout is imported or run. Their answers are often whole paragraphs, so what `answer_in` finds
(the boxes, else what stands behind the last "answer is", else the last formula or number) is given to our grader, as
the host's own extraction would. `--peer` runs math-verify itself beside ours, where it is installed.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from wethink_plugins.errors import Ungradable
from wethink_plugins.rewards.rules import Policy, grade, warm_up

# Pairs that contradict the label policy or each other, each with the reason; left out of "undisputed".
DISPUTED = {
    ("$x = 11$", "$x = 5+5+1 = 7 =11$"): "a false equation",
    ("$1/3$", "$x=1/3\\approx1.3$"): "1/3 is not about 1.3",
    ("$x = 1/3$", "$x = 5+5+1 = 1/3 \\approx 11$"): "a false equation",
    ("$z = 1 + 1 = 2$", "$z = 3+3 = 2$"): "a false equation",
    ("$1 = \\zzz = x = 0$", "$0$"): "the gold is contradictory",
    (
        "$1 - \\frac{1}{\\mathrm{e}}$",
        "$1 + \\frac{1}{\\mathrm{e}}$",
    ): "labelled equal by mistake, as its own file says elsewhere",
    ("$\text{13}$", "$13$"): "the gold holds a tab, meant to be \\text",
    ("$9$", "Answer $ \n 9 \n $"): "a test of the delimiter, not of the answer",
    ("$9$", "Answer \\( \n 9 \n \\)"): "a test of the delimiter, not of the answer",
    ("$x \\in [-2,7]$", "$-2 \\\\le x \\\\le 7$"): "labelled both ways",
    ("$f(x)$", "$f(y)$"): "labelled both ways",
    (
        "$(\\begin{pmatrix}\\frac{1}{3}\\\\ \\frac{1}{5} \\end{pmatrix})$",
        "$\\begin{pmatrix}0.33\\\\0.2 \\end{pmatrix}$",
    ): "rounded to two digits, which its test asks for",
    ("$1$", "$-[0,1)$"): "no answer at all",
    ("\\boxed{1} no no no no no \\boxed{2}", "$\\boxed{1,2}$"): "a test of box extraction",
}
_FORMULA = re.compile(r"\$\$?[^$]{1,400}\$\$?|\\\(.{1,300}?\\\)|\\\[.{1,300}?\\\]", re.DOTALL)
_NOISE = re.compile(r"I hope it is correct|<\|im|\bis (?:the|our) (?:solution|answer)")
_CONCLUDES = re.compile(
    r"[Ff]inal [Aa]nswer:?\**|answer is|[Ss]olution is|[Tt]herefore|[Tt]hus|[Ww]e find that|it's(?! not)|which is|"
    r"\bSo\b|there are"
)
_CONCLUSION = re.compile(
    r"(?:final answer is|answer is|therefore,? answer is|solution is|find that|which is|thus|therefore|probability "
    r".{0,40}is|is)\s*:?\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:/\d+)?(?: ?%| percent)?")


def pairs_of(checkout: Path) -> Iterator[tuple[str, str, int]]:
    """(gold, answer, expected) of every parametrized case with text on both sides."""
    for file in sorted((checkout / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple) and len(node.elts) >= 3:
                values = [_literal(element) for element in node.elts]
                expected = next((v for v in values[2:] if isinstance(v, int) and not isinstance(v, bool)), None)
                if isinstance(values[0], str) and isinstance(values[1], str) and expected in (0, 1):
                    yield values[0], values[1], expected


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def answer_in(text: str) -> str:
    """The answer of a paragraph, as an extractor in front of a grader would find it."""
    text = text.rsplit("</think>", 1)[-1]
    if "\\boxed" in text and (not re.search("final answer is", text, re.IGNORECASE) or len(text) < 500):
        return (
            text[text.find("\\boxed") :] if 1 < text.count("\\boxed") < 8 and _close_together(text) else _last_box(text)
        )
    if len(text) < 60 and "Answer $" in text:
        return text.removeprefix("Answer ")
    if len(text) < 60 and not _CONCLUSION.search(text):
        return text
    tail = _CONCLUDES.split(_NOISE.split(text)[0])[-1]
    behind = tail.rsplit(" is ", 1)[-1]
    tail = behind if any(c.isdigit() for c in behind) else tail
    formulas = [
        found for found in _FORMULA.findall(tail) if len(found.strip("$\\() ")) > 1 or found.strip("$\\() ").isdigit()
    ]
    if formulas:
        return formulas[-1]
    numbers = _NUMBER.findall(tail) or _NUMBER.findall(text)
    return numbers[0] if numbers else text


def _close_together(text: str) -> bool:
    return text.rfind("\\boxed") - text.find("\\boxed") < 250


def _last_box(text: str) -> str:
    at = text.rfind("\\boxed")
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0 and text[end] == "}":
            return text[at : end + 1] + text[end + 1 : end + 12].split("$")[0].split(".")[0]
    return text[at:]


def ours(gold: str, answer: str) -> int:
    try:
        return int(
            grade(answer_in(answer), answer_in(gold), "fill_in_blank", (), Policy(arithmetic="any")).decision == "right"
        )
    except Ungradable:
        return 0


def theirs(gold: str, answer: str) -> int:
    import math_verify

    return int(math_verify.verify(math_verify.parse(gold), math_verify.parse(answer)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("checkout", type=Path)
    options.add_argument("--show", action="store_true", help="print each pair that ours judges differently")
    options.add_argument("--peer", action="store_true", help="run math-verify itself as well")
    chosen = options.parse_args()
    warm_up()
    cases = list(dict.fromkeys(pairs_of(chosen.checkout)))
    if not cases:
        options.error(
            f"no pair in {chosen.checkout}/tests: not a work tree of Math-Verify (a bare repository has none)"
        )
    for name, grader in [("ours", ours), *([("math-verify", theirs)] if chosen.peer else [])]:
        _report(name, cases, [grader(gold, answer) for gold, answer, _ in cases], chosen.show and name == "ours")


def _report(name: str, cases: list[tuple[str, str, int]], got: list[int], show: bool) -> None:
    undisputed = [(case, value) for case, value in zip(cases, got, strict=True) if case[:2] not in DISPUTED]
    right = sum(case[2] == value for case, value in undisputed)
    everything = sum(case[2] == value for case, value in zip(cases, got, strict=True))
    print(
        f"{name}: {everything}/{len(cases)} = {everything / len(cases):.1%} of all, {right}/{len(undisputed)} = "
        f"{right / len(undisputed):.1%} of the undisputed"
    )
    for (gold, answer, expected), value in undisputed if show else []:
        if value != expected:
            print(f"  expected {expected}: {gold[:90]!r} | {answer[-110:]!r} | read as {answer_in(answer)[:90]!r}")


if __name__ == "__main__":
    main()
