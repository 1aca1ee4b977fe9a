"""docs/durability.md names the tests that prove it: every proof that a row names is in its list of tests, every test
in the list exists, and none is listed that proves nothing."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "durability.md"
LISTED = re.compile(r"^\| `([^`]+)` \| `([^`]+?)::([^`]+)` \|", re.MULTILINE)


def exists(file: pathlib.Path, name: str) -> bool:
    """Whether the file defines this Python test, Catch2 test case or part of the store contract."""
    if not file.is_file():
        return False
    text = file.read_text()
    forms = (f"def {name}(", f'TEST_CASE("{name}"', f"void {name}(const StoreFactory&")
    return any(form in text for form in forms)


def main() -> int:
    text = DOCUMENT.read_text()
    statements, _, tests = text.partition("\n## The tests\n")
    listed = {name: (ROOT / file, test) for name, file, test in LISTED.findall(tests)}
    named = set()
    for line in statements.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("|") and "proof" not in cells and not set(line) <= set("|-"):
            proofs = re.findall(r"`([^`]+)`", cells[-2])
            if not proofs:
                print(f"durability.md: no test proves this row: {line}")
                return 1
            named.update(proofs)
    problems = [f"{name}: is in no list" for name in sorted(named - listed.keys())]
    problems += [f"{name}: proves no row" for name in sorted(listed.keys() - named)]
    problems += [
        f"{name}: there is no {test} in {file.relative_to(ROOT)}"
        for name, (file, test) in listed.items()
        if not exists(file, test)
    ]
    for problem in problems:
        print(f"durability.md: {problem}")
    print(f"{len(named)} proofs, {len(problems)} problems")
    return 1 if problems or not named else 0


if __name__ == "__main__":
    sys.exit(main())
