"""C++ spellings of names and numbers."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Schema

_KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class
    compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype
    default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline
    int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public
    register reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile
    wchar_t while xor xor_eq
    """.split()
)


def name(identifier: str) -> str:
    """The identifier; a C++ keyword gets an underscore behind it."""
    return identifier + "_" if identifier in _KEYWORDS else identifier


def namespace(schema: Schema) -> str:
    return "::".join(["dfs", *(name(part) for part in schema.namespace.split("::"))])


def qualifier(target: Schema, user: Schema) -> str:
    """What stands before a name of `target` where `user`'s namespace is open."""
    return "" if target is user else f"::{namespace(target)}::"


def type_name(t: m.Definition, user: Schema) -> str:
    return qualifier(t.schema, user) + name(t.name)


def number(value: int, of: str) -> str:
    """A literal of the C++ integer type `of`."""
    if of == "i32" and value == -(2**31):
        return "INT32_MIN"
    if of == "i64" and value == -(2**63):
        return "INT64_MIN"
    return f"{value}{'u' if of in ('u32', 'u64') and value >= 2**31 else ''}"


def constant_type(value: int) -> str:
    """The narrowest of the XDR integer types; u32 before i32."""
    if 0 <= value < 2**32:
        return "u32"
    if -(2**31) <= value < 0:
        return "i32"
    return "i64" if value < 0 else "u64"
