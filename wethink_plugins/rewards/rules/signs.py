"""Signs in short text: which hyphen is a minus and which joins words, charges, primes, bars, and the edges of intervals."""

from __future__ import annotations

import re

# "B'" and "f'(0)" are other things than B and f(0); "the boys' room" is the boys room.
_PRIME = re.compile(r"(?<=[A-Z])'(?!\w)|(?<=\b[a-z])'(?!\w)|(?<=')'(?!\w)")
_QUOTED = re.compile(r"(?<!\w)'([^']{1,200})'(?!\w)")
# "Cl-" is no "Cl". "x- axis" is badly set.
_CHARGE = re.compile(r"(?<=\w)(?:\^ ?\{?-\}?|-)(?=$|[ ,;)}])(?! [^\W\d_]{4})")
# "Na^{+}" is Na+.
_ION = re.compile(r"(?<=[a-z\d)}])\^ ?\{? ?(\d?[+-]) ?\}?(?=$|[\s,;.)])")
# "x = -4" is no "x = 4": a hyphen in front of something is a sign, and so is one beside a bracket or, with spaces, beside a
# lone letter: "f(x) - g(x)". Any other joins words.
_FUNCTIONS = r"(?:sin|cos|tan|cot|sec|csc|log|exp|sqrt|arc\w{3}|ln)(?![a-z]{2})"
_SIGN = re.compile(
    rf"^-(?=[^\s-])|^- (?=[\d\\√π.$(])|(?<=[(\[{{^=,:;<>≤≥≠≈+*/|_$])-(?=[^\s-])|(?<=\s)-(?=[^\w\s-]|[\dπ]|[^\W\d_]{{1,2}}\b|{_FUNCTIONS})"
)
_MINUS = re.compile(
    r"(?<=[)\]}]) ?- ?(?=\S)|(?<=\S) ?- ?(?=[(\\√])|(?:(?<=\b[^\W\d_])|(?<=\d[a-z])) - (?=\S)|(?<=\S) - (?=\d?[^\W\d_]\b)"
)
# In what is no formula, "A - 2" is a label.
_OPERATION = re.compile(rf"[=+*/^<>≤≥≠(){{}}\\√π∞|]|\b{_FUNCTIONS}")
# "x -axis", "T - shirt", "Plan B - Express", "iron(III)-oxide", "the x - y plane".
_HYPHEN = re.compile(
    rf"(?:(?<=\b[^\W\d_])|(?<=[)\]])) ?- ?(?=(?!{_FUNCTIONS})[^\W\d_]{{3}}|[a-z] [a-z]{{3}})|(?<=\))-(?=\d+-[a-z])"
)
# "[0, 3)" is no "(0, 3)".
_EDGE = r"((?:[^\[\](),\"'a-z.]|\.(?=\d)|\b[a-z]\b){1,20})"
_EDGES = re.compile(rf"([\[(]){_EDGE}, ?{_EDGE}([\])])")
# "|x|" is no "x", "P(A|B)" no "P(A, B)".
_GIVEN = re.compile(r"(?<=\([a-z]) \| (?=[a-z]\))")
_BAR = re.compile(r"(?<=[^\s|])(?<![^\W\d_]{3})\|(?!\||[^\W\d_]{3})|(?<!\|)(?<![^\W\d_]{3})\|(?=[^\s|])(?![^\W\d_]{3})")
# "(n - 1)!"
_SPACED_SIGN = re.compile(r" ?([-+]) ?(?=\d\)!)")


def primes(text: str) -> str:
    """Before the case is lost: B′ is no "boys'"."""
    return _PRIME.sub("′", _QUOTED.sub(r" \1 ", text)) if "'" in text else text


def signs_apart(text: str) -> str:
    """What is a sign in small letters' text, as a character that no word has: − minus, ⁻ charge, ∣ bar, ⊏ ⊐ closed edges.

    Hyphens that join words become spaces.
    """
    if "^" in text:
        text = _ION.sub(r"\1", text)
    if "-" in text:
        text = _CHARGE.sub(" ⁻ ", text)
    if "!" in text:
        text = _SPACED_SIGN.sub(r"\1", text)
    if "-" in text:
        text = _SIGN.sub(" − ", _HYPHEN.sub(" ", text))
        text = (_MINUS.sub(" − ", text) if _OPERATION.search(text) else text).replace("-", " ")
    if "," in text:
        text = _EDGES.sub(_with_edges, text)
    if "|" in text:
        text = _BAR.sub(" ∣ ", _GIVEN.sub("|", text))
    return text


def _with_edges(pair: re.Match[str]) -> str:
    opening, low, high, closing = pair.groups()
    if low.isdigit() and re.match(r"\d{3}(?!\d)", high):
        return pair[0]  # "(1,200 km)"
    return f"{'⊏' if opening == '[' else ''} {low} , {high} {'⊐' if closing == ']' else ''}"
