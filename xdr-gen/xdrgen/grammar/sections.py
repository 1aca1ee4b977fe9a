"""Which section of which RFC a definition comes from, by the comments of the description.

A comment at the left edge that begins with sections says so: `/* 18.22, RFC 7530 16.23 READ */`. An empty line behind it,
and it is for everything up to the next such comment; none, and it is for the lines up to the next empty one. Behind a
definition, in its line, it is for that one. Other comments mean nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+|appendix [A-Z])"
_ONE = re.compile(rf"(?:RFC (?P<rfc>\d+) )?(?P<number>{_NUMBER}(?: - {_NUMBER})?)(?=[\s,:]|$)")
_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)


@dataclass
class Sections:
    """Of one description."""

    by_line: dict[int, str]

    def at(self, line: int) -> str:
        """What defines what stands in that line, "RFC 8881 18.22, RFC 7530 16.23"; empty when no comment says so."""
        return self.by_line.get(line, "")


def parse_sections(text: str, rfc: str) -> Sections:
    """rfc: whose sections those are that stand without one."""
    lines = text.split("\n")
    whole, own = {}, {}  # of parts and paragraphs, of single lines
    for comment in _COMMENT.finditer(text):
        said = _said(comment.group(1).strip(), rfc)
        if not said:
            continue
        first = text.count("\n", 0, comment.start()) + 1
        last = text.count("\n", 0, comment.end()) + 1
        if comment.start() == 0 or text[comment.start() - 1] == "\n":
            whole[last] = said
        else:
            own[first] = said
    return Sections(_spread(lines, whole) | own)


def _said(comment: str, rfc: str) -> str:
    sections, at = [], 0
    while match := _ONE.match(comment, at):
        rfc = match["rfc"] or rfc
        sections.append(f"RFC {rfc} {match['number']}")
        at = match.end()
        if not comment.startswith(", ", at):
            break
        at += 2
    return ", ".join(sections)


def _spread(lines: list[str], comments: dict[int, str]) -> dict[int, str]:
    """The section of each line, which count from 1."""
    out, part, paragraph = {}, "", ""
    for number, line in enumerate(lines, 1):
        if number in comments:
            if number < len(lines) and lines[number].strip():
                paragraph = comments[number]
            else:
                part, paragraph = comments[number], ""
        elif not line.strip():
            paragraph = ""
        out[number] = paragraph or part
    return out
