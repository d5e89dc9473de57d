"""Which option letters an answer names, and whether it commits to them, offers them or rejects them."""

from __future__ import annotations

import re
from dataclasses import dataclass

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONE = re.compile(
    r"[\s\"'(\[{<>*#`_•-]*(?:(?:option|choice|letter|answer|ans)[\s:.(>→-]*)?([A-Za-z])(?:项|选项)?[\s\"')\]}>*.,:;!`/✓✔√\\_-]*",
    re.IGNORECASE,
)
_LED = re.compile(
    r"[\"'(\[{<*`]{0,2}(?:(?:option|choice|answer) )?(?:([A-Z])(?: ?[)\]}>.:,]{1,3}|\*\*[.:)]?| ?[-–—=]{1,2}(?= ))|"
    r"\(([A-Za-z])\)|([a-z])\)|([a-z])\.(?= ))(?![A-Za-z]) ?:?(.*)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?:\b(?:option|choice|letter|answer|alternative)s? (?:is |are )?(?:: ?)?|(?:\b(?:it|that|answer)'s ?|\b(?:is|"
    r"choose|pick|select|chose|be|go with|going with|say)|选项?|答案是?|为|是|选择):? ?(?:either )?)[\"'(\[*]{0,"
    r"2}([A-Za-z])[\"')\]*]{0,2}(?![A-Za-z'’])",
    re.IGNORECASE,
)
_BEFORE_IS = re.compile(
    r"(?<![\w'’-])[(\[*]{0,2}([A-Z])[)\]*]{0,2} (?:is|seems|looks|appears|would be|must be|should be|was) "
)
_ANY = re.compile(r"(?<![\w'’-])([A-Z])(?![\w'’]|-[a-z])")
_ARTICLE_NEXT = re.compile(
    r" (?!is\b|was\b|and\b|or\b|because\b|since\b|as\b|not\b|but\b|seems\b|looks\b|appears\b|would\b|must\b|should\b|"
    r"isn't\b|are\b|rather\b|instead\b|nor\b|also\b|if\b|in\b|than\b|to\b|for\b|at\b|on\b|with\b|so\b|then\b|first\b|"
    r"too\b|here\b|can\b|cannot\b)[a-z]"
)
_NOT_BEFORE = re.compile(
    r"(?:\bnot|\bcannot|n't|\bnever|\brather than|\binstead of|\bexcept|\bno longer|\beliminat\w+|\brule out|\brules out|"
    r"\breject\w*|\bneither|\bnor|\bthan|(?<!\bno )(?<!\bwithout )(?<!\bwithout a )(?<!\bbeyond )(?<!n't )\bdoubt|"
    r"\bnobody|\brefuse|\bdistractor|\bcommon mistake|"
    r"(?:(?:别|勿|不(?:应该?|该|会|可能|能|可|要)?会?)选择?|不(?:可能|会|应该?)?会?是|不(?:认为|觉得)是|误选|误以为是|(?:没有?|未|若|如果)选择?|不是选)(?:正确)?(?:答案|选项)?|"
    r"\bunlike|\bwrong:?)(?: the| option| choice|"
    r" answer| be| to be| is| either| letter| choose| pick| would| to| it's| it is| that| think| believe)*[ ,(*\"'\[]*$",
    re.IGNORECASE,
)
_NOT_BEHIND = re.compile(
    r"[)\]*\"'. ]*(?: option| choice| answer)? ?(?:(?:is|are|was|does|do|can|would|could|seems|looks)(?: (?:clearly|"
    r"definitely|also|obviously|certainly))? ?(?:not\b|n't|(?:to be )?(?:incorrect|wrong|false|impossible)|"
    r"(?:an? |the )(?:incorrect|wrong|false) (?:one|answer|option|choice)\b|excluded|"
    r"ruled out|eliminated|far from)|appears (?:to be )?(?:incorrect|wrong|false)|(?:is|was) (?:a|the) distractor|would be (?:a mistake|wrong)|"
    r"isn't|doesn't|can't|cannot|不对|错|不正确|不是)",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"[\s(\[\"'*]*([A-Z])[\s)\]\"'*.]*(?:(?:,|;|/|&|、|\+|\band\b|\bas well as\b|和|以及|与)[\s(\[\"'*]*(?:and |& "
    r")?[\s(\[\"'*]*([A-Z])[\s)\]\"'*.]*)+",
    re.IGNORECASE,
)


# "(A)(C)", "[A] [C]".
_BRACKETED = re.compile(r"(?:[(\[][A-Z][)\]] ?){2,26}")


@dataclass(frozen=True)
class Mentions:
    """Letters that the answer takes (`chosen`), merely names (`loose`), or says no to (`rejected`)."""

    chosen: frozenset[str]
    loose: frozenset[str]
    rejected: frozenset[str]


def lone_letter(text: str) -> str | None:
    """The letter when nothing else is said: "B", "(b)", "Option B.", "**B**"."""
    match = _LONE.fullmatch(text) if len(text) <= 40 else None
    return match[1].upper() if match and match[1].isascii() else None


def led_by_letter(text: str) -> tuple[str, str] | None:
    """("B", "42") for "B) 42", "B. 42", "(b) 42", "B: 42", "B - 42"."""
    match = _LED.fullmatch(text)
    if match is None:
        return None
    letter = match[1] or match[2] or match[3] or match[4]
    return letter.upper(), match[5].strip()


def closed_by_letter(text: str) -> tuple[str, str] | None:
    """("B", "blue") for "blue (B)"."""
    match = re.fullmatch(r"(.{1,400}?),? \(([A-Z])\)", text)
    return (match[2], match[1]) if match else None


def letter_list(text: str, count: int) -> frozenset[str] | None:
    """The letters of "A, C", "A and C", "(A)(C)" or "AC", when the text is nothing but a list of at least two."""
    plain = text.strip(" .()[]{}\"'")
    if _BRACKETED.fullmatch(text):
        plain = re.sub(r"[^A-Z]", "", text)
    if (
        len(plain) <= 26
        and plain.isalpha()
        and plain.isascii()
        and plain.isupper()
        and len(plain) > 1
        and len(set(plain)) == len(plain)
    ):
        return frozenset(plain) if all(LETTERS.index(c) < count for c in plain) else None
    text = text.strip(" .[]{}\"'")
    if len(text) > 200 or not _JOIN.fullmatch(text):
        return None
    found = [c.upper() for c in re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", text)]
    return frozenset(found) if all(LETTERS.index(c) < count for c in found) else None


def mentions(text: str, count: int) -> Mentions:
    """Over the whole answer. The article A and the pronoun I are no mention unless something marks them as a letter."""
    chosen, loose, rejected = set(), set(), set()
    marked = {match.start(1): match[1].upper() for pattern in (_NAMED, _BEFORE_IS) for match in pattern.finditer(text)}
    marked = {at: letter for at, letter in marked.items() if not (letter in "AI" and _ARTICLE_NEXT.match(text, at + 1))}
    for at in {match.start(1) for match in _ANY.finditer(text)} | set(marked):
        letter = text[at].upper()
        if letter not in LETTERS or LETTERS.index(letter) >= count:
            continue
        if _NOT_BEFORE.search(text[max(0, at - 40) : at]) or _NOT_BEHIND.match(text, at + 1):
            rejected.add(letter)
        elif at in marked:
            chosen.add(letter)
        elif not (letter in "AI" and (_ARTICLE_NEXT.match(text, at + 1) or letter == "I")):
            loose.add(letter)
    return Mentions(frozenset(chosen), frozenset(loose - chosen), frozenset(rejected))
