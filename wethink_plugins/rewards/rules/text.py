"""Short text: the same words, whatever the case, article, spelling variant or closing punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.words import SMALL, ordinal_value

# Combining strokes are words of their own here: struck-out text is not the text.
_WORD = re.compile(
    r"[\u0334-\u0338\u20d2-\u20e6]|\d+(?:[.:,/]\d+)+|[^\W_]+(?:'[^\W_]+)?|%|°|[+#±*/^!-](?=\S)|(?<=[\w+])[+#]|[<>=≠≤≥≈≅∥⊥→~](?!$)"
)
_ARTICLES = frozenset(("a", "an", "the"))
_PLACES = frozenset(("in", "at", "on"))
# Colour words may be followed by "color"; it says nothing more.
_EMPTY = frozenset(("color", "colored"))
_SPELLING = dict(
    pair.split(":")
    for pair in str.split(
        "grey:gray colour:color colours:color coloured:colored favourite:favorite centre:center "
        "theatre:theater metre:meter litre:liter tyre:tire aeroplane:airplane "
        "plane:airplane moustache:mustache jewellery:jewelry aluminium:aluminum plough:plow programme:program "
        "catalogue:catalog cheque:check defence:defense licence:license "
        "pyjamas:pajamas doughnut:donut mould:mold neighbour:neighbor harbour:harbor flavour:flavor honour:honor "
        "labour:labor behaviour:behavior armour:armor odour:odor "
        "rumour:rumor vapour:vapor humour:humor kerb:curb storey:story axe:ax sulphur:sulfur travelling:traveling "
        "traveller:traveler fibre:fiber sceptre:scepter "
        "television:tv bicycle:bike telephone:phone refrigerator:fridge photograph:photo automobile:car "
        "organisation:organization analyse:analyze isn't:not aren't:not "
        "usa:us u.s.a:us u.s:us uk:uk saint:st street:st mister:mr okay:ok yoghurt:yogurt racquet:racket mt:mount dr:doctor buses:bus gases:gas viruses:virus whisky:whiskey men:man "
        "women:woman children:child feet:foot teeth:tooth geese:goose "
        "mice:mouse people:person leaves:leaf knives:knife wolves:wolf shelves:shelf loaves:loaf lives:life "
        "wives:wife halves:half"
    )
)
_PHRASES = (
    ("united states of america", "us"),
    ("united states", "us"),
    ("u.s.a", "us"),
    ("u.s", "us"),
    ("united kingdom", "uk"),
    ("u.k", "uk"),
    ("new york city", "new york"),
    ("b.c", "bc"),
    ("bce", "bc"),
    (" in color", " color"),
    (" in colour", " color"),
)
# Where a symbol and a word say the same, the word stands.
_SYMBOL_WORDS = (("∠", " angle "), ("△", " triangle "))
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


@lru_cache(maxsize=16384)
def words_of(text: str, plurals: bool = True) -> tuple[str, ...]:
    """The words that count, in order: no articles, no accents, one spelling, singular when plurals are the same."""
    text = text.casefold()
    if not text.isascii():
        text = _accents_off(text)
        for symbol, word in _SYMBOL_WORDS:
            text = text.replace(symbol, word)
    elif "." in text or "@" in text:
        plurals = plurals and not _ADDRESS.search(text)
    if "&" in text:
        text = _INITIALS.sub("", text)
    if "'s" in text:
        text = _DECADE.sub("s", text)
    if "||" in text:
        text = text.replace("||", "∥")
    if any(mark in text for mark in ("x", "*", "by")):
        text = _BY.sub(" x ", text)
    for phrase, short in _PHRASES:
        if phrase in text:
            text = text.replace(phrase, short)
    words = [
        word
        for word in _WORD.findall(text.replace("-", " ") if not text.startswith("-") else text)
        if word not in _ARTICLES
    ]
    words = [_one_spelling(word.removesuffix("'s"), plurals) for word in words]
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


def _accents_off(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(
        c
        for i, c in enumerate(parts)
        if not (unicodedata.combining(c) in (230, 202) and i and "a" <= parts[i - 1] <= "z")
    )
    return unicodedata.normalize("NFC", kept)


def _one_spelling(word: str, plurals: bool) -> str:
    word = _SPELLING.get(word, word)
    place = ordinal_value(word) if word.endswith(("st", "nd", "rd", "th", "second")) else None
    if place is not None:
        return f"#{place}"
    if word in SMALL:
        return str(SMALL[word])
    return _SPELLING.get(single := _singular(word), single) if plurals and word.isascii() else word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.isalpha() or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def same_words(answer: str, gold: str, policy: Policy) -> bool:
    """The same words in the same order; also written together or apart ("ice-cream", "T shirt")."""
    if not _says_the_words(answer, gold, policy.plurals == "same"):
        return False
    return not _CODE.search(answer) or bool(_CODE.search(gold))


def _says_the_words(answer: str, gold: str, plurals: bool) -> bool:
    got, want = words_of(answer, plurals), words_of(gold, plurals)
    if _alike(got, want):
        return True
    aside = _ASIDE.search(answer) if answer.endswith(")") else None
    if aside and aside.start() and not re.search(r"\b(?:or|not|and|maybe)\b|\d", aside[1]):
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
    if _letters_only(got) and _letters_only(want):
        return "".join(got) == "".join(want)
    return _runs(got) == _runs(want) != []


def _runs(words: tuple[str, ...]) -> list[str]:
    """Letters and digits apart, so that "ABC1234" is "ABC-1234"; empty where there are other signs."""
    joined = " ".join(words)
    if not joined.replace(" ", "").isalnum() or joined.replace(" ", "").isdigit():
        return []
    return _RUN.findall(joined)


def _letters_only(words: tuple[str, ...]) -> bool:
    return all(word.isalpha() for word in words) and any(len(word) > 1 for word in words)


def _chinese_alike(got: str, want: str) -> bool:
    """红 and 红色; 北京 and 北京市."""
    if got.isascii() or want.isascii():
        return False
    return any(
        got.removesuffix(end) == want.removesuffix(end) and len(got.removesuffix(end)) > 0
        for end in ("色", "市", "的", "个")
    )
