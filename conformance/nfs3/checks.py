"""What many NFSv3 tests look at in the same way."""

from __future__ import annotations

from typing import Optional

from dittofs import nfs3
from dittofs.nfs3 import NFS3ERR, fattr3, nfstime3, post_op_attr, wcc_data
from dittofs.rpc import Reply

# A handle that refers to nothing: "failed internal consistency checks" or "the file referred to by that file
# handle no longer exists" (RFC 1813 2.6); which of them a server can tell is its own business.
BAD_HANDLE = (NFS3ERR.BADHANDLE, NFS3ERR.STALE)

FIELDS = (
    "type", "mode", "nlink", "uid", "gid", "size", "used", "rdev", "fsid", "fileid", "atime", "mtime", "ctime",
)  # fmt: skip


def attributes(client: nfs3.Client, handle) -> fattr3:
    """The attributes now."""
    return client.getattr(handle).obj_attributes


def agrees(returned: post_op_attr, now: fattr3, but: tuple[str, ...] = ()) -> None:
    """Attributes in a reply, when it has them, are those that GETATTR gives right after (RFC 1813 2.5)."""
    if returned.attributes_follow:
        assert differing(returned.attributes, now, but) == {}


def differing(a: fattr3, b: fattr3, but: tuple[str, ...] = ()) -> dict:
    """Field -> both values, where they differ."""
    pairs = {name: (getattr(a, name), getattr(b, name)) for name in FIELDS if name not in but}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_wcc(wcc: wcc_data, before: Optional[fattr3], after: fattr3) -> None:
    """Weak cache consistency data of an operation between two GETATTRs (RFC 1813 2.5, wcc_data).

    Either half may be missing; what is there is right. The access time may move by itself.
    """
    if before is not None and wcc.before.attributes_follow:
        told = wcc.before.attributes
        assert (told.size, told.mtime, told.ctime) == (before.size, before.mtime, before.ctime)
    agrees(wcc.after, after, but=("atime",))


def unchanged(wcc: wcc_data, before: fattr3) -> None:
    """The operation failed and left the object as it was, and its wcc_data says so."""
    check_wcc(wcc, before, before)


def nanoseconds(time: nfstime3) -> int:
    return time.seconds * 1_000_000_000 + time.nseconds


def names(client: nfs3.Client, directory) -> set[str]:
    """The names in a directory, without "." and ".."."""
    cookie, verifier, found = 0, bytes(8), set()
    while True:
        page = client.readdir(directory, cookie, verifier)
        found |= {entry.name for entry in page.reply.entries}
        if page.reply.eof:
            return found - {".", ".."}
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf


def exists(client: nfs3.Client, directory, name) -> bool:
    return client.lookup(directory, name, may_fail=NFS3ERR.NOENT).outcome == nfs3.NFS3_OK


def retransmit(client: nfs3.Client, reply: Reply) -> Reply:
    """The same call again, until an answer comes: a server may drop a duplicate of what it has not quite finished."""
    sent = []
    for _ in range(50):
        sent.append(client.endpoint.send(reply.call))
        client.endpoint.poll(0.2)
        for pending in sent:
            if pending.answer is not None:
                return pending.answer
    raise AssertionError(f"no answer to {reply.call.name} sent again {len(sent)} times\n{client.endpoint.log}")


def fill(client: nfs3.Client, directory, wanted: list[str]) -> None:
    """Makes files of these names, many at a time."""
    for creation in [client.create.send(directory, name) for name in wanted]:
        creation.result()
