"""A server after a crash, held against what its clients know."""

from __future__ import annotations

import itertools
from typing import Iterator, Optional

from crash.client import Client
from crash.model import Node, Order, Tree, overwritten

from dittofs import nfs3
from dittofs.nfs3 import NFS3ERR

KINDS = {
    nfs3.ftype3.NF3REG: "file",
    nfs3.ftype3.NF3DIR: "dir",
    nfs3.ftype3.NF3LNK: "link",
    nfs3.ftype3.NF3FIFO: "fifo",
}


class Lost(AssertionError):
    """The server broke a promise."""


def listing(c: nfs3.Client, dir: bytes) -> Iterator:
    cookie, verf = 0, bytes(8)
    while True:
        reply = c.readdirplus(dir, cookie, verf)
        for entry in reply.reply.entries:
            cookie = entry.cookie
            if entry.name not in (".", ".."):
                yield entry
        verf = reply.cookieverf
        if reply.reply.eof:
            return


def content(c: nfs3.Client, handle: bytes) -> bytes:
    parts, at = [], 0
    while True:
        reply = c.read(handle, at, 1 << 20)
        parts.append(bytes(reply.data))
        at += reply.count
        if reply.eof:
            return b"".join(parts)


def tree_differences(c: nfs3.Client, tree: Tree, dir: int = 0, path: str = "") -> Iterator[str]:
    """Where names, objects, links, modes and link texts are not the tree's. Learns handles that were never answered."""
    node = tree.nodes[dir]
    found = {str(e.name): e for e in listing(c, node.handle)}
    for name in found.keys() - node.entries.keys():
        yield f"{path}/{name} is there"
    for name, key in node.entries.items():
        entry, want, here = found.get(name), tree.nodes[key], f"{path}/{name}"
        if entry is None:
            yield f"{here} is missing"
            continue
        attributes, handle = entry.name_attributes.attributes, entry.name_handle.handle.data
        if KINDS.get(attributes.type) != want.kind:
            yield f"{here} is a {attributes.type}, not a {want.kind}"
            continue
        if want.handle is None:
            want.handle = handle
        if handle != want.handle:
            yield f"{here} is another object than the one that was made"
            continue
        if c.getattr(want.handle).obj_attributes.fileid != entry.fileid:
            yield f"{here} is listed as {entry.fileid} and is another"
        if want.kind == "file" and attributes.nlink != want.links:
            yield f"{here} has {attributes.nlink} links, not {want.links}"
        if want.mode == -1:
            want.mode = attributes.mode  # the server's choice
        if attributes.mode != want.mode:
            yield f"{here} has mode {attributes.mode:o}, not {want.mode:o}"
        if want.kind == "link" and bytes(c.readlink(handle).data, "utf-8") != want.target:
            yield f"{here} has another text"
        if want.kind == "dir":
            yield from tree_differences(c, tree, key, here)


def explain_content(found: bytes, node: Node) -> Optional[str]:
    """None when the bytes can be what a crash leaves of the file; else what cannot be."""
    content, pending = node.base, node.pending
    if len(found) > len(content):
        # Some write that grew the file is durable, and with it whatever was answered before it was sent.
        grown = [w for w in pending if w.end == len(found)]
        if not grown:
            return f"the size is {len(found)}, which no write made"
        if len(grown) == 1:
            certain = [w for w in pending if w is grown[0] or (w.answered is not None and w.answered < grown[0].sent)]
            for w in certain:
                content = overwritten(content, w)
            pending = tuple(w for w in pending if w not in certain)
    if len(content) > len(found):
        return f"the size is {len(found)} where {len(content)} bytes are durable"
    content += bytes(len(found) - len(content))
    # In the place of each byte is the durable one or that of a write that may have got so far.
    edges = {0, len(content), *(min(e, len(content)) for w in pending for e in (w.offset, w.end))}
    for begin, end in itertools.pairwise(sorted(edges)):
        may = [w.data[begin - w.offset : end - w.offset] for w in pending if w.overlaps(begin, end)]
        wrong = impossible(found[begin:end], [content[begin:end], *may])
        if wrong is not None:
            return f"byte {begin + wrong} is neither what is durable nor of a later write"
    return None


def impossible(found: bytes, choices: list[bytes]) -> Optional[int]:
    """The first place where the bytes are none of the choices'."""
    if found in choices:
        return None
    for i, byte in enumerate(found):
        if all(choice[i] != byte for choice in choices):
            return i
    return None


def states(client: Client, order: Order) -> Iterator[tuple[str, Tree]]:
    """What the server may hold: without the change that was not answered, and with it."""
    before = client.tree.copy()
    before.settle(order.durable_before)
    yield "before", before
    if client.unanswered is not None:
        after = client.tree.copy()
        after.settle(max(order.durable_before, client.unanswered.sent))
        client.unanswered.apply(after)
        yield "after", after


def differences(c: nfs3.Client, tree: Tree) -> list[str]:
    found = list(tree_differences(c, tree))
    if found:
        return found
    for key in tree.of("file"):
        node = tree.nodes[key]
        wrong = explain_content(content(c, node.handle), node)
        if wrong is not None:
            found.append(f"file {key}: {wrong}; {len(node.pending)} writes may be there")
    for handle in tree.dead:
        if c.getattr.call(handle).status != NFS3ERR.STALE:
            found.append(f"the removed object with handle {handle.hex()} is not STALE")
    return found


def verify(c: nfs3.Client, client: Client, order: Order) -> Tree:
    """The client's tree as it is on the server, once everything that was lost is sent again; raises Lost."""
    told = []
    for when, tree in states(client, order):
        found = differences(c, tree)
        if not found:
            repeat_change(c, client, tree, when == "after")
            resend_writes(c, client, tree)
            return tree
        told.append(f"{when} {client.unanswered.text if client.unanswered else 'everything'}: " + "; ".join(found[:5]))
    raise Lost(f"{client.name}: " + "\n".join(told))


def repeat_change(c: nfs3.Client, client: Client, tree: Tree, happened: bool) -> None:
    """An exclusive create is sent again and succeeds, whether or not the crash came before it (RFC 1813 3.3.8)."""
    change = client.unanswered
    if change is None or change.repeat is None:
        return
    handle = change.repeat(c)
    if not happened:
        tree.nodes[change.apply(tree)].handle = handle
    elif all(node.handle != handle for node in tree.nodes.values()):
        raise Lost(f"{client.name}: {change.text}, sent again, made another file")


def resend_writes(c: nfs3.Client, client: Client, tree: Tree) -> None:
    """What a client does that finds a new verifier (RFC 1813 3.3.7)."""
    for key in tree.of("file"):
        node = tree.nodes[key]
        if not node.pending:
            continue
        for w in node.pending:
            c.write(node.handle, w.offset, w.data, 2)
        node.fold()
        if content(c, node.handle) != node.base:
            raise Lost(f"{client.name}: file {key} is not whole after its writes were sent again")
