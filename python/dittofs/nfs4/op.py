"""Builders of operations: op.lookup("name") is a LOOKUP. help(op.lookup) says what it takes and brings.

Arguments have the names and the order of the specification. What is left out and cannot have a sensible default (the
client id, the owner, sequence numbers) is computed by the client that sends; any value given is sent as it is.

A name is str or bytes; a stateid is a stateid4 or whatever carries one (a result of OPEN or LOCK, an Open); a
filehandle is bytes or a result of GETFH; attributes are names to values: op.create(NF4DIR, "d", mode=0o755).
"""

from __future__ import annotations

from typing import Any, Optional, Union

from dittofs.nfs4.attributes import Bitmap, bitmap, fattr
from dittofs.nfs4.op41 import (
    backchannel_ctl, bind_conn_to_session, create_session, destroy_clientid, destroy_session, exchange_id,
    free_stateid, get_dir_delegation, getdeviceinfo, getdevicelist, layoutcommit, layoutget, layoutreturn,
    reclaim_complete, secinfo_no_name, sequence, set_ssv, test_stateid, want_delegation,
)  # fmt: skip
from dittofs.nfs4.op42 import (
    allocate, clone, copy, copy_notify, deallocate, getxattr, io_advise, layouterror, layoutstats, listxattrs,
    offload_cancel, offload_status, read_plus, removexattr, seek, setxattr, write_same,
)  # fmt: skip
from dittofs.nfs4.operation import AUTO, Builder, Operation
from dittofs.nfs4.stateids import ANONYMOUS, stateid
from dittofs.nfs4.stateids import stateid as _stateid  # where an argument has the name
from dittofs.wire import nfs4 as w

Name = Union[str, bytes]
Handle = Any  # bytes, or what has an `object` or `fh`
State = Any  # a stateid4, or what carries one

ALL_ACCESS = 0x3F  # the six bits of 18.1


def fh(handle: Handle) -> bytes:
    """A filehandle from whatever form it came in."""
    if isinstance(handle, (bytes, bytearray, memoryview)):
        return bytes(handle)
    return bytes(handle.object if hasattr(handle, "object") else handle.fh)


def raw(opnum: int, body: bytes = b"") -> Operation:
    """Any operation number, with any bytes as arguments."""
    return Operation(opnum, body=body)


def path(text: str) -> tuple[Operation, ...]:
    """From the root to a place: "/export/a" is PUTROOTFH, LOOKUP export, LOOKUP a."""
    return (putrootfh(), *(lookup(name) for name in text.split("/") if name))


@Builder
def access(access: int = ALL_ACCESS) -> w.ACCESS4args:
    return w.ACCESS4args(access)


@Builder
def close(open_stateid: State, seqid: int = AUTO) -> w.CLOSE4args:
    return w.CLOSE4args(seqid, stateid(open_stateid))


@Builder
def commit(offset: int = 0, count: int = 0) -> w.COMMIT4args:
    return w.COMMIT4args(offset, count)


@Builder
def create(
    objtype: int, objname: Name, attributes: Any = None, *, linkdata: Name = "", devdata: tuple[int, int] = (0, 0), **attrs: Any
) -> w.CREATE4args:
    """`linkdata` is the text of an NF4LNK, `devdata` the numbers of a device."""
    if objtype == w.NF4LNK:
        kind = w.createtype4(w.NF4LNK, linkdata=linkdata)
    elif objtype in (w.NF4BLK, w.NF4CHR):
        kind = w.createtype4(objtype, devdata=w.specdata4(*devdata))
    else:
        kind = w.createtype4(objtype)
    return w.CREATE4args(kind, objname, fattr(attributes, **attrs))


@Builder
def delegpurge(clientid: int = AUTO) -> w.DELEGPURGE4args:
    return w.DELEGPURGE4args(clientid)


@Builder
def delegreturn(deleg_stateid: State) -> w.DELEGRETURN4args:
    return w.DELEGRETURN4args(stateid(deleg_stateid))


@Builder
def getattr(*attr_request: Bitmap) -> w.GETATTR4args:
    return w.GETATTR4args(bitmap(*attr_request))


@Builder
def getfh() -> None:
    return None


@Builder
def link(newname: Name) -> w.LINK4args:
    """The saved filehandle gets another name in the current one."""
    return w.LINK4args(newname)


@Builder
def lock(
    locktype: int,
    offset: int,
    length: int,
    *,
    open_stateid: Optional[State] = None,
    lock_owner: Union[bytes, w.state_owner4] = b"lock owner",
    lock_stateid: Optional[State] = None,
    reclaim: bool = False,
    open_seqid: int = AUTO,
    lock_seqid: int = AUTO,
) -> w.LOCK4args:
    """With `open_stateid` the lock owner is new to the file; with `lock_stateid` it has locks there."""
    if (open_stateid is None) == (lock_stateid is None):
        raise TypeError("LOCK wants one of open_stateid and lock_stateid")
    if lock_stateid is not None:
        locker = w.locker4(False, lock_owner=w.exist_lock_owner4(stateid(lock_stateid), lock_seqid))
    else:
        new = w.open_to_lock_owner4(open_seqid, stateid(open_stateid), lock_seqid, owner4(lock_owner))
        locker = w.locker4(True, open_owner=new)
    return w.LOCK4args(locktype, reclaim, offset, length, locker)


@Builder
def lockt(locktype: int, offset: int, length: int, owner: Union[bytes, w.state_owner4] = b"lock owner") -> w.LOCKT4args:
    return w.LOCKT4args(locktype, offset, length, owner4(owner))


@Builder
def locku(lock_stateid: State, offset: int, length: int, *, locktype: int = w.WRITE_LT, seqid: int = AUTO) -> w.LOCKU4args:
    return w.LOCKU4args(locktype, seqid, stateid(lock_stateid), offset, length)


@Builder
def lookup(objname: Name) -> w.LOOKUP4args:
    return w.LOOKUP4args(objname)


@Builder
def lookupp() -> None:
    return None


@Builder
def nverify(attributes: Any = None, **attrs: Any) -> w.NVERIFY4args:
    return w.NVERIFY4args(fattr(attributes, **attrs))


@Builder
def open(
    file: Optional[Name] = None,
    how: Optional[w.openflag4] = None,
    *,
    share_access: int = w.OPEN4_SHARE_ACCESS_BOTH,
    share_deny: int = w.OPEN4_SHARE_DENY_NONE,
    owner: Union[bytes, w.state_owner4] = b"open owner",
    claim: Optional[w.open_claim4] = None,
    seqid: int = AUTO,
) -> w.OPEN4args:
    """`how`: create(mode=0o644), create(GUARDED4), create(EXCLUSIVE4, verf); nothing opens what is there."""
    what = w.open_claim4(w.CLAIM_NULL, file=file) if claim is None else claim
    return w.OPEN4args(seqid, share_access, share_deny, owner4(owner), how or w.openflag4(w.OPEN4_NOCREATE), what)


@Builder
def openattr(createdir: bool = False) -> w.OPENATTR4args:
    return w.OPENATTR4args(createdir)


@Builder
def open_confirm(open_stateid: State, seqid: int = AUTO) -> w.OPEN_CONFIRM4args:
    return w.OPEN_CONFIRM4args(stateid(open_stateid), seqid)


@Builder
def open_downgrade(open_stateid: State, share_access: int, share_deny: int = 0, *, seqid: int = AUTO) -> w.OPEN_DOWNGRADE4args:
    return w.OPEN_DOWNGRADE4args(stateid(open_stateid), seqid, share_access, share_deny)


@Builder
def putfh(object: Handle) -> w.PUTFH4args:
    return w.PUTFH4args(fh(object))


@Builder
def putpubfh() -> None:
    return None


@Builder
def putrootfh() -> None:
    return None


@Builder
def read(stateid: State = ANONYMOUS, offset: int = 0, count: int = 65536) -> w.READ4args:
    return w.READ4args(_stateid(stateid), offset, count)


@Builder
def readdir(
    *attr_request: Bitmap, cookie: int = 0, cookieverf: bytes = bytes(8), dircount: int = 8192, maxcount: int = 32768
) -> w.READDIR4args:
    return w.READDIR4args(cookie, cookieverf, dircount, maxcount, bitmap(*attr_request))


@Builder
def readlink() -> None:
    return None


@Builder
def remove(target: Name) -> w.REMOVE4args:
    return w.REMOVE4args(target)


@Builder
def rename(oldname: Name, newname: Name) -> w.RENAME4args:
    """From the saved filehandle to the current one."""
    return w.RENAME4args(oldname, newname)


@Builder
def renew(clientid: int = AUTO) -> w.RENEW4args:
    return w.RENEW4args(clientid)


@Builder
def restorefh() -> None:
    return None


@Builder
def savefh() -> None:
    return None


@Builder
def secinfo(name: Name) -> w.SECINFO4args:
    return w.SECINFO4args(name)


@Builder
def setattr(attributes: Any = None, *, stateid: State = ANONYMOUS, **attrs: Any) -> w.SETATTR4args:
    return w.SETATTR4args(_stateid(stateid), fattr(attributes, **attrs))


@Builder
def setclientid(
    verifier: bytes,
    id: bytes,
    *,
    cb_program: int = 0x40000000,
    cb_location: tuple[str, str] = ("tcp", "0.0.0.0.0.0"),
    callback_ident: int = 0,
) -> w.SETCLIENTID4args:
    """By default a callback address where nobody listens."""
    where = w.cb_client4(cb_program, w.netaddr4(*cb_location))
    return w.SETCLIENTID4args(w.nfs_client_id4(verifier, id), where, callback_ident)


@Builder
def setclientid_confirm(clientid: int, setclientid_confirm: bytes) -> w.SETCLIENTID_CONFIRM4args:
    return w.SETCLIENTID_CONFIRM4args(clientid, setclientid_confirm)


@Builder
def verify(attributes: Any = None, **attrs: Any) -> w.VERIFY4args:
    return w.VERIFY4args(fattr(attributes, **attrs))


@Builder
def write(stateid: State, offset: int, data: bytes, stable: int = w.FILE_SYNC4) -> w.WRITE4args:
    return w.WRITE4args(_stateid(stateid), offset, stable, data)


@Builder
def release_lockowner(lock_owner: Union[bytes, w.state_owner4] = b"lock owner") -> w.RELEASE_LOCKOWNER4args:
    return w.RELEASE_LOCKOWNER4args(owner4(lock_owner))


@Builder
def illegal() -> None:
    return None


def owner4(owner: Union[bytes, w.state_owner4]) -> w.state_owner4:
    """A state_owner4; bytes are an owner of the client that sends."""
    return owner if isinstance(owner, w.state_owner4) else w.state_owner4(AUTO, owner)
