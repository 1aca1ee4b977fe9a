"""The statements of a union's codec: a switch over the discriminant, made of the arms' statements."""

from __future__ import annotations

from collections.abc import Callable

from ...model import types as m
from ...passes.sizes import fixed_wire
from .kinds import Kinds
from .kinds.base import Lines, block, indent
from .layout import arm_size_align
from .members import declare
from .names import name, number, qualifier


class UnionCodec:
    def __init__(self, kinds: Kinds, union: m.Union):
        self.kinds = kinds
        self.union = union
        self.selector = name(union.discriminant.name)
        self.selector_kind = kinds.of(union.discriminant.type)

    def members(self) -> Lines:
        """The discriminant, then the arms in an anonymous union, the widest first (layout.py says why)."""
        union = self.union
        members = [(self.selector_kind.ctype, self.selector)]
        for arm in sorted(union.arm_fields(), key=lambda arm: -arm_size_align(union, arm)[0]):
            ctype = self.kinds.of(arm.type).ctype
            members.append((f"const {ctype}*" if union.boxed else ctype, name(arm.name)))
        first, *rest = declare(self.kinds, members)
        return [first, *(["union {", *indent(rest), "};"] if rest else [])]

    def decode(self) -> Lines:
        def arm_lines(arm: m.Field) -> Lines:
            kind, member = self.kinds.of(arm.type), f"v.{name(arm.name)}"
            if not self.union.boxed:
                return kind.decode(member)
            new = [f"{kind.ctype}* arm;", "if (!r.elements(arm, 1)) return false;", f"{member} = arm;"]
            return block("", [*new, "auto& boxed = *arm;", *kind.decode("boxed")])

        refused = ["return r.fail(wire::DecodeErrorKind::bad_arm, 4);"]
        return [*self.selector_kind.decode(f"v.{self.selector}"), *self._switch("v", arm_lines, refused)]

    def encode(self) -> Lines:
        def arm_lines(arm: m.Field) -> Lines:
            kind, member = self.kinds.of(arm.type), f"v.{name(arm.name)}"
            if not self.union.boxed:
                return kind.encode(member)
            unboxed = block("", [f"const auto& boxed = *{member};", *kind.encode("boxed")])
            return [f"DFS_CHECK({member} != nullptr);", *unboxed]

        return [*self.selector_kind.encode(f"v.{self.selector}"), *self._switch("v", arm_lines, [])]

    def size(self) -> Lines:
        def arm_lines(arm: m.Field) -> Lines:
            kind, member = self.kinds.of(arm.type), f"v.{name(arm.name)}"
            if not self.union.boxed or fixed_wire(arm.type) is not None:
                return kind.size(member)
            return block("", [f"const auto& boxed = *{member};", *kind.size("boxed")])

        return ["size_t n = 4;", *self._switch("v", arm_lines, [])]

    def equal(self) -> Lines:
        def arm_lines(arm: m.Field) -> Lines:
            kind, a, b = self.kinds.of(arm.type), f"a.{name(arm.name)}", f"b.{name(arm.name)}"
            if not self.union.boxed:
                return kind.equal(a, b)
            return block("", [f"const auto& x = *{a};", f"const auto& y = *{b};", *kind.equal("x", "y")])

        same = self.selector_kind.equal(f"a.{self.selector}", f"b.{self.selector}")
        return [*same, *self._switch("a", arm_lines, [])]

    def _switch(self, value: str, per_arm: Callable[[m.Field], Lines], unknown: Lines) -> Lines:
        """value: the union; per_arm: an arm's statements; unknown: those for a discriminant without an arm."""
        union = self.union
        lines: Lines = []
        for arm in union.arms:
            lines += [f"case {self._label(v)}:" for v in arm.values]
            lines += indent([*(per_arm(arm.declaration) if arm.declaration else []), "break;"])
        default = unknown
        if union.default:
            default = per_arm(union.default.declaration) if union.default.declaration else []
        elif self._complete():
            default = []
        ends = bool(default) and default[-1].startswith("return")
        lines += ["default:", *indent(default if ends else [*default, "break;"])]
        subject = f"{value}.{self.selector}"
        if self._is_bool():
            subject = f"static_cast<int>({subject})"  # g++ warns of a switch on bool
        return block(f"switch ({subject})", lines)

    def _is_bool(self) -> bool:
        return isinstance(self.union.switch, m.Primitive) and self.union.switch.name == "bool"

    def _complete(self) -> bool:
        return self._is_bool() and len({v for arm in self.union.arms for v in arm.values}) == 2

    def _label(self, value: int) -> str:
        switch = self.union.switch
        if isinstance(switch, m.Enum):
            member = next(x for x in switch.members if x.value == value)
            return qualifier(switch.schema, self.kinds.schema) + name(member.name)
        return number(value, "u32" if switch.name == "unsigned int" else "i32")
