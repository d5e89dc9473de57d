"""One spelling for what is spelt in several ways: variants, short forms, plurals, accents, ordinals."""

from __future__ import annotations

import unicodedata

from wethink_plugins.rewards.rules.words import SMALL, ordinal_value

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
_NO_PLURALS = frozenset(("news", "goods", "lens"))
# What becomes of İ, as in İstanbul, when it is made small.
_DOTTED_I = "i\u0307"


def shortened(text: str) -> str:
    """Phrases that have a short form, in small letters."""
    for phrase, short in _PHRASES:
        if phrase in text:
            text = text.replace(phrase, short)
    return text


def accents_off(text: str) -> str:
    """é is e. A mark that makes no letter of any alphabet, as in x̄, stays."""
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(c for before, c in zip(" " + parts, parts, strict=False) if not _is_accent(before, c))
    return unicodedata.normalize("NFC", kept)


def _is_accent(letter: str, mark: str) -> bool:
    if unicodedata.combining(mark) not in (230, 202) or not "a" <= letter <= "z":
        return False
    return letter + mark == _DOTTED_I or len(unicodedata.normalize("NFC", letter + mark)) == 1


def one_spelling(word: str, plurals: bool) -> str:
    """The spelling that stands for a word, in small letters: its variant, number or, with `plurals`, its singular."""
    word = _SPELLING.get(word, word)
    place = ordinal_value(word) if word.endswith(("st", "nd", "rd", "th", "second")) else None
    if place is not None:
        return f"#{place}"
    if word in SMALL:
        return str(SMALL[word])
    return _SPELLING.get(single := _singular(word), single) if plurals and word.isascii() else word


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
