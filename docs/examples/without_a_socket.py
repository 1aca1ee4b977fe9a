"""The server's parts alone: no port, no socket. Requests, the store, and messages as values."""

from dittofs import Server, mount, nfs3, nfs4, wire
from dittofs.nfs4 import NFS4ERR, op
from dittofs.stores import Dirent, Inode, MemoryStore

with Server(listen=False, clock="manual") as srv:  # handlers and state, called with typed arguments
    root = mount.Client(srv.local()).mnt("/export").fhandle
    c = nfs3.Client(srv.local())
    c.create(root, "f", mode=0o666)
    a, b = (nfs4.Client(srv.local()).session() for _ in range(2))
    for s in (a, b):
        s.compound(op.reclaim_complete())
    f = a.open(root, "f", share_deny=nfs4.OPEN4_SHARE_DENY_WRITE)
    b.compound(op.putfh(root), op.open("f", share_access=2).fails(NFS4ERR.SHARE_DENIED))
    print("ports:", srv.nfs_port, "opens:", len(srv.state.opens()))

store = MemoryStore()  # the engine's store


def add(txn):
    node = Inode()
    node.id, node.type, node.mode = txn.new_id(), 1, 0o644
    txn.put_inode(node)
    txn.put_dirent(2, b"name", Dirent(cookie=3, id=node.id, type=1))
    return node


node = store.write_data(store.update(add), 0, b"data")
print("in the store:", store.read(lambda txn: txn.scan(2))[0][0], store.read_data(node, 0, 4))

print(wire.message(wire.nfs3.LOOKUP3args(nfs3.diropargs(b"handle..", "name"))).annotated())  # the codecs
