"""The statements of struct and union codecs, made of the kinds' statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...model import types as m
from ...passes.sizes import fixed_wire
from .kinds import Kinds
from .kinds.base import MAX_RUN, Lines, block, indent
from .layout import arm_size_align
from .names import name, namespace, number


@dataclass
class _Run:
    """Consecutive fields of known size: one check or reservation, then loads and stores without checks."""

    fields: list[tuple[int, m.Field]]  # with their offsets in the run
    size: int


def _runs(kinds: Kinds, struct: m.Struct) -> list[_Run | m.Field]:
    out: list[_Run | m.Field] = []
    for f in struct.fields:
        size = kinds.of(f.type).run_size
        if size is None:
            out.append(f)
        elif out and isinstance(out[-1], _Run) and out[-1].size + size <= MAX_RUN:
            out[-1].fields.append((out[-1].size, f))
            out[-1].size += size
        else:
            out.append(_Run([(0, f)], size))
    return out


def struct_members(kinds: Kinds, struct: m.Struct) -> Lines:
    types = [kinds.of(f.type).ctype for f in struct.fields]
    return _declare(kinds, list(zip(types, [name(f.name) for f in struct.fields], strict=True)))


def _declare(kinds: Kinds, members: list[tuple[str, str]]) -> Lines:
    """A member called like a type that the struct uses would change that name's meaning: qualify the type then."""
    names = {n for _, n in members}
    return [
        f"{_qualified(kinds, t) if any(n in names for n in _identifiers(t)) else t} {n};" for t, n in members
    ]


def _identifiers(ctype: str) -> list[str]:
    return [part.split("*")[0] for part in ctype.replace("<", " ").replace(">", " ").replace(",", " ").split()]


def _qualified(kinds: Kinds, ctype: str) -> str:
    own = {name(t.name) for t in kinds.schema.types}
    out = ctype
    for identifier in set(_identifiers(ctype)) & own:
        out = re.sub(rf"\b{identifier}\b", f"::{namespace(kinds.schema)}::{identifier}", out)
    return out


def struct_decode(kinds: Kinds, struct: m.Struct) -> Lines:
    lines: Lines = []
    for part in _runs(kinds, struct):
        if isinstance(part, m.Field):
            lines += kinds.of(part.type).decode(f"v.{name(part.name)}")
        elif len(part.fields) == 1:
            lines += kinds.of(part.fields[0][1].type).decode(f"v.{name(part.fields[0][1].name)}")
        else:
            lines += block("", [
                "const u8* p;",
                f"if (!r.take(p, {part.size})) return false;",
                *_loads(kinds, part),
            ])
    return lines


def _loads(kinds: Kinds, run: _Run) -> Lines:
    return [
        line for at, f in run.fields for line in kinds.of(f.type).load(f"p + {at}" if at else "p", f"v.{name(f.name)}")
    ]


def _stores(kinds: Kinds, run: _Run) -> Lines:
    return [
        line for at, f in run.fields for line in kinds.of(f.type).store(f"p + {at}" if at else "p", f"v.{name(f.name)}")
    ]


def struct_load(kinds: Kinds, struct: m.Struct) -> Lines:
    (run,) = _runs(kinds, struct)
    return _loads(kinds, run)


def struct_store(kinds: Kinds, struct: m.Struct) -> Lines:
    (run,) = _runs(kinds, struct)
    return _stores(kinds, run)


def struct_encode(kinds: Kinds, struct: m.Struct) -> Lines:
    lines: Lines = []
    for part in _runs(kinds, struct):
        if isinstance(part, m.Field):
            lines += kinds.of(part.type).encode(f"v.{name(part.name)}")
        elif len(part.fields) == 1:
            lines += kinds.of(part.fields[0][1].type).encode(f"v.{name(part.fields[0][1].name)}")
        else:
            lines += block("", [f"u8* p = w.reserve({part.size});", *_stores(kinds, part)])
    return lines


def struct_size(kinds: Kinds, struct: m.Struct) -> Lines:
    known = [fixed_wire(f.type) for f in struct.fields]
    lines = [f"size_t n = {sum(size or 0 for size in known)};"]
    for f, size in zip(struct.fields, known, strict=True):
        if size is None:
            lines += kinds.of(f.type).size(f"v.{name(f.name)}")
    return lines


def struct_equal(kinds: Kinds, struct: m.Struct) -> Lines:
    return [
        line for f in struct.fields for line in kinds.of(f.type).equal(f"a.{name(f.name)}", f"b.{name(f.name)}")
    ]


# unions


def union_members(kinds: Kinds, union: m.Union) -> Lines:
    """The discriminant, then the arms in an anonymous union, the widest first (layout.py says why)."""
    arms = [arm for arm in union.all_arms() if arm.type]
    arms.sort(key=lambda arm: -arm_size_align(union, arm)[0])
    members = [(kinds.of(union.discriminant.type).ctype, name(union.discriminant.name))]
    for arm in arms:
        ctype = kinds.of(arm.type).ctype
        members.append((f"const {ctype}*" if union.boxed else ctype, name(arm.name)))
    first, *rest = _declare(kinds, members)
    return [first, *(["union {", *indent(rest), "};"] if rest else [])]


def _switch(kinds: Kinds, union: m.Union, subject: str, per_arm, unknown: Lines) -> Lines:
    """switch over the discriminant; per_arm(arm) gives an arm's statements; unknown: for values without an arm."""
    switch = m.resolve(union.discriminant.type)
    lines: Lines = []
    for arm in union.arms:
        lines += [f"case {_label(kinds, switch, value)}:" for value in arm.values]
        lines += indent([*per_arm(arm), "break;"])
    is_bool = isinstance(switch, m.Primitive) and switch.name == "bool"
    complete = is_bool and len({v for arm in union.arms for v in arm.values}) == 2
    default = per_arm(union.default) if union.default else [] if complete else unknown
    lines += ["default:", *indent([*default, *([] if default and default[-1].startswith("return") else ["break;"])])]
    if is_bool:
        subject = f"static_cast<int>({subject})"  # g++ warns of a switch on bool
    return block(f"switch ({subject})", lines)


def _label(kinds: Kinds, switch: m.Type, value: int) -> str:
    if isinstance(switch, m.Enum):
        member = next(x for x in switch.members if x.value == value)
        kind = kinds.of(switch)
        return kind.prefix + name(member.name)
    return number(value, "u32" if switch.name == "unsigned int" else "i32")


def union_decode(kinds: Kinds, union: m.Union) -> Lines:
    def arm_lines(arm: m.Arm) -> Lines:
        if not arm.type:
            return []
        kind, member = kinds.of(arm.type), f"v.{name(arm.name)}"
        if not union.boxed:
            return kind.decode(member)
        return block("", [
            f"{kind.ctype}* arm;",
            "if (!r.elements(arm, 1)) return false;",
            f"{member} = arm;",
            "auto& boxed = *arm;",
            *kind.decode("boxed"),
        ])

    head = kinds.of(union.discriminant.type).decode(f"v.{name(union.discriminant.name)}")
    refused = ["return r.fail(wire::DecodeErrorKind::bad_arm, 4);"]
    return [*head, *_switch(kinds, union, f"v.{name(union.discriminant.name)}", arm_lines, refused)]


def union_encode(kinds: Kinds, union: m.Union) -> Lines:
    def arm_lines(arm: m.Arm) -> Lines:
        if not arm.type:
            return []
        member = f"v.{name(arm.name)}"
        if not union.boxed:
            return kinds.of(arm.type).encode(member)
        lines = [f"const auto& boxed = *{member};", *kinds.of(arm.type).encode("boxed")]
        return [f"DFS_CHECK({member} != nullptr);", *block("", lines)]

    head = kinds.of(union.discriminant.type).encode(f"v.{name(union.discriminant.name)}")
    return [*head, *_switch(kinds, union, f"v.{name(union.discriminant.name)}", arm_lines, [])]


def union_size(kinds: Kinds, union: m.Union) -> Lines:
    def arm_lines(arm: m.Arm) -> Lines:
        if not arm.type:
            return []
        member = f"v.{name(arm.name)}"
        if not union.boxed or fixed_wire(arm.type) is not None:
            return kinds.of(arm.type).size(member)
        return block("", [f"const auto& boxed = *{member};", *kinds.of(arm.type).size("boxed")])

    return ["size_t n = 4;", *_switch(kinds, union, f"v.{name(union.discriminant.name)}", arm_lines, [])]


def union_equal(kinds: Kinds, union: m.Union) -> Lines:
    def arm_lines(arm: m.Arm) -> Lines:
        if not arm.type:
            return []
        a, b = (f"{x}.{name(arm.name)}" for x in "ab")
        if not union.boxed:
            return kinds.of(arm.type).equal(a, b)
        lines = [f"const auto& x = *{a};", f"const auto& y = *{b};", *kinds.of(arm.type).equal("x", "y")]
        return block("", lines)

    d = name(union.discriminant.name)
    head = kinds.of(union.discriminant.type).equal(f"a.{d}", f"b.{d}")
    return [*head, *_switch(kinds, union, f"a.{d}", arm_lines, [])]
