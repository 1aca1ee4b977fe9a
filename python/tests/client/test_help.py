"""help(): every operation and procedure names its section, and says what it takes and brings."""

import pydoc
import re

import pytest

from dittofs import mount, nfs3, nfs4, portmap
from dittofs.nfs4 import op
from dittofs.nfs4.operation import Builder
from dittofs.rpc.client import procedure
from dittofs.testing.sections import title
from dittofs.wire import nfs4 as w

BUILDERS = {name: value for name, value in vars(op).items() if isinstance(value, Builder)}
PROCEDURES = {
    f"{module.__name__}.{cls.__name__}.{name}": value
    for module in (nfs3, mount, portmap)
    for cls in vars(module).values()
    if isinstance(cls, type)
    for name, value in vars(cls).items()
    if isinstance(value, procedure) and name != "null"
}
SECTION = re.compile(r"RFC (\d+) (\d+(?:\.\d+)*)")


def test_there_is_a_builder_of_every_operation():
    assert {b.opnum for b in BUILDERS.values()} == {row.op for row in w.nfs_argop4_ops}


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_an_operation_names_its_section(name):
    rfc, section = SECTION.search(BUILDERS[name].help()).groups()
    known = title(f"RFC{rfc} {section}")
    assert not known or name.upper() in known.upper().replace(" ", "_"), f"RFC {rfc} {section} is about {known}"


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_procedure_names_its_section(name):
    assert SECTION.search(PROCEDURES[name].__doc__ or "")


def test_help_says_what_an_operation_takes_and_brings():
    said = pydoc.plain(pydoc.render_doc(op.write))
    assert "WRITE, RFC 8881 18.32" in said
    assert "op.write(" in said and "sent as WRITE4args(stateid, offset, stable, data)" in said
    assert "r.write.status" in said and "r.write.count    (NFS4_OK)" in said
    assert "Makes operations" in (nfs4.operation.Builder.__doc__ or "")
