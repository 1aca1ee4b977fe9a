"""How the titles of sections are written down, for sections_nfs4.py and sections_nfs42.py."""

from __future__ import annotations


def table(specification: str, text: str) -> dict[str, str]:
    """A section a line: its number and its title."""
    pairs = (line.strip().split(" ", 1) for line in text.strip().splitlines())
    return {f"{specification} {number}": title for number, title in pairs}


def numbered(place: str, names: str, first: int = 1) -> dict[str, str]:
    """Sections that are numbered through, each about one thing."""
    return {f"{place}.{number}": name for number, name in enumerate(names.split(), first)}


def errors(place: str, groups: str) -> dict[str, str]:
    """The definitions of errors: a group a line, numbered through, and so its errors."""
    found: dict[str, str] = {}
    for group, names in enumerate(groups.strip().splitlines(), 1):
        for section, name in numbered(f"{place}.{group}", names).items():
            found[section] = name if name == "NFS4_OK" else f"NFS4ERR_{name}"
    return found


def operations(place: str, names: str, description: int) -> dict[str, str]:
    """Operations, and the parts of their sections that say something: where arguments and results come first."""
    found = numbered(place, names)
    for number, name in list(found.items()):
        found[f"{number}.{description}"] = f"{name}: description"
        found[f"{number}.{description + 1}"] = f"{name}: implementation"
    return found
