"""A description's text to a Schema whose names are not resolved yet."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.tree import Meta

from ..errors import Location, XdrError
from ..model import types as m
from ..model.schema import Constant, Procedure, Program, Schema, Version

# RFC 4506 section 6.2 (2) and RFC 5531 section 12.3: not usable as identifiers.
KEYWORDS = frozenset(
    "bool case const default double quadruple enum float hyper int opaque string struct switch typedef union unsigned"
    " void program version".split()
)


@cache
def _parser() -> Lark:
    text = (Path(__file__).parent / "xdr.lark").read_text()
    return Lark(text, parser="lalr", start="specification", maybe_placeholders=True, propagate_positions=True)


def parse(text: str, path: str) -> Schema:
    """path: how errors name the file."""
    schema = Schema(path=path, name=Path(path).stem)
    try:
        tree = _parser().parse(text)
        _Builder(schema).transform(tree)
    except UnexpectedInput as e:
        raise _syntax_error(e, text, path) from None
    except VisitError as e:
        raise e.orig_exc from None
    return schema


def _syntax_error(e: UnexpectedInput, text: str, path: str) -> XdrError:
    if isinstance(e, UnexpectedCharacters):
        return _bad_character(Location(path, e.line, e.column), text[e.pos_in_stream :], _expected(e.allowed))
    assert isinstance(e, UnexpectedToken)
    expected = _expected(e.accepts or e.expected)
    if e.token.type != "$END":
        return XdrError(Location(path, e.line, e.column), f"expected {expected}, found '{e.token}'")
    lines = text.split("\n")
    return XdrError(Location(path, len(lines), len(lines[-1]) + 1), f"expected {expected}, found the end of the file")


def _bad_character(where: Location, rest: str, expected: str) -> XdrError:
    if rest.startswith("/*"):
        return XdrError(where, "a comment that does not end")
    if rest.startswith("%"):
        return XdrError(where, "a % line belongs to rpcgen, not to XDR (RFC 4506)")
    number = re.match(r"-?[0-9]\w*", rest)
    if number:
        return XdrError(where, f"'{number.group()}' is not a number (RFC 4506 section 6.2)")
    return XdrError(where, f"expected {expected}, found '{rest[0]}'")


# What several terminals together are called.
_GROUPS = {
    "a definition": {"CONST", "ENUM", "PROGRAM", "STRUCT", "TYPEDEF", "UNION"},
    "a type": set("UNSIGNED INT HYPER FLOAT DOUBLE QUADRUPLE BOOL ENUM STRUCT UNION IDENTIFIER".split()),
    "a number": {"DECIMAL_CONSTANT", "HEXADECIMAL_CONSTANT", "OCTAL_CONSTANT"},
}


def _expected(terminals: set[str]) -> str:
    """The terminals that could stand here, as a reader of the description would call them."""
    left = {t for t in terminals if t not in ("$END", "COMMENT") and not t.startswith("__IGNORE")}
    names = []
    for group, members in _GROUPS.items():
        if members <= left:
            names.append(group)
            left -= members
            if group == "a type":
                left -= {"OPAQUE", "STRING", "VOID"}  # not types of their own, but nobody thinks so
    names = sorted(_terminal(t) for t in left) + names
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


def _terminal(name: str) -> str:
    if name == "IDENTIFIER":
        return "a name"
    definition = next(t for t in _parser().terminals if t.name == name)
    return f"'{definition.pattern.value}'"


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Bottom up: every production returns its model node; definitions add themselves to the schema."""

    def __init__(self, schema: Schema):
        super().__init__()
        self.schema = schema

    def at(self, token: Token) -> Location:
        return Location(self.schema.path, token.line or 1, token.column or 1)

    def start(self, meta: Meta) -> Location:
        return Location(self.schema.path, meta.line, meta.column)

    def IDENTIFIER(self, token: Token) -> Token:
        if token in KEYWORDS:
            raise XdrError(self.at(token), f"'{token}' is a keyword (RFC 4506 section 6.2)")
        return token

    # values
    def constant(self, token: Token) -> m.Value:
        return m.Value(str(token), self.at(token))

    named_value = constant

    # type specifiers (the primitive ones: _add_primitives)
    def reference(self, name: Token) -> m.Reference:
        return m.Reference(self.at(name), str(name))

    @v_args(inline=True, meta=True)
    def enum_type_spec(self, meta: Meta, body: list[m.Member]) -> m.Enum:
        return m.Enum(self.start(meta), "", body)

    @v_args(inline=True, meta=True)
    def struct_type_spec(self, meta: Meta, body: list[m.Field]) -> m.Struct:
        return m.Struct(self.start(meta), "", body)

    @v_args(inline=True, meta=True)
    def union_type_spec(self, meta: Meta, body: Any) -> m.Union:
        return m.Union(self.start(meta), "", *body)

    # declarations: a Field, or None for void
    def plain(self, t: m.Type, name: Token) -> m.Field:
        return m.Field(str(name), t, self.at(name))

    def fixed_array(self, t: m.Type, name: Token, length: m.Value) -> m.Field:
        return self.plain(m.Array(self.at(name), True, length, t), name)

    def variable_array(self, t: m.Type, name: Token, length: m.Value | None) -> m.Field:
        return self.plain(m.Array(self.at(name), False, length, t), name)

    def fixed_opaque(self, name: Token, length: m.Value) -> m.Field:
        return self.plain(m.Opaque(self.at(name), True, length), name)

    def variable_opaque(self, name: Token, length: m.Value | None) -> m.Field:
        return self.plain(m.Opaque(self.at(name), False, length), name)

    def string(self, name: Token, length: m.Value | None) -> m.Field:
        return self.plain(m.String(self.at(name), False, length), name)

    def optional(self, t: m.Type, name: Token) -> m.Field:
        return self.plain(m.Optional(self.at(name), t), name)

    def void(self) -> None:
        return None

    # bodies
    def enum_member(self, name: Token, value: m.Value) -> m.Member:
        return m.Member(str(name), value, self.at(name))

    def enum_body(self, *members: m.Member) -> list[m.Member]:
        return list(members)

    @v_args(inline=True, meta=True)
    def struct_body(self, meta: Meta, *fields: m.Field | None) -> list[m.Field]:
        if None in fields:
            raise XdrError(self.start(meta), "a struct cannot have a void member")
        return [f for f in fields if f]

    def case_spec(self, *children: Any) -> m.Arm:
        *labels, declaration = children
        return m.Arm(labels, declaration)

    def default_spec(self, declaration: m.Field | None) -> m.Arm:
        return m.Arm([], declaration)

    @v_args(inline=True, meta=True)
    def union_body(self, meta: Meta, discriminant: m.Field | None, *rest: Any) -> tuple[Any, ...]:
        """What m.Union() takes after its name."""
        if discriminant is None:
            raise XdrError(self.start(meta), "a union cannot switch on void")
        *arms, default = rest
        return discriminant, arms, default

    # definitions
    @v_args(inline=True, meta=True)
    def typedef(self, meta: Meta, declaration: m.Field | None) -> None:
        if declaration is None:
            raise XdrError(self.start(meta), "a typedef of void")
        self.schema.types.append(m.Typedef(declaration.where, declaration.name, declaration.type))

    def enum_def(self, name: Token, body: list[m.Member]) -> None:
        self.schema.types.append(m.Enum(self.at(name), str(name), body))

    def struct_def(self, name: Token, body: list[m.Field]) -> None:
        self.schema.types.append(m.Struct(self.at(name), str(name), body))

    def union_def(self, name: Token, body: Any) -> None:
        self.schema.types.append(m.Union(self.at(name), str(name), *body))

    def constant_def(self, name: Token, value: m.Value | Token) -> None:
        if isinstance(value, Token):
            value = m.Value(str(value), self.at(value))
        self.schema.constants.append(Constant(str(name), value, self.at(name)))

    # programs
    def procedure_def(self, result: m.Type | None, name: Token, first: m.Type | None, *rest: Any) -> Procedure:
        *more, number = rest
        if first is None and more:
            raise XdrError(self.at(name), "void cannot be one of several arguments")
        args = [] if first is None else [first, *more]
        return Procedure(str(name), args, result, number, self.at(name))

    def version_def(self, name: Token, *rest: Any) -> Version:
        return Version(str(name), list(rest[:-1]), rest[-1], self.at(name))

    def program_def(self, name: Token, *rest: Any) -> None:
        self.schema.programs.append(Program(str(name), list(rest[:-1]), rest[-1], self.at(name)))


def _add_primitives() -> None:
    """A method for each primitive type's rule."""
    for rule in ("int", "unsigned_int", "hyper", "unsigned_hyper", "float", "double", "bool"):

        def build(self: _Builder, meta: Meta, name: str = rule.replace("_", " ")) -> m.Primitive:
            return m.Primitive(self.start(meta), name)

        setattr(_Builder, rule, v_args(inline=True, meta=True)(build))

    def quadruple(self: _Builder, meta: Meta) -> None:
        raise XdrError(self.start(meta), "quadruple (RFC 4506 section 4.8) has no C++ or Python type here")

    setattr(_Builder, "quadruple", v_args(inline=True, meta=True)(quadruple))  # noqa: B010


_add_primitives()
