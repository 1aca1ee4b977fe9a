"""A finding as a test."""

from __future__ import annotations

from dittofs.fuzz.judge import Finding

_TEST = '''"""{trouble}: {says}

Found by `python3 -m dittofs fuzz`{how}. To run it: pytest {file} --server nfs://HOST:PORT/EXPORT
"""

from dittofs.fuzz import Part, Step, run_steps
from dittofs.wire.{protocol} import *  # noqa: F403

STEPS = [
{steps}
]


def test_{name}(srv):
    finding = run_steps(srv.nfs.host, srv.nfs.port, srv.exports["rw"], {version!r}, STEPS)
    assert finding is None, f"{{finding.trouble.value}}: {{finding.says}}"
'''


def source(finding: Finding, file: str, how: str = "") -> str:
    """A pytest file that fails as long as the server does. `how`: options of the run that found it."""
    steps = "\n".join(f"    {step}," for step in finding.steps)
    protocol = finding.steps[-1].parts[0].protocol if finding.steps else "nfs4"
    first = finding.says.splitlines()[0] if finding.says else ""
    return _TEST.format(
        trouble=finding.trouble.value, says=first.replace('"""', "'''").replace("\\", "/"), how=f" {how}" if how else "",
        file=file, protocol=protocol, steps=steps, name=finding.trouble.name.lower(), version=finding.version,
    )  # fmt: skip
