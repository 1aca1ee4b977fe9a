"""Every description's types, those that only tests have included."""

from __future__ import annotations

import sys
from pathlib import Path

import dittofs
import pytest
from dittofs import _wire
from dittofs.wire import mount, nfs3, nfs4, nfs4_cb, portmap, rpc, rpcbind

# <build>/python/dittofs -> <build>/tests/python
sys.path.append(str(Path(dittofs.__file__).parents[2] / "tests" / "python"))

import rfc4506  # noqa: E402
import torture  # noqa: E402
import wire_test_schemas  # noqa: E402

for _module in (rfc4506, torture):
    _wire.register_schema(getattr(wire_test_schemas, _module.__name__), _module.__name__)

MODULES = (rpc, portmap, rpcbind, mount, nfs3, nfs4, nfs4_cb, rfc4506, torture)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `wire_type` runs for every type of every description."""
    if "wire_type" in metafunc.fixturenames:
        types = {f"{module.__name__.split('.')[-1]}.{n}": t for module in MODULES for n, t in module.types.items()}
        metafunc.parametrize("wire_type", types.values(), ids=types.keys())
