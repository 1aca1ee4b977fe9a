from pathlib import Path

import pytest

import dittofs

INI = """
[pytest]
addopts = -p dittofs.pytest_plugin -p no:cacheprovider --strict-markers
covers_strict = true
"""

# A server that nobody asks anything: what the plugin does without one is what these tests look at.
NOBODY = ("--server", "nfs://127.0.0.1:9/export", "--mount-port", "9")


@pytest.fixture
def suite(pytester, monkeypatch):
    """suite(files, *options): runs pytest with the plugin over these files, against nobody."""
    monkeypatch.delenv("CONFORMANCE_COMMAND", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(dittofs.__file__).absolute().parents[1]))

    def run(files, *options, server=NOBODY):
        pytester.makefile(".ini", pytest=INI)
        pytester.makepyfile(**files)
        return pytester.runpytest_subprocess("-c", "pytest.ini", *server, *options)

    return run
