"""File data in pieces, which the codecs never copy (hint `payload`)."""

from __future__ import annotations

from .opaque import VariableOpaque


class Payload(VariableOpaque):
    ctype = "Payload"
    call = "payload"
