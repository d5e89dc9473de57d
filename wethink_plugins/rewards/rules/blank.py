"""Fill-in-the-blank: reads the answer as the kind of thing that the gold is, and compares the two."""

from __future__ import annotations

import re
from functools import partial

from wethink_plugins.rewards.rules import moment
from wethink_plugins.rewards.rules.bounds import read_bound
from wethink_plugins.rewards.rules.bullets import in_lines, unlisted
from wethink_plugins.rewards.rules.claim import Claim, bare, claims, denied, offers_choice, sentences, without_about
from wethink_plugins.rewards.rules.formula import grade_formula
from wethink_plugins.rewards.rules.gold import Gold, read_chemical, read_gold, read_range, read_ratio, split_name
from wethink_plugins.rewards.rules.inequality import grade_region
from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.parts import named
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.quantity import grade_quantity
from wethink_plugins.rewards.rules.region import unknowns
from wethink_plugins.rewards.rules.several import grade_parts, speaks_of_others
from wethink_plugins.rewards.rules.text import same_words
from wethink_plugins.rewards.rules.truth import praises_itself, read_truth
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

_DIGITS = re.compile(r"\d[\d.,]*")
_INFINITE = {
    **dict.fromkeys(("infinity", "infinite", "positive infinity", "plus infinity", "无穷", "无穷大", "正无穷"), "∞"),
    **dict.fromkeys(("negative infinity", "minus infinity", "-infinity", "负无穷"), "-∞"),
}
# "Does not exist" is no denial of "undefined".
_NO_VALUE = frozenset(("undefined", "dne", "divergent", "diverges", "not defined", "indeterminate"))
_UNKNOWN_IN_FRONT = re.compile(r"[A-Za-z] ?(?=[<>≤≥])")
# Longer than any short answer that a gold of this set has; beyond it only the very same text is right.
MAX_ANSWER = 2000


def grade_blank(answer: str, gold: str, policy: Policy) -> Verdict:
    """Never raises; "undecided" when no rule can read one of the two."""
    if answer.strip() == gold.strip():
        return right("as written", "exact")
    if len(answer) > MAX_ANSWER + 200:
        return (
            wrong("far too long for a short answer", "size")
            if len(gold) < MAX_ANSWER
            else undecided("too long to compare", "size")
        )
    want = read_gold(gold, policy)
    text = tidy(_on_one_line(answer, want))
    if not text.strip(" .!?,;:*"):
        return wrong("nothing is said", "text")
    if text == want.text and len(gold) <= MAX_ANSWER:
        return right("as written", "exact")
    return _claimed(text, want, policy)


def _on_one_line(answer: str, want: Gold) -> str:
    """Lines are parts only where the gold has some."""
    if want.parts is None:
        return answer if "\n" in answer else unlisted(answer)
    listed = unlisted(answer)
    if listed != answer:
        return listed
    joined = in_lines(answer, len(want.parts.items))
    return joined if _named_alike(joined.split(", "), want.parts.items) else answer


def _named_alike(lines: list[str], gold: tuple[str, ...]) -> bool:
    """Where the gold names no parts, lines may have no names either, or one for all, or letters in their order."""
    if any(named(item)[0] for item in gold):
        return True
    names = [named(line)[0] for line in lines]
    letters = names == sorted(names) and all(len(name) == 1 for name in names) and "=" in lines[0]
    return len(set(names)) == 1 or letters


def _claimed(text: str, want: Gold, policy: Policy) -> Verdict:
    found = _any_claim(text, want, policy)
    if found.decision != "undecided":
        return found
    pieces = sentences(text)
    if len(pieces) < 2:
        return found
    verdicts = [_any_claim(piece, want, policy) for piece in pieces]
    if any(v.decision == "wrong" for v in verdicts) or not any(v.decision == "right" for v in verdicts):
        return found
    others = [piece for piece, verdict in zip(pieces, verdicts, strict=True) if verdict.decision != "right"]
    if any(_competes(piece, want) for piece in others):
        return undecided("another sentence says something else", "text")
    return next(v for v in verdicts if v.decision == "right")


def _competes(piece: str, want: Gold) -> bool:
    """Another sentence may only repeat the gold; one that says something new might be a second answer."""
    if denied(piece) or offers_choice(piece) or set(_DIGITS.findall(piece)) - set(_DIGITS.findall(want.text)):
        return True
    return want.text.casefold() not in piece.casefold()


def _any_claim(text: str, want: Gold, policy: Policy) -> Verdict:
    first: Verdict | None = None
    if want.truth is not None and praises_itself(text):
        return undecided("says only that the answer is right", "yes/no")
    for claim in claims(text):
        verdict = grade_claim(claim, want, policy)
        if verdict.decision == "right":
            return verdict
        if first is None:
            first = verdict
            if verdict.decision == "wrong" and verdict.grader != "parts":
                return verdict
    return first or undecided("nothing to read", "text")


def grade_claim(claim: Claim, want: Gold, policy: Policy) -> Verdict:
    """One claim against the gold; the order of the graders is the order of certainty."""
    text = claim.text
    if text == want.text or (want.text in ("∞", "-∞") and _INFINITE.get(text.casefold()) == want.text):
        return right("as written", "exact")
    if len(text) == 4 and text.casefold() == "none" and want.number is not None and want.number.value == 0:
        return right("none is zero", "number")
    for grader in (_reaction, _truth, _moment, _bound, _range, _ratio, _chemical):
        verdict = grader(text, want, policy)
        if verdict is not None:
            return verdict
    if want.number is not None:
        return grade_quantity(text, want, policy)
    if want.region is not None:
        subject = claim.subject.strip()
        if len(subject) == 1 and subject not in (unknowns(want.text) or subject):
            return undecided(f"about {subject}", "region")
        verdict = grade_region(text, want)
        if verdict is not None and (verdict.decision == "right" or want.parts is None):
            return verdict
    if want.parts is not None and speaks_of_others(claim.subject, want.parts):
        return undecided(f"parts of {shown(claim.subject)}", "order")
    if want.parts is not None:
        return grade_parts(text, want, policy, partial(_part, policy=policy))
    if want.formula is not None or want.statement is not None:
        verdict = grade_formula(text, want)
        if verdict is not None:
            return verdict
    return _words(text, want, policy)


def _part(text: str, gold: str, policy: Policy) -> Verdict:
    """One part of several, as an answer of its own."""
    want = read_gold(gold, policy)
    if text.strip() == gold.strip():
        return right("as written", "exact")
    return grade_claim(Claim(without_about(bare(text))), want, policy)


def _reaction(text: str, want: Gold, policy: Policy) -> Verdict | None:
    """Reactions are written with an arrow or with "="; which side stands left matters."""
    if "→" not in text and "→" not in want.text:
        return None
    one, two = (re.sub(r"[_{} ]", "", side.replace("→", "=")) for side in (text, want.text))
    return right("same reaction", "formula") if one == two else None


def _truth(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if want.truth is None:
        return None
    said = read_truth(text)
    if said is None:
        return undecided(f"neither yes nor no in {shown(text)}", "yes/no")
    word = "yes" if said else "no"
    return right(f"says {word}", "yes/no") if said == want.truth else wrong(f"says {word}", "yes/no")


def _moment(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if want.date is not None:
        got = moment.read_date(text, policy)
        return _same(got == want.date, "date") if got else (_words(text, want, policy))
    if want.weekday is not None:
        day = moment.read_weekday(text)
        return _same(day == want.weekday, "weekday") if day is not None else _words(text, want, policy)
    if want.month is not None:
        month = moment.read_month(text)
        return _same(month == want.month, "month") if month is not None else _words(text, want, policy)
    if want.time is not None:
        return _time(text, want, policy)
    if want.amount is not None:
        got_amount = (
            moment.read_amount(text) or (moment.amount_of(text) if want.number is None else None) or _clock(text, want)
        )
        if got_amount:
            return _same(got_amount == want.amount, "amount")
        return None if want.number is not None else _words(text, want, policy)
    return None


def _clock(text: str, want: Gold) -> moment.Amount | None:
    is_time = want.amount is not None and want.amount.dimension == (("time", 1),)
    return moment.clock_amount(text) if is_time and text.count(":") == 2 else None


def _time(text: str, want: Gold, policy: Policy) -> Verdict:
    got = moment.read_time(text)
    if got and want.time:
        return _same(moment.same_time(got, want.time), "time")
    if want.ratio and (ratio := read_ratio(text)):
        return _same(ratio == want.ratio, "ratio")
    amount = moment.read_amount(text)
    if amount and want.amount:
        return _same(amount == want.amount, "time")
    return _words(text, want, policy)


def _same(equal: bool, kind: str) -> Verdict:
    return right(f"same {kind}", kind) if equal else wrong(f"another {kind}", kind)


def _bound(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if want.bound is None and want.number is None:
        return None
    got = read_bound(_UNKNOWN_IN_FRONT.sub("", text, count=1) if want.bound else text)
    if want.bound is None:
        return wrong("a bound, not a number", "bound") if got and _is_number(got[1]) else None
    if got is None:
        return wrong("the gold is a bound", "bound") if _is_number(text) else _words(text, want, policy)
    if got[0] != want.bound[0]:
        return wrong("another bound", "bound")
    return grade_quantity(got[1], read_gold(want.bound[1], policy), policy)


def _is_number(text: str) -> bool:
    return read_tidy(text) is not None


def _range(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if want.range is None:
        got = read_range(text) if want.number is not None else None
        return wrong("a range, not a number", "range") if got else None
    got = read_range(text) or _pair(text)
    if got is None:
        return wrong("one number for a range", "range") if _is_number(text) else _words(text, want, policy)
    ends = zip(got, want.range, strict=True)
    verdicts = [grade_quantity(one, read_gold(two, policy), policy) for one, two in ends]
    return _same(all(v.decision == "right" for v in verdicts), "range")


def _pair(text: str) -> tuple[str, str] | None:
    """ "[2007, 2008]" and "2007 and 2008" for the range 2007-2008."""
    items = re.split(r", ?| and ", text.strip("[]"))
    return (items[0], items[1]) if len(items) == 2 and all(map(_is_number, items)) else None


def _ratio(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if want.ratio is None or want.time is not None:
        return None
    _, value = split_name(text)
    got = read_ratio(value)
    if got is not None:
        return _same(_same_ratio(got, want.ratio), "ratio")
    number = read_tidy(value)
    if number is not None and len(want.ratio) == 2:
        share = read_tidy(f"{want.ratio[0]}/{want.ratio[1]}")
        return _same(share is not None and share.value == number.value, "ratio")
    return _words(text, want, policy)


def _same_ratio(got: tuple[str, ...], want: tuple[str, ...]) -> bool:
    numbers = [[n.value for n in map(read_tidy, side) if n] for side in (got, want)]
    one, two = numbers
    return (
        len(one) == len(two) == len(want)
        and all(a * two[0] == b * one[0] for a, b in zip(one, two, strict=True))
        and bool(one[0] or two[0])
    )


def _chemical(text: str, want: Gold, policy: Policy) -> Verdict | None:
    if not want.chemical:
        return None
    got = read_chemical(text)
    return _same(got == want.chemical, "formula") if got else _words(text, want, policy)


def _words(text: str, want: Gold, policy: Policy) -> Verdict:
    if same_words(text, want.text, policy):
        return right("same words", "text")
    if want.text.casefold() in _NO_VALUE or want.region is not None:
        return undecided(f"{shown(text)} is not {shown(want.text)}", "text")
    if offers_choice(text) and not offers_choice(want.text):
        return wrong("offers a choice of answers", "text")
    if denied(text) and not denied(want.text):
        return wrong("denies or doubts", "text")
    return undecided(f"{shown(text)} is not {shown(want.text)}", "text")
