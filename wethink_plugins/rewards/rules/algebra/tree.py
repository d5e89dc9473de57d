"""Reads tokens into a tree. Recursive descent with a depth limit; never Python's own parser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from wethink_plugins.rewards.rules.algebra.tokens import NotAFormula, Token, tokens_of

MAX_DEPTH = 60


@dataclass(frozen=True)
class Node:
    """`kind`: number, name, + - * / ^ neg ! or the name of a function."""

    kind: str
    parts: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""


@lru_cache(maxsize=4096)
def read_formula(text: str) -> Node | None:
    """The tree of a formula without relation signs, or None when the text is something else."""
    if not text or len(text) > 2000:
        return None
    try:
        reader = _Reader(tokens_of(text))
        tree = reader.sum()
        return tree if reader.done() else None
    except (NotAFormula, RecursionError):
        # A caller may stand deep in a stack of its own.
        return None


def with_value(tree: Node, name: str, value: Node) -> Node:
    """The tree with another one in the place of a variable; for short formulas, since it grows with both."""
    if tree.kind == "name" and tree.name == name:
        return value
    return replace(tree, parts=tuple(with_value(part, name, value) for part in tree.parts)) if tree.parts else tree


def names_in(tree: Node) -> frozenset[str]:
    """The variables of a tree; e, i and π are constants."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if node.kind == "name" and node.name not in ("e", "i", "π"):
            found.add(node.name)
        waiting += node.parts
    return frozenset(found)


def _is_minus_one(node: Node) -> bool:
    while node.kind == "group":
        node = node.parts[0]
    return node.kind == "neg" and node.parts[0].kind == "number" and node.parts[0].value == 1


def _inverse(name: str) -> str:
    """\\sin^{-1} is the arcus, and no reciprocal."""
    if name not in ("sin", "cos", "tan"):
        raise NotAFormula(f"the inverse of {name}")
    return f"arc{name}"


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._bars = 0

    def done(self) -> bool:
        return self._at == len(self._tokens)

    def sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotAFormula("too deep")
        tree = self._product()
        while self._symbol() in ("+", "-"):
            sign = self._take().text
            tree = Node(sign, (tree, self._product()))
        self._depth -= 1
        return tree

    def _product(self) -> Node:
        if self._symbol() in ("+", "-"):
            negative = self._take().text == "-"
            tree = self._product_of(self._power())
            return Node("neg", (tree,)) if negative else tree
        return self._product_of(self._power())

    def _product_of(self, tree: Node, functions: bool = True) -> Node:
        while True:
            symbol = self._symbol()
            if symbol in ("*", "/") and functions:
                self._take()
                tree = Node(symbol, (tree, self._signed_power()))
            elif self._starts_factor(functions):
                tree = Node("*", (tree, self._power()), name="implied")
            else:
                return tree

    def _signed_power(self) -> Node:
        negative = False
        while self._symbol() in ("+", "-"):
            negative ^= self._take().text == "-"
        tree = self._power()
        return Node("neg", (tree,)) if negative else tree

    def _power(self) -> Node:
        tree = self._postfix(self._primary())
        if self._symbol() == "^":
            self._take()
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise NotAFormula("too deep")
            exponent = self._braced() if self._symbol() == "{" else self._signed_power()
            self._depth -= 1
            tree = self._postfix(Node("^", (tree, exponent)))
        return tree

    def _postfix(self, tree: Node) -> Node:
        while self._symbol() in ("!", "%", "°", "'"):
            symbol = self._take().text
            tree = Node({"'": "prime"}.get(symbol, symbol), (tree,))
        return tree

    def _primary(self) -> Node:
        return self._read(self._take())

    def _read(self, token: Token) -> Node:
        if token.kind == "number":
            return Node("number", value=Fraction(token.text))
        if token.kind == "name":
            if token.text == "f" and self._applies():
                raise NotAFormula("a function that nobody defined")
            return Node("name", name=token.text + self._subscript())
        if token.kind == "function":
            return self._function(token.text)
        return self._bracket(token.text)

    def _applies(self) -> bool:
        """f(x + 1) and f^{-1}(x) are no products."""
        rest = "".join(token.text for token in self._tokens[self._at : self._at + 6])
        return rest.startswith(("(", "'(", "''(", "^{-1}("))

    def _subscript(self) -> str:
        if self._symbol() != "_":
            return ""
        self._take()
        if self._symbol() != "{":
            return "_" + self._take().text
        self._take()
        parts = []
        while self._symbol() != "}":
            parts.append(self._take().text)
        self._take()
        return "_" + "".join(parts)

    def _bracket(self, opening: str) -> Node:
        if opening == "|":
            self._bars += 1
            tree = Node("abs", (self.sum(),))
            self._bars -= 1
            self._expect("|")
            return tree
        closing = {"(": ")", "[": "]", "{": "}"}.get(opening)
        if closing is None:
            raise NotAFormula(opening)
        bars, self._bars = self._bars, 0
        tree = self.sum()
        self._bars = bars
        self._expect(closing)
        return Node("group", (tree,))

    def _function(self, name: str) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotAFormula("too deep")
        tree = self._applied(name)
        self._depth -= 1
        return tree

    def _applied(self, name: str) -> Node:
        if name in ("frac", "binom"):
            return Node("/" if name == "frac" else "binom", (self._argument(), self._argument()), name="frac")
        if name == "sqrt":
            return self._root()
        base = self._log_base() if name == "log" else ()
        power = self._function_power()
        if power is not None and _is_minus_one(power):
            name, power = _inverse(name), None
        tree = Node(name, (self._function_argument(), *base))
        return Node("^", (tree, power)) if power else tree

    def _root(self) -> Node:
        degree = None
        if self._symbol() == "[":
            self._take()
            degree = self.sum()
            self._expect("]")
        inner = self._argument() if self._symbol() in ("{", "(") else self._postfix(self._single())
        return Node("root", (inner, degree)) if degree else Node("root", (inner, Node("number", value=Fraction(2))))

    def _log_base(self) -> tuple[Node, ...]:
        if self._symbol() != "_":
            return ()
        self._take()
        return (self._argument(),)

    def _function_power(self) -> Node | None:
        if self._symbol() != "^":
            return None
        self._take()
        return self._braced() if self._symbol() == "{" else self._signed_power()

    def _function_argument(self) -> Node:
        if self._symbol() in ("(", "{", "["):
            return self._postfix(self._bracket(self._take().text))
        if self._symbol() == "-":
            self._take()
            return Node("neg", (self._product_of(self._power(), functions=False),))
        return self._product_of(self._power(), functions=False)

    def _argument(self) -> Node:
        return self._bracket(self._take().text) if self._symbol() in ("{", "(") else self._single()

    def _single(self) -> Node:
        """ "\\frac34" takes one digit each, "\\sqrt2" likewise; "sqrt 12" is the number 12."""
        token = self._take()
        behind_frac = self._at >= 2 and self._tokens[self._at - 2].text == "frac"
        if behind_frac and len(token.text) > 1 and token.text.isdigit():
            self._at -= 1
            self._tokens[self._at] = Token("number", token.text[1:])
            return Node("number", value=Fraction(token.text[0]))
        return self._read(token)

    def _braced(self) -> Node:
        return self._bracket(self._take().text)

    def _starts_factor(self, functions: bool) -> bool:
        if self.done():
            return False
        token = self._tokens[self._at]
        if token.kind == "operator":
            return token.text in ("(", "[", "{") or (token.text == "|" and not self._bars)
        return functions or token.kind != "function"

    def _symbol(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        return token.text if token.kind == "operator" else ""

    def _take(self) -> Token:
        if self._at >= len(self._tokens):
            raise NotAFormula("ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, symbol: str) -> None:
        if self._symbol() != symbol:
            raise NotAFormula(f"no closing {symbol}")
        self._take()
