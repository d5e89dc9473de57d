"""Short text: the same words and signs, whatever the case, article, spelling variant or closing punctuation."""

from __future__ import annotations

import re
from functools import lru_cache

from wethink_plugins.rewards.rules.capitals import other_case
from wethink_plugins.rewards.rules.claim import denied
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.signs import primes, signs_apart
from wethink_plugins.rewards.rules.spelling import accents_off, one_spelling, shortened

# Combining marks are words of their own here: struck-out text is not the text, and x̄ is not x. So are the signs that
# change what is said (arrows, all of mathematics' operators, currencies, ♯, primes): "x ∉ A" is not "x ∈ A".
_WORD = re.compile(
    r"[\u0300-\u036f\u20d2-\u20e6]|\d+(?:[.:,/]\d+)+|[^\W_]+(?:'[^\W_]+)?|%|°|[+±*/](?=\S)|(?<=\S )[+±/](?= \S)|[#^!-](?=\S)|(?<![A-Za-z][kn])(?<=[kn])!|(?<=[kn]\))!|(?<=[kn][-+ ]\d\))!|(?<=[\w+])[+#]"
    r"|[<>=≠≤≥≈≅∥⊥→~](?!$)|[\u2190-\u220d\u220f-\u2233\u2236-\u22ff\u27c0-\u2aff‖⁻¬÷‰€£¥₩₹♭♮♯′]"
)
# Elsewhere "a" is a name: "vitamin A", "a : b". "a T-shirt" and "an X ray" are things.
_ARTICLE = re.compile(r"\b(?:the\b|(?:a|an) +(?=[\"“”*$£€#]*(?:[^\W_]{2}|\d|[^\W_](?:-| [^\W\d_]{3}))))")
# A picture in front of an answer decorates it, but where the gold has one it is what was asked for.
_PICTURE = re.compile(r"[\u2300-\u23ff\u25a0-\u25b2\u25b4-\u266c\u2670-\u27bf\U0001f000-\U0001faff]")
_PLACES = frozenset(("in", "at", "on"))
# Colour words may be followed by "color"; it says nothing more.
_EMPTY = frozenset(("color", "colored"))
_TRIANGLE = re.compile(r"[Δ∆△] ?(?=[A-Z]{3}\b)")
_PARALLEL = re.compile(r"\|\||(?<=[a-z\d]) ?//(?= ?[a-z\d])")
# Where a symbol and a word say the same, the word stands.
_SYMBOL_WORDS = (("∠", " angle "), ("△", " triangle "))
# "x - y", which is no "x y": nothing but letters and signs.
_SUM = re.compile(r"-?\d?[a-z](?: ?[-+*/·] ?\d?[a-z])+")
_TERM = re.compile(r"\d?[a-z]|[-+*/]")
# In addresses every letter counts, the last "s" as well.
_ADDRESS = re.compile(r"\w@\w|\w\.[a-z]{2,}\b|://")
_DECADE = re.compile(r"(?<=\d0)'s\b")
# "3 × 5" and "3x5" are a size, which is no product.
_BY = re.compile(r"(?<=\d) ?(?:[x*]|by) ?(?=\d)")
# Program text and search patterns are no words, though words stand in them.
_CODE = re.compile(r"[{}\\;<>=^]|(?<!\|)\|(?!\|)|\(\)|\.\*|[^\W\d]\*")
# "AT&T" is one name.
_INITIALS = re.compile(r"(?<=\w)&(?=\w)")
_TENS = frozenset(str(tens) for tens in range(20, 100, 10))
_RUN = re.compile(r"[^\W\d_]+|\d+")
_ASIDE = re.compile(r" ?\(([^()]{1,60})\)$")
_OTHER_ASIDE = re.compile(
    r"\b(?:or|and|but|maybe|actually|rather|correct\w*|formerly|previously|yes)\b|\d", re.IGNORECASE
)


@lru_cache(maxsize=16384)
def words_of(text: str, plurals: bool = True) -> tuple[str, ...]:
    """The words that count, in order: no articles, no accents, one spelling, singular when plurals are the same."""
    text = primes(_TRIANGLE.sub(" triangle ", text)).casefold()
    if not text.isascii():
        text = accents_off(text)
        for symbol, word in _SYMBOL_WORDS:
            text = text.replace(symbol, word)
    elif "." in text or "@" in text:
        plurals = plurals and not _ADDRESS.search(text)
    if "&" in text:
        text = _INITIALS.sub("", text)
    if "'s" in text:
        text = _DECADE.sub("s", text)
    if "||" in text or "//" in text:
        text = _PARALLEL.sub("∥", text)
    if any(mark in text for mark in ("x", "*", "by")):
        text = _BY.sub(" x ", text)
    text = shortened(text)
    if _SUM.fullmatch(text):
        return tuple(term for term in _TERM.findall(text) if term != "*")
    text = _ARTICLE.sub("", text)
    text = signs_apart(text)
    words = _WORD.findall(text)
    words = [one_spelling(word.removesuffix("'s"), plurals) for word in words]
    if not _TENS.isdisjoint(words):
        words = _tens_joined(words)
    return tuple(words) if words else (text.strip(" ()[]") or text.strip(),)


def _tens_joined(words: list[str]) -> list[str]:
    """ "20", "#1" of "twenty-first" become "#21"."""
    joined: list[str] = []
    for word in words:
        ones = word.removeprefix("#")
        if joined and joined[-1] in _TENS and len(ones) == 1 and ones in "123456789":
            joined[-1] = word.replace(ones, joined[-1][0] + ones)
        else:
            joined.append(word)
    return joined


def same_words(answer: str, gold: str, policy: Policy) -> bool:
    """The same words and signs in the same order; also written together or apart ("ice-cream", "T shirt")."""
    if not _says_the_words(answer, gold, policy.plurals == "same") or other_case(answer, gold):
        return False
    if _CODE.search(answer) and not _CODE.search(gold):
        return False
    pictures = _PICTURE.findall(gold)
    return not pictures or _PICTURE.findall(answer) == pictures


def _says_the_words(answer: str, gold: str, plurals: bool) -> bool:
    got, want = words_of(answer, plurals), words_of(gold, plurals)
    if _alike(got, want):
        return True
    aside = _ASIDE.search(answer) if answer.endswith(")") else None
    if aside and aside.start() and not _OTHER_ASIDE.search(aside[1]) and not denied(aside[1]):
        return _alike(words_of(answer[: aside.start()], plurals), want)
    return False


def _alike(got: tuple[str, ...], want: tuple[str, ...]) -> bool:
    if got == want:
        return True
    if not got or not want:
        return False
    if (got[0] in _PLACES and got[1:] == want) or (want[0] in _PLACES and want[1:] == got):
        return True
    trimmed = tuple(word for word in got if word not in _EMPTY)
    if trimmed and trimmed == tuple(word for word in want if word not in _EMPTY):
        return True
    if _chinese_alike("".join(got), "".join(want)):
        return True
    if letters_only(got) and letters_only(want):
        return "".join(got) == "".join(want)
    return _runs(got) == _runs(want) != []


def _runs(words: tuple[str, ...]) -> list[str]:
    """Letters and digits apart, so that "ABC1234" is "ABC-1234"; empty where there are other signs."""
    joined = " ".join(words)
    if not joined.replace(" ", "").isalnum() or joined.replace(" ", "").isdigit():
        return []
    return _RUN.findall(joined)


def letters_only(words: tuple[str, ...]) -> bool:
    """Whether they may be written together; "not able" is not "notable", nor "a b" the product ab."""
    return all(word.isalpha() for word in words) and any(len(word) > 1 for word in words) and "not" not in words


def _chinese_alike(got: str, want: str) -> bool:
    """红 and 红色; 北京 and 北京市."""
    if got.isascii() or want.isascii():
        return False
    return any(
        got.removesuffix(end) == want.removesuffix(end) and len(got.removesuffix(end)) > 0
        for end in ("色", "市", "的", "个")
    )
