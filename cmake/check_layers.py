"""Includes point down: every `#include "..."` is compared with the layer table in docs/architecture.md.

The table is read from the document itself, so the picture and the code cannot drift apart.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ROW = re.compile(r"^\|\s*`([\w/-]+)`\s*\|([^|]*)\|", re.MULTILINE)


def read_table() -> dict[str, set[str]]:
    """Layer folder -> the folders it may include, besides itself."""
    table = {}
    for folder, uses in ROW.findall(DOCUMENT.read_text()):
        table[folder] = set(re.findall(r"`([\w/-]+)`", uses))
    return table


def layer_of(path: str, table: dict[str, set[str]]) -> str | None:
    """The deepest layer folder that holds the path."""
    fits = [folder for folder in table if path.startswith(folder + "/")]
    return max(fits, key=len, default=None)


def main() -> int:
    table = read_table()
    if not table:
        print(f"{DOCUMENT}: no layer table found")
        return 1
    problems = []
    files = 0
    for top in ("engine", "protocols", "python", "benchmarks"):
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            files += 1
            name = file.relative_to(ROOT).as_posix()
            mine = layer_of(name, table)
            if mine is None:
                problems.append(f"{name}: its folder is not in the layer table")
                continue
            for include in INCLUDE.findall(file.read_text()):
                theirs = layer_of(include, table)
                if theirs is None:
                    problems.append(f"{name}: includes \"{include}\", which is in no layer")
                elif theirs != mine and theirs not in table[mine] and "/tests/" not in name:
                    problems.append(f"{name}: {mine} may not include {theirs} (\"{include}\")")
    for problem in problems:
        print(problem)
    print(f"{files} files, {len(table)} layers, {len(problems)} includes that point the wrong way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
