"""help(): every type, operation and procedure names its section; the latter say what they take, bring and fail with."""

import pydoc
import re

import pytest

from dittofs import mount, nfs3, nfs4, portmap
from dittofs.nfs4 import op
from dittofs.nfs4.operation import Builder
from dittofs.rpc.client import procedure
from dittofs.testing.sections import title
from dittofs.wire import Type
from dittofs.wire import mount as mount_wire
from dittofs.wire import nfs3 as nfs3_wire
from dittofs.wire import nfs4 as w
from dittofs.wire import nfs4_cb, rpc, rpcbind
from dittofs.wire import portmap as portmap_wire

MODULES = (rpc, portmap_wire, rpcbind, mount_wire, nfs3_wire, w, nfs4_cb)
TYPES = {f"{module.__name__}.{name}": t for module in MODULES for name, t in module.types.items()}
OPERATIONS = {row.name: row for table in (w.nfs_argop4_ops, nfs4_cb.nfs_cb_argop4_ops) for row in table}
BUILDERS = {name: value for name, value in vars(op).items() if isinstance(value, Builder)}
PROCEDURES = {
    f"{module.__name__}.{cls.__name__}.{name}": value
    for module in (nfs3, mount, portmap)
    for cls in vars(module).values()
    if isinstance(cls, type)
    for name, value in vars(cls).items()
    if isinstance(value, procedure) and name != "null"
}
SECTION = re.compile(r"RFC (\d+) ((?:[A-Z]\.)?\d+(?:\.\d+)*|appendix [A-Z])")


def test_there_is_a_builder_of_every_operation():
    assert {b.opnum for b in BUILDERS.values()} == {row.op for row in w.nfs_argop4_ops}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_names_its_section(name):
    t = TYPES[name]
    said = t.section if isinstance(t, Type) else t.__doc__
    assert said and all(SECTION.match(section) for section in said.split(", "))
    assert said in pydoc.plain(pydoc.render_doc(t))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_names_its_sections_and_errors(name):
    row = OPERATIONS[name]
    for rfc, section in SECTION.findall(row.section):
        known = title(f"RFC{rfc} {section}")
        assert not known or name in known.upper().replace(" ", "_"), f"RFC {rfc} {section} is about {known}"
    assert row.section and row.errors
    for table, errors in row.errors.items():
        assert SECTION.fullmatch(table)
        assert all(isinstance(error, w.nfsstat4) and error != w.NFS4_OK for error in errors)


def test_a_minor_version_that_has_an_operation_has_a_table_of_its_errors():
    rfcs = {name: {SECTION.match(table)[1] for table in row.errors} for name, row in OPERATIONS.items()}
    assert rfcs["READ"] == rfcs["CB_RECALL"] == {"7530", "8881"}
    assert rfcs["SEQUENCE"] == {"8881"} and rfcs["COPY"] == {"7862"} and rfcs["GETXATTR"] == {"8276"}
    assert OPERATIONS["RENEW"].errors["RFC 8881 15.2"] == (w.NFS4ERR_NOTSUPP,)
    for name, row in OPERATIONS.items():  # whoever explains an operation lists its errors
        assert {rfc for rfc, _ in SECTION.findall(row.section)} <= rfcs[name]


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_help_of_an_operation_says_so(name):
    said = BUILDERS[name].about()
    row = OPERATIONS[name.upper()]
    assert said.startswith(f"{row.name}, {row.section}\n") and all(f"fails with, {table}: " in said for table in row.errors)


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_procedure_names_its_section(name):
    row = PROCEDURES[name].row
    assert f"{row.short}, {row.section}\n" in pydoc.plain(pydoc.render_doc(PROCEDURES[name]))


@pytest.mark.parametrize("row", nfs3_wire.NFS_V3_procs[1:], ids=lambda row: row.short)
def test_a_procedure_lists_its_errors(row):
    number = row.section.removeprefix("RFC 1813 3.3.")
    assert row.proc == int(number) and title(f"RFC1813 3.3.{number}") == row.short
    (errors,) = row.errors.values()
    assert nfs3_wire.NFS3ERR_SERVERFAULT in errors and all(isinstance(error, nfs3_wire.nfsstat3) for error in errors)


def test_help_of_a_client_is_of_its_version():
    assert "RFC 1094 A.5" in mount.ClientV1.__new__(mount.ClientV1).mnt.__doc__
    assert "RFC 1813 5.2.1" in mount.Client.__new__(mount.Client).mnt.__doc__
    assert "fails with, RFC 1813 5.2.1: ACCES IO" in mount.Client.mnt.__doc__


def test_help_says_what_an_operation_takes_and_brings():
    said = pydoc.plain(pydoc.render_doc(op.write))
    assert "WRITE, RFC 8881 18.32, RFC 7530 16.36" in said
    assert "op.write(" in said and "sent as WRITE4args(stateid, offset, stable, data)" in said
    assert "r.write.status" in said and "r.write.count    (NFS4_OK)" in said
    assert "fails with, RFC 8881 15.2: ACCESS ADMIN_REVOKED" in said
    assert "Makes operations" in (nfs4.operation.Builder.__doc__ or "")
