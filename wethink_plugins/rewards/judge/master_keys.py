"""Master keys: answers that say nothing and that judges are known to pay for. They are wrong without a question.

"One Token to Fool LLM-as-a-Judge" (arXiv 2507.08794) found them: a lone colon, the opening words of a
solution, in several languages. A policy finds them too. The list holds openings only; what follows one is judged.
"""

from __future__ import annotations

import re
import unicodedata

from wethink_plugins.rewards.judge.verdict import read_verdict

_OPENINGS = frozenset(
    line.strip()
    for line in """
    thought process
    thinking process
    lets solve this problem step by step
    lets solve this step by step
    lets think step by step
    let us think step by step
    step by step
    step by step solution
    solution
    the solution
    the solution is
    answer
    the answer
    the answer is
    final answer
    the final answer is
    correct answer
    the correct answer
    the correct answer is
    reference answer
    the reference answer
    the same as the reference
    the same as the reference answer
    explanation
    reasoning
    conclusion
    verdict
    verdict correct
    解
    解答
    答案
    答案是
    解释
    かいせつ
    解説
    答え
    respuesta
    la respuesta
    la respuesta es
    solución
    réponse
    la réponse
    la réponse est
    lösung
    antwort
    die antwort ist
    ответ
    решение
    """.splitlines()
    if line.strip()
)
_NO_WORD = re.compile("[^0-9A-Za-z]+")
_APOSTROPHES = re.compile("['’`´]")


def master_key(answer: str, reference: str) -> str:
    """Why the answer says nothing; empty when it says something, or just what the reference says."""
    if answer.strip() == reference.strip():
        return ""
    words = _words(answer)
    if not words:
        return "says nothing: no letter, digit or sign that means something"
    if words == _words(reference):
        return ""
    if words in _OPENINGS:
        return f"says nothing: {words!r} opens an answer and is none"
    if "verdict" in words and not _words("\n".join(x for x in answer.splitlines() if read_verdict(x) is None)):
        return "says nothing but a verdict on itself"
    return ""


def _words(text: str) -> str:
    """Without case, punctuation and what has no width. ASCII signs count as punctuation, ∞ or → do not."""
    if text.isascii():
        return " ".join(_NO_WORD.sub(" ", text.replace("'", "").replace("`", "")).lower().split())
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(c if _means_something(c) else " " for c in folded).split())


def _means_something(character: str) -> bool:
    return character.isalnum() or (not character.isascii() and unicodedata.category(character)[0] in "SM")
