"""The pytest plugin: `-p dittofs.pytest_plugin`, or by itself where the package is installed.

Its parts, each a plugin of its own:
    options       --server, --store, --loops, --seed, ... and the servers they start
    markers       covers(section, what) and needs(capability)
    requirements  meets(row), and the table of what the specifications demand
    recorded      every message of every test in files, for comparing servers
    fixtures      clients by role: nfs3, mount, portmap, rpc, alice, home, ...
    evidence      what a failing test shows: transcripts, seed, the command that runs it again
    ledger        failures of a server that are known and explained
    report        JSON, JUnit XML and one HTML page
    progress      a bar on a terminal
"""

pytest_plugins = (
    "dittofs.testing.options",
    "dittofs.testing.markers",
    "dittofs.testing.requirements.plugin",
    "dittofs.testing.recorded",
    "dittofs.testing.evidence",
    "dittofs.testing.fixtures",
    "dittofs.testing.ledger",
    "dittofs.testing.report",
    "dittofs.testing.progress",
)
