"""How many of what, as it is said: 1 row, 2 rows."""

from __future__ import annotations


def counted(number: int, noun: str, form: str = "") -> str:
    """`noun` in the singular, the word that is counted last; `form` as in a format string (`,` for 1,000)."""
    return f"{number:{form}} {noun if number == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
