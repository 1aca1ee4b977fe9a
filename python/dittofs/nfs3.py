"""NFS version 3 (RFC 1813) from the client's side. Every name of the RFC is here as it is there.

    c = nfs3.Client("127.0.0.1", 12049, cred=Sys(uid=1000, gid=1000))
    f = c.create(root, "hello", GUARDED, mode=0o644).obj
    c.write(f, 0, b"hi")
    c.lookup(root, "gone", fails=NFS3ERR.NOENT)

A file handle may be given as bytes, as nfs_fh3, or as the post_op_fh3 of an earlier reply; a name as str or
bytes; a time as nfstime3, as (seconds, nanoseconds), or as SET_TO_SERVER_TIME.
"""

# mypy: disable-error-code="misc"
# @procedure takes functions of the arguments alone: a method without self is what it wants.

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dittofs.rpc import Client as RpcClient
from dittofs.rpc import Auth, Sys, procedure, table
from dittofs.wire import nfs3 as wire
from dittofs.wire.nfs3 import *  # noqa: F403
from dittofs.wire.nfs3 import (
    NFS3_OK, NFS_PROGRAM, NFS_V3,
    ACCESS3args, COMMIT3args, CREATE3args, FSINFO3args, FSSTAT3args, GETATTR3args, LINK3args, LOOKUP3args,
    MKDIR3args, MKNOD3args, PATHCONF3args, READ3args, READDIR3args, READDIRPLUS3args, READLINK3args, REMOVE3args,
    RENAME3args, RMDIR3args, SETATTR3args, SYMLINK3args, WRITE3args, createhow3, createmode3, devicedata3,
    diropargs3, ftype3, mknoddata3, nfs_fh3, nfsstat3, nfstime3, post_op_fh3, sattr3, sattrguard3, set_atime,
    set_gid3, set_mode3, set_mtime, set_size3, set_uid3, specdata3, stable_how, symlinkdata3, time_how,
)  # fmt: skip

# NFS3ERR.NOENT is nfsstat3.NFS3ERR_NOENT
NFS3ERR = SimpleNamespace(
    **{name.removeprefix("NFS3ERR_"): value for name, value in nfsstat3.__members__.items() if value != NFS3_OK}
)

Handle = bytes | nfs_fh3 | post_op_fh3
Name = str | bytes
Time = nfstime3 | tuple[int, int] | time_how

ALL_ACCESS = 0x3F  # the six bits of ACCESS (RFC 1813 3.3.4)


def fh(handle: Handle) -> nfs_fh3:
    """A file handle from whatever form it came in."""
    if isinstance(handle, nfs_fh3):
        return handle
    if isinstance(handle, post_op_fh3):
        if not handle.handle_follows:
            raise ValueError("the server returned no handle")
        return handle.handle
    return nfs_fh3(data=handle)


def diropargs(dir: Handle, name: Name) -> diropargs3:
    return diropargs3(dir=fh(dir), name=name)


def sattr(
    mode: int | None = None,
    uid: int | None = None,
    gid: int | None = None,
    size: int | None = None,
    atime: Time | None = None,
    mtime: Time | None = None,
) -> sattr3:
    """A sattr3 that sets what is named and leaves the rest."""
    return sattr3(
        mode=set_mode3(mode=mode),
        uid=set_uid3(uid=uid),
        gid=set_gid3(gid=gid),
        size=set_size3(size=size),
        atime=_set_time(set_atime, "atime", atime),
        mtime=_set_time(set_mtime, "mtime", mtime),
    )


def _set_time(kind: type, field: str, value: Time | None) -> Any:
    if isinstance(value, time_how):
        return kind(set_it=value)
    return kind(**{field: None if value is None else _time(value)})


def _time(value: nfstime3 | tuple[int, int]) -> nfstime3:
    return nfstime3(seconds=value[0], nseconds=value[1]) if isinstance(value, tuple) else value


class Client(RpcClient):
    """The 22 procedures. Their results are RFC 1813's; see dittofs.rpc.client for what every method can do."""

    program = NFS_PROGRAM
    version = NFS_V3
    procedures = table(wire, NFS_PROGRAM, NFS_V3)

    @procedure
    def getattr(object: Handle) -> GETATTR3args:
        return GETATTR3args(object=fh(object))

    @procedure
    def setattr(object: Handle, guard: nfstime3 | tuple[int, int] | None = None, **new_attributes: Any) -> SETATTR3args:
        """`guard`: the ctime the object must have; attributes as sattr() takes them."""
        check = sattrguard3(obj_ctime=None if guard is None else _time(guard))
        return SETATTR3args(object=fh(object), new_attributes=sattr(**new_attributes), guard=check)

    @procedure
    def lookup(dir: Handle, name: Name) -> LOOKUP3args:
        return LOOKUP3args(what=diropargs(dir, name))

    @procedure
    def access(object: Handle, access: int = ALL_ACCESS) -> ACCESS3args:
        return ACCESS3args(object=fh(object), access=access)

    @procedure
    def readlink(symlink: Handle) -> READLINK3args:
        return READLINK3args(symlink=fh(symlink))

    @procedure
    def read(file: Handle, offset: int = 0, count: int = 65536) -> READ3args:
        return READ3args(file=fh(file), offset=offset, count=count)

    @procedure
    def write(
        file: Handle, offset: int, data: bytes, stable: int = stable_how.FILE_SYNC, count: int | None = None
    ) -> WRITE3args:
        """`count` is that of the data unless it is given."""
        size = len(data) if count is None else count
        return WRITE3args(file=fh(file), offset=offset, count=size, stable=stable, data=data)

    @procedure
    def create(
        dir: Handle, name: Name, how: int = createmode3.UNCHECKED, verf: bytes = bytes(8), **obj_attributes: Any
    ) -> CREATE3args:
        """`verf` belongs to EXCLUSIVE, attributes to the two others."""
        if how == createmode3.EXCLUSIVE:
            mode = createhow3(mode=how, verf=verf)
        else:
            mode = createhow3(mode=how, obj_attributes=sattr(**obj_attributes))
        return CREATE3args(where=diropargs(dir, name), how=mode)

    @procedure
    def mkdir(dir: Handle, name: Name, **attributes: Any) -> MKDIR3args:
        return MKDIR3args(where=diropargs(dir, name), attributes=sattr(**attributes))

    @procedure
    def symlink(dir: Handle, name: Name, symlink_data: Name, **symlink_attributes: Any) -> SYMLINK3args:
        data = symlinkdata3(symlink_attributes=sattr(**symlink_attributes), symlink_data=symlink_data)
        return SYMLINK3args(where=diropargs(dir, name), symlink=data)

    @procedure
    def mknod(
        dir: Handle, name: Name, type: int, spec: tuple[int, int] = (0, 0), **attributes: Any
    ) -> MKNOD3args:
        """`spec`: major and minor number of a device."""
        return MKNOD3args(where=diropargs(dir, name), what=_mknoddata(type, spec, sattr(**attributes)))

    @procedure
    def remove(dir: Handle, name: Name) -> REMOVE3args:
        return REMOVE3args(object=diropargs(dir, name))

    @procedure
    def rmdir(dir: Handle, name: Name) -> RMDIR3args:
        return RMDIR3args(object=diropargs(dir, name))

    @procedure
    def rename(from_dir: Handle, from_name: Name, to_dir: Handle, to_name: Name) -> RENAME3args:
        return RENAME3args(from_=diropargs(from_dir, from_name), to=diropargs(to_dir, to_name))

    @procedure
    def link(file: Handle, dir: Handle, name: Name) -> LINK3args:
        return LINK3args(file=fh(file), link=diropargs(dir, name))

    @procedure
    def readdir(
        dir: Handle, cookie: int = 0, cookieverf: bytes = bytes(8), count: int = 32768
    ) -> READDIR3args:
        return READDIR3args(dir=fh(dir), cookie=cookie, cookieverf=cookieverf, count=count)

    @procedure
    def readdirplus(
        dir: Handle,
        cookie: int = 0,
        cookieverf: bytes = bytes(8),
        dircount: int = 8192,
        maxcount: int = 32768,
    ) -> READDIRPLUS3args:
        return READDIRPLUS3args(
            dir=fh(dir), cookie=cookie, cookieverf=cookieverf, dircount=dircount, maxcount=maxcount
        )

    @procedure
    def fsstat(fsroot: Handle) -> FSSTAT3args:
        return FSSTAT3args(fsroot=fh(fsroot))

    @procedure
    def fsinfo(fsroot: Handle) -> FSINFO3args:
        return FSINFO3args(fsroot=fh(fsroot))

    @procedure
    def pathconf(object: Handle) -> PATHCONF3args:
        return PATHCONF3args(object=fh(object))

    @procedure
    def commit(file: Handle, offset: int = 0, count: int = 0) -> COMMIT3args:
        """A count of 0 means to the end of the file."""
        return COMMIT3args(file=fh(file), offset=offset, count=count)


def connect(url: str, *, mount_port: int | None = None, cred: Auth | Sys = Sys(), **options: Any) -> tuple[Client, nfs_fh3]:
    """A client, and the handle of the export's root: c, root = nfs3.connect("nfs://host:12049/export")."""
    from dittofs import locate, mount

    host, port, path = locate.parse(url)
    with mount.Client(host, mount_port or locate.mount_port(host, port), cred=cred) as m:
        root = m.mnt(path).fhandle
    return Client(host, port, cred=cred, **options), fh(root)


def _mknoddata(type: int, spec: tuple[int, int], attributes: sattr3) -> mknoddata3:
    if type in (ftype3.NF3CHR, ftype3.NF3BLK):
        device = devicedata3(dev_attributes=attributes, spec=specdata3(specdata1=spec[0], specdata2=spec[1]))
        return mknoddata3(type=type, device=device)
    if type in (ftype3.NF3SOCK, ftype3.NF3FIFO):
        return mknoddata3(type=type, pipe_attributes=attributes)
    return mknoddata3(type=type)
