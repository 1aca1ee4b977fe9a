"""The tables of errors that a specification allows: which operation or procedure may fail with which.

    RFC 7530 13.2
    GETFH  BADHANDLE FHEXPIRED MOVED NOFILEHANDLE
           RESOURCE SERVERFAULT STALE

A line that begins with RFC starts a table; an indented one goes on with the row before; `#` starts a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import Location, XdrError
from .hints import Name, words


@dataclass
class ErrorRow:
    source: str  # "RFC 7530 13.2"
    name: str  # of the operation or procedure, without its prefix
    where: Location
    errors: list[Name]  # without their prefix


def parse_error_tables(text: str, path: str) -> list[ErrorRow]:
    rows: list[ErrorRow] = []
    source = ""
    for line, said in words(text, path):
        if said[0][0] == "RFC":
            source = " ".join(word for word, _ in said)
            if not re.fullmatch(r"RFC \d+ \S+", source):
                raise XdrError(said[0][1], "the form is: RFC NUMBER SECTION")
        elif line[0].isspace():
            if not rows:
                raise XdrError(said[0][1], "an indented line goes on with a row, and there is none")
            rows[-1].errors += said
        else:
            if not source:
                raise XdrError(said[0][1], "a row before any RFC")
            rows.append(ErrorRow(source, *said[0], said[1:]))
    return rows
