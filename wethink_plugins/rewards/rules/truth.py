"""Yes and no, true and false, in English and Chinese."""

from __future__ import annotations

import re

_YES = frozenset(str.split("yes yeah yep yup true correct affirmative y t 是 是的 对 对的 正确 可以 有 会 能 √ ✓ ✔ 真"))
_NO = frozenset(
    str.split("no nope nah false incorrect negative n f 否 不 不是 不对 错 错误 没有 不可以 不会 不能 × ✗ ✘ 假 不正确")
)
_GOLD_YES = _YES - {"y", "t", "有", "会", "能", "可以", "affirmative"}
_GOLD_NO = _NO - {"n", "f", "没有", "不会", "不能", "不可以", "negative", "不"}
_FIRST = re.compile(r"([A-Za-z]+|[\u4e00-\u9fff]{1,3}|[√✓✔✗✘])(?:[,.!;: -]+|$)(.*)", re.DOTALL)
# "No. 5" is a number, and "no idea" says that there is no answer.
_NO_SUCH = re.compile(
    r"no(?:\.? ?\d| (?:idea|clue|answer|opinion|comment|guess|(?:specific |further |clear )?(?:information|data|details|evidence)|"
    r"decision|conclusion|determination|verdict|judg(?:e?ment)|wonder|(?:more|less|fewer|later|earlier) than|"
    r"(?:definite|definitive|specific|clear|single|sure) (?:answer|conclusion)|one (?:knows|can|could))\b)",
    re.IGNORECASE,
)
# What is missing is no answer: "No image is provided", "there is no way to tell".
_ABSENT = re.compile(
    r"(?:doubt|question|matter)\b|way (?:to|of) |(?:image|context)\W*$|(?:(?:image|picture|photo)s? (?:is |was |are |has been )?"
    r"shown|(?:image|picture|photo|context|information|data|text)s? (?:is |was |are |has been )?"
    r"(?:provided|given|attached|available))\b",
    re.IGNORECASE,
)
# "Yes, it is not." and "No, it is." say both.
_REPEATED = re.compile(
    r"(?:it|he|she|they|there|this|that|we|i|you) (?:is|are|was|were|does|do|did|has|have|can|will|would|should)(?P<denied> not|n't)?",
    re.IGNORECASE,
)
_CONTRADICTED = {
    True: re.compile(
        r"(?:absolutely|definitely|certainly|of course|actually) not|(?:it|they|he|she|there|this|that) (?:cannot|can't|isn't|aren't|"
        r"doesn't|don't|didn't|wasn't|won't)|(?:it|this|that|(?:the |this )?(?:answer|statement|claim))(?:'s| is) (?:no|false|wrong|incorrect|not (?:true|correct))|不是?的?|错的?|否|没有?|不会|不能|不可以",
        re.IGNORECASE,
    ),
    False: re.compile(
        r"(?:absolutely|definitely|certainly|of course) (?:yes|so)|(?:it|this|that)(?:'s| is) (?:true|correct|right)|"
        r"(?:the |this )?(?:answer|statement|claim) is (?:yes|true|correct|right)|是的?|对的?",
        re.IGNORECASE,
    ),
}
_GOLD_REPEATED = re.compile(r"(?:yes|no), (.{1,20})")
# "Yes, if it rains."
_CONDITION = re.compile(
    r"[,;]? ?(?:(?:but )?(?:only )?(?:if (?!(?:you|we|one) )|unless\b|assuming\b|provided that|supposing\b)|only (?:when|if)\b)",
    re.IGNORECASE,
)
_SAYS_AGAIN = re.compile(r"\((?:yes|no)\)|\b(?:mean|practice) (?:yes|no)\b", re.IGNORECASE)
_SECOND = re.compile(
    r"(?:^|\b(?:and|or|but|then|maybe|also|wait)\b|[/,;.] ?)\s*(?:also |maybe |actually |rather |possibly |perhaps |probably |wait,? )?(?:yes|no|"
    r"true|false|是|否)(?=$|[\s,.!;/])(?! (?!is\b|was\b)[a-z]+s? )",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?:[^,;.]{0,100}? (?:is|'s|are|was) |[^,;.]{0,60}'s |it's |that's )?(?P<nots>(?:not |definitely |indeed |"
    r"clearly |actually ){0,2})(?P<word>yes|no|true|false|correct|incorrect|wrong|right)",
    re.IGNORECASE,
)
_THERE = re.compile(r"there (?:is|are|was|were) (?P<no>no|not any)\b.{1,100}", re.IGNORECASE)


_PRAISE = frozenset(("correct", "right"))
_PRAISED = frozenset(("answer", "option", "response", "solution", "choice"))
_SMALL_WORDS = frozenset(("the", "this", "that", "my", "is", "final", "given", "a", "it", "here", "above"))


def praises_itself(text: str) -> bool:
    """ "The answer is correct" is aimed at whoever grades, and says neither yes nor no."""
    words = set(re.findall(r"[a-z]+", text.casefold())) if len(text) < 100 else set()
    return words <= _PRAISE | _PRAISED | _SMALL_WORDS and bool(words & _PRAISE and words & _PRAISED)


def gold_truth(text: str) -> bool | None:
    folded = text.casefold().strip(" .!")
    repeated = _GOLD_REPEATED.fullmatch(folded)
    if repeated and _REPEATED.fullmatch(repeated[1]):
        return read_truth(text)
    return True if folded in _GOLD_YES else False if folded in _GOLD_NO else None


def read_truth(text: str) -> bool | None:
    """True for yes, False for no; None when the text says neither, or both."""
    text = text.strip().rstrip(".!")
    if _NO_SUCH.match(text):
        return None
    folded = text.casefold()
    if folded in _YES or folded in _NO:
        return folded in _YES
    first = _FIRST.match(text)
    if first and first[1].casefold() in (_YES | _NO) - {"y", "n", "t", "f"}:
        said, rest = first[1].casefold() in _YES, first[2].strip()
        if first[1].casefold() == "no" and _ABSENT.match(rest):
            return None
        again = _REPEATED.fullmatch(rest)
        if (again and said == bool(again["denied"])) or _CONTRADICTED[said].fullmatch(rest.strip(" ,，")):
            return None
        if _CONDITION.match(text, first.end(1)):
            return None
        if " " + rest.casefold() and not _takes_back(rest):
            return said
        return None
    absent = _THERE.fullmatch(text)
    if absent:
        return None if _ABSENT.match(text, absent.end("no") + 1) else False
    said_by_clause = {_clause(part.strip()) for part in re.split(r",|;| and ", text)} if len(text) < 300 else {None}
    return said_by_clause.pop() if len(said_by_clause) == 1 else None


def _takes_back(rest: str) -> bool:
    """ "Yes and no", "yes or no", "no, yes": both were said."""
    return (
        bool(_SAYS_AGAIN.search(rest))
        or bool(re.match(r"(?:and|or|but|/|is (?:wrong|false|incorrect|not))\b", rest, re.IGNORECASE))
        or bool(_SECOND.search(rest))
    )


def _clause(text: str) -> bool | None:
    match = _SAYS.fullmatch(text)
    if match is None or re.search(
        r"\b(?:not|never|or|if|whether|false|wrong|doubt|far|hardly|anything)\b|n't",
        match[0][: match.start("nots")],
        re.IGNORECASE,
    ):
        return None
    said = match["word"].casefold() in ("yes", "true", "correct", "right")
    denied = match["nots"].casefold().count("not ") % 2 == 1
    if denied and match["word"].casefold() in ("yes", "no"):
        return None
    return said != denied
