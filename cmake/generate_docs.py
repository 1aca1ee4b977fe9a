"""Writes the parts of docs/ that come from the code: what stands between `<!-- generated: NAME -->` and
`<!-- end -->` is replaced by what the program prints, so that it cannot lie."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def settings(dfs: str) -> str:
    return subprocess.run([dfs, "config", "schema", "--markdown"], check=True, capture_output=True, text=True).stdout


def fault_points(_: str) -> str:
    rows = ["| point | actions |", "|---|---|"]
    groups = {
        "kWatch": "note",
        "kFail": "fail",
        "kError": "error",
        "kDrop": "drop_reply",
        "kResend": "duplicate, reorder",
        "kTime": "delay, pause, yield",
        "kLink": "reset, close, half_close, slow_close, throttle, slice, blackhole",
    }
    text = (ROOT / "engine/fault/points.def").read_text()
    for name, mask in re.findall(r'^FAULT_POINT\(\w+,\s*"([^"]+)",\s*([^)]*)\)', text, re.MULTILINE):
        rows.append(f"| `{name}` | {', '.join(groups[g.strip()] for g in mask.split('|'))} |")
    return "\n".join(rows) + "\n"


def nfs3_procedures(_: str) -> str:
    rows = ["| procedure | number | arguments | results | a retransmission |", "|---|---|---|---|---|"]
    rows.append("| NULL | 0 | | | executes again |")
    text = (ROOT / "protocols/nfs3/procs.def").read_text()
    found = re.findall(r"^NFS3_PROC\((\w+),\s*\w+,\s*(\w+),\s*(\w+),\s*(\w+)\)", text, re.MULTILINE)
    for number, (name, args, results, replayable) in enumerate(found, 1):
        again = "gets the first reply" if replayable == "true" else "executes again"
        rows.append(f"| {name} | {number} | `{args}` | `{results}` | {again} |")
    return "\n".join(rows) + "\n"


GENERATORS = {"settings": settings, "fault points": fault_points, "nfs3 procedures": nfs3_procedures}
BLOCK = re.compile(r"(<!-- generated: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    dfs = sys.argv[1]
    check = "--check" in sys.argv
    stale = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        old = page.read_text()
        new = BLOCK.sub(lambda m: m[1] + GENERATORS[m[2]](dfs) + m[3], old)
        if new == old:
            continue
        stale.append(page.relative_to(ROOT).as_posix())
        if not check:
            page.write_text(new)
    for name in stale:
        print(f"{name}: {'out of date, run ./dev docs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
