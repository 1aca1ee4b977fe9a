"""Programs, versions and procedures that are not there: RFC 5531 9."""

import pytest

from dittofs.nfs3 import NFS_V3
from dittofs.rpc import accept_stat, reject_stat, reply_stat
from dittofs.testing.markers import covers, meets, needs

OTHER = [0, 1, 3, 255, 2**31, 2**32 - 1]


@pytest.mark.parametrize("rpcvers", OTHER)
@covers("RFC5531 9", "RPC_MISMATCH with the lowest and highest version there is: 2")
@meets("5531-9-3")
def test_rpc_version(nfs3, rpcvers):
    r = nfs3.null(rpcvers=rpcvers, fails=reject_stat.RPC_MISMATCH)
    assert r.reply_stat == reply_stat.MSG_DENIED
    assert (r.low, r.high) == (2, 2)
    nfs3.null()


@pytest.mark.parametrize("prog", [0, 1, 100002, 200000, 2**31, 2**32 - 1])
@covers("RFC5531 9", "PROG_UNAVAIL: the program is not here")
@meets("5531-8.1-1", "5531-9-4")
def test_program(nfs3, prog):
    nfs3.null(prog=prog, fails=accept_stat.PROG_UNAVAIL)
    nfs3.null()


@pytest.mark.parametrize("vers", [0, 1, 5, 100, 2**32 - 1])
@covers("RFC5531 9", "PROG_MISMATCH with the lowest and highest version of the program")
@meets("5531-8.1-1", "5531-9-5")
def test_version(nfs3, vers):
    r = nfs3.null(vers=vers, fails=accept_stat.PROG_MISMATCH)
    assert r.low <= NFS_V3 <= r.high
    assert not r.low <= vers <= r.high


@needs("mount")
@pytest.mark.parametrize("vers", [0, 4, 99])
@covers("RFC5531 9", "PROG_MISMATCH of MOUNT: versions 1 to 3")
@meets("5531-9-5")
def test_mount_version(mount, vers):
    r = mount.null(vers=vers, fails=accept_stat.PROG_MISMATCH)
    assert r.low <= 3 <= r.high


@needs("portmap")
@pytest.mark.parametrize("vers", [0, 1, 5, 99])
@covers("RFC5531 9", "PROG_MISMATCH of the port mapper: versions 2 to 4")
@meets("5531-9-5")
def test_portmap_version(portmap, vers):
    r = portmap.null(vers=vers, fails=accept_stat.PROG_MISMATCH)
    assert (r.low, r.high) == (2, 4)


@pytest.mark.parametrize("proc", [22, 23, 255, 2**31, 2**32 - 1])
@covers("RFC5531 9", "PROC_UNAVAIL: NFSv3 has 22 procedures")
@meets("1813-3-1", "5531-8.1-1", "5531-9-6")
def test_procedure(nfs3, proc):
    nfs3.null(proc=proc, fails=accept_stat.PROC_UNAVAIL)
    nfs3.null()


@needs("mount")
@covers("RFC5531 9", "PROC_UNAVAIL: MOUNT version 3 has 6 procedures")
@meets("5531-9-6")
def test_mount_procedure(mount):
    mount.null(proc=6, fails=accept_stat.PROC_UNAVAIL)


@needs("portmap")
@pytest.mark.parametrize("vers, proc", [(2, 6), (3, 9), (4, 13)])
@covers("RFC5531 9", "PROC_UNAVAIL: the port mapper's procedures end at 5, 8 and 12")
@meets("5531-9-6")
def test_portmap_procedure(portmap, vers, proc):
    portmap.null(vers=vers, proc=proc, fails=accept_stat.PROC_UNAVAIL)


@covers("RFC5531 9", "the version of RPC is checked before the program")
@meets("5531-9-3")
def test_order(nfs3):
    nfs3.null(rpcvers=3, prog=1, vers=99, fails=reject_stat.RPC_MISMATCH)


@covers("RFC5531 9", "a reply carries the xid of its call, and a verifier of AUTH_NONE to AUTH_NONE and AUTH_SYS")
@meets("5531-9-1", "5531-9-2", "5531-9-9", "5531-10.1-1", "5531-A-2")
@pytest.mark.parametrize("xid", [0, 1, 2**31, 2**32 - 1])
def test_xid(nfs3, xid):
    r = nfs3.null(xid=xid)
    assert r.xid == xid
    assert (r.verifier.flavor, r.verifier.body) == (0, b"")


@covers("RFC5531 9", "the program number of a call does not change what the next one gets")
@meets("5531-8.1-1")
def test_interleaved_errors(nfs3):
    calls = [
        (nfs3.null.send(prog=1), accept_stat.PROG_UNAVAIL),
        (nfs3.null.send(vers=1), accept_stat.PROG_MISMATCH),
        (nfs3.null.send(), None),
        (nfs3.null.send(proc=99), accept_stat.PROC_UNAVAIL),
        (nfs3.null.send(rpcvers=1), reject_stat.RPC_MISMATCH),
        (nfs3.getattr.send(raw=b""), accept_stat.GARBAGE_ARGS),
        (nfs3.null.send(), None),
    ]
    for call, outcome in calls:
        call.result(fails=outcome)


