"""What an answer claims once the words around it are off: "The car is red." claims "red"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEAD = re.compile(
    r"(?:(?:(?:ok|okay|well|now|and)(?=[,:])|so(?! ?[_^]|\d)|thus|therefore|hence|in conclusion|finally|overall|clearly|i think|i believe|i "
    r"guess|i would say|i'd say|i'm sure|it seems|it appears|"
    r"it looks like|looks like|probably|likely|most likely|presumably|maybe|perhaps|possibly|certainly|definitely|absolutely|surely|undoubtedly|(?:without|beyond) (?:a |any )?doubt|no doubt|所以|"
    r"因此|那么)(?![A-Za-z])(?:,|:|，)? ?(?:that )?)"
    r"(?=\S)",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:(?:the|my|our|your) )?(?:(?:final|correct|right|best|estimated|approximate|total|exact|numerical) ){0,"
    r"3}(?:answer|ans|result|solution|output|value|(?<=correct )(?:option|choice)(?=:))"
    r"(?: (?:to|for|of) (?!avoid)[^:=]{1,60}?)?(?: ?(?:is|are|equals|=|:|-|would be|should be|must be|will be)(?![A-Za-z]) "
    r"?:?|(?= [\d$\\(\[{+.-]))(?: (?:that|simply|just|therefore|thus|clearly|as follows:?))? ?",
    re.IGNORECASE,
)
_ANSWER_CHINESE = re.compile(
    r"(?:故(?=选)|【答案】|(?:最终|正确|最后)?(?:的)?(?:答案|结果|答)(?:应该)?(?:是|为|:|等于)+:?|共有|一共有|"
    r"总共有|选(?:择|项)?:?|等于|共(?=\d)) ?"
)
_ABOUT = re.compile(
    r"(?:(?:in )?(?:the )?year (?=\d)|at (?=\()|(?-i:an (?=[AEFHILMNORSX]$))|(?:the )?letter (?=[\"']?[A-Za-z][\"']?$)|in (?=\d{4}$|(?-i:Q[1-4]$))|(?:the )?number (?=\d)|# ?(?=\d)|(?:about|around|approximately|"
    r"approx\.?|roughly|circa|ca\.|c\.|(?:nearly|almost|close to)(?= (?:\W?[\d.]|\\|(?:a|an|zero|one|half|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|\w+teen|\w+ty)\b))|an estimated|estimated at|exactly|precisely|equal to|equals|a total "
    r"of|in total,?|just|only) |[~≈=] ?|大约|大概|约|近|恰好|正好|在|the (?=(?:\w{1,12}[- ])?(?:first|second|third|\w{1,10}th|\d+(?:st|nd|rd|th))$))",
    re.IGNORECASE,
)
_COPULA = re.compile(
    r"(?:(?<=\s)(?:is|are|was|were|be|equals|reads|shows|says|gives|has|have|contains|costs|weighs|measures|became|becomes|"
    r"called|named|means) (?:(?:located|situated|found) (?=(?:in|at|on) ))?|'s |(?<!\d): ?|: |(?:(?<=∠\d)|(?<=[^\W\d_]\d)|(?<=Figure \d)|(?<=Item \d)|(?<=Row \d)|(?<=Part \d)|(?<=No\. \d)): ?|\bI (?:see|count|choose|pick|get) "
    r"|\b(?:I|we|you) (?:can )?(?:see|count|get|have|find) )(?=\S)",
    re.IGNORECASE,
)
# "It might be 5" claims nothing; "it should be 5" does.
_DOUBTED = re.compile(r"\b(?:might|could|(?-i:may))(?: have| well| also| possibly)*\s*$", re.IGNORECASE)
_COPULA_CHINESE = re.compile(r"(?:(?<!大于)(?<!小于)等于|是|为|有|叫|写着|显示)(?!不|没)")
_TRAILING = re.compile(
    r"(?:,? (?:is|are) (?:the )?(?:(?:final|correct|right|best) )?(?:answer|result|solution|value|one|correct|"
    r"right)(?: answer| one| choice)?|(?:是|为)(?:正确)?答案|(?<=[A-Z])(?:选?项)?(?:都|均)?是?正确的?)$",
    re.IGNORECASE,
)
_REASON = re.compile(
    r",? ?(?:\(?because|\bsince|\bas it|\bas the|\bas they|, as |, which |\bdue to|，?因为|,?因为)|"
    r"[.,;]? (?:explanation|reason|reasoning|justification|note): ",
    re.IGNORECASE,
)
# In front of a conclusion stands what it was drawn from.
_CONCLUSION = re.compile(r"[,;.] (?:so|therefore|thus|hence)(?: that)?,? (?=\S)|, ?所以|, ?因此", re.IGNORECASE)
# "B, not A", but not "B is not correct".
_CONTRAST = re.compile(
    r"(?<! is)(?<! are)(?<! was)(?<! were)(?<! do)(?<! does)(?<! can)(?<! could)(?<! has) (?:not|rather than|instead of|unlike) ([^,]{1,60})$",
    re.IGNORECASE,
)
_YEAR_OF = re.compile(r"(?P<event>[A-Za-z ,'-]{1,60}) in (?P<year>\d{4})")
_NEGATION = re.compile(
    r"\b(?:not|no(?!\. ?\d)|never|neither|nor|none|nothing|nobody|without|cannot|isn't|aren't|wasn't|weren't|doesn't|don't|"
    r"didn't|can't|won't|false|wrong|incorrect|unlikely|doubt\w*|"
    r"(?:more|less|fewer|greater|larger|smaller) than|at (?:least|most)|except|unless|instead|rather|opposite|non|"
    r"hardly|untrue|deny|denies|if|whether|assum\w*|suppose|lambda|return|print|def|import|unclear|unsure|unknown|"
    r"impossible|either)\b|n't\b|不|没|非|¬|无法|未|假如|如果|错误",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(
    r"\b(?:or|either|alternatively|otherwise|else|versus|vs|maybe|perhaps)\b|或|要么|还是|/ ?or", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|\d)")


# {"answer": 12} and "#### 12", as some prompts ask for.
_JSON = re.compile(r"\{ ?[\"']?(?:final_)?answer[\"']? ?: ?(.{1,400}?) ?\}|#{2,6} ?([^#].*)", re.IGNORECASE)


# Anchored at the reason: "because it is impossible to see more" is one, and "because it is wrong" takes back.
_TAKEN_BACK = re.compile(
    r"[,;]? ?(?:,? ?which|\(?because (?:it|this|that)|since (?:it|this|that)|this|that|it) (?:is|was|seems|looks) (?:clearly |obviously |definitely |also )?"
    r"(?:(?:wrong|incorrect|false|not (?:right|correct)|the (?:wrong|incorrect) (?:one|option|answer|choice))\W*$|(?:half|twice|double|triple)(?: of)? the (?:final |correct )?(?:answer|result)\b)",
    re.IGNORECASE,
)
# "A common mistake is 12", "half of the answer is 12": a number or a name is said, and another one meant. Only what no
# question can ask for: "the least likely is B" may be the answer.
_OTHER_SUBJECT = re.compile(
    r"\b(?:common mistake|wrongly|(?:first|initial) guess|to avoid|rejected|trap answer|"
    r"(?:half|twice|double|triple|square|cube|third|quarter)(?: of)? (?:the|my|this) (?:final |correct )?(?:answer|result)|"
    r"(?:answer|result) (?:plus|minus|times|squared|cubed|doubled)|(?:double|half|twice|triple) that|"
    r"^minus)\b|(?:^|\()in (?:dozens|hundreds|thousands|millions|billions)\)?\W*$|(?:答案|结果)的(?:一半|两倍|相反数|倒数|平方)|误认|误以",
    re.IGNORECASE,
)
# "n!" and "(n-1)!" are factorials, "2x!" is said with joy.
_FACTORIAL = re.compile(r"(?:[\d)]|(?<![A-Za-z])[kn])!$")


@dataclass(frozen=True)
class Claim:
    """`subject` is what stood before: its words decide whether the claim is made or denied."""

    text: str
    subject: str = ""


def bare(text: str) -> str:
    """Without lead-ins, "the answer is", quotes and closing punctuation."""
    text = _closed(text)
    if not text or (text.isascii() and " " not in text and ":" not in text):
        return text
    for _ in range(4):
        before = text
        for pattern in (_LEAD, _ANSWER, _ANSWER_CHINESE):
            match = pattern.match(text)
            if match and match.end() < len(text):
                text = text[match.end() :].strip()
        wrapped = _JSON.fullmatch(text) if text[:1] in ("{", "#") else None
        text = _closed(wrapped[1] or wrapped[2] if wrapped else text)
        if text == before:
            break
    return _TRAILING.sub("", text) or text


def _closed(text: str) -> str:
    text = _unquoted(text.strip())
    while text[-1:] in (".", ",", ";", ":") and not text.endswith(("..", "p.m.", "a.m.")):
        text = text[:-1].rstrip()
    if text.endswith("!") and not _FACTORIAL.search(text):
        text = text.rstrip("! ")
    return _unquoted(text.strip())


def _unquoted(text: str) -> str:
    """Quotes come off in pairs: 5'10" keeps its marks."""
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def without_about(text: str) -> str:
    for _ in range(2):
        match = _ABOUT.match(text)
        if not match or match.end() == len(text):
            break
        text = _unquoted(text[match.end() :].strip())
    return text.removesuffix(" or so")


def claims(text: str) -> list[Claim]:
    """What is claimed, surest first: a conclusion or what stands in front of a reason, the whole, and what stands
    behind each "is", "are", ":" … as far as nothing before denies it."""
    whole = bare(text)
    if " " not in whole and whole.isascii() and ":" not in whole:
        return [Claim(without_about(whole))]
    kept, found = _reasons_off(whole)
    if " " in kept or ":" in kept or not kept.isascii():
        found += _behind_copulas(kept)
    return found


def without_reasons(text: str) -> str:
    """What is left of a sentence without its reasons, its premises and the "not X" behind it; may be all of it."""
    whole, contrast = bare(text), _CONTRAST.search(text)
    if contrast:
        kept = _closed(text[: contrast.start()].removesuffix(" and").removesuffix(" but"))
        same = re.search(rf"(?:^|[\s,;$]){re.escape(contrast[1].strip(' .!$'))}[\s,;$]*$", kept, re.IGNORECASE)
        return text if kept.endswith("/") or same else kept
    kept, _ = _reasons_off(whole)
    _, conclusion = premise_and_conclusion(kept)
    return bare(conclusion)


def premise_and_conclusion(text: str) -> tuple[str, str]:
    """("36 cm", "B") of "36 cm, hence B"; ("", the text) where nothing is drawn from anything."""
    drawn = list(_CONCLUSION.finditer(text))
    if not drawn or _ALTERNATIVE.search(text):
        return "", text
    return _closed(text[: drawn[0].start()]), text[drawn[-1].end() :]


def taken_back(text: str) -> bool:
    """Whether what stands behind a claim says that it is none: "which is wrong"."""
    return bool(_TAKEN_BACK.match(text))


def _reasons_off(whole: str) -> tuple[str, list[Claim]]:
    """The text without its reasons, and the claims that this leaves."""
    all_of_it = Claim(without_about(whole))
    reason = _REASON.search(whole)
    if (
        reason
        and not taken_back(whole[reason.start() :])
        and reason.start()
        and not _ALTERNATIVE.search(whole, reason.end())
    ):
        kept = whole[: reason.start()]
        return kept, [Claim(without_about(bare(kept))), all_of_it]
    drawn = list(_CONCLUSION.finditer(whole))
    if drawn and not _ALTERNATIVE.search(whole):
        premise, conclusion = _closed(whole[: drawn[0].start()]), whole[drawn[-1].end() :]
        premises = [] if denied(conclusion) or of_another(conclusion) else [Claim(without_about(premise))]
        return whole, [*claims(conclusion), *premises, all_of_it]
    year = _YEAR_OF.fullmatch(whole) if whole[-4:].isdigit() else None
    if year and not denied(year["event"]):
        return whole, [all_of_it, Claim(year["year"], year["event"])]
    return whole, [all_of_it]


def _behind_copulas(text: str) -> list[Claim]:
    found = []
    for pattern in (_COPULA,) if text.isascii() else (_COPULA, _COPULA_CHINESE):
        for match in list(pattern.finditer(text))[:8]:
            subject, tail = text[: match.start()], text[match.end() :]
            if tail and not _DOUBTED.search(subject) and not denied(subject) and not of_another(subject):
                found.append(Claim(without_about(_closed(tail)), subject))
    return found


def denied(text: str) -> bool:
    """Whether the words negate, doubt or condition what follows."""
    return bool(_NEGATION.search(text))


def of_another(text: str) -> bool:
    """Whether the words are about something else than the answer: a mistake, its half, the former one."""
    return bool(_OTHER_SUBJECT.search(text))


def offers_choice(text: str) -> bool:
    return bool(_ALTERNATIVE.search(text))


def sentences(text: str) -> list[str]:
    return [piece for piece in _SENTENCE.split(text) if piece.strip()][:8]
