"""Short text: the same words and signs, whatever the case, article, spelling variant or closing punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from wethink_plugins.rewards.rules.claim import denied
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.units import read_unit
from wethink_plugins.rewards.rules.words import SMALL, ordinal_value

# Combining marks are words of their own here: struck-out text is not the text, and x̄ is not x. So are the signs that
# change what is said (arrows, all of mathematics' operators, currencies, ♯, primes): "x ∉ A" is not "x ∈ A".
_WORD = re.compile(
    r"[\u0300-\u036f\u20d2-\u20e6]|\d+(?:[.:,/]\d+)+|[^\W_]+(?:'[^\W_]+)?|%|°|[+±*/](?=\S)|(?<=\S )[+±/](?= \S)|[#^!-](?=\S)|(?<![A-Za-z][kn])(?<=[kn])!|(?<=[kn]\))!|(?<=[kn][-+ ]\d\))!|(?<=[\w+])[+#]"
    r"|[<>=≠≤≥≈≅∥⊥→~](?!$)|[\u2190-\u220d\u220f-\u2233\u2236-\u22ff\u27c0-\u2aff‖⁻¬÷‰€£¥₩₹♭♮♯′]"
)
# Elsewhere "a" is a name: "vitamin A", "a : b". "a T-shirt" and "an X ray" are things.
_ARTICLE = re.compile(r"\b(?:the\b|(?:a|an) +(?=[\"“”*$£€#]*(?:[^\W_]{2}|\d|[^\W_](?:-| [^\W\d_]{3}))))")
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
# A picture in front of an answer decorates it, but where the gold has one it is what was asked for.
_PICTURE = re.compile(r"[\u2300-\u23ff\u25a0-\u25b2\u25b4-\u266c\u2670-\u27bf\U0001f000-\U0001faff]")
_PLACES = frozenset(("in", "at", "on"))
# Colour words may be followed by "color"; it says nothing more.
_EMPTY = frozenset(("color", "colored"))
_SPELLING = dict(
    pair.split(":")
    for pair in str.split(
        "grey:gray colour:color colours:color coloured:colored favourite:favorite centre:center "
        "theatre:theater metre:meter litre:liter tyre:tire aeroplane:airplane "
        "plane:airplane moustache:mustache sq:square jewellery:jewelry aluminium:aluminum plough:plow programme:program "
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
    ("cannot", "can not"),
    (" in color", " color"),
    (" in colour", " color"),
)
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
# What becomes of İ, as in İstanbul, when it is made small.
_DOTTED_I = "i\u0307"
# Milliwatt and megawatt, carbon monoxide and cobalt: where the case is all that tells them apart.
# "Aa" is no "AA"; in a formula M is no m, and F no f.
_GENOTYPE = re.compile(r"(?=.*[A-Z])(?:([A-Za-z])(?i:\1)[ x*]{0,3}){1,4}")
_NAME = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]|[A-Za-z][A-Z][A-Za-z]?|[A-Za-z]{2}[A-Z])(?![^\W\d_])")
_NAMES = re.compile(r"\\(?:frac|sqrt)\b|\b[fghFGH]\(")
_CASED = frozenset(("co", "cs", "hf"))


@lru_cache(maxsize=16384)
def words_of(text: str, plurals: bool = True) -> tuple[str, ...]:
    """The words that count, in order: no articles, no accents, one spelling, singular when plurals are the same."""
    if "'" in text:
        text = _PRIME.sub("′", _QUOTED.sub(r" \1 ", text))
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
    if _SUM.fullmatch(text):
        return tuple(term for term in _TERM.findall(text) if term != "*")
    text = _ARTICLE.sub("", text)
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
    words = _WORD.findall(text)
    words = [_one_spelling(word.removesuffix("'s"), plurals) for word in words]
    if not _TENS.isdisjoint(words):
        words = _tens_joined(words)
    return tuple(words) if words else (text.strip(" ()[]") or text.strip(),)


def _with_edges(pair: re.Match[str]) -> str:
    opening, low, high, closing = pair.groups()
    if low.isdigit() and re.match(r"\d{3}(?!\d)", high):
        return pair[0]  # "(1,200 km)"
    return f"{'⊏' if opening == '[' else ''} {low} , {high} {'⊐' if closing == ']' else ''}"


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
    """é is e. A mark that makes no letter of any alphabet, as in x̄, stays."""
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(c for before, c in zip(" " + parts, parts, strict=False) if not _is_accent(before, c))
    return unicodedata.normalize("NFC", kept)


def _is_accent(letter: str, mark: str) -> bool:
    if unicodedata.combining(mark) not in (230, 202) or not "a" <= letter <= "z":
        return False
    return letter + mark == _DOTTED_I or len(unicodedata.normalize("NFC", letter + mark)) == 1


def _one_spelling(word: str, plurals: bool) -> str:
    word = _SPELLING.get(word, word)
    place = ordinal_value(word) if word.endswith(("st", "nd", "rd", "th", "second")) else None
    if place is not None:
        return f"#{place}"
    if word in SMALL:
        return str(SMALL[word])
    return _SPELLING.get(single := _singular(word), single) if plurals and word.isascii() else word


_NO_PLURALS = frozenset(("news", "goods", "lens"))


def _singular(word: str) -> str:
    if (
        len(word) < 4
        or word in _NO_PLURALS
        or not word.isalpha()
        or word.endswith(("ss", "us", "is"))
        or not word.endswith("s")
    ):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def same_words(answer: str, gold: str, policy: Policy) -> bool:
    """The same words and signs in the same order; also written together or apart ("ice-cream", "T shirt")."""
    if not _says_the_words(answer, gold, policy.plurals == "same") or _other_case(answer, gold):
        return False
    if _CODE.search(answer) and not _CODE.search(gold):
        return False
    pictures = _PICTURE.findall(gold)
    return not pictures or _PICTURE.findall(answer) == pictures


def _other_case(answer: str, gold: str) -> bool:
    if _GENOTYPE.fullmatch(gold):
        return [c for c in answer if c.isupper()] != [c for c in gold if c.isupper()]
    if _NAMES.search(gold) and _capitals(answer) != _capitals(gold):
        return True
    if len(gold) > 4 or answer == gold or answer.casefold() != gold.casefold():
        return False
    one, two = read_unit(answer), read_unit(gold)
    return (one is not None and two is not None and one != two) or gold.casefold() in _CASED


def _capitals(text: str) -> list[str]:
    """Of names, not of words: "f(x) is Increasing"."""
    return [letter for run in _NAME.findall(text) for letter in run if letter.isupper()]


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
