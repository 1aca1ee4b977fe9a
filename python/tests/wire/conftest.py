"""Every description's types, those that only tests have included."""

from __future__ import annotations

import hard4
import pytest
import rfc4506
import torture
import wire_test_schemas
from dittofs import _wire
from dittofs.wire import mount, nfs3, portmap, rpc, rpcbind

for _module in (rfc4506, hard4, torture):
    _wire.register_schema(getattr(wire_test_schemas, _module.__name__), _module.__name__)

MODULES = (rpc, portmap, rpcbind, mount, nfs3, rfc4506, hard4, torture)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `wire_type` runs for every type of every description."""
    if "wire_type" in metafunc.fixturenames:
        types = [(f"{module.__name__.split('.')[-1]}.{name}", t) for module in MODULES for name, t in module.types.items()]
        metafunc.parametrize("wire_type", [t for _, t in types], ids=[name for name, _ in types])
