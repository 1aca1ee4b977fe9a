"""What the passes find out, where the output would show it only indirectly."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrgen.grammar.hints import parse_hints
from xdrgen.grammar.parse import parse
from xdrgen.model import types as m
from xdrgen.model.schema import Schema
from xdrgen.passes.load import run


def schema(text: str, hints: str = "") -> Schema:
    s = parse(text, "t.x")
    s.namespace = "t"
    run(s, parse_hints(hints, "t.hints"))
    return s


def named(s: Schema) -> dict[str, m.Named]:
    return {t.name: t for t in s.types}


@pytest.mark.parametrize(
    ("literal", "value"),
    [("0", 0), ("10", 10), ("-10", -10), ("0x1F", 31), ("-0x1f", -31), ("010", 8), ("-010", -8), ("0777", 511)],
)
def test_constants(literal: str, value: int) -> None:
    assert schema(f"const A = {literal};").constants[0].value == value


def test_constants_may_be_used_before_they_are_defined() -> None:
    s = schema("typedef opaque o[B]; const B = A; enum e { A = 3 };")
    assert s.constants[0].value == 3
    assert named(s)["o"].fixed_wire == 4


@pytest.mark.parametrize(
    ("declaration", "smallest", "fixed"),
    [
        ("int f", 4, 4),
        ("unsigned hyper f", 8, 8),
        ("bool f", 4, 4),
        ("opaque f[5]", 8, 8),
        ("opaque f<5>", 4, None),
        ("string f<5>", 4, None),
        ("int f[3]", 12, 12),
        ("int f<3>", 4, None),
        ("int *f", 4, None),
        ("u f[2]", 8, None),
        ("p f[2]", 24, 24),
    ],
)
def test_wire_sizes(declaration: str, smallest: int, fixed: int | None) -> None:
    rest = "struct p { int a; hyper b; }; union u switch (bool b) { case TRUE: p one; case FALSE: void; };"
    t = named(schema(f"struct s {{ {declaration}; }}; {rest}"))["s"]
    assert (t.min_wire, t.fixed_wire) == (smallest, fixed)


def test_smallest_arm_counts() -> None:
    t = named(schema("union u switch (int d) { case 0: hyper a; case 1: int b; };"))["u"]
    assert t.min_wire == 8


def test_recursion() -> None:
    s = named(
        schema(
            "struct tree { tree *left; }; struct a { b many<3>; }; struct b { a *one; }; struct plain { tree t; };"
        )
    )
    assert {n for n, t in s.items() if t.recursive} == {"tree", "a", "b"}


def test_a_list_is_not_recursion() -> None:
    s = named(schema("struct e { int v; e *next; }; struct l { e *first; };", "list l.first via next"))
    assert not s["e"].recursive
    assert [f.name for f in s["e"].fields] == ["v"]  # type: ignore[attr-defined]


def test_types_come_before_their_use_by_value() -> None:
    s = schema("struct a { b one; c *two; }; struct b { c one; }; struct c { int i; }; typedef a d;")
    assert [t.name for t in s.types] == ["c", "b", "a", "d"]


def test_bodies_in_declarations_get_the_name_of_their_place() -> None:
    s = schema("struct a { union switch (bool b) { case TRUE: struct { int i; } x; default: void; } y<3>; };")
    assert [t.name for t in s.types] == ["a_y_x", "a_y", "a"]


def test_struct_keyword_before_a_name() -> None:
    unions = "union c switch (enum e f) { case G: void; }; enum e { G = 1 };"
    s = schema("typedef struct a *b; struct a { int i; }; " + unions)
    assert {t.name for t in s.types} == {"a", "b", "c", "e"}


def test_comments_and_spaces_do_not_matter() -> None:
    assert schema("const/* a */A=/* b\n */1;/**/").constants[0].value == 1


def test_several_arguments_become_a_struct() -> None:
    s = schema("program P { version V { void F(int, hyper) = 1; } = 1; } = 1;")
    assert [f.name for f in named(s)["F_args"].fields] == ["arg1", "arg2"]  # type: ignore[attr-defined]


def test_descriptions_of_the_tree_have_no_mistakes() -> None:
    from xdrgen.passes.load import load

    root = Path(__file__).resolve().parents[2]
    descriptions = sorted((root / "protocols").rglob("*.x"))
    assert descriptions
    for path in descriptions:
        assert load(path, root=root).types
