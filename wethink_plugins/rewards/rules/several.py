"""Grades answers of several parts: lists and sets without order, tuples and intervals in order, parts by name."""

from __future__ import annotations

import re
from collections.abc import Callable

from wethink_plugins.rewards.rules.gold import Gold, split_name
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.parts import Parts, counted, labelled, named, point_name, read_parts
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import same_words, words_of
from wethink_plugins.rewards.rules.units import read_unit
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

PartGrader = Callable[[str, str], Verdict]
"""One part of an answer and one of the gold, as written."""
# Comparing each part with each would cost its square; beyond this many, parts must come in the gold's order.
_MAX_FREE = 24
# "1,22" as a gold is a decimal comma or a list; an answer with a decimal point takes it for the former.
_POINT_WORDS = re.compile(
    r"^(?:the )?(?:point|vector|(?:ordered )?pair|coordinates?(?: are)?) (?=[A-Z]?['_]?[(\[])", re.IGNORECASE
)
# "A^{-1} = [matrix]", "A ∩ B = {1, 2}", "x ∈ {2, 3}".
_NAME_IN_FRONT = re.compile(
    r"^(?:[A-Z]{1,3}(?: ?\^ ?\{? ?-1 ?\}?)? ?= ?(?=\\begin|[\[(] ?\\begin)|[A-Z](?:'|\^c)?(?: ?[∩∪\\-] ?[A-Z])+ ?= ?(?=\\?\{)|[a-z] ?∈ ?(?=\\?\{))"
)
_USUAL = frozenset((("m", "b"), ("m", "c"), ("n", "k"), ("n", "r")))
_TRANSPOSED = re.compile(r"[)\]] ?\^ ?\{? ?T|\((?:in|ex)clusive\)")
_INDEXED = re.compile(r"([xyz])_?\{?[1-9]\}?")
_ELLIPSIS = re.compile(r"(?:\.\.\.|…|\betc\b\.?)[\s)\]}]*$")
_COMMA_DECIMAL = re.compile(r"[+-]?\d{1,9},(?:\d{1,2}|\d{4,9}|(?<=^0,)\d{3})")


def grade_parts(text: str, want: Gold, policy: Policy, grade: PartGrader) -> Verdict:
    """All parts or nothing; `grade` is asked about each."""
    wanted = want.parts
    if wanted is None:
        return undecided("the gold has one part", "parts")
    text = _NAME_IN_FRONT.sub("", text.replace("-and-", " and "))
    got = read_parts(text) or read_parts(split_name(text)[1]) or read_parts(_POINT_WORDS.sub("", text))
    points = point_name(text) or _capital(split_name(text)[0]), point_name(want.text)
    if all(points) and points[0] != points[1]:
        return wrong("another point", "parts")
    if text.count("\\begin") > 1:
        return undecided("a matrix that is not worked out", "parts")
    if got is None and _COMMA_DECIMAL.fullmatch(want.text) and "." in text:
        return grade(text, want.text.replace(",", "."))
    if got is None:
        return _single(text, wanted, policy, grade)
    if _ELLIPSIS.search(text) and not _ELLIPSIS.search(want.text):
        return undecided("a list that goes on", "order")
    names = _names_in_front(text)
    if names and names != (_names_in_front(want.text) or [name for name, _ in map(named, wanted.items)]):
        in_order = _usual_order(names) and not any(name for name, _ in map(named, wanted.items))
        if not in_order:
            return undecided(f"parts of {shown(', '.join(names))}", "order")
    if len(got.items) != len(wanted.items) and got.shape in ("list", "set"):
        listed, got, wanted = wanted, _without_repeats(got), _without_repeats(wanted)
        if listed.shape == "list" and len(listed.items) > len(wanted.items) == len(got.items):
            return undecided("the gold names a part twice", "parts")
    if len(got.items) != len(wanted.items):
        return wrong(f"{len(got.items)} parts for {len(wanted.items)}", "parts")
    fault = _shape_fault(got, wanted)
    if fault:
        return wrong(fault, "parts")
    return _matched(got, wanted, grade)


def speaks_of_others(subject: str, wanted: Parts) -> bool:
    """Whether the words in front of the parts name some of them, and not all in the gold's order."""
    names = [name for item in wanted.items if (name := named(item)[0])]
    places = {
        name: at.start() for name in names if (at := re.search(rf"\b{re.escape(name)}\b", subject, re.IGNORECASE))
    }
    return bool(places) and sorted(places, key=places.__getitem__) != names


def _names_in_front(text: str) -> list[str]:
    """["y", "x"] of "(y, x) = (2, 5)"."""
    left = split_name(text)[0]
    return [name.strip() for name in left.strip("()").split(",")] if "," in left else []


def _usual_order(names: list[str]) -> bool:
    """Of coordinates x before y; "(m, b)" and "(n, k)" are in the order that the question asked for."""
    return names == sorted(names) or tuple(names) in _USUAL


def _capital(name: str) -> str:
    return name if len(name) == 1 and name.isupper() else ""


def _without_repeats(parts: Parts) -> Parts:
    """A solution listed twice is one solution."""
    distinct = {item.replace(" ", ""): item for item in reversed(parts.items)}
    return Parts(parts.shape, tuple(reversed(distinct.values())), parts.brackets)


def _single(text: str, wanted: Parts, policy: Policy, grade: PartGrader) -> Verdict:
    if len(wanted.items) == 1:
        return grade(text, wanted.items[0])
    if same_words(text, " ".join(wanted.items), policy) and not any(c.isdigit() or c == "-" for c in text):
        return right("same words", "text")
    if "\\begin" in text or _TRANSPOSED.search(text):
        return undecided("a matrix that is not worked out", "parts")
    if len(text.split()) == len(wanted.items) and all(map(read_tidy, text.split())):
        return undecided("parts with nothing between them", "parts")
    return (
        wrong("one part of several", "parts") if len(text) < 200 else undecided(f"can't split {shown(text)}", "parts")
    )


def _shape_fault(got: Parts, wanted: Parts) -> str:
    if got.shape == "alternatives" and wanted.shape != "alternatives" and not _solutions(got, wanted):
        return '"or" where all are asked for'
    # A pair may be an interval; a longer tuple means the same in round and in square brackets.
    alike = len(got.items) > 2 and {got.brackets, wanted.brackets} == {"()", "[]"}
    if got.shape == wanted.shape == "tuple" and got.brackets != wanted.brackets and not alike:
        return "other brackets"
    if got.shape == wanted.shape == "matrix" and got.brackets != wanted.brackets:
        return "a determinant is no matrix"
    if wanted.brackets in ("(]", "[)") and not got.brackets:
        return "an interval without its brackets"
    if {got.shape, wanted.shape} == {"tuple", "set"}:
        return f"a {got.shape} for a {wanted.shape}"
    return ""


def _solutions(got: Parts, wanted: Parts) -> bool:
    """ "x = 2 or x = -2" lists the solutions of an equation; "2 or -2" is ±2."""
    if _opposite(got) and _opposite(wanted) and wanted.shape in ("list", "set"):
        return True
    return (
        all("=" in item for item in got.items)
        and len({named(item)[0] for item in got.items}) == 1
        and wanted.shape in ("list", "set")
        and not any(item.isalpha() for item in wanted.items)
    )


def _opposite(parts: Parts) -> bool:
    """Of "2 or -2", and no "x = 2, y = -2"."""
    one, two = (sorted(item.replace(" ", "") for item in parts.items)) if len(parts.items) == 2 else ("", "")
    return (two.startswith("-") and two[1:] == one.removeprefix("+")) or (one.startswith("-") and one[1:] == two)


def _matched(got: Parts, wanted: Parts, grade: PartGrader) -> Verdict:
    if wanted.shape in ("tuple", "matrix") or got.shape in ("tuple", "matrix"):
        return _in_order(_by_axis(got.items), _by_axis(wanted.items), grade)
    mine, theirs = [named(item) for item in got.items], [named(item) for item in wanted.items]
    if not any(name for name, _ in theirs):
        labels = [pair for item in wanted.items if (pair := labelled(item))]
        theirs = labels if len(labels) == len(theirs) else theirs
    if any(name for name, _ in theirs):
        names = frozenset(name for name, _ in theirs)
        mine = [pair if pair[0] else labelled(pair[1], names) or pair for pair in mine]
    kinds = [pair for item in wanted.items if (pair := counted(item))]
    if len(kinds) == len(wanted.items) and len({kind for kind, _ in kinds}) == len(kinds):
        verdict = _by_kind(got.items, kinds, grade)
        if verdict is not None:
            return verdict
    if _roots(mine, theirs):
        return _in_any_order([value for _, value in mine], [value for _, value in theirs], grade)
    if all(name for name, _ in theirs) and len({name for name, _ in theirs}) == len(theirs):
        return _by_name(mine, theirs, grade)
    asked = {name for name, _ in theirs if name}
    if asked and {name for name, _ in mine if name} - asked:
        return undecided("parts under other names", "parts")
    if len({name for name, _ in mine if name}) > 1:
        return _in_order([value for _, value in mine], [value for _, value in theirs], grade)
    if len(wanted.items) > _MAX_FREE:
        return _in_order(got.items, wanted.items, grade)
    return _in_any_order([value for _, value in mine], [value for _, value in theirs], grade)


def _roots(mine: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> bool:
    """Whether the gold is "x_1 = 2, x_2 = 3", and the answer "x = 2 or x = 3"."""
    indexed = [_INDEXED.fullmatch(name) for name, _ in theirs]
    bases = {name[1] for name in indexed if name}
    return all(indexed) and len(bases) == 1 and {name for name, _ in mine} <= bases | {""} and any(n for n, _ in mine)


def _by_axis(items: tuple[str, ...]) -> tuple[str, ...]:
    """The values of "y = 2, x = 5" as coordinates: (5, 2)."""
    pairs = [named(item) for item in items]
    if sorted(name for name, _ in pairs) != ["x", "y", "z"][: len(pairs)]:
        return items
    return tuple(value for _, value in sorted(pairs))


def _by_kind(items: tuple[str, ...], kinds: list[tuple[str, str]], grade: PartGrader) -> Verdict | None:
    """ "cats: 3, dogs: 2" for "3 cats and 2 dogs"; numbers without a word count in order. None for what names its kinds."""
    said = [pair for item in items if (pair := named(item) if named(item)[0] else labelled(item))]
    if any(read_unit(kind) for kind, _ in kinds):
        if not said or any(counted(value) for _, value in said):
            return None
        short = len(said) == len(items) and all(len(name) == 1 for name, _ in said)
        values = [value for _, value in said], [value for _, value in kinds]
        return _in_order(*values, grade) if short else undecided("parts under other names", "parts")
    if len(said) == len(items):
        have = {kind: value for name, value in said for kind, _ in kinds if _same_kind(name, kind)}
        if [name[:1].casefold() for name, _ in said] == [kind[:1].casefold() for kind, _ in kinds]:
            have = have or {kind: value for (_, value), (kind, _) in zip(said, kinds, strict=True)}
        if len(have) != len(kinds) or any(_of_another(value, kind) for kind, value in have.items()):
            return undecided("parts under other names", "parts")
        return _all([grade(have[kind], value) for kind, value in kinds])
    if said:
        return undecided("parts under other names", "parts")
    numbers = [read_tidy(item) for item in items]
    if not all(number and not number.noun for number in numbers):
        return None
    return _in_order(items, [value for _, value in kinds], grade)


def _of_another(value: str, kind: str) -> bool:
    """ "$5" or "20 kg", of apples."""
    noun = (counted(value) or ("", ""))[0]
    return "$" in value or bool(noun and not _same_kind(noun, kind))


def _same_kind(name: str, kind: str) -> bool:
    """ "Number of boys" and "boys", "red" and "red balls"."""
    one, two = set(words_of(name)), set(words_of(kind))
    return one <= two or two <= one


def _by_name(mine: list[tuple[str, str]], theirs: list[tuple[str, str]], grade: PartGrader) -> Verdict:
    have = dict(mine)
    if not any(have):
        others = [(value, name) for _, value in mine for name, _ in theirs if len(name) > 1]
        if any(name in value.casefold() for value, name in others) and not all(
            name in value.casefold() for (_, value), (name, _) in zip(mine, theirs, strict=True)
        ):
            return undecided("names in other places", "order")
        return _in_order([value for _, value in mine], [value for _, value in theirs], grade)
    if set(have) - {""} != {name for name, _ in theirs}:
        return wrong("parts under other names", "parts")
    verdicts = [grade(have[name], value) for name, value in theirs]
    return _all(verdicts)


def _in_order(got: list[str] | tuple[str, ...], wanted: list[str] | tuple[str, ...], grade: PartGrader) -> Verdict:
    return _all([grade(one, two) for one, two in zip(got, wanted, strict=True)])


def _in_any_order(got: list[str], wanted: list[str], grade: PartGrader) -> Verdict:
    left = list(got)
    unsure = False
    for part in wanted:
        verdicts = [grade(item, part) for item in left]
        match = next((i for i, verdict in enumerate(verdicts) if verdict.decision == "right"), None)
        if match is None:
            return (
                undecided(f"no part is {shown(part)}", "parts")
                if unsure or any(v.decision == "undecided" for v in verdicts)
                else wrong(f"no part is {shown(part)}", "parts")
            )
        left.pop(match)
    return right("the same parts", "parts")


def _all(verdicts: list[Verdict]) -> Verdict:
    if all(verdict.decision == "right" for verdict in verdicts):
        return right("the same parts", "parts")
    bad = next(verdict for verdict in verdicts if verdict.decision != "right")
    return Verdict(bad.decision, f"a part: {bad.reason}", "parts")
