"""A small parser of conditions, as portals let them be asked: comparisons, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT.

NULL is neither true nor false in it, as in SQL. Whatever is not of the language, not a column or not of the column's
kind is refused: a portal does not guess what was meant.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]
"""A row by column: comparable values of the column's kind, None where there is none."""
Truth = bool | None

TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<name>[:@]?[A-Za-z_][A-Za-z0-9_]*|`[^`]+`|"[^"]+")
    | (?P<mark><=|>=|<>|!=|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WORDS = frozenset({"AND", "OR", "NOT", "IS", "NULL", "IN", "BETWEEN", "LIKE", "TIMESTAMP", "DATE"})


class Refused(Exception):
    """A query that the portal does not take; `code` is the portal's own word for why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant as it was written: kind 'string', 'number', 'timestamp' or 'date'."""

    kind: str
    text: str


class Dialect(Protocol):
    """What differs between portals: the columns that there are and what may be compared with them."""

    def kind(self, name: str) -> tuple[str, str]:
        """A column's own name and its kind, from the name as it was written. Raises Refused if there is none."""
        ...

    def value(self, literal: Literal, kind: str) -> Any:
        """What a constant is worth beside a column of a kind. Raises Refused if the two cannot be compared."""
        ...


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a column of a kind, or a constant."""

    column: str = ""
    kind: str = ""
    literal: Literal | None = None


def condition(text: str, dialect: Dialect) -> Callable[[Row], bool]:
    """The function that says whether a row meets a condition. Raises Refused."""
    parser = _Parser(_tokens(text), dialect)
    test = parser.either()
    parser.end()
    return lambda row: test(row) is True


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise Refused("parse", f"Could not parse the query at {text[at : at + 20]!r}")
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], dialect: Dialect) -> None:
        self.tokens = tokens
        self.at = 0
        self.dialect = dialect

    def either(self) -> Callable[[Row], Truth]:
        tests = [self.both()]
        while self.word("OR"):
            tests.append(self.both())
        return lambda row: _any([test(row) for test in tests])

    def both(self) -> Callable[[Row], Truth]:
        tests = [self.one()]
        while self.word("AND"):
            tests.append(self.one())
        return lambda row: _all([test(row) for test in tests])

    def one(self) -> Callable[[Row], Truth]:
        if self.word("NOT"):
            inner = self.one()
            return lambda row: _not(inner(row))
        if self.mark("("):
            inner = self.either()
            self.need(")")
            return inner
        side = self.side()
        if self.word("IS"):
            wanted = not self.word("NOT")
            self.need("NULL")
            if not side.column:
                raise Refused("parse", "IS NULL asks about a column")
            return lambda row: (row[side.column] is None) == wanted
        negated = self.word("NOT")
        test = self.among(side) if side.column else None
        if test is None and negated:
            raise Refused("parse", "Expected IN, BETWEEN or LIKE after NOT")
        test = test or self.compared(side)
        return (lambda row: _not(test(row))) if negated else test

    def among(self, side: _Side) -> Callable[[Row], Truth] | None:
        """IN, BETWEEN or LIKE, if one of them follows."""
        if self.word("IN"):
            self.need("(")
            values = [self.value(side)]
            while self.mark(","):
                values.append(self.value(side))
            self.need(")")
            return lambda row: None if row[side.column] is None else row[side.column] in values
        if self.word("BETWEEN"):
            low = self.value(side)
            self.need("AND")
            high = self.value(side)
            return lambda row: None if row[side.column] is None else low <= row[side.column] <= high
        if self.word("LIKE"):
            written = str(self.value(side))
            pattern = re.compile("".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in written), re.DOTALL)
            return lambda row: None if row[side.column] is None else pattern.fullmatch(row[side.column]) is not None
        return None

    def compared(self, left: _Side) -> Callable[[Row], Truth]:
        kind, text = self.peek()
        if kind != "mark" or text not in COMPARISONS:
            raise Refused("parse", f"Expected a comparison, found {text or 'the end'!r}")
        self.at += 1
        compare, right = COMPARISONS[text], self.side()
        if left.column and right.column and left.kind != right.kind:
            raise Refused("type-mismatch", f"{left.column} is {left.kind}, {right.column} is {right.kind}")
        kind = left.kind or right.kind or (left.literal.kind if left.literal else "")
        first, second = self._reader(left, kind), self._reader(right, kind)

        def test(row: Row) -> Truth:
            one, other = first(row), second(row)
            return None if one is None or other is None else compare(one, other)

        return test

    def side(self) -> _Side:
        kind, text = self.peek()
        if kind == "name" and text.upper() not in WORDS:
            self.at += 1
            return _Side(*self.dialect.kind(text.strip('`"')))
        return _Side(literal=self.constant())

    def constant(self) -> Literal:
        kind, text = self.peek()
        self.at += 1
        if kind == "name" and text.upper() in ("TIMESTAMP", "DATE"):
            prefix, (kind, text) = text.lower(), self.peek()
            self.at += 1
            if kind == "string":
                return Literal(prefix, text[1:-1].replace("''", "'"))
        if kind == "string":
            return Literal("string", text[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal("number", text)
        raise Refused("parse", f"Expected a column or a constant, found {text or 'the end'!r}")

    def value(self, side: _Side) -> Any:
        return self.dialect.value(self.constant(), side.kind)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def word(self, wanted: str) -> bool:
        kind, text = self.peek()
        found = kind == "name" and text.upper() == wanted
        self.at += found
        return found

    def mark(self, wanted: str) -> bool:
        found = self.peek() == ("mark", wanted)
        self.at += found
        return found

    def need(self, wanted: str) -> None:
        if not (self.mark(wanted) or self.word(wanted)):
            raise Refused("parse", f"Expected {wanted}, found {self.peek()[1] or 'the end'!r}")

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise Refused("parse", f"Expected the end, found {self.peek()[1]!r}")

    def _reader(self, side: _Side, kind: str) -> Callable[[Row], Any]:
        if side.literal is None:
            return lambda row: row[side.column]
        value = self.dialect.value(side.literal, kind)
        return lambda _row: value


def _all(truths: list[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def _any(truths: list[Truth]) -> Truth:
    return True if True in truths else None if None in truths else False


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth
