"""Takes the typesetting off an answer and keeps what it says: one spelling per symbol, boxes and fonts off."""

from __future__ import annotations

import re

from wethink_plugins.rewards.braces import closing_brace
from wethink_plugins.rewards.rules.normal import clean

_SYMBOLS = {
    "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥", "lt": "<", "gt": ">",
    "neq": "≠", "ne": "≠", "approx": "≈", "simeq": "≈", "cong": "≈", "sim": "~", "pm": "±", "mp": "∓", "infty": "∞",
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "cup": "∪", "cap": "∩", "in": "∈", "emptyset": "∅",
    "varnothing": "∅",
    "pi": "π", "circ": "°", "degree": "°", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "to": "→",
    "rightarrow": "→",
    "longrightarrow": "→", "quad": " ", "qquad": " ", "displaystyle": " ", "textstyle": " ", "limits": "",
    "nolimits": "",
    "left": "", "right": "", "big": "", "Big": "", "bigg": "", "Bigg": "", "bigl": "", "bigr": "", "Bigl": "",
    "Bigr": "",
    "dfrac": "\\frac", "tfrac": "\\frac", "cfrac": "\\frac", "frac": "\\frac", "ldots": "...", "dots": "...",
    "cdots": "...",
    "land": "∧", "lor": "∨", "wedge": "∧", "vee": "∨", "neg": "¬", "lnot": "¬", "notin": "∉", "colon": ":", "lfloor": "\\floor(",
    "rfloor": ")", "lceil": "\\ceil(", "rceil": ")", "langle": "(", "rangle": ")",
    "lbrace": "\\{", "rbrace": "\\}",
    "textdollar": "\\$", "pounds": "£", "euro": "€", "yen": "¥", "prime": "'", "varepsilon": "\\epsilon",
    "setminus": "\\setminus ",
    "medspace": " ", "thinspace": " ", "smallskip": " ", "newline": " ", "noindent": "", "angle": "∠", "triangle": "△", "perp": "⊥",
    "parallel": "∥", "subset": "⊂", "supset": "⊃", "subseteq": "⊆", "supseteq": "⊇", "forall": "∀", "exists": "∃",
    "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "implies": "⇒", "Leftrightarrow": "⇔", "iff": "⇔",
    "oplus": "⊕", "otimes": "⊗",
}  # fmt: skip
_SYMBOLS |= dict(
    zip(str.split("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon "
        "phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"),
        "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True)
)  # fmt: skip
_FONTS = frozenset(
    str.split(
        "text mathbb vec textbf textit textrm textnormal textsf texttt mathrm mathbf mathit mathsf mathtt mbox "
        "hbox operatorname ce emph bold boldsymbol bm rm bf"
    )
)
_BOXES = frozenset({"boxed", "fbox", "framebox"})
_COMMAND = re.compile(r"\\([A-Za-z]{1,20})\*? ?")
# Of vectors there are two products.
_VECTORS = re.compile(r"\\(?:(?:vec|overrightarrow|nabla)\b|(?:mathbf|boldsymbol) ?\{[A-Za-z]\})")
_VECTOR_PRODUCT = re.compile(r"\\(times|cdot)\b(?! ?\{?\d)")
_SPACES = re.compile(r"\\[,;:!> ~]")
# "1{,}200", "1\,200" and "1,\!200" are one number each.
_THOUSANDS = re.compile(r"(?<=\d)(?: ?\{ ?, ?\} ?|\\,|,?\\! ?|\\ )(?=\d{3}(?!\d))")
_MATH = re.compile(r"\$\$?([^$]{0,2000})\$\$?(?!\d)")
# In LaTeX bare braces only group: "${1,3}$" prints as "1,3".
_GROUPED = re.compile(r"\$\$?\{([^{}$]{1,500})\}\$\$?")
_DENIED_BOX = re.compile(r"(?:\b(?:not|never|isn't|wrong)|n't|≠|!=)[\s$:]*(?:equal to|is|be)?[\s$]*$", re.IGNORECASE)
_TAGS = ("<answer>", "</answer>")
# "25^\\circ\\text{C}" has a gap in front of its letter.
_SPACED_DEGREE = re.compile(r"° (?=[CF](?!\w))")
# Tags that change only the looks.
_HTML = re.compile(r"</?(?:b|i|u|p|em|strong|span|div|center|code|pre)>|<br ?/?>", re.IGNORECASE)
_ESCAPED = (
    ("¶", "\\\\"), ("¤", "$"), ("\\%", "%"), ("\\&", "&"), ("\\_", "_"), ("\\#", "#"), ("\\|", "||"), ("\\(", " "), ("\\)", " "),
)  # fmt: skip
# "- cos x" has a sign and is no item of a list.
_SIGNED_FUNCTION = re.compile(r"^- (?=\\?(?:sin|cos|tan|cot|sec|csc|log|ln|exp)\b)")
# "x < 1 ∨ x > 2" lists solutions, as "or" does; "p ∨ q" is a formula of its own.
_RELATED = re.compile(r"[<>=≤≥≠]")
_RELATIONS = (("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("=<", "≤"), ("==", "="), ("->", "→"))
# "7,50 €" has no two parts.
_EUROS = re.compile(
    r"(?<![\d.,])(?P<a>\d{1,3}(?:\.\d{3}){0,3}),(?P<c>\d\d)(?= ?€)|€ ?(?P<b>\d{1,3}(?:\.\d{3}){0,3}),(?P<d>\d\d)(?!\d|,\d)"
)


def _with_a_point(amount: re.Match[str]) -> str:
    whole, cents = amount["a"] or amount["b"], amount["c"] or amount["d"]
    return f"{'€' if amount['b'] else ''}{whole.replace('.', '')}.{cents}"


def tidy(text: str) -> str:
    """The answer as one line of text and symbols; `\\frac`, `\\sqrt`, functions, `\\{` and matrices stay as written.

    Two boxes are two answers and come out as a list; one box inside prose is the answer. Linear in the length.
    """
    text = clean(text)
    if "<" in text:
        text = _untagged(text)
    if "{" in text or "\\" in text:
        text = _THOUSANDS.sub("", text)
    escaped = "\\" in text
    if escaped and _VECTORS.search(text):
        text = _VECTOR_PRODUCT.sub(lambda sign: " ⨯ " if sign[1] == "times" else " ∙ ", text)
    if escaped:
        text = text.replace("\\\\", " ¶ " if "\\begin" in text else "\\")
        text = _commands(_SPACES.sub(" ", text.replace("\\$", "¤")))
    text = text.replace(")or(", ") or (")
    if "$" in text:
        text = _MATH.sub(r" \1 ", _GROUPED.sub(r" \1 ", text))
    if escaped:
        for written, plain in _ESCAPED:
            text = text.replace(written, plain)
    if _decorated(text):
        text = text.replace("\\[", " ").replace("\\]", " ").replace("**", " ").replace("`", " ")
    if "€" in text:
        text = _EUROS.sub(_with_a_point, text)
    return " ".join(_symbols(text).split())


def _untagged(text: str) -> str:
    for tag in _TAGS:
        text = text.replace(tag, " ")
    return _HTML.sub(" ", text) if "</" in text or "<br" in text else text


def _symbols(text: str) -> str:
    """One spelling of relations, degrees, powers and signs."""
    if "=" in text or "->" in text:
        for written, symbol in _RELATIONS:
            text = text.replace(written, symbol)
    if ("∧" in text or "∨" in text) and _RELATED.search(text):
        text = text.replace("∧", " and ").replace("∨", " or ")
    if "°" in text:
        text = text.replace("^{°}", "°").replace("^°", "°").replace("^ °", "°")
        text = _SPACED_DEGREE.sub("°", text)
    text = text.replace("plus or minus ", "±")
    text = _SIGNED_FUNCTION.sub("-", text.strip())
    if text.startswith("+∞"):
        text = text[1:]
    return text.replace(" ^", "^").replace("×", "*").replace("~", " ~")


def _decorated(text: str) -> bool:
    return "\\[" in text or "\\]" in text or "`" in text or ("**" in text and not _is_power(text))


def _is_power(text: str) -> bool:
    at = text.find("**")
    return 0 < at < len(text) - 2 and (text[at - 1].isalnum() or text[at - 1] == ")") and text[at + 2].isalnum()


def _commands(text: str) -> str:
    boxes: list[str] = []
    pieces: list[str] = []
    at = 0
    for match in _COMMAND.finditer(text):
        if match.start() < at:
            continue
        name = match[1]
        if name in _BOXES or name in _FONTS:
            body, end = _braced(text, match.end())
            if body is None:
                pieces.append(text[at : match.start()])
                at = match.end()
                continue
            pieces.append(text[at : match.start()])
            inner = _commands(body) if "\\" in body else body
            if name in _BOXES:
                boxes.append(inner)
            glued = name in ("mathbb", "vec", "mathrm", "operatorname", "mathbf", "mathit", "rm") and len(inner) == 1
            pieces.append(inner if glued else f" {inner} ")
            at = end
        elif name in _SYMBOLS:
            pieces.append(text[at : match.start()] + _SYMBOLS[name])
            at = match.end() - (text[match.end() - 1] == " " and name in ("frac", "dfrac", "tfrac", "cfrac"))
    pieces.append(text[at:])
    return _only_boxes(boxes, "".join(pieces))


def _only_boxes(boxes: list[str], text: str) -> str:
    if not boxes or _DENIED_BOX.search(text[: text.rfind(boxes[-1])]):
        return text
    distinct = list(dict.fromkeys(" ".join(box.split()) for box in boxes))
    if len(distinct) == 1:
        return distinct[0] + _unit_behind(text, boxes[-1])
    return ", ".join(distinct)


def _unit_behind(text: str, box: str) -> str:
    """What stands right behind the box, when it is short enough for a unit: "\\boxed{28} percent"."""
    rest = text[text.rfind(box) + len(box) :].strip(" .$")
    return (
        f" {rest}" if 0 < len(rest) <= 30 and rest.replace(" ", "").replace("%", "").replace("^", "").isalnum() else ""
    )


def _braced(text: str, at: int) -> tuple[str | None, int]:
    """The text between the braces that open at `at`, and where it ends; None when none opens or it never closes."""
    if at >= len(text) or text[at] != "{":
        return None, at
    end = closing_brace(text, at + 1)
    return (None, at) if end < 0 else (text[at + 1 : end], end + 1)
