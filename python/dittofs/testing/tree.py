"""Removing what a test left behind."""

from __future__ import annotations

from typing import Iterator

from dittofs import nfs3, nfs4
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import NFS4ERR, op
from dittofs.nfs4.attributes import Bitmap

_PAGE = 32768
_GONE = (NFS3ERR.NOENT, NFS3ERR.STALE)


def entries(client: nfs3.Client, directory: nfs3.Handle) -> Iterator:
    """All entryplus3 of a directory but "." and ".."."""
    cookie, verifier = 0, bytes(8)
    while True:
        page = client.readdirplus(directory, cookie, verifier, _PAGE, _PAGE)
        for entry in page.reply.entries:
            if entry.name not in (".", ".."):
                yield entry
        if page.reply.eof or not page.reply.entries:
            return
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf


def remove_tree(client: nfs3.Client, parent: nfs3.Handle, name: nfs3.Name) -> None:
    """Removes a directory and everything in it; what is gone already is no error."""
    found = client.lookup(parent, name, may_fail=_GONE)
    if found.outcome in _GONE:
        return
    directory = found.object
    under_way = []
    for entry in list(entries(client, directory)):
        attributes = entry.name_attributes.attributes
        if attributes is None or attributes.type == nfs3.NF3DIR:
            remove_tree(client, directory, entry.name)
        else:
            under_way.append(client.remove.send(directory, entry.name))
    for removal in under_way:
        removal.result(may_fail=_GONE)
    client.rmdir(parent, name, may_fail=_GONE)


_GONE4 = (NFS4ERR.NOENT, NFS4ERR.STALE)


def entries4(client: nfs4.Caller, directory: bytes, *attrs: Bitmap) -> Iterator:
    """All entry4 of a directory, with some attributes."""
    cookie, verifier = 0, bytes(8)
    while True:
        page = client.compound(op.putfh(directory), op.readdir(*attrs, cookie=cookie, cookieverf=verifier)).readdir
        yield from page.reply.entries
        if page.reply.eof or not page.reply.entries:
            return
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf


def remove_tree4(client: nfs4.Caller, parent: bytes, name: nfs4.op.Name) -> None:
    """Removes a directory and everything in it; what is gone already is no error, nor what an open still holds."""
    found = client.compound(op.putfh(parent), op.lookup(name).may_fail(*_GONE4), op.getfh())
    if found.status in _GONE4:
        return
    directory = bytes(found.getfh.object)
    for entry in list(entries4(client, directory, "type")):
        if nfs4.attributes(entry.attrs).type == nfs4.NF4DIR:
            remove_tree4(client, directory, entry.name)
        else:
            client.compound(op.putfh(directory), op.remove(entry.name).may_fail(*_GONE4, NFS4ERR.FILE_OPEN))
    client.compound(op.putfh(parent), op.remove(name).may_fail(*_GONE4, NFS4ERR.NOTEMPTY))
