"""Optional data: RFC 4506 4.19. Null is absent."""

from __future__ import annotations

from ....model import types as m
from ....passes.sizes import fixed_wire
from .base import Kind, Lines, block


class Optional(Kind):
    t: m.Optional

    @property
    def element(self) -> Kind:
        return self.kinds.of(self.t.element)

    @property
    def ctype(self) -> str:
        return f"const {self.element.ctype}*"

    def decode(self, lvalue: str) -> Lines:
        present = [
            f"{self.element.ctype}* item;",
            "if (!r.elements(item, 1)) return false;",
            f"{lvalue} = item;",
            "auto& held = *item;",
            *self.element.decode("held"),
        ]
        lines = ["bool present;", "if (!r.boolean(present)) return false;", f"{lvalue} = nullptr;"]
        return block("", [*lines, *block("if (present)", present)])

    def encode(self, value: str) -> Lines:
        lines = [f"const auto& held = *{value};", *self.element.encode("held")]
        return [f"w.boolean({value} != nullptr);", *block(f"if ({value} != nullptr)", lines)]

    def variable_size(self, value: str) -> Lines:
        step = fixed_wire(self.t.element)
        if step is not None:
            return [f"n += {value} != nullptr ? {4 + step} : 4;"]
        lines = [f"const auto& held = *{value};", *self.element.size("held")]
        return ["n += 4;", *block(f"if ({value} != nullptr)", lines)]

    def equal(self, a: str, b: str) -> Lines:
        lines = [f"const auto& x = *{a};", f"const auto& y = *{b};", *self.element.equal("x", "y")]
        return [f"if (({a} != nullptr) != ({b} != nullptr)) return false;", *block(f"if ({a} != nullptr)", lines)]

    def desc(self) -> dict[str, str]:
        return {"kind": "optional"}
