"""The query language: from what a person typed to a tree.

    退款 AND (投诉 OR 维权) NOT "招聘信息"        退款 NEAR/10 不到账        title:观澜 region:广东

Words side by side mean AND; 且 或 非 stand for AND OR NOT when they stand alone. NOT binds
tightest, then NEAR/n (at most n characters between two words of one field, either order,
not overlapping), AND, OR. Columns in errors count from 1.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from typing import NamedTuple

from guanlan.engine.posts import MEDIA_TYPES
from guanlan.engine.text import normal_form

FIELDS = ("title", "author", "platform", "region", "media")
OPERATORS = {
    **{word: word for word in ("AND", "OR", "NOT")},
    **{"\u4e14": "AND", "\u6216": "OR", "\u975e": "NOT"},  # zh-data: the operators in Chinese
}
QUOTES = {'"': '"', "\u201c": "\u201d", "\u201d": "\u201d", "\uff02": "\uff02", "\u300c": "\u300d"}
DEEPEST = 100  # brackets within brackets
_WORD = re.compile(r"[^\s()\uff08\uff09\"\u201c\u201d\uff02\u300c]+")
_FIELD = re.compile(r"([A-Za-z]+)[:\uff1a]")


class QueryError(ValueError):
    """The query cannot be read: a sentence, and the 1-based column it speaks of."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


class Term(NamedTuple):
    """Words in their normal form; `field` None means title or text; `shown` as typed."""

    words: str
    field: str | None
    shown: str


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class Near:
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int


Node = Term | And | Or | Not | Near


class Token(NamedTuple):
    kind: str  # AND OR NOT NEAR ( ) TERM END
    words: str
    field: str | None
    column: int


def parse(query: str) -> Node:
    """Return the query's tree; raise QueryError with a sentence naming the column."""
    tokens = _tokens(query)
    if len(tokens) == 1:
        raise QueryError(_("第 1 列：查询是空的，请至少写一个词。"), 1)
    reader = _Reader(tokens)
    node = reader.either(0)
    left = reader.peek()
    if left.kind != "END":
        raise QueryError(
            _("第 {column} 列：多出一个右括号，请删去。").format(column=left.column), left.column
        )
    if not _anchored(node):
        raise QueryError(_("第 1 列：只有排除条件会命中几乎所有帖文，请加上至少一个必须出现的词。"), 1)
    return node


def _anchored(node: Node) -> bool:
    """Whether a post must contain something for the node to hold."""
    if isinstance(node, And):
        return any(_anchored(part) for part in node.parts)
    if isinstance(node, Or):
        return all(_anchored(part) for part in node.parts)
    return not isinstance(node, Not)


def _tokens(query: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(query):
        character = query[at]
        if character.isspace():
            at += 1
        elif character in "()\uff08\uff09":
            tokens.append(Token("(" if character in "(\uff08" else ")", character, None, at + 1))
            at += 1
        else:
            token, at = _word(query, at)
            tokens.append(token)
    return [*tokens, Token("END", "", None, len(query) + 1)]


def _word(query: str, at: int) -> tuple[Token, int]:
    """Return the operator or term at `at`, and where it ends."""
    begin, field = at, None
    named = _FIELD.match(query, at)
    if named:
        field, at = named[1].lower(), named.end()
        if field not in FIELDS:
            sentence = _(
                "第 {column} 列：没有“{field}”这个字段，可用 title、author、platform、region、media。"
            )
            raise QueryError(sentence.format(column=begin + 1, field=named[1]), begin + 1)
    if at < len(query) and query[at] in QUOTES:
        end = query.find(QUOTES[query[at]], at + 1)
        if end < 0:
            sentence = _("第 {column} 列：引号没有结束，请补上另一半引号。")
            raise QueryError(sentence.format(column=at + 1), at + 1)
        return Token("TERM", query[at + 1 : end], field, begin + 1), end + 1
    found = _WORD.match(query, at)
    if found is None:
        raise QueryError(_("第 {column} 列：字段后面缺少词。").format(column=begin + 1), begin + 1)
    if field is None:
        kind, words = _operator(found[0], begin + 1)
        return Token(kind, words, None, begin + 1), found.end()
    return Token("TERM", found[0], field, begin + 1), found.end()


def _operator(word: str, column: int) -> tuple[str, str]:
    if word in OPERATORS:
        return OPERATORS[word], word
    if word != "NEAR" and not word.startswith(("NEAR/", "NEAR\uff0f")):
        return "TERM", word
    distance = normal_form(word[5:])
    if not (distance.isascii() and distance.isdigit() and 1 <= int(distance[:5]) <= 1000):
        sentence = _("第 {column} 列：NEAR 要写成 NEAR/n，n 是两词之间最多隔几个字，1 到 1000。")
        raise QueryError(sentence.format(column=column), column)
    return "NEAR", distance


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self, depth: int) -> Node:
        parts = self._series(lambda: self.every(depth), ("OR",))
        return parts[0] if len(parts) == 1 else Or(parts)

    def every(self, depth: int) -> Node:
        parts = self._series(lambda: self.near(depth), ("AND", "NOT", "TERM", "("))
        return parts[0] if len(parts) == 1 else And(parts)

    def _series(self, part: Callable[[], Node], joins: tuple[str, ...]) -> tuple[Node, ...]:
        parts = [part()]
        while self.peek().kind in joins:
            if self.peek().kind in ("AND", "OR"):
                self.take()
            parts.append(part())
        return tuple(parts)

    def near(self, depth: int) -> Node:
        left = self.single(depth)
        if self.peek().kind != "NEAR":
            return left
        token = self.take()
        right = self.single(depth)
        if self.peek().kind == "NEAR":
            raise self._error(_("第 {column} 列：NEAR 不能连写，请用括号和 AND 分成两段。"), self.peek())
        return Near(self._side(left, token), self._side(right, token), int(token.words))

    def _side(self, node: Node, token: Token) -> tuple[Term, ...]:
        terms = node.parts if isinstance(node, Or) else (node,)
        plain = tuple(term for term in terms if isinstance(term, Term) and term.field in (None, "title"))
        if len(plain) != len(terms):
            raise self._error(_("第 {column} 列：NEAR 的两边只能是词，或用 OR 连起来的一组词。"), token)
        return plain

    def single(self, depth: int) -> Node:
        token = self.take()
        if token.kind == "NOT":
            return Not(self.single(self._deeper(depth, token)))
        if token.kind == "(":
            node = self.either(self._deeper(depth, token))
            if self.take().kind != ")":
                raise self._error(_("第 {column} 列：左括号没有配对的右括号。"), token)
            return node
        if token.kind == "TERM":
            return self._term(token)
        if token.kind == "END":
            raise self._error(_("第 {column} 列：查询在这里断了，后面还缺一个词。"), token)
        raise self._error(_("第 {column} 列：“{word}”的前面或里面缺一个词。"), token)

    def _term(self, token: Token) -> Term:
        words = normal_form(token.words).strip()
        if not words:
            raise self._error(_("第 {column} 列：这个词是空的。"), token)
        if token.field == "media" and words not in MEDIA_TYPES:
            raise self._error(_("第 {column} 列：没有“{word}”这种媒体类型。"), token)
        return Term(words, token.field, token.words)

    def _deeper(self, depth: int, token: Token) -> int:
        if depth >= DEEPEST:
            raise self._error(_("第 {column} 列：括号套得太深，最多一百层。"), token)
        return depth + 1

    def _error(self, sentence: str, token: Token) -> QueryError:
        return QueryError(sentence.format(column=token.column, word=token.words), token.column)
