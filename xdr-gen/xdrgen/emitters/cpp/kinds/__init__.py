"""How C++ handles each kind of type: one small class a kind behind one interface (base.py)."""

from __future__ import annotations

from ....model import types as m
from ....model.schema import Schema
from .array import FixedArray, List, VariableArray
from .base import Kind
from .named import Alias, Compound, Enumeration, Newtype
from .opaque import FixedOpaque, Text, VariableOpaque
from .optional import Optional
from .payload import Payload
from .primitive import Boolean, Number

__all__ = ["Kind", "Kinds"]


class Kinds:
    """The kinds as seen from one schema, whose namespace is open in the code they write."""

    def __init__(self, schema: Schema):
        self.schema = schema

    def of(self, t: m.Type) -> Kind:
        return self._class(t)(t, self)

    @staticmethod
    def _class(t: m.Type) -> type[Kind]:
        if isinstance(t, m.Reference):
            t = t.target
        if isinstance(t, m.Typedef):
            return Newtype if t.newtype else Alias
        if isinstance(t, m.Opaque):
            return FixedOpaque if t.fixed else VariableOpaque
        if isinstance(t, m.Array):
            return FixedArray if t.fixed else VariableArray
        if isinstance(t, m.Primitive):
            return Boolean if t.name == "bool" else Number
        return {
            m.Enum: Enumeration,
            m.Struct: Compound,
            m.Union: Compound,
            m.String: Text,
            m.Payload: Payload,
            m.LinkedList: List,
            m.Optional: Optional,
        }[type(t)]
