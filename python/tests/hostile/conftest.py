"""Servers that meet clients without good will; each test brings the clients."""

from program.conftest import start  # noqa: F401  (a fixture)
