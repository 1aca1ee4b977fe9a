"""Removing what a test left behind."""

from __future__ import annotations

from typing import Iterator

from dittofs import nfs3
from dittofs.nfs3 import NFS3ERR

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
