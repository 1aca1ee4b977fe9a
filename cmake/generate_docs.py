"""Writes the parts of docs/ that come from the code: what stands between `<!-- generated: NAME -->` and
`<!-- end -->` is replaced by what the program prints, so that it cannot lie."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def settings(dfs: str) -> str:
    return subprocess.run([dfs, "config", "schema", "--markdown"], check=True, capture_output=True, text=True).stdout


def fault_actions() -> list[tuple[str, str, str, list[str]]]:
    """Name, group, what it does, parameters, of each action."""
    text = (ROOT / "engine/fault/actions.def").read_text()
    row = r'^FAULT_ACTION\(\w+, "(\w+)", (\w+), "([^"]+)"(.*)\)$'
    return [(n, g, what, re.findall(r'\{"(\w+)"', rest)) for n, g, what, rest in re.findall(row, text, re.MULTILINE)]


def fault_filters() -> list[tuple[str, str]]:
    """Filter and the flag of points where it can be known."""
    text = (ROOT / "engine/fault/trigger.h").read_text()
    rows = re.findall(r'\{"(\w+)", (k\w+),', text)
    return [*rows, ("if", "kWaits"), ("after_bytes", "kBytes")]


def fault_points(_: str) -> str:
    rows = []
    header = "".join((ROOT / f"engine/fault/{name}.h").read_text() for name in ("point", "action"))
    sets = {name: mask for name, mask in re.findall(r"constexpr u32 (k\w+) =\s*([\w |\n]+);", header)}

    def flags(mask: str) -> set[str]:
        names = {m.strip() for m in mask.split("|")}
        return set().union(*(flags(sets[n]) if n in sets else {n} for n in names))

    usual = [a for a, g, _, _ in fault_actions() if g in flags("kRequest")]
    rows += [f"*A request*: {', '.join(usual)}.", "", "| point | actions | filters |", "|---|---|---|"]
    text = (ROOT / "engine/fault/points.def").read_text()
    row = r'^FAULT_POINT\(\w+,\s*"([^"]+)",\s*([^,)]*),\s*([^)]*)\)'
    for name, groups, known in re.findall(row, text, re.MULTILINE):
        actions = [a for a, g, _, _ in fault_actions() if g in flags(groups)]
        if set(usual) <= set(actions):
            actions = ["*a request*", *(a for a in actions if a not in usual)]
        filters = [f for f, flag in fault_filters() if flag in flags(known)]
        rows.append(f"| `{name}` | {', '.join(actions)} | {', '.join(filters)} |")
    return "\n".join(rows) + "\n"


def fault_action_table(_: str) -> str:
    rows = ["| action | what happens |", "|---|---|"]
    for name, _, what, parameters in fault_actions():
        rows.append(f"| `{name}({', '.join(parameters)})` | {what} |")
    return "\n".join(rows) + "\n"


def sections(dfs: str, table: str, name: str) -> dict[str, str]:
    """Of each row of a generated table, by its name."""
    program = f"from dittofs.wire import nfs3, nfs4\nfor row in {table}: print(row.{name}, row.section, sep='|')"
    return dict(line.split("|") for line in in_package(dfs, "-c", program).splitlines())


def nfs3_procedures(dfs: str) -> str:
    defined = sections(dfs, "nfs3.NFS_V3_procs", "short")
    rows = ["| procedure | number | arguments | results | a retransmission | defined in |", "|---|---|---|---|---|---|"]
    rows.append(f"| NULL | 0 | | | executes again | {defined['NULL']} |")
    text = (ROOT / "protocols/nfs3/procs.def").read_text()
    found = re.findall(r"^NFS3_PROC\((\w+),\s*\w+,\s*(\w+),\s*(\w+),\s*(\w+)\)", text, re.MULTILINE)
    for number, (name, args, results, replayable) in enumerate(found, 1):
        again = "gets the first reply" if replayable == "true" else "executes again"
        rows.append(f"| {name} | {number} | `{args}` | `{results}` | {again} | {defined[name]} |")
    return "\n".join(rows) + "\n"


def minors(first: int, last: int) -> str:
    return f"4.{first}" if first == last else f"4.{first} - 4.{last}"


def nfs4_operations(dfs: str) -> str:
    flags = {
        "kFh": "a current filehandle",
        "kSaved": "a saved filehandle",
        "kFirst": "may stand first without a session",
        "kAlone": "alone there",
        "kOnly": "alone",
        "kChanges": "changes files",
        "kLooks": "only looks: carried out in a dead session too",
        "kOwnSeqid": "replayed by its owner's seqid",
    }
    defined = sections(dfs, "nfs4.nfs_argop4_ops", "name")
    rows = ["| operation | number | minor versions | needs and does | defined in |", "|---|---|---|---|---|"]
    numbers = dict(re.findall(r"^\s*OP_(\w+)\s*=\s*(\d+)", (ROOT / "protocols/nfs4/nfs4.x").read_text(), re.MULTILINE))
    text = (ROOT / "protocols/nfs4/ops.def").read_text()
    row = r"^NFS4_OP\((\w+),\s*\w+,\s*[\w:]+,\s*\w+,\s*(\d),\s*(\d),\s*([\w |]+),\s*\d+\)"
    for name, first, last, mask in re.findall(row, text, re.MULTILINE):
        words = [flags[f.strip()] for f in mask.split("|") if f.strip() != "0"]
        rows.append(f"| {name} | {numbers[name]} | {minors(int(first), int(last))} | {'; '.join(words)} | {defined[name]} |")
    return "\n".join(rows) + "\n"


def nfs4_attributes(_: str) -> str:
    access = {"R": "get", "W": "set", "RW": "get, set"}
    rows = ["| attribute | number | minor versions | use | the same for |", "|---|---|---|---|---|"]
    text = (ROOT / "protocols/nfs4/nfs4.x").read_text()
    numbers = dict(re.findall(r"^const FATTR4_(\w+)\s*=\s*(\d+);", text, re.MULTILINE))
    text = (ROOT / "protocols/nfs4/attrs/table.def").read_text()
    row = r"^NFS4_ATTR\((\w+),\s*(\w+),\s*(\w+),\s*(\d),\s*(\w+),"
    for number_name, name, use, first, scope in re.findall(row, text, re.MULTILINE):
        rows.append(
            f"| {name} | {numbers[number_name]} | {minors(int(first), 2)} | {access[use]} | {scope.replace('_', ' ')} |"
        )
    return "\n".join(rows) + "\n"


def in_package(dfs: str, *arguments: object) -> str:
    """What Python prints with the package that is built beside the program."""
    package = pathlib.Path(dfs).resolve().parent.parent / "python"
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def requirements(dfs: str) -> str:
    return in_package(dfs, "-m", "dittofs.testing.requirements", ROOT / "conformance", "--markdown")


def table_of(dfs: str, head: str, row: str, program: str) -> str:
    """A table of what a Python program prints, a line a row, its cells with | between them."""
    table = [head, "|" + "---|" * (head.count("|") - 1)]
    table += [row.format(*line.split("|")) for line in in_package(dfs, "-c", program).splitlines()]
    return "\n".join(table) + "\n"


def comparison_groups(dfs: str) -> str:
    program = "from dittofs.replay.compare import listed\nfor row in listed(): print('|'.join(row))"
    return table_of(dfs, "| group | fields |", "| `{}` | {} |", program)


def scenarios(dfs: str) -> str:
    program = "from dittofs.scenarios import scenarios\nfor s in scenarios().values():\n"
    program += "    print(s.name, s.says, '<br>'.join(f'{a}: {b}' for a, b in s.demands), sep='|')"
    return table_of(dfs, "| scenario | what the server does | what a client has to do |", "| `{}` | {} | {} |", program)


def trace_events(dfs: str) -> str:
    program = "from dittofs._server import trace_events\nfor name, fields, meaning in trace_events():\n"
    program += "    print(name, meaning, '; '.join(f'`{f}` {m}' for f, _, m in fields), sep='|')"
    return table_of(dfs, "| event | meaning | fields |", "| `{}` | {} | {} |", program)


def admin_routes(_: str) -> str:
    rows = ["| | path | answer |", "|---|---|---|"]
    text = (ROOT / "protocols/server/admin/routes.def").read_text()
    for method, path, says in re.findall(r'^ADMIN_ROUTE\((\w+), "([^"]+)", \w+, "((?:[^"\\]|\\.)*)"\)', text, re.MULTILINE):
        rows.append(f"| {method} | `{path}` | {says.replace(chr(92), '')} |")
    return "\n".join(rows) + "\n"


GENERATORS = {
    "settings": settings,
    "fault points": fault_points,
    "fault actions": fault_action_table,
    "nfs3 procedures": nfs3_procedures,
    "nfs4 operations": nfs4_operations,
    "nfs4 attributes": nfs4_attributes,
    "requirements": requirements,
    "comparison groups": comparison_groups,
    "scenarios": scenarios,
    "trace events": trace_events,
    "admin routes": admin_routes,
}
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
